#include "compiler/report/figure.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart chart = {.name = "Update ratio by layer", .y_title = "‖Δw‖ / ‖w‖", .log = true};
    drawing_layers(arena, report, drawing, "", "update ratio", "update_ratio", &chart);
}

const Figure figure_update = {
    .name = "update",
    .title = "Update ratio",
    .section = "Layers",
    .doc = "What a step changes of a layer's weights, by their size. About 10⁻³ is usual; far less is standing still.",
    .draw = draw,
};
