#include "compiler/report/figure.h"

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart chart = {.name = "Norm of the gradient", .y_title = "‖gradient‖", .log = true};
    curves_of_groups(arena, report, LOG_STEPS, "gradient_norm", "gradient", STROKE_SOLID, &chart);
    drawing_chart(arena, drawing, "", "gradient", &chart);
    drawing_of_log(arena, &figure_gradient, report_logged(report, LOG_STEPS), drawing);
}

const Figure figure_gradient = {
    .name = "gradient",
    .title = "Norm of the gradient",
    .section = "Learning",
    .doc = "Of all weights and biases together, over a batch, before it is clipped: what a bound is chosen by.",
    .needs = "steps.csv",
    .line = "log steps every=epoch",
    .draw = draw,
};
