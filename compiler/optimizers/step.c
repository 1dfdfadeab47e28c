/* The penalty of the weights is l2/(2n) sum w^2 + l1/n sum |w|, n examples in an epoch; weight_decay is l2/n given as
 * one number. A plain step of gradient descent with it is (Nielsen, chapter 3)
 *
 *     w <- (1 - rate*l2/n) w  -  rate*l1/n sign(w)  -  the gradient's part */
#include "compiler/optimizers/step.h"

static bool squares_count(const Settings *settings) {
    return settings_number(settings, "l2") != 0 || settings_number(settings, "weight_decay") != 0;
}

static bool sizes_count(const Settings *settings) { return settings_number(settings, "l1") != 0; }

Expr *step_decayed(const Step *step) {
    Program *p = step->build->program;
    const Settings *settings = &step->build->model->settings;
    Expr *old = e_at(p, step->w), *kept = old, *zero = e_const(p, 0);
    if (!step->stored->decays) return old;
    if (squares_count(settings)) kept = e_mul(p, old, e_scalar(p, "1 - rate * (l2 / n + weight_decay)"));
    if (sizes_count(settings)) {
        Expr *up = e_scalar(p, "rate * l1 / n"), *down = e_mul(p, e_const(p, -1), up);
        Expr *sign = e_select(p, e_less(p, zero, old), up, e_select(p, e_less(p, old, zero), down, zero));
        kept = e_sub(p, kept, sign);
    }
    return kept;
}

const char *step_penalty_squares(const Settings *settings) {
    return squares_count(settings) ? "(l2 / n + weight_decay) / 2" : NULL;
}

const char *step_penalty_sizes(const Settings *settings) { return sizes_count(settings) ? "l1 / n" : NULL; }

Expr *step_make(Build *build, const Stored *stored, Tensor *w, Tensor *g) {
    Step step = {.build = build, .stored = stored, .w = w, .g = g};
    return build->model->settings.optimizer->step(&step);
}
