/* The errors of one statement, of which the first is told when its help mends the whole. Private to mend*.c. */
#ifndef NETC_MEND_ERRORS_H
#define NETC_MEND_ERRORS_H

#include "compiler/base/diag.h"

bool mend_lies_in(const Diag *diag, Span at);
/* The first error that lies in the statement. */
Diag *mend_first_error(const Diags *diags, Span at);
/* One line mends the whole statement: its other errors would say the same again. */
void mend_forget_others(Diags *diags, const Diag *kept, Span at);
/* Of what follows from one slip the first is told: signs and values that cannot stand there, options that are none. */
void mend_forget_echoes(Diags *diags, const Diag *kept, Span at);
/* The statement ends a block in other words: the '{' is closed with it. */
void mend_forget_unclosed(Diags *diags, Span at);

#endif
