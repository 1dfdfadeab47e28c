/* Checks derived gradients against differences of what training goes down on (objective_build), both in the double
 * evaluator:
 *
 *     dF/dw  ~  (8 (F(w + h) - F(w - h)) - (F(w + 2h) - F(w - 2h))) / 12h
 *
 * The step h is as wide as F allows: narrower where a comparison or the place of a maximum changes on the way, and
 * where this and (F(w + h) - F(w - h)) / 2h, which is less exact, are far apart. An entry where even the narrowest step
 * meets such a change stands at a kink, where there is no derivative, and is left out.
 *
 * The error of an entry is relative, |derived - difference| over the largest of: the two themselves, the root mean
 * square of the tensor's derived gradient, and what differences can tell from nothing: F is rounded, and by h that is
 * all the more. Dropout's masks are the same in all evaluations, as random bits are counted by image and epoch. */
#ifndef NETC_GRADCHECK_H
#define NETC_GRADCHECK_H

#include "compiler/programs/programs.h"
#include "compiler/programs/sample.h"

#define GRADCHECK_TOLERANCE 1e-6

typedef struct {
    int64_t entries;            /* of the tensor */
    int64_t compared, kinks;    /* of those that were looked at */
    double error;               /* the largest; 0: none was compared */
    int64_t worst;              /* where, counted through all dimensions */
    double derived, difference; /* the two there */
} GradCheckResult;

typedef struct GradCheck GradCheck;
/* Evaluates the derived gradients. The sample is kept, and its parameters are changed and restored by every check. */
GradCheck *gradcheck_new(Arena *arena, const Model *model, Sample *sample);
/* What is trained, by place; NULL: there is no more. */
const Stored *gradcheck_stored(const GradCheck *check, size_t place);
/* Its derived gradient: an array of the caller's to read, or to spoil. */
double *gradcheck_derived(const GradCheck *check, size_t place);
/* How many entries of each tensor, at most `wanted` and at least 1, can be compared with about `terms` terms of sums in
 * all; by place. */
int64_t *gradcheck_affordable(GradCheck *check, int64_t wanted, int64_t terms);
/* Compares so many entries, spread over the tensor, always the same ones. */
GradCheckResult gradcheck_run(GradCheck *check, size_t place, int64_t count);

#endif
