/* What a layer that normalises over the batch (Layer.normalised) asks of the rest: the error [batch-of-one] and the
 * warning [useless-bias]. */
#ifndef NETC_NORMALISED_H
#define NETC_NORMALISED_H

#include "compiler/model/model.h"

/* Of a model without errors; `batch` is the line that says how many examples a step has, NULL without one. */
void model_check_normalised(const Model *model, const AstStmt *batch, Diags *diags);

/* The examples that a batch must have at least, and the first layer that needs more than one; NULL: none does. */
int64_t model_least_batch(const Model *model, const Layer **needs);

#endif
