/* Lets as others write them. */
#ifndef NETC_MEND_LET_H
#define NETC_MEND_LET_H

#include "compiler/model/value.h"
#include "compiler/syntax/loose.h"

/* `let k: 3`, `let my-width = 5,5`, and at file level `k = 3` and `const k = 3`, as netc writes them; NULL: it is no
 * let, or cannot be told. `text` may be changed. */
const char *mend_let(Scope *scope, char *text, size_t length, bool file);
/* A text with 2**3 and k^2 as 2*2*2 and k*k; NULL: there is no such power. */
const char *mend_power(Arena *arena, const char *text);
/* Whether a value is, or is computed from, a let that is visible. */
bool mend_reads_let(Scope *scope, const LooseValue *value);
/* `2maps`, a number and a let, as the product 2*maps; what is none is itself. */
const LooseValue *mend_as_expression(Scope *scope, const LooseValue *value);
bool mend_begins_let(const char *text, size_t length);
/* The name that a let begins with; NULL: none. */
const char *mend_let_name(Arena *arena, const char *text);
/* Lets that a line of the text was meant to make: whoever reads one stays silent. */
void mend_take_lets(Scope *scope, const char *text, Span at);
/* Says of the line of a let what is found wrong where it is read: it is a comment, or its word stands in quotes. */
bool mend_read_let(Scope *scope, Diag *diag, Span at);
/* Whether `k = 3` at that place is read as a value further down, and no setting of that name. */
bool mend_is_read_below(Scope *scope, const char *text, Span at);
/* Words that say something of the file as a whole, which is a comment here. */
bool mend_is_remark(const char *word);

#endif
