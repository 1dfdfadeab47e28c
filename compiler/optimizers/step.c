/* The penalty of the weights is l2/(2n) sum w^2 + l1/n sum |w|, n examples in an epoch; weight_decay is l2/n given as
 * one number. A plain step of gradient descent with it is (Nielsen, chapter 3)
 *
 *     w <- (1 - rate*l2/n) w  -  rate*l1/n sign(w)  -  the gradient's part
 *
 * Steps that are no multiple of the gradient have it in the gradient instead:
 *
 *     g  =  (1/m) sum(x) dC_x/dw  +  l2/n w  +  l1/n sign(w)
 *
 * What is clipped (setting `clip`) is the sum of the data's gradients, before the penalty. */
#include "compiler/optimizers/step.h"

/* An optimiser that takes a share of the weights itself leaves no other. */
static bool squares_count(const Settings *settings) {
    if (settings->optimizer->decay) return false;
    return settings_number(settings, "l2") != 0 || settings_number(settings, "weight_decay") != 0;
}

static bool sizes_count(const Settings *settings) { return settings_number(settings, "l1") != 0; }

/* sign(e) * size */
static Expr *signed_as(Program *p, Expr *e, Expr *size) {
    Expr *zero = e_const(p, 0), *down = e_mul(p, e_const(p, -1), size);
    return e_select(p, e_less(p, zero, e), size, e_select(p, e_less(p, e, zero), down, zero));
}

/* Times min(1, norm / |g|), or each value bounded: the mean's bound, times m. */
Expr *step_slope(const Step *step) {
    Program *p = step->build->program;
    Expr *g = e_at(p, step->g);
    if (step->clip) g = e_mul(p, e_read(p, step->clip, 0, NULL), g);
    if (settings_number(&step->build->model->settings, "clip_value") == 0) return g;
    Expr *high = e_scalar(p, "clip_value * m"), *low = e_mul(p, e_const(p, -1), high);
    return e_max(p, low, e_binary(p, EXPR_MIN, high, g));
}

Expr *step_gradient(const Step *step) {
    Program *p = step->build->program;
    const Settings *settings = &step->build->model->settings;
    Expr *w = e_at(p, step->w), *g = e_mul(p, e_scalar(p, "1 / m"), step_slope(step));
    if (!step->stored->decays) return g;
    if (squares_count(settings)) g = e_add(p, g, e_mul(p, e_scalar(p, "l2 / n + weight_decay"), w));
    if (sizes_count(settings)) g = e_add(p, g, signed_as(p, w, e_scalar(p, "l1 / n")));
    return g;
}

Expr *step_decayed(const Step *step) {
    Program *p = step->build->program;
    const Settings *settings = &step->build->model->settings;
    Expr *old = e_at(p, step->w), *kept = old;
    if (!step->stored->decays) return old;
    if (squares_count(settings)) kept = e_mul(p, old, e_scalar(p, "1 - rate * (l2 / n + weight_decay)"));
    if (sizes_count(settings)) kept = e_sub(p, kept, signed_as(p, old, e_scalar(p, "rate * l1 / n")));
    return kept;
}

const char *step_penalty_squares(const Settings *settings) {
    return squares_count(settings) ? "(l2 / n + weight_decay) / 2" : NULL;
}

const char *step_penalty_sizes(const Settings *settings) { return sizes_count(settings) ? "l1 / n" : NULL; }

/* It has the dimensions that the tensor is read with. */
Expr *step_moment(const Step *step, size_t place) {
    const Tensor *w = step->w;
    Tensor *moment = build_stored_as(step->build, step->stored->moments.at[place], w->rank, w->dim);
    return e_at(step->build->program, moment);
}

void step_keep(const Step *step, size_t place, Expr *next) {
    build_next(step->build, step->stored->moments.at[place], next);
}

Expr *step_make(Build *build, const Stored *stored, Tensor *w, Tensor *g, Tensor *clip) {
    Step step = {.build = build, .stored = stored, .w = w, .g = g, .clip = clip};
    return build->model->settings.optimizer->step(&step);
}
