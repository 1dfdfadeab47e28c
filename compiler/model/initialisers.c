#include "compiler/model/initialiser.h"

#include <math.h>
#include <string.h>

#include "compiler/model/activation.h"

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
    {.name = "orthogonal",
     .doc = "rows or columns at right angles, of length gain (1)",
     .argument = {"gain"},
     .kind = RECIPE_ORTHOGONAL,
     .matrix = true,
     .alone = 1},
    {.name = "centre",
     .doc = "every weighted input is 0 for the first training example",
     .kind = RECIPE_CENTRE,
     .special = true},
};
const size_t initialiser_count = COUNT_OF(initialisers);

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
    Recipe recipe = {.kind = initialiser->kind, .a = initialiser->alone};
    if (init->items.count > 0) recipe.a = init->items.at[0]->number;
    if (init->items.count > 1) recipe.b = init->items.at[1]->number;
    return recipe;
}

Recipe recipe_standard(Activation activation, int64_t fan_in, int64_t fan_out) {
    const char *name = activation.kind->rectifier ? "he_normal" : "glorot_uniform";
    return spread(initialiser_find(name), fan_in, fan_out);
}
