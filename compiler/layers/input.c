/* input: what an example looks like, and how it is centred and scaled.
 *
 *     y[n,c,i,j] = (x[n,c,i,j] - mean[c]) / std[c]
 *
 * Bytes are divided by 255 before that. */
#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { INPUT_SHAPE, INPUT_MEAN, INPUT_STD, INPUT_OPTIONS };

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

/* A list has one number a channel, of a flat vector one a feature. */
static bool input_check_list(LayerContext *context, const OptionSpec *spec, const OptionValue *value) {
    Shape shape = context->layer->out;
    if (value->flag || value->number_count == 1 || (int64_t)value->number_count == shape.dim[0]) {
        return true;
    }
    diag_report(context->diags, value->at, "list-length",
                "%s has %zu numbers, the input has %lld %s; give one number, one a %s, or the word data", spec->name,
                value->number_count, (long long)shape.dim[0], shape.rank == 3 ? "channels" : "features",
                shape.rank == 3 ? "channel" : "feature");
    return false;
}

static bool input_shape(LayerContext *context) {
    Layer *layer = context->layer;
    layer->out = layer->options[INPUT_SHAPE].shape;
    bool mean = input_check_list(context, &input_options[INPUT_MEAN], &layer->options[INPUT_MEAN]);
    bool std = input_check_list(context, &input_options[INPUT_STD], &layer->options[INPUT_STD]);
    return mean && std;
}

/* (value - mean) / std, where a statistic that changes nothing is left out. */
static Expr *input_statistic(Build *build, const Layer *layer, int option, int64_t offset, const char *part) {
    Program *p = build->program;
    const OptionValue *value = &layer->options[option];
    if (!value->flag && value->number_count == 1) return e_const(p, value->numbers[0]);
    Tensor *t = program_tensor(p, ROLE_STATE, false, 1, &layer->out.dim[0], build_name(build, layer, part));
    t->offset = offset;
    Affine channel = ix(1);
    return e_read(p, t, 0, &channel);
}

static Tensor *input_build(Build *build, const Layer *layer, Tensor *in, Mode mode) {
    (void)mode;
    Program *p = build->program;
    Expr *x = e_at(p, in);
    if (build->model->bytes_input) x = e_mul(p, e_const(p, 1.0 / 255), x);
    build->scaled = program_map(p, build_name(build, layer, "scaled"), in, x);
    Expr *mean = input_statistic(build, layer, INPUT_MEAN, build->mean_offset, "mean");
    Expr *std = input_statistic(build, layer, INPUT_STD, build->std_offset, "std");
    Expr *y = e_div(p, e_sub(p, e_at(p, build->scaled), mean), std);
    if (y == e_at(p, build->scaled)) return build->scaled;
    return program_map(p, build_name(build, layer, "x"), in, y);
}

/* A statistic in forward: a number, or a buffer that no state_dict holds, filled from the model or, with `data`, from
 * an argument. NULL where the number changes nothing. */
static const char *input_constant(PyTorch *out, const Layer *layer, int option, const char *name, double nothing) {
    const OptionValue *value = &layer->options[option];
    if (!value->flag && value->number_count == 1) {
        return value->numbers[0] == nothing ? NULL : pytorch_number(out, value->numbers[0]);
    }
    const char *values = name;
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

static const char *input_pytorch(PyTorch *out, const Layer *layer, const char *x) {
    if (layer->out.rank == 1) x = arena_format(out->arena, "torch.flatten(%s, 1)", x);
    const char *mean = input_constant(out, layer, INPUT_MEAN, "input_mean", 0);
    const char *std = input_constant(out, layer, INPUT_STD, "input_std", 1);
    if (mean) x = arena_format(out->arena, std ? "(%s - %s)" : "%s - %s", x, mean);
    return std ? arena_format(out->arena, "%s / %s", x, std) : x;
}

/* `values` op (one number for all, or one a channel); nothing where the number changes nothing. */
static const char *input_onnx_statistic(OnnxGraph *graph, const Layer *layer, const char *op, const char *out,
                                        const char *in, int option, const float *values) {
    const OptionValue *value = &layer->options[option];
    const char *name = onnx_part(graph, layer, input_options[option].name);
    const double neutral = option == INPUT_STD ? 1 : 0;
    if (values == NULL && value->numbers[0] == neutral) return in;
    int64_t dim[] = {layer->out.dim[0], 1, 1};
    return onnx_binary(graph, op, out, in,
                       values == NULL ? onnx_number(graph, name, value->numbers[0])
                                      : onnx_floats(graph, name, values, layer->out.rank, dim));
}

/* What the graph is given is already divided by 255. */
static const char *input_onnx(OnnxGraph *graph, const Layer *layer, const char *in) {
    const char *centred =
        input_onnx_statistic(graph, layer, "Sub", onnx_part(graph, layer, "centred"), in, INPUT_MEAN, onnx_mean(graph));
    return input_onnx_statistic(graph, layer, "Div", onnx_part(graph, layer, "x"), centred, INPUT_STD, onnx_std(graph));
}

const LayerKind layer_input = {
    .name = "input",
    .doc = "the shape of one example",
    .options = input_options,
    .option_count = INPUT_OPTIONS,
    .shape = input_shape,
    .build = input_build,
    .pytorch = input_pytorch,
    .onnx = input_onnx,
};
