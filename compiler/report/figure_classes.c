#include "compiler/report/figure.h"

#include <math.h>

#include "compiler/driver/picture_text.h"
#include "compiler/model/targets.h"
#include "compiler/report/svg.h"

enum { CLASSES = 100, NAME = 21 /* columns */ };
static const double WIDTH = 600, ROW = 24, BAR = 14;

typedef struct {
    const char *name;
    int64_t right, all;
} Class;

/* Returns where the axis begins. */
static double draw_bars(Arena *arena, const Class *classes, int64_t n, Text *out) {
    double left = 20, low = 1;
    for (int64_t i = 0; i < n; i++) {
        left = fmax(left, svg_text_width(short_text(arena, classes[i].name, NAME)) + 14);
        low = classes[i].all > 0 ? fmin(low, (double)classes[i].right / (double)classes[i].all) : low;
    }
    double from = low > 0.9 ? 0.9 : low > 0.5 ? 0.5 : 0, room = WIDTH - left - 150; // the print is larger
    svg_begin(out, WIDTH, (double)n * ROW + 34, "Accuracy by class", "");
    for (int k = 0; k <= 5; k++) {
        double share = from + (1 - from) * k / 5, x = left + room * k / 5;
        svg_line(out, x, 4, x, (double)n * ROW + 8, COLOR_GRID);
        svg_label(out, x, (double)n * ROW + 24, ANCHOR_MIDDLE, COLOR_DIM, TEXT_PLAIN,
                  arena_format(arena, "%.0f %%", 100 * share));
    }
    for (int64_t i = 0; i < n; i++) {
        double y = 6 + (double)i * ROW, share = (double)classes[i].right / (double)classes[i].all;
        svg_label(out, left - 8, y + 12, ANCHOR_END, COLOR_INK, TEXT_PLAIN, short_text(arena, classes[i].name, NAME));
        if (classes[i].all > 0) {
            svg_rect(out, left, y, room * (share - from) / (1 - from), BAR, 1,
                     share == low ? color_hue(1) : color_hue(0));
            svg_label(out, left + room + 10, y + 12, ANCHOR_START, COLOR_DIM, TEXT_PLAIN,
                      arena_format(arena, "%s of %lld", share_text(arena, share), (long long)classes[i].all));
        }
    }
    svg_end(out);
    return from;
}

static void write_numbers(const Class *classes, int64_t n, Text *out) {
    text_puts(out, "class,examples,right,accuracy\n");
    for (int64_t i = 0; i < n; i++) {
        csv_text(out, classes[i].name);
        text_printf(out, ",%lld,%lld,", (long long)classes[i].all, (long long)classes[i].right);
        csv_number(out, classes[i].all > 0 ? (double)classes[i].right / (double)classes[i].all : (double)NAN);
        text_puts(out, "\n");
    }
}

/* Of classes, or of labels: each is an answer of yes or no. */
static void count(Arena *arena, const Predictions *predictions, Class *classes) {
    bool labels = predictions->targets != NULL;
    int64_t n = labels ? predictions->outputs : predictions->classes;
    for (int64_t k = 0; k < n; k++) {
        classes[k] = (Class){.name = labels ? predictions_output(arena, predictions, k)
                                            : predictions_class(arena, predictions, k)};
    }
    for (int64_t i = 0; i < predictions->count; i++) {
        if (!labels) {
            classes[predictions->label[i]].all++;
            classes[predictions->label[i]].right += predictions->label[i] == predictions->class_of[i];
        }
        for (int64_t k = 0; labels && k < n; k++) {
            bool said = predictions->values[i * n + k] > 0.5F, is = predictions->targets[i * n + k] > 0.5F;
            classes[k].all++;
            classes[k].right += said == is;
        }
    }
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    Class classes[CLASSES];
    if (predictions->missing != NULL ||
        (predictions->targets != NULL && report->network.model->settings.target != TARGET_LABELS)) {
        return;
    }
    int64_t n = predictions->targets != NULL ? predictions->outputs : predictions->classes;
    drawing->title = predictions->targets != NULL ? "Accuracy by label" : NULL;
    if (n > CLASSES) {
        drawing->missing =
            arena_format(arena, "There are %lld of them; more than %d are not drawn.", (long long)n, (int)CLASSES);
    }
    if (n < 2 || n > CLASSES) {
        return;
    }
    count(arena, predictions, classes);
    View *view = drawing_view(arena, drawing, "", "classes");
    double from = draw_bars(arena, classes, n, &view->svg);
    write_numbers(classes, n, &view->csv);
    if (from > 0) {
        drawing_say(arena, drawing, "The axis begins at %.0f %%.", 100 * from);
    }
    drawing_say(arena, drawing, "%s, by %s.", predictions->about, report->weights_about);
}

const Figure figure_classes = {
    .name = "classes",
    .title = "Accuracy by class",
    .section = "Predictions",
    .doc = "The share that is classified right.",
    .draw = draw,
};
