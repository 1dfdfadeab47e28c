/* Adam (Kingma and Ba 2014). It keeps running means of the gradient g, which is the mean over the batch with that of
 * the penalty, and of its square; t counts the steps from 1:
 *
 *     mean    <-  beta1 mean    +  (1 - beta1) g
 *     square  <-  beta2 square  +  (1 - beta2) g^2
 *     w       <-  w  -  rate mean/(1 - beta1^t) / (sqrt(square/(1 - beta2^t)) + epsilon)
 *
 * adamw (Loshchilov and Hutter 2017) takes a share of the weights beside that step, in place of a penalty:
 *
 *     w       <-  (1 - rate weight_decay) w  -  adam's step */
#include "compiler/optimizers/step.h"

enum { MEAN, SQUARE };

static const char *const *adam_moments(const Settings *settings) {
    static const char *const names[] = {[MEAN] = "mean", [SQUARE] = "square", NULL};
    (void)settings;
    return names;
}

enum { WEIGHT_DECAY = 4 }; /* adam has what stands before it */

static const OptionSpec options[] = {
    STEP_RATE("0.001"),
    STEP_SHARE("beta1", "0.9", "the share of the mean gradient that a step keeps", "beta1", "beta1", "B"),
    STEP_SHARE("beta2", "0.999", "the share of its mean square that a step keeps", "beta2", "beta2", "B"),
    STEP_EPSILON("1e-8"),
    [WEIGHT_DECAY] = {.name = "weight_decay",
                      .type = OPTION_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .standard = "0.01",
                      .doc = "the share of the weights of conv and dense that a step takes, times the rate",
                      .trainer = {.name = "weight_decay", .flag = "weight-decay", .argument = "D"}},
};

/* What a step takes from w. */
static Expr *adam_part(Step *step) {
    Program *p = step->build->program;
    Expr *g = step_gradient(step);
    Expr *mean =
        e_add(p, e_mul(p, e_scalar(p, "beta1"), step_moment(step, MEAN)), e_mul(p, e_scalar(p, "1 - beta1"), g));
    Expr *square = e_add(p, e_mul(p, e_scalar(p, "beta2"), step_moment(step, SQUARE)),
                         e_mul(p, e_scalar(p, "1 - beta2"), e_mul(p, g, g)));
    step_keep(step, MEAN, mean);
    step_keep(step, SQUARE, square);
    Expr *root = e_unary(p, EXPR_SQRT, e_mul(p, e_scalar(p, "1 / (1 - beta2^t)"), square));
    return e_div(p, e_mul(p, e_scalar(p, "rate / (1 - beta1^t)"), mean), e_add(p, root, e_scalar(p, "epsilon")));
}

static Expr *adam_step(Step *step) {
    Program *p = step->build->program;
    return e_sub(p, e_at(p, step->w), adam_part(step));
}

const Optimizer optimizer_adam = {
    .variant = {.name = "adam",
                .doc = "each weight at its own pace: the mean gradient over the root of its mean square",
                .options = options,
                .option_count = WEIGHT_DECAY},
    .moments = adam_moments,
    .step = adam_step,
};

static Expr *adamw_step(Step *step) {
    Program *p = step->build->program;
    Expr *w = e_at(p, step->w);
    bool decays = step->stored->decays && settings_number(&step->build->model->settings, "weight_decay") != 0;
    if (decays) w = e_mul(p, e_scalar(p, "1 - rate * weight_decay"), w);
    return e_sub(p, w, adam_part(step));
}

const Optimizer optimizer_adamw = {
    .variant = {.name = "adamw",
                .doc = "adam, and weights that decay beside its step",
                .options = options,
                .option_count = COUNT_OF(options)},
    .moments = adam_moments,
    .decay = "weight_decay",
    .step = adamw_step,
};
