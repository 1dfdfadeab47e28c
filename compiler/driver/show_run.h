/* What a run's logs tell in a terminal: curves of the epochs, how fast each layer learns, and the
 * singular values of its matrices. */
#ifndef NETC_DRIVER_SHOW_RUN_H
#define NETC_DRIVER_SHOW_RUN_H

#include "compiler/driver/runs.h"

/* Nothing where the run has no logs yet. */
void show_run_curves(Arena *arena, const Run *run, FILE *out);

#endif
