/* Examples that were converted once, in files: what cannot be mapped as it is, and is too large for memory, is written
 * to the cache folder as a network reads it, and mapped from there.
 *
 * They lie in netc/data of the cache folder ($XDG_CACHE_HOME, else ~/.cache), one safetensors file each with the tensor
 * "x", named by the SHA-256 of all that went into it: the content of the sources and what was asked of them. Beside
 * each, a file named by the sources' paths, sizes and times of change answers without reading them, as git's index
 * does; it also knows size and time of the converted file, so that a changed one is told by its checksum and made anew.
 * Entries are written whole or not at all, by one process at a time. When they are more than the bound together, those
 * unused for longest go: NETC_CACHE_BYTES in the environment, a number with or without K, M or G; 0: nothing is cached,
 * and all is converted into memory. The same holds without a cache folder. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_CACHE_H
#define NET_DATA_CACHE_H

#include "runtime/data/data.h"

/* What is to be had: rows made of these files. */
typedef struct {
    const char *const *paths; /* of the sources, in their order */
    size_t count;
    const char *form; /* what else decides the rows, as one text */
    NetRowType type;
    int rank; /* of an example */
    const int64_t *shape;
} NetCacheWish;

/* Rows on their way into an entry. */
typedef struct NetCacheEntry NetCacheEntry;
bool net_cache_add(NetCacheEntry *entry, const void *rows, int64_t count, NetError *error);

/* Makes the rows, adding them in their order. */
typedef bool NetCacheMake(void *context, NetCacheEntry *entry, NetError *error);

/* Whether there is a folder to cache in, and a bound that is not 0. */
bool net_cache_usable(void);

/* Maps the rows of an entry, which is made where there is none that is whole: sets block, rows and count of `file`. */
bool net_cache_rows(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file, NetError *error);

/* What an entry was made of: "x.npy  600x3x32x32 F32". False: it does not say. */
bool net_cache_describe(const char *path, char *text, size_t size);

#endif
