/* --seeds A-B: the results of one run for each seed, their mean and standard deviation. The networks of an ensemble are
 * told in the same lines.
 *
 * A NetSeeds copies what it needs of each run; model and options outlive it. The summary is a file beside the run
 * folders, named like the first of them: RUN-seeds.json (docs/formats.md). Errors have status NET_ENVIRONMENT. */
#ifndef NET_TRAIN_SEEDS_H
#define NET_TRAIN_SEEDS_H

#include "runtime/train/trainer.h"

typedef struct NetSeeds NetSeeds;

/* How the summary's name ends, after that of the first run's folder. */
#define NET_SEEDS_FILE "-seeds.json"

/* Whether a figure of result.json differs between seeds by chance, so that its mean says something. */
bool net_seeds_averages(const char *key);

NetSeeds *net_seeds_new(const NetModel *model, const NetOptions *options, NetError *error);

/* Takes in a run that has ended and prints its line; one without a result, as it was interrupted, leaves none. */
void net_seeds_add(NetSeeds *seeds, const NetTrainer *trainer);

/* The results so far, a list. */
json_t *net_seeds_results(const NetSeeds *seeds);

/* Prints mean and deviation, and writes the summary when there was any run; with --json prints it too. */
bool net_seeds_finish(NetSeeds *seeds, NetError *error);

void net_seeds_free(NetSeeds *seeds);

#endif
