#include "compiler/report/picture.h"

#include <math.h>

#include "compiler/model/targets.h"
#include "compiler/report/svg.h"

enum { SHOWN = 20, ACROSS = 10 };
static const double WIDTH = 600, SIDE = 54, GAP = 6;

static double error_of(const float *given, const float *made, int64_t size) {
    double sum = 0;
    for (int64_t i = 0; i < size; i++) {
        double off = (double)given[i] - (double)made[i];
        sum += off * off;
    }
    return sqrt(sum / (double)size);
}

static void draw_view(Arena *arena, const Predictions *predictions, Picture picture, View *view) {
    int64_t size = predictions->data.row_elements, shown = predictions->count < SHOWN ? predictions->count : SHOWN;
    int64_t rows = (shown + ACROSS - 1) / ACROSS;
    float *given = NEW_ARRAY(arena, float, size);
    svg_begin(&view->svg, WIDTH, (double)rows * (2 * SIDE + 16), "Inputs and what the network makes of them", "");
    text_puts(&view->csv, "example,rmse\n");
    for (int64_t i = 0; i < predictions->count; i++) {
        const float *made = predictions->values + i * predictions->outputs;
        predictions_example(predictions, i, given);
        text_printf(&view->csv, "%lld,", (long long)i);
        csv_number(&view->csv, error_of(given, made, size));
        text_puts(&view->csv, "\n");
        if (i < shown) {
            double x = (double)(i % ACROSS) * (SIDE + GAP), y = (double)(i / ACROSS) * (2 * SIDE + 16);
            picture_draw_values(given, picture, x, y, SIDE, &view->svg);
            picture_draw_values(made, picture, x, y + SIDE + 2, SIDE, &view->svg);
        }
    }
    svg_end(&view->svg);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    Picture picture;
    if (predictions->missing != NULL || report->network.model->settings.target != TARGET_INPUT ||
        predictions->outputs != predictions->data.row_elements || predictions->data.type != NET_ROWS_U8 ||
        !picture_of(&predictions->data, &picture)) {
        return;
    }
    draw_view(arena, predictions, picture, drawing_view(arena, drawing, "", "reconstructions"));
    drawing_say(arena, drawing, "The first of %s, by %s of %s.", predictions->about, report->weights_about,
                report_run_name(report, report->chosen->run));
}

const Figure figure_reconstructions = {
    .name = "reconstructions",
    .title = "Reconstructions",
    .section = "Predictions",
    .doc = "Inputs, and below each what comes out of the network.",
    .wide = true,
    .draw = draw,
};
