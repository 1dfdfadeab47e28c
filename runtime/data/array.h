/* Numbers as files hold them: an array's type and shape, as its header says, and its values as a network takes them.
 *
 * NPY and IDX are such arrays (npy.h, idx.h). Values are floats from 8 to 64 bits or integers, in either byte order.
 * Integers of 8 bits without a sign are samples of pictures, 0 to 255, of which the network sees 0 to 1; all else is
 * taken as the number it is, truth values as 0 and 1. */
#ifndef NET_DATA_ARRAY_H
#define NET_DATA_ARRAY_H

#include "runtime/data/stream.h"

enum { NET_ARRAY_RANK = 8 };

typedef struct {
    char type[16]; /* as the file names it: "<f4" */
    char kind;     /* f: floats, u and i: integers, b: truth values; 0: anything else */
    int size;      /* bytes of a value */
    bool big_endian;
    bool fortran; /* the first index runs fastest */
    int rank;
    int64_t shape[NET_ARRAY_RANK]; /* none is 0 */
    size_t count;                  /* of values */
    size_t bytes;                  /* of all values */
} NetArray;

/* Fills count and bytes, from rank, shape and size; an error when they cannot be. */
bool net_array_sizes(NetArray *array, const char *path, NetError *error);

/* Where the stream knows its length, whether it is the array's. */
bool net_array_length(const NetArray *array, const NetStream *stream, NetError *error);

/* The message when `got` bytes of the array are there, or all and then more. Always false. */
bool net_array_wrong_length(const NetArray *array, const char *path, size_t got, bool more, NetError *error);

/* Whether a value is a sample of a picture. */
bool net_array_samples(const NetArray *array);

/* `count` values that lie at `from` as floats: a sample is multiplied by (float)(1.0 / 255). *beyond, if it is NULL,
 * becomes the first that is finite there and no longer as a float. */
void net_array_floats(const NetArray *array, const unsigned char *from, size_t count, float *to, const float **beyond);

/* A value that is an integer (kind i, u or b). *large: it is beyond an int64_t, and the result its bits. */
int64_t net_array_integer(const NetArray *array, const unsigned char *at, bool *large);

#endif
