#include "compiler/driver/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RECENT_SECONDS = 3600 };

struct CacheKey {
    SHA2_CTX context;
};

CacheKey *cache_key_new(Arena *arena) {
    CacheKey *key = NEW(arena, CacheKey);
    SHA256Init(&key->context);
    return key;
}

void cache_key_bytes(CacheKey *key, const char *bytes, size_t size) {
    uint64_t length = size;
    SHA256Update(&key->context, (const uint8_t *)&length, sizeof length);
    SHA256Update(&key->context, (const uint8_t *)bytes, size);
}

void cache_key_text(CacheKey *key, const char *text) {
    cache_key_bytes(key, text == NULL ? "" : text, text == NULL ? 0 : strlen(text) + 1);
}

void cache_key_file(CacheKey *key, const char *path) {
    struct stat info;
    int64_t identity[5] = {0};
    if (stat(path, &info) == 0) {
        identity[0] = (int64_t)info.st_size;
        identity[1] = (int64_t)info.st_mtim.tv_sec;
        identity[2] = (int64_t)info.st_mtim.tv_nsec;
        identity[3] = (int64_t)info.st_dev;
        identity[4] = (int64_t)info.st_ino;
    }
    cache_key_text(key, path);
    cache_key_bytes(key, (const char *)identity, sizeof identity);
}

/* The folder, made when absent; NULL when that is not possible. */
static const char *cache_folder(Arena *arena, const char *kind) {
    const char *base = getenv("XDG_CACHE_HOME");
    if (base == NULL || base[0] != '/') {
        const char *home = getenv("HOME");
        if (home == NULL || home[0] != '/') {
            return NULL;
        }
        base = arena_format(arena, "%s/.cache", home);
    }
    const char *levels[] = {base, arena_format(arena, "%s/netc", base), arena_format(arena, "%s/netc/%s", base, kind)};
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (mkdir(levels[i], 0700) != 0 && errno != EEXIST) {
            return NULL;
        }
    }
    return access(levels[2], W_OK | X_OK) == 0 ? levels[2] : NULL;
}

const char *cache_path(Arena *arena, const char *kind, const CacheKey *key) {
    const char *folder = cache_folder(arena, kind);
    if (folder == NULL) {
        return NULL;
    }
    SHA2_CTX context = key->context;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256End(&context, digest);
    return arena_format(arena, "%s/%s", folder, digest);
}

/* ---- entries ---- */

/* Begins the digest that an entry ends with: of its name, so that no other entry passes for it, and of the trainer. */
static void begin_digest(SHA2_CTX *context, const char *path) {
    const char *name = strrchr(path, '/');
    SHA256Init(context);
    SHA256Update(context, (const uint8_t *)name, strlen(name));
}

static bool is_whole(int fd, const char *path) {
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size < SHA256_DIGEST_LENGTH) {
        return false;
    }
    SHA2_CTX context;
    uint8_t bytes[1 << 15], digest[SHA256_DIGEST_LENGTH];
    off_t at = 0, size = info.st_size - SHA256_DIGEST_LENGTH;
    begin_digest(&context, path);
    while (at < size) {
        size_t wanted = size - at < (off_t)sizeof bytes ? (size_t)(size - at) : sizeof bytes;
        ssize_t got = pread(fd, bytes, wanted, at);
        if (got <= 0) {
            return false;
        }
        SHA256Update(&context, bytes, (size_t)got);
        at += got;
    }
    SHA256Final(digest, &context);
    return pread(fd, bytes, sizeof digest, size) == (ssize_t)sizeof digest && memcmp(bytes, digest, sizeof digest) == 0;
}

int cache_open(const char *path, CacheState *state) {
    struct stat info;
    *state = lstat(path, &info) == 0 ? CACHE_SPOILT : CACHE_ABSENT;
    int fd = access(path, X_OK) == 0 ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (fd != -1 && is_whole(fd, path)) {
        futimens(fd, NULL);
        *state = CACHE_WHOLE;
        return fd;
    }
    if (fd != -1) {
        close(fd);
    }
    if (*state == CACHE_SPOILT) {
        remove(path);
    }
    return -1;
}

bool cache_keep(const char *path, const char *trainer, NetError *error) {
    SHA2_CTX context;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    size_t size;
    char *bytes = net_file_read(trainer, CACHE_BYTES, &size, error);
    if (bytes == NULL) {
        return false;
    }
    begin_digest(&context, path);
    SHA256Update(&context, (const uint8_t *)bytes, size);
    SHA256Final(digest, &context);
    NetFile *file = net_file_create(path, error);
    bool good =
        file != NULL && net_file_write(file, bytes, size, error) && net_file_write(file, digest, sizeof digest, error);
    free(bytes);
    if (!good) {
        net_file_discard(file);
        return false;
    }
    net_file_executable(file);
    if (!net_file_commit(file, error)) {
        return false;
    }
    if (access(path, X_OK) != 0) {
        remove(path);
        return net_fail(error, NET_ENVIRONMENT, "%s: no program can be started there (a file system mounted noexec?)",
                        path);
    }
    return true;
}

/* ---- trimming ---- */

typedef struct {
    const char *name;
    int64_t bytes;
    time_t used;
} Entry;

static int by_use(const void *a, const void *b) {
    time_t first = ((const Entry *)a)->used, second = ((const Entry *)b)->used;
    return (first > second) - (first < second);
}

void cache_trim(Arena *arena, const char *keep) {
    const char *slash = strrchr(keep, '/');
    DIR *folder = opendir(arena_copy(arena, keep, (size_t)(slash - keep)));
    if (folder == NULL) {
        return;
    }
    VEC(Entry) entries = {0};
    int64_t total = 0;
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        struct stat info;
        if (fstatat(dirfd(folder), item->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode)) {
            Entry entry = {arena_copy(arena, item->d_name, strlen(item->d_name)), info.st_size, info.st_mtime};
            vec_push(arena, &entries, entry);
            total += entry.bytes;
        }
    }
    if (entries.count > 0) {
        qsort(entries.at, entries.count, sizeof entries.at[0], by_use);
    }
    time_t recent = time(NULL) - RECENT_SECONDS;
    for (size_t i = 0; i < entries.count && total > CACHE_BYTES && entries.at[i].used < recent; i++) {
        if (!string_is(entries.at[i].name, slash + 1) && unlinkat(dirfd(folder), entries.at[i].name, 0) == 0) {
            total -= entries.at[i].bytes;
        }
    }
    closedir(folder);
}
