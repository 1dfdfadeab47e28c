/* dense: every unit reads every value; maps are read in the order channel, row, column.
 *
 *     z[n,o] = sum(k) w[o,k] * x[n,k]  +  b[o]
 *     y = activation(z)
 *
 * fan_in = number of values read, fan_out = units. */
#include "compiler/layers/weighted.h"

enum { DENSE_UNITS, DENSE_BIAS, DENSE_ACTIVATION, DENSE_INIT, DENSE_BIAS_INIT, DENSE_TRAINABLE, DENSE_OPTIONS };

static const char *const bias_words[] = {"centre", NULL};

static const OptionSpec dense_options[DENSE_OPTIONS] = {
    [DENSE_UNITS] = {.name = "units",
                     .type = OPTION_INTEGER,
                     .positional = true,
                     .required = true,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .doc = "units",
                     .example = "dense 100"},
    [DENSE_BIAS] = {.name = "bias", .type = OPTION_BOOL, .standard = "true", .doc = "one bias a unit"},
    [DENSE_ACTIVATION] = {.name = "activation",
                          .type = OPTION_ACTIVATION,
                          .standard = "linear",
                          .doc = "applied to the sum"},
    [DENSE_INIT] = {.name = "init",
                    .type = OPTION_INIT,
                    .doc = "initial weights; without it he_normal for relu and its kin, glorot_uniform for the rest"},
    [DENSE_BIAS_INIT] = {.name = "bias_init",
                         .type = OPTION_INIT,
                         .standard = "zeros",
                         .words = bias_words,
                         .doc = "initial biases; `centre`: every weighted input is 0 for the first training example"},
    [DENSE_TRAINABLE] = {.name = "trainable",
                         .training = true,
                         .type = OPTION_BOOL,
                         .standard = "true",
                         .doc = "false keeps the weights as they are; the layers before it still learn if they may"},
};

static bool dense_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *option = layer->options;
    int64_t inputs = shape_count(layer->in);
    int64_t units = option[DENSE_UNITS].integer;
    layer->out = (Shape){.rank = 1, .dim = {units}};
    layer->activation = option[DENSE_ACTIVATION].activation;
    layer->trainable = option[DENSE_TRAINABLE].flag;
    const int64_t weight[] = {units, inputs};
    if (!layer_multiply_adds(context, COUNT_OF(weight), weight)) {
        return false;
    }
    const WeightedOptions at = {DENSE_BIAS, DENSE_INIT, DENSE_BIAS_INIT};
    return weighted_store(context, at, COUNT_OF(weight), weight, 1, inputs, units);
}

/* The weight takes the shape of what it reads, so maps need no flattening: [units, C, H, W] in the order of [units,
 * CHW]. */
static Tensor *dense_build(Build *build, const Layer *layer, Tensor *const *from, Mode mode) {
    enum { N, O, K };
    (void)mode;
    Program *p = build->program;
    Tensor *in = from[0];
    int64_t shape[TENSOR_MAX_RANK] = {layer->out.dim[0]};
    Affine tap[TENSOR_MAX_RANK], value[TENSOR_MAX_RANK];
    tap[0] = ix(O);
    value[0] = ix(N);
    for (int d = 1; d < in->rank; d++) {
        shape[d] = in->dim[d];
        tap[d] = value[d] = ix(K + d - 1);
    }
    Tensor *w = weighted_read(build, layer, in->rank, shape);
    const int64_t dim[] = {DIM_BATCH, layer->out.dim[0]};
    Expr *product = e_mul(p, e_read(p, w, 0, tap), e_read(p, in, 0, value));
    Tensor *sums =
        program_compute(p, build_name(build, layer, "sum"), 2, dim, REDUCE_SUM, in->rank - 1, &in->dim[1], product);
    return weighted_finish(build, layer, sums);
}

static void dense_propagate(const Layer *layer, Signal *signal) {
    weighted_propagate(layer, signal, (WeightedReads){{1, 1}, 1, 1 / (double)shape_count(layer->in)});
}

static const char *dense_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    const char *module = arena_format(out->arena, "nn.Linear(%lld, %lld%s)", (long long)shape_count(layer->in),
                                      (long long)layer->out.dim[0], weighted_pytorch(layer));
    const char *flat = layer->in.rank > 1 ? arena_format(out->arena, "torch.flatten(%s, 1)", x[0]) : x[0];
    return pytorch_module(out, layer, module, flat);
}

static const char *dense_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    const char *flat = in[0];
    if (layer->in.rank > 1) {
        flat = onnx_unary(graph, "Flatten", onnx_part(graph, layer, "flat"), flat);
        onnx_int(graph, "axis", 1);
    }
    const char *z = weighted_onnx(graph, layer, "Gemm", flat);
    onnx_int(graph, "transB", 1);
    return onnx_activate(graph, layer, z);
}

const LayerKind layer_dense = {
    .name = "dense",
    .doc = "fully connected: every unit reads every value",
    .options = dense_options,
    .option_count = DENSE_OPTIONS,
    .weighs = true,
    .shape = dense_shape,
    .propagate = dense_propagate,
    .build = dense_build,
    .pytorch = dense_pytorch,
    .onnx = dense_onnx,
};
