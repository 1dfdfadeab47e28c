/* One training, in a folder of its own by its key: begun, gone on with, or there already.
 *
 * The first epoch is trained by itself, for the hash of its weights; the run then goes on, with the bits it would have
 * had without the stop; where a step's rate depends on the number of epochs there is no such stop, and no hash. A
 * trainer is a child of this process, as `netc train` starts it, from the same cache. Killed at any moment, a training
 * goes on from its checkpoint when it is asked for again. Functions that can fail print why. */
#ifndef NETC_EXPERIMENTS_TRAINING_H
#define NETC_EXPERIMENTS_TRAINING_H

#include "compiler/driver/runs.h"
#include "compiler/experiments/plan.h"

/* How a training has ended. */
typedef struct {
    Run run;                /* its folder, read back; runs_free */
    const char *first_hash; /* of the weights after the first epoch; NULL: it did not come that far */
} Ended;

/* Trains to the end. False with *status set: it failed, or was interrupted (128 and the signal). */
bool training_run(const Plan *plan, const Setup *setup, int64_t seed, double rate, Ended *ended, int *status);
void training_close(Ended *ended);

/* Trains the first epoch alone, elsewhere, and leaves nothing: the hash of its weights, NULL after printing why. */
const char *training_first(const Plan *plan, const Setup *setup, int64_t seed, double rate, int *status);
/* Removes what was begun in the plan's folder by a process that was killed, and goes on nowhere. Nobody else may be at
 * work there. */
void training_clean(const Plan *plan);

#endif
