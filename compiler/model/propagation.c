/* Follows means and mean squares through the initial network: of the values on the way up, of the gradient on the way
 * back, as if all weights were independent of each other and of what they multiply.
 *
 *     z = W a + b         with weights of mean m and variance v, n of them to a unit:
 *                         E z = n m E[a] + E b
 *                         var z = n v E[a^2] + var b + m^2 var(sum a)
 *     a = f(z)            over a normal z
 *     back                |dC/da|^2 = n v |dC/dz|^2 + n m^2 (sum dC/dz)^2
 *                         |dC/dz|^2 = E[f'^2] |dC/da|^2
 *
 * For weights without a mean these are the recursions of Poole et al. 2016 and Schoenholz et al. 2017 (mean field), and
 * for sigmoid units with lecun_normal weights and standard normal biases this gives the book's factor of nearly 5 a
 * layer. The terms with m are those of sums whose parts have something in common. Of values that is what all of a
 * layer's share for one example, with variance c over the examples: var(sum a) = n^2 c + n (var a - c), and all of it
 * is common to the units above. Of a gradient d over k units it is their mean: with K = k mean(d)^2 and E the rest of
 * |d|^2, (sum d)^2 = k K + E, and what that gives is common to the units below, while n v (K + E) is each one's own. An
 * activation leaves E[f']^2 of K in common.
 *
 * The same normal z says how many units of a layer begin where f' is next to nothing. */
#include "compiler/model/propagation.h"

#include <math.h>

#include "compiler/model/curve.h"

static const double reported_from = 30; /* times smaller */
static const double saturated_from = 1.0 / 3;
static const double largest_mean = 1e30; /* beyond it nothing changes but the numbers, which would overflow */

/* What an activation makes of a normal z. */
typedef struct {
    Spread out;
    StepBack back;
    double saturated; /* the share of z where f' is below 1 % of its largest, as in gradients.csv */
} Passed;

StepBack step_back(double whole, double common) {
    return (StepBack){.common_common = common, .own_common = fmax(whole - common, 0), .own_own = whole};
}

/* The share of a normal z that lies below `edge`. */
static double share_below(Spread z, double edge) { return erfc((z.mean - edge) / sqrt(2 * z.variance)) / 2; }

/* Places of a normal z and their shares. Steps are even in asinh z: small around 0, where activations bend, and in
 * proportion to z far away, so that a wide spread does not step over the bend. */
static void places(double mean, double variance, int steps, double *z, double *share) {
    const double reach = 6, sd = sqrt(variance);
    double first = asinh(mean - reach * sd), last = asinh(mean + reach * sd), weight = 0;
    for (int i = 0; i < steps; i++) {
        z[i] = sinh(first + (last - first) * (i + 0.5) / steps);
        double t = sd > 0 ? (z[i] - mean) / sd : 0;
        share[i] = exp(-t * t / 2) * sqrt(1 + z[i] * z[i]); /* dz = cosh(asinh z) d(asinh z) */
        weight += share[i];
    }
    for (int i = 0; i < steps; i++) share[i] /= weight;
}

/* For each value of what z has in common, over what is each unit's own. */
static Passed through(Activation activation, Spread z) {
    enum { STEPS = 400, BOTH = 60 };
    double own = z.variance - z.common, shared[STEPS], share[STEPS], at[STEPS];
    int outer = z.common == 0 ? 1 : own > 0 ? BOTH : STEPS, inner = z.common == 0 ? STEPS : own > 0 ? BOTH : 1;
    double sum = 0, square = 0, common_square = 0, slope = 0, common_slope = 0;
    places(z.mean, z.common, outer, at, shared);
    Arena *arena = arena_new();
    Curve *curve = curve_new(arena, activation, inner);
    for (int k = 0; k < outer; k++) {
        double value = 0, change = 0;
        places(outer == 1 ? z.mean : at[k], own, inner, curve->z, share);
        curve_run(curve);
        for (int i = 0; i < inner; i++) {
            value += share[i] * curve->value[i];
            change += share[i] * curve->slope[i];
            square += shared[k] * share[i] * curve->value[i] * curve->value[i];
            slope += shared[k] * share[i] * curve->slope[i] * curve->slope[i];
        }
        sum += shared[k] * value;
        common_square += shared[k] * value * value;
        common_slope += shared[k] * change * change;
    }
    arena_free(arena);
    Passed passed = {.back = step_back(fmax(slope, 1e-12), common_slope)};
    double variance = fmax(square - sum * sum, 0), common = fmax(common_square - sum * sum, 0);
    passed.out = (Spread){sum, variance, z.common == 0 ? 0 : fmin(common, variance)};
    if (activation.kind->counted == UNITS_SATURATED) {
        double low, high;
        curve_range(activation, &low, &high);
        passed.saturated = share_below(z, low) + 1 - share_below(z, high);
    }
    return passed;
}

