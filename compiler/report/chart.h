/* A chart: curves over epochs or steps, with bands, on a linear or a logarithmic axis.
 *
 * chart_svg draws it, with a legend whose entries stand in the order of the curves' ends, so that a reader finds a
 * curve by its place; those of several runs stand together instead, in one order in all charts, each run's behind its
 * name, which takes all of them away. The numbers are in the drawing too (data-x, data-y), for the page's script, which
 * shows the nearest one; of a curve of many points some are drawn, the lowest and the highest of each of as many
 * stretches as fit, so that no peak is lost. chart_csv has them all. */
#ifndef NETC_REPORT_CHART_H
#define NETC_REPORT_CHART_H

#include "compiler/driver/options.h"
#include "compiler/report/palette.h"

typedef struct {
    double x, y;
    double sd; /* of a mean; NAN: it is none */
} Point;
typedef VEC(Point) Points;

typedef enum { STROKE_SOLID, STROKE_DASHED, STROKE_DOTTED, STROKE_LONG, STROKE_FINE, STROKES } Stroke;

typedef struct {
    const char *name;
    size_t set;        /* of the chart's */
    const char *entry; /* its name where that of its set stands before it */
    Color color;
    Stroke stroke;
    Points points; /* in the order of x */
} Series;

typedef struct {
    const char *name;              /* for those who hear it */
    const char *x_title, *y_title; /* "epoch", "cost" */
    bool log, share;
    bool zero;     /* the axis begins at 0 */
    Words x_names; /* of x = 1, 2, …: stand on the axis where they fit; none: numbers do */
    Words sets;    /* the names of what curves belong to, such as runs; fewer than two: they need none */
    VEC(Series) series;
    double mark;           /* an x of note: a line across with */
    const char *mark_text; /* this; NULL: there is none */
} Chart;

/* Adds a curve, unless it has no points that can be drawn. */
void chart_add(Arena *arena, Chart *chart, Series series);
/* NULL, or what has to be said of the drawing: that points were left out, or stand outside. */
const char *chart_svg(Arena *arena, const Chart *chart, Text *out);
/* epoch,series,value,sd */
void chart_csv(const Chart *chart, Text *out);

/* A field of a CSV file, in quotes where it takes them; what acts on a screen is spelled out. */
void csv_text(Text *out, const char *text);
/* A number of a CSV file, with the nine digits that logs have and that tell floats apart; empty for one that is none.
 */
void csv_number(Text *out, double value);

#endif
