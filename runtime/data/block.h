/* Memory that examples lie in: allocated, or a file mapped. What is mapped takes no memory of the process's own: the
 * system reads it as it is asked for, and forgets it when memory is short. Such a file must not be cut while it is
 * used. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_BLOCK_H
#define NET_DATA_BLOCK_H

#include "runtime/base/error.h"

/* Less than this is read into memory rather than mapped. */
enum { NET_BLOCK_SMALL = 64 << 20 };

/* A number of bytes from which on something is done another way; NET_DATA_SMALL in the environment is a hook for tests:
 * that many instead. */
size_t net_block_limit(size_t bytes);

typedef struct {
    unsigned char *base; /* NULL: nothing */
    size_t size;
    bool mapped;
} NetBlock;

/* Makes an allocated block larger, to at least `size` bytes; what is in it stays. */
bool net_block_grow(NetBlock *block, size_t size, NetError *error);

/* Maps a file of `place` + `size` bytes to read. */
bool net_block_map(NetBlock *block, const char *path, size_t place, size_t size, NetError *error);

void net_block_free(NetBlock *block);

#endif
