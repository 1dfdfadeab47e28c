/* Rows made of files: what a network does not read as it lies there is converted once, into a file of the cache folder,
 * and mapped from there; what is little, or has no files, is converted into memory.
 *
 * The converted files lie in netc/data of the cache folder ($XDG_CACHE_HOME, else ~/.cache), one an entry
 * (cache_entry.h), named by the SHA-256 of all that went into it: the content of the sources and what was asked of
 * them. Beside each, a file named by the sources' paths, sizes and times of change answers without reading them, as
 * git's index does; it also knows size and time of the converted file, so that a changed one is told by its checksum
 * and made anew. Entries are written whole or not at all, by one process at a time. When they are more than the bound
 * together, those unused for longest go: NETC_CACHE_BYTES in the environment, a number with or without K, M or G; 0:
 * nothing is cached, and all is converted into memory. The same holds where there is no folder that can be written, and
 * where writing fails, as on a full disk: the cache saves time, and is never why a training cannot be. Errors have
 * status NET_ENVIRONMENT. */
#ifndef NET_DATA_CACHE_H
#define NET_DATA_CACHE_H

#include "runtime/data/class_names.h"
#include "runtime/data/data.h"

/* Sources of fewer bytes, which become fewer bytes of rows, are converted into memory each time. */
enum { NET_CACHE_LEAST = 1 << 20 };

/* What is to be had: rows made of these files, and what the rows are to give where the same files say it. */
typedef struct {
    const char *const *paths; /* of the sources, in their order */
    size_t count;             /* 0: what the first one names is not to be kept */
    const char *form;         /* what else decides the rows, as one text */
    NetRowType type;
    int rank; /* of an example */
    const int64_t *shape;
    size_t bytes;         /* of all rows, where that is known before; else 0 */
    int64_t classes;      /* the maker fills the file's labels, which are below that; 0: it does not */
    int64_t targets;      /* the maker fills the file's targets, so many a row; 0: it does not */
    NetClassNames *names; /* the maker fills them: a class each, in their order, or none at all; NULL: it does not */
} NetCacheWish;

/* Rows on their way into an entry or into memory. */
typedef struct NetCacheSink NetCacheSink;
bool net_cache_add(NetCacheSink *sink, const void *rows, int64_t count, NetError *error);

/* Makes the rows, adding them in their order, and what goes with them. */
typedef bool NetCacheMake(void *context, NetCacheSink *sink, NetError *error);

/* Fills `file`, with what the maker makes or has made before. What a failure leaves is freed by net_data_close. Sources
 * that are half read cannot be taken back: after a failure of the cache file->uncached is set, and a call with that set
 * does without it. */
bool net_cache_rows(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file, NetError *error);

/* Of rows that are mapped as they lie in their file: the SHA-256 that an earlier process has found, if it is known for
 * this path, size and time of change, and else where to keep it. Nothing is said where there is no folder: it is found
 * anew then. */
void net_cache_find_hash(const NetCacheWish *wish, NetDataFile *file);
void net_cache_keep_hash(const NetDataFile *file);

#endif