Spread recipe_spread(const Recipe *recipe) {
    switch (recipe->kind) {
    case RECIPE_NORMAL: return (Spread){recipe->a, recipe->b * recipe->b, 0};
    case RECIPE_ORTHOGONAL: return (Spread){0, recipe->b * recipe->b, 0};
    case RECIPE_UNIFORM:
        return (Spread){(recipe->a + recipe->b) / 2, (recipe->b - recipe->a) * (recipe->b - recipe->a) / 12, 0};
    case RECIPE_CONSTANT: return (Spread){recipe->a, 0, 0};
    case RECIPE_CENTRE:
    case RECIPE_DATA:
    case RECIPE_COPY:
    case RECIPE_VALUES: break;
    }
    return (Spread){0, 0, 0};
}

/* A change of the model that is tried. */
typedef struct {
    Remedy remedy;
    const Layer *only; /* of the weights and biases of its statement, in all rounds; NULL: of all layers */
    bool fitting;      /* the gain that goes with the activation: 2 of rectifiers */
    bool relu;         /* in place of the activations */
} Trial;

/* |gradient|^2 in its two parts, times e^scale. */
typedef struct {
    double common, own, scale;
} Back;

static Back back_through(Back back, StepBack step) {
    double common = back.common * step.common_common + back.own * step.common_own;
    double own = back.common * step.own_common + back.own * step.own_own;
    double size = fmax(common, own);
    return size > 0 ? (Back){common / size, own / size, back.scale + log(size)} : (Back){0, 0, 0};
}

static bool back_is_none(Back back) { return back.common + back.own == 0; }

/* Of gradients that have nothing to do with each other; `share` of the second. */
static Back back_sum(Back a, Back b, double share) {
    if (back_is_none(b) || share == 0) return a;
    b.scale += log(share);
    if (back_is_none(a)) return b;
    double scale = fmax(a.scale, b.scale), left = exp(a.scale - scale), right = exp(b.scale - scale);
    return (Back){a.common * left + b.common * right, a.own * left + b.own * right, scale};
}

/* What the walk has found of a layer. */
typedef struct {
    Spread values;       /* of its outputs */
    StepBack back;       /* from the gradient of its weighted inputs to that of what it reads */
    StepBack activation; /* from that of its outputs to that of its weighted inputs */
    double *share;       /* of what it reads */
    Back gradient;       /* of its outputs */
} Found;

/* What it has found so far. */
typedef struct {
    const Trial *trial; /* NULL: the model as it is */
    Arena *arena;       /* while it goes on */
    const Layer *const *layers;
    Found *found;              /* by layer */
    const Layer *first, *last; /* that weigh, `last` before the one at hand */
    int steps;                 /* from first to last */
    double change;             /* of the gradient from last to first, in the natural logarithm of |gradient|^2 */
    bool known;
    const Layer *saturated, *weighed; /* the first one whose units begin so, and the one that sums for it */
    double share;                     /* how many */
    Spread z;                         /* their weighted inputs */
} Walk;

/* The layer that sums for it. */
static const Layer *weighing(const Layer *layer) {
    while (layer && !layer->kind->weighs) layer = layer_above(layer);
    return layer;
}

static void activate_layer(const Layer *layer, Spread z, Walk *walk) {
    Found *found = &walk->found[layer->index];
    bool relu = walk->trial && walk->trial->relu;
    Passed passed = through(relu ? (Activation){.kind = activation_find("relu")} : layer->activation, z);
    found->activation = passed.back;
    found->values = passed.out;
    if (!walk->saturated && passed.saturated > saturated_from) {
        walk->saturated = layer;
        walk->weighed = weighing(layer);
        walk->share = passed.saturated;
        walk->z = z;
    }
}

/* Rounds of a repeat share their statements. */
static bool same_statement(const Layer *a, const Layer *b) { return a->at.lo == b->at.lo; }

static Remedy remedy_of(const Layer *layer, const Trial *trial) {
    if (!trial) return (Remedy){0};
    Remedy remedy = trial->remedy;
    if (trial->fitting) remedy.gain = trial->relu || layer->activation.kind->rectifier ? 2 : 1;
    if (trial->only && !same_statement(layer, trial->only)) return (Remedy){.normalised = remedy.normalised};
    return remedy;
}

