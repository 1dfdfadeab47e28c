/* What an optimiser is: a table row. Each file of compiler/optimizers/ may define one or more `const Optimizer`; the
 * build makes the lists from the files found there, so adding an optimiser is adding a file. */
#ifndef NETC_OPTIMIZER_H
#define NETC_OPTIMIZER_H

#include "compiler/model/settings.h"

typedef struct Step Step; /* compiler/optimizers/step.h */
typedef struct Expr Expr; /* compiler/tensor/tensor.h */

struct Optimizer {
    Variant variant; /* the word after `optimizer`, and the options behind it */
    /* What the step makes of a trained tensor, as an expression over its indices. */
    Expr *(*step)(Step *step);
};

extern const Optimizer *const optimizers[]; /* ends with NULL; the row of NAME is `const Optimizer optimizer_NAME` */
extern const char *const optimizer_words[]; /* their names, in the same order */

#endif
