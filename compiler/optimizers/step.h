/* What an optimiser's step works with, and what all of them share: the penalty on large weights.
 *
 * Numbers of a step are scalars (e_scalar), whose name is their formula over the settings that trainers know, and over
 * m, n, t and s: runtime/base/formula.h. They are computed in double and rounded once. What a model does not use has no
 * scalar and no code; a trainer refuses an option of its command line that no formula reads. */
#ifndef NETC_OPTIMIZERS_STEP_H
#define NETC_OPTIMIZERS_STEP_H

#include "compiler/layers/build.h"
#include "compiler/model/optimizer.h"

/* The step of one trained tensor. */
struct Step {
    Build *build;
    const Stored *stored;
    Tensor *w, *g; /* its value, and its gradient: a sum over the batch */
};

/* The new value, as the train block's optimiser makes it. */
Expr *step_make(Build *build, const Stored *stored, Tensor *w, Tensor *g);

/* w after what l2, l1 and weight_decay take from it in a plain step of gradient descent; w itself without them, and of
 * what does not decay (biases). */
Expr *step_decayed(const Step *step);

/* The penalty itself, of which the weights that decay have (first) * sum of w^2 + (second) * sum of |w|: formulas, NULL
 * where there is none. */
const char *step_penalty_squares(const Settings *settings);
const char *step_penalty_sizes(const Settings *settings);

#endif
