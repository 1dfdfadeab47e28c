#include "compiler/layers/weighted.h"

#include <math.h>

static const Stored *weight_of(const Layer *layer) { return layer_part(layer, "weight"); }
static const Stored *bias_of(const Layer *layer) { return layer_part(layer, "bias"); }

bool weighted_store(LayerContext *context, WeightedOptions at, int rank, const int64_t *dim, int64_t matrices,
                    int64_t fan_in, int64_t fan_out) {
    const Layer *layer = context->layer;
    const OptionValue *bias = &layer->options[at.bias], *bias_init = &layer->options[at.bias_init];
    Stored *weight = layer_store_init(context, "weight", STORED_WEIGHT, rank, dim, at.init, fan_in, fan_out);
    weight->decays = true;
    weight->matrices = matrices;
    if (bias->flag) {
        layer_store_init(context, "bias", STORED_BIAS, 1, dim, at.bias_init, fan_in, fan_out);
    } else if (bias_init->given && !bias_init->inherited) {
        diag_report(context->diags, bias_init->at, "conflicting-options",
                    "bias_init= sets biases, but '%s' has none (bias=false)", layer->name);
        return false;
    }
    return true;
}

/* Weights of mean m and variance v, as propagation.c has it: the sum of the values an output reads is the same for all
 * outputs, and m times that is common to them; what v makes of the values is each output's own. Back again the
 * gradients of the `fan_out` outputs that read a value add up likewise. A bias that centres takes the common part away.
 */
void weighted_propagate(const Layer *layer, Signal *signal, WeightedReads reads) {
    const Stored *w = weight_of(layer), *b = signal->remedy.no_biases ? NULL : bias_of(layer);
    double stored = (double)(stored_count(w) / w->dim[0]), fan_in = reads.window.inside * stored;
    double fan_out = fan_in * (double)shape_count(layer->out) / (double)shape_count(layer->in);
    bool given = signal->remedy.gain > 0;
    Spread weight = given ? (Spread){.variance = signal->remedy.gain / stored} : recipe_spread(&w->recipe);
    Spread bias = b ? recipe_spread(&b->recipe) : (Spread){0}, values = signal->values;
    bool centred = b && b->recipe.kind == RECIPE_CENTRE;
    double own = fan_in * weight.variance, shared = fan_in * weight.mean * weight.mean;
    signal->known = own + shared > 0;
    signal->random = given || w->recipe.kind == RECIPE_NORMAL || w->recipe.kind == RECIPE_UNIFORM;
    signal->back = (StepBack){shared * fan_out, shared, own, own, own + shared, 0};
    double square = values.mean * values.mean, near = values.variance * pow(spread_near(&values), reads.step);
    double twice = reads.window.both * stored * weight.variance;
    double mean = centred ? 0 : fan_in * weight.mean * values.mean + bias.mean;
    double common = centred ? 0 : shared * (fan_in * values.common + values.variance - values.common);
    signal->values = (Spread){.mean = mean,
                              .variance = own * (square + values.variance) + bias.variance + common,
                              .common = common,
                              .far = twice * (square + values.far) + bias.variance,
                              .near = own * (square + near) + bias.variance + common,
                              .uneven = 2 * reads.alike};
}

Tensor *weighted_read(Build *build, const Layer *layer, int rank, const int64_t *dim) {
    return build_stored_as(build, weight_of(layer), rank, dim);
}

/* b[o] = -sums[0,o, first place]: every weighted input of the first example is 0 for units; for maps, which share a
 * bias over their positions, the mean over positions is. */
static Tensor *centred_bias(Build *build, const Layer *layer, Tensor *sums) {
    Program *p = build->program;
    int64_t range[TENSOR_MAX_RANK], places = 1;
    Affine index[TENSOR_MAX_RANK];
    index[0] = ix(1);
    index[1] = ix(0);
    range[0] = DIM_BATCH;
    for (int d = 2; d < sums->rank; d++) {
        index[d] = ix(d);
        range[d - 1] = sums->dim[d];
        places *= sums->dim[d];
    }
    Expr *one = e_mul(p, e_const(p, -1.0 / (double)places), e_read(p, sums, 0, index));
    Expr *alive = e_select(p, e_alive(p), one, e_const(p, 0));
    return program_compute(p, build_name(build, layer, "centred"), 1, &sums->dim[1], REDUCE_SUM, sums->rank - 1, range,
                           alive);
}

static Tensor *read_bias(Build *build, const Layer *layer, const Stored *bias, Tensor *sums) {
    if (!build->centre_now || bias->recipe.kind != RECIPE_CENTRE) return build_stored(build, bias);
    Tensor *b = centred_bias(build, layer, sums);
    build_next(build, bias, e_at(build->program, b));
    return b;
}

Tensor *weighted_finish(Build *build, const Layer *layer, Tensor *sums) {
    Program *p = build->program;
    const Stored *bias = bias_of(layer);
    Tensor *z = sums;
    if (bias) {
        Affine o = ix(1);
        Expr *b = e_read(p, read_bias(build, layer, bias, sums), 0, &o);
        z = program_map(p, build_name(build, layer, "z"), sums, e_add(p, e_at(p, sums), b));
    }
    return build_activate(build, layer, z);
}

const char *weighted_pytorch(const Layer *layer) { return bias_of(layer) ? "" : ", bias=False"; }

const char *weighted_onnx(OnnxGraph *graph, const Layer *layer, const char *op, const char *in) {
    const Stored *bias = bias_of(layer);
    const char *const inputs[] = {in, onnx_stored(graph, weight_of(layer)), bias ? onnx_stored(graph, bias) : NULL,
                                  NULL};
    return onnx_node(graph, op, onnx_weighted(graph, layer), inputs);
}
