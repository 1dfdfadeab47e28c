#include "runtime/base/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 65536 };

/* What NetFile and NetAppend share: a descriptor with a buffer before it. */
typedef struct {
    int fd;
    char *path;      /* for messages: the target */
    uint64_t length; /* bytes taken, buffered or written */
    size_t used;
    char buffer[BUFFER];
} Sink;

struct NetFile {
    Sink sink;
    char *target;    /* what the path leads to through symbolic links */
    char *temporary; /* NULL: the target is a device or a pipe, which takes the bytes at the end */
    bool executable;
};

struct NetAppend {
    Sink sink;
};

/* The one counter of the test hook NET_FAULT; nothing else depends on it. */
static atomic_long fault_count;

void net_fault_restart(void) { atomic_store(&fault_count, 0); }

static bool fault_now(void) {
    const char *text = getenv("NET_FAULT");
    if (text == NULL) return false;
    return atomic_fetch_add(&fault_count, 1) + 1 == strtol(text, NULL, 10);
}

/* Returns 0 or an errno, having written less than all. What may wait for ever `stops` for a signal, with EINTR. */
static int write_until(int fd, const char *bytes, size_t size, bool stops) {
    bool fault = fault_now();
    size_t wanted = fault ? size / 2 : size;
    while (wanted > 0) {
        ssize_t written = write(fd, bytes, wanted);
        if (written < 0 && (stops || errno != EINTR)) return errno;
        if (written > 0) {
            bytes += written;
            wanted -= (size_t)written;
        }
    }
    return fault ? ENOSPC : 0;
}

static int write_all(int fd, const char *bytes, size_t size) { return write_until(fd, bytes, size, false); }

static int sync_all(int fd) {
    if (fault_now()) return EIO;
    while (fsync(fd) != 0) {
        if (errno == EINVAL || errno == EROFS) /* a file system or device that has no sync */
            return 0;
        if (errno != EINTR) return errno;
    }
    return 0;
}

static bool sync_folder_of(const char *path, NetError *error) {
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    char *folder = net_text(error, "%.*s", length, slash == NULL ? "." : path);
    if (folder == NULL) return false;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 ? errno : sync_all(fd);
    if (fd >= 0) close(fd);
    if (code != 0) net_fail_system(error, folder, "sync the folder", code);
    free(folder);
    return code == 0;
}

static int rename_now(const char *from, const char *to) {
    if (fault_now()) return EIO;
    return rename(from, to) == 0 ? 0 : errno;
}

bool net_file_rename(const char *from, const char *to, NetError *error) {
    int code = rename_now(from, to);
    if (code != 0) return net_fail_system(error, from, "rename", code);
    return sync_folder_of(to, error);
}

/* ---- the buffered sink ---- */

static bool sink_flush(Sink *sink, NetError *error) {
    if (sink->used == 0) return true;
    int code = write_all(sink->fd, sink->buffer, sink->used);
    sink->used = 0;
    return code == 0 || net_fail_system(error, sink->path, "write", code);
}

static bool sink_write(Sink *sink, const void *bytes, size_t size, NetError *error) {
    sink->length += size;
    if (size > BUFFER - sink->used && !sink_flush(sink, error)) return false;
    if (size >= BUFFER) {
        int code = write_all(sink->fd, bytes, size);
        return code == 0 || net_fail_system(error, sink->path, "write", code);
    }
    if (size > 0) memcpy(sink->buffer + sink->used, bytes, size);
    sink->used += size;
    return true;
}

static bool sink_print(Sink *sink, NetError *error, const char *format, va_list arguments) {
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0) return net_fail(error, NET_ENVIRONMENT, "%s: out of memory", sink->path);
    bool ok = sink_write(sink, text, (size_t)length, error);
    free(text);
    return ok;
}

static bool sink_sync(Sink *sink, NetError *error) {
    if (!sink_flush(sink, error)) return false;
    int code = sync_all(sink->fd);
    return code == 0 || net_fail_system(error, sink->path, "sync", code);
}

/* ---- whole files ---- */

static void file_free(NetFile *file) {
    free(file->sink.path);
    free(file->target);
    free(file->temporary);
    free(file);
}

/* An unnamed file, for what a device or a pipe is to take. */
static int open_unnamed(void) {
    FILE *file = tmpfile();
    int fd = file != NULL ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
    if (file != NULL) fclose(file);
    return fd;
}

static bool file_open(NetFile *file, const char *path, NetError *error) {
    struct stat there;
    bool exists = stat(path, &there) == 0;
    if (exists && S_ISDIR(there.st_mode))
        return net_fail(error, NET_ENVIRONMENT, "%s: cannot write: it is a folder", path);
    file->sink.path = net_text(error, "%s", path);
    file->target = exists && S_ISREG(there.st_mode) ? realpath(path, NULL) : NULL;
    if (file->target == NULL) file->target = net_text(error, "%s", path);
    if (file->sink.path == NULL || file->target == NULL) return false;
    if (exists && !S_ISREG(there.st_mode)) {
        file->sink.fd = open_unnamed();
        return file->sink.fd >= 0 || net_fail_system(error, path, "open a temporary file for it", errno);
    }
    file->temporary = net_text(error, "%s.XXXXXX" NET_FILE_UNFINISHED, file->target);
    if (file->temporary == NULL) return false;
    file->sink.fd = mkostemps(file->temporary, (int)strlen(NET_FILE_UNFINISHED), O_CLOEXEC);
    return file->sink.fd >= 0 || net_fail_system(error, path, "create a file beside it", errno);
}

