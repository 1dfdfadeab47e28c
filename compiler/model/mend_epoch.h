/* How long a training of the file is, as far as its lines say without being read as settings: for advice on numbers
 * that are given in another unit. Private to mend*.c. */
#ifndef NETC_MEND_EPOCH_H
#define NETC_MEND_EPOCH_H

#include "compiler/model/value.h"

/* Whether an option counts epochs. */
bool mend_counts_epochs(const OptionSpec *spec);
/* The epochs of the training. */
double mend_epochs(const Scope *scope);
/* The steps of an epoch; 0: only the data tells. */
int64_t mend_epoch_steps(const Scope *scope);

#endif
