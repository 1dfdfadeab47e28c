/* RMSProp (Hinton 2012). It keeps a running mean of the square of the gradient g, which is the mean over the batch with
 * that of the penalty:
 *
 *     square  <-  decay square  +  (1 - decay) g^2
 *     w       <-  w  -  rate g / (sqrt(square) + epsilon) */
#include "compiler/optimizers/step.h"

static const char *const *rmsprop_moments(const Settings *settings) {
    static const char *const names[] = {"square", NULL};
    (void)settings;
    return names;
}

static const OptionSpec options[] = {
    STEP_RATE("0.001"),
    STEP_SHARE("decay", "0.9", "the share of the gradient's mean square that a step keeps", "rmsprop_decay",
               "rmsprop-decay", "D"),
    STEP_EPSILON("1e-8"),
};

static Expr *rmsprop_step(Step *step) {
    Program *p = step->build->program;
    Expr *g = step_gradient(step);
    Expr *square = e_add(p, e_mul(p, e_scalar(p, "rmsprop_decay"), step_moment(step, 0)),
                         e_mul(p, e_scalar(p, "1 - rmsprop_decay"), e_mul(p, g, g)));
    step_keep(step, 0, square);
    Expr *root = e_add(p, e_unary(p, EXPR_SQRT, square), e_scalar(p, "epsilon"));
    return e_sub(p, e_at(p, step->w), e_div(p, e_mul(p, e_scalar(p, "rate"), g), root));
}

const Optimizer optimizer_rmsprop = {
    .variant = {.name = "rmsprop",
                .doc = "each weight at its own pace: the gradient over the root of its mean square",
                .options = options,
                .option_count = COUNT_OF(options)},
    .moments = rmsprop_moments,
    .step = rmsprop_step,
};
