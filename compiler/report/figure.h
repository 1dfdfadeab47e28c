/* Figures: what a report shows, each one file with one row, of which figures.c has the list.
 *
 * A figure draws itself from a report, in one view or in several among which the reader chooses; a view is a drawing
 * and the numbers in it. Page, --svg, --csv and --png walk over the list. */
#ifndef NETC_REPORT_FIGURE_H
#define NETC_REPORT_FIGURE_H

#include "compiler/report/report.h"

typedef struct {
    const char *name; /* in the names of files; "" for the only one */
    const char *title;
    const char *left_out; /* the runs, by their labels, that have no numbers for it; NULL: all have */
    Text svg, csv;
} View;

typedef struct {
    VEC(View) views;     /* the first is shown first; none: the figure is left out, or */
    const char *missing; /* why it could not be drawn; NULL: that the log it needs is not there, if it needs one */
    const char *title;   /* in place of the row's; NULL: that */
    const char *caption; /* what is to be said of these runs, behind the row's doc; NULL: nothing */
} Drawing;

typedef struct {
    const char *name; /* of its files: "speed" */
    const char *title;
    const char *section;
    const char *doc;   /* what it shows: sentences */
    const char *needs; /* the log whose lack its place tells: "steps.csv"; NULL: none */
    const char *line;  /* the line of the train block that brings it */
    bool wide;         /* it takes the page's whole width */
    void (*draw)(Arena *arena, const Report *report, Drawing *drawing);
} Figure;

#define FIGURES(X)     \
    X(cost)            \
    X(score)           \
    X(rate)            \
    X(gradient)        \
    X(speed)           \
    X(neurons)         \
    X(update)          \
    X(saturated)       \
    X(dead)            \
    X(spectrum)        \
    X(maps)            \
    X(responses)       \
    X(misclassified)   \
    X(confusion)       \
    X(classes)         \
    X(values)          \
    X(residuals)       \
    X(reconstructions) \
    X(network)
#define FIGURE(NAME) extern const Figure figure_##NAME;
FIGURES(FIGURE)
#undef FIGURE
extern const Figure *const figures[];
extern const size_t figure_count;

/* ---- for those who draw: drawing.c, image.c ---- */

/* Adds a chart as a view, unless it has no curves. */
void drawing_chart(Arena *arena, Drawing *drawing, const char *name, const char *title, const Chart *chart);
/* A view whose texts the caller fills. */
View *drawing_view(Arena *arena, Drawing *drawing, const char *name, const char *title);
/* Adds a sentence to the caption. */
void drawing_say(Arena *arena, Drawing *drawing, const char *format, ...) PRINTF_LIKE(3, 4);

/* Of a figure that needs a log: says that it holds nothing to draw, where it is there and there is no view. */
void drawing_of_log(Arena *arena, const Figure *figure, bool logged, Drawing *drawing);

/* Adds a curve of the group of that number: `part` is what it shows of it. Where there are several groups it is called
 * by the group, then by the part; the chief one of a group by the group alone. */
void curve_of_group(Arena *arena, const Report *report, size_t group, const char *part, bool chief, Series series,
                    Chart *chart);
/* A curve for every group: of a column of epochs.csv or steps.csv. A solid one is the chief one. */
void curves_of_groups(Arena *arena, const Report *report, LogName log, const char *column, const char *part,
                      Stroke stroke, Chart *chart);
/* Adds a view of a curve for every group and layer, of a column of gradients.csv, in a chart that begins as `empty`;
 * where runs were measured in several ways, a view for each of these. */
void drawing_layers(Arena *arena, const Report *report, Drawing *drawing, const char *name, const char *title,
                    const char *column, const Chart *empty);
/* The epoch of the best validation figure, as the chart's mark, where there is one run. */
void mark_best(Arena *arena, const Report *report, Chart *chart);

/* An image as a PNG file within the drawing; `channels` are 1 (grey) or 3. */
void svg_image(Text *out, double x, double y, double width, double height, const unsigned char *pixels, int columns,
               int rows, int channels);

#endif
