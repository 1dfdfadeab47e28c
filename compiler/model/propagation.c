/* Follows means and mean squares through the initial network: of the values on the way up, of the gradient on the way
 * back, as if all weights were independent of each other and of what they multiply (mean field).
 *
 *     z = W a + b         with weights of mean m and variance v, n of them to a unit:
 *                         E z = n m E[a] + E b
 *                         var z = n v E[a^2] + var b + m^2 var(sum a)
 *     a = f(z)            over a normal z
 *     back                |dC/da|^2 = n v |dC/dz|^2 + n m^2 (sum dC/dz)^2
 *                         |dC/dz|^2 = E[f'^2] |dC/da|^2
 *
 * For weights without a mean these are the recursions of Poole et al. 2016 and Schoenholz et al. 2017, those of Glorot
 * and Bengio 2010 (f' = 1) and He et al. 2015 (E f'^2 = 1/2) among them; for sigmoid units with lecun_normal weights
 * and standard normal biases they give the book's factor of nearly 5 a layer.
 *
 * What two values have in common is followed beside them (Spread): cov(z, z') = n v E[a a'] + var b. It says what the
 * largest of neighbours is and over what batchnorm divides, and, of the gradients, what that takes away.
 *
 * The terms with m are those of sums whose parts have something in common. Of values that is what all of a layer's
 * share for one example, with variance c over the examples: var(sum a) = n^2 c + n (var a - c), and all of it is common
 * to the units above. Of a gradient d over k units it is their mean: with K = k mean(d)^2 and E the rest of |d|^2,
 * (sum d)^2 = k K + E, and what that gives is common to the units below, while n v (K + E) is each one's own. An
 * activation leaves E[f']^2 of K in common.
 *
 * All that is of infinitely many units. Of n units, sum f'^2 g^2 varies from one draw of the weights to the next, and
 * a typical draw, the median, lies below the mean: for a sum whose square varies by V (of its mean's), as if its
 * logarithm were normal, by 1/sqrt(1 + V). Over many examples and units
 *
 *     V = (E[f'^2 f''^2] / E[f'^2]^2 (1 + 2 r^2) - 1) / n
 *
 * with the pair f', f'' and the correlation r of g of two examples; of one example, whose pairs are itself, it is
 * (3 E f'^4 / E[f'^2]^2 - 1) / n. Which of the two holds depends on over how many examples the gradient is spread:
 * some have a larger one than others, ever more so on the way back (Hanin and Nica 2020 for relu). */
#include "compiler/model/propagation.h"

#include <math.h>

#include "compiler/model/activation.h"
#include "compiler/model/stored.h"
#include "compiler/model/transfer.h"

static const double largest_mean = 1e30; /* beyond it nothing changes but the numbers, which would overflow */
static const double examples = 1000;     /* that a gradient is the mean of, at the output */

StepBack step_back(double whole, double common) {
    return (StepBack){.common_common = common, .own_common = fmax(whole - common, 0), .own_own = whole, .far = common};
}

Spread recipe_spread(const Recipe *recipe) {
    switch (recipe->kind) {
    case RECIPE_NORMAL: return (Spread){.mean = recipe->a, .variance = recipe->b * recipe->b};
    case RECIPE_ORTHOGONAL: return (Spread){.variance = recipe->b * recipe->b};
    case RECIPE_UNIFORM:
        return (Spread){.mean = (recipe->a + recipe->b) / 2,
                        .variance = (recipe->b - recipe->a) * (recipe->b - recipe->a) / 12};
    case RECIPE_CONSTANT: return (Spread){.mean = recipe->a};
    case RECIPE_CENTRE:
    case RECIPE_DATA:
    case RECIPE_COPY:
    case RECIPE_VALUES: break;
    }
    return (Spread){0};
}

double spread_near(const Spread *values) {
    return values->variance > 0 ? fmax(fmin(values->near / values->variance, 1), 0) : 0;
}

/* ---- activations ---- */

/* What an activation makes of a normal z. */
typedef struct {
    Spread out;
    StepBack back;
    double tilt;          /* of f' the part that goes with z, to the part that is constant: in squares */
    double unlike, alike; /* E[f'^2 f''^2] / E[f'^2]^2 of two examples, and of one with itself */
    double saturated;
} Passed;

