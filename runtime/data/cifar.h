/* The binary form of CIFAR-10: images of 3x32x32 bytes, each behind a byte that is its class. Errors have status
 * NET_ENVIRONMENT. */
#ifndef NET_DATA_CIFAR_H
#define NET_DATA_CIFAR_H

#include "runtime/data/data.h"
#include "runtime/data/stream.h"

enum { NET_CIFAR_FILES = 8 };

/* Reads `count` files, at most NET_CIFAR_FILES, one after the other, into data->file[which]; see net_examples_read. */
bool net_cifar_read(const NetDataRequest *request, const NetSource *files, int count, NetDataFileName which,
                    NetData *data, NetError *error);

#endif
