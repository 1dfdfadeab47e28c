#include "compiler/report/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/report/axis.h"
#include "compiler/report/svg.h"

static const double WIDTH = 600, HEIGHT = 270, TOP = 26, TITLE_LEFT = 8, RIGHT = 18, BELOW = 40, LEGEND_ROW = 19,
                    KEY = 24, KEY_GAP = 18;
/* Points drawn: of all curves together, and of one, at least and at most. */
enum { POINTS_OF_ALL = 12000, FEWEST = 60, MOST = 600 };
/* Points that a curve has at least where its first ones may be left outside of the frame. */
enum { MANY = 12 };
enum { IN_A_ROW = 6 }; /* entries of a legend that need no columns */

/* By stroke. */
static const char *const dashes[STROKES] = {"", " stroke-dasharray=\"6 4\"", " stroke-dasharray=\"1.5 4\"",
                                            " stroke-dasharray=\"12 4 2 4\"", " stroke-dasharray=\"8 3 1.5 3 1.5 3\""};

static bool is_drawn(const Chart *chart, double y) {
    const double least = 1e-300; /* there is room for an axis that begins below it */
    return isfinite(y) && (!chart->log || y > least);
}

void chart_add(Arena *arena, Chart *chart, Series series) {
    for (size_t i = 0; i < series.points.count; i++) {
        if (is_drawn(chart, series.points.at[i].y)) {
            vec_push(arena, &chart->series, series);
            return;
        }
    }
}

/* ---- ranges ---- */

typedef struct {
    double low, high;
} Range;

static void take(Range *range, double value) {
    range->low = value < range->low ? value : range->low;
    range->high = value > range->high ? value : range->high;
}

static Range range_of_x(const Chart *chart) {
    Range range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < chart->series.count; i++) {
        const Points *points = &chart->series.at[i].points;
        for (size_t k = 0; k < points->count; k++) {
            take(&range, points->at[k].x);
        }
    }
    return range;
}

/* Of the points from x on. */
static Range range_of_y(const Chart *chart, double from) {
    Range range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < chart->series.count; i++) {
        const Points *points = &chart->series.at[i].points;
        for (size_t k = 0; k < points->count; k++) {
            const Point *point = &points->at[k];
            double sd = isnan(point->sd) ? 0 : point->sd;
            if (point->x >= from && is_drawn(chart, point->y)) {
                take(&range, chart->log && point->y - sd <= 0 ? point->y : point->y - sd);
                take(&range, point->y + sd);
            }
        }
    }
    return range;
}

/* Whether curves are long enough for that, and each goes on after x. */
static bool goes_on(const Chart *chart, double x) {
    size_t most = 0;
    for (size_t i = 0; i < chart->series.count; i++) {
        const Points *points = &chart->series.at[i].points;
        bool later = false;
        for (size_t k = 0; k < points->count; k++) {
            later = later || (points->at[k].x >= x && is_drawn(chart, points->at[k].y));
        }
        if (!later) {
            return false;
        }
        most = points->count > most ? points->count : most;
    }
    return most >= MANY;
}

/* The range of all, or where the first steps would squeeze the rest into less than a third of it, that of the rest. */
static Range shown_range(const Chart *chart, Range x, bool *cut) {
    const double start = x.low + (x.high - x.low) * 0.03;
    Range all = range_of_y(chart, -INFINITY), rest = range_of_y(chart, start);
    double whole = chart->log ? log10(all.high) - log10(all.low) : all.high - all.low;
    double part = chart->log ? log10(rest.high) - log10(rest.low) : rest.high - rest.low;
    *cut = goes_on(chart, start) && rest.low < rest.high && part > 0 && part < whole / 3;
    Range shown = *cut ? rest : all;
    if (!chart->log) {
        double room = (shown.high - shown.low) * 0.05;
        bool above = shown.low >= 0;
        shown.low = chart->zero || (above && shown.low < room) ? 0 : shown.low - room;
        shown.high = chart->share && shown.high <= 1 && shown.high + room > 1 ? 1 : shown.high + room;
    }
    return shown;
}

