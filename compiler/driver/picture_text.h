/* Pictures and signals as text, in half blocks: bright is filled. In colours each half is one of 24 greys, without them
 * it is a dot or none, of which there are as many as it takes. */
#ifndef NETC_DRIVER_PICTURE_TEXT_H
#define NETC_DRIVER_PICTURE_TEXT_H

#include "compiler/base/base.h"
#include "runtime/data/data.h"

/* Whether examples are pictures, of channels, rows and columns: so declared, or as many bytes as a square of grey or of
 * colours has. */
bool picture_shape(const NetData *data, int64_t shape[NET_DATA_RANK]);

/* x[channel][row][column], of which the mean over the channels is drawn, and what stands above it, "" for nothing. */
typedef struct {
    const float *x;
    const char *title;
} PictureText;

/* Pictures of one shape, as many side by side as fit the page, each line of them behind an empty one. */
void picture_text_print(Arena *arena, const PictureText *pictures, int count, const int64_t shape[NET_DATA_RANK],
                        int page, bool color, FILE *out);

/* A column as high as a share, from 0 to 1, of the line. */
const char *level_text(float share);

/* `count` values as a row of columns, at most `width`. */
const char *signal_text(Arena *arena, const float *x, int64_t count, int width);

/* A name as a terminal may have it, cut to some columns. */
const char *short_text(Arena *arena, const char *text, int width);

#endif
