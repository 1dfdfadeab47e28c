/* The curves of experiments, drawn as those of reports are: means over the seeds with their deviation, the texts'
 * dashed. */
#include <math.h>
#include <stdlib.h>

#include "compiler/driver/report.h"
#include "compiler/experiments/published.h"
#include "compiler/experiments/reading.h"
#include "compiler/experiments/results.h"
#include "compiler/report/chart.h"
#include "runtime/base/atomic.h"

static const json_t *curve_of(const json_t *training, const Plot *plot, const char *layer, const json_t **places) {
    const json_t *drawn = json_object_get(json_object_get(training, "curves"), plot->column);
    *places = json_object_get(drawn, "x");
    return json_object_get(json_object_get(drawn, "curves"), layer);
}

/* At the places of the first training: means over those at the row's first rate that did not diverge. */
static Points points_of(const RowFile *file, const Plot *plot, const char *layer) {
    Points points = {0};
    const json_t *places, *first = curve_of(row_file_first(file), plot, layer, &places);
    double rate = json_number_value(json_object_get(row_file_first(file), "rate"));
    for (size_t i = 0; i < json_array_size(first); i++) {
        NetMoments moments = {.count = 0};
        size_t index;
        const json_t *training;
        json_array_foreach(file->trainings, index, training) {
            const json_t *unused, *value = json_array_get(curve_of(training, plot, layer, &unused), i);
            double other = json_number_value(json_object_get(training, "rate"));
            if (json_is_number(value) && !(other < rate || other > rate) && !row_file_diverged(training)) {
                net_moments_add(&moments, json_number_value(value));
            }
        }
        Point point = {json_number_value(json_array_get(places, i)), moments.count > 0 ? moments.mean : (double)NAN,
                       net_moments_sd(&moments)};
        vec_push(file->arena, &points, point);
    }
    return points;
}

static Points published_points(Arena *arena, const Published *curve) {
    Points points = {0};
    for (size_t i = 0; i < curve->count; i++) {
        Point point = {(double)curve->x[i], (double)curve->y[i], (double)NAN};
        vec_push(arena, &points, point);
    }
    return points;
}

/* The curves of a row: its layers', or the one that is of none. */
static void add_row(const Results *results, const RowFile *file, const Plot *plot, size_t hue, Chart *chart) {
    Arena *arena = file->arena;
    const json_t *drawn = json_object_get(json_object_get(row_file_first(file), "curves"), plot->column);
    json_t *curves = json_object_get(drawn, "curves");
    size_t layers = json_object_size(curves), i = 0;
    bool comparable = row_file_comparable(file);
    const char *layer;
    json_t *unused;
    json_object_foreach(curves, layer, unused) {
        const char *name = plot->layers ? layer : file->row->title;
        Series series = {.name = arena_format(arena, "%s", name),
                         .color = plot->layers ? color_layer(i, layers) : color_hue(hue),
                         .points = points_of(file, plot, layer)};
        chart_add(arena, chart, series);
        const Published *text =
            comparable ? published_find(results->experiment->name, file->row->name, plot->column, layer) : NULL;
        if (text != NULL) {
            series.name = arena_format(arena, "%s, text", name);
            series.stroke = STROKE_DASHED;
            series.points = published_points(arena, text);
            chart_add(arena, chart, series);
        }
        i++;
    }
}

static void draw(const Results *results, const Plot *plot, Chart *chart) {
    *chart = (Chart){.name = plot->title,
                     .x_title = plot->layers  ? "step"
                                : plot->depth ? "hidden layer"
                                              : "epoch",
                     .y_title = plot->y_title,
                     .log = plot->log,
                     .share = plot->share};
    for (size_t i = 0; i < results->experiment->row_count; i++) {
        const RowFile *file = &results->files[i];
        if (file->root != NULL && plot_draws(plot, file->row)) {
            add_row(results, file, plot, i, chart);
        }
    }
}

bool chart_exists(const Results *results, const Plot *plot) {
    Chart chart;
    draw(results, plot, &chart);
    return chart.series.count > 0;
}

bool charts_write(const Plan *plan, const Results *results, int *status) {
    NetError error = {.status = NET_OK};
    bool good = true;
    for (size_t i = 0; good && i < results->experiment->plot_count; i++) {
        Text text = {0};
        Chart chart;
        draw(results, &results->experiment->plots[i], &chart);
        if (chart.series.count > 0) {
            chart_svg(plan->arena, &chart, &text);
            const char *path = arena_format(plan->arena, "%s/%s.svg", plan->folder, results->experiment->plots[i].name);
            good = net_file_save(path, text.data, text.length, &error);
        }
        text_free(&text);
    }
    if (!good) {
        *status = report_environment("%s", error.text);
    }
    return good;
}
