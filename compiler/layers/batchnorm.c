/* batchnorm: each unit, or each channel of maps, is brought to mean 0 and variance 1, then scaled and shifted.
 *
 *     training   m[c] = 1/N sum(n,i,j) x[n,c,i,j]     v[c] = 1/N sum(n,i,j) (x[n,c,i,j] - m[c])^2
 *                s[c] = weight[c] / sqrt(v[c] + epsilon)
 *                y = fma(x - m[c], s[c], bias[c])
 *                running_mean <- momentum * running_mean  +  (1 - momentum) * m
 *                running_var  <- momentum * running_var   +  (1 - momentum) * v * N / (N - 1)
 *     use        s[c] = weight[c] / sqrt(running_var[c] + epsilon)     t[c] = bias[c] - running_mean[c] * s[c]
 *                y = fma(x, s[c], t[c])
 *
 * over the batch and all positions, N values; of one value alone v is 0, and the running statistics stay as they are.
 * The derivative of v by m is 0, so m is detached there: the rule of derivatives would sum (x - m) over the batch to
 * find it. With trainable=false training is as use. */
#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

#define SMALL_MOMENTUM 0.5

enum { NORM_MOMENTUM, NORM_EPSILON, NORM_SCALE, NORM_ACTIVATION, NORM_TRAINABLE, NORM_OPTIONS };

static const OptionSpec norm_options[NORM_OPTIONS] = {
    [NORM_MOMENTUM] = {.name = "momentum",
                       .type = OPTION_REAL,
                       .training = true,
                       .low = 0,
                       .high = 1,
                       .high_open = true,
                       .standard = "0.9",
                       .doc = "the share of the running statistics that a step keeps (1 minus PyTorch's)"},
    [NORM_EPSILON] = {.name = "epsilon",
                      .type = OPTION_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .low_open = true,
                      .standard = "1e-5",
                      .doc = "added to the variance"},
    [NORM_SCALE] = {.name = "scale",
                    .type = OPTION_BOOL,
                    .standard = "true",
                    .doc = "one factor a channel or unit; false leaves the shift alone"},
    [NORM_ACTIVATION] = {.name = "activation",
                         .type = OPTION_ACTIVATION,
                         .standard = "linear",
                         .doc = "applied to the normalised values"},
    [NORM_TRAINABLE] = {.name = "trainable",
                        .training = true,
                        .type = OPTION_BOOL,
                        .standard = "true",
                        .doc =
                            "false keeps all that is stored, and normalises by the running statistics in training too"},
};

/* A share this small is likely to be meant as PyTorch's, of what a step brings. */
static void warn_momentum(LayerContext *context) {
    const OptionValue *momentum = &context->layer->options[NORM_MOMENTUM];
    if (momentum->real >= SMALL_MOMENTUM) return;
    diag_report(context->diags, momentum->at, "batchnorm-momentum",
                "batchnorm momentum=%g keeps only %g %% of the running mean; PyTorch's momentum=%g is %g here",
                momentum->real, 100 * momentum->real, momentum->real, 1 - momentum->real);
}

static bool norm_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *option = layer->options;
    warn_momentum(context);
    const int64_t *channels = layer->in.dim;
    layer->out = layer->in;
    layer->activation = option[NORM_ACTIVATION].activation;
    layer->trainable = option[NORM_TRAINABLE].flag;
    if (layer->trainable) layer->normalised = shape_count(layer->in) / channels[0];
    const Recipe zeros = {.kind = RECIPE_CONSTANT}, ones = {.kind = RECIPE_CONSTANT, .a = 1};
    if (option[NORM_SCALE].flag) layer_store(context->arena, layer, "weight", STORED_WEIGHT, 1, channels, ones);
    layer_store(context->arena, layer, "bias", STORED_BIAS, 1, channels, zeros);
    Stored *mean = layer_store(context->arena, layer, "running_mean", STORED_STATISTIC, 1, channels, zeros);
    Stored *variance = layer_store(context->arena, layer, "running_var", STORED_STATISTIC, 1, channels, ones);
    mean->follows = variance->follows = layer->trainable;
    return layer_multiply_adds(context, (size_t)layer->out.rank, layer->out.dim);
}

/* The mean that is taken off is what the values of a unit, or a map, have in common in all examples and places. A
 * gradient loses what would move mean and variance: what its parts have in common, and what of it goes along with the
 * values. */
