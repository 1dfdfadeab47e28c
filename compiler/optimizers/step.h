/* What an optimiser's step works with, and what all of them share: what is kept of a tensor, and the penalty on large
 * weights.
 *
 * Numbers of a step are scalars (e_scalar), whose name is their formula over the settings that trainers know, and over
 * m, n, t and s: runtime/base/formula.h. They are computed in double and rounded once. What a model does not use has no
 * scalar and no code; a trainer refuses an option of its command line that no formula reads. */
#ifndef NETC_OPTIMIZERS_STEP_H
#define NETC_OPTIMIZERS_STEP_H

#include <math.h>

#include "compiler/layers/build.h"
#include "compiler/model/optimizer.h"

/* Rows of options that several have: the rate; a share of what is kept, with how trainers know it; what is added to
 * a root that divides. */
#define STEP_RATE(value)         \
    {.name = "rate",             \
     .type = OPTION_REAL,        \
     .low = 0,                   \
     .high = INFINITY,           \
     .low_open = true,           \
     .standard = (value),        \
     .doc = "the learning rate", \
     .trainer = {.name = "rate", .flag = "rate", .argument = "R"}}
#define STEP_SHARE(key, value, text, known, option, letter)                \
    {.name = (key),                                                        \
     .type = OPTION_REAL,                                                  \
     .low = 0,                                                             \
     .high = 1,                                                            \
     .high_open = true,                                                    \
     .standard = (value),                                                  \
     .doc = (text),                                                        \
     .trainer = {.name = (known), .flag = (option), .argument = (letter)}, \
     .example = (key "=0.9")}
#define STEP_EPSILON(value)                                                                 \
    {.name = "epsilon",                                                                     \
     .type = OPTION_REAL,                                                                   \
     .low = 0,                                                                              \
     .high = INFINITY,                                                                      \
     .low_open = true,                                                                      \
     .standard = (value),                                                                   \
     .doc = "added to the root that divides, so that a small gradient makes no large step", \
     .trainer = {.name = "epsilon", .flag = "epsilon", .argument = "E"}}

/* The step of one trained tensor. */
struct Step {
    Build *build;
    const Stored *stored;
    Tensor *w, *g; /* its value, and its gradient: a sum over the batch */
    Tensor *clip;  /* one value that makes all gradients smaller; NULL: they stay */
};

/* The new value, as the train block's optimiser makes it. */
Expr *step_make(Build *build, const Stored *stored, Tensor *w, Tensor *g, Tensor *clip);

/* What is kept of the tensor, by its place in Optimizer.moments: its value before the step; what replaces it. */
Expr *step_moment(const Step *step, size_t place);
void step_keep(const Step *step, size_t place, Expr *next);

/* The gradient of the data, clipped: a sum over the batch. */
Expr *step_slope(const Step *step);
/* The gradient that steps with moments go along: the mean over the batch, and that of the penalty. */
Expr *step_gradient(const Step *step);
/* w after what l2, l1 and weight_decay take from it in a plain step of gradient descent; w itself without them, and of
 * what does not decay (biases). */
Expr *step_decayed(const Step *step);

/* The penalty itself, of which the weights that decay have (first) * sum of w^2 + (second) * sum of |w|: formulas, NULL
 * where there is none. */
const char *step_penalty_squares(const Settings *settings);
const char *step_penalty_sizes(const Settings *settings);

#endif
