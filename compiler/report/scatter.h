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

/* Where the chosen run learns numbers, a view for each of its outputs, up to eight: what it gives by what it is to
 * give, or `residual`: what is left over by what it gives. */
void scatter_outputs(Arena *arena, const Report *report, bool residual, Drawing *drawing);

#endif