static double sum_of(const Expansion *expansion) { return expansion_at(expansion, 1); }

static Passed through(Activation activation, Spread z) {
    Transfer transfer = transfer_of(activation, z.mean, z.variance);
    double per = z.variance > 0 ? 1 / z.variance : 0, common = fmin(z.common * per, 1);
    double far = fmax(fmin(z.far * per, 1), 0), near = fmax(fmin(z.near * per, 1), 0);
    double lone = transfer.value.square[0], slope = sum_of(&transfer.slope);
    Passed passed = {.back = step_back(slope, expansion_at(&transfer.slope, common)), .saturated = transfer.saturated};
    passed.back.far = expansion_at(&transfer.slope, far);
    passed.out = (Spread){.mean = transfer.mean,
                          .variance = sum_of(&transfer.value) - lone,
                          .common = expansion_at(&transfer.value, common) - lone,
                          .far = expansion_at(&transfer.value, far) - lone,
                          .near = expansion_at(&transfer.value, near) - lone};
    const double *of_slope = transfer.slope.square;
    passed.tilt = of_slope[0] > 0 ? fmin(of_slope[1] / of_slope[0], 1) : 0;
    bool steep = slope * slope > 0;
    passed.unlike = steep ? expansion_at(&transfer.steepness, far) / (slope * slope) : 1;
    passed.alike = steep ? sum_of(&transfer.steepness) / (slope * slope) : 1;
    return passed;
}

static Passed passed_unchanged(Spread values) {
    return (Passed){.out = values, .back = step_back(1, 1), .unlike = 1, .alike = 1, .saturated = NAN};
}

/* ---- gradients ---- */

/* |gradient|^2 in its two parts, and what two examples or places have in common; times e^scale. */
typedef struct {
    double common, own, far, scale;
    double few; /* 1 / number of the examples it is spread over */
} Back;

static bool back_is_none(Back back) { return back.common + back.own == 0; }
static double back_sum_of(Back back) { return back.common + back.own; }
/* The natural logarithm of |gradient|^2. */
static double back_size(Back back) { return log(back_sum_of(back)) + back.scale; }

static Back back_through(Back back, StepBack step) {
    const double least = 0.05; /* something is left of any gradient */
    Back below = {.common = back.common * step.common_common + back.own * step.common_own,
                  .own = back.common * step.own_common + back.own * step.own_own,
                  .far = back.far * step.far,
                  .scale = back.scale,
                  .few = back.few};
    below.own = fmax(below.own - back.far * step.lost, least * below.own);
    double size = fmax(below.common, below.own);
    if (!(size > 0)) return (Back){0};
    below.scale += log(size);
    below.common /= size;
    below.own /= size;
    below.far = fmin(below.far / size, back_sum_of(below));
    return below;
}

/* The correlation of a unit's gradients of two examples, or at two places, squared. */
static double back_alike(Back back) {
    double correlation = back_is_none(back) ? 0 : back.far / back_sum_of(back);
    return correlation * correlation;
}

/* The gradient of a typical draw of what it was just multiplied by: its squares over units vary by so much, of their
 * mean's square, between two examples and in one. */
static Back back_varied(Back back, double units, double between, double in_one) {
    between /= units;
    in_one /= units;
    back.scale -= log1p((1 - back.few) * between + back.few * in_one) / 2;
    double grows = (1 + in_one) / (1 + between);
    back.few = back.few * grows / (1 - back.few + back.few * grows);
    return back;
}

/* Of gradients that have nothing to do with each other; `share` of the second. */
static Back back_sum(Back a, Back b, double share) {
    if (back_is_none(b) || share == 0) return a;
    b.scale += log(share);
    if (back_is_none(a)) return b;
    double scale = fmax(a.scale, b.scale), left = exp(a.scale - scale), right = exp(b.scale - scale);
    return (Back){.common = a.common * left + b.common * right,
                  .own = a.own * left + b.own * right,
                  .far = a.far * left + b.far * right,
                  .scale = scale,
                  .few = fmax(a.few, b.few)};
}

/* ---- the walk ---- */