static void norm_propagate(const Layer *layer, Signal *signal) {
    Spread *values = &signal->values;
    if (!layer->trainable) return;
    double variance = values->variance - values->far, square = 1 / (variance + layer->options[NORM_EPSILON].real);
    signal->known = variance > 0 && isfinite(square);
    signal->normalises = true;
    double divides = square * (1 + values->uneven); /* each unit by its own variance: the mean of 1 / v is above that */
    signal->back = step_back(divides, divides);
    signal->back.far = 0;
    signal->back.lost = divides;
    double common = fmin(values->common, variance), near = fmax(fmin(values->near - values->far, variance), 0);
    *values = (Spread){.variance = variance * square, .common = common * square, .near = near * square};
}

/* ---- the programs ---- */
typedef struct {
    Build *build;
    Program *p;
    const Layer *layer;
    Tensor *x;
    double epsilon;
    int units; /* dimensions of x, from 1 on, that tell channels or units apart */
} Norm;

/* A tensor with a value for each channel, where their indices begin at `first`: 0 among themselves, 1 behind n. */
static Expr *at_channel(const Norm *norm, Tensor *t, int first) {
    Affine channel[TENSOR_MAX_RANK];
    for (int d = 0; d < norm->units; d++) channel[d] = ix(first + d);
    return e_read(norm->p, t, 0, channel);
}

/* The same of what is stored; NULL: the layer has no such part. */
static Expr *stored_at(const Norm *norm, const char *part, int first) {
    const Stored *stored = layer_part(norm->layer, part);
    if (!stored) return NULL;
    return at_channel(norm, build_stored_as(norm->build, stored, norm->units, &norm->x->dim[1]), first);
}

static Tensor *channel_map(const Norm *norm, const char *name, Expr *e) {
    const char *full = build_name(norm->build, norm->layer, name);
    return program_compute(norm->p, full, norm->units, &norm->x->dim[1], REDUCE_NONE, 0, NULL, e);
}

/* weight / sqrt(variance + epsilon), among channels */
static Expr *scale_of(const Norm *norm, Expr *variance) {
    Program *p = norm->p;
    Expr *weight = stored_at(norm, "weight", 0);
    Expr *root = e_unary(p, EXPR_SQRT, e_add(p, variance, e_const(p, norm->epsilon)));
    return e_div(p, weight ? weight : e_const(p, 1), root);
}

static Tensor *by_running(const Norm *norm) {
    Program *p = norm->p;
    Expr *scale = scale_of(norm, stored_at(norm, "running_var", 0));
    Expr *shift = e_sub(p, stored_at(norm, "bias", 0), e_mul(p, stored_at(norm, "running_mean", 0), scale));
    Tensor *s = channel_map(norm, "scale", scale), *t = channel_map(norm, "shift", shift);
    Expr *y = e_fma(p, e_at(p, norm->x), at_channel(norm, s, 1), at_channel(norm, t, 1));
    return program_map(p, build_name(norm->build, norm->layer, "y"), norm->x, y);
}

/* sum over n and the positions; e reads where layer_unit_index says */
static Tensor *channel_sum(const Norm *norm, const char *name, Expr *e) {
    const Tensor *x = norm->x;
    int64_t range[TENSOR_MAX_RANK] = {DIM_BATCH};
    for (int d = norm->units + 1; d < x->rank; d++) range[d - norm->units] = x->dim[d];
    return program_compute(norm->p, build_name(norm->build, norm->layer, name), norm->units, &x->dim[1], REDUCE_SUM,
                           x->rank - norm->units, range, e);
}

/* Of values that are summed: what the batch does not have is 0. */
static Expr *if_alive(Program *p, Expr *e) { return e_select(p, e_alive(p), e, e_const(p, 0)); }

/* A running statistic follows; of one value alone there is nothing to follow. */
static void follow(const Norm *norm, const char *part, Expr *batch) {
    Program *p = norm->p;
    double momentum = norm->layer->options[NORM_MOMENTUM].real;
    Expr *old = stored_at(norm, part, 0);
    Expr *new = e_add(p, e_mul(p, e_const(p, momentum), old), e_mul(p, e_const(p, 1 - momentum), batch));
    if (norm->layer->normalised == 1) new = e_select(p, e_less(p, e_const(p, 1), e_scalar(p, "m")), new, old);
    build_next(norm->build, layer_part(norm->layer, part), new);
}

