/* Lines that hold more than one statement, or something beside it: `dense 30 -> dense 10`, `[features] conv 8`, remarks
 * as other languages write them. Private to mend*.c. */
#ifndef NETC_MEND_PARTED_H
#define NETC_MEND_PARTED_H

#include "compiler/model/mend.h"

/* Each gives the error the help that says the line anew, if the line is such a one: `input 784 dense 10` and
 * `dense 30 -> dense 10` two statements, */
bool mend_parted(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length);
/* `{ conv 8 kernel=5x5 }`, `[features] conv 8 kernel=5x5` and `2 * dense 30` a good one behind something else, */
bool mend_rest(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length);
/* and `dense 30 -- hidden` one with a remark. */
bool mend_remark(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length);

#endif
