/* conv: a two-dimensional convolution (cross-correlation, as everywhere in the field).
 *
 *     z[n,o,i,j] = sum(c,u,v) w[o,c,u,v] * x[n, c, i*s + u*d - p, j*s + v*d - p]  +  b[o]
 *     y = activation(z)
 *
 * x is 0 outside the maps. fan_in = C*kh*kw, fan_out = maps*kh*kw. */
#include "compiler/layers/weighted.h"

enum {
    CONV_MAPS,
    CONV_KERNEL,
    CONV_STRIDE,
    CONV_PAD,
    CONV_DILATION,
    CONV_BIAS,
    CONV_ACTIVATION,
    CONV_INIT,
    CONV_BIAS_INIT,
    CONV_TRAINABLE,
    CONV_OPTIONS
};

static const char *const pad_words[] = {"same", NULL};
static const char *const bias_words[] = {"centre", NULL};

static const OptionSpec conv_options[CONV_OPTIONS] = {
    [CONV_MAPS] = {.name = "maps",
                   .type = OPTION_INTEGER,
                   .positional = true,
                   .required = true,
                   .low = 1,
                   .high = MODEL_MAX_SIDE,
                   .doc = "feature maps",
                   .example = "conv 20 kernel=5x5"},
    [CONV_KERNEL] = {.name = "kernel",
                     .type = OPTION_WINDOW,
                     .required = true,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .doc = "height x width of the window, or one number for a square",
                     .example = "kernel=5x5"},
    [CONV_STRIDE] = {.name = "stride",
                     .type = OPTION_WINDOW,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .standard = "1",
                     .doc = "step of the window, in rows x columns"},
    [CONV_PAD] = {.name = "pad",
                  .type = OPTION_PAD,
                  .low = 0,
                  .high = MODEL_MAX_SIDE,
                  .standard = "0",
                  .words = pad_words,
                  .doc = "zeros around the maps, in rows x columns, or `same`: as many as keep the size (at stride 1)"},
    [CONV_DILATION] = {.name = "dilation",
                       .type = OPTION_WINDOW,
                       .low = 1,
                       .high = MODEL_MAX_SIDE,
                       .standard = "1",
                       .doc = "step between what the window reads, in rows x columns: one of k reaches over "
                              "(k-1)*dilation + 1"},
    [CONV_BIAS] = {.name = "bias", .type = OPTION_BOOL, .standard = "true", .doc = "one bias a feature map"},
    [CONV_ACTIVATION] = {.name = "activation",
                         .type = OPTION_ACTIVATION,
                         .standard = "linear",
                         .doc = "applied to the sum"},
    [CONV_INIT] = {.name = "init",
                   .type = OPTION_INIT,
                   .doc = "initial weights; without it he_normal for relu and its kin, glorot_uniform for the rest"},
    [CONV_BIAS_INIT] = {.name = "bias_init",
                        .type = OPTION_INIT,
                        .standard = "zeros",
                        .words = bias_words,
                        .doc = "initial biases; `centre`: every weighted input is 0 for the first training example"},
    [CONV_TRAINABLE] = {.name = "trainable",
                        .training = true,
                        .type = OPTION_BOOL,
                        .standard = "true",
                        .doc = "false keeps the weights as they are; the layers before it still learn if they may"},
};

static WindowOptions window_options(const Layer *layer) {
    const OptionValue *option = layer->options;
    return (WindowOptions){&option[CONV_KERNEL], &option[CONV_STRIDE], &option[CONV_PAD], &option[CONV_DILATION]};
}

static bool conv_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *option = layer->options;
    Window window;
    if (!layer_window(context, window_options(layer), &window)) {
        return false;
    }
    int64_t maps = option[CONV_MAPS].integer;
    int64_t channels = layer->in.dim[0];
    int64_t area = window.size[0] * window.size[1];
    layer->out = (Shape){.rank = 3, .dim = {maps, window.out[0], window.out[1]}};
    layer->activation = option[CONV_ACTIVATION].activation;
    layer->trainable = option[CONV_TRAINABLE].flag;
    const int64_t factors[] = {maps, window.out[0], window.out[1], channels, area};
    if (!layer_multiply_adds(context, COUNT_OF(factors), factors)) {
        return false;
    }
    const int64_t weight[] = {maps, channels, window.size[0], window.size[1]};
    const WeightedOptions at = {CONV_BIAS, CONV_INIT, CONV_BIAS_INIT};
    return weighted_store(context, at, COUNT_OF(weight), weight, channels * area, maps * area);
}

static Window conv_window(const Layer *layer) {
    Window window;
    if (!window_make(layer->in, window_options(layer), &window)) BUG("the window of %s was checked", layer->name);
    return window;
}

static Tensor *conv_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    enum { N, O, I, J, C, U, V };
    (void)mode;
    Program *p = build->program;
    Window window = conv_window(layer);
    const int64_t dim[] = {DIM_BATCH, layer->out.dim[0], window.out[0], window.out[1]};
    const int64_t range[] = {layer->in.dim[0], window.size[0], window.size[1]};
    const int64_t shape[] = {dim[1], range[0], range[1], range[2]};
    Tensor *w = weighted_read(build, layer, 4, shape);
    const Affine tap[] = {ix(O), ix(C), ix(U), ix(V)};
    const Affine pixel[] = {ix(N), ix(C), window_row(&window, 0, I, U), window_row(&window, 1, J, V)};
    Expr *product = e_mul(p, e_read(p, w, 0, tap), e_read(p, in[0], 0, pixel));
    Tensor *sums = program_compute(p, build_name(build, layer, "sum"), 4, dim, REDUCE_SUM, 3, range, product);
    return weighted_finish(build, layer, sums);
}

static const char *conv_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    Window window = conv_window(layer);
    bool even = pytorch_even(&window);
    const char *module = arena_format(
        out->arena, "nn.Conv2d(%lld, %lld, kernel_size=%s%s%s%s%s)", (long long)layer->in.dim[0],
        (long long)layer->out.dim[0], pytorch_pair(out, window.size),
        pytorch_option(out, "stride", window.stride, (const int64_t[]){1, 1}),
        even ? pytorch_option(out, "padding", window.before, (const int64_t[]){0, 0}) : "",
        pytorch_option(out, "dilation", window.dilation, (const int64_t[]){1, 1}), weighted_pytorch(layer));
    return pytorch_module(out, layer, module, even ? x[0] : pytorch_padded(out, &window, x[0]));
}

static const char *conv_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    Window window = conv_window(layer);
    const char *z = weighted_onnx(graph, layer, "Conv", in[0]);
    onnx_window(graph, &window);
    onnx_ints(graph, "dilations", window.dilation, COUNT_OF(window.dilation));
    return onnx_activate(graph, layer, z);
}

const LayerKind layer_conv = {
    .name = "conv",
    .doc = "convolution: every feature map looks at all maps it reads through one small window that moves",
    .options = conv_options,
    .option_count = CONV_OPTIONS,
    .weighs = true,
    .shape = conv_shape,
    .propagate = weighted_propagate,
    .build = conv_build,
    .pytorch = conv_pytorch,
    .onnx = conv_onnx,
};
