/* An activation and its slope at given places, in double: what its expression and the derivative of that evaluate to.
 * Nothing here can fail. */
#ifndef NETC_CURVE_H
#define NETC_CURVE_H

#include "compiler/model/activation.h"
#include "compiler/tensor/eval.h"

typedef struct {
    double *z;                   /* the places, filled in before each run */
    const double *value, *slope; /* f and f' there */
    EvalInput input;
    Eval *eval;
} Curve;
Curve *curve_new(Arena *arena, Activation activation, int64_t places);
void curve_run(Curve *curve);

/* From *low to *high the slope is at least 1 % of the largest there is; infinite where it never falls below that. */
void curve_range(Activation activation, double *low, double *high);

#endif
