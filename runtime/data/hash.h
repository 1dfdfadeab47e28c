/* The SHA-256 of a data set, computed in a thread of its own while training starts. */
#ifndef NET_DATA_HASH_H
#define NET_DATA_HASH_H

#include "runtime/data/data.h"

/* Begins hashing the examples of `data`, which must not be freed before net_data_hash_free. */
NetDataHash *net_data_hash_start(const NetData *data, NetError *error);

/* Waits for the result: 64 hexadecimal digits, owned by `hash`. One thread at a time. */
const char *net_data_hash_wait(NetDataHash *hash);

/* Gives up if need be, and frees. NULL is fine. */
void net_data_hash_free(NetDataHash *hash);

#endif
