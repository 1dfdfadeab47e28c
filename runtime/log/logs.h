/* The logs of a run: from the sums a program leaves behind to rows of CSV files, subject by subject (subjects.def).
 *
 * When rows come about, for each subject (its every=):
 *   every=N      of a step: each whose number, counted from 0, is a multiple of N; of the probe: before such a step
 *   every=epoch  of a step: an epoch's first; of the probe: before that
 *
 * gradients.csv with every=epoch has a row `epoch` at each epoch's end instead: the mean over its first step and up to
 * 31 evenly spaced others, delta_norm over all steps. The probe is one pass over the first training examples, whichever
 * of its subjects are due. `step` and `epoch` of a row count what was done before: 0 and 0 is the untrained network; an
 * epoch row carries its own number and the step it ended with; `epoch` of steps.csv and of a batch is the number of the
 * one it is in.
 *
 * NetLogs owns its accumulators; net_logs_state shows them to the checkpoint. Writing rows can fail. */
#ifndef NET_LOG_LOGS_H
#define NET_LOG_LOGS_H

#include "runtime/log/logged.h"

typedef struct NetLogs NetLogs;

/* every: steps, by subject; 0 is epoch. */
NetLogs *net_logs_new(const NetModel *model, const int64_t every[NET_SUBJECTS], NetError *error);
void net_logs_free(NetLogs *logs);

/* Which files the model's logs fill (epochs.csv always). */
void net_logs_files(const NetModel *model, bool used[NET_CSV_FILES]);

/* The program that a step runs: train_log where it is logged, unless train leaves all that is due. */
const NetProgram *net_logs_program(const NetLogs *logs, const NetLogged *at);

/* Takes in a step that ran this program, and writes the rows that fall due. */
bool net_logs_step(NetLogs *logs, const NetLogged *at, NetCsv *csv, NetError *error);

/* Whether the probe falls due before a step. */
bool net_logs_probe_due(const NetLogs *logs, const NetLogged *at);

/* Whether the spectrum does. */
bool net_logs_spectrum_due(const NetLogs *logs, const NetLogged *at);

/* Takes in a pass of the program `probe`. */
bool net_logs_probe(NetLogs *logs, const NetLogged *at, NetCsv *csv, NetError *error);

/* Writes the epoch's rows, if such are due, and starts the next epoch's sums. step: steps done. */
bool net_logs_epoch(NetLogs *logs, int64_t epoch, int64_t step, NetCsv *csv, NetError *error);

/* By layer its speed of learning as it was logged last, delta_rms; NAN: not yet, or of none. */
const double *net_logs_speeds(const NetLogs *logs);

/* All that carries over from step to step: *count doubles to save and to restore. */
double *net_logs_state(NetLogs *logs, size_t *count);

#endif
