/* Costs, summed over the outputs, one value an example; and what is counted beside them.
 *
 *     quadratic       1/2 sum(o) (a[o] - y[o])^2
 *     cross_entropy   - sum(o) y ln a + (1 - y) ln(1 - a)  =  sum(o) softplus(z) - y z       with a = sigmoid(z)
 *     log_likelihood  - ln a[y]  =  ln sum(o) exp(z[o] - max) - (z[y] - max)                 with a = softmax(z)
 *     absolute        sum(o) |a[o] - y[o]|
 *     huber(d)        sum(o) e^2 / 2 where |e| <= d, else d (|e| - d/2)                      with e = a[o] - y[o]
 *
 * Cross entropy and log likelihood take the weighted input z, so that no logarithm of a rounded 0 is ever taken and the
 * derivative is a - y. In training y may be less certain,
 *
 *     y  <-  (1 - s) y + s/K                 label_smoothing s, of K outputs of a softmax; K = 2 for a sigmoid
 *
 * and the cost of an example is multiplied by the weight of its class. Numbers that are learned scaled are
 * y = (number - mean) / deviation; what is counted beside the cost is off by a * deviation + mean - number. */
#include "compiler/model/activation.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "compiler/model/targets.h"
#include "compiler/programs/parts.h"

typedef struct {
    Build *build;
    Program *p;
    const Layer *last;
    Tensor *a, *z;
    int reductions; /* the outputs' indices, from 1 on */
    const int64_t *range;
    Affine index[TENSOR_MAX_RANK];
} Outputs;

/* What costs and figures are made of: the outputs of the last layer. */
static Outputs outputs_of(Build *build) {
    const Model *model = build->model;
    Outputs out = {.build = build, .p = build->program};
    out.last = model->layers.at[model->layers.count - 1];
    out.a = build->value[out.last->index];
    out.z = build->weighted[out.last->index];
    out.reductions = out.a->rank - 1;
    out.range = &out.a->dim[1];
    for (int d = 0; d < out.a->rank; d++) out.index[d] = ix(d);
    return out;
}

static Expr *label(const Outputs *out) { return e_read(out->p, out->build->label, 0, &out->index[0]); }

/* Which of an example's outputs is read: their number in C, H, W order. */
static Affine output_number(const Outputs *out) {
    Affine number = ix_const(0);
    for (int d = 1; d < out->a->rank; d++) number = ix_add(ix_times(number, (int32_t)out->a->dim[d]), out->index[d]);
    return number;
}

/* A statistic of the last layer, one number an output; NULL: it has none. */
static Expr *statistic(const Outputs *out, const char *part) {
    const Stored *stored = layer_part(out->last, part);
    Affine number = output_number(out);
    return stored ? e_read(out->p, build_stored(out->build, stored), 0, &number) : NULL;
}

/* The number that an output is to give. */
static Expr *wanted(const Outputs *out) {
    const Affine place[] = {out->index[0], output_number(out)};
    return e_read(out->p, out->build->target, 0, place);
}

/* y of an output: 1 for the right class, the label itself for one output; the number, scaled if that is asked for; the
 * input for an autoencoder. */
static Expr *target(const Outputs *out) {
    Program *p = out->p;
    Expr *mean = statistic(out, TARGET_MEAN);
    switch (target_kinds[out->build->model->settings.target].reads) {
    case READS_INPUT: return e_read(p, out->build->scaled, 0, out->index);
    case READS_NUMBERS: return mean ? e_div(p, e_sub(p, wanted(out), mean), statistic(out, TARGET_STD)) : wanted(out);
    case READS_LABEL: break;
    }
    bool single = tensor_count(out->a) == 1;
    Expr *number = e_index(p, single ? ix_const(1) : output_number(out));
    return e_select(p, e_same(p, label(out), number), e_const(p, 1), e_const(p, 0));
}

/* An output in the units of the numbers that were learned. */
static Expr *in_units(const Outputs *out) {
    Program *p = out->p;
    Expr *a = e_read(p, out->a, 0, out->index), *mean = statistic(out, TARGET_MEAN);
    return mean ? e_add(p, e_mul(p, a, statistic(out, TARGET_STD)), mean) : a;
}

