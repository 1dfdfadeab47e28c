/* NumPy's array files (.npy): a header that is a Python dictionary, then the values.
 *
 * Versions 1 to 3 of the format; values are read by whoever has the header (images.c, labels.c). Writing is for
 * rows of floats. Errors have status NET_ENVIRONMENT. */
#ifndef NET_INFER_NPY_H
#define NET_INFER_NPY_H

#include "runtime/data/stream.h"

enum { NET_NPY_RANK = 8, NET_NPY_MAGIC = 6, NET_NPY_HEADER = 128 };

typedef struct {
    char type[16]; /* as the file says: "<f4" */
    char kind;     /* f: floats, u and i: integers, b: truth values; 0: anything else */
    int size;      /* bytes of a value */
    bool big_endian;
    int rank;
    int64_t shape[NET_NPY_RANK]; /* none is 0 */
    size_t count;                /* of values */
    size_t bytes;                /* of all values */
} NetNpy;

/* Whether a file that begins so is an array file. */
bool net_npy_magic(const unsigned char bytes[NET_NPY_MAGIC]);

/* Reads the header: the stream is then at the first value. An array in Fortran order is an error, and a length that
 * cannot be, where the stream knows it. */
bool net_npy_begin(NetStream *stream, NetNpy *npy, NetError *error);

/* A message of npy.c, when the values end early or do not end. Always false. */
bool net_npy_wrong_length(const char *path, const NetNpy *npy, size_t got, bool more, NetError *error);

/* The header of rows x columns floats: NET_NPY_HEADER bytes, whatever the numbers. */
void net_npy_header(char out[NET_NPY_HEADER], int64_t rows, int64_t columns);

#endif
