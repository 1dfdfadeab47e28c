/* input: what an example looks like, and how it is centred and scaled.
 *
 *     y[n,c,i,j] = (x[n,c,i,j] - mean[c]) / std[c]
 *
 * Bytes are divided by 255 before that. */
#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { INPUT_SHAPE, INPUT_MEAN, INPUT_STD, INPUT_OPTIONS };

/* Of grey images in 0..1, those of MNIST: mean and E[x^2] of the pixels; and how much of their variance is that of
 * whole images, of the mean image, of what neighbours have in common. */
#define TYPICAL_MEAN 0.13
#define TYPICAL_SQUARE 0.11
#define TYPICAL_COMMON 0.02
#define TYPICAL_FAR 0.29
#define TYPICAL_NEAR 0.84

static const char *const statistic_words[] = {"data", NULL};

static const OptionSpec input_options[INPUT_OPTIONS] = {
    [INPUT_SHAPE] = {.name = "shape",
                     .type = OPTION_SHAPE,
                     .positional = true,
                     .required = true,
                     .low = 1,
                     .high = MODEL_MAX_SIDE,
                     .doc = "channels x height x width, or the length of a flat vector",
                     .example = "input 1x28x28"},
    [INPUT_MEAN] = {.name = "mean",
                    .type = OPTION_NUMBERS,
                    .standard = "0",
                    .words = statistic_words,
                    .doc = "subtracted from every value: a number, one a channel, or `data` (the training part's)"},
    [INPUT_STD] = {.name = "std",
                   .type = OPTION_NUMBERS,
                   .low = 0,
                   .high = INFINITY,
                   .low_open = true,
                   .standard = "1",
                   .words = statistic_words,
                   .doc = "divides every value after that: a number, one a channel, or `data` (the training part's)"},
};

/* What differs between the two statistics: mean, then std. */
typedef struct {
    int option;
    Statistic statistic;
    const char *kept; /* its key in weights files */
    double neutral;   /* changes nothing */
} InputStatistic;
static const InputStatistic input_mean = {INPUT_MEAN, STATISTIC_MEAN, "input_mean", 0};
static const InputStatistic input_std = {INPUT_STD, STATISTIC_DEVIATION, "input_std", 1};

/* One number for all is a constant of the model. A list has one number a channel, of a flat vector one a feature: that
 * is stored, as is what comes from the data. */
static bool input_store(LayerContext *context, const InputStatistic *which) {
    const Layer *layer = context->layer;
    Shape shape = layer->out;
    const OptionValue *value = &layer->options[which->option];
    const char *name = input_options[which->option].name;
    if (!value->flag && value->number_count == 1) return true;
    if (!value->flag && (int64_t)value->number_count != shape.dim[0]) {
        diag_report(context->diags, value->at, "list-length",
                    "%s has %zu numbers, the input has %lld %s; give one number, one a %s, or the word data", name,
                    value->number_count, (long long)shape.dim[0], shape.rank == 3 ? "channels" : "features",
                    shape.rank == 3 ? "channel" : "feature");
        return false;
    }
    Recipe recipe = {
        .kind = value->flag ? RECIPE_DATA : RECIPE_VALUES, .statistic = which->statistic, .values = value->numbers};
    Stored *stored = layer_store(context->arena, context->layer, name, STORED_STATISTIC, 1, shape.dim, recipe);
    stored->kept = which->kept;
    stored->metadata = true; /* PyTorch's modules have no such tensors */
    return true;
}

static bool input_shape(LayerContext *context) {
    Layer *layer = context->layer;
    layer->out = layer->options[INPUT_SHAPE].shape;
    bool mean = input_store(context, &input_mean);
    bool std = input_store(context, &input_std);
    return mean && std;
}

static const Stored *input_stored(const Layer *layer, const InputStatistic *which) {
    return layer_part(layer, input_options[which->option].name);
}

/* Of one number for all, or the mean of those given. */
static double input_number(const OptionValue *option) {
    double sum = 0;
    for (size_t i = 0; i < option->number_count; i++) sum += option->numbers[i];
    return sum / (double)option->number_count;
}

