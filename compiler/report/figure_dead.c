#include "compiler/report/figure.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart chart = {.name = "Dead units by layer", .y_title = "dead", .share = true, .zero = true};
    drawing_layers(arena, report, drawing, "", "dead", "dead", &chart);
}

const Figure figure_dead = {
    .name = "dead",
    .title = "Dead units",
    .section = "Layers",
    .doc = "The share of a layer's units (or maps) that no example makes active: they do not learn.",
    .draw = draw,
};
