#include "compiler/report/figure.h"

/* A rate that stays is a setting, no figure. */
static bool changes(const Chart *chart) {
    for (size_t i = 0; i < chart->series.count; i++) {
        const Points *points = &chart->series.at[i].points;
        for (size_t k = 1; k < points->count; k++) {
            if (points->at[k].y != points->at[0].y) {
                return true;
            }
        }
    }
    return false;
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    size_t steps = report_count(report, LOG_STEPS, "rate", NULL);
    LogName log = steps > 0 && steps >= report_count(report, LOG_EPOCHS, "rate", NULL) ? LOG_STEPS : LOG_EPOCHS;
    Chart chart = {.name = "Learning rate", .y_title = "rate", .zero = true};
    curves_of_groups(arena, report, log, "rate", "rate", STROKE_SOLID, &chart);
    if (changes(&chart)) {
        drawing_chart(arena, drawing, "", "rate", &chart);
    }
}

const Figure figure_rate = {
    .name = "rate",
    .title = "Learning rate",
    .section = "Learning",
    .doc = "As the schedule has it.",
    .draw = draw,
};
