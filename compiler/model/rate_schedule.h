/* How the learning rate changes over a training: the setting `schedule`, a table row for each form. */
#ifndef NETC_RATE_SCHEDULE_H
#define NETC_RATE_SCHEDULE_H

#include "compiler/model/settings.h"

/* Formulas (runtime/base/formula.h); what they read is thereby known to the trainer. */
struct ScheduleKind {
    Variant variant;  /* the word after `schedule`, and the options behind it */
    const char *rate; /* of a step, from the setting `rate`; NULL: as that is */
    /* Epochs without a better figure of the validation part after which the rate is cut: counted by `c`. NULL: it is
     * never cut, and no validation part needed. */
    const char *patience;
};
extern const ScheduleKind schedule_kinds[]; /* parallel to schedule_words */
extern const char *const schedule_words[];

const Variant *schedule_variant(size_t place); /* NULL: there are no more */

#endif
