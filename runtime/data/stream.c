#include "runtime/data/stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER = 1 << 17,
    CHUNK = 1 << 30 /* zlib counts in 32 bits */
};

/* The pattern of a folder's files: they may lie in folders of their own, as the pictures of classes do. */
static bool is_folder(int fd, const char *path, NetError *error) {
    DIR *entries = fdopendir(fd);
    const struct dirent *entry;
    struct stat about;
    bool folders = false, files = false;
    if (entries == NULL) close(fd);
    while (entries != NULL && !files && (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.' || fstatat(fd, entry->d_name, &about, 0) != 0) continue;
        folders = folders || S_ISDIR(about.st_mode);
        files = S_ISREG(about.st_mode);
    }
    if (entries != NULL) closedir(entries);
    return net_fail(error, NET_ENVIRONMENT, "%s: cannot read: it is a folder; its files are '%s%s%s'", path, path,
                    path[strlen(path) - 1] == '/' ? "" : "/", folders && !files ? "*/*" : "*");
}

/* Takes the descriptor over, whether or not it succeeds. */
static bool open_descriptor(NetStream *stream, int fd, NetError *error) {
    struct stat about;
    bool known = fstat(fd, &about) == 0;
    if (known && S_ISDIR(about.st_mode)) return is_folder(fd, stream->path, error);
    off_t at = known && S_ISREG(about.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1; /* of `< file` some may be read already */
    stream->file = gzdopen(fd, "rb");
    if (stream->file == NULL) {
        close(fd);
        return net_fail_system(error, stream->path, "open", ENOMEM);
    }
    gzbuffer(stream->file, BUFFER);
    if (at >= 0 && gzdirect(stream->file) != 0) stream->size = about.st_size > at ? about.st_size - at : 0;
    return true;
}

bool net_stream_open(NetStream *stream, const char *path, NetError *error) {
    *stream = (NetStream){.path = path, .size = -1};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? net_fail_system(error, path, "open", errno) : open_descriptor(stream, fd, error);
}

bool net_stream_open_input(NetStream *stream, NetError *error) {
    *stream = (NetStream){.path = "standard input", .size = -1};
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    return fd < 0 ? net_fail_system(error, stream->path, "open", errno) : open_descriptor(stream, fd, error);
}

bool net_stream_open_memory(NetStream *stream, const char *path, const void *bytes, size_t size, NetError *error) {
    *stream = (NetStream){.path = path, .size = -1};
    if (size > UINT32_MAX || inflateInit2(&stream->memory, 15 + 16) != Z_OK)
        return net_fail(error, NET_ENVIRONMENT, "%s: cannot unpack: out of memory", path);
    stream->memory.next_in = (z_const Bytef *)bytes;
    stream->memory.avail_in = (uInt)size;
    return true;
}

bool net_stream_open_source(NetStream *stream, const NetSource *source, NetError *error) {
    if (source->bytes == NULL) return net_stream_open(stream, source->path, error);
    return net_stream_open_memory(stream, source->path, source->bytes, source->size, error);
}

void net_stream_close(NetStream *stream) {
    if (stream->file != NULL)
        gzclose_r(stream->file);
    else
        inflateEnd(&stream->memory);
}

static bool damaged(const NetStream *stream, NetError *error) {
    return net_fail(error, NET_ENVIRONMENT, "%s: is damaged: not a whole gzip file [damaged-file]", stream->path);
}

static bool read_memory(NetStream *stream, unsigned char *out, size_t size, size_t *got, NetError *error) {
    stream->memory.next_out = out;
    stream->memory.avail_out = (uInt)size;
    int result = stream->ended ? Z_STREAM_END : inflate(&stream->memory, Z_NO_FLUSH);
    stream->ended = result == Z_STREAM_END;
    stream->cut = result == Z_BUF_ERROR;
    *got = size - stream->memory.avail_out;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR || damaged(stream, error);
}

static bool read_file(NetStream *stream, unsigned char *out, size_t size, size_t *got, NetError *error) {
    int read = gzread(stream->file, out, (unsigned)size);
    int code = Z_OK;
    gzerror(stream->file, &code);
    *got = read > 0 ? (size_t)read : 0;
    stream->cut = code == Z_BUF_ERROR;
    if (read < 0 && code == Z_ERRNO) return net_fail_system(error, stream->path, "read", errno);
    return read >= 0 || code == Z_BUF_ERROR || damaged(stream, error);
}

bool net_stream_read(NetStream *stream, void *to, size_t size, size_t *got, NetError *error) {
    unsigned char *out = to;
    size_t peeked = stream->peek_end - stream->peek_at;
    *got = size < peeked ? size : peeked;
    if (*got > 0) memcpy(out, stream->peeked + stream->peek_at, *got);
    stream->peek_at += *got;
    while (*got < size) {
        size_t part = size - *got < CHUNK ? size - *got : CHUNK;
        size_t now = 0;
        bool ok = stream->file != NULL ? read_file(stream, out + *got, part, &now, error)
                                       : read_memory(stream, out + *got, part, &now, error);
        if (!ok) return false;
        if (now == 0) break;
        *got += now;
    }
    stream->read += (int64_t)*got;
    return true;
}

bool net_stream_end(NetStream *stream, bool *more, NetError *error) {
    unsigned char extra;
    size_t got;
    if (!net_stream_read(stream, &extra, 1, &got, error)) return false;
    *more = got > 0;
    return *more || !stream->cut || damaged(stream, error);
}

bool net_stream_peek(NetStream *stream, void *out, size_t size, size_t *got, NetError *error) {
    unsigned char bytes[NET_STREAM_PEEK];
    if (size > sizeof bytes) size = sizeof bytes;
    if (!net_stream_read(stream, bytes, size, got, error)) return false;
    size_t later = stream->peek_end - stream->peek_at; /* peeked before, not asked for now */
    memmove(stream->peeked + *got, stream->peeked + stream->peek_at, later);
    memcpy(stream->peeked, bytes, *got);
    stream->peek_at = 0;
    stream->peek_end = *got + later;
    stream->read -= (int64_t)*got;
    memcpy(out, bytes, *got);
    return true;
}

bool net_stream_head(const char *path, void *out, size_t size, size_t *got) {
    NetStream stream;
    struct stat about;
    *got = 0;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode) || !net_stream_open(&stream, path, NULL)) return false;
    bool ok = net_stream_read(&stream, out, size, got, NULL);
    net_stream_close(&stream);
    return ok;
}

int64_t net_stream_left(const NetStream *stream) { return stream->size < 0 ? -1 : stream->size - stream->read; }

bool net_stream_wrong_length(const char *path, size_t promised, const char *what, size_t got, bool more,
                             NetError *error) {
    char have[NET_COUNT_TEXT], all[NET_COUNT_TEXT];
    return net_fail(error, NET_ENVIRONMENT, "%s: %s%s byte%s after the header promised %s (%s); %s", path,
                    more ? "more than " : "", net_count(have, got), net_plural(got), net_count(all, promised), what,
                    more ? "there is something after the data [long-file]" : "the file is cut short [short-file]");
}
