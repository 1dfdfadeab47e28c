/* The numbers that the kernels of a step are given, and the penalty: the descriptor's formulas over the settings in
 * use. Nothing here can fail. */
#ifndef NET_TRAIN_SCALARS_H
#define NET_TRAIN_SCALARS_H

#include "runtime/train/model.h"
#include "runtime/train/step.h"

/* Room for all scalars of a step: the formulas, and the words of net_random. */
enum { NET_SCALARS_ROOM = NET_SCALARS_MAX + 3 };

/* Fills them in: computed in double, rounded once. */
void net_scalars_fill(const NetModel *model, const NetStep *step, float scalar[NET_SCALARS_ROOM]);

/* The value of one of the model's formulas. The rate is that of the step (rate.h), all else as the settings say. */
double net_scalars_value(const NetModel *model, const NetFormula *formula, const NetStep *step);

#endif
