/* How values and gradients pass through the untrained network, by its initialisers alone: the warnings
 * [vanishing-gradient], [exploding-gradient] and [saturated-units]. Says nothing where it knows nothing (weights with a
 * mean, constant ones). Nothing here can fail. */
#ifndef NETC_PROPAGATION_H
#define NETC_PROPAGATION_H

#include "compiler/model/model.h"

/* Sets model->explodes. Warns, at the first layer with weights, when its gradient is expected to be 30 times smaller or
 * larger than that of the last one before the output; and at the first layer of which more than a third of the units
 * are expected to be saturated. */
void model_check_propagation(Model *model, Diags *diags);

#endif