/* ---- points ---- */

/* The lowest and the highest of each stretch of so many points. */
static Points thin(Arena *arena, const Points *points, size_t most) {
    if (points->count <= most) {
        return *points;
    }
    Points kept = {0};
    size_t stretches = most / 2;
    for (size_t s = 0; s < stretches; s++) {
        size_t first = s * points->count / stretches, end = (s + 1) * points->count / stretches;
        size_t low = first, high = first;
        for (size_t i = first; i < end; i++) {
            low = points->at[i].y < points->at[low].y || isnan(points->at[low].y) ? i : low;
            high = points->at[i].y > points->at[high].y || isnan(points->at[high].y) ? i : high;
        }
        vec_push(arena, &kept, points->at[low < high ? low : high]);
        if (low != high) {
            vec_push(arena, &kept, points->at[low < high ? high : low]);
        }
    }
    return kept;
}

typedef struct {
    Arena *arena;
    const Chart *chart;
    Axis x, y;
    size_t most; /* points of a curve */
    Text *out;
} Plot;

static void place(const Plot *plot, double x, double y, const char *before) {
    text_puts(plot->out, before);
    svg_number(plot->out, axis_place(&plot->x, x));
    text_puts(plot->out, " ");
    svg_number(plot->out, axis_place(&plot->y, y));
}

/* A band's edge on a logarithmic axis ends at its lowest number. */
static double edge(const Plot *plot, double y) { return plot->y.log && !(y > plot->y.low / 10) ? plot->y.low / 10 : y; }

static void draw_band(const Plot *plot, const Series *series, const Points *points) {
    bool any = false;
    for (size_t i = 0; i < points->count; i++) {
        any = any || (points->at[i].sd > 0 && is_drawn(plot->chart, points->at[i].y));
    }
    if (!any) {
        return;
    }
    text_puts(plot->out, "<path d=\"");
    bool begun = false;
    for (size_t i = 0; i < points->count; i++) {
        const Point *point = &points->at[i];
        if (is_drawn(plot->chart, point->y)) {
            place(plot, point->x, edge(plot, point->y + (isnan(point->sd) ? 0 : point->sd)), begun ? "L" : "M");
            begun = true;
        }
    }
    for (size_t i = points->count; i-- > 0;) {
        const Point *point = &points->at[i];
        if (is_drawn(plot->chart, point->y)) {
            place(plot, point->x, edge(plot, point->y - (isnan(point->sd) ? 0 : point->sd)), "L");
        }
    }
    text_puts(plot->out, "Z\" fill-opacity=\"0.18\" stroke=\"none\"");
    color_fill(plot->out, series->color);
    text_puts(plot->out, "/>");
}

/* Whether nothing is drawn on either side of a point. */
static bool is_single(const Plot *plot, const Points *points, size_t i) {
    bool before = i > 0 && is_drawn(plot->chart, points->at[i - 1].y);
    bool after = i + 1 < points->count && is_drawn(plot->chart, points->at[i + 1].y);
    return !before && !after;
}

/* Draws the points between which a line leads, or those that stand alone: as dots, by a line's round ends. */
static void draw_points(const Plot *plot, const Series *series, const Points *points, bool single) {
    bool begun = false, before = false;
    for (size_t i = 0; i < points->count; i++) {
        bool good = is_drawn(plot->chart, points->at[i].y);
        if (good && is_single(plot, points, i) == single) {
            text_puts(plot->out, begun ? "" : "<path d=\"");
            place(plot, points->at[i].x, points->at[i].y, before ? "L" : "M");
            text_puts(plot->out, single ? "h.01" : "");
            begun = true;
        }
        before = good;
    }
    if (begun) {
        text_printf(plot->out,
                    "\" fill=\"none\" stroke-width=\"%s\" stroke-linejoin=\"round\" stroke-linecap=\"round\"%s",
                    single ? "6" : "1.9", single ? "" : dashes[series->stroke]);
        color_stroke(plot->out, series->color);
        text_puts(plot->out, "/>");
    }
}

