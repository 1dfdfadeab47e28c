/* `ensemble N`: several networks, trained one after the other, that answer together.
 *
 * The run is a folder of N runs, member-1 and so on, each what the model without that line trains with the seed, the
 * next seed and so on, bit for bit; with the weights of all in one file and a result of their own. A network that has
 * ended is not trained again by --resume, one that has begun goes on from its checkpoint, and what is made of all is
 * made anew: there is no checkpoint but theirs. */
#ifndef NET_TRAIN_ENSEMBLE_H
#define NET_TRAIN_ENSEMBLE_H

#include "runtime/train/options.h"

/* Trains, or with --evaluate scores, as the command line says: the exit status. */
int net_ensemble_run(const NetModel *model, const NetOptions *options, NetError *error);

#endif
