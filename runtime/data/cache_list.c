#include "runtime/data/cache_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/data/cache_entry.h"
#include "runtime/data/cache_folder.h"

static const char *megabytes(char out[NET_COUNT_TEXT], uint64_t bytes) {
    return net_count(out, (bytes + 999999) / 1000000);
}

/* What an entry was made of, as its header says: "x.npy 600x3x32x32 F32". */
static void print_content(FILE *out, const char *folder, const char *name) {
    char *path = net_path_join(folder, name, NULL), text[512];
    if (path != NULL && net_cache_describe(path, text, sizeof text)) fprintf(out, "  %s", text);
    free(path);
}

bool net_cache_list(FILE *out, NetError *error) {
    if (!net_cache_bound_check(error)) return false;
    char *folder = net_cache_folder();
    if (folder == NULL)
        return net_fail(error, NET_ENVIRONMENT, "no cache folder: neither XDG_CACHE_HOME nor HOME is set");
    NetCacheEntries entries;
    uint64_t total = 0;
    char size[NET_COUNT_TEXT], most[NET_COUNT_TEXT];
    net_cache_entries(folder, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        char used[32] = "";
        struct tm day;
        if (localtime_r(&entries.at[i].used.tv_sec, &day) != NULL) strftime(used, sizeof used, "%Y-%m-%d %H:%M", &day);
        total += entries.at[i].bytes;
        fprintf(out, "%.12s  %s  %6s MB", entries.at[i].name, used, megabytes(size, entries.at[i].bytes));
        print_content(out, folder, entries.at[i].name);
        fputc('\n', out);
    }
    fprintf(out, "%zu converted file%s in %s: %s of at most %s MB\n", entries.count, net_plural(entries.count), folder,
            megabytes(size, total), megabytes(most, net_cache_bound()));
    free(entries.at);
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
        const char *point = strchr(item->d_name, '.');
        bool entry = point != NULL && strcmp(point, NET_CACHE_SUFFIX) == 0;
        ok = unlinkat(dirfd(open), item->d_name, 0) == 0 || errno == ENOENT ||
             net_fail_system(error, folder, "remove its files", errno);
        count += ok && entry;
    }
    if (ok) fprintf(out, "removed %zu converted file%s from %s\n", count, net_plural(count), folder);
    if (open != NULL) closedir(open);
    free(folder);
    return ok;
}
