/* dropout: in training every value is dropped (set to 0) with probability p, drawn afresh for each example.
 *
 *     inverted=true     training: kept values / (1 - p)     use: y = x
 *     inverted=false    training: kept values as they are   use: y = x * (1 - p) */
#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

enum { DROPOUT_SHARE, DROPOUT_INVERTED, DROPOUT_OPTIONS };

#define LARGE_DROPOUT 0.8 /* from here on the share kept is likely to be meant */

static const OptionSpec dropout_options[DROPOUT_OPTIONS] = {
    [DROPOUT_SHARE] = {.name = "share",
                       .type = OPTION_REAL,
                       .positional = true,
                       .required = true,
                       .low = 0,
                       .high = 1,
                       .high_open = true,
                       .doc = "probability of dropping a value",
                       .example = "dropout 0.5"},
    [DROPOUT_INVERTED] = {.name = "inverted",
                          .type = OPTION_BOOL,
                          .standard = "true",
                          .doc = "true: divide by 1 - p in training; false: multiply by 1 - p in use"},
};

/* The share as random bits decide it: a multiple of 2^-24. */
static double rounded_share(const Layer *layer) { return round(layer->options[DROPOUT_SHARE].real * 0x1p24) / 0x1p24; }

static bool dropout_shape(LayerContext *context) {
    Layer *layer = context->layer;
    const OptionValue *share = &layer->options[DROPOUT_SHARE];
    layer->out = layer->in;
    if (rounded_share(layer) >= 1) {
        diag_report(context->diags, share->at, "bad-value",
                    "dropout %.9g is as good as 1, which leaves no value (the share is rounded to 24 bits)",
                    share->real);
        return false;
    }
    if (share->real >= LARGE_DROPOUT) {
        Diag *diag = diag_report(context->diags, share->at, "large-dropout",
                                 "dropout %g drops %g %% of the values; the number is the share dropped, not kept",
                                 share->real, 100 * share->real);
        diag_help(context->diags, diag, "write 'dropout %.6g' if %g is the share to keep", 1 - share->real,
                  share->real);
    }
    return true;
}

static void dropout_propagate(const Layer *layer, Signal *signal) {
    double kept = 1 - layer->options[DROPOUT_SHARE].real;
    bool inverted = layer->options[DROPOUT_INVERTED].flag;
    double scale = inverted ? 1 / kept : 1, whole = scale * scale * kept, common = whole * kept;
    Spread *values = &signal->values;
    signal->back = step_back(whole, common);
    double square = whole * (values->mean * values->mean + values->variance);
    values->mean *= scale * kept;
    values->variance = square - values->mean * values->mean;
    values->common *= common;
    values->far *= common;
    values->near *= common;
}

static bool dropout_idle(const Layer *layer) { return layer->options[DROPOUT_INVERTED].flag; }

static Tensor *dropout_build(Build *build, const Layer *layer, Tensor *const *in, Mode mode) {
    Program *p = build->program;
    double share = rounded_share(layer);
    bool inverted = layer->options[DROPOUT_INVERTED].flag;
    Expr *x = e_at(p, in[0]), *y;
    if (mode != MODE_TRAIN) {
        if (inverted) return build_activate(build, layer, in[0]);
        y = e_mul(p, e_const(p, 1 - share), x);
    } else {
        Tensor *bits = program_tensor(p, ROLE_RANDOM, true, in[0]->rank, in[0]->dim, build_name(build, layer, "bits"));
        program_add(p, bits, REDUCE_RANDOM, 0, NULL, NULL)->stream = (uint32_t)layer->index;
        Expr *kept = inverted ? e_mul(p, e_const(p, 1 / (1 - share)), x) : x;
        y = e_select(p, e_below(p, e_at(p, bits), share), e_const(p, 0), kept);
    }
    return build_activate(build, layer, program_map(p, build_name(build, layer, "kept"), in[0], y));
}

/* PyTorch's is inverted: it divides by 1 - p in training. */
static const char *dropout_pytorch(PyTorch *out, const Layer *layer, const char *const *x) {
    double share = layer->options[DROPOUT_SHARE].real;
    const char *kept = arena_format(out->arena, "F.dropout(%s, %s, self.training)", x[0], pytorch_number(out, share));
    if (layer->options[DROPOUT_INVERTED].flag) return kept;
    return arena_format(out->arena, "%s * %s", kept, pytorch_number(out, 1 - share));
}

static const char *dropout_onnx(OnnxGraph *graph, const Layer *layer, const char *const *in) {
    if (layer->options[DROPOUT_INVERTED].flag) return in[0];
    double kept = 1 - layer->options[DROPOUT_SHARE].real;
    return onnx_binary(graph, "Mul", layer->name, in[0], onnx_number(graph, onnx_part(graph, layer, "kept"), kept));
}

const LayerKind layer_dropout = {
    .name = "dropout",
    .doc = "drops values at random in training",
    .options = dropout_options,
    .option_count = DROPOUT_OPTIONS,
    .shape = dropout_shape,
    .propagate = dropout_propagate,
    .idle = dropout_idle,
    .build = dropout_build,
    .pytorch = dropout_pytorch,
    .onnx = dropout_onnx,
};
