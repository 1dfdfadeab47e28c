#include "runtime/data/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/atomic.h"

enum {
    KEY = 64,                     /* digits */
    STALE_SECONDS = 3600,         /* a file that is being written changes more often */
    HASH_SECONDS = 90 * 24 * 3600 /* that a hash is kept for */
};

char *net_cache_folder(void) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (base != NULL && base[0] == '/') return net_text(NULL, "%s/netc/data", base);
    return home != NULL && home[0] == '/' ? net_text(NULL, "%s/.cache/netc/data", home) : NULL;
}

static bool read_bound(const char *text, uint64_t *bound) {
    char *end = NULL;
    uint64_t bytes = strtoull(text, &end, 10);
    uint64_t unit = *end == 'K' ? 1000 : *end == 'M' ? 1000000 : *end == 'G' ? 1000000000 : 1;
    *bound = bytes > UINT64_MAX / unit ? UINT64_MAX : bytes * unit;
    return text[0] >= '0' && text[0] <= '9' && end[unit > 1] == '\0';
}

bool net_cache_bound_check(NetError *error) {
    uint64_t bound;
    const char *text = getenv("NETC_CACHE_BYTES");
    return text == NULL || *text == '\0' || read_bound(text, &bound) ||
           net_fail(error, NET_ENVIRONMENT,
                    "NETC_CACHE_BYTES=%s in the environment: expected a size such as 500M or 20G, or 0 for no cache",
                    text);
}

uint64_t net_cache_bound(void) {
    uint64_t bound;
    const char *text = getenv("NETC_CACHE_BYTES");
    if (text == NULL || !read_bound(text, &bound)) read_bound(NET_CACHE_BYTES, &bound);
    return bound;
}

/* ---- entries ---- */

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

static int by_use(const void *a, const void *b) {
    const struct timespec *x = &((const NetCacheAbout *)a)->used, *y = &((const NetCacheAbout *)b)->used;
    if (x->tv_sec != y->tv_sec) return x->tv_sec > y->tv_sec ? -1 : 1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* The entries by their last use, the latest first. What is no longer written is removed. */
static void read_entries(DIR *folder, NetCacheEntries *entries) {
    time_t stale = time(NULL) - STALE_SECONDS;
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        struct stat about;
        if (fstatat(dirfd(folder), item->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode)) continue;
        if (ends_with(item->d_name, NET_FILE_UNFINISHED) && about.st_mtime < stale)
            unlinkat(dirfd(folder), item->d_name, 0);
        if (ends_with(item->d_name, NET_CACHE_HASH) && about.st_mtime < stale - HASH_SECONDS)
            unlinkat(dirfd(folder), item->d_name, 0);
        if (!ends_with(item->d_name, NET_CACHE_SUFFIX) || strlen(item->d_name) >= sizeof entries->at->name) continue;
        if (entries->count == entries->room) {
            size_t room = entries->room == 0 ? 64 : 2 * entries->room;
            NetCacheAbout *larger = realloc(entries->at, room * sizeof *larger);
            if (larger == NULL) break;
            entries->at = larger;
            entries->room = room;
        }
        NetCacheAbout *entry = &entries->at[entries->count++];
        *entry = (NetCacheAbout){.bytes = (uint64_t)about.st_size, .used = about.st_atim};
        memcpy(entry->name, item->d_name, strlen(item->d_name) + 1);
    }
    if (entries->count > 0) qsort(entries->at, entries->count, sizeof *entries->at, by_use);
}

/* Files of the index whose entry is gone: "KEY …" names it. */
static void remove_orphans(DIR *folder) {
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        char entry[KEY + sizeof NET_CACHE_SUFFIX] = "";
        if (strlen(item->d_name) != KEY) continue;
        int fd = openat(dirfd(folder), item->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        bool known = fd >= 0 && read(fd, entry, KEY) == KEY;
        if (fd >= 0) close(fd);
        memcpy(entry + KEY, NET_CACHE_SUFFIX, sizeof NET_CACHE_SUFFIX);
        if (!known || faccessat(dirfd(folder), entry, F_OK, 0) != 0) unlinkat(dirfd(folder), item->d_name, 0);
    }
}

void net_cache_entries(const char *folder, NetCacheEntries *entries) {
    DIR *open = opendir(folder);
    *entries = (NetCacheEntries){0};
    if (open == NULL) return;
    read_entries(open, entries);
    closedir(open);
}

void net_cache_trim(const char *folder, const char *keep) {
    DIR *open = opendir(folder);
    const char *slash = strrchr(keep, '/');
    NetCacheEntries entries = {0};
    uint64_t total = 0, bound = net_cache_bound();
    if (open == NULL) return;
    read_entries(open, &entries);
    for (size_t i = 0; i < entries.count; i++) total += entries.at[i].bytes;
    for (size_t i = entries.count; i-- > 0 && total > bound;) {
        if (strcmp(entries.at[i].name, slash + 1) != 0 && unlinkat(dirfd(open), entries.at[i].name, 0) == 0)
            total -= entries.at[i].bytes;
    }
    free(entries.at);
    rewinddir(open);
    remove_orphans(open);
    closedir(open);
}
