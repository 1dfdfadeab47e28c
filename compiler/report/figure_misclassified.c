#include "compiler/report/figure.h"

#include <math.h>

#include "compiler/driver/picture_text.h"
#include "compiler/report/picture.h"
#include "compiler/report/svg.h"

enum { SHOWN = 60, NAME = 13 /* columns */ };
static const double WIDTH = 600, IMAGE = 54, GAP = 10;

/* What the class of that number is called, cut where it is long. */
static const char *name_of(Arena *arena, const Predictions *predictions, uint32_t class) {
    return short_text(arena, predictions_class(arena, predictions, class), NAME);
}

static void draw_view(Arena *arena, const Predictions *predictions, const Mistakes *mistakes, Picture picture,
                      View *view) {
    size_t shown = mistakes->count < SHOWN ? mistakes->count : SHOWN;
    double label = 10;
    for (size_t i = 0; i < shown; i++) {
        int64_t example = mistakes->at[i].example;
        label = fmax(label, svg_text_width(name_of(arena, predictions, predictions->label[example])));
        label = fmax(label, svg_text_width(name_of(arena, predictions, predictions->class_of[example])));
    }
    double cell = IMAGE + 6 + label + GAP;
    size_t across = (size_t)(WIDTH / cell), rows = (shown + across - 1) / across;
    svg_begin(&view->svg, WIDTH, (double)rows * (IMAGE + GAP) + 4, "Misclassified examples", "");
    for (size_t i = 0; i < shown; i++) {
        int64_t example = mistakes->at[i].example;
        double x = 2 + (double)(i % across) * cell, y = 2 + (double)(i / across) * (IMAGE + GAP);
        const char *is = predictions_class(arena, predictions, predictions->label[example]);
        const char *said = predictions_class(arena, predictions, predictions->class_of[example]);
        text_puts(&view->svg, "<g><title>");
        xml_text(&view->svg, arena_format(arena, "example %lld: is %s, taken for %s", (long long)example, is, said));
        text_puts(&view->svg, "</title>");
        picture_draw(predictions, example, picture, x, y, IMAGE, &view->svg);
        svg_label(&view->svg, x + IMAGE + 6, y + 13, ANCHOR_START, COLOR_INK, TEXT_BOLD,
                  name_of(arena, predictions, predictions->label[example]));
        svg_label(&view->svg, x + IMAGE + 6, y + IMAGE - 4, ANCHOR_START, COLOR_BAD, TEXT_PLAIN,
                  name_of(arena, predictions, predictions->class_of[example]));
        text_puts(&view->svg, "</g>");
    }
    svg_end(&view->svg);
}

static void write_numbers(Arena *arena, const Predictions *predictions, const Mistakes *mistakes, Text *out) {
    text_puts(out, "example,true,predicted,output_true,output_predicted\n");
    for (size_t i = 0; i < mistakes->count; i++) {
        int64_t example = mistakes->at[i].example;
        const float *values = predictions->values + example * predictions->outputs;
        uint32_t is = predictions->label[example], said = predictions->class_of[example];
        bool one = predictions->outputs == 1;
        text_printf(out, "%lld,", (long long)example);
        csv_text(out, predictions_class(arena, predictions, is));
        text_puts(out, ",");
        csv_text(out, predictions_class(arena, predictions, said));
        text_puts(out, ",");
        csv_number(out, (double)(one ? (is == 1 ? values[0] : 1 - values[0]) : values[is]));
        text_puts(out, ",");
        csv_number(out, (double)(one ? (said == 1 ? values[0] : 1 - values[0]) : values[said]));
        text_puts(out, "\n");
    }
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    Picture picture;
    drawing->missing = predictions->missing;
    drawing->title = predictions->missing != NULL ? "Predictions" : NULL;
    if (predictions->missing != NULL || predictions->classes == 0 || !picture_of(&predictions->data, &picture)) {
        return;
    }
    Mistakes mistakes = predictions_mistakes(arena, predictions);
    if (mistakes.count == 0) {
        drawing->missing = arena_format(arena, "All %s are classified right.", predictions->about);
        return;
    }
    View *view = drawing_view(arena, drawing, "", "misclassified");
    draw_view(arena, predictions, &mistakes, picture, view);
    write_numbers(arena, predictions, &mistakes, &view->csv);
    drawing_say(arena, drawing, "%zu of %s, by %s of %s%s.", mistakes.count, predictions->about, report->weights_about,
                report_run_name(report, report->chosen->run),
                mistakes.count > SHOWN ? arena_format(arena, "; the %d it was surest of", (int)SHOWN)
                                       : "; the surest first");
}

const Figure figure_misclassified = {
    .name = "misclassified",
    .title = "Misclassified examples",
    .section = "Predictions",
    .doc = "The true class top right, the predicted one bottom right.",
    .wide = true,
    .draw = draw,
};
