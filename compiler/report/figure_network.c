#include "compiler/report/figure.h"

#include <math.h>
#include <string.h>

#include "compiler/driver/picture_text.h"
#include "compiler/model/layer.h"
#include "compiler/model/show.h"
#include "compiler/model/stored.h"
#include "compiler/report/svg.h"
#include "runtime/base/error.h"

static const double WIDTH = 600, ROW = 44, BOX = 30, MARGIN = 60, NAME = 110, RIGHT = 20;
enum { NAME_COLUMNS = 14 };

static int64_t parameters(const Layer *layer) {
    int64_t count = 0;
    for (size_t i = 0; i < layer->stored.count; i++) {
        count += stored_is_parameter(layer->stored.at[i]) ? stored_count(layer->stored.at[i]) : 0;
    }
    return count;
}

/* Room for arcs, where there are some. */
static double left_of(const Model *model) {
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        for (size_t k = 0; k < layer->from.count; k++) {
            if (layer->from.at[k]->index != layer->index - 1) {
                return MARGIN;
            }
        }
    }
    return 4;
}

/* Where a layer reads from further above than the next, an arc leads past what is between. */
static void draw_edges(const Layer *layer, double left, Text *out) {
    double y = 6 + layer->index * ROW;
    for (size_t i = 0; i < layer->from.count; i++) {
        int from = layer->from.at[i]->index;
        if (from == layer->index - 1) {
            svg_line(out, left + 40, y - ROW + BOX, left + 40, y, COLOR_LINE);
            continue;
        }
        double top = 6 + from * ROW + BOX / 2, bottom = y + BOX / 2;
        double out_by = fmin(left - 8, 14 + 6.0 * (layer->index - from));
        text_printf(out, "<path fill=\"none\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"", left, top, left - out_by,
                    top, left - out_by, bottom, left, bottom);
        color_stroke(out, COLOR_LINE);
        text_puts(out, "/>\n");
    }
}

static void draw_layer(Arena *arena, const Model *model, const Layer *layer, double left, Text *out) {
    char count[NET_COUNT_TEXT];
    double y = 6 + layer->index * ROW, width = WIDTH - left - RIGHT;
    int64_t own = parameters(layer);
    draw_edges(layer, left, out);
    text_printf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"5\"", left, y, width, BOX);
    color_fill(out, COLOR_PAGE);
    text_puts(out, "/>");
    text_printf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"4\" height=\"%.0f\" rx=\"2\"", left, y, BOX);
    color_fill(out, own > 0 ? color_layer((size_t)layer->index, model->layers.count) : COLOR_LINE);
    text_puts(out, "/>\n");
    const char *shape = show_shape(arena, layer->out), *what = layer->index == 0 ? "" : show_layer(arena, layer);
    double room = width - 14 - NAME - 110 - 8 - svg_text_width(shape);
    text_puts(out, "<g><title>");
    xml_text(out, arena_format(arena, "%s: %s", layer->name, what));
    text_puts(out, "</title>");
    svg_label(out, left + 14, y + 20, ANCHOR_START, COLOR_INK, TEXT_BOLD, short_text(arena, layer->name, NAME_COLUMNS));
    svg_label(out, left + 14 + NAME, y + 20, ANCHOR_START, COLOR_DIM, TEXT_PLAIN,
              short_text(arena, what, (int)(room / svg_text_width("x"))));
    text_puts(out, "</g>");
    svg_label(out, left + width - 110, y + 20, ANCHOR_END, COLOR_INK, TEXT_PLAIN, shape);
    svg_label(out, left + width - 12, y + 20, ANCHOR_END, COLOR_DIM, TEXT_PLAIN,
              own == 0 ? "" : arena_format(arena, "%s", net_count(count, (uint64_t)own)));
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Model *model = report->network.model;
    char count[NET_COUNT_TEXT];
    drawing->missing = report->network.missing;
    if (model == NULL) {
        return;
    }
    View *view = drawing_view(arena, drawing, "", "network");
    svg_begin(&view->svg, WIDTH, 12 + (double)model->layers.count * ROW - (ROW - BOX), "The network's layers", "");
    text_puts(&view->csv, "layer,kind,from,shape,parameters\n");
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        draw_layer(arena, model, layer, left_of(model), &view->svg);
        const char *from = "";
        for (size_t k = 0; k < layer->from.count; k++) {
            from = arena_format(arena, "%s%s%s", from, k > 0 ? " " : "", layer->from.at[k]->name);
        }
        csv_text(&view->csv, layer->name);
        text_printf(&view->csv, ",%s,", i == 0 ? "input" : layer->kind->name);
        csv_text(&view->csv, from);
        text_printf(&view->csv, ",%s,%lld\n", shape_text(arena, layer->out), (long long)parameters(layer));
    }
    svg_end(&view->svg);
    drawing_say(arena, drawing, "%s parameters in all.", net_count(count, (uint64_t)model->parameter_count));
}

const Figure figure_network = {
    .name = "network",
    .title = "Network",
    .section = "Network and settings",
    .doc = "Its layers with what comes out of each, and how many parameters it has.",
    .draw = draw,
};
