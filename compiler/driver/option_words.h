/* What other tools call an option of netc, a value of one, or a command of a command: constant tables. */
#ifndef NETC_OPTION_WORDS_H
#define NETC_OPTION_WORDS_H

#include "compiler/base/base.h"
#include "runtime/base/words.h"

/* Options, with their dashes. */
extern const NetAlias option_aliases[];
extern const size_t option_alias_count;

/* Words for a choice: what it is here, or a sentence. */
extern const NetAlias choice_aliases[];
extern const size_t choice_alias_count;

typedef struct {
    const char *command, *word, *here; /* here: a sentence */
} Subcommand;
extern const Subcommand subcommands[];
extern const size_t subcommand_count;

#endif
