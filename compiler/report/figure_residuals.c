#include "compiler/report/scatter.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    scatter_outputs(arena, report, true, drawing);
}

const Figure figure_residuals = {
    .name = "residuals",
    .title = "Residuals",
    .section = "Predictions",
    .doc = "What the network is off by: a pattern here is something it has not learned.",
    .draw = draw,
};
