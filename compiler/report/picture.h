/* Examples to look at: as the model reads them, or in a square where it reads a list that may be one. One channel is
 * shown as ink on paper: the largest value is black. */
#ifndef NETC_REPORT_PICTURE_H
#define NETC_REPORT_PICTURE_H

#include "compiler/report/figure.h"

typedef struct {
    int channels, rows, columns;
} Picture;

/* False: they are no pictures. */
bool picture_of(const NetData *data, Picture *picture);

/* An example in a square of that side. Floats are shown from the lowest of them to the highest. */
void picture_draw(Arena *arena, const Predictions *predictions, int64_t example, Picture picture, double x, double y,
                  double side, Text *out);

/* Values from 0 to 1, channel by channel. */
void picture_draw_values(Arena *arena, const float *values, Picture picture, double x, double y, double side,
                         Text *out);

#endif