/* What an output is off by, in those units. */
static Expr *off_by(const Outputs *out) {
    return e_sub(out->p, in_units(out), statistic(out, TARGET_MEAN) ? wanted(out) : target(out));
}

/* What is learned of y in training. */
static Expr *smoothed(const Outputs *out, Expr *y) {
    Build *build = out->build;
    Program *p = out->p;
    if (build->mode == MODE_EVAL || settings_number(&build->model->settings, LABEL_SMOOTHING) == 0) return y;
    int64_t sides = out->last->activation.kind->across ? tensor_count(out->a) : 2;
    const char *rest = arena_format(build->arena, LABEL_SMOOTHING " / %lld", (long long)sides);
    return e_add(p, e_mul(p, e_scalar(p, "1 - " LABEL_SMOOTHING), y), e_scalar(p, rest));
}

/* The target of an autoencoder takes the shape of the output, which has as many values. */
static void reshape_target(Outputs *out) {
    Build *build = out->build;
    Tensor *x = build->scaled;
    if (target_kinds[build->model->settings.target].reads != READS_INPUT) return;
    if (build_alike(x, out->a)) return;
    x = build_vector(build, x);
    const Affine value[] = {ix(0), output_number(out)};
    build->scaled =
        x->rank == out->a->rank ? x : program_map(out->p, "target.maps", out->a, e_read(out->p, x, 0, value));
}

static Tensor *sum_outputs(const Outputs *out, const char *name, Expr *e) {
    const int64_t batch[] = {DIM_BATCH};
    return program_compute(out->p, name, 1, batch, REDUCE_SUM, out->reductions, out->range, e);
}

static Tensor *log_likelihood(const Outputs *out) {
    Program *p = out->p;
    const int64_t batch[] = {DIM_BATCH};
    Affine n = ix(0);
    Tensor *top = program_compute(p, "cost.max", 1, batch, REDUCE_MAX, out->reductions, out->range,
                                  e_read(p, out->z, 0, out->index));
    Expr *shift = e_unary(p, EXPR_DETACH, e_read(p, top, 0, &n));
    Expr *shifted = e_sub(p, e_read(p, out->z, 0, out->index), shift);
    Tensor *power = program_map(p, "cost.exp", out->z, e_unary(p, EXPR_EXP, shifted));
    Tensor *total = sum_outputs(out, "cost.total", e_read(p, power, 0, out->index));
    Expr *is_right = e_same(p, label(out), e_index(p, output_number(out)));
    Expr *one = e_const(p, 1), *zero = e_const(p, 0), *plain = e_select(p, is_right, one, zero);
    Expr *y = smoothed(out, plain);
    Tensor *right =
        sum_outputs(out, "cost.right", y == plain ? e_select(p, is_right, shifted, zero) : e_mul(p, y, shifted));
    Expr *cost = e_sub(p, e_unary(p, EXPR_LOG, e_at(p, total)), e_at(p, right));
    return program_map(p, "cost", total, cost);
}

static Expr *size_of(Program *p, Expr *e) { return e_max(p, e, e_mul(p, e_const(p, -1), e)); }

/* What an output that is off by e costs. */
static Expr *distance(const Outputs *out) {
    Program *p = out->p;
    const Settings *settings = &out->build->model->settings;
    Expr *e = e_sub(p, e_read(p, out->a, 0, out->index), target(out));
    if (settings->cost == COST_ABSOLUTE) return size_of(p, e);
    Expr *half = e_mul(p, e_const(p, 0.5), e_mul(p, e, e));
    if (settings->cost == COST_QUADRATIC) return half;
    Expr *bound = e_const(p, settings->huber), *below = e_const(p, settings->huber / 2);
    return e_select(p, e_less(p, bound, size_of(p, e)), e_mul(p, bound, e_sub(p, size_of(p, e), below)), half);
}

