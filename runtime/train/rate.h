/* The learning rate of a step: a function of the training's settings and of where the step stands in it, and of nothing
 * else, so that a resumed run has the rates it would have had. What a step's formulas know as `rate`, and what logs
 * call so, is this; the setting itself is what people are told and asked. Nothing here can fail. */
#ifndef NET_TRAIN_RATE_H
#define NET_TRAIN_RATE_H

#include "runtime/train/model.h"
#include "runtime/train/step.h"

/* In double: what the schedule makes of the setting. */
double net_rate(const NetModel *model, const NetStep *step);

/* The values of a formula's names for a step, `rate` being the setting itself. */
void net_rate_names(const NetModel *model, const NetStep *step, double value[NET_COUNTS + NET_SETTINGS_MAX]);

/* Epochs without a better validation figure after which schedule plateau cuts the rate; 0: it is not cut. */
int64_t net_rate_patience(const NetModel *model, const NetStep *step);

#endif
