/* How values and gradients pass through the untrained network, by its initialisers alone. Nothing here can fail. */
#ifndef NETC_PROPAGATION_H
#define NETC_PROPAGATION_H

#include "compiler/model/layer.h"

/* A normal distribution, as which values and weights are taken. Of values it is that of all units, examples, places and
 * initial weights together, and parts of its variance are what two of them have in common. */
typedef struct {
    double mean, variance;
    double common; /* all units of a layer, example by example */
    double far;    /* a unit, or a map, at two places or examples that have nothing to do with each other */
    double near;   /* a map at two neighbouring places */
    double uneven; /* by how much each unit's own variance, without `far`, varies: its relative variance */
} Spread;
Spread recipe_spread(const Recipe *recipe);
/* The correlation of neighbouring places. */
double spread_near(const Spread *values);

/* |gradient|^2 in two parts: of the mean over a layer's values (n mean^2), and of what differs from it. A step back
 * makes common_common common + common_own own of them, and own_common common + own_own own. Beside them goes what a
 * unit's gradients of two examples, or at two places, have in common on average: far of it is left, and lost of it is
 * taken from the rest. */
typedef struct {
    double common_common, common_own, own_common, own_own;
    double far, lost;
} StepBack;
/* Of a layer that treats each value for itself: so many times the whole, so many times the parts that are in common. */
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
    double largest;     /* 1; its outputs are the largest of so many neighbours, which it leaves to the walk, ... */
    double alike;       /* ... and whose correlation is this */
    StepBack back;      /* from the gradient of its weighted inputs to that of what it reads; both parts as they are */
    bool random;        /* false; the step back is by weights that are independent of each other */
    bool normalises;    /* false; over the batch, so that no unit's gradients have a part along its values */
    double *share;      /* of that |gradient|^2, for each layer it reads; 1 */
    bool known;         /* true; false: no gradient passes */
    Remedy remedy;
};

/* A change of the model that is tried. */
typedef struct {
    Remedy remedy;
    const Layer *only; /* of the weights and biases of its statement, in all rounds; NULL: of all layers */
    bool fitting;      /* the gain that goes with the activation: 2 of rectifiers */
    bool relu;         /* in place of the activations */
} Trial;

/* What is expected of a layer. */
typedef struct {
    bool reached;     /* a gradient comes down to it */
    double length;    /* ln of its gradient's length, over units and places, but for what is the same for all layers */
    double rms;       /* ln of its delta_rms, likewise */
    Spread z, values; /* of its weighted inputs and its outputs */
    double saturated; /* as the column of gradients.csv; NAN: it has none */
} ExpectedLayer;

typedef struct {
    ExpectedLayer *layer; /* by Layer.index, up to `output` */
    const Layer *output;  /* the last with weights, or that joins several; NULL: there is none */
    const Layer *blocks;  /* the last that lets no gradient pass; NULL: all do */
    bool flat;            /* of that one: not its weights begin as 0, its units where the slope is 0 */
} Expected;
/* `trial` NULL: of the model as it is. */
Expected expected_of(Arena *arena, const Model *model, const Trial *trial);

/* Whether it adds or multiplies by what is learned, as layers do that gradients are logged of. */
bool has_weights(const Layer *layer);

/* Whether two layers are of one statement: rounds of a repeat share theirs. */
bool same_statement(const Layer *a, const Layer *b);

#endif
