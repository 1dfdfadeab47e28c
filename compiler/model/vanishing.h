/* The warning [vanishing-gradient]: an estimate of how the gradient shrinks on its way back through the untrained
 * network. Says nothing where it knows nothing (weights with a mean, constant ones). Nothing here can fail. */
#ifndef NETC_VANISHING_H
#define NETC_VANISHING_H

#include "compiler/model/model.h"

/* Warns, at the first layer with weights, when its gradient is expected to be 30 times smaller than that of the last
 * one before the output. */
void model_check_gradient(const Model *model, Diags *diags);

#endif
