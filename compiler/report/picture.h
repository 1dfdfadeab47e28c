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
void picture_draw(const Predictions *predictions, int64_t example, Picture picture, double x, double y, double side,
                  Text *out);

/* Values channel by channel: what is below 0, or no number, is shown as 0, what is above 1 as 1. */
void picture_draw_values(const float *values, Picture picture, double x, double y, double side, Text *out);

#endif
