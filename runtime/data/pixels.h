/* A picture as it was decoded. Who reads one form of files gives this, and nobody else knows the form. */
#ifndef NET_DATA_PIXELS_H
#define NET_DATA_PIXELS_H

#include "runtime/data/stream.h"

typedef struct {
    size_t height, width;   /* as it is stored: upright only after net_pixels_upright */
    size_t channels;        /* 1: grey, 2: with alpha, 3: red, green, blue, 4: with alpha */
    size_t depth;           /* bytes of a sample: 1, or 2 with the larger one first */
    unsigned char *samples; /* owned: pixels side by side in rows, a pixel's samples together */
    int orientation;        /* Exif's, 1 to 8; 0: not known before the pixels are read */
} NetPixels;

/* The same as it is to be seen: pixel (row, column) lies at `first` + row * down + column * right. */
typedef struct {
    size_t height, width;
    const unsigned char *first;
    ptrdiff_t down, right;
} NetUpright;

NetUpright net_pixels_upright(const NetPixels *pixels);

/* A form that pictures have in files. All of them can fail with status NET_ENVIRONMENT. */
typedef struct {
    const char *name; /* "a PNG image" */
    /* Whether a file begins so. */
    bool (*magic)(const unsigned char *head, size_t size);
    /* Reads as far as the pixels: height and width are known then. NULL after a failure. */
    void *(*begin)(NetStream *stream, NetPixels *pixels, NetError *error);
    /* All the rest, to the end of the picture. */
    bool (*read)(void *reader, NetPixels *pixels, NetError *error);
    void (*end)(void *reader);
} NetPictureForm;

extern const NetPictureForm net_picture_png, net_picture_jpeg;

#endif
