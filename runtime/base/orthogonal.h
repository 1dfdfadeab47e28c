/* Orthogonal initial values (Saxe, McClelland and Ganguli 2013): a matrix whose rows, or columns where there are more
 * rows than columns, stand at right angles and have the length `gain`.
 *
 * The longer side down, element i (row by row) is drawn as that of a tensor of init normal(0, 1), in double; of its QR
 * decomposition, with signs such that the diagonal of R is positive, Q is taken, or Q transposed where the tensor is
 * wide. All is computed in double, by LAPACK (lapack.h), and rounded once.
 *
 * Its last bits in double may differ between processors; after rounding hardly any value does, but the promise of equal
 * bits everywhere does not reach so far. */
#ifndef NET_BASE_ORTHOGONAL_H
#define NET_BASE_ORTHOGONAL_H

#include <stdint.h>

#include "runtime/base/error.h"

/* Fills out[0 ... rows * columns). False with *error filled (status NET_ENVIRONMENT): there is no LAPACK, or no memory.
 */
bool net_orthogonal_fill(double gain, uint64_t seed, uint32_t tensor, int64_t rows, int64_t columns, float *out,
                         NetError *error);

#endif
