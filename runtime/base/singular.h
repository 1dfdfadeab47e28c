/* Singular values of a matrix, by LAPACK (lapack.h), and what is said of them. */
#ifndef NET_BASE_SINGULAR_H
#define NET_BASE_SINGULAR_H

#include <stdint.h>

#include "runtime/base/error.h"

/* values[0 ... min(rows, columns)), from the largest on, of a matrix row by row, which is destroyed; NAN where an
 * element is not finite. False with *error filled (status NET_ENVIRONMENT): there is no LAPACK, or no memory, or it
 * fails. */
bool net_singular_values(double *matrix, int64_t rows, int64_t columns, double *values, NetError *error);

/* The quantile at share p of `count` values stands at place p (count - 1) of the order, between two neighbours in
 * proportion (NumPy's default). The effective rank is e to the entropy of the values' shares of their sum (Roy and
 * Vetterli 2007), 0 where all are 0. */
typedef struct {
    double largest, upper, median, lower, smallest; /* upper, lower: the quartiles */
    double effective_rank;
} NetSpectrumFigures;
/* Sorts the values, the largest first. */
NetSpectrumFigures net_spectrum_figures(double *values, int64_t count);

#endif
