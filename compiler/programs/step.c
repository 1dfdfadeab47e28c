/* The step of stochastic gradient descent, m examples in the batch, n in an epoch (Nielsen, chapter 3):
 *
 *     w <- (1 - rate*l2/n) w  -  rate*l1/n sign(w)  -  rate/m  sum(x) dC_x/dw
 *
 * where `shrink` = 1 - rate*l2/n, `l1_step` and `step` come from the runtime, in double, rounded once. Biases are
 * not regularised. What a model does not use is not in its code. */
#include "compiler/programs/parts.h"

Expr *step_of(Build *build, const Stored *stored, Tensor *w, Tensor *g) {
    Program *p = build->program;
    const Settings *settings = &build->model->settings;
    Expr *old = e_at(p, w), *kept = old, *zero = e_const(p, 0);
    if (stored->decays && (settings->l2 != 0 || settings->weight_decay != 0))
        kept = e_mul(p, old, e_scalar(p, "shrink"));
    if (stored->decays && settings->l1 != 0) {
        Expr *up = e_scalar(p, "l1_step"), *down = e_mul(p, e_const(p, -1), up);
        Expr *sign = e_select(p, e_less(p, zero, old), up, e_select(p, e_less(p, old, zero), down, zero));
        kept = e_sub(p, kept, sign);
    }
    return e_sub(p, kept, e_mul(p, e_scalar(p, "step"), e_at(p, g)));
}
