/* The rows of gradients.csv: those of a batch or of a probe, and with every=epoch the means over an epoch's steps. */
#ifndef NET_LOG_GRADIENTS_H
#define NET_LOG_GRADIENTS_H

#include "runtime/log/logged.h"

/* The sums of an epoch. */
typedef struct NetGradients NetGradients;

/* every: 0 is epoch. */
NetGradients *net_gradients_new(const NetModel *model, int64_t every, NetError *error);
void net_gradients_free(NetGradients *gradients);
double *net_gradients_state(NetGradients *gradients, size_t *count);

/* Whether each step of an epoch has to run train_log, as train does not leave delta_norm by itself. */
bool net_gradients_all_steps(const NetGradients *gradients);

/* By layer the delta_rms of what ran last, in any source; NAN: there is none. */
const double *net_gradients_speeds(const NetGradients *gradients);

/* A row for each layer of what ran. */
bool net_gradients_write(NetGradients *gradients, const NetLogged *at, const char *source, NetCsv *csv,
                         NetError *error);

/* Takes in a step; all of its columns if it is one of the epoch's samples, else delta_norm alone. */
void net_gradients_add(NetGradients *gradients, const NetLogged *at, bool sampled);

/* Writes the epoch's rows and starts the next epoch's sums. step: steps done. */
bool net_gradients_end_epoch(NetGradients *gradients, int64_t epoch, int64_t step, NetCsv *csv, NetError *error);

#endif
