/* The activations, a row each. Their expressions are the field's definitions; the derivatives are derived. */
#include "compiler/model/activation.h"

static Expr *sigmoid(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_unary(p, EXPR_SIGMOID, z);
}

static Expr *hyperbolic_tangent(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_unary(p, EXPR_TANH, z);
}

static Expr *relu(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_max(p, e_const(p, 0), z);
}

static Expr *leaky_relu(Program *p, Expr *z, double slope) {
    return e_select(p, e_less(p, e_const(p, 0), z), z, e_mul(p, e_const(p, slope), z));
}

static Expr *exponential_unit(Program *p, Expr *z, double scale, double alpha) {
    Expr *low = e_mul(p, e_const(p, scale * alpha), e_unary(p, EXPR_EXPM1, z));
    return e_select(p, e_less(p, e_const(p, 0), z), e_mul(p, e_const(p, scale), z), low);
}

static Expr *elu(Program *p, Expr *z, double alpha) { return exponential_unit(p, z, 1, alpha); }

/* Klambauer et al. 2017 */
static Expr *selu(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return exponential_unit(p, z, 1.0507009873554805, 1.6732632423543772);
}

static Expr *softplus(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_unary(p, EXPR_SOFTPLUS, z);
}

static Expr *softsign(Program *p, Expr *z, double parameter) {
    (void)parameter;
    Expr *size = e_max(p, z, e_mul(p, e_const(p, -1), z));
    return e_div(p, z, e_add(p, e_const(p, 1), size));
}

static Expr *swish(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_mul(p, z, e_unary(p, EXPR_SIGMOID, z));
}

/* The tanh form: Hendrycks and Gimpel 2016. With (1 + tanh(u)) / 2 = sigmoid(2u) nothing cancels where z is far below
 * 0. */
static Expr *gelu(Program *p, Expr *z, double parameter) {
    (void)parameter;
    Expr *cube = e_mul(p, z, e_mul(p, z, z));
    Expr *twice = e_mul(p, e_const(p, 1.5957691216057308), e_add(p, z, e_mul(p, e_const(p, 0.044715), cube)));
    return e_mul(p, z, e_unary(p, EXPR_SIGMOID, twice));
}

static Expr *mish(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_mul(p, z, e_unary(p, EXPR_TANH, e_unary(p, EXPR_SOFTPLUS, z)));
}

static Expr *hard_tanh(Program *p, Expr *z, double parameter) {
    (void)parameter;
    return e_max(p, e_const(p, -1), e_binary(p, EXPR_MIN, e_const(p, 1), z));
}

/* exp(z - max z) / sum over all outputs of an example: the maximum is a constant to the derivative, it cancels. */
static Tensor *softmax(Program *p, const char *layer, Tensor *z) {
    const int64_t batch[] = {DIM_BATCH};
    Affine at[TENSOR_MAX_RANK], n = ix(0);
    for (int d = 0; d < z->rank; d++) at[d] = ix(d);
    Tensor *top = program_compute(p, arena_format(p->arena, "%s.max", layer), 1, batch, REDUCE_MAX, z->rank - 1,
                                  &z->dim[1], e_read(p, z, 0, at));
    Expr *shifted = e_sub(p, e_at(p, z), e_unary(p, EXPR_DETACH, e_read(p, top, 0, &n)));
    Tensor *power = program_map(p, arena_format(p->arena, "%s.exp", layer), z, e_unary(p, EXPR_EXP, shifted));
    Tensor *sum = program_compute(p, arena_format(p->arena, "%s.total", layer), 1, batch, REDUCE_SUM, z->rank - 1,
                                  &z->dim[1], e_read(p, power, 0, at));
    Expr *share = e_div(p, e_at(p, power), e_read(p, sum, 0, &n));
    return program_map(p, arena_format(p->arena, "%s.a", layer), z, share);
}

