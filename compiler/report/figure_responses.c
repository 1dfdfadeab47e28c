#include "compiler/report/picture.h"

#include <math.h>

#include "compiler/driver/link.h"
#include "compiler/model/layer.h"
#include "compiler/report/svg.h"

/* Examples that are looked at, at most; and of how much work at most, in multiply-adds. */
enum { EXAMPLES = 500, TOP = 4, MAPS = 44 };
static const double WORK = 2e9, WIDTH = 600, SIDE = 44, GAP = 8, HEAD = 20;

typedef struct {
    double value;
    int64_t example, row, column; /* the place of the window */
} Response;

typedef struct {
    const Layer *layer;
    Window window;
    Picture picture;
    Response (*top)[TOP]; /* by map, the strongest first, each of another example */
    int64_t examples;
} Responses;

static const OptionValue *option_of(const Layer *layer, const char *name) {
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        if (string_is(layer->kind->options[i].name, name)) {
            return &layer->options[i];
        }
    }
    return NULL;
}

/* The convolution that reads the examples themselves. */
static bool find_layer(const Model *model, const NetData *data, Responses *responses) {
    for (size_t i = 1; i < model->layers.count && model->settings.members == 1; i++) { /* one network's layers */
        Layer *layer = model->layers.at[i];
        if (string_is(layer->kind->name, "conv") && layer->from.count > 0 && layer->from.at[0]->index == 0) {
            WindowOptions options = {option_of(layer, "kernel"), option_of(layer, "stride"), option_of(layer, "pad"),
                                     option_of(layer, "dilation")};
            const OptionValue *groups = option_of(layer, "groups");
            responses->layer = layer;
            return data->type == NET_ROWS_U8 && groups != NULL && groups->integer == 1 &&
                   picture_of(data, &responses->picture) && data->rank == 3 &&
                   window_make(layer->in, options, &responses->window) &&
                   responses->window.size[0] * responses->window.size[1] > 1;
        }
    }
    return false;
}

static void keep(Response top[TOP], Response response) {
    for (int k = 0; k < TOP; k++) {
        if (response.value > top[k].value) {
            Response less = top[k];
            top[k] = response;
            response = less;
        }
    }
}

static void look(const float *output, int64_t example, Responses *responses) {
    const Shape *out = &responses->layer->out;
    for (int64_t map = 0; map < out->dim[0]; map++) {
        Response best = {.value = -INFINITY};
        for (int64_t i = 0; i < out->dim[1] * out->dim[2]; i++) {
            double value = (double)output[map * out->dim[1] * out->dim[2] + i];
            if (value > best.value) {
                best = (Response){value, example, i / out->dim[2], i % out->dim[2]};
            }
        }
        keep(responses->top[map], best);
    }
}

/* Runs the network up to the layer. False with the reason in *missing. */
static bool find(Arena *arena, const Report *report, Responses *responses, const char **missing) {
    const Predictions *predictions = &report->predictions;
    Network *network = NEW(arena, Network);
    Predictor predictor = {.library = NULL};
    network_open(arena, report->chosen->run, responses->layer->name, network);
    *missing = network->missing;
    if (network->model == NULL || !network_compile(arena, network, report->weights.path, &predictor, missing)) {
        return false;
    }
    int64_t outputs = shape_count(responses->layer->out), maps = responses->layer->out.dim[0];
    double most = WORK / (double)(responses->layer->multiply_adds + 1);
    responses->examples = predictions->count < EXAMPLES ? predictions->count : EXAMPLES;
    responses->examples = (double)responses->examples > most ? (int64_t)most + 1 : responses->examples;
    responses->top = arena_alloc(arena, (size_t)maps, sizeof *responses->top);
    for (int64_t i = 0; i < maps * TOP; i++) {
        responses->top[i / TOP][i % TOP].value = -INFINITY;
    }
    float *x = NEW_ARRAY(arena, float, predictions->data.row_elements), *y = NEW_ARRAY(arena, float, outputs);
    void *workspace = arena_alloc(arena, (size_t)predictor.workspace, 1);
    for (int64_t i = 0; i < responses->examples && tools_interrupted() == 0; i++) {
        predictions_example(predictions, i, x);
        predictor.predict(x, y, 1, workspace);
        look(y, i, responses);
    }
    predictor_close(&predictor);
    return true;
}

