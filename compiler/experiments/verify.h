/* Whether results that are there, made elsewhere or long ago, come out the same here: bit for bit, after an epoch. */
#ifndef NETC_EXPERIMENTS_VERIFY_H
#define NETC_EXPERIMENTS_VERIFY_H

#include "compiler/experiments/plan.h"

/* Trains the first epoch of so many rows again, spread over those that are there, and prints a line for each. The exit
 * status: STATUS_MODEL when one differs. */
int verify_rows(Plan *plan, int64_t count);

#endif
