/* What other tools call an option of netc, a value of one, or a command of a command: constant tables. */
#ifndef NETC_OPTION_WORDS_H
#define NETC_OPTION_WORDS_H

#include "compiler/base/base.h"
#include "runtime/base/words.h"

/* Options, with their dashes; in a sentence FILE is the model on the line. */
extern const NetAlias option_aliases[];
extern const size_t option_alias_count;

/* A word that is something else in another tool, where it stands. */
typedef struct {
    const char *of;   /* the command, or the option; NULL: any */
    const char *word; /* as in NetAlias */
    const char *here;
} WordOf;

/* Options of one command. */
extern const WordOf command_options[];
extern const size_t command_option_count;

/* Words for a choice of an option: what it is here, or a sentence. */
extern const WordOf choice_words[];
extern const size_t choice_word_count;

/* Commands of a command: `here` is a sentence. */
extern const WordOf subcommands[];
extern const size_t subcommand_count;

#endif
