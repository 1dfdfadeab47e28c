/* NumPy's array files (.npy): a header that is a Python dictionary, then the values.
 *
 * Versions 1 to 3 of the format; values are read by whoever has the header (images.c, label_file.c). Writing is for
 * rows of floats. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_NPY_H
#define NET_DATA_NPY_H

#include "runtime/data/array.h"

enum { NET_NPY_MAGIC = 6, NET_NPY_HEADER = 128 };

/* Whether a file that begins so is an array file. */
bool net_npy_magic(const unsigned char bytes[NET_NPY_MAGIC]);

/* Reads the header: the stream is then at the first value. Types that are no numbers have the kind 0. A length that
 * cannot be is an error, where the stream knows it. */
bool net_npy_begin(NetStream *stream, NetArray *array, NetError *error);

/* The header of rows x columns floats: NET_NPY_HEADER bytes, whatever the numbers. */
void net_npy_header(char out[NET_NPY_HEADER], int64_t rows, int64_t columns);

#endif