const ActivationKind activations[] = {
    {.name = "linear", .doc = "z"},
    {.name = "sigmoid",
     .doc = "1 / (1 + exp(-z))",
     .value = sigmoid,
     .rises = true,
     .counted = UNITS_SATURATED,
     .cost = COST_CROSS_ENTROPY,
     .pytorch = "torch.sigmoid(x)",
     .onnx = "Sigmoid"},
    {.name = "tanh",
     .doc = "tanh z",
     .value = hyperbolic_tangent,
     .rises = true,
     .counted = UNITS_SATURATED,
     .pytorch = "torch.tanh(x)",
     .onnx = "Tanh"},
    {.name = "relu",
     .doc = "max(0, z)",
     .value = relu,
     .rises = true,
     .rectifier = true,
     .counted = UNITS_ACTIVE,
     .pytorch = "F.relu(x)",
     .onnx = "Relu"},
    {.name = "leaky_relu",
     .doc = "z for z > 0, else slope * z",
     .parameter = "slope",
     .standard = 0.01,
     .value = leaky_relu,
     .rises = true,
     .rectifier = true,
     .counted = UNITS_ACTIVE,
     .pytorch = "F.leaky_relu(x, a)",
     .onnx = "LeakyRelu"},
    {.name = "elu",
     .doc = "z for z > 0, else alpha * (exp(z) - 1)",
     .parameter = "alpha",
     .standard = 1,
     .value = elu,
     .rectifier = true,
     .counted = UNITS_ACTIVE,
     .pytorch = "F.elu(x, a)",
     .onnx = "Elu"},
    {.name = "selu",
     .doc = "1.0507 * elu(1.6733)",
     .value = selu,
     .counted = UNITS_ACTIVE,
     .pytorch = "F.selu(x)",
     .onnx = "Selu"},
    {.name = "softplus",
     .doc = "ln(1 + exp(z))",
     .value = softplus,
     .rectifier = true,
     .pytorch = "F.softplus(x)",
     .onnx = "Softplus"},
    {.name = "softsign", .doc = "z / (1 + |z|)", .value = softsign, .pytorch = "F.softsign(x)", .onnx = "Softsign"},
    {.name = "swish", .doc = "z * sigmoid(z)", .value = swish, .rectifier = true, .pytorch = "F.silu(x)"},
    {.name = "gelu",
     .doc = "z / 2 * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 z^3)))",
     .value = gelu,
     .rectifier = true,
     .pytorch = "F.gelu(x, approximate=\"tanh\")"},
    {.name = "mish", .doc = "z * tanh(ln(1 + exp(z)))", .value = mish, .rectifier = true, .pytorch = "F.mish(x)"},
    {.name = "hard_tanh",
     .doc = "z between -1 and 1",
     .value = hard_tanh,
     .rises = true,
     .counted = UNITS_SATURATED,
     .pytorch = "F.hardtanh(x)"},
    {.name = "softmax",
     .doc = "exp(z) / sum of exp over the outputs; the last layer only",
     .across = softmax,
     .cost = COST_LOG_LIKELIHOOD,
     .pytorch = "F.softmax(x, dim=1)",
     .onnx = "Softmax"},
};
const size_t activation_count = COUNT_OF(activations);

const ActivationKind *activation_find(const char *name) {
    for (size_t i = 0; i < activation_count; i++) {
        if (string_is(activations[i].name, name)) return &activations[i];
    }
    return NULL;
}

const char *const *activation_names(Arena *arena) {
    const char **names = NEW_ARRAY(arena, const char *, activation_count);
    for (size_t i = 0; i < activation_count; i++) names[i] = activations[i].name;
    return names;
}

bool activation_is_linear(Activation activation) { return !activation.kind->value && !activation.kind->across; }

Expr *activation_value(Program *p, Activation activation, Expr *z) {
    return activation.kind->value ? activation.kind->value(p, z, activation.parameter) : z;
}
