#include "compiler/report/figure.h"

#include <math.h>
#include <string.h>

#include "compiler/report/svg.h"

enum { WIDTH = 600, BLOCK = 44, GAP = 8, BLOCKS = 300, PIXELS = 64 * 64 };

/* The windows of a convolution: [maps, channels, rows, columns]. */
static bool is_convolution(const NetTensor *tensor) {
    size_t length = strlen(tensor->name), ending = strlen(".weight");
    return tensor->rank == 4 && net_tensor_elements(tensor) > 0 && tensor->shape[2] * tensor->shape[3] > 1 &&
           tensor->shape[2] * tensor->shape[3] <= PIXELS && length > ending &&
           string_is(tensor->name + length - ending, ".weight");
}

/* Black is the largest weight of the layer, white the smallest. */
static void draw_block(const float *weights, int rows, int columns, float low, float high, double x, double y,
                       Text *out) {
    unsigned char pixels[PIXELS];
    for (int i = 0; i < rows * columns; i++) {
        float share = high > low ? (weights[i] - low) / (high - low) : 0.5F;
        pixels[i] = (unsigned char)lrintf(255 * (1 - share));
    }
    svg_image(out, x, y, BLOCK, BLOCK, pixels, columns, rows, 1);
}

static void write_numbers(const NetTensor *tensor, const float *weights, Text *out) {
    text_puts(out, "map,channel,row,column,weight\n");
    int64_t size = tensor->shape[2] * tensor->shape[3];
    for (int64_t i = 0; i < net_tensor_elements(tensor); i++) {
        text_printf(out, "%lld,%lld,%lld,%lld,", (long long)(i / size / tensor->shape[1]),
                    (long long)(i / size % tensor->shape[1]), (long long)(i % size / tensor->shape[3]),
                    (long long)(i % tensor->shape[3]));
        csv_number(out, (double)weights[i]);
        text_puts(out, "\n");
    }
}

static void draw_layer(Arena *arena, const NetTensor *tensor, const float *weights, View *view) {
    int64_t size = tensor->shape[2] * tensor->shape[3], channels = tensor->shape[1];
    int64_t blocks = tensor->shape[0] * channels, across = (WIDTH - 4) / (BLOCK + GAP);
    blocks = blocks < BLOCKS ? blocks : BLOCKS;
    across = channels > 1 && channels < across ? across / channels * channels : across; /* a map's stay together */
    float low = weights[0], high = weights[0];
    for (int64_t i = 1; i < net_tensor_elements(tensor); i++) {
        low = fminf(low, weights[i]);
        high = fmaxf(high, weights[i]);
    }
    int64_t rows = (blocks + across - 1) / across;
    svg_begin(&view->svg, WIDTH, (double)(rows * (BLOCK + GAP) + 28),
              arena_format(arena, "Weights of the feature maps of %s", view->title), "");
    for (int64_t i = 0; i < blocks; i++) {
        double x = 4 + (double)(i % across * (BLOCK + GAP)), y = 4 + (double)(i / across * (BLOCK + GAP));
        text_printf(&view->svg, "<g><title>map %lld, channel %lld</title>", (long long)(i / channels),
                    (long long)(i % channels));
        draw_block(weights + i * size, (int)tensor->shape[2], (int)tensor->shape[3], low, high, x, y, &view->svg);
        text_puts(&view->svg, "</g>");
    }
    svg_label(&view->svg, 4, (double)(rows * (BLOCK + GAP) + 20), ANCHOR_START, COLOR_DIM, TEXT_SMALL,
              arena_format(arena, "white %s … black %s", reading_text(arena, (double)low),
                           reading_text(arena, (double)high)));
    svg_end(&view->svg);
    write_numbers(tensor, weights, &view->csv);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const NetSafetensors *file = &report->weights;
    NetError error = {.status = NET_OK};
    bool cut = false;
    drawing->missing = report->weights_missing;
    for (size_t i = 0; file->path != NULL && i < file->count; i++) {
        const NetTensor *tensor = &file->tensors[i];
        int64_t elements = net_tensor_elements(tensor);
        if (!is_convolution(tensor)) {
            continue;
        }
        float *weights = NEW_ARRAY(arena, float, elements);
        if (!net_tensor_floats(file, tensor, weights, elements, &error)) {
            continue;
        }
        const char *layer = arena_copy(arena, tensor->name, strlen(tensor->name) - strlen(".weight"));
        draw_layer(arena, tensor, weights, drawing_view(arena, drawing, drawing->views.count == 0 ? "" : layer, layer));
        cut = cut || tensor->shape[0] * tensor->shape[1] > BLOCKS;
    }
    if (drawing->views.count > 0) {
        drawing_say(arena, drawing, "From %s of %s.", report->weights_about,
                    report_run_name(report, report->chosen->run));
    }
    if (cut) {
        drawing_say(arena, drawing, "Of larger layers the first %d windows.", (int)BLOCKS);
    }
    if (error.status != NET_OK && drawing->views.count > 0) {
        drawing_say(arena, drawing, "Not drawn: %s.", report_reason(report, error.text));
    } else if (error.status != NET_OK) {
        drawing->missing = arena_format(arena, "%s", error.text);
    }
}

const Figure figure_maps = {
    .name = "maps",
    .title = "Feature maps",
    .section = "Weights",
    .doc = "The learned weights of each map's window: darker is larger. Where a layer reads several channels, the "
           "windows of a map stand side by side.",
    .wide = true,
    .draw = draw,
};
