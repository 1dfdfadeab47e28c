#include "compiler/report/figure.h"

static Chart cost(Arena *arena, const Report *report, bool log) {
    Chart chart = {.name = "Cost by epoch", .y_title = "cost", .log = log};
    curves_of_groups(arena, report, LOG_EPOCHS, "validation_cost", "validation", STROKE_SOLID, &chart);
    bool validated = chart.series.count > 0;
    curves_of_groups(arena, report, LOG_EPOCHS, "train_cost", "training", validated ? STROKE_DASHED : STROKE_SOLID,
                     &chart);
    mark_best(arena, report, &chart);
    return chart;
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    Chart linear = cost(arena, report, false), log = cost(arena, report, true);
    drawing_chart(arena, drawing, "", "linear", &linear);
    drawing_chart(arena, drawing, "log", "logarithmic", &log);
    drawing->missing = "There are no whole epochs yet.";
}

const Figure figure_cost = {
    .name = "cost",
    .title = "Cost",
    .section = "Learning",
    .doc = "Mean over the examples, without the penalty. That of training is measured while the weights change.",
    .draw = draw,
};