/* A number of a list, "-" for one that has no place. */
static void list_number(Text *out, size_t i, double value, int digits, bool good) {
    text_puts(out, i > 0 ? " " : "");
    if (good) {
        text_printf(out, "%.*g", digits, value);
    } else {
        text_puts(out, "-");
    }
}

static void draw_numbers(const Plot *plot, const Points *points) {
    text_puts(plot->out, " data-x=\"");
    for (size_t i = 0; i < points->count; i++) {
        list_number(plot->out, i, points->at[i].x, 9, true);
    }
    text_puts(plot->out, "\" data-y=\"");
    bool means = false;
    for (size_t i = 0; i < points->count; i++) {
        double y = points->at[i].y;
        means = means || points->at[i].sd > 0;
        list_number(plot->out, i, y, 5, is_drawn(plot->chart, y));
    }
    if (means) {
        text_puts(plot->out, "\" data-sd=\"");
        for (size_t i = 0; i < points->count; i++) {
            list_number(plot->out, i, points->at[i].sd, 3, !isnan(points->at[i].sd));
        }
    }
    text_puts(plot->out, "\"");
}

static bool draw_series(const Plot *plot, size_t i) {
    const Series *series = &plot->chart->series.at[i];
    Points points = thin(plot->arena, &series->points, plot->most);
    text_printf(plot->out, "<g class=\"series\" data-k=\"%zu\" data-name=\"", i);
    xml_text(plot->out, series->name);
    text_puts(plot->out, "\"");
    draw_numbers(plot, &points);
    text_puts(plot->out, ">");
    draw_band(plot, series, &points);
    draw_points(plot, series, &points, true);
    draw_points(plot, series, &points, false);
    text_puts(plot->out, "</g>\n");
    return points.count < series->points.count;
}

/* ---- what stands around ---- */

static void draw_axes(const Plot *plot, const Tick *xs, size_t x_count, const Tick *ys, size_t y_count) {
    Text *out = plot->out;
    double left = plot->x.at, right = plot->x.to, bottom = plot->y.at;
    for (size_t i = 0; i < y_count; i++) {
        double y = axis_place(&plot->y, ys[i].value);
        svg_line(out, left, y, right, y, COLOR_GRID);
        svg_label(out, left - 8, y + 4, ANCHOR_END, COLOR_DIM, TEXT_PLAIN, ys[i].text);
    }
    svg_line(out, left, bottom, right, bottom, COLOR_LINE);
    for (size_t i = 0; i < x_count; i++) {
        double x = axis_place(&plot->x, xs[i].value);
        svg_line(out, x, bottom, x, bottom + 5, COLOR_LINE);
        svg_label(out, x, bottom + 19, ANCHOR_MIDDLE, COLOR_DIM, TEXT_PLAIN, xs[i].text);
    }
    svg_label(out, left - TITLE_LEFT, TOP - 11, ANCHOR_START, COLOR_DIM, TEXT_PLAIN, plot->chart->y_title);
    svg_label(out, right, bottom + 35, ANCHOR_END, COLOR_DIM, TEXT_PLAIN, plot->chart->x_title);
}

static void draw_mark(const Plot *plot) {
    double x = axis_place(&plot->x, plot->chart->mark);
    if (plot->chart->mark_text == NULL || !(x >= plot->x.at && x <= plot->x.to)) {
        return;
    }
    text_puts(plot->out, "<g stroke-dasharray=\"2 3\">");
    svg_line(plot->out, x, plot->y.at, x, plot->y.to, COLOR_LINE);
    text_puts(plot->out, "</g>");
    bool left = x > (plot->x.at + plot->x.to) / 2;
    double title = plot->x.at - TITLE_LEFT + svg_text_width(plot->chart->y_title) + 10; /* stands in the same line */
    svg_label(plot->out, left ? x - 5 : fmax(x + 5, title), TOP - 11, left ? ANCHOR_END : ANCHOR_START, COLOR_DIM,
              TEXT_SMALL, plot->chart->mark_text);
}

