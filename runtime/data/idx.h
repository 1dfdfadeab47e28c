/* The IDX format of MNIST: a big-endian header (two zero bytes, element type, number of dimensions, the dimensions) and
 * the elements, plain or compressed with gzip: bytes, integers of 8 to 32 bits or floats of 32 or 64.
 *
 * Every size in the header is checked, against what follows too where the stream knows its length. Errors have status
 * NET_ENVIRONMENT. */
#ifndef NET_DATA_IDX_H
#define NET_DATA_IDX_H

#include "runtime/data/array.h"

enum { NET_IDX_MAGIC = 4 };

/* Whether a file that begins so is an IDX file. */
bool net_idx_magic(const unsigned char bytes[NET_IDX_MAGIC]);
/* Whether it is one of labels: one dimension of integers. */
bool net_idx_magic_labels(const unsigned char bytes[NET_IDX_MAGIC]);

/* Reads the header: the stream is then at the first element. Labels have one dimension, images two to four; a file of
 * the other kind is an error that asks whether they are swapped. */
bool net_idx_begin(NetStream *stream, bool labels, NetArray *array, NetError *error);

#endif
