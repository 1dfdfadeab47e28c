/* Stochastic gradient descent, m examples in the batch (Nielsen, chapter 1):
 *
 *     w <- w  -  rate/m  sum(x) dC_x/dw
 *
 * where w on the right has already lost what a penalty takes from it. */
#include <math.h>

#include "compiler/optimizers/step.h"

static const OptionSpec options[] = {
    {.name = "rate",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .low_open = true,
     .standard = "0.1",
     .doc = "the learning rate",
     .trainer = {.name = "rate", .flag = "rate", .argument = "R"}},
};

static Expr *sgd_step(Step *step) {
    Program *p = step->build->program;
    return e_sub(p, step_decayed(step), e_mul(p, e_scalar(p, "rate / m"), e_at(p, step->g)));
}

const Optimizer optimizer_sgd = {
    .variant = {.name = "sgd",
                .doc = "stochastic gradient descent, w <- w - rate * gradient",
                .options = options,
                .option_count = COUNT_OF(options)},
    .step = sgd_step,
};
