/* What an optimiser is: a table row. Each file of compiler/optimizers/ may define one or more `const Optimizer`; the
 * build makes the lists from the files found there, so adding an optimiser is adding a file. */
#ifndef NETC_OPTIMIZER_H
#define NETC_OPTIMIZER_H

#include "compiler/model/settings.h"

typedef struct Step Step; /* compiler/optimizers/step.h */
typedef struct Expr Expr; /* compiler/tensor/tensor.h */

struct Optimizer {
    Variant variant; /* the word after `optimizer`, and the options behind it */
    /* The names of what is kept of each trained tensor from one step to the next, as many values as it has, which begin
     * at 0; ends with NULL. NULL: nothing ever is. */
    const char *const *(*moments)(const Settings *settings);
    /* Which of its own options takes a share of the weights itself, beside which regularize must not; NULL: none. */
    const char *decay;
    /* What the step makes of a trained tensor, as an expression over its indices. */
    Expr *(*step)(Step *step);
};

extern const Optimizer *const optimizers[]; /* ends with NULL; the row of NAME is `const Optimizer optimizer_NAME` */
extern const char *const optimizer_words[]; /* their names, in the same order */

/* Adds what the model's optimizer keeps to the rows of all layers. Weights files have none of it, checkpoints all. */
void optimizer_store(Arena *arena, Model *model);

#endif
