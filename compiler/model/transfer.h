/* What an activation makes of a normal z, by orthonormal Hermite polynomials h_k of t = (z - mean) / sd:
 *
 *     f(z) = sum a_k h_k(t),   and for two z whose correlation is c   E f(z) f(z') = sum a_k^2 c^k
 *
 * so that one expansion answers for all that two values may have in common (Daniely, Frostig and Singer 2016; the
 * integrals of Poole et al. 2016). The same of the slope and of its square. Nothing here can fail. */
#ifndef NETC_TRANSFER_H
#define NETC_TRANSFER_H

#include "compiler/model/model.h"

enum { TRANSFER_DEGREES = 48 };

typedef struct {
    double square[TRANSFER_DEGREES]; /* a_k^2 */
    double rest;                     /* of all higher degrees together */
} Expansion;

typedef struct {
    double mean;                       /* E f */
    Expansion value, slope, steepness; /* of f, f' and f'^2 */
    double saturated; /* the share of z where f' is below 1 % of its largest, as in gradients.csv; NAN: not counted */
} Transfer;
Transfer transfer_of(Activation activation, double mean, double variance);

/* E f(z) f(z') for two z of that correlation, from 0 to 1. */
double expansion_at(const Expansion *expansion, double correlation);

/* Of the largest of so many standard normal values whose correlation is given. */
void transfer_largest(double count, double correlation, double *mean, double *variance);

#endif
