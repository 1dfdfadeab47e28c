/* The images of a file, whatever its format: PNG, JPEG, IDX, NPY, or raw floats when told so.
 *
 *     NetImages images;
 *     if (net_images_open(&images, path, &input, raw, &error)) {
 *         while (net_images_next(&images, x, 256, &got, &error) && got > 0) …
 *         net_images_close(&images);
 *     }
 *
 * The format is seen from the first bytes. Floats are handed out as the network reads them: bytes of a file divided by
 * 255, floats as they are, all finite. Images are read as they are asked for, so memory does not grow with the file;
 * sizes are checked before the first image wherever the file's length is known, else at the end. Errors have status
 * NET_ENVIRONMENT. */
#ifndef NET_INFER_IMAGES_H
#define NET_INFER_IMAGES_H

#include "runtime/data/idx.h"
#include "runtime/data/stream.h"
#include "runtime/infer/network.h"
#include "runtime/infer/npy.h"

typedef enum { NET_FORMAT_PICTURE, NET_FORMAT_IDX, NET_FORMAT_NPY, NET_FORMAT_RAW } NetFormat;

typedef struct {
    const NetInput *input;
    NetStream stream;
    NetFormat format;
    int64_t count; /* images; -1: raw floats, to the end */
    int64_t done;  /* handed out */
    bool one;      /* the file is one image, not a list of them */
    NetIdxHeader idx;
    NetNpy npy;
    size_t element; /* bytes of a value: 1, or 4 or 8 of a float */
    bool big_endian;
    unsigned char *buffer; /* owned */
    const float *beyond;   /* the first value just read that is finite in the file and no longer here, or NULL */
} NetImages;

/* "-" is standard input. Path and input are borrowed. After a failure nothing needs closing. */
bool net_images_open(NetImages *images, const char *path, const NetInput *input, bool raw, NetError *error);
void net_images_close(NetImages *images);

/* The next images, at most `most`; *got is 0 at the end. x holds most * input->count floats. */
bool net_images_next(NetImages *images, float *x, int64_t most, int64_t *got, NetError *error);

#endif
