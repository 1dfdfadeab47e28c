/* Which layer or setting a line means, from a generous reading of it. Private to mend*.c. */
#ifndef NETC_MEND_HEAD_H
#define NETC_MEND_HEAD_H

#include "compiler/model/mend_value.h"

/* The head of a line in the block where it stands; a foreign activation is one too. `changed`: the line as it is with
 * that head, what else stood for it taken out. NULL: none is meant. */
const ForeignHead *mend_head(Arena *arena, const LooseLine *line, bool layer, LooseLine *changed);

#endif
