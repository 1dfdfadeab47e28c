#include "compiler/driver/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
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
static const char *cache_folder(Arena *arena) {
    const char *base = getenv("XDG_CACHE_HOME");
    if (base == NULL || base[0] != '/') {
        const char *home = getenv("HOME");
        if (home == NULL || home[0] != '/') {
            return NULL;
        }
        base = arena_format(arena, "%s/.cache", home);
    }
    const char *levels[] = {base, arena_format(arena, "%s/netc", base), arena_format(arena, "%s/netc/trainers", base)};
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (mkdir(levels[i], 0700) != 0 && errno != EEXIST) {
            return NULL;
        }
    }
    return access(levels[2], W_OK | X_OK) == 0 ? levels[2] : NULL;
}

const char *cache_path(Arena *arena, const CacheKey *key) {
    const char *folder = cache_folder(arena);
    if (folder == NULL) {
        return NULL;
    }
    SHA2_CTX context = key->context;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256End(&context, digest);
    return arena_format(arena, "%s/%s", folder, digest);
}

bool cache_find(const char *path) { return utimensat(AT_FDCWD, path, NULL, 0) == 0 && access(path, X_OK) == 0; }

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
