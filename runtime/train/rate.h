/* The learning rate of a step: a function of the training's settings and of where the step stands in it, and of nothing
 * else, so that a resumed run has the rates it would have had. What a step's formulas know as `rate`, and what logs
 * call so, is this; the setting itself is what people are told and asked. Nothing here can fail. */
#ifndef NET_TRAIN_RATE_H
#define NET_TRAIN_RATE_H

#include "runtime/train/model.h"
#include "runtime/train/step.h"

double net_rate(const NetModel *model, const NetStep *step);

#endif
