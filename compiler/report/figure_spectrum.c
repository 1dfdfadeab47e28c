#include "compiler/report/figure.h"

enum { FEW = 6 /* layers of which there is more than the median over training */, NAMED = 12 };

static const struct {
    const char *column, *title;
    Stroke stroke;
    bool middle, quartile;
} quantiles[] = {{"largest", "largest", STROKE_DASHED, false, false},
                 {"upper", "upper quartile", STROKE_LONG, false, true},
                 {"median", "median", STROKE_SOLID, true, false},
                 {"lower", "lower quartile", STROKE_FINE, false, true},
                 {"smallest", "smallest", STROKE_DOTTED, false, false}};

typedef struct {
    Arena *arena;
    const Report *report;
    Words layers;
    const char *of; /* "jacobian" */
    Chart chart;
} Spectrum;

static Points points_of(const Spectrum *spectrum, const Group *group, size_t layer, size_t q) {
    const RowFilter filter = {.layer = spectrum->layers.at[layer], .of = spectrum->of};
    return report_points(spectrum->report, group, LOG_SPECTRUM, "step", quantiles[q].column, &filter);
}

/* Whether a matrix has but one value, which all quantiles are. */
static bool is_single(const Spectrum *spectrum, const Group *group, size_t layer) {
    const RowFilter filter = {.layer = spectrum->layers.at[layer], .of = spectrum->of};
    Points counts = report_points(spectrum->report, group, LOG_SPECTRUM, "step", "count", &filter);
    bool single = true;
    for (size_t i = 0; i < counts.count && single; i++) {
        single = counts.at[i].y == 1;
    }
    return single;
}

static bool all_single(const Spectrum *spectrum, const Group *group) {
    bool single = true;
    for (size_t i = 0; i < spectrum->layers.count && single; i++) {
        single = is_single(spectrum, group, i);
    }
    return single;
}

static const char *quantile_name(size_t q, bool single) { return single ? "only value" : quantiles[q].title; }

static void add(Spectrum *spectrum, size_t group, const char *name, Color color, Stroke stroke, Points points) {
    Series series = {.color = color, .stroke = stroke, .points = points};
    curve_of_group(spectrum->arena, spectrum->report, group, name, false, series, &spectrum->chart);
}

/* A quantile of each layer, before the first step and as it was logged last; of several groups the last alone. */
static void add_depth(Spectrum *spectrum, size_t g, size_t q, bool single) {
    const Group *group = &spectrum->report->groups.at[g];
    bool alone = spectrum->report->groups.count == 1, moved = false;
    Points first = {0}, last = {0};
    for (size_t i = 0; i < spectrum->layers.count; i++) {
        Points points = points_of(spectrum, group, i, q);
        if (points.count == 0) {
            continue;
        }
        Point one = points.at[0], other = points.at[points.count - 1];
        moved = moved || other.x > one.x;
        one.x = other.x = (double)(i + 1);
        vec_push(spectrum->arena, &first, one);
        vec_push(spectrum->arena, &last, other);
    }
    const char *title = quantile_name(q, single), *at_first = arena_format(spectrum->arena, "%s at first", title);
    if (alone || !moved) {
        add(spectrum, g, alone && !moved ? title : at_first, color_hue(alone ? 1 : g), quantiles[q].stroke, first);
    }
    if (moved) {
        add(spectrum, g, arena_format(spectrum->arena, "%s at last", title), color_hue(alone ? 0 : g),
            quantiles[q].stroke, last);
    }
}

static void draw_depth(Spectrum *spectrum, const char *name, const char *title, Drawing *drawing) {
    spectrum->chart = (Chart){.name = arena_format(spectrum->arena, "Singular values by layer, %s", spectrum->of),
                              .x_title = "layer",
                              .x_names = spectrum->layers,
                              .y_title = "σ",
                              .log = true};
    for (size_t g = 0; g < spectrum->report->groups.count; g++) {
        bool single = all_single(spectrum, &spectrum->report->groups.at[g]);
        for (size_t q = 0; q < COUNT_OF(quantiles); q++) {
            if (!single || quantiles[q].middle) {
                add_depth(spectrum, g, q, single);
            }
        }
    }
    drawing_chart(spectrum->arena, drawing, name, title, &spectrum->chart);
}

static void draw_training(Spectrum *spectrum, const char *name, const char *title, Drawing *drawing) {
    size_t groups = spectrum->report->groups.count, count = spectrum->layers.count;
    spectrum->chart = (Chart){.name = arena_format(spectrum->arena, "Singular values over training, %s", spectrum->of),
                              .x_title = "step",
                              .y_title = "σ",
                              .log = true};
    for (size_t g = 0; g < groups; g++) {
        for (size_t i = 0; i < count; i++) {
            const Group *group = &spectrum->report->groups.at[g];
            bool single = is_single(spectrum, group, i);
            for (size_t q = 0; q < COUNT_OF(quantiles); q++) {
                bool shown = quantiles[q].middle || (groups == 1 && count <= FEW && !quantiles[q].quartile && !single);
                if (shown) {
                    add(spectrum, g,
                        arena_format(spectrum->arena, "%s, %s", spectrum->layers.at[i], quantile_name(q, single)),
                        color_layer(i, count), groups == 1 ? quantiles[q].stroke : (Stroke)(g % STROKES),
                        points_of(spectrum, group, i, q));
                }
            }
        }
    }
    drawing_chart(spectrum->arena, drawing, name, title, &spectrum->chart);
}

/* Which layer is which on the axis. */
static void say_layers(const Spectrum *spectrum, Drawing *drawing) {
    const char *text = "";
    for (size_t i = 0; i < spectrum->layers.count; i++) {
        text = arena_format(spectrum->arena, "%s%s%zu %s", text, i > 0 ? ", " : "", i + 1, spectrum->layers.at[i]);
    }
    if (drawing->views.count > 0 && spectrum->layers.count <= NAMED) {
        drawing_say(spectrum->arena, drawing, "Layers: %s.", text);
    }
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Spectrum jacobian = {
        .arena = arena, .report = report, .layers = report_layers(report, LOG_SPECTRUM), .of = "jacobian"};
    Spectrum weight = jacobian;
    weight.of = "weight";
    draw_depth(&jacobian, "", "Jacobians by layer", drawing);
    draw_depth(&weight, "weight", "weights by layer", drawing);
    draw_training(&jacobian, "training", "Jacobians over training", drawing);
    draw_training(&weight, "weight_training", "weights over training", drawing);
    drawing_of_log(arena, &figure_spectrum, report_logged(report, LOG_SPECTRUM), drawing);
    say_layers(&jacobian, drawing);
}

const Figure figure_spectrum = {
    .name = "spectrum",
    .title = "Singular values",
    .section = "Layers",
    .doc = "What a small change of a layer's output does to the last weighted inputs: it is stretched at most by the "
           "largest singular value of the Jacobian ∂z/∂a, and gradients, on their way back, are stretched alike. Where "
           "most values are near 0, most directions are lost. Beside it the layers' weight matrices.",
    .needs = "spectrum.csv",
    .line = "log spectrum every=epoch",
    .wide = true,
    .draw = draw,
};