NetFile *net_file_create(const char *path, NetError *error) {
    NetFile *file = net_alloc(1, sizeof *file, error);
    if (file == NULL || file_open(file, path, error)) return file;
    file_free(file);
    return NULL;
}

bool net_file_write(NetFile *file, const void *bytes, size_t size, NetError *error) {
    return sink_write(&file->sink, bytes, size, error);
}

bool net_file_printf(NetFile *file, NetError *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool ok = sink_print(&file->sink, error, format, arguments);
    va_end(arguments);
    return ok;
}

bool net_file_overwrite(NetFile *file, uint64_t offset, const void *bytes, size_t size, NetError *error) {
    Sink *sink = &file->sink;
    if (!sink_flush(sink, error)) return false;
    int code = lseek(sink->fd, (off_t)offset, SEEK_SET) < 0 ? errno : write_all(sink->fd, bytes, size);
    if (code == 0 && lseek(sink->fd, 0, SEEK_END) < 0) code = errno;
    return code == 0 || net_fail_system(error, sink->path, "write", code);
}

bool net_file_in_folder(const NetFile *file) { return file->temporary != NULL; }

void net_file_executable(NetFile *file) { file->executable = true; }

uint64_t net_file_length(const NetFile *file) { return file->sink.length; }

/* mkostemps makes files that only their owner can read; this is the mode of open(). An existing file keeps its own. */
static mode_t wanted_mode(const char *path) {
    struct stat old;
    if (stat(path, &old) == 0 && S_ISREG(old.st_mode)) return old.st_mode & 0777;
    FILE *status = fopen("/proc/self/status", "re"); /* reading the mask with umask() would change it for a moment */
    unsigned mask = 022;
    if (status != NULL) {
        char line[256];
        while (fgets(line, sizeof line, status) != NULL)
            if (sscanf(line, "Umask: %o", &mask) == 1) break;
        fclose(status);
    }
    return 0666 & ~mask;
}

/* Hands all bytes to a device or a pipe, whose other end may never come. */
static bool copy_out(NetFile *file, NetError *error) {
    Sink *sink = &file->sink;
    if (!sink_flush(sink, error)) return false;
    int to = open(file->target, O_WRONLY | O_CLOEXEC);
    int code = to < 0 || lseek(sink->fd, 0, SEEK_SET) < 0 ? errno : 0;
    ssize_t got = 1;
    while (code == 0 && got != 0) {
        got = read(sink->fd, sink->buffer, BUFFER);
        if (got < 0 && errno != EINTR) code = errno;
        if (got > 0) code = write_until(to, sink->buffer, (size_t)got, true);
    }
    if (to >= 0 && close(to) != 0 && code == 0) code = errno;
    return code == 0 || net_fail_system(error, sink->path, "write", code);
}

bool net_file_commit(NetFile *file, NetError *error) {
    Sink *sink = &file->sink;
    if (file->temporary == NULL) {
        bool copied = copy_out(file, error);
        net_file_discard(file);
        return copied;
    }
    bool ok = sink_sync(sink, error);
    mode_t mode = wanted_mode(file->target);
    if (file->executable) mode |= (mode & 0444) >> 2;
    if (ok && fchmod(sink->fd, mode) != 0 && errno != EPERM)
        ok = net_fail_system(error, sink->path, "set the mode", errno);
    if (close(sink->fd) != 0 && ok) ok = net_fail_system(error, sink->path, "write", errno);
    bool renamed = false;
    if (ok) {
        int code = rename_now(file->temporary, file->target);
        renamed = code == 0;
        ok = renamed ? sync_folder_of(file->target, error) : net_fail_system(error, sink->path, "replace", code);
    }
    if (!renamed) unlink(file->temporary);
    file_free(file);
    return ok;
}

void net_file_discard(NetFile *file) {
    if (file == NULL) return;
    close(file->sink.fd);
    if (file->temporary != NULL) unlink(file->temporary);
    file_free(file);
}

bool net_file_save(const char *path, const void *bytes, size_t size, NetError *error) {
    NetFile *file = net_file_create(path, error);
    if (file == NULL) return false;
    if (net_file_write(file, bytes, size, error)) return net_file_commit(file, error);
    net_file_discard(file);
    return false;
}

/* ---- folders and reading ---- */

