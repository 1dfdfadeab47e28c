#include "compiler/report/figure.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart chart = {.name = "Dead units by layer", .y_title = "dead", .share = true, .zero = true};
    curves_of_layers(arena, report, "dead", &chart);
    drawing_chart(arena, drawing, "", "dead", &chart);
}

const Figure figure_dead = {
    .name = "dead",
    .title = "Dead units",
    .section = "Layers",
    .doc = "The share of a layer's units (or maps) that no example makes active: they do not learn.",
    .draw = draw,
};
