/* Axes: which range of numbers is shown, where a number stands on it, and which of them are written beside it. */
#ifndef NETC_REPORT_AXIS_H
#define NETC_REPORT_AXIS_H

#include "compiler/base/base.h"

typedef struct {
    bool log;         /* logarithmic: numbers above 0 alone have a place */
    bool share;       /* a share, written in per cent */
    double low, high; /* numbers at its ends, low < high */
    double at, to;    /* where these stand on the drawing */
} Axis;

/* An axis from `at` to `to` that shows low … high, or somewhat more: its ends are rounded where it is logarithmic, and
 * numbers that are all the same get room around them. */
Axis axis_of(bool log, bool share, double low, double high, double at, double to);
/* Where a number stands, beyond the ends too; NAN: it has no place. */
double axis_place(const Axis *axis, double value);

enum { TICKS = 16 };
typedef struct {
    double value;
    const char *text;
} Tick;
/* About as many numbers as asked for, 2 at least where the range has them. */
size_t axis_ticks(Arena *arena, const Axis *axis, int wanted, Tick ticks[TICKS]);

#endif
