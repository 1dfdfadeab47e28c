/* A cloud of points between two axes, with a line to compare it with. */
#ifndef NETC_REPORT_SCATTER_H
#define NETC_REPORT_SCATTER_H

#include "compiler/report/figure.h"

typedef struct {
    const char *name, *x_title, *y_title;
    Points points;
    bool diagonal; /* the line is y = x, both axes show the same range; else y = 0 */
} Scatter;

/* Of many points some are drawn, evenly chosen: false then. */
bool scatter_svg(Arena *arena, const Scatter *scatter, Text *out);

/* The numbers that output k is to give by what it gives, `residual`: what is left over, for target values. */
Scatter scatter_of_output(Arena *arena, const Predictions *predictions, int64_t k, bool residual);
/* Whether the chosen run learns numbers, and a view for each of its outputs, up to eight. */
void scatter_outputs(Arena *arena, const Report *report, bool residual, Drawing *drawing);

#endif