static Tensor *plain_cost(const Outputs *out) {
    Program *p = out->p;
    switch (out->build->model->settings.cost) {
    case COST_LOG_LIKELIHOOD: return log_likelihood(out);
    case COST_CROSS_ENTROPY: {
        Expr *z = e_read(p, out->z, 0, out->index);
        Expr *y = smoothed(out, target(out));
        return sum_outputs(out, "cost", e_sub(p, e_unary(p, EXPR_SOFTPLUS, z), e_mul(p, y, z)));
    }
    case COST_QUADRATIC:
    case COST_ABSOLUTE:
    case COST_HUBER: return sum_outputs(out, "cost", distance(out));
    case COSTS: break;
    }
    BUG("no such cost");
}

/* In training each example's cost times the weight of its class, if classes have any. */
static Tensor *weighted_cost(const Outputs *out, Tensor *cost) {
    Build *build = out->build;
    Program *p = out->p;
    const Stored *weights = layer_part(out->last, CLASS_WEIGHTS);
    if (!weights || build->mode == MODE_EVAL) return cost;
    const int64_t batch[] = {DIM_BATCH};
    const Affine of_class = ix(1);
    Expr *is_class = e_same(p, label(out), e_index(p, of_class));
    Expr *weight = e_select(p, is_class, e_read(p, build_stored(build, weights), 0, &of_class), e_const(p, 0));
    Tensor *chosen = program_compute(p, "cost.weight", 1, batch, REDUCE_SUM, 1, weights->dim, weight);
    return program_map(p, "cost.weighted", cost, e_mul(p, e_at(p, chosen), e_at(p, cost)));
}

Tensor *cost_build(Build *build) {
    Outputs out = outputs_of(build);
    build->program->at = out.last->at;
    reshape_target(&out);
    return weighted_cost(&out, plain_cost(&out));
}

Tensor *labelled_output(Build *build) {
    Outputs out = outputs_of(build);
    Program *p = out.p;
    Expr *is_named = e_same(p, label(&out), e_index(p, output_number(&out)));
    Expr *z = e_read(p, out.z ? out.z : out.a, 0, out.index);
    return sum_outputs(&out, "labelled", e_select(p, is_named, z, e_const(p, 0)));
}

/* A NaN is neither below 1 nor above 0. */
static Expr *if_number(Program *p, Expr *e, Expr *number, Expr *other) {
    return e_select(p, e_less(p, e, e_const(p, 1)), number, e_select(p, e_less(p, e_const(p, 0), e), number, other));
}

/* `right`, but 0 where one of the outputs is a NaN. The cost of a softmax is one there too, and nowhere else. */
static Expr *right_if_known(const Outputs *out, Tensor *cost, Expr *right) {
    Program *p = out->p;
    Expr *one = e_const(p, 1), *zero = e_const(p, 0);
    if (out->build->model->settings.cost == COST_LOG_LIKELIHOOD) return if_number(p, e_at(p, cost), right, zero);
    Tensor *unknown = sum_outputs(out, "unknown", if_number(p, e_read(p, out->a, 0, out->index), zero, one));
    return e_select(p, e_less(p, e_at(p, unknown), one), right, zero);
}

/* Right when the largest output, the first on a tie, is the label's; one output: above 0.5 means class 1. An example
 * with a NaN among its outputs is of no class. */
static void log_correct(Logger *logger, const Outputs *out, Tensor *cost) {
    Program *p = out->p;
    const int64_t batch[] = {DIM_BATCH};
    Expr *one = e_const(p, 1), *zero = e_const(p, 0), *right;
    /* softmax keeps the order, and rounding may make ties of what differs: ask z */
    Tensor *from = out->last->activation.kind->across ? out->z : out->a;
    if (tensor_count(out->a) == 1) {
        Affine index[TENSOR_MAX_RANK] = {ix(1)};
        for (int d = 1; d < out->a->rank; d++) index[d] = ix_const(0);
        index[0] = ix(0);
        Expr *high = e_less(p, e_const(p, 0.5), e_read(p, out->a, 0, index));
        Expr *is_one = e_same(p, label(out), e_index(p, ix_const(1)));
        right = e_select(p, high, e_select(p, is_one, one, zero), e_select(p, is_one, zero, one));
    } else {
        Affine n = ix(0);
        Tensor *arg = program_compute(p, "predicted", 1, batch, REDUCE_ARGMAX, out->reductions, out->range,
                                      e_read(p, from, 0, out->index));
        right = e_select(p, e_same(p, e_read(p, arg, 0, &n), label(out)), one, zero);
    }
    right = right_if_known(out, cost, right);
    log_sum(logger, "correct", NULL, REDUCE_SUM, 1, batch, e_select(p, e_alive(p), right, zero), 1);
}

