#include "compiler/model/vocabulary.h"

#include <ctype.h>
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

/* ---- words from elsewhere ---- */

typedef struct {
    const char *word; /* lower case, without underscores */
    const char *here;
} Alias;

static const Alias layer_aliases[] = {
    {"conv2d", "conv MAPS kernel=HxW"},
    {"convolution", "conv MAPS kernel=HxW"},
    {"convolutional", "conv MAPS kernel=HxW"},
    {"convolution2d", "conv MAPS kernel=HxW"},
    {"conv1d", "conv MAPS kernel=1xW"},
    {"convpool", "conv MAPS kernel=HxW, then pool max 2x2"},
    {"convpoollayer", "conv MAPS kernel=HxW, then pool max 2x2"},
    {"pooling", "pool max 2x2"},
    {"maxpool", "pool max 2x2"},
    {"maxpool2d", "pool max 2x2"},
    {"maxpooling", "pool max 2x2"},
    {"maxpooling2d", "pool max 2x2"},
    {"avgpool", "pool average 2x2"},
    {"avgpool2d", "pool average 2x2"},
    {"averagepool", "pool average 2x2"},
    {"averagepooling2d", "pool average 2x2"},
    {"subsampling", "pool average 2x2"},
    {"l2pool", "pool l2 2x2"},
    {"lppool2d", "pool l2 2x2"},
    {"globalavgpool", "pool average global"},
    {"globalaveragepooling2d", "pool average global"},
    {"adaptiveavgpool2d", "pool average global"},
    {"globalmaxpool", "pool max global"},
    {"globalmaxpooling2d", "pool max global"},
    {"adaptivemaxpool2d", "pool max global"},
    {"linear", "dense UNITS"},
    {"fc", "dense UNITS"},
    {"full", "dense UNITS"},
    {"fullyconnected", "dense UNITS"},
    {"fullyconnectedlayer", "dense UNITS"},
    {"innerproduct", "dense UNITS"},
    {"hidden", "dense UNITS"},
    {"output", "dense UNITS activation=softmax"},
    {"softmaxlayer", "dense UNITS activation=softmax"},
    {"softmax", "dense UNITS activation=softmax"},
    {"leakyrelu", "activation leaky_relu"},
    {"dropout2d", "dropout P"},
    {"drop", "dropout P"},
    {"reshape", "flatten"},
    {"inputlayer", "input CxHxW"},
    {"silu", "activation swish"},
};

static const Alias word_aliases[] = {
    {"padding", "pad"},
    {"kernelsize", "kernel"},
    {"size", "kernel"},
    {"window", "kernel"},
    {"filter", "kernel"},
    {"strides", "stride"},
    {"step", "stride"},
    {"act", "activation"},
    {"nonlinearity", "activation"},
    {"initializer", "init"},
    {"initialiser", "init"},
    {"kernelinitializer", "init"},
    {"weightinit", "init"},
    {"biasinitializer", "bias_init"},
    {"usebias", "bias"},
    {"frozen", "trainable"},
    {"requiresgrad", "trainable"},
    {"sd", "std"},
    {"learningrate", "rate"},
    {"lr", "rate"},
    {"eta", "rate"},
    {"lmbda", "l2"},
    {"lambda", "l2"},
    {"val", "validation"},
    {"valid", "validation"},
    {"dev", "validation"},
    {"silu", "swish"},
    {"identity", "linear"},
    {"none", "linear"},
    {"logistic", "sigmoid"},
    {"avg", "average"},
    {"mean", "average"},
    {"all", "full"},
    {"xavier", "glorot_uniform"},
    {"xavieruniform", "glorot_uniform"},
    {"xaviernormal", "glorot_normal"},
    {"glorot", "glorot_uniform"},
    {"he", "he_normal"},
    {"kaiming", "he_normal"},
    {"kaimingnormal", "he_normal"},
    {"kaiminguniform", "he_uniform"},
    {"lecun", "lecun_normal"},
    {"gaussian", "normal"},
    {"zero", "zeros"},
    {"mse", "quadratic"},
    {"crossentropy", "cross_entropy"},
    {"bce", "cross_entropy"},
    {"nll", "log_likelihood"},
    {"categoricalcrossentropy", "log_likelihood"},
};

static const Alias setting_aliases[] = {
    {"learningrate", "optimizer sgd rate=0.1"},
    {"rate", "optimizer sgd rate=0.1"},
    {"lr", "optimizer sgd rate=0.1"},
    {"eta", "optimizer sgd rate=0.1"},
    {"sgd", "optimizer sgd rate=0.1"},
    {"loss", "cost log_likelihood"},
    {"batchsize", "batch 64"},
    {"minibatch", "batch 64"},
    {"dataset", "data mnist"},
    {"weightdecay", "regularize weight_decay=0.0001"},
    {"l2", "regularize l2=5.0"},
    {"l1", "regularize l1=5.0"},
    {"lambda", "regularize l2=5.0"},
    {"lmbda", "regularize l2=5.0"},
    {"validation", "split validation=10000"},
    {"randomseed", "seed 1"},
};

/* Lower case without underscores: how names of other frameworks are compared. */
static void fold_word(char *to, size_t size, const char *from) {
    size_t length = 0;
    for (; *from && length + 1 < size; from++) {
        if (*from != '_') to[length++] = (char)tolower((unsigned char)*from);
    }
    to[length] = '\0';
}

static const char *alias_find(const Alias *aliases, size_t count, const char *word) {
    char folded[64];
    fold_word(folded, sizeof folded, word);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(aliases[i].word, folded) == 0) return aliases[i].here;
    }
    return NULL;
}

const char *layer_alias(const char *word) { return alias_find(layer_aliases, COUNT_OF(layer_aliases), word); }

const char *setting_alias(const char *word) { return alias_find(setting_aliases, COUNT_OF(setting_aliases), word); }

const char *word_alias(const char *word, const char *const *candidates, size_t count) {
    const char *here = alias_find(word_aliases, COUNT_OF(word_aliases), word);
    for (size_t i = 0; here && i < count; i++) {
        if (string_is(here, candidates[i])) return here;
    }
    return NULL;
}

void suggest_word(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count) {
    const char *alias = word_alias(word, candidates, count);
    if (alias) {
        diag_help(diags, diag, "did you mean '%s'?", alias);
    } else {
        diag_suggest(diags, diag, word, candidates, count);
    }
}
