#include "compiler/report/figure.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart chart = {.name = "Saturation by layer", .y_title = "saturated", .share = true, .zero = true};
    drawing_layers(arena, report, drawing, "", "saturated", "saturated", &chart);
}

const Figure figure_saturated = {
    .name = "saturated",
    .title = "Saturation",
    .section = "Layers",
    .doc = "The share of a layer's outputs that stand where the activation is flat: little of a gradient passes there.",
    .draw = draw,
};
