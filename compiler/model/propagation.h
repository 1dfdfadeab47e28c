/* How values and gradients pass through the untrained network, by its initialisers alone: the warnings
 * [vanishing-gradient], [exploding-gradient] and [saturated-units]. Says nothing where nothing passes (weights that are
 * all 0). Nothing here can fail. */
#ifndef NETC_PROPAGATION_H
#define NETC_PROPAGATION_H

#include "compiler/model/layer.h"

/* A normal distribution, as which values and weights are taken. */
typedef struct {
    double mean, variance;
    double common; /* of values: the part of the variance that all of a layer's share, example by example */
} Spread;
Spread recipe_spread(const Recipe *recipe);

/* |gradient|^2 in two parts: of the mean over a layer's values (n mean^2), and of what differs from it. A step back
 * makes common_common common + common_own own of them, and own_common common + own_own own. */
typedef struct {
    double common_common, common_own, own_common, own_own;
} StepBack;
/* Of a layer that treats each value for itself: so many times the whole, so many times the common part. */
StepBack step_back(double whole, double common);

/* What is tried instead of what the model says, to see whether it helps. */
typedef struct {
    double gain; /* weights from N(0, gain / fan_in), as he_normal's with 2 and lecun_normal's with 1; 0: as they are */
    bool no_biases;  /* biases of 0 */
    bool normalised; /* input mean=data std=data */
} Remedy;

/* What a layer does to what passes through it, for LayerKind.propagate. */
struct Signal {
    const Spread *read; /* of each layer it reads; independent of each other */
    Spread values;      /* of the first one; then its weighted inputs, or its outputs where it has no activation */
    StepBack back;      /* from the gradient of its weighted inputs to that of what it reads; both parts as they are */
    double *share;      /* of that |gradient|^2, for each layer it reads; 1 */
    bool known;         /* true; false: no gradient passes */
    Remedy remedy;
};

/* Sets model->explodes. Warns, at the first layer with weights, when its gradient is expected to be 30 times smaller or
 * larger than that of the last one before the output; and at the first layer of which more than a third of the units
 * are expected to be saturated. */
void model_check_propagation(Model *model, Diags *diags);

#endif
