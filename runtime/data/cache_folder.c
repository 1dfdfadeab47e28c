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
#include "runtime/data/cache.h"

enum { STALE_SECONDS = 3600 }; /* a file that is being written changes more often */

char *net_cache_folder(void) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (base != NULL && base[0] == '/') return net_text(NULL, "%s/netc/data", base);
    return home != NULL && home[0] == '/' ? net_text(NULL, "%s/.cache/netc/data", home) : NULL;
}

uint64_t net_cache_bound(void) {
    const char *text = getenv("NETC_CACHE_BYTES");
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9') text = NET_CACHE_BYTES_TEXT;
    uint64_t bytes = strtoull(text, &end, 10);
    int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
    return bytes > UINT64_MAX >> shift ? UINT64_MAX : bytes << shift;
}

/* ---- entries ---- */

typedef struct {
    char name[128];
    uint64_t bytes;
    struct timespec used;
} Entry;

typedef struct {
    Entry *at;
    size_t count, room;
} Entries;

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

static int by_use(const void *a, const void *b) {
    const struct timespec *x = &((const Entry *)a)->used, *y = &((const Entry *)b)->used;
    if (x->tv_sec != y->tv_sec) return x->tv_sec > y->tv_sec ? -1 : 1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* The entries by their last use, the latest first. What is no longer written is removed. */
static void read_entries(DIR *folder, Entries *entries) {
    time_t stale = time(NULL) - STALE_SECONDS;
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        struct stat about;
        if (fstatat(dirfd(folder), item->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode)) continue;
        if (ends_with(item->d_name, NET_FILE_UNFINISHED) && about.st_mtime < stale)
            unlinkat(dirfd(folder), item->d_name, 0);
        if (!ends_with(item->d_name, NET_CACHE_SUFFIX) || strlen(item->d_name) >= sizeof entries->at->name) continue;
        if (entries->count == entries->room) {
            size_t room = entries->room == 0 ? 64 : 2 * entries->room;
            Entry *larger = realloc(entries->at, room * sizeof *larger);
            if (larger == NULL) break;
            entries->at = larger;
            entries->room = room;
        }
        Entry *entry = &entries->at[entries->count++];
        *entry = (Entry){.bytes = (uint64_t)about.st_size, .used = about.st_atim};
        memcpy(entry->name, item->d_name, strlen(item->d_name) + 1);
    }
    if (entries->count > 0) qsort(entries->at, entries->count, sizeof *entries->at, by_use);
}

void net_cache_trim(const char *folder, const char *keep) {
    DIR *open = opendir(folder);
    const char *slash = strrchr(keep, '/');
    Entries entries = {0};
    uint64_t total = 0, bound = net_cache_bound();
    if (open == NULL) return;
    read_entries(open, &entries);
    for (size_t i = 0; i < entries.count; i++) total += entries.at[i].bytes;
    for (size_t i = entries.count; i-- > 0 && total > bound;) {
        if (strcmp(entries.at[i].name, slash + 1) != 0 && unlinkat(dirfd(open), entries.at[i].name, 0) == 0)
            total -= entries.at[i].bytes;
    }
    free(entries.at);
    closedir(open);
}

/* ---- for people ---- */

static void print_size(FILE *out, uint64_t bytes) {
    char count[NET_COUNT_TEXT];
    fprintf(out, "%12s MB", net_count(count, (bytes + 500000) / 1000000));
}

/* What an entry was made of, as its header says: "x.npy 600x3x32x32 F32". */
static void print_content(FILE *out, const char *folder, const char *name) {
    char *path = net_path_join(folder, name, NULL), text[512];
    if (path != NULL && net_cache_describe(path, text, sizeof text)) fprintf(out, "  %s", text);
    free(path);
}

bool net_cache_list(FILE *out, NetError *error) {
    char *folder = net_cache_folder();
    if (folder == NULL)
        return net_fail(error, NET_ENVIRONMENT, "no cache folder: neither XDG_CACHE_HOME nor HOME is set");
    DIR *open = opendir(folder);
    Entries entries = {0};
    uint64_t total = 0;
    if (open != NULL) read_entries(open, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        char used[32] = "";
        struct tm day;
        if (localtime_r(&entries.at[i].used.tv_sec, &day) != NULL) strftime(used, sizeof used, "%Y-%m-%d %H:%M", &day);
        total += entries.at[i].bytes;
        fprintf(out, "%.12s  %s", entries.at[i].name, used);
        print_size(out, entries.at[i].bytes);
        print_content(out, folder, entries.at[i].name);
        fputc('\n', out);
    }
    fprintf(out, "%zu converted file%s in %s,", entries.count, net_plural(entries.count), folder);
    print_size(out, total);
    fputs(" of at most", out);
    print_size(out, net_cache_bound());
    fputc('\n', out);
    free(entries.at);
    if (open != NULL) closedir(open);
    free(folder);
    return true;
}

bool net_cache_clear(FILE *out, NetError *error) {
    char *folder = net_cache_folder();
    if (folder == NULL)
        return net_fail(error, NET_ENVIRONMENT, "no cache folder: neither XDG_CACHE_HOME nor HOME is set");
    DIR *open = opendir(folder);
    size_t count = 0;
    bool ok = true;
    for (struct dirent *item; open != NULL && ok && (item = readdir(open)) != NULL;) {
        if (item->d_name[0] == '.') continue;
        bool entry = ends_with(item->d_name, NET_CACHE_SUFFIX);
        ok = unlinkat(dirfd(open), item->d_name, 0) == 0 || errno == ENOENT ||
             net_fail_system(error, folder, "remove its files", errno);
        count += ok && entry;
    }
    if (ok) fprintf(out, "removed %zu converted file%s from %s\n", count, net_plural(count), folder);
    if (open != NULL) closedir(open);
    free(folder);
    return ok;
}
