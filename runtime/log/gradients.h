/* The logs of gradients, neurons, weights and steps: from the sums a program leaves behind to rows of CSV files.
 *
 * When rows come about (the setting log every=):
 *   every=N      a row `batch` at each step whose number, counted from 0, is a multiple of N
 *   every=epoch  a row `epoch` at each epoch's end: the mean over its first step and up to 31 evenly spaced others,
 *                delta_norm over all of its steps
 *   probe=N      a row `probe` before each step of `batch` or, with every=epoch, before an epoch's first step: one pass
 *                over the first N training examples
 * `step` and `epoch` of a batch or probe row count what was done before: 0 and 0 is the untrained network; an epoch
 * row carries its own number and the step it ended with. A row of weights.csv is from before a logged step
 * (every=epoch: before the epoch's first); one of steps.csv is of that step.
 *
 * NetGradients owns its accumulators; net_gradients_state shows them to the checkpoint. Writing rows can fail. */
#ifndef NET_LOG_GRADIENTS_H
#define NET_LOG_GRADIENTS_H

#include "runtime/log/csv.h"
#include "runtime/train/model.h"

typedef struct NetGradients NetGradients;

/* What a step or a probe left, and where it stands in the run. */
typedef struct {
    const double *log;
    int64_t n;             /* images */
    int64_t step;          /* steps done before */
    int64_t epoch;         /* of a step: the number of the epoch it is in, from 1; of a probe: epochs done */
    int64_t step_in_epoch; /* from 0 */
    int64_t steps_in_epoch;
    double rate; /* of a step */
} NetLogged;

/* every: steps, 0 is epoch. */
NetGradients *net_gradients_new(const NetModel *model, int64_t every, NetError *error);
void net_gradients_free(NetGradients *gradients);

/* Which files the model's logs fill (epochs.csv always). */
void net_gradients_files(const NetModel *model, bool used[NET_CSV_FILES]);

/* Whether a step is logged: then it runs the program train_log instead of train. */
bool net_gradients_wanted(const NetGradients *gradients, const NetLogged *at);

/* Takes in a step that ran `train_log` (when wanted) or `train`, and writes the rows that fall due. */
bool net_gradients_step(NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error);

/* Whether the probe falls due before a step. */
bool net_gradients_probe_due(const NetGradients *gradients, const NetLogged *at);

/* Takes in a pass of the program `probe`. */
bool net_gradients_probe(NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error);

/* Writes the epoch's rows, if such are due, and starts the next epoch's sums. step: steps done. */
bool net_gradients_epoch(NetGradients *gradients, int64_t epoch, int64_t step, NetCsv *csv, NetError *error);

/* All that carries over from step to step: *count doubles to save and to restore. */
double *net_gradients_state(NetGradients *gradients, size_t *count);

#endif
