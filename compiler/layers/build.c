/* What the layers share: parameters, biases, activations. */
#include "compiler/layers/build.h"

const char *build_name(Build *build, const Layer *layer, const char *part) {
    return arena_format(build->arena, "%s.%s", layer->name, part);
}

static Tensor *read_param(Build *build, const char *name, int64_t offset, int rank, const int64_t *dim) {
    Tensor *t = program_tensor(build->program, ROLE_PARAM, false, rank, dim, name);
    t->offset = offset;
    return t;
}

Tensor *build_weight(Build *build, const Layer *layer, int rank, const int64_t *dim) {
    Tensor *t = read_param(build, layer->weight->name, build->weight_offset[layer->index], rank, dim);
    build->weight[layer->index] = t;
    return t;
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

Tensor *build_bias_activate(Build *build, const Layer *layer, Tensor *sums) {
    Program *p = build->program;
    Tensor *z = sums;
    if (layer->bias) {
        Tensor *b;
        if (build->centre_now && layer->bias->recipe.kind == RECIPE_CENTRE) {
            b = centred_bias(build, layer, sums);
            build->centred[layer->index] = b;
        } else {
            b = read_param(build, layer->bias->name, build->bias_offset[layer->index], 1, layer->bias->dim);
            build->bias[layer->index] = b;
        }
        Affine o = ix(1);
        z = program_map(p, build_name(build, layer, "z"), sums, e_add(p, e_at(p, sums), e_read(p, b, 0, &o)));
    }
    return build_activate(build, layer, layer->activation, z);
}

/* ---- activations: the field's definitions, as expressions of z ---- */
/* The tanh form: Hendrycks and Gimpel 2016. With (1 + tanh(u)) / 2 = sigmoid(2u) nothing cancels where z is far below
 * 0. */
static Expr *gelu(Program *p, Expr *z) {
    Expr *cube = e_mul(p, z, e_mul(p, z, z));
    Expr *twice = e_mul(p, e_const(p, 1.5957691216057308), e_add(p, z, e_mul(p, e_const(p, 0.044715), cube)));
    return e_mul(p, z, e_unary(p, EXPR_SIGMOID, twice));
}

static Expr *exponential_unit(Program *p, Expr *z, double scale, double alpha) {
    Expr *low = e_mul(p, e_const(p, scale * alpha), e_unary(p, EXPR_EXPM1, z));
    return e_select(p, e_less(p, e_const(p, 0), z), e_mul(p, e_const(p, scale), z), low);
}

static Expr *activate(Program *p, Activation activation, Expr *z) {
    Expr *zero = e_const(p, 0);
    switch (activation.kind) {
    case ACTIVATION_LINEAR: return z;
    case ACTIVATION_SIGMOID: return e_unary(p, EXPR_SIGMOID, z);
    case ACTIVATION_TANH: return e_unary(p, EXPR_TANH, z);
    case ACTIVATION_RELU: return e_max(p, zero, z);
    case ACTIVATION_LEAKY_RELU:
        return e_select(p, e_less(p, zero, z), z, e_mul(p, e_const(p, activation.parameter), z));
    case ACTIVATION_ELU: return exponential_unit(p, z, 1, activation.parameter);
    case ACTIVATION_SELU: /* Klambauer et al. 2017 */
        return exponential_unit(p, z, 1.0507009873554805, 1.6732632423543772);
    case ACTIVATION_SOFTPLUS: return e_unary(p, EXPR_SOFTPLUS, z);
    case ACTIVATION_SOFTSIGN: {
        Expr *size = e_max(p, z, e_mul(p, e_const(p, -1), z));
        return e_div(p, z, e_add(p, e_const(p, 1), size));
    }
    case ACTIVATION_SWISH: return e_mul(p, z, e_unary(p, EXPR_SIGMOID, z));
    case ACTIVATION_GELU: return gelu(p, z);
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_COUNT: break;
    }
    BUG("no activation %d", (int)activation.kind);
}

static bool rises(Activation activation) {
    switch (activation.kind) {
    case ACTIVATION_SIGMOID:
    case ACTIVATION_TANH:
    case ACTIVATION_RELU: return true;
    case ACTIVATION_LEAKY_RELU: return activation.parameter >= 0;
    case ACTIVATION_LINEAR: /* nothing to gain, or not monotone once rounded */
    case ACTIVATION_ELU:
    case ACTIVATION_SELU:
    case ACTIVATION_SOFTPLUS:
    case ACTIVATION_SOFTSIGN:
    case ACTIVATION_SWISH:
    case ACTIVATION_GELU:
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_COUNT: break;
    }
    return false;
}

/* exp(z - max z) / sum over all outputs of an example: the maximum is a constant to the derivative, it cancels. */
static Tensor *softmax(Build *build, const Layer *layer, Tensor *z) {
    Program *p = build->program;
    const int64_t batch[] = {DIM_BATCH};
    Affine at[TENSOR_MAX_RANK], n = ix(0);
    for (int d = 0; d < z->rank; d++) at[d] = ix(d);
    Tensor *top = program_compute(p, build_name(build, layer, "max"), 1, batch, REDUCE_MAX, z->rank - 1, &z->dim[1],
                                  e_read(p, z, 0, at));
    Expr *shifted = e_sub(p, e_at(p, z), e_unary(p, EXPR_DETACH, e_read(p, top, 0, &n)));
    Tensor *power = program_map(p, build_name(build, layer, "exp"), z, e_unary(p, EXPR_EXP, shifted));
    Tensor *sum = program_compute(p, build_name(build, layer, "total"), 1, batch, REDUCE_SUM, z->rank - 1, &z->dim[1],
                                  e_read(p, power, 0, at));
    Expr *share = e_div(p, e_at(p, power), e_read(p, sum, 0, &n));
    return program_map(p, build_name(build, layer, "a"), z, share);
}

Tensor *build_activate(Build *build, const Layer *layer, Activation activation, Tensor *z) {
    build->weighted[layer->index] = z;
    if (activation.kind == ACTIVATION_LINEAR) return z;
    if (activation.kind == ACTIVATION_SOFTMAX) return softmax(build, layer, z);
    Expr *e = activate(build->program, activation, e_at(build->program, z));
    Tensor *a = program_map(build->program, build_name(build, layer, "a"), z, e);
    if (rises(activation)) a->rises_with = z;
    return a;
}

Affine window_row(const Window *window, int axis, int place, int tap) {
    Affine at = ix_add(ix_times(ix(place), (int32_t)window->stride[axis]), ix(tap));
    return ix_plus(at, -(int32_t)window->before[axis]);
}
