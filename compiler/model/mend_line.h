/* The line of a layer or setting as netc writes it, from a generous reading of another. Private to mend*.c. */
#ifndef NETC_MEND_LINE_H
#define NETC_MEND_LINE_H

#include "compiler/model/mend_value.h"
#include "compiler/model/value.h"

/* The line of a layer or setting; NULL: it cannot be told. */
const char *mend_line(Scope *scope, bool layer, const ForeignHead *head, const LooseLine *line, MendWords *words);
/* `default conv, dense activation=relu` is a line for each kind; an option that names no kind, as in `init xavier`, is
 * for each kind of the network that has it. NULL: it cannot be told. */
const char *mend_default(Scope *scope, const LooseLine *line, MendWords *words);
/* Says of a layer that lacks an option that a default line gives it further down; of one whose default has an error,
 * nothing. False: there is no such line. */
bool mend_missing_default(Scope *scope, Diag *diag, Span at, const char *kind);
/* The place of the option of an owner that a word names; option_count(): none. */
size_t mend_find_option(Arena *arena, const OptionOwner *owner, const char *word, bool *turned);

#endif
