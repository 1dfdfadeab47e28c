/* Lines of `default`: those that are meant by one that cannot be read, and those that stand too far down. */
#ifndef NETC_MEND_DEFAULT_H
#define NETC_MEND_DEFAULT_H

#include "compiler/model/mend_value.h"
#include "compiler/model/value.h"

/* `default conv, dense activation=relu` is a line for each kind; an option that names no kind, as in `init xavier`, is
 * for each kind of the network that has it. NULL: it cannot be told. */
const char *mend_default(Scope *scope, const LooseLine *line, MendWords *words);
/* Says of a layer that lacks an option that a default line gives it further down; of one whose default has an error,
 * nothing. False: there is no such line. */
bool mend_missing_default(Scope *scope, Diag *diag, Span at, const char *kind);
/* Says of a layer that lacks what an option gives that a default line has it further down. False: there is none. */
bool mend_default_below(Scope *scope, Diag *diag, Span at, const char *kind, const char *option);

#endif
