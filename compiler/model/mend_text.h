/* What a generous reading of a statement is in netc's words: a layer or setting, a default, a repeat, a line for each
 * of several. Private to mend*.c. */
#ifndef NETC_MEND_TEXT_H
#define NETC_MEND_TEXT_H

#include "compiler/model/mend_value.h"
#include "compiler/model/value.h"

/* The line in one of the blocks; NULL: it cannot be told. `known`: its head is one of that block, so that nothing else
 * is meant. */
const char *mend_text(Scope *scope, const LooseLine *line, bool layer, MendWords *words, bool *known);

#endif
