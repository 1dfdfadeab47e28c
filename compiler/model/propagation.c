/* Follows two mean squares through the initial network: of the values on the way up, of the gradient on the way back.
 *
 *     z = W a + b         var z = fan_in * var W * E[a^2] + var b
 *     a = f(z)            E[a^2] and E[f'(z)^2] over a normal z
 *     back                |dC/dz'|^2 = E[f'^2] * fan_in * var W * |dC/dz|^2
 *
 * with z' the weighted inputs of the layer before, and as if all weights and values were independent. For sigmoid units
 * with lecun_normal weights and standard normal biases this gives the book's factor of nearly 5 a layer. The same
 * normal z says how many units of a layer begin where f' is next to nothing. */
#include "compiler/model/propagation.h"

#include <math.h>

#include "compiler/model/curve.h"

static const double reported_from = 30; /* times smaller */
static const double saturated_from = 1.0 / 3;
static const double largest_variance = 1e60; /* beyond it nothing changes but the numbers, which would overflow */

/* What an activation makes of a normal z. */
typedef struct {
    Spread out;
    double slope_square; /* E[f'(z)^2] */
    double saturated;    /* the share of z where f' is below 1 % of its largest, as in gradients.csv */
} Passed;

/* The share of a normal z that lies below `edge`. */
static double share_below(Spread z, double edge) { return erfc((z.mean - edge) / sqrt(2 * z.variance)) / 2; }

/* Steps are even in asinh z: small around 0, where activations bend, and in proportion to z far away, so that a wide
 * spread does not step over the bend. */
static Passed through(Activation activation, Spread z) {
    const int steps = 400;
    const double reach = 6, sd = sqrt(z.variance);
    double first = asinh(z.mean - reach * sd), last = asinh(z.mean + reach * sd);
    double sum = 0, weight = 0, square = 0, slope = 0, saturated = 0;
    Arena *arena = arena_new();
    Curve *curve = curve_new(arena, activation, steps);
    for (int i = 0; i < steps; i++) curve->z[i] = sinh(first + (last - first) * (i + 0.5) / steps);
    curve_run(curve);
    for (int i = 0; i < steps; i++) {
        double t = sd > 0 ? (curve->z[i] - z.mean) / sd : 0, value = curve->value[i], change = curve->slope[i];
        double share = exp(-t * t / 2) * sqrt(1 + curve->z[i] * curve->z[i]); /* dz = cosh(asinh z) d(asinh z) */
        weight += share;
        sum += share * value;
        square += share * value * value;
        slope += share * change * change;
    }
    arena_free(arena);
    if (activation.kind->counted == UNITS_SATURATED) {
        double low, high;
        curve_range(activation, &low, &high);
        saturated = share_below(z, low) + 1 - share_below(z, high);
    }
    double mean = sum / weight;
    Spread out = {mean, fmin(fmax(square / weight - mean * mean, 0), largest_variance)};
    return (Passed){out, slope / weight, saturated};
}

Spread recipe_spread(const Recipe *recipe) {
    switch (recipe->kind) {
    case RECIPE_NORMAL: return (Spread){recipe->a, recipe->b * recipe->b};
    case RECIPE_UNIFORM:
        return (Spread){(recipe->a + recipe->b) / 2, (recipe->b - recipe->a) * (recipe->b - recipe->a) / 12};
    case RECIPE_CONSTANT: return (Spread){recipe->a, 0};
    case RECIPE_CENTRE:
    case RECIPE_DATA:
    case RECIPE_VALUES: break;
    }
    return (Spread){0, 0};
}

/* What the walk has found so far, the gradient's changes in natural logarithms of |gradient|^2. */
typedef struct {
    const Layer *first, *last; /* that weigh, `last` before the one at hand */
    int steps;                 /* from first to last */
    double change;             /* of the gradient from last to first */
    double next;               /* from the layer at hand back to last, so far */
    bool known;
    const Layer *saturated; /* the first one whose units begin so */
    double share, sd;       /* of that one: how many, and of their weighted inputs */
} Walk;

static Spread activate_layer(const Layer *layer, Spread z, Walk *walk) {
    Passed passed = through(layer->activation, z);
    walk->next += log(fmax(passed.slope_square, 1e-12));
    if (!walk->saturated && passed.saturated > saturated_from) {
        walk->saturated = layer;
        walk->share = passed.saturated;
        walk->sd = sqrt(z.variance);
    }
    return passed.out;
}

/* Through one layer: gradients are compared at those whose outputs are weighted sums. */
static Spread pass(const Layer *layer, Spread values, Walk *walk) {
    Signal signal = {.values = values, .gain = 1, .known = true};
    if (layer->kind->propagate) layer->kind->propagate(layer, &signal);
    walk->known = walk->known && signal.known;
    walk->next += log(signal.gain);
    if (layer->kind->weighs) {
        walk->last = layer;
        if (!walk->first) {
            walk->first = layer;
        } else {
            walk->change += walk->next;
            walk->steps++;
        }
        walk->next = 0;
    }
    Spread z = {signal.values.mean, fmin(signal.values.variance, largest_variance)};
    return walk->known && !activation_is_linear(layer->activation) ? activate_layer(layer, z, walk) : z;
}

/* "about 4.8 times", "some 114 times": a number of times, with decimals or without. */
static const char *times_text(Arena *arena, double times, int decimals) {
    if (times > 1e6) return "more than a million times";
    return arena_format(arena, "%s %.*f times", decimals > 0 ? "about" : "some", decimals, times);
}

static void report_gradient(const Walk *walk, Model *model, Diags *diags) {
    bool grows = walk->change > 0;
    double times = exp(fabs(walk->change) / 2), each = exp(fabs(walk->change) / 2 / walk->steps);
    if (!(times >= reported_from)) return;
    model->explodes = grows;
    Diag *diag = diag_report(diags, walk->first->at, grows ? "exploding-gradient" : "vanishing-gradient",
                             "gradients are expected to %s %s a layer on the way back: '%s' will learn %s %s than '%s'",
                             grows ? "grow" : "shrink", times_text(diags->arena, each, 1), walk->first->name,
                             times_text(diags->arena, times, 0), grows ? "faster" : "slower", walk->last->name);
    if (grows) {
        diag_help(diags, diag,
                  "smaller weights keep them: init=he_normal with relu, lecun_normal with tanh; allow "
                  "\"exploding-gradient\" says that you mean it");
    } else {
        diag_help(diags, diag,
                  "relu with init=he_normal keeps them; allow \"vanishing-gradient\" says that you mean it");
    }
}

static void report_saturated(const Walk *walk, Diags *diags) {
    Diag *diag = diag_report(diags, walk->saturated->at, "saturated-units",
                             "some %.0f %% of the units of '%s' are expected to begin saturated: their weighted inputs "
                             "have a standard deviation of %.3g",
                             100 * walk->share, walk->saturated->name, walk->sd);
    diag_help(diags, diag, "init=lecun_normal keeps it near 1; allow \"saturated-units\" says that you mean it");
}

void model_check_propagation(Model *model, Diags *diags) {
    Walk walk = {.known = true};
    Spread values = {0, 0};
    size_t count = model->layers.count;
    while (count > 0 && !model->layers.at[count - 1]->kind->weighs) count--; /* the output layer is not asked */
    for (size_t i = 0; i + 1 < count && walk.known; i++) values = pass(model->layers.at[i], values, &walk);
    if (walk.known && walk.steps > 0) report_gradient(&walk, model, diags);
    if (walk.saturated) report_saturated(&walk, diags);
}
