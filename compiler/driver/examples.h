/* What a model's data line asks of the runtime, and the first training examples of a model's data set, for what
 * evaluates a network without training it. */
#ifndef NETC_DRIVER_EXAMPLES_H
#define NETC_DRIVER_EXAMPLES_H

#include "compiler/programs/sample.h"
#include "runtime/data/data.h"

/* The request that a trainer of the model makes; its options are json_decref'd by the caller. */
NetDataRequest examples_request(Arena *arena, const Model *model);

/* Puts the examples in the place of a sample's made-up ones, and the statistics of the training part in that of
 * statistics that begin as those. `source` becomes what they are of, "mnist (DIR)". False, with the sample as it was
 * and the reason in *error: the set is not on this machine, or does not go with the model. */
bool examples_load(Arena *arena, const Model *model, Sample *sample, const char **source, NetError *error);

#endif
