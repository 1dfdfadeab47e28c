#include "compiler/model/vocabulary.h"

#include <math.h>
#include <string.h>

/* ---- activations ---- */

const char *const activation_names[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = "linear",
    [ACTIVATION_SIGMOID] = "sigmoid",
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_RELU] = "relu",
    [ACTIVATION_LEAKY_RELU] = "leaky_relu",
    [ACTIVATION_ELU] = "elu",
    [ACTIVATION_SELU] = "selu",
    [ACTIVATION_SOFTPLUS] = "softplus",
    [ACTIVATION_SOFTSIGN] = "softsign",
    [ACTIVATION_SWISH] = "swish",
    [ACTIVATION_GELU] = "gelu",
    [ACTIVATION_SOFTMAX] = "softmax",
};

const ActivationSpec activation_specs[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = {.doc = "z"},
    [ACTIVATION_SIGMOID] = {.doc = "1 / (1 + exp(-z))"},
    [ACTIVATION_TANH] = {.doc = "tanh z"},
    [ACTIVATION_RELU] = {.doc = "max(0, z)", .rectifier = true},
    [ACTIVATION_LEAKY_RELU] = {.doc = "z for z > 0, else slope * z",
                               .parameter = "slope",
                               .standard = 0.01,
                               .rectifier = true},
    [ACTIVATION_ELU] = {.doc = "z for z > 0, else alpha * (exp(z) - 1)",
                        .parameter = "alpha",
                        .standard = 1,
                        .rectifier = true},
    [ACTIVATION_SELU] = {.doc = "1.0507 * elu(1.6733)"},
    [ACTIVATION_SOFTPLUS] = {.doc = "ln(1 + exp(z))", .rectifier = true},
    [ACTIVATION_SOFTSIGN] = {.doc = "z / (1 + |z|)"},
    [ACTIVATION_SWISH] = {.doc = "z * sigmoid(z)", .rectifier = true},
    [ACTIVATION_GELU] = {.doc = "z / 2 * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 z^3)))", .rectifier = true},
    [ACTIVATION_SOFTMAX] = {.doc = "exp(z) / sum of exp over the outputs; the last layer only"},
};

/* ---- initialisers ---- */

const Initialiser initialisers[] = {
    {.name = "he_normal", .doc = "normal, sd sqrt(2 / fan_in)", .kind = RECIPE_NORMAL, .fan = FAN_IN, .gain = 2},
    {.name = "he_uniform", .doc = "uniform in +-sqrt(6 / fan_in)", .kind = RECIPE_UNIFORM, .fan = FAN_IN, .gain = 6},
    {.name = "glorot_normal",
     .doc = "normal, sd sqrt(2 / (fan_in + fan_out))",
     .kind = RECIPE_NORMAL,
     .fan = FAN_MEAN,
     .gain = 1},
    {.name = "glorot_uniform",
     .doc = "uniform in +-sqrt(6 / (fan_in + fan_out))",
     .kind = RECIPE_UNIFORM,
     .fan = FAN_MEAN,
     .gain = 3},
    {.name = "lecun_normal", .doc = "normal, sd 1 / sqrt(fan_in)", .kind = RECIPE_NORMAL, .fan = FAN_IN, .gain = 1},
    {.name = "fan_in_uniform",
     .doc = "uniform in +-1 / sqrt(fan_in)",
     .kind = RECIPE_UNIFORM,
     .fan = FAN_IN,
     .gain = 1},
    {.name = "normal", .doc = "normal", .argument = {"mean", "sd"}, .kind = RECIPE_NORMAL},
    {.name = "uniform", .doc = "uniform, low <= v < high", .argument = {"low", "high"}, .kind = RECIPE_UNIFORM},
    {.name = "constant", .doc = "the same number everywhere", .argument = {"value"}, .kind = RECIPE_CONSTANT},
    {.name = "zeros", .doc = "0 everywhere", .kind = RECIPE_CONSTANT},
    {.name = "centre",
     .doc = "every weighted input is 0 for the first training example",
     .kind = RECIPE_CENTRE,
     .special = true},
};
const size_t initialiser_count = COUNT_OF(initialisers);

int activation_find(const char *name) {
    int kind = 0;
    while (kind < ACTIVATION_COUNT && !string_is(activation_names[kind], name)) kind++;
    return kind;
}

const Initialiser *initialiser_find(const char *name) {
    for (size_t i = 0; i < initialiser_count; i++) {
        if (string_is(initialisers[i].name, name)) return &initialisers[i];
    }
    return NULL;
}

size_t initialiser_arguments(const Initialiser *initialiser) {
    size_t count = 0;
    while (count < INITIALISER_MAX_ARGUMENTS && initialiser->argument[count]) count++;
    return count;
}

static Recipe spread(const Initialiser *initialiser, int64_t fan_in, int64_t fan_out) {
    double fan = (double)fan_in;
    if (initialiser->fan == FAN_MEAN) fan = ((double)fan_in + (double)fan_out) / 2;
    double width = sqrt(initialiser->gain / fan);
    if (initialiser->kind == RECIPE_NORMAL) return (Recipe){.kind = RECIPE_NORMAL, .a = 0, .b = width};
    return (Recipe){.kind = RECIPE_UNIFORM, .a = -width, .b = width};
}

Recipe recipe_resolve(const AstValue *init, int64_t fan_in, int64_t fan_out) {
    const Initialiser *initialiser = initialiser_find(init->name);
    if (!initialiser) BUG("initialiser '%s' was not checked", init->name);
    if (initialiser->fan != FAN_NONE) return spread(initialiser, fan_in, fan_out);
    Recipe recipe = {.kind = initialiser->kind};
    if (init->items.count > 0) recipe.a = init->items.at[0]->number;
    if (init->items.count > 1) recipe.b = init->items.at[1]->number;
    return recipe;
}

Recipe recipe_standard(Activation activation, int64_t fan_in, int64_t fan_out) {
    const char *name = activation_specs[activation.kind].rectifier ? "he_normal" : "glorot_uniform";
    return spread(initialiser_find(name), fan_in, fan_out);
}
