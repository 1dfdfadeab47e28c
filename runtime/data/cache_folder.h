/* The folder that cache.h is about. */
#ifndef NET_DATA_CACHE_FOLDER_H
#define NET_DATA_CACHE_FOLDER_H

#include <time.h>

#include "runtime/base/error.h"

#define NET_CACHE_SUFFIX ".safetensors"
#define NET_CACHE_HASH ".sha256" /* files with the hash of what is mapped as it lies there */
#define NET_CACHE_BYTES "4G"     /* the bound where the environment names none */

typedef struct {
    char name[128];
    uint64_t bytes;
    struct timespec used;
} NetCacheAbout;

typedef struct {
    NetCacheAbout *at; /* owned */
    size_t count, room;
} NetCacheEntries;

/* Its path, whether or not it exists; free() releases it. NULL: there can be none. */
char *net_cache_folder(void);

/* The bound of all entries together, in bytes; the standard one where the environment's is none. */
uint64_t net_cache_bound(void);

/* Whether what the environment says of it can be read. */
bool net_cache_bound_check(NetError *error);

/* The entries by their last use, the latest first; none where there is no folder. Removes what a killed process has
 * left. */
void net_cache_entries(const char *folder, NetCacheEntries *entries);

/* Removes the entries unused for longest until the rest is below the bound, but not `keep`, a path. */
void net_cache_trim(const char *folder, const char *keep);

#endif
