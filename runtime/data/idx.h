/* The IDX format of MNIST: a big-endian header (two zero bytes, element type, number of dimensions, the dimensions) and
 * the elements, plain or compressed with gzip.
 *
 * Reads whole files only: every size in the header is checked against what follows, so a file that is cut short or has
 * bytes left over is an error, never a smaller data set. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_IDX_H
#define NET_DATA_IDX_H

#include "runtime/data/data.h"

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

/* Images: 2 to 4 dimensions, the first counts them. */
bool net_idx_images(const NetIdxSource *source, NetIdxImages *out, NetError *error);

/* Labels: one dimension of bytes, `images` of them. free() releases *out. */
bool net_idx_labels(const NetIdxSource *source, int64_t images, uint32_t **out, NetError *error);

#endif
