/* The data set of a model, for what evaluates a network without training it. */
#ifndef NETC_DRIVER_EXAMPLES_H
#define NETC_DRIVER_EXAMPLES_H

#include "compiler/programs/sample.h"
#include "runtime/data/data.h"

/* What a run's config.json says of its data: the kind, and how many examples each part had. */
typedef struct {
    const char *kind;
    double train, validation, test;
} DataUsed;

/* Opens the data that the model's line names, or those that were `used` instead; net_data_close closes them. */
bool examples_open(Arena *arena, const Model *model, const DataUsed *used, NetData *data, NetError *error);

/* Puts the first training examples in the place of a sample's made-up ones, and the statistics of the training part in
 * that of statistics that begin as those. `source` becomes what they are of, "mnist (DIR)". False, with the sample as
 * it was and the reason in *error: the set is not on this machine, or does not go with the model. */
bool examples_load(Arena *arena, const Model *model, Sample *sample, const char **source, NetError *error);

#endif
