/* Follows two mean squares through the initial network: of the values on the way up, of the gradient on the way back.
 *
 *     z = W a + b         var z = fan_in * var W * E[a^2] + var b
 *     a = f(z)            E[a^2] and E[f'(z)^2] over a normal z
 *     back                |dC/dz'|^2 = E[f'^2] * fan_in * var W * |dC/dz|^2
 *
 * with z' the weighted inputs of the layer before, and as if all weights and values were independent. For sigmoid units
 * with lecun_normal weights and standard normal biases this gives the book's factor of nearly 5 a layer. */
#include "compiler/model/vanishing.h"

#include <math.h>

#include "compiler/model/layer.h"

static const double reported_from = 30;   /* times smaller */
static const double typical_square = 0.1; /* E[x^2] of grey images in 0..1 whose mean is left as it is */

typedef struct {
    double mean, variance;
} Spread;

static double activate(Activation activation, double z) {
    double a = activation.parameter;
    switch (activation.kind) {
    case ACTIVATION_SIGMOID: return 1 / (1 + exp(-z));
    case ACTIVATION_TANH: return tanh(z);
    case ACTIVATION_RELU: return z > 0 ? z : 0;
    case ACTIVATION_LEAKY_RELU: return z > 0 ? z : a * z;
    case ACTIVATION_ELU: return z > 0 ? z : a * expm1(z);
    case ACTIVATION_SELU: return 1.0507 * (z > 0 ? z : 1.6733 * expm1(z));
    case ACTIVATION_SOFTPLUS: return z > 30 ? z : log1p(exp(z));
    case ACTIVATION_SOFTSIGN: return z / (1 + fabs(z));
    case ACTIVATION_SWISH: return z / (1 + exp(-z));
    case ACTIVATION_GELU: return z / 2 * (1 + tanh(sqrt(2 / 3.14159265358979) * (z + 0.044715 * z * z * z)));
    case ACTIVATION_LINEAR:
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_COUNT: break;
    }
    return z;
}

/* The activation's output over a normal z, and E[f'(z)^2]. */
static Spread through(Activation activation, Spread z, double *slope_square) {
    const int steps = 400;
    const double reach = 6, h = 1e-4;
    double sum = 0, weight = 0, square = 0, slope = 0;
    for (int i = 0; i <= steps; i++) {
        double t = reach * (2.0 * i / steps - 1), density = exp(-t * t / 2), at = z.mean + t * sqrt(z.variance);
        double value = activate(activation, at);
        double change = (activate(activation, at + h) - activate(activation, at - h)) / (2 * h);
        weight += density;
        sum += density * value;
        square += density * value * value;
        slope += density * change * change;
    }
    *slope_square = slope / weight;
    double mean = sum / weight;
    return (Spread){mean, fmax(square / weight - mean * mean, 0)};
}

static Spread recipe_spread(const Recipe *recipe) {
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

static const OptionValue *option_of(const Layer *layer, const char *name) {
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        if (string_is(layer->kind->options[i].name, name)) return &layer->options[i];
    }
    BUG("%s has no option %s", layer->kind->name, name);
}

static Spread input_spread(const Layer *input) {
    bool normalised = option_of(input, "mean")->flag && option_of(input, "std")->flag;
    return (Spread){0, normalised ? 1 : typical_square};
}

/* Values through a layer without weights; *back is what happens to |gradient|^2 on the way back. */
static Spread pass_through(const Layer *layer, Spread values, double *back) {
    *back = 1;
    if (string_is(layer->kind->name, "activation")) return through(layer->activation, values, back);
    if (string_is(layer->kind->name, "pool") && string_is(layer->options[0].word, "average")) {
        *back = (double)shape_count(layer->out) / (double)shape_count(layer->in);
    } else if (string_is(layer->kind->name, "dropout")) {
        double kept = 1 - layer->options[0].real;
        *back = option_of(layer, "inverted")->flag ? 1 / kept : kept;
        values.variance += values.mean * values.mean * (1 - kept);
        if (!option_of(layer, "inverted")->flag) values.variance *= kept;
    }
    return values;
}

/* What the walk has found so far, in natural logarithms of |gradient|^2. */
typedef struct {
    const Layer *first, *last; /* with weights, `last` before the one at hand */
    int steps;                 /* from first to last */
    double shrink;             /* of the gradient from last to first */
    double next;               /* from the layer at hand back to last, so far */
    bool known;
} Walk;

static Spread pass_weights(const Layer *layer, Spread values, Walk *walk) {
    Spread weight = recipe_spread(&layer->weight->recipe);
    Spread bias = layer->bias ? recipe_spread(&layer->bias->recipe) : (Spread){0, 0};
    double fan_in = 1, slope;
    for (int i = 1; i < layer->weight->rank; i++) fan_in *= (double)layer->weight->dim[i];
    double gain = fan_in * weight.variance;
    double square = values.mean * values.mean + values.variance;
    walk->known = walk->known && weight.mean == 0 && gain > 0;
    Spread out = through(layer->activation, (Spread){bias.mean, gain * square + bias.variance}, &slope);
    walk->next -= log(gain);
    walk->last = layer;
    if (!walk->first) {
        walk->first = layer;
    } else {
        walk->shrink += walk->next;
        walk->steps++;
    }
    walk->next = -log(fmax(slope, 1e-12));
    return out;
}

/* "about 4.8 times", "some 114 times": a number of times, with decimals or without. */
static const char *times_text(Arena *arena, double times, int decimals) {
    if (times > 1e6) return "more than a million times";
    return arena_format(arena, "%s %.*f times", decimals > 0 ? "about" : "some", decimals, times);
}

void model_check_gradient(const Model *model, Diags *diags) {
    Walk walk = {.known = true};
    Spread values = input_spread(model->layers.at[0]);
    size_t count = model->layers.count;
    while (count > 0 && !model->layers.at[count - 1]->weight) count--; /* the output layer is not asked */
    for (size_t i = 1; i + 1 < count && walk.known; i++) {
        const Layer *layer = model->layers.at[i];
        double back;
        if (layer->weight) {
            values = pass_weights(layer, values, &walk);
            continue;
        }
        values = pass_through(layer, values, &back);
        walk.next -= log(back);
    }
    double times = exp(walk.shrink / 2);
    if (!walk.known || walk.steps == 0 || !(times >= reported_from)) return;
    Diag *diag = diag_report(diags, walk.first->at, "vanishing-gradient",
                             "gradients are expected to shrink %s a layer on the way back: '%s' will learn %s slower "
                             "than '%s'",
                             times_text(diags->arena, exp(walk.shrink / 2 / walk.steps), 1), walk.first->name,
                             times_text(diags->arena, times, 0), walk.last->name);
    diag_help(diags, diag, "relu with init=he_normal keeps them; allow \"vanishing-gradient\" says that you mean it");
}
