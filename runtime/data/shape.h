/* Whether examples suit a network's input: one rule for the compiler, trainers and inference binaries. A shape is 1 to
 * 8 sides; one of an input is {values} or {channels, rows, columns}. Nothing here can fail. */
#ifndef NET_DATA_SHAPE_H
#define NET_DATA_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

enum { NET_INPUT_RANK = 3 };

/* What a network reads: `count` floats, flat (rank 1) or as C, H, W (rank 3). */
typedef struct {
    int rank;
    int64_t shape[NET_INPUT_RANK]; /* of rank 1: {count, 1, 1} */
    int64_t count;
    bool channels_last; /* examples of arrays are rows, columns, channels */
    bool resample;      /* pictures of other rows and columns are resampled to its own; of rank 3 alone */
    bool bytes;         /* all values of a picture are rounded to what bytes hold */
} NetInput;

typedef enum {
    NET_SHAPE_SUITS,
    NET_SHAPE_INPUT_ORDER,      /* the input is written in another order than the example's channels, rows, columns */
    NET_SHAPE_LAST,             /* the example's channels come last, the input has them first */
    NET_SHAPE_LAST_INPUT_ORDER, /* they come last, and the input is written in another order than with them first */
    NET_SHAPE_OTHER
} NetShapeMatch;

/* Sides of 1 do not matter, and a flat input takes as many values in any shape. But channels are the first of three
 * sides: what has two has one channel, and 1x28x28 is no 28x28x1, whose 28 channels are columns. Channels are taken to
 * come last where there are fewer of them than rows and columns. */
NetShapeMatch net_shape_match(const int64_t *input, int input_rank, const int64_t *example, int rank);

/* The example as channels, rows and columns, if it has two or three sides. */
bool net_shape_maps(const int64_t *example, int rank, int64_t maps[3]);

#endif
