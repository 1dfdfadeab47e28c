#include <ctype.h>

#include "compiler/report/figure.h"

#include "runtime/train/score.h"

static Chart score(Arena *arena, const Report *report, const char *name, const char *title, bool share) {
    Chart chart = {.name = arena_format(arena, "%s by epoch", title), .y_title = title, .share = share};
    const char *validation = arena_format(arena, "validation_%s", name);
    curves_of_groups(arena, report, LOG_EPOCHS, validation, "validation", STROKE_SOLID, &chart);
    bool validated = chart.series.count > 0;
    curves_of_groups(arena, report, LOG_EPOCHS, arena_format(arena, "train_%s", name), "training",
                     validated ? STROKE_DASHED : STROKE_SOLID, &chart);
    mark_best(arena, report, &chart);
    return chart;
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    for (NetFigure figure = NET_FIGURE_COST + 1; figure < NET_FIGURES; figure++) {
        const char *name = net_figure_name(figure), *title = net_figure_title(figure);
        Chart chart = score(arena, report, name, title, net_figure_is_share(figure));
        if (chart.series.count > 0 && drawing->views.count == 0) {
            drawing->title = arena_format(arena, "%c%s", toupper((unsigned char)*title), title + 1);
        }
        drawing_chart(arena, drawing, drawing->views.count == 0 ? "" : name, title, &chart);
    }
}

const Figure figure_score = {
    .name = "score",
    .title = "Accuracy",
    .section = "Learning",
    .doc = "What the network is judged by, after each epoch; of training while the weights change.",
    .draw = draw,
};
