/* The files that cache.h is about: safetensors with the tensors "x", the rows, and, where the sources say more, "y",
 * what each is to give, and "names", those of the classes, each ended by a NUL. The header has a fixed size, so that
 * rows begin at a page. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_CACHE_ENTRY_H
#define NET_DATA_CACHE_ENTRY_H

#include "runtime/data/cache.h"

/* Bytes of a row. */
size_t net_cache_row_bytes(const NetCacheWish *wish);

/* Writes an entry: rows one after another, then the rest, which is the file's and the wish's. */
typedef struct NetCacheWriter NetCacheWriter;
NetCacheWriter *net_cache_writer_new(const NetCacheWish *wish, const char *path, NetError *error);
bool net_cache_writer_add(NetCacheWriter *writer, const void *rows, int64_t count, NetError *error);
bool net_cache_writer_commit(NetCacheWriter *writer, const NetDataFile *file, NetError *error); /* frees it */
void net_cache_writer_discard(NetCacheWriter *writer);

/* Maps the rows of an entry and copies the rest of it, if it is there, whole and that of the wish. `checked`: its
 * checksums have been seen to be right. Its time of use becomes now. */
bool net_cache_entry_open(const NetCacheWish *wish, const char *path, bool checked, NetDataFile *file);

/* What an entry was made of: "x.npy  600x3x32x32 F32". False: it does not say. */
bool net_cache_describe(const char *path, char *text, size_t size);

#endif
