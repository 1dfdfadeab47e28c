#include "compiler/report/figure.h"

#include <math.h>

#include "compiler/report/svg.h"

enum { SHOWN = 30, DECADES = 6 };
static const double WIDTH = 600, COLUMN = 120, BAR = 7, PITCH = 10, ROOM = 100, HEAD = 40;

typedef struct {
    const char *layer;
    VEC(double) delta; /* by neuron */
    double norm;
} Bars;

typedef VEC(Bars) Layers;

/* The rows of the first step, a list for each layer. */
static Layers first_step(Arena *arena, const RunLog *log, double *largest) {
    Layers layers = {0};
    int step = run_log_column(log, "step"), layer = run_log_column(log, "layer"), delta = run_log_column(log, "delta");
    for (size_t row = 0; row < log->rows; row++) {
        if (!string_is(run_log_text(log, row, step), run_log_text(log, 0, step))) {
            break;
        }
        const char *name = run_log_text(log, row, layer);
        if (layers.count == 0 || !string_is(layers.at[layers.count - 1].layer, name)) {
            Bars bars = {.layer = name};
            vec_push(arena, &layers, bars);
        }
        Bars *bars = &layers.at[layers.count - 1];
        double value = run_log_number(log, row, delta);
        value = isfinite(value) ? value : 0;
        vec_push(arena, &bars->delta, value);
        bars->norm = sqrt(bars->norm * bars->norm + value * value);
        *largest = fabs(value) > *largest ? fabs(value) : *largest;
    }
    return layers;
}

static double length(double value, double largest, bool log) {
    double share = fabs(value) / largest;
    return log ? fmax(0, 1 + log10(share) / (double)DECADES) : share;
}

static void draw_layer(Arena *arena, const Bars *bars, double x, double y, Color color, double largest, bool log,
                       Text *out) {
    svg_label(out, x, y, ANCHOR_START, COLOR_INK, TEXT_BOLD, bars->layer);
    svg_label(out, x, y + 15, ANCHOR_START, COLOR_DIM, TEXT_SMALL,
              arena_format(arena, "‖∂C/∂b‖ %s", reading_text(arena, bars->norm)));
    for (size_t i = 0; i < bars->delta.count && i < SHOWN; i++) {
        double at = y + 24 + (double)i * PITCH;
        svg_rect(out, x, at, ROOM, BAR, 1, COLOR_GRID);
        text_printf(out, "<g><title>neuron %zu: %.5g</title>", i, bars->delta.at[i]);
        svg_rect(out, x, at, ROOM * length(bars->delta.at[i], largest, log), BAR, 1, color);
        text_puts(out, "</g>");
    }
}

/* Of the layers from the first of a row on. */
static double row_height(const Layers *layers, size_t first, size_t columns) {
    size_t most = 0;
    for (size_t i = first; i < layers->count && i < first + columns; i++) {
        most = layers->at[i].delta.count > most ? layers->at[i].delta.count : most;
    }
    return HEAD + (double)(most < SHOWN ? most : SHOWN) * PITCH + 12;
}

static void draw_view(Arena *arena, const Layers *layers, double largest, bool log, View *view) {
    const size_t columns = (size_t)(WIDTH / COLUMN);
    double height = 0, y = 16;
    for (size_t i = 0; i < layers->count; i += columns) {
        height += row_height(layers, i, columns);
    }
    svg_begin(&view->svg, WIDTH, height, "Gradient of each neuron at the start", "");
    text_puts(&view->csv, "layer,neuron,delta\n");
    for (size_t i = 0; i < layers->count; i++) {
        const Bars *bars = &layers->at[i];
        double x = 4 + (double)(i % columns) * COLUMN;
        y += i > 0 && i % columns == 0 ? row_height(layers, i - columns, columns) : 0;
        draw_layer(arena, bars, x, y, color_layer(i, layers->count), largest, log, &view->svg);
        for (size_t k = 0; k < bars->delta.count; k++) {
            csv_text(&view->csv, bars->layer);
            text_printf(&view->csv, ",%zu,", k);
            csv_number(&view->csv, bars->delta.at[k]);
            text_puts(&view->csv, "\n");
        }
    }
    svg_end(&view->svg);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    double largest = 0;
    const RunLog *log = &report->chosen->log[LOG_NEURONS];
    Layers layers = first_step(arena, log, &largest);
    if (layers.count == 0 || largest == 0) {
        drawing_of_log(arena, &figure_neurons, log->columns.count > 0, drawing);
        return;
    }
    draw_view(arena, &layers, largest, false, drawing_view(arena, drawing, "", "linear"));
    draw_view(arena, &layers, largest, true, drawing_view(arena, drawing, "log", "logarithmic"));
    for (size_t i = 0; i < layers.count; i++) {
        if (layers.at[i].delta.count > SHOWN) {
            drawing_say(arena, drawing, "Of larger layers the first %d neurons.", (int)SHOWN);
            break;
        }
    }
    drawing_say(arena, drawing, "On the logarithmic scale a bar is %d powers of ten.", (int)DECADES);
}

const Figure figure_neurons = {
    .name = "neurons",
    .title = "Neurons at the start",
    .section = "Layers",
    .doc = "How large the gradient by each neuron's bias is before the first step, all layers by one scale.",
    .needs = "neurons.csv",
    .line = "log neurons every=epoch",
    .wide = true,
    .draw = draw,
};
