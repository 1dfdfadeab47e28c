/* --tune: the cheapest schedules of each sum of products that matters, measured on this processor.
 *
 * The scheduler knows a processor by a row of figures (cost.h) and is now and then wrong by some percent. So the
 * network's kernels are made once with each nest's first choice, once with its second and so on, a shared object each,
 * and run in this process on buffers of zeros: chunk by chunk in the program's order, so that a nest finds in the
 * caches what it finds there in use, and in turn, so that whatever else the machine does meets all alike. A schedule
 * takes the place of the scheduler's own where it is quicker by a margin in the first half of the rounds and in the
 * second. What is chosen becomes given schedules, as --schedule makes them: pure speed, the same bits.
 *
 * A choice is kept in netc/schedules of the cache folder, a file a nest, by its shape, the processor and what makes its
 * code. A file there that names none of the schedules there are to choose from is measured anew. */
#ifndef NETC_DRIVER_TUNE_H
#define NETC_DRIVER_TUNE_H

#include "compiler/driver/pipeline.h"

/* Whether --tune goes with the other options, for the processor that was settled. False after printing why. */
bool tune_check(const Compilation *compilation, int *status);
/* Settles compilation->given, after the passes on its programs. False after printing why; compilation->failure is then
 * the status. */
bool tune_run(Compilation *compilation);
/* What was measured, a line each. */
void tune_dump(const Compilation *compilation, FILE *out);

#endif
