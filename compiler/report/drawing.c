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

void drawing_chart(Arena *arena, Drawing *drawing, const char *name, const char *title, const Chart *chart) {
    if (chart->series.count == 0) {
        return;
    }
    bool first = drawing->views.count == 0;
    View *view = drawing_view(arena, drawing, name, title);
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

/* "validation", "rate 0.1, validation", "rate 0.1". */
static const char *curve_name(Arena *arena, const Report *report, const Group *group, const char *part, bool only) {
    if (report->groups.count == 1) {
        return part;
    }
    return only ? group->label : arena_format(arena, "%s, %s", group->label, part);
}

void curves_of_groups(Arena *arena, const Report *report, LogName log, const char *column, const char *part,
                      Stroke stroke, Chart *chart) {
    const char *x = report_x(report, log, NULL);
    chart->x_title = x;
    for (size_t i = 0; i < report->groups.count; i++) {
        const Group *group = &report->groups.at[i];
        bool alone = report->groups.count == 1;
        Series series = {.name = curve_name(arena, report, group, part, stroke == STROKE_SOLID),
                         .color = color_hue(alone ? (stroke == STROKE_SOLID ? 0 : 1) : i),
                         .stroke = alone ? STROKE_SOLID : stroke,
                         .points = report_points(report, group, log, x, column, NULL)};
        chart_add(arena, chart, series);
    }
}

bool curves_of_layers(Arena *arena, const Report *report, const char *column, Chart *chart) {
    const char *source = report_source(report, column);
    if (source == NULL) {
        return false;
    }
    Words layers = report_layers(report, LOG_GRADIENTS);
    chart->x_title = report_x(report, LOG_GRADIENTS, source);
    for (size_t g = 0; g < report->groups.count; g++) {
        const Group *group = &report->groups.at[g];
        for (size_t i = 0; i < layers.count; i++) {
            const RowFilter filter = {.source = source, .layer = layers.at[i]};
            const char *name =
                report->groups.count == 1 ? layers.at[i] : arena_format(arena, "%s, %s", layers.at[i], group->label);
            Series series = {.name = name,
                             .color = color_layer(i, layers.count),
                             .stroke = (Stroke)(g % STROKES),
                             .points = report_points(report, group, LOG_GRADIENTS, chart->x_title, column, &filter)};
            chart_add(arena, chart, series);
        }
    }
    return chart->series.count > 0;
}

void mark_best(Arena *arena, const Report *report, Chart *chart) {
    const Field *best = field_find(&report->data[0].run->figures, "best_epoch");
    if (report->runs->count == 1 && best != NULL && !isnan(best->number) && best->number > 0) {
        chart->mark = best->number;
        chart->mark_text = arena_format(arena, "best, epoch %s", best->text);
    }
}
