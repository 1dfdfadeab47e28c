/* The numbers that the kernels of a step are given, and the penalty: the descriptor's formulas over the settings in
 * use. Nothing here can fail. */
#ifndef NET_TRAIN_SCALARS_H
#define NET_TRAIN_SCALARS_H

#include "runtime/train/model.h"

/* What a step's formulas are computed from. */
typedef struct {
    const double *value; /* of the model's settings */
    int64_t m, n;        /* images of the batch, of an epoch */
    int64_t done;        /* steps before this one */
    uint32_t epoch;      /* counted from 1 */
} NetStep;

/* Room for all scalars of a step: the formulas, and the words of net_random. */
enum { NET_SCALARS_ROOM = NET_SCALARS_MAX + 3 };

/* Fills them in: computed in double, rounded once. */
void net_scalars_fill(const NetModel *model, const NetStep *step, float scalar[NET_SCALARS_ROOM]);

/* The value of one of the model's formulas. */
double net_scalars_value(const NetModel *model, const NetFormula *formula, const NetStep *step);

#endif
