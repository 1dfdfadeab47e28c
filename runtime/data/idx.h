/* The IDX format of MNIST: a big-endian header (two zero bytes, element type, number of dimensions, the dimensions) and
 * the elements, plain or compressed with gzip.
 *
 * net_idx_images and net_idx_labels read whole files: every size in the header is checked against what follows, so a
 * file that is cut short or has bytes left over is an error, never a smaller data set. Errors have status
 * NET_ENVIRONMENT. */
#ifndef NET_DATA_IDX_H
#define NET_DATA_IDX_H

#include "runtime/data/data.h"
#include "runtime/data/stream.h"

/* Where the bytes come from: a file, or memory when `bytes` is set. */
typedef struct {
    const char *path; /* also the name in messages */
    const unsigned char *bytes;
    size_t size;
} NetIdxSource;

typedef struct {
    NetRowType type; /* bytes (0x08) or floats (0x0D), floats in the machine's order and finite */
    int64_t count;
    int rank; /* of one image: 1 to 3 */
    int64_t shape[NET_DATA_RANK];
    size_t row_bytes;
    unsigned char *rows; /* count rows, aligned to 64; free() releases them */
} NetIdxImages;

typedef struct {
    uint32_t magic;
    int rank;         /* 1 to 4; the first dimension counts the items */
    int64_t shape[4]; /* positive */
    size_t element;   /* bytes: 1, or 4 of a big-endian float */
    size_t row;       /* bytes of one item */
    size_t size;      /* bytes after the header */
} NetIdxHeader;

/* Images: 2 to 4 dimensions, the first counts them. */
bool net_idx_images(const NetIdxSource *source, NetIdxImages *out, NetError *error);

/* Labels: one dimension of bytes, `images` of them. free() releases *out. */
bool net_idx_labels(const NetIdxSource *source, int64_t images, uint32_t **out, NetError *error);

/* Numbers that the examples are to give, `each` of them an example: bytes or floats of any dimensions, `images` rows.
 * free() releases *out. */
bool net_idx_numbers(const NetIdxSource *source, int64_t images, int64_t each, float **out, NetError *error);

/* The same from a stream, for those who do not want them in memory all at once: the header of images, after which
 * header->size bytes follow. Their number is checked where the stream knows it. */
bool net_idx_begin(NetStream *stream, NetIdxHeader *header, NetError *error);
/* The message when `got` of these bytes are there, or all and then more. Always false. */
bool net_idx_wrong_length(const char *path, const NetIdxHeader *header, size_t got, bool more, NetError *error);
/* All labels of a stream, however many; free() releases *out. */
bool net_idx_read_labels(NetStream *stream, uint32_t **out, int64_t *count, NetError *error);

#endif