static void input_propagate(const Layer *layer, Signal *signal) {
    const OptionValue *mean = &layer->options[INPUT_MEAN], *std = &layer->options[INPUT_STD];
    const double variance = TYPICAL_SQUARE - TYPICAL_MEAN * TYPICAL_MEAN;
    bool centred = mean->flag || signal->remedy.normalised, scaled = std->flag || signal->remedy.normalised;
    double divisor = scaled ? sqrt(variance) : input_number(std);
    signal->values.mean = centred ? 0 : (TYPICAL_MEAN - input_number(mean)) / divisor;
    signal->values.variance = variance / (divisor * divisor);
    signal->values.common = TYPICAL_COMMON * signal->values.variance;
    signal->values.far = layer->out.rank == 1 && !centred ? TYPICAL_FAR * signal->values.variance : 0;
    signal->values.near = TYPICAL_NEAR * signal->values.variance;
}

/* (value - mean) / std, where a statistic that changes nothing is left out. */
static Expr *input_statistic(Build *build, const Layer *layer, const InputStatistic *which) {
    const Stored *stored = input_stored(layer, which);
    Affine channel = ix(1);
    return stored ? e_read(build->program, build_stored(build, stored), 0, &channel)
                  : e_const(build->program, layer->options[which->option].numbers[0]);
}

static Tensor *input_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    (void)mode;
    Program *p = build->program;
    Expr *x = e_at(p, in[0]);
    if (build->model->bytes_input) x = e_mul(p, e_const(p, 1.0 / 255), x);
    build->scaled = program_map(p, build_name(build, layer, "scaled"), in[0], x);
    Expr *mean = input_statistic(build, layer, &input_mean);
    Expr *std = input_statistic(build, layer, &input_std);
    Expr *y = e_div(p, e_sub(p, e_at(p, build->scaled), mean), std);
    if (y == e_at(p, build->scaled)) return build->scaled;
    return program_map(p, build_name(build, layer, "x"), in[0], y);
}

/* A statistic in forward: a number, or a buffer that no state_dict holds, filled from the model or, with `data`, from
 * an argument. NULL where the number changes nothing. */
static const char *input_constant(PyTorch *out, const Layer *layer, const InputStatistic *which) {
    const Stored *stored = input_stored(layer, which);
    const OptionValue *value = &layer->options[which->option];
    if (!stored) return value->numbers[0] == which->neutral ? NULL : pytorch_number(out, value->numbers[0]);
    const char *name = stored->kept, *values = name;
    if (value->flag) {
        vec_push(out->arena, &out->arguments, name);
    } else {
        values = pytorch_list(out, value->numbers, value->number_count);
    }
    const char *member = arena_format(
        out->arena, "self.register_buffer(\"%s\", torch.tensor(%s, dtype=torch.float32)%s, persistent=False)", name,
        values, layer->out.rank == 3 ? ".view(-1, 1, 1)" : "");
    vec_push(out->arena, &out->members, member);
    return arena_format(out->arena, "self.%s", name);
}

static const char *input_pytorch(PyTorch *out, const Layer *layer, const char *const *from) {
    const char *x = from[0];
    if (layer->out.rank == 1) x = arena_format(out->arena, "torch.flatten(%s, 1)", x);
    const char *mean = input_constant(out, layer, &input_mean);
    const char *std = input_constant(out, layer, &input_std);
    if (mean) x = arena_format(out->arena, std ? "(%s - %s)" : "%s - %s", x, mean);
    return std ? arena_format(out->arena, "%s / %s", x, std) : x;
}

/* in op the statistic (one number for all, or one a channel); nothing where the number changes nothing. */
static const char *input_onnx_statistic(OnnxGraph *graph, const Layer *layer, const InputStatistic *which,
                                        const char *op, const char *out, const char *in) {
    const Stored *stored = input_stored(layer, which);
    double number = stored ? 0 : layer->options[which->option].numbers[0];
    if (!stored && number == which->neutral) return in;
    const int64_t dim[] = {layer->out.dim[0], 1, 1};
    const char *name = onnx_part(graph, layer, input_options[which->option].name);
    return onnx_binary(graph, op, out, in,
                       stored ? onnx_stored_as(graph, stored, layer->out.rank, dim) : onnx_number(graph, name, number));
}

/* What the graph is given is already divided by 255. */
static const char *input_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    const char *centred =
        input_onnx_statistic(graph, layer, &input_mean, "Sub", onnx_part(graph, layer, "centred"), in[0]);
    return input_onnx_statistic(graph, layer, &input_std, "Div", onnx_part(graph, layer, "x"), centred);
}

const LayerKind layer_input = {
    .name = "input",
    .doc = "the shape of one example",
    .options = input_options,
    .option_count = INPUT_OPTIONS,
    .shape = input_shape,
    .propagate = input_propagate,
    .build = input_build,
    .pytorch = input_pytorch,
    .onnx = input_onnx,
};
