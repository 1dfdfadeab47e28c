/* conv: a two-dimensional convolution (cross-correlation, as everywhere in the field).
 *
 *     z[n, g*M + m, i, j] = sum(c,u,v) w[g*M + m, c, u, v] * x[n, g*C + c, i*s + u*d - p, j*s + v*d - p]  +  b[g*M + m]
 *     y = activation(z)
 *
 * g are the groups; each has M of the maps and reads C of the channels. x is 0 outside the maps. fan_in = C*kh*kw,
 * fan_out = maps*kh*kw. */
#include <math.h>

#include "compiler/layers/weighted.h"

enum {
    CONV_MAPS,
    CONV_KERNEL,
    CONV_STRIDE,
    CONV_PAD,
    CONV_DILATION,
    CONV_GROUPS,
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
    [CONV_GROUPS] = {.name = "groups",
                     .type = OPTION_INTEGER,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .standard = "1",
                     .doc = "parts that maps and channels are divided into; the maps of each read its channels alone"},
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

/* The largest number, at most `most`, that divides both. */
static int64_t common_divisor(int64_t a, int64_t b, int64_t most) {
    while (a % most != 0 || b % most != 0) most--;
    return most;
}

static bool groups_divide(LayerContext *context, int64_t maps, int64_t channels) {
    const Layer *layer = context->layer;
    const OptionValue *option = &layer->options[CONV_GROUPS];
    int64_t groups = option->integer;
    if (maps % groups == 0 && channels % groups == 0) return true;
    const char *read =
        channels == 1 ? "one channel" : arena_format(context->arena, "%lld channels", (long long)channels);
    const char *whose = maps % groups != 0
                            ? arena_format(context->arena, "%lld maps of '%s'", (long long)maps, layer->name)
                            : arena_format(context->arena, "%s that '%s' reads", read, layer->name);
    Diag *diag = diag_report(context->diags, option->at, "bad-groups", "groups=%lld does not divide the %s",
                             (long long)groups, whose);
    int64_t fitting = common_divisor(maps, channels, groups), next = (maps / groups + 1) * groups;
    if (channels % groups == 0 && next <= MODEL_MAX_SIDE)
        diag_help(context->diags, diag, "write 'conv %lld', as many for each group", (long long)next);
    else if (fitting > 1)
        diag_help(context->diags, diag, "write groups=%lld, which divides the %s and the %lld maps", (long long)fitting,
                  read, (long long)maps);
    else
        diag_help(context->diags, diag, "leave groups= out: no smaller number divides both maps and channels");
    return false;
}

static bool conv_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *option = layer->options;
    Window window;
    if (!layer_window(context, window_options(layer), &window)) {
        return false;
    }
    int64_t maps = option[CONV_MAPS].integer;
    if (!groups_divide(context, maps, layer->in.dim[0])) return false;
    int64_t channels = layer->in.dim[0] / option[CONV_GROUPS].integer;
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
    return weighted_store(context, at, COUNT_OF(weight), weight, option[CONV_GROUPS].integer, channels * area,
                          maps * area);
}

static Window conv_window(const Layer *layer) {
    Window window;
    if (!window_make(layer->in, window_options(layer), &window)) BUG("the window of %s was checked", layer->name);
    return window;
}

static Tensor *conv_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    Program *p = build->program;
    Window window = conv_window(layer);
    int64_t groups = layer->options[CONV_GROUPS].integer;
    int64_t maps = layer->out.dim[0] / groups, channels = layer->in.dim[0] / groups;
    const int64_t dim[] = {DIM_BATCH, layer->out.dim[0], window.out[0], window.out[1]};
    int64_t range[INDEX_MAX] = {DIM_BATCH}, shape[TENSOR_MAX_RANK];
    Affine tap[TENSOR_MAX_RANK], group = ix_const(0), map = ix_const(0);
    int rank = 1, taps = 0;
    if (groups > 1) {
        shape[taps] = range[rank] = groups;
        tap[taps++] = group = ix(rank++);
    }
    if (maps > 1 || groups == 1) { /* else the number of the group is that of its map */
        shape[taps] = range[rank] = maps;
        tap[taps++] = map = ix(rank++);
    }
    const int i = rank, j = i + 1, c = i + 2, u = i + 3, v = i + 4;
    const int64_t rest[] = {window.out[0], window.out[1], channels, window.size[0], window.size[1]};
    for (size_t k = 0; k < COUNT_OF(rest); k++) range[i + (int)k] = rest[k];
    for (int k = c; k <= v; k++) {
        shape[taps] = range[k];
        tap[taps++] = ix(k);
    }
    Tensor *w = weighted_read(build, layer, taps, shape);
    const Affine pixel[] = {ix(0), ix_add(ix_times(group, (int32_t)channels), ix(c)), window_row(&window, 0, i, u),
                            window_row(&window, 1, j, v)};
    const Affine write[] = {ix(0), ix_add(ix_times(group, (int32_t)maps), map), ix(i), ix(j)};
    Expr *product = e_mul(p, e_read(p, w, 0, tap), e_read(p, in[0], 0, pixel));
    Tensor *sums = program_tensor(p, ROLE_VALUE, false, COUNT_OF(dim), dim, build_name(build, layer, "sum"));
    program_write(p, sums, write, REDUCE_SUM, c, 3, range, product);
    return weighted_finish(build, layer, sums);
}

static void conv_propagate(const Layer *layer, Signal *signal) {
    Window window = conv_window(layer);
    const Spread *values = &signal->values;
    double channels = (double)(layer->in.dim[0] / layer->options[CONV_GROUPS].integer);
    double own = values->variance - values->far, near = own > 0 ? fmax(values->near - values->far, 0) / own : 0;
    WeightedReads reads = {window_reads(layer->in, &window), (double)(window.stride[0] + window.stride[1]) / 2,
                           window_alike(&window, fmin(near * near, 1)) / channels};
    weighted_propagate(layer, signal, reads);
}

static const char *conv_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    Window window = conv_window(layer);
    bool even = pytorch_even(&window);
    int64_t groups = layer->options[CONV_GROUPS].integer;
    const char *module = arena_format(
        out->arena, "nn.Conv2d(%lld, %lld, kernel_size=%s%s%s%s%s%s)", (long long)layer->in.dim[0],
        (long long)layer->out.dim[0], pytorch_pair(out, window.size),
        pytorch_option(out, "stride", window.stride, (const int64_t[]){1, 1}),
        even ? pytorch_option(out, "padding", window.before, (const int64_t[]){0, 0}) : "",
        pytorch_option(out, "dilation", window.dilation, (const int64_t[]){1, 1}),
        groups > 1 ? arena_format(out->arena, ", groups=%lld", (long long)groups) : "", weighted_pytorch(layer));
    return pytorch_module(out, layer, module, even ? x[0] : pytorch_padded(out, &window, x[0]));
}

static const char *conv_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    Window window = conv_window(layer);
    const char *z = weighted_onnx(graph, layer, "Conv", in[0]);
    onnx_window(graph, &window);
    onnx_ints(graph, "dilations", window.dilation, COUNT_OF(window.dilation));
    onnx_int(graph, "group", layer->options[CONV_GROUPS].integer);
    return onnx_activate(graph, layer, z);
}

const LayerKind layer_conv = {
    .name = "conv",
    .doc = "convolution: every feature map looks at all maps it reads through one small window that moves",
    .options = conv_options,
    .option_count = CONV_OPTIONS,
    .weighs = true,
    .shape = conv_shape,
    .propagate = conv_propagate,
    .build = conv_build,
    .pytorch = conv_pytorch,
    .onnx = conv_onnx,
};
