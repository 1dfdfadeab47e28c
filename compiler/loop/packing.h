/* How the parameters of an inference program are stored: each by lines of the dimension that lanes run over, so that a
 * vector of weights is one load. Short lines are padded to whole vectors of 16; what follows a line may be read, and
 * means nothing. Fixed when the program for one image is laid out; the program for batches reads the same copy. */
#ifndef NETC_PACKING_H
#define NETC_PACKING_H

#include "compiler/tensor/tensor.h"

typedef struct {
    int stored;             /* its row in the model's list */
    int64_t source, offset; /* first element in the trainer's buffer (row-major, dense), and here */
    int rank;
    int64_t dim[TENSOR_MAX_RANK], stride[TENSOR_MAX_RANK];
} PackedParam;

typedef struct {
    VEC(PackedParam) list;
    int64_t size; /* elements */
} Packing;

/* Takes a parameter in, its lines along `lane_dim`, unless it is there already. */
const PackedParam *packing_add(Arena *arena, Packing *packing, const Tensor *param, int lane_dim);
/* NULL: it is not there. */
const PackedParam *packing_find(const Packing *packing, const Tensor *param);
/* The packed copy of a trainer's parameters, `size` elements; what only pads is 0. */
float *packing_fill(Arena *arena, const Packing *packing, const float *params);

#endif
