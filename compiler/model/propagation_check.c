/* The warnings that follow from what is expected of the untrained network (propagation.h). */
#include "compiler/model/propagation_check.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/model/propagation.h"
#include "runtime/base/error.h"

static const double reported_from = 30; /* times smaller */
static const double saturated_from = 1.0 / 3;

/* What there may be to report. */
typedef struct {
    const Layer *first, *last;        /* that weigh, `last` before the output */
    int steps;                        /* from first to last; 0: nothing is compared */
    double change;                    /* of the gradient's length from last to first, in natural logarithms */
    const Layer *saturated, *weighed; /* the first one whose units begin so, and the one that sums for it */
    double share;                     /* how many */
    Spread z;                         /* their weighted inputs */
} Walk;

/* The layer that sums for it. */
static const Layer *weighing(const Layer *layer) {
    while (layer && !layer->kind->weighs) layer = layer_above(layer);
    return layer;
}

static Walk walk_through(const Model *model, const Trial *trial) {
    Walk walk = {0};
    Arena *arena = arena_new();
    Expected expected = expected_of(arena, model, trial);
    for (int i = 0; expected.output && i < expected.output->index; i++) {
        const Layer *layer = model->layers.at[i];
        const ExpectedLayer *found = &expected.layer[i];
        if (layer->kind->weighs) {
            walk.steps += walk.first != NULL;
            if (!walk.first) walk.first = layer;
            walk.last = layer;
        }
        if (!walk.saturated && found->saturated > saturated_from) {
            walk.saturated = layer;
            walk.weighed = weighing(layer);
            walk.share = found->saturated;
            walk.z = found->z;
        }
    }
    const ExpectedLayer *first = walk.steps > 0 ? &expected.layer[walk.first->index] : NULL;
    if (first && first->reached && !expected.blocks)
        walk.change = first->length - expected.layer[walk.last->index].length;
    else if (first && !first->reached && expected.flat)
        walk.change = -INFINITY;
    else
        walk.steps = 0;
    arena_free(arena);
    return walk;
}

/* So many times the gradient changes from last to first. */
static double times_of(const Walk *walk) { return exp(fabs(walk->change)); }
static bool changes(const Walk *walk) { return walk->steps > 0 && times_of(walk) >= reported_from; }

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
                     : "relu with init=he_normal in the hidden layers keeps them";
    trial.remedy.no_biases = true;
    if (gradient_kept(model, found, &trial))
        return grows ? "smaller weights without biases keep them: bias_init=zeros, and init=he_normal with relu, "
                       "lecun_normal with tanh"
                     : "relu with init=he_normal bias_init=zeros in the hidden layers keeps them";
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

/* "about 4.8 times", "some 430,000 times": a number of times, with a decimal or to two digits. */
static const char *times_text(Arena *arena, double times, bool decimal) {
    char count[NET_COUNT_TEXT], digits[32];
    if (times > 999999) return "more than a million times";
    if (decimal) return arena_format(arena, "about %.1f times", times);
    snprintf(digits, sizeof digits, "%.1e", times);
    return arena_format(arena, "some %s times", net_count(count, (uint64_t)(strtod(digits, NULL) + 0.5)));
}

static void report_gradient(const Walk *walk, Model *model, Diags *diags) {
    bool grows = walk->change > 0;
    double times = times_of(walk), each = exp(fabs(walk->change) / walk->steps);
    const char *kind = grows ? "exploding-gradient" : "vanishing-gradient";
    model->explodes = grows;
    Diag *diag = diag_report(diags, walk->first->at, kind,
                             "gradients are expected to %s %s a layer on the way back: '%s' will learn %s %s than '%s'",
                             grows ? "grow" : "shrink", times_text(diags->arena, each, true), walk->first->name,
                             times_text(diags->arena, times, false), grows ? "faster" : "slower", walk->last->name);
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
    if (changes(&walk)) report_gradient(&walk, model, diags);
    if (walk.saturated) report_saturated(&walk, model, diags);
}