static Tensor *by_batch(const Norm *norm, Mode mode) {
    Program *p = norm->p;
    Arena *arena = norm->build->arena;
    long long positions = (long long)norm->layer->normalised;
    Expr *count = e_scalar(p, arena_format(arena, "m * %lld", positions));
    Affine place[TENSOR_MAX_RANK];
    layer_unit_index(norm->layer, norm->x, place);
    Expr *x = e_read(p, norm->x, 0, place);
    Tensor *sum = channel_sum(norm, "sum", if_alive(p, x));
    Tensor *mean = channel_map(norm, "mean", e_div(p, e_at(p, sum), count));
    Expr *apart = if_alive(p, e_sub(p, x, e_unary(p, EXPR_DETACH, e_at(p, mean))));
    Tensor *squares = channel_sum(norm, "squares", e_mul(p, apart, apart));
    Tensor *s = channel_map(norm, "scale", scale_of(norm, e_div(p, e_at(p, squares), count)));
    if (mode == MODE_TRAIN) {
        Expr *unbiased = e_scalar(p, arena_format(arena, "m * %lld - 1", positions));
        follow(norm, "running_mean", e_at(p, mean));
        follow(norm, "running_var", e_div(p, e_at(p, squares), unbiased));
    }
    Expr *centred = e_sub(p, e_at(p, norm->x), at_channel(norm, mean, 1));
    Expr *y = e_fma(p, centred, at_channel(norm, s, 1), stored_at(norm, "bias", 1));
    return program_map(p, build_name(norm->build, norm->layer, "y"), norm->x, y);
}

static Tensor *norm_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    const Norm norm = {
        build, build->program, layer, in[0], layer->options[NORM_EPSILON].real, layer_unit_dims(layer, in[0])};
    bool running = mode == MODE_EVAL || !layer->trainable;
    return build_activate(build, layer, running ? by_running(&norm) : by_batch(&norm, mode));
}

/* ---- other forms ---- */
/* PyTorch's module normalises by the batch in training whatever requires_grad says: a layer that is not trained calls
 * the function. A module without a scale has no parameter for it. */
static const char *norm_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    const char *epsilon = pytorch_number(out, layer->options[NORM_EPSILON].real), *name = layer->name;
    const char *module =
        arena_format(out->arena, "nn.BatchNorm%dd(%lld, eps=%s, momentum=%s)", layer->in.rank == 3 ? 2 : 1,
                     (long long)layer->in.dim[0], epsilon, pytorch_number(out, 1 - layer->options[NORM_MOMENTUM].real));
    const char *called = pytorch_module(out, layer, module, x[0]);
    if (!layer->options[NORM_SCALE].flag)
        vec_push(out->arena, &out->members,
                 arena_format(out->arena, "self.%s.register_parameter(\"weight\", None)", name));
    if (layer->trainable) return called;
    return arena_format(out->arena,
                        "F.batch_norm(%s, self.%s.running_mean, self.%s.running_var, self.%s.weight, self.%s.bias, "
                        "eps=%s)",
                        x[0], name, name, name, name, epsilon);
}

static const char *norm_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    const Stored *weight = layer_part(layer, "weight");
    const char *scale = weight ? onnx_stored(graph, weight)
                               : onnx_filled(graph, onnx_part(graph, layer, "weight"), layer->in.dim[0], 1);
    const char *const inputs[] = {in[0],
                                  scale,
                                  onnx_stored(graph, layer_part(layer, "bias")),
                                  onnx_stored(graph, layer_part(layer, "running_mean")),
                                  onnx_stored(graph, layer_part(layer, "running_var")),
                                  NULL};
    const char *z = onnx_node(graph, "BatchNormalization", onnx_weighted(graph, layer), inputs);
    onnx_float(graph, "epsilon", layer->options[NORM_EPSILON].real);
    return onnx_activate(graph, layer, z);
}

const LayerKind layer_batchnorm = {
    .name = "batchnorm",
    .doc = "batch normalisation: each channel of maps, or each unit, with mean 0 and variance 1 over the batch",
    .options = norm_options,
    .option_count = NORM_OPTIONS,
    .shape = norm_shape,
    .propagate = norm_propagate,
    .build = norm_build,
    .pytorch = norm_pytorch,
    .onnx = norm_onnx,
};
