/* The warnings [vanishing-gradient], [exploding-gradient] and [saturated-units]. Nothing here can fail. */
#ifndef NETC_PROPAGATION_CHECK_H
#define NETC_PROPAGATION_CHECK_H

#include "compiler/base/diag.h"
#include "compiler/model/model.h"

/* Sets model->explodes. Warns, at the first layer with weights, when its gradient is expected to be 30 times smaller or
 * larger than that of the last one before the output; and at the first layer of which more than a third of the units
 * are expected to be saturated. Says nothing of gradients where some layer lets none pass (weights that are all 0). */
void model_check_propagation(Model *model, Diags *diags);

#endif
