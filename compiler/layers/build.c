/* What the layers share: stored tensors, activations. */
#include "compiler/layers/build.h"

const char *build_name(Build *build, const Layer *layer, const char *part) {
    return arena_format(build->arena, "%s.%s", layer->name, part);
}

Tensor *build_stored(Build *build, const Stored *stored) {
    Tensor *known = build->stored[stored->row];
    return known ? known : build_stored_as(build, stored, stored->rank, stored->dim);
}

Tensor *build_stored_as(Build *build, const Stored *stored, int rank, const int64_t *dim) {
    Tensor **known = &build->stored[stored->row];
    Role role = stored_is_parameter(stored) ? ROLE_PARAM : ROLE_STATE;
    if (!*known) *known = program_stored(build->program, role, stored->row, stored->offset, rank, dim, stored->name);
    if ((*known)->rank != rank) BUG("%s is read with rank %d and %d", stored->name, (*known)->rank, rank);
    return *known;
}

void build_next(Build *build, const Stored *stored, Expr *e) { build->next[stored->row] = e; }

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