static Signal signal_through(const Layer *layer, const Walk *walk) {
    size_t count = layer->from.count;
    Spread *read = NEW_ARRAY(walk->arena, Spread, count + 1);
    Signal signal = {.read = read,
                     .back = step_back(1, 1),
                     .share = NEW_ARRAY(walk->arena, double, count + 1),
                     .known = true,
                     .remedy = remedy_of(layer, walk->trial)};
    for (size_t i = 0; i < count; i++) {
        read[i] = walk->found[layer->from.at[i]->index].values;
        signal.share[i] = 1;
    }
    signal.values = read[0];
    if (layer->kind->propagate) layer->kind->propagate(layer, &signal);
    Spread *z = &signal.values;
    z->mean = fmax(fmin(z->mean, largest_mean), -largest_mean);
    z->variance = fmin(z->variance, largest_mean * largest_mean);
    z->common = fmin(z->common, z->variance);
    return signal;
}

/* Through one layer: gradients are compared at those whose outputs are weighted sums. */
static void pass(const Layer *layer, Walk *walk) {
    Signal signal = signal_through(layer, walk);
    Found *found = &walk->found[layer->index];
    *found = (Found){signal.values, signal.back, step_back(1, 1), signal.share, {0, 0, 0}};
    walk->known = walk->known && signal.known;
    if (!walk->known) return;
    if (layer->kind->weighs) {
        walk->steps += walk->first != NULL;
        if (!walk->first) walk->first = layer;
        walk->last = layer;
    }
    if (!activation_is_linear(layer->activation)) activate_layer(layer, signal.values, walk);
}

/* Gives each layer that this one reads what it gets of a gradient. */
static void give_back(Walk *walk, const Layer *layer, Back gradient, const double *share) {
    for (size_t i = 0; i < layer->from.count; i++) {
        Back *sum = &walk->found[layer->from.at[i]->index].gradient;
        *sum = back_sum(*sum, gradient, share[i]);
    }
}

/* The natural logarithm of |gradient|^2. */
static double back_size(Back back) { return log(back.common + back.own) + back.scale; }

/* The gradient begins as signs at random, which have nothing in common. Only where the output's weights have a mean
 * does it matter that its units may err to the same side; behind a softmax their errors add up to 0. */
static void compare(const Layer *output, Walk *walk) {
    Signal signal = signal_through(output, walk);
    bool leans = signal.back.common_own > 0 && !output->activation.kind->across;
    give_back(walk, output, leans ? back_through((Back){1, 1, 0}, signal.back) : (Back){0, 1, 0}, signal.share);
    double last = 0;
    for (const Layer *const *at = walk->layers + output->index; at-- > walk->layers;) {
        const Layer *layer = *at;
        const Found *found = &walk->found[layer->index];
        Back z = back_through(found->gradient, found->activation);
        walk->known = walk->known && !(layer == walk->first && back_is_none(z));
        if (layer == walk->last) last = back_size(z);
        if (layer == walk->first) walk->change = back_size(z) - last;
        give_back(walk, layer, back_through(z, found->back), found->share);
    }
}

/* The last layer with weights, or that joins several: the output layer, which is not asked. NULL: there is none. */
static const Layer *output_of(const Model *model) {
    size_t count = model->layers.count;
    while (count > 0 && !model->layers.at[count - 1]->kind->weighs && model->layers.at[count - 1]->from.count < 2)
        count--;
    return count > 0 ? model->layers.at[count - 1] : NULL;
}

static Walk walk_through(const Model *model, const Trial *trial) {
    Walk walk = {.trial = trial, .layers = (const Layer *const *)model->layers.at, .known = true};
    const Layer *output = output_of(model);
    walk.arena = arena_new();
    walk.found = NEW_ARRAY(walk.arena, Found, model->layers.count);
    for (int i = 0; output && i < output->index && walk.known; i++) pass(walk.layers[i], &walk);
    if (walk.known && walk.steps > 0) compare(output, &walk);
    arena_free(walk.arena);
    walk.arena = NULL;
    walk.found = NULL;
    return walk;
}

/* So many times the gradient changes from last to first. */
static double times_of(const Walk *walk) { return exp(fabs(walk->change) / 2); }
static bool changes(const Walk *walk) { return walk->known && times_of(walk) >= reported_from; }

/* ---- what helps: the first change after which there is nothing to report ---- */

static bool gradient_kept(const Model *model, const Walk *found, const Trial *trial) {
    Walk walk = walk_through(model, trial);
    return !changes(&walk) || (found->change > 0 && walk.change < 0);
}