bool net_folder_make(const char *path, NetError *error) {
    char *part = net_text(error, "%s", path);
    if (part == NULL) return false;
    bool ok = true;
    for (char *at = part; ok && *at != '\0';) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char end = *at;
        *at = '\0';
        if (part[0] != '\0' && mkdir(part, 0777) != 0 && errno != EEXIST)
            ok = net_fail_system(error, part, "make the folder", errno);
        *at = end;
    }
    struct stat made;
    if (ok && (stat(path, &made) != 0 || !S_ISDIR(made.st_mode)))
        ok = net_fail(error, NET_ENVIRONMENT, "%s: cannot make the folder: a file is in the way", path);
    free(part);
    return ok;
}

static bool read_all(int fd, const char *path, char *bytes, size_t size, NetError *error) {
    size_t got = 0;
    while (got < size) {
        ssize_t part = read(fd, bytes + got, size - got);
        if (part < 0 && errno != EINTR) return net_fail_system(error, path, "read", errno);
        if (part == 0) return net_fail(error, NET_ENVIRONMENT, "%s: became shorter while it was read", path);
        got += part > 0 ? (size_t)part : 0;
    }
    return true;
}

char *net_file_read(const char *path, size_t limit, size_t *size, NetError *error) {
    *size = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe is refused, not waited for */
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        net_fail_system(error, path, fd < 0 ? "open" : "read", errno);
        if (fd >= 0) close(fd);
        return NULL;
    }
    char *bytes = NULL;
    char have[NET_COUNT_TEXT];
    char most[NET_COUNT_TEXT];
    if (!S_ISREG(about.st_mode))
        net_fail(error, NET_ENVIRONMENT, "%s: cannot read: it is not a regular file", path);
    else if ((uint64_t)about.st_size > limit)
        net_fail(error, NET_ENVIRONMENT, "%s: %s bytes are more than the %s expected at most", path,
                 net_count(have, (uint64_t)about.st_size), net_count(most, limit));
    else
        bytes = net_alloc((size_t)about.st_size + 1, 1, error);
    if (bytes != NULL && !read_all(fd, path, bytes, (size_t)about.st_size, error)) {
        free(bytes);
        bytes = NULL;
    }
    close(fd);
    *size = bytes == NULL ? 0 : (size_t)about.st_size;
    return bytes;
}

/* ---- logs ---- */

static bool fail_short(const char *path, int64_t bytes, int64_t length, NetError *error) {
    char have[NET_COUNT_TEXT];
    char want[NET_COUNT_TEXT];
    return net_fail(error, NET_ENVIRONMENT, "%s: has %s byte%s, expected at least %s [damaged-file]", path,
                    net_count(have, (uint64_t)bytes), net_plural((uint64_t)bytes), net_count(want, (uint64_t)length));
}

bool net_append_check(const char *path, int64_t length, NetError *error) {
    struct stat about;
    if (length <= 0) return true;
    if (stat(path, &about) != 0) return net_fail_system(error, path, "read", errno);
    return about.st_size >= length || fail_short(path, about.st_size, length, error);
}

/* Sets the log's length: what the file has, cut back to `length` when that is given. */
static bool append_cut(NetAppend *log, int64_t length, NetError *error) {
    struct stat about;
    Sink *sink = &log->sink;
    if (fstat(sink->fd, &about) != 0) return net_fail_system(error, sink->path, "read", errno);
    if (length > about.st_size) return fail_short(sink->path, about.st_size, length, error);
    sink->length = (uint64_t)(length >= 0 ? length : about.st_size);
    if (length >= 0 && length < about.st_size && ftruncate(sink->fd, length) != 0)
        return net_fail_system(error, sink->path, "cut back", errno);
    return true;
}

NetAppend *net_append_open(const char *path, int64_t length, NetError *error) {
    NetAppend *log = net_alloc(1, sizeof *log, error);
    if (log == NULL) return NULL;
    log->sink.fd = -1;
    log->sink.path = net_text(error, "%s", path);
    if (log->sink.path != NULL) {
        int make = length > 0 ? 0 : O_CREAT; /* what should hold something already is not made up */
        log->sink.fd = open(path, O_WRONLY | O_APPEND | make | O_CLOEXEC, 0666);
        if (log->sink.fd < 0)
            net_fail_system(error, path, "open", errno);
        else if (append_cut(log, length, error))
            return log;
    }
    if (log->sink.fd >= 0) close(log->sink.fd);
    free(log->sink.path);
    free(log);
    return NULL;
}

bool net_append_write(NetAppend *log, const void *bytes, size_t size, NetError *error) {
    return sink_write(&log->sink, bytes, size, error);
}

bool net_append_printf(NetAppend *log, NetError *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool ok = sink_print(&log->sink, error, format, arguments);
    va_end(arguments);
    return ok;
}

bool net_append_flush(NetAppend *log, NetError *error) { return sink_flush(&log->sink, error); }

bool net_append_sync(NetAppend *log, NetError *error) { return sink_sync(&log->sink, error); }

int64_t net_append_length(const NetAppend *log) { return (int64_t)log->sink.length; }

bool net_append_close(NetAppend *log, NetError *error) {
    if (log == NULL) return true;
    bool ok = sink_flush(&log->sink, error);
    if (close(log->sink.fd) != 0 && ok) ok = net_fail_system(error, log->sink.path, "write", errno);
    free(log->sink.path);
    free(log);
    return ok;
}
