/* Pictures and signals as text: no colours, and nothing that depends on the terminal. */
#ifndef NETC_DRIVER_PICTURE_TEXT_H
#define NETC_DRIVER_PICTURE_TEXT_H

#include "compiler/base/base.h"

/* Columns and lines that a picture of so many rows and columns takes, at most `width` columns: two of its rows share a
 * line. */
typedef struct {
    int width, lines;
} PictureSize;
PictureSize picture_text_size(int64_t rows, int64_t columns, int width);

/* The lines of a picture, size.lines of them, in the arena: bright is filled, and
 * blanks at the end are left out. x[channel][row][column]; of several
 * channels the mean is drawn. */
const char **picture_text(Arena *arena, const float *x, int64_t channels, int64_t rows, int64_t columns,
                          PictureSize size);

/* A column as high as a share, from 0 to 1, of the line. */
const char *level_text(float share);

/* A bar of at most `columns`, at least one, whose length is in proportion to where `value` is between low and high. */
const char *bar_text(Arena *arena, double value, double low, double high, int columns);

/* `count` values as a row of columns, at most `width`. */
const char *signal_text(Arena *arena, const float *x, int64_t count, int width);

#endif