/* What it has found of a layer. */
typedef struct {
    Spread z, values;  /* its weighted inputs and its outputs */
    Signal signal;     /* what its kind said */
    Passed activation; /* what its activation does */
    Back gradient;     /* of its outputs */
} Found;

typedef struct {
    const Model *model;
    const Trial *trial;
    Arena *arena;
    Found *found; /* by layer */
    Expected expected;
} Walk;

/* Units, or maps, whose weights are their own. */
static double units_of(const Layer *layer) { return (double)layer->out.dim[0]; }

bool same_statement(const Layer *a, const Layer *b) { return a->at.lo == b->at.lo; }

static Remedy remedy_of(const Layer *layer, const Trial *trial) {
    if (!trial) return (Remedy){0};
    Remedy remedy = trial->remedy;
    if (trial->fitting) remedy.gain = trial->relu || layer->activation.kind->rectifier ? 2 : 1;
    if (trial->only && !same_statement(layer, trial->only)) return (Remedy){.normalised = remedy.normalised};
    return remedy;
}

static Activation activation_of(const Walk *walk, const Layer *layer) {
    bool replaced = walk->trial && walk->trial->relu && !activation_is_linear(layer->activation);
    return replaced ? (Activation){.kind = activation_find("relu")} : layer->activation;
}

