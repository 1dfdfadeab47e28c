#include "compiler/report/scatter.h"

#include <math.h>

#include "compiler/model/targets.h"
#include "compiler/report/axis.h"
#include "compiler/report/svg.h"

enum { WIDTH = 600, TOP = 26, RIGHT = 18, BOTTOM = 48, HEIGHT = 300, SHOWN = 2500, OUTPUTS = 8 };

static void draw_axes(Arena *arena, const Scatter *scatter, const Axis *x, const Axis *y, Text *out) {
    Tick ticks[TICKS];
    size_t count = axis_ticks(arena, y, 5, ticks);
    for (size_t i = 0; i < count; i++) {
        double at = axis_place(y, ticks[i].value);
        svg_line(out, x->at, at, x->to, at, COLOR_GRID);
        svg_label(out, x->at - 8, at + 4, ANCHOR_END, COLOR_DIM, TEXT_PLAIN, ticks[i].text);
    }
    count = axis_ticks(arena, x, 7, ticks);
    svg_line(out, x->at, y->at, x->to, y->at, COLOR_LINE);
    for (size_t i = 0; i < count; i++) {
        double at = axis_place(x, ticks[i].value);
        svg_line(out, at, y->at, at, y->at + 5, COLOR_LINE);
        svg_label(out, at, y->at + 19, ANCHOR_MIDDLE, COLOR_DIM, TEXT_PLAIN, ticks[i].text);
    }
    svg_label(out, x->at - 8, TOP - 11, ANCHOR_START, COLOR_DIM, TEXT_PLAIN, scatter->y_title);
    svg_label(out, x->to, y->at + 36, ANCHOR_END, COLOR_DIM, TEXT_PLAIN, scatter->x_title);
}

bool scatter_svg(Arena *arena, const Scatter *scatter, Text *out) {
    const Points *points = &scatter->points;
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < points->count; i++) {
        double at[2] = {points->at[i].x, points->at[i].y};
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], at[k]);
            high[k] = fmax(high[k], at[k]);
        }
    }
    if (scatter->diagonal) {
        low[0] = low[1] = fmin(low[0], low[1]);
        high[0] = high[1] = fmax(high[0], high[1]);
    } else {
        low[1] = fmin(low[1], -high[1]);
        high[1] = -low[1];
    }
    double room[2] = {(high[0] - low[0]) / 40, (high[1] - low[1]) / 40}, left = 64;
    Axis x = axis_of(false, false, low[0] - room[0], high[0] + room[0], left, WIDTH - RIGHT);
    Axis y = axis_of(false, false, low[1] - room[1], high[1] + room[1], TOP + HEIGHT, TOP);
    svg_begin(out, WIDTH, TOP + HEIGHT + BOTTOM, scatter->name, "");
    draw_axes(arena, scatter, &x, &y, out);
    text_puts(out, "<g stroke-width=\"1.5\">");
    svg_line(out, x.at, scatter->diagonal ? axis_place(&y, x.low) : axis_place(&y, 0), x.to,
             scatter->diagonal ? axis_place(&y, x.high) : axis_place(&y, 0), COLOR_LINE);
    text_puts(out, "</g><path fill=\"none\" stroke-width=\"5\" stroke-linecap=\"round\" stroke-opacity=\"0.45\"");
    color_stroke(out, color_hue(0));
    text_puts(out, " d=\"");
    size_t step = (points->count + SHOWN - 1) / SHOWN;
    for (size_t i = 0; i < points->count; i += step > 0 ? step : 1) {
        text_puts(out, "M");
        svg_number(out, axis_place(&x, points->at[i].x));
        text_puts(out, " ");
        svg_number(out, axis_place(&y, points->at[i].y));
        text_puts(out, "h.01");
    }
    text_puts(out, "\"/>\n");
    svg_end(out);
    return step <= 1;
}

static Scatter of_output(Arena *arena, const Predictions *predictions, int64_t k, bool residual) {
    Scatter scatter = {.name = residual ? "Residuals" : "Predicted against true values",
                       .x_title = residual ? "predicted" : "true",
                       .y_title = residual ? "true − predicted" : "predicted",
                       .diagonal = !residual};
    for (int64_t i = 0; i < predictions->count; i++) {
        double is = (double)predictions->targets[i * predictions->outputs + k];
        double said = (double)predictions->values[i * predictions->outputs + k];
        Point point = residual ? (Point){said, is - said, (double)NAN} : (Point){is, said, (double)NAN};
        if (isfinite(point.x) && isfinite(point.y)) {
            vec_push(arena, &scatter.points, point);
        }
    }
    return scatter;
}

void scatter_outputs(Arena *arena, const Report *report, bool residual, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    bool all = true;
    if (predictions->missing != NULL || predictions->targets == NULL ||
        report->network.model->settings.target != TARGET_VALUES) {
        return;
    }
    for (int64_t k = 0; k < predictions->outputs && k < OUTPUTS; k++) {
        Scatter scatter = of_output(arena, predictions, k, residual);
        if (scatter.points.count == 0) {
            continue;
        }
        const char *name = predictions_output(arena, predictions, k);
        View *view = drawing_view(arena, drawing, k == 0 ? "" : arena_format(arena, "%lld", (long long)k), name);
        all = scatter_svg(arena, &scatter, &view->svg) && all;
        text_puts(&view->csv, residual ? "predicted,residual\n" : "true,predicted\n");
        for (size_t i = 0; i < scatter.points.count; i++) {
            csv_number(&view->csv, scatter.points.at[i].x);
            text_puts(&view->csv, ",");
            csv_number(&view->csv, scatter.points.at[i].y);
            text_puts(&view->csv, "\n");
        }
    }
    drawing_say(arena, drawing, "%s, by %s of %s.", predictions->about, report->weights_about,
                report_run_name(report, report->chosen->run));
    if (!all) {
        drawing_say(arena, drawing, "Of many points some are drawn, evenly chosen.");
    }
}
