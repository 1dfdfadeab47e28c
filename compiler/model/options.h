/* Options: the one mechanism that reads the arguments of layers, `default` lines and settings by their tables. */
#ifndef NETC_OPTIONS_H
#define NETC_OPTIONS_H

#include "compiler/model/value.h"

/* Space for the values of an owner, none given. */
OptionValue *options_new(Arena *arena, const OptionOwner *owner);
/* Reads what is written in a statement over what is in `values` already. False after reporting an error; what was
 * readable is in `values`. */
bool options_read(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values);
/* The same for a `default` line: no positionals, no common options. */
bool options_read_default(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values);
/* Fills in what was not given; false after reporting a missing option. */
bool options_complete(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values);
/* Fills in the defaults there are, for no statement at all; a number without one is 0. */
void options_fill(Scope *scope, const OptionOwner *owner, OptionValue *values);

/* Whether it takes all values that stand at its place. */
bool option_takes_all(const OptionSpec *spec);
/* How many words an option has; 0: none. */
size_t option_word_count(const OptionSpec *spec);
/* Whether its words may stand in place of a number, rather than being all that it takes. */
bool option_has_word_for_number(const OptionSpec *spec);

/* option_convert.c: one value for one option; false after reporting. */
bool option_convert(Scope *scope, const OptionOwner *owner, const OptionSpec *spec, const AstValue *value,
                    OptionValue *out);

#endif