static Signal signal_through(const Walk *walk, const Layer *layer) {
    size_t count = layer->from.count;
    Spread *read = NEW_ARRAY(walk->arena, Spread, count + 1);
    Signal signal = {.read = read,
                     .largest = 1,
                     .alike = 1,
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
    return signal;
}

static Spread bounded(Spread z) {
    z.mean = fmax(fmin(z.mean, largest_mean), -largest_mean);
    z.variance = fmin(z.variance, largest_mean * largest_mean);
    z.common = fmin(z.common, z.variance);
    z.far = fmin(z.far, z.variance);
    z.near = fmin(z.near, z.variance);
    return z;
}

/* The largest of neighbours is taken before an activation as well as after it, and before it values are normal: the
 * gradient goes back to those z alone, where slopes are others. */
static Spread largest_of(Walk *walk, const Layer *layer, const Signal *signal) {
    Found *found = &walk->found[layer->index];
    Spread z = found->z;
    double sd = sqrt(z.variance), near = spread_near(&z), mean, variance;
    transfer_largest(signal->largest, signal->alike, &mean, &variance);
    Spread top = {.mean = z.mean + sd * mean, .variance = z.variance * variance, .common = z.common, .far = z.far};
    top.near = top.variance * near;
    top = bounded(top);
    Activation activation = activation_of(walk, layer);
    if (activation_is_linear(activation)) return top;
    double saturated = found->activation.saturated;
    found->activation = through(activation, top);
    found->activation.saturated = saturated;
    return found->activation.out;
}

/* E sum a a' over the outputs of a softmax, for two examples whose weighted inputs have this covariance: of shares
 * e^z / (e^z + ...), the others' logarithms varying alike. */
static double shares_product(double count, double covariance) { return 1 / (1 + (count - 1) * exp(-covariance)); }

static Spread shares_of(const Layer *layer, Spread z) {
    double count = (double)shape_count(layer->out), mean = 1 / count;
    return (Spread){.mean = mean,
                    .variance = shares_product(count, z.variance) * mean - mean * mean,
                    .far = shares_product(count, z.far) * mean - mean * mean};
}

static void pass(Walk *walk, const Layer *layer) {
    Found *found = &walk->found[layer->index];
    found->signal = signal_through(walk, layer);
    Spread z = found->signal.values;
    if (found->signal.largest > 1) {
        double near = spread_near(&z);
        z = largest_of(walk, layer->from.at[0], &found->signal);
        z.near = near * z.variance;
    }
    found->z = bounded(z);
    Activation activation = activation_of(walk, layer);
    bool other = activation_is_linear(activation) || activation.kind->across;
    found->activation = other ? passed_unchanged(found->z) : through(activation, found->z);
    found->values = activation.kind->across ? shares_of(layer, found->z) : found->activation.out;
}

/* Of a - y what two examples have in common: classes are equally frequent, numbers to learn have variance 1.
 *
 * Only where the output's weights have a mean does it matter that its units may err to the same side; behind a softmax
 * their errors add up to 0. Else they are signs at random, which have nothing in common. */
static Back output_gradient(const Walk *walk, const Layer *output) {
    const Found *found = &walk->found[output->index];
    const Layer *end = walk->model->layers.at[walk->model->layers.count - 1];
    bool softmax = end->activation.kind->across != NULL, classes = model_classes(walk->model) > 1;
    Spread a = softmax ? shares_of(output, found->z) : found->values;
    double rate = 1 / (double)shape_count(output->out), square = a.mean * a.mean;
    double whole = a.variance + square + (classes ? rate - 2 * a.mean * rate : 1);
    double far = a.far + square + (classes ? rate * rate - 2 * a.mean * rate : 0);
    double parts = found->signal.back.common_own > 0 && !softmax ? 2 : 1;
    return (Back){.common = parts - 1, .own = 1, .far = parts * fmax(fmin(far / whole, 1), 0), .few = 1 / examples};
}

/* Gives each layer that this one reads what it gets of a gradient. */
static void give_back(Walk *walk, const Layer *layer, Back z) {
    const Found *found = &walk->found[layer->index];
    StepBack step = found->signal.back;
    if (found->signal.normalises) step.lost *= 1 + found->activation.tilt;
    Back read = back_through(z, step);
    for (size_t i = 0; i < layer->from.count && !back_is_none(read); i++) {
        const Layer *from = layer->from.at[i];
        Back part = found->signal.random ? back_varied(read, units_of(from), 2 * back_alike(read), 2) : read;
        Back *sum = &walk->found[from->index].gradient;
        *sum = back_sum(*sum, part, found->signal.share[i]);
    }
}

/* From the gradient of a layer's outputs to that of its weighted inputs. */
static Back activation_back(const Layer *layer, const Found *found) {
    Back z = back_through(found->gradient, found->activation.back);
    double pairs = 1 + 2 * back_alike(found->gradient);
    if (back_is_none(z)) return z;
    return back_varied(z, units_of(layer), (found->activation.unlike - 1) * pairs, 3 * (found->activation.alike - 1));
}

static void walk_back(Walk *walk) {
    const Layer *output = walk->expected.output;
    for (int i = output->index; i >= 0; i--) {
        const Layer *layer = walk->model->layers.at[i];
        Back z = layer == output ? output_gradient(walk, output) : activation_back(layer, &walk->found[i]);
        ExpectedLayer *expected = &walk->expected.layer[i];
        expected->reached = !back_is_none(z);
        if (!expected->reached && !back_is_none(walk->found[i].gradient) && !walk->expected.blocks) {
            walk->expected.blocks = layer;
            walk->expected.flat = true;
        }
        if (!expected->reached) continue;
        expected->length = back_size(z) / 2;
        expected->rms = expected->length - log((double)shape_count(layer->out)) / 2;
        if (walk->found[i].signal.known)
            give_back(walk, layer, z);
        else if (!walk->expected.blocks)
            walk->expected.blocks = layer;
    }
}

bool has_weights(const Layer *layer) {
    return layer_stored(layer, STORED_WEIGHT) != NULL || layer_stored(layer, STORED_BIAS) != NULL;
}

/* The last layer with weights, or that joins several. */
static const Layer *output_of(const Model *model) {
    size_t count = model->layers.count;
    while (count > 0 && !has_weights(model->layers.at[count - 1]) && model->layers.at[count - 1]->from.count < 2)
        count--;
    return count > 0 ? model->layers.at[count - 1] : NULL;
}

Expected expected_of(Arena *arena, const Model *model, const Trial *trial) {
    size_t count = model->layers.count;
    Walk walk = {.model = model,
                 .trial = trial,
                 .arena = arena,
                 .found = NEW_ARRAY(arena, Found, count),
                 .expected = {.layer = NEW_ARRAY(arena, ExpectedLayer, count), .output = output_of(model)}};
    for (int i = 0; walk.expected.output && i <= walk.expected.output->index; i++) {
        const Found *found = &walk.found[i];
        pass(&walk, model->layers.at[i]);
        walk.expected.layer[i] =
            (ExpectedLayer){.z = found->z, .values = found->values, .saturated = found->activation.saturated};
    }
    if (walk.expected.output) walk_back(&walk);
    return walk.expected;
}
