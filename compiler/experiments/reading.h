/* What is read out of a training, once it has ended: the numbers of an experiment's columns and the curves of its
 * plots.
 *
 * Nothing here can fail: what a run does not have is null. */
#ifndef NETC_EXPERIMENTS_READING_H
#define NETC_EXPERIMENTS_READING_H

#include <jansson.h>

#include "compiler/driver/runs.h"
#include "compiler/experiments/experiment.h"

/* By the columns' keys. */
json_t *reading_numbers(Arena *arena, const Experiment *experiment, const Run *run);
/* By the plots' columns: {"x": [...], "curves": {LAYER: [...]}}, LAYER "" for what is of no layer. Of many points some
 * are kept. */
json_t *reading_curves(Arena *arena, const Experiment *experiment, const Row *row, const Run *run);
/* Whether a plot draws this row. */
bool plot_draws(const Plot *plot, const Row *row);

#endif
