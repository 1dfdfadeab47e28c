#include "compiler/report/figure.h"

/* Layers of one kind, whose gradients have no other factor in them, are compared by the norm, as the texts do. */
static bool is_mixed(const Model *model) {
    const LayerKind *kind = NULL;
    bool mixed = false;
    for (size_t i = 0; model != NULL && i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        bool weighted = layer->trainable && layer->stored.count > 0;
        mixed = mixed || layer->normalised > 0 || (weighted && kind != NULL && layer->kind != kind);
        kind = weighted ? layer->kind : kind;
    }
    return mixed;
}

static void draw_column(Arena *arena, const Report *report, const char *column, const char *title, const char *name,
                        Drawing *drawing) {
    Chart chart = {
        .name = arena_format(arena, "Speed of learning by layer, %s", column), .y_title = title, .log = true};
    drawing_layers(arena, report, drawing, name, column, column, &chart);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    static const char norm[] = "‖∂C/∂b‖", rms[] = "√(mean δ²)";
    bool mixed = is_mixed(report->network.model);
    draw_column(arena, report, mixed ? "delta_rms" : "delta_norm", mixed ? rms : norm, mixed ? "delta_rms" : "",
                drawing);
    draw_column(arena, report, mixed ? "delta_norm" : "delta_rms", mixed ? norm : rms, mixed ? "" : "delta_rms",
                drawing);
    drawing_of_log(arena, &figure_speed, report_logged(report, LOG_GRADIENTS), drawing);
    Words sources = report_sources(report, "delta_norm");
    if (sources.count == 1 && string_is(sources.at[0], "probe")) {
        drawing_say(arena, drawing, "Over the same examples each time (the probe).");
    }
}

const Figure figure_speed = {
    .name = "speed",
    .title = "Speed of learning by layer",
    .section = "Layers",
    .doc = "How fast each layer changes, on a logarithmic axis: delta_norm is the length of the mean gradient by the "
           "biases, delta_rms compares layers of different kinds and sizes. Lines far apart are a vanishing (or "
           "exploding) gradient.",
    .needs = "gradients.csv",
    .line = "log gradients every=epoch probe=1000",
    .wide = true,
    .draw = draw,
};
