#include "compiler/report/figure.h"

#include <math.h>

#include "compiler/driver/picture_text.h"
#include "compiler/report/svg.h"

enum { CLASSES = 40, NAME = 18 /* columns */ };
static const double WIDTH = 600, LARGEST = 42;

static void write_numbers(Arena *arena, const Predictions *predictions, const int64_t *count, Text *out) {
    int64_t n = predictions->classes;
    text_puts(out, "true,predicted,count\n");
    for (int64_t i = 0; i < n * n; i++) {
        csv_text(out, predictions_class(arena, predictions, i / n));
        text_puts(out, ",");
        csv_text(out, predictions_class(arena, predictions, i % n));
        text_printf(out, ",%lld\n", (long long)count[i]);
    }
}

static const char *name_of(Arena *arena, const Predictions *predictions, int64_t class) {
    return short_text(arena, predictions_class(arena, predictions, class), NAME);
}

static void draw_matrix(Arena *arena, const Predictions *predictions, const int64_t *count, Text *out) {
    int64_t n = predictions->classes;
    double longest = 6;
    for (int64_t i = 0; i < n; i++) {
        longest = fmax(longest, svg_text_width(name_of(arena, predictions, i)));
    }
    double left = longest + 14, cell = fmin(LARGEST, (WIDTH - left - 10) / (double)n);
    /* Names stand aslant, and numbers that have no room; upright, where these would cover each other. */
    int angle = longest <= 26 && longest + 4 <= cell ? 0 : cell < 17 ? 90 : 45;
    double rise = longest * (angle == 45 ? 0.75 : 1), top = angle > 0 ? 28 + rise : 34;
    double right = angle == 45 ? fmax(8, rise + 8 - cell / 2) : 8;
    svg_begin(out, left + cell * (double)n + right, top + cell * (double)n + 10,
              "Confusion matrix: true classes down, predicted ones across", "");
    svg_label(out, 2, 12, ANCHOR_START, COLOR_DIM, TEXT_SMALL, "true ↓  predicted →");
    for (int64_t i = 0; i < n; i++) {
        const char *name = predictions_class(arena, predictions, i);
        double middle = ((double)i + 0.5) * cell;
        const char *shown = name_of(arena, predictions, i);
        svg_label(out, left - 8, top + middle + 4, ANCHOR_END, COLOR_INK, TEXT_PLAIN, shown);
        if (angle > 0) {
            text_printf(out, "<g transform=\"translate(%.1f %.1f) rotate(-%d)\">",
                        left + middle + (angle == 45 ? 3 : 4), top - 5, angle);
            svg_label(out, 0, 0, ANCHOR_START, COLOR_INK, TEXT_PLAIN, shown);
            text_puts(out, "</g>");
        } else {
            svg_label(out, left + middle, top - 7, ANCHOR_MIDDLE, COLOR_INK, TEXT_PLAIN, shown);
        }
        int64_t all = 0;
        for (int64_t k = 0; k < n; k++) {
            all += count[i * n + k];
        }
        for (int64_t k = 0; k < n; k++) {
            int64_t here = count[i * n + k];
            double share = all > 0 ? (double)here / (double)all : 0;
            double x = left + (double)k * cell, y = top + (double)i * cell;
            svg_rect(out, x + 0.5, y + 0.5, cell - 1, cell - 1, 1, COLOR_GRID);
            if (here > 0) { /* what is rare among the wrong ones is what one looks for */
                text_puts(out, "<g><title>");
                xml_text(out, arena_format(arena, "%lld of %lld: is %s, taken for %s", (long long)here, (long long)all,
                                           name, predictions_class(arena, predictions, k)));
                text_puts(out, "</title>");
                svg_rect(out, x + 0.5, y + 0.5, cell - 1, cell - 1, i == k ? 0.5 * share : fmin(0.6, 0.12 + 4 * share),
                         i == k ? color_hue(0) : color_hue(1));
                if (cell > 22) {
                    svg_label(out, x + cell / 2, y + cell / 2 + 4, ANCHOR_MIDDLE, COLOR_INK, TEXT_PLAIN,
                              arena_format(arena, "%lld", (long long)here));
                }
                text_puts(out, "</g>");
            }
        }
    }
    svg_end(out);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    int64_t n = predictions->missing == NULL ? predictions->classes : 0;
    if (n > CLASSES) {
        drawing->missing = arena_format(arena, "There are %lld classes; of more than %d no matrix is drawn.",
                                        (long long)n, (int)CLASSES);
    }
    if (n < 2 || n > CLASSES) {
        return;
    }
    const int64_t *count = predictions_confusion(arena, predictions);
    View *view = drawing_view(arena, drawing, "", "confusion");
    draw_matrix(arena, predictions, count, &view->svg);
    write_numbers(arena, predictions, count, &view->csv);
    drawing_say(arena, drawing, "%s, by %s.", predictions->about, report->weights_about);
}

const Figure figure_confusion = {
    .name = "confusion",
    .title = "Confusion matrix",
    .section = "Predictions",
    .doc = "How often each class was taken for each other: true classes down, predicted ones across.",
    .draw = draw,
};
