/* How a line that mends a statement is written in where that stands: in which block, together with what is there, in
 * the words of a help line. */
#ifndef NETC_MEND_WRITE_H
#define NETC_MEND_WRITE_H

#include "compiler/model/mend.h"
#include "compiler/model/mend_text.h"

/* Makes the line a statement of netc, in the place where it stands or in the other block, and gives it as help, with
 * `behind` at its end. False: it cannot be told. */
bool mend_write_line(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag, Span at, MendWords *words,
                     const char *behind);

/* ", in the train block": where a line goes that does not belong where the statement stands. */
const char *mend_where(bool layer, MendPlace place);

/* `add x + y` where one of the two is what flows here, and no label: the line without it, if that is good; else NULL.
 */
const char *mend_without_flow(Scope *scope, const char *line, Span at);

#endif
