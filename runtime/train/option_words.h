/* What trainers of other frameworks call an option of a trainer, without dashes: a constant table. */
#ifndef NET_TRAIN_OPTION_WORDS_H
#define NET_TRAIN_OPTION_WORDS_H

#include "runtime/base/words.h"

extern const NetAlias net_trainer_aliases[];
extern const size_t net_trainer_alias_count;

#endif
