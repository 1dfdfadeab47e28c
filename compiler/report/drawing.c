/* What figures draw with. */
#include <math.h>

#include "compiler/report/figure.h"

View *drawing_view(Arena *arena, Drawing *drawing, const char *name, const char *title) {
    View view = {.name = name, .title = title};
    vec_push(arena, &drawing->views, view);
    return &drawing->views.at[drawing->views.count - 1];
}

void drawing_say(Arena *arena, Drawing *drawing, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vformat(arena, format, args);
    va_end(args);
    drawing->caption = drawing->caption == NULL ? text : arena_format(arena, "%s %s", drawing->caption, text);
}

/* The sets that no curve is of. */
static const char *left_out(Arena *arena, const Chart *chart) {
    const char *text = NULL;
    for (size_t i = 0; i < chart->sets.count; i++) {
        bool drawn = false;
        for (size_t k = 0; k < chart->series.count; k++) {
            drawn = drawn || chart->series.at[k].set == i;
        }
        if (!drawn) {
            text = text == NULL ? chart->sets.at[i] : arena_format(arena, "%s; %s", text, chart->sets.at[i]);
        }
    }
    return text;
}

void drawing_chart(Arena *arena, Drawing *drawing, const char *name, const char *title, const Chart *chart) {
    if (chart->series.count == 0) {
        return;
    }
    bool first = drawing->views.count == 0;
    View *view = drawing_view(arena, drawing, name, title);
    view->left_out = left_out(arena, chart);
    const char *note = chart_svg(arena, chart, &view->svg);
    chart_csv(chart, &view->csv);
    if (note != NULL && first) {
        drawing_say(arena, drawing, "%s", note);
    }
}

void drawing_of_log(Arena *arena, const Figure *figure, bool logged, Drawing *drawing) {
    if (logged && drawing->views.count == 0) {
        drawing->missing = arena_format(arena, "%s holds no number that can be drawn yet.", figure->needs);
    }
}

void curve_of_group(Arena *arena, const Report *report, size_t group, const char *part, bool chief, Series series,
                    Chart *chart) {
    const char *label = report->groups.at[group].label;
    series.name = report->groups.count == 1 ? part : chief ? label : arena_format(arena, "%s, %s", label, part);
    series.entry = part;
    series.set = group;
    for (size_t i = chart->sets.count; i < report->groups.count; i++) {
        vec_push(arena, &chart->sets, report->groups.at[i].label);
    }
    chart_add(arena, chart, series);
}

void curves_of_groups(Arena *arena, const Report *report, LogName log, const char *column, const char *part,
                      Stroke stroke, Chart *chart) {
    const char *x = report_x(report, log, NULL);
    chart->x_title = x;
    for (size_t i = 0; i < report->groups.count; i++) {
        bool alone = report->groups.count == 1, chief = stroke == STROKE_SOLID;
        Series series = {.color = color_hue(alone ? (chief ? 0 : 1) : i),
                         .stroke = alone ? STROKE_SOLID : stroke,
                         .points = report_points(report, &report->groups.at[i], log, x, column, NULL)};
        curve_of_group(arena, report, i, part, chief, series, chart);
    }
}

static void curves_of_layers(Arena *arena, const Report *report, const char *column, const char *source, Chart *chart) {
    Words layers = report_layers(report, LOG_GRADIENTS);
    chart->x_title = report_x(report, LOG_GRADIENTS, source);
    for (size_t g = 0; g < report->groups.count; g++) {
        for (size_t i = 0; i < layers.count; i++) {
            const RowFilter filter = {.source = source, .layer = layers.at[i]};
            Series series = {
                .color = color_layer(i, layers.count),
                .stroke = (Stroke)(g % STROKES),
                .points = report_points(report, &report->groups.at[g], LOG_GRADIENTS, chart->x_title, column, &filter)};
            curve_of_group(arena, report, g, layers.at[i], false, series, chart);
        }
    }
}

void drawing_layers(Arena *arena, const Report *report, Drawing *drawing, const char *name, const char *title,
                    const char *column, const Chart *empty) {
    Words sources = report_sources(report, column);
    for (size_t i = 0; i < sources.count; i++) {
        Chart chart = *empty;
        const char *source = sources.at[i];
        const char *whole = *name == '\0' ? source : arena_format(arena, "%s_%s", name, source);
        curves_of_layers(arena, report, column, source, &chart);
        drawing_chart(arena, drawing, i == 0 ? name : whole,
                      sources.count == 1 ? title : arena_format(arena, "%s (%s)", title, source), &chart);
    }
    if (sources.count > 1 && drawing->views.count == sources.count) {
        drawing_say(arena, drawing,
                    "What was logged of the probe, of batches and over an epoch are different measurements: each has a "
                    "view of its own.");
    }
}

void mark_best(Arena *arena, const Report *report, Chart *chart) {
    const Field *best = field_find(&report->data[0].run->figures, "best_epoch");
    if (report->runs->count == 1 && best != NULL && !isnan(best->number) && best->number > 0) {
        chart->mark = best->number;
        chart->mark_text = arena_format(arena, "best, epoch %s", best->text);
    }
}
