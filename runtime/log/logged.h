/* What a step or a pass over the probe left in the log buffer, and where it stands in the run: what rows are made of.
 */
#ifndef NET_LOG_LOGGED_H
#define NET_LOG_LOGGED_H

#include "runtime/log/csv.h"
#include "runtime/train/model.h"

typedef struct {
    const NetProgram *program; /* that ran */
    const double *log;
    int64_t n;             /* images */
    int64_t step;          /* steps done before */
    int64_t epoch;         /* of a step: the number of the epoch it is in, from 1; of a probe: epochs done */
    int64_t step_in_epoch; /* from 0 */
    int64_t steps_in_epoch;
    double rate; /* of a step */
} NetLogged;

/* A single value of what ran, if its program has it; elements: of the entry. */
bool net_logged_value(const NetModel *model, const NetLogged *at, NetLogKind kind, int layer, double *value,
                      double *elements);

#endif
