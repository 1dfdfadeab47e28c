/* Stochastic gradient descent, m examples in the batch (Nielsen, chapter 1):
 *
 *     w <- w  -  rate/m  sum(x) dC_x/dw
 *
 * where w on the right has already lost what a penalty takes from it. With momentum (Polyak 1964), which keeps a
 * velocity v of each tensor, g being the mean gradient with that of the penalty:
 *
 *     v <- momentum v  +  g
 *     w <- w  -  rate v                             nesterov (1983):  w <- w  -  rate (g + momentum v) */
#include "compiler/optimizers/step.h"

enum { RATE, MOMENTUM, NESTEROV };

static const OptionSpec options[] = {
    [RATE] = STEP_RATE("0.1"),
    [MOMENTUM] =
        STEP_SHARE("momentum", "0", "the share of its velocity that a step keeps", "momentum", "momentum", "M"),
    [NESTEROV] = {.name = "nesterov",
                  .type = OPTION_BOOL,
                  .standard = "false",
                  .doc = "true: Nesterov's momentum, a step along g + momentum * v",
                  .trainer = {.name = "nesterov"}},
};

static bool check(SettingContext *context) {
    const OptionValue *option = context->option + 1; /* behind the word */
    if (!option[NESTEROV].flag || option[MOMENTUM].real != 0) return true;
    diag_report(context->diags, option[NESTEROV].at, "missing-option",
                "nesterov=true needs momentum=, for example 'optimizer sgd momentum=0.9 nesterov=true'");
    return false;
}

static const char *const *sgd_moments(const Settings *settings) {
    static const char *const names[] = {"velocity", NULL};
    return settings_number(settings, "momentum") != 0 ? names : NULL;
}

static Expr *sgd_step(Step *step) {
    Program *p = step->build->program;
    const Settings *settings = &step->build->model->settings;
    if (!sgd_moments(settings))
        return e_sub(p, step_decayed(step), e_mul(p, e_scalar(p, "rate / m"), step_slope(step)));
    Expr *g = step_gradient(step), *momentum = e_scalar(p, "momentum");
    Expr *v = e_add(p, e_mul(p, momentum, step_moment(step, 0)), g);
    Expr *along = settings_number(settings, "nesterov") != 0 ? e_add(p, g, e_mul(p, momentum, v)) : v;
    step_keep(step, 0, v);
    return e_sub(p, e_at(p, step->w), e_mul(p, e_scalar(p, "rate"), along));
}

const Optimizer optimizer_sgd = {
    .variant = {.name = "sgd",
                .doc = "stochastic gradient descent, w <- w - rate * gradient",
                .options = options,
                .option_count = COUNT_OF(options),
                .check = check},
    .moments = sgd_moments,
    .step = sgd_step,
};
