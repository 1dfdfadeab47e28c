/* See gradcheck.h. */
#include "compiler/programs/gradcheck.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The steps that are tried, by the size of the entry where that is above 1, and how far the exact and the less exact
 * difference may be apart: as that shrinks by h^2 and the error of the first by h^4, it is that error's root. */
static const double steps[] = {1e-3, 1e-4, 1e-5};
#define APART 1e-4
/* Relative errors of F: of its last bit, so many of them. */
#define ROUNDED (16 * DBL_EPSILON)

struct GradCheck {
    Arena *arena;
    const Objective *objective;
    Sample *sample;
    Eval *eval;
    double **derived; /* by place */
};

GradCheck *gradcheck_new(Arena *arena, const Model *model, Sample *sample) {
    GradCheck *check = NEW(arena, GradCheck);
    const Objective *objective = check->objective = objective_build(arena, model);
    check->arena = arena;
    check->sample = sample;
    check->eval = eval_new(arena, objective->program, &sample->input);
    check->derived = NEW_ARRAY(arena, double *, objective->count + 1);
    eval_run(check->eval, NULL);
    for (size_t i = 0; i < objective->count; i++) {
        int64_t size = tensor_count(objective->tensor[i]);
        check->derived[i] = NEW_ARRAY(arena, double, size);
        memcpy(check->derived[i], eval_values(check->eval, objective->gradient[i]), (size_t)size * sizeof(double));
    }
    return check;
}

const Stored *gradcheck_stored(const GradCheck *check, size_t place) {
    return place < check->objective->count ? check->objective->stored[place] : NULL;
}

double *gradcheck_derived(const GradCheck *check, size_t place) { return check->derived[place]; }

/* F, with the choices that were made on the way. */
static double evaluate(const GradCheck *check, const Tensor *changed, uint64_t *choices) {
    eval_again(check->eval, changed, check->objective->value);
    *choices = eval_choices(check->eval);
    return eval_values(check->eval, check->objective->value)[0];
}

/* Terms that the comparison of one entry takes. */
static int64_t terms_of(const GradCheck *check, const Tensor *w) {
    enum { EVALUATIONS = 4 };
    uint64_t choices;
    int64_t before = eval_terms(check->eval);
    evaluate(check, w, &choices);
    return EVALUATIONS * (eval_terms(check->eval) - before) + 1;
}

/* What lies nearer to the outputs takes less: from there on each gets an equal part of what is left. */
int64_t *gradcheck_affordable(GradCheck *check, int64_t wanted, int64_t terms) {
    const Objective *objective = check->objective;
    int64_t *count = NEW_ARRAY(check->arena, int64_t, objective->count + 1);
    for (size_t i = objective->count; i-- > 0;) {
        int64_t size = tensor_count(objective->tensor[i]), each = terms_of(check, objective->tensor[i]);
        int64_t most = size < wanted ? size : wanted, can = terms / (int64_t)(i + 1) / each;
        count[i] = can < 1 ? 1 : can < most ? can : most;
        terms -= count[i] * each;
    }
    return count;
}

/* F at so much more than an entry is; false: choices changed. */
static bool moved(const GradCheck *check, const Tensor *w, double *entry, double by, uint64_t choices, double *value) {
    uint64_t now;
    double old = *entry;
    *entry = old + by;
    *value = evaluate(check, w, &now);
    *entry = old;
    return now == choices;
}

static double root_mean_square(const double *values, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += values[i] * values[i];
    return count > 0 ? sqrt(sum / (double)count) : 0;
}

/* A step is a power of 2 near the one that is tried, so that it is taken exactly by entries that are floats. */
static double step_near(double tried) { return exp2(round(log2(tried))); }

/* The slope at an entry, and from where on a gradient can be told from rounding; false: it stands at a kink. */
static bool slope_at(const GradCheck *check, const Tensor *w, double *entry, double usual, uint64_t choices,
                     double *slope, double *least) {
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        double h = step_near(steps[i] * fmax(1, fabs(*entry))), at[4];
        if (!moved(check, w, entry, 2 * h, choices, &at[0]) || !moved(check, w, entry, -2 * h, choices, &at[1]) ||
            !moved(check, w, entry, h, choices, &at[2]) || !moved(check, w, entry, -h, choices, &at[3]))
            continue;
        double near = (at[2] - at[3]) / (2 * h), exact = (8 * (at[2] - at[3]) - (at[0] - at[1])) / (12 * h);
        found = true;
        *slope = exact;
        *least = ROUNDED * fmax(fabs(at[0]), fabs(at[1])) / h / GRADCHECK_TOLERANCE;
        if (fabs(near - exact) <= APART * fmax(fmax(usual, fabs(exact)), *least)) break;
    }
    return found;
}

/* The tensor is cut into as many parts as entries are wanted: one of part s. */
static int64_t pick(int64_t s, int64_t count, int64_t size, uint32_t stream) {
    int64_t first = (int64_t)((double)s / (double)count * (double)size);
    int64_t next = s + 1 == count ? size : (int64_t)((double)(s + 1) / (double)count * (double)size);
    return count == size ? s : first + (int64_t)(sample_uniform(stream, s) * (double)(next - first));
}

GradCheckResult gradcheck_run(GradCheck *check, size_t place, int64_t count) {
    const Tensor *w = check->objective->tensor[place];
    const double *derived = check->derived[place];
    int64_t size = tensor_count(w);
    GradCheckResult result = {.entries = size};
    double usual = root_mean_square(derived, size);
    uint64_t choices;
    if (count > size) count = size;
    evaluate(check, w, &choices);
    for (int64_t s = 0; s < count; s++) {
        double slope, least;
        int64_t i = pick(s, count, size, SAMPLE_STREAMS + (uint32_t)place);
        if (!slope_at(check, w, &check->sample->param[w->offset + i], usual, choices, &slope, &least)) {
            result.kinks++;
            continue;
        }
        double scale = fmax(fmax(fabs(derived[i]), fabs(slope)), fmax(usual, least));
        double error = scale > 0 ? fabs(derived[i] - slope) / scale : 0;
        bool worse = result.compared++ == 0 || !(error <= result.error); /* a NaN is the worst */
        if (!worse || isnan(result.error)) continue;
        result.error = error;
        result.worst = i;
        result.derived = derived[i];
        result.difference = slope;
    }
    evaluate(check, w, &choices);
    return result;
}