static const char *gradient_cure(const Model *model, const Walk *found) {
    bool grows = found->change > 0;
    Trial trial = {.fitting = true, .relu = !grows};
    if (gradient_kept(model, found, &trial))
        return grows ? "smaller weights keep them: init=he_normal with relu, lecun_normal with tanh"
                     : "relu with init=he_normal keeps them";
    trial.remedy.no_biases = true;
    if (gradient_kept(model, found, &trial))
        return grows ? "smaller weights without biases keep them: bias_init=zeros, and init=he_normal with relu, "
                       "lecun_normal with tanh"
                     : "relu with init=he_normal bias_init=zeros keeps them";
    return "fewer layers keep them";
}

static bool starts_open(const Model *model, const Walk *found, const Trial *trial) {
    Walk walk = walk_through(model, trial);
    const Layer *next = walk.saturated;
    return !next || (next->index > found->saturated->index && !same_statement(next, found->saturated));
}

/* "init=lecun_normal", "bias_init=zeros, with mean=data std=data in the input line,": the fewest changes of the layer,
 * else of all; NULL: none helps. */
static const char *saturated_cure(Arena *arena, const Model *model, const Walk *found) {
    enum { WEIGHTS = 1, BIASES = 2, INPUT = 4, ALL = 7 };
    for (int earlier = 0; earlier <= 1; earlier++) {
        for (int set = 1; set <= ALL; set++) {
            Trial trial = {.only = earlier ? NULL : found->weighed};
            trial.remedy = (Remedy){set & WEIGHTS ? 1 : 0, set & BIASES, set & INPUT};
            if (!starts_open(model, found, &trial)) continue;
            const char *input = "mean=data std=data in the input line";
            if (set == INPUT) return input;
            return arena_format(arena, "%s%s%s%s%s%s", set & WEIGHTS ? "init=lecun_normal" : "",
                                (set & WEIGHTS) && (set & BIASES) ? " " : "", set & BIASES ? "bias_init=zeros" : "",
                                earlier ? " here and in the layers before" : "", set & INPUT ? ", with " : "",
                                set & INPUT ? arena_format(arena, "%s,", input) : "");
        }
    }
    return NULL;
}

/* "about 4.8 times", "some 114 times": a number of times, with decimals or without. */
static const char *times_text(Arena *arena, double times, int decimals) {
    if (times > 999999) return "more than a million times";
    return arena_format(arena, "%s %.*f times", decimals > 0 ? "about" : "some", decimals, times);
}

static void report_gradient(const Walk *walk, Model *model, Diags *diags) {
    bool grows = walk->change > 0;
    double times = times_of(walk), each = exp(fabs(walk->change) / 2 / walk->steps);
    const char *kind = grows ? "exploding-gradient" : "vanishing-gradient";
    model->explodes = grows;
    Diag *diag = diag_report(diags, walk->first->at, kind,
                             "gradients are expected to %s %s a layer on the way back: '%s' will learn %s %s than '%s'",
                             grows ? "grow" : "shrink", times_text(diags->arena, each, 1), walk->first->name,
                             times_text(diags->arena, times, 0), grows ? "faster" : "slower", walk->last->name);
    diag_help(diags, diag, "%s; allow \"%s\" says that you mean it", gradient_cure(model, walk), kind);
}

static void report_saturated(const Walk *walk, const Model *model, Diags *diags) {
    double mean = walk->z.mean, sd = sqrt(walk->z.variance);
    bool aside = fabs(mean) > sd / 4;
    const char *where = aside ? arena_format(diags->arena, "a mean of %.3g and ", mean) : "";
    Diag *diag = diag_report(diags, walk->saturated->at, "saturated-units",
                             "some %.0f %% of the units of '%s' are expected to begin saturated: their weighted inputs "
                             "have %sa standard deviation of %.3g",
                             100 * walk->share, walk->saturated->name, where, sd);
    const char *cure = saturated_cure(diags->arena, model, walk);
    const char *keeps = aside ? "keeps them small" : "keeps it near 1";
    cure = cure ? arena_format(diags->arena, "%s %s; ", cure, keeps) : "";
    diag_help(diags, diag, "%sallow \"saturated-units\" says that you mean it", cure);
}

void model_check_propagation(Model *model, Diags *diags) {
    Walk walk = walk_through(model, NULL);
    if (walk.steps > 0 && changes(&walk)) report_gradient(&walk, model, diags);
    if (walk.saturated) report_saturated(&walk, model, diags);
}