/* What the window sees there; outside of the picture 0. */
static void draw_patch(const Predictions *predictions, const Responses *responses, const Response *response, double x,
                       double y, Text *out) {
    Arena *arena = arena_new(); /* an example may be large, and there are many */
    const Window *window = &responses->window;
    Picture whole = responses->picture, patch = {whole.channels, (int)window->size[0], (int)window->size[1]};
    float *from = NEW_ARRAY(arena, float, predictions->data.row_elements);
    float *to = NEW_ARRAY(arena, float, patch.channels *patch.rows *patch.columns);
    predictions_example(predictions, response->example, from);
    for (int i = 0; i < patch.channels * patch.rows * patch.columns; i++) {
        int channel = i / (patch.rows * patch.columns), u = i / patch.columns % patch.rows, v = i % patch.columns;
        int64_t row = response->row * window->stride[0] - window->before[0] + u * window->dilation[0];
        int64_t column = response->column * window->stride[1] - window->before[1] + v * window->dilation[1];
        bool inside = row >= 0 && row < whole.rows && column >= 0 && column < whole.columns;
        to[i] = inside ? from[(channel * whole.rows + row) * whole.columns + column] : 0;
    }
    picture_draw_values(to, patch, x, y, SIDE, out);
    arena_free(arena);
}

static void draw_view(Arena *arena, const Predictions *predictions, const Responses *responses, View *view) {
    int64_t maps = responses->layer->out.dim[0], shown = maps < MAPS ? maps : MAPS;
    int64_t across = (int64_t)((WIDTH - 4) / (SIDE + GAP));
    double block = HEAD + (double)TOP * (SIDE + 2) + 14;
    svg_begin(&view->svg, WIDTH, (double)((shown + across - 1) / across) * block, "What the feature maps respond to",
              "");
    text_puts(&view->csv, "map,rank,example,row,column,activation\n");
    for (int64_t map = 0; map < maps; map++) {
        double x = 4 + (double)(map % across) * (SIDE + GAP), y = (double)(map / across) * block;
        if (map < shown) {
            svg_label(&view->svg, x + SIDE / 2, y + HEAD - 6, ANCHOR_MIDDLE, COLOR_DIM, TEXT_SMALL,
                      arena_format(arena, "%lld", (long long)map));
        }
        for (int k = 0; k < TOP; k++) {
            const Response *response = &responses->top[map][k];
            if (!isfinite(response->value)) {
                continue;
            }
            text_printf(&view->csv, "%lld,%d,%lld,%lld,%lld,", (long long)map, k, (long long)response->example,
                        (long long)response->row, (long long)response->column);
            csv_number(&view->csv, response->value);
            text_puts(&view->csv, "\n");
            if (map < shown) {
                text_printf(&view->svg, "<g><title>map %lld: %.4g at example %lld, row %lld, column %lld</title>",
                            (long long)map, response->value, (long long)response->example, (long long)response->row,
                            (long long)response->column);
                draw_patch(predictions, responses, response, x, y + HEAD + k * (SIDE + 2), &view->svg);
                text_puts(&view->svg, "</g>");
            }
        }
    }
    svg_end(&view->svg);
}

static void draw(Arena *arena, const Report *report, Drawing *drawing) {
    const Predictions *predictions = &report->predictions;
    Responses responses = {.layer = NULL};
    if (predictions->missing != NULL || !find_layer(report->network.model, &predictions->data, &responses) ||
        !find(arena, report, &responses, &drawing->missing)) {
        return;
    }
    draw_view(arena, predictions, &responses, drawing_view(arena, drawing, "", responses.layer->name));
    drawing_say(arena, drawing, "Maps of %s, by number, over the first %lld of %s, by %s.", responses.layer->name,
                (long long)responses.examples, predictions->about, report->weights_about);
}

const Figure figure_responses = {
    .name = "responses",
    .title = "What the maps respond to",
    .section = "Weights",
    .doc = "The parts of examples that make each map most active, the strongest on top, each of another example.",
    .wide = true,
    .draw = draw,
};
