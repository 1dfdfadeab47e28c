/* How values and gradients pass through the untrained network, by its initialisers alone: the warnings
 * [vanishing-gradient], [exploding-gradient] and [saturated-units]. Says nothing where it knows nothing (weights with a
 * mean, constant ones). Nothing here can fail. */
#ifndef NETC_PROPAGATION_H
#define NETC_PROPAGATION_H

#include "compiler/model/layer.h"

/* A normal distribution, as which values and weights are taken. */
typedef struct {
    double mean, variance;
} Spread;
Spread recipe_spread(const Recipe *recipe);

/* What a layer does to what passes through it, for LayerKind.propagate. */
struct Signal {
    Spread values; /* those it reads; then its weighted inputs, or its outputs where it has no activation */
    double gain;   /* so much larger is |gradient|^2 of what it reads than that of its weighted inputs; 1 */
    bool known;    /* true; false: nobody can tell */
};

/* Sets model->explodes. Warns, at the first layer with weights, when its gradient is expected to be 30 times smaller or
 * larger than that of the last one before the output; and at the first layer of which more than a third of the units
 * are expected to be saturated. */
void model_check_propagation(Model *model, Diags *diags);

#endif