/* Sums over all outputs of all examples. */
static void log_outputs(Logger *logger, const Outputs *out, const char *name, Expr *e) {
    Program *p = out->p;
    log_sum(logger, name, NULL, REDUCE_SUM, out->a->rank, out->a->dim, e_select(p, e_alive(p), e, e_const(p, 0)),
            tensor_count(out->a));
}

/* The squares of each output by itself, over the batch. */
static void log_shares(Logger *logger, const Outputs *out) {
    Program *p = out->p;
    Outputs each = *out;
    const int64_t batch[] = {DIM_BATCH};
    each.index[0] = ix(out->a->rank - 1);
    for (int d = 1; d < out->a->rank; d++) each.index[d] = ix(d - 1);
    Expr *miss = off_by(&each);
    Expr *alive = e_select(p, e_alive(p), e_mul(p, miss, miss), e_const(p, 0));
    log_vector(logger, "squared_errors", NULL,
               program_compute(p, "squared_errors", out->a->rank - 1, out->range, REDUCE_SUM, 1, batch, alive));
}

static void log_errors(Logger *logger, const Outputs *out) {
    Expr *miss = off_by(out);
    log_outputs(logger, out, "squared_error", e_mul(out->p, miss, miss));
    log_outputs(logger, out, "absolute_error", size_of(out->p, miss));
}

/* Outputs above 0.5 say 1; one that is a NaN is on no side. */
static void log_labels(Logger *logger, const Outputs *out) {
    Program *p = out->p;
    const int64_t batch[] = {DIM_BATCH};
    Expr *one = e_const(p, 1), *zero = e_const(p, 0), *half = e_const(p, 0.5);
    Expr *a = e_read(p, out->a, 0, out->index);
    Expr *is_one = e_less(p, half, target(out)), *says_one = e_less(p, half, a);
    Expr *says_zero = if_number(p, a, one, zero);
    Tensor *right =
        program_map(p, "right", out->a,
                    e_select(p, says_one, e_select(p, is_one, one, zero), e_select(p, is_one, zero, says_zero)));
    Expr *is_right = e_read(p, right, 0, out->index), *is_wrong = e_sub(p, one, is_right);
    Tensor *all = program_compute(p, "all_right", 1, batch, REDUCE_MIN, out->reductions, out->range, is_right);
    log_outputs(logger, out, "correct", is_right);
    log_sum(logger, "exact", NULL, REDUCE_SUM, 1, batch, e_select(p, e_alive(p), e_at(p, all), zero), 1);
    log_outputs(logger, out, "true_positive", e_select(p, is_one, is_right, zero));
    log_outputs(logger, out, "false_positive", e_select(p, is_one, zero, is_wrong));
    log_outputs(logger, out, "false_negative", e_select(p, is_one, is_wrong, zero));
}

void cost_log(Logger *logger, Tensor *cost) {
    Outputs out = outputs_of(logger->build);
    Program *p = out.p;
    p->at = out.last->at;
    const int64_t batch[] = {DIM_BATCH};
    TargetScores scores = target_kinds[out.build->model->settings.target].scores;
    log_sum(logger, "cost", NULL, REDUCE_SUM, 1, batch, e_select(p, e_alive(p), e_at(p, cost), e_const(p, 0)), 1);
    if (scores == SCORES_CLASS) log_correct(logger, &out, cost);
    if (scores == SCORES_LABELS) log_labels(logger, &out);
    if (scores == SCORES_ERRORS || scores == SCORES_SHARES) log_errors(logger, &out);
    if (scores == SCORES_SHARES) log_shares(logger, &out);
}

Expr *unscaled(Build *build, const Layer *layer, Tensor *value) {
    if (!layer_part(layer, TARGET_MEAN)) return e_at(build->program, value);
    Outputs out = outputs_of(build);
    return in_units(&out);
}
