#include "compiler/report/scatter.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    scatter_outputs(arena, report, false, drawing);
}

const Figure figure_values = {
    .name = "values",
    .title = "Predicted against true",
    .section = "Predictions",
    .doc = "On the line they are equal.",
    .draw = draw,
};
