/* What an activation is: a row of the table in activations.c. Whatever else is to be known of it follows from the row:
 * derivatives, logs, predictions and ONNX's operators from its expression. Nothing here can fail; the rows are
 * constant. */
#ifndef NETC_ACTIVATION_H
#define NETC_ACTIVATION_H

#include "compiler/model/model.h"
#include "compiler/tensor/tensor.h"

/* What the log of gradients counts of a layer's units. */
typedef enum {
    UNITS_UNCOUNTED,
    UNITS_SATURATED, /* those whose slope is below 1 % of the largest: it is flat on both sides (curve_range) */
    UNITS_ACTIVE     /* those above 0 */
} UnitCount;

struct ActivationKind {
    const char *name;      /* "relu" */
    const char *doc;       /* the function as a formula */
    const char *parameter; /* what its number is called; NULL: it takes none */
    double standard, low;  /* the number when none is given, and the least that may be */
    /* f(z). NULL: z itself. */
    Expr *(*value)(Program *p, Expr *z, double parameter);
    /* In its place, for a function of all outputs of an example (on the last layer only): adds its computes, with
     * tensors called LAYER.part, and returns the last. It keeps the order of the outputs, which add up to 1. */
    Tensor *(*across)(Program *p, const char *layer, Tensor *z);
    bool rises;        /* never decreases, also once rounded: a maximum may be taken before it */
    bool rectifier;    /* relu or its kin: he_normal is its usual initialiser */
    UnitCount counted; /* in gradients.csv */
    /* The cost that takes the weighted inputs of the last layer and this function together: the outputs of such a
     * function are probabilities. The rest goes with COST_QUADRATIC. */
    Cost cost;
    const char *pytorch; /* a Python expression of x, and of the number a; NULL: x itself */
    /* ONNX's operator, which calls the number alpha and works on the last dimension where it is `across`; NULL: it is
     * put together from .value. */
    const char *onnx;
};

extern const ActivationKind activations[];
extern const size_t activation_count;
const ActivationKind *activation_find(const char *name); /* NULL: there is none */
/* The names of all, activation_count of them. */
const char *const *activation_names(Arena *arena);
/* Whether it gives back z. */
bool activation_is_linear(Activation activation);
/* f(z), for one that is not `across`. */
Expr *activation_value(Program *p, Activation activation, Expr *z);

#endif
