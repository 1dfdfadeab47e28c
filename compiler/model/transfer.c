/* See transfer.h. */
#include "compiler/model/transfer.h"

#include <math.h>

#include "compiler/model/activation.h"
#include "compiler/model/curve.h"

enum { PLACES = 400 };

/* Places of a normal z and their shares. Steps are even in asinh z: small around 0, where activations bend, and in
 * proportion to z far away, so that a wide spread does not step over the bend. */
static void places(double mean, double sd, double *z, double *share) {
    const double reach = 6;
    double first = asinh(mean - reach * sd), last = asinh(mean + reach * sd), weight = 0;
    for (int i = 0; i < PLACES; i++) {
        z[i] = sinh(first + (last - first) * (i + 0.5) / (double)PLACES);
        double t = sd > 0 ? (z[i] - mean) / sd : 0;
        share[i] = exp(-t * t / 2) * sqrt(1 + z[i] * z[i]); /* dz = cosh(asinh z) d(asinh z) */
        weight += share[i];
    }
    for (int i = 0; i < PLACES; i++) share[i] /= weight;
}

enum { VALUE, SLOPE, STEEPNESS, FUNCTIONS };

/* Of functions with these values at the places. */
static void expand(const double *const function[FUNCTIONS], const double *t, const double *share, int degrees,
                   Expansion *expansion[FUNCTIONS], double mean[FUNCTIONS]) {
    double coefficient[FUNCTIONS][TRANSFER_DEGREES] = {0}, weighed[FUNCTIONS][PLACES];
    double polynomial[PLACES], below[PLACES] = {0};
    for (int f = 0; f < FUNCTIONS; f++) {
        *expansion[f] = (Expansion){0};
        for (int i = 0; i < PLACES; i++) {
            weighed[f][i] = share[i] * function[f][i];
            expansion[f]->rest += weighed[f][i] * function[f][i];
        }
    }
    for (int i = 0; i < PLACES; i++) polynomial[i] = 1;
    for (int k = 0; k < degrees; k++) { /* of all places at once: a place's polynomials wait for each other */
        double of_below = sqrt(k), of_next = sqrt(k + 1), sum[FUNCTIONS] = {0};
        for (int i = 0; i < PLACES; i++) {
            for (int f = 0; f < FUNCTIONS; f++) sum[f] += weighed[f][i] * polynomial[i];
            double next = (t[i] * polynomial[i] - of_below * below[i]) / of_next;
            below[i] = polynomial[i];
            polynomial[i] = next;
        }
        for (int f = 0; f < FUNCTIONS; f++) coefficient[f][k] = sum[f];
    }
    for (int f = 0; f < FUNCTIONS; f++) {
        for (int k = 0; k < degrees; k++) {
            expansion[f]->square[k] = coefficient[f][k] * coefficient[f][k];
            expansion[f]->rest -= expansion[f]->square[k];
        }
        expansion[f]->rest = fmax(expansion[f]->rest, 0);
        mean[f] = coefficient[f][0];
    }
}

/* The share of a normal z that lies below `edge`. */
static double share_below(double mean, double sd, double edge) { return erfc((mean - edge) / (sd * sqrt(2))) / 2; }

Transfer transfer_of(Activation activation, double mean, double variance) {
    double sd = sqrt(variance), t[PLACES], share[PLACES], steepness[PLACES], means[FUNCTIONS];
    Arena *arena = arena_new();
    Curve *curve = curve_new(arena, activation, PLACES);
    places(mean, sd, curve->z, share);
    curve_run(curve);
    for (int i = 0; i < PLACES; i++) {
        t[i] = sd > 0 ? (curve->z[i] - mean) / sd : 0;
        steepness[i] = curve->slope[i] * curve->slope[i];
    }
    const double *const function[FUNCTIONS] = {curve->value, curve->slope, steepness};
    Transfer transfer = {.saturated = NAN};
    Expansion *expansion[FUNCTIONS] = {&transfer.value, &transfer.slope, &transfer.steepness};
    expand(function, t, share, sd > 0 ? TRANSFER_DEGREES : 1, expansion, means); /* of one value there is no more */
    transfer.mean = means[VALUE];
    arena_free(arena);
    if (activation.kind->counted == UNITS_SATURATED) {
        double low, high;
        curve_range(activation, &low, &high);
        transfer.saturated = share_below(mean, sd, low) + 1 - share_below(mean, sd, high);
    }
    return transfer;
}

double expansion_at(const Expansion *expansion, double correlation) {
    double sum = expansion->rest;
    for (int k = TRANSFER_DEGREES; k-- > 0;) sum = sum * correlation + expansion->square[k];
    return sum;
}

void transfer_largest(double count, double correlation, double *mean, double *variance) {
    const double reach = 8;
    double weight = 0, sum = 0, square = 0;
    for (int i = 0; i < PLACES; i++) {
        double t = reach * (2 * (i + 0.5) / (double)PLACES - 1);
        double share = exp(-t * t / 2) * pow(erfc(-t / sqrt(2)) / 2, count - 1);
        weight += share;
        sum += share * t;
        square += share * t * t;
    }
    sum /= weight;
    *mean = sqrt(1 - correlation) * sum;
    *variance = correlation + (1 - correlation) * (square / weight - sum * sum);
}