/* The last value that is drawn. */
static double last_value(const Chart *chart, const Series *series) {
    for (size_t i = series->points.count; i-- > 0;) {
        if (is_drawn(chart, series->points.at[i].y)) {
            return series->points.at[i].y;
        }
    }
    return -INFINITY;
}

/* ---- the legend ---- */

/* An entry: of a curve, or of a set of them. */
typedef struct {
    bool heading;
    size_t of; /* the number of the curve or of the set */
    double x;
    int row;
} Key;
typedef VEC(Key) Keys;

/* Whether a set has several curves where there are several sets: their names are headings then. */
static bool has_headings(const Chart *chart) {
    bool several = false;
    for (size_t i = 0; i < chart->series.count && chart->sets.count > 1; i++) {
        for (size_t k = 0; k < i; k++) {
            several = several || chart->series.at[i].set == chart->series.at[k].set;
        }
    }
    return several;
}

/* Sets come in their order; what has none, by its end, the highest first. */
static bool comes_before(const Chart *chart, const Series *a, const Series *b) {
    return chart->sets.count > 1 ? a->set < b->set : last_value(chart, a) > last_value(chart, b);
}

static size_t *legend_order(Arena *arena, const Chart *chart) {
    size_t *order = NEW_ARRAY(arena, size_t, chart->series.count + 1);
    for (size_t i = 0; i < chart->series.count; i++) {
        size_t k = i;
        for (; k > 0 && comes_before(chart, &chart->series.at[i], &chart->series.at[order[k - 1]]); k--) {
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
    return order;
}

static const char *key_text(const Chart *chart, const Series *series) {
    return has_headings(chart) ? series->entry : series->name;
}

static double key_width(const Chart *chart, const Series *series) {
    return KEY + 6 + svg_text_width(key_text(chart, series)) + KEY_GAP;
}

static double widest_key(const Chart *chart) {
    double width = 0;
    for (size_t i = 0; i < chart->series.count; i++) {
        width = fmax(width, key_width(chart, &chart->series.at[i]));
    }
    return width;
}

/* How far behind headings their entries begin: in the same line where that leaves room for them. */
static double heading_width(const Chart *chart, double room) {
    const double bold = 1.1, most = 0.6;
    double width = 0;
    for (size_t i = 0; i < chart->sets.count; i++) {
        width = fmax(width, bold * svg_text_width(chart->sets.at[i]) + KEY_GAP);
    }
    return width < most * room && width + widest_key(chart) <= room ? width : KEY_GAP;
}

/* The entries, many of them in columns, and where each stands. */
static Keys lay_legend(Arena *arena, const Chart *chart, double left, double right) {
    const size_t *order = legend_order(arena, chart);
    const bool headings = has_headings(chart);
    const double room = right - left, common = widest_key(chart), begin = headings ? heading_width(chart, room) : 0;
    double at = left + begin;
    int row = 0;
    Keys keys = {0};
    for (size_t i = 0; i < chart->series.count; i++) {
        const Series *series = &chart->series.at[order[i]];
        bool columns = headings || chart->series.count > IN_A_ROW;
        double width = columns ? common : key_width(chart, series);
        if (headings && (i == 0 || series->set != chart->series.at[order[i - 1]].set)) {
            row += i > 0;
            vec_push(arena, &keys, ((Key){true, series->set, left, row}));
            row += begin == KEY_GAP;
            at = left + begin;
        } else if (at > left + begin && at + width - KEY_GAP > right) {
            at = left + begin;
            row++;
        }
        vec_push(arena, &keys, ((Key){false, order[i], at, row}));
        at += width;
    }
    return keys;
}

static void draw_key(Text *out, const Chart *chart, const Key *key, double y) {
    if (key->heading) {
        text_printf(out, "<g class=\"key\" data-set=\"%zu\">", key->of);
        svg_label(out, key->x, y, ANCHOR_START, COLOR_INK, TEXT_BOLD, chart->sets.at[key->of]);
        text_puts(out, "</g>");
        return;
    }
    const Series *series = &chart->series.at[key->of];
    text_printf(out, "<g class=\"key\" data-k=\"%zu\" data-of=\"%zu\">", key->of, series->set);
    text_printf(out, "<g stroke-width=\"3\" stroke-linecap=\"round\"%s>", dashes[series->stroke]);
    svg_line(out, key->x, y - 4, key->x + KEY, y - 4, series->color);
    text_puts(out, "</g>");
    svg_label(out, key->x + KEY + 6, y, ANCHOR_START, COLOR_INK, TEXT_PLAIN, key_text(chart, series));
    text_puts(out, "</g>");
}

/* ---- the whole ---- */

static double widest(const Tick *ticks, size_t count) {
    double width = 0;
    for (size_t i = 0; i < count; i++) {
        double own = svg_text_width(ticks[i].text);
        width = own > width ? own : width;
    }
    return width;
}

/* Names in the place of the numbers on the axis of x, of those that have points; how many. 0: they do not fit, or there
 * are none. */
static size_t name_ticks(const Chart *chart, const Axis *axis, Range x, Tick *ticks) {
    const double gap = 6;
    double end = 0; /* of the name before */
    size_t count = 0;
    for (size_t i = 0; i < chart->x_names.count; i++) {
        double number = (double)(i + 1), at = axis_place(axis, number), half = svg_text_width(chart->x_names.at[i]) / 2;
        if (number < x.low || number > x.high) {
            continue;
        }
        if (at - half < end + gap || at + half > WIDTH) {
            return 0;
        }
        end = at + half;
        ticks[count++] = (Tick){number, chart->x_names.at[i]};
    }
    return count;
}

static size_t ticks_of_x(Arena *arena, const Chart *chart, const Axis *axis, Range x, Tick **ticks) {
    *ticks = NEW_ARRAY(arena, Tick, TICKS + chart->x_names.count);
    size_t named = name_ticks(chart, axis, x, *ticks);
    if (named > 0) {
        return named;
    }
    size_t count = axis_ticks(arena, axis, 7, *ticks), kept = 0;
    for (size_t i = 0; i < count; i++) { /* there is no half an epoch, and none before the first */
        (*ticks)[kept] = (*ticks)[i];
        kept += (*ticks)[i].value == floor((*ticks)[i].value) && (*ticks)[i].value >= x.low;
    }
    return kept;
}

/* NULL: nothing has to be said. */
static const char *said(Arena *arena, const Chart *chart, bool cut, bool thinned) {
    bool zero = false;
    for (size_t i = 0; i < chart->series.count && chart->log; i++) {
        const Points *points = &chart->series.at[i].points;
        for (size_t k = 0; k < points->count; k++) {
            zero = zero || points->at[k].y <= 0;
        }
    }
    const struct {
        bool holds;
        const char *text;
    } notes[] = {{cut, "The first values, which would squeeze the rest, are outside of the frame."},
                 {thinned, "Of many points the lowest and the highest of each stretch are drawn."},
                 {zero, "A 0 has no place on a logarithmic axis."}};
    const char *text = NULL;
    for (size_t i = 0; i < COUNT_OF(notes); i++) {
        if (notes[i].holds) {
            text = text == NULL ? notes[i].text : arena_format(arena, "%s %s", text, notes[i].text);
        }
    }
    return text;
}

const char *chart_svg(Arena *arena, const Chart *chart, Text *out) {
    bool cut = false, thinned = false;
    Tick *xs, ys[TICKS];
    size_t count = chart->series.count;
    Range x = range_of_x(chart), y = shown_range(chart, x, &cut);
    Plot plot = {.arena = arena, .chart = chart, .out = out, .most = POINTS_OF_ALL / (count > 0 ? count : 1)};
    plot.most = plot.most < FEWEST ? FEWEST : plot.most > MOST ? MOST : plot.most;
    plot.y = axis_of(chart->log, chart->share, y.low, y.high, TOP + HEIGHT, TOP);
    size_t y_count = axis_ticks(arena, &plot.y, 5, ys);
    double left = widest(ys, y_count) + 14;
    left = left < 40 ? 40 : left;
    double beside = chart->x_names.count > 0 ? 0.3 : 0; /* for half a name */
    plot.x = axis_of(false, false, x.low - beside, x.high + beside, left, WIDTH - RIGHT);
    size_t x_count = ticks_of_x(arena, chart, &plot.x, x, &xs);
    Keys legend = lay_legend(arena, chart, left, WIDTH - RIGHT);
    int rows = legend.count > 0 ? legend.at[legend.count - 1].row : 0;
    double first = TOP + HEIGHT + BELOW + 20;
    /* What a script needs to find the numbers again: ends of the axes, as numbers and on the drawing. */
    const char *axes = arena_format(arena,
                                    " class=\"chart\" data-ax=\"%.9g %.9g %.1f %.1f\" data-ay=\"%.9g %.9g %.1f "
                                    "%.1f\" data-log=\"%d\" data-share=\"%d\" data-unit=\"%s\"",
                                    plot.x.low, plot.x.high, plot.x.at, plot.x.to, plot.y.low, plot.y.high, plot.y.at,
                                    plot.y.to, chart->log, chart->share, chart->x_title);
    svg_begin(out, WIDTH, first + rows * LEGEND_ROW + 12, chart->name, axes);
    draw_axes(&plot, xs, x_count, ys, y_count);
    draw_mark(&plot);
    /* What is outside of the frame is cut off by a drawing of its own, which takes no name. */
    double x0 = left - 4, y0 = TOP - 4, width = WIDTH - RIGHT - left + 8, height = HEIGHT + 6;
    text_printf(out,
                "<svg x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" viewBox=\"%.1f %.1f %.1f %.1f\" "
                "overflow=\"hidden\">\n",
                x0, y0, width, height, x0, y0, width, height);
    for (size_t i = 0; i < count; i++) {
        thinned = draw_series(&plot, i) || thinned;
    }
    text_puts(out, "</svg>\n");
    for (size_t i = 0; i < legend.count; i++) {
        draw_key(out, chart, &legend.at[i], first + legend.at[i].row * LEGEND_ROW);
    }
    svg_end(out);
    return said(arena, chart, cut, thinned);
}

/* ---- CSV ---- */

void csv_text(Text *out, const char *text) {
    Arena *arena = arena_new();
    const char *clean = utf8_clean(arena, text, strlen(text));
    const char *quote = strpbrk(clean, ",\"") == NULL ? "" : "\"";
    text_puts(out, quote);
    for (; *clean != '\0'; clean++) {
        text_add(out, *clean == '"' ? "\"\"" : clean, *clean == '"' ? 2 : 1);
    }
    text_puts(out, quote);
    arena_free(arena);
}

void csv_number(Text *out, double value) {
    if (isfinite(value)) {
        text_printf(out, "%.9g", value);
    }
}

void chart_csv(const Chart *chart, Text *out) {
    csv_text(out, chart->x_title);
    text_puts(out, ",series,value,sd\n");
    for (size_t i = 0; i < chart->series.count; i++) {
        const Series *series = &chart->series.at[i];
        for (size_t k = 0; k < series->points.count; k++) {
            const Point *point = &series->points.at[k];
            csv_number(out, point->x);
            text_puts(out, ",");
            csv_text(out, series->name);
            text_puts(out, ",");
            csv_number(out, point->y);
            text_puts(out, ",");
            csv_number(out, point->sd);
            text_puts(out, "\n");
        }
    }
}
