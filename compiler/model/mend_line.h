/* The line of a layer or setting as netc writes it, from a generous reading of another. Private to mend*.c. */
#ifndef NETC_MEND_LINE_H
#define NETC_MEND_LINE_H

#include "compiler/model/mend_value.h"
#include "compiler/model/value.h"

/* The line of a layer or setting; NULL: it cannot be told. */
const char *mend_line(Scope *scope, bool layer, const ForeignHead *head, const LooseLine *line, MendWords *words);
/* The place of the option of an owner that a word names; option_count(): none. */
size_t mend_find_option(Arena *arena, const OptionOwner *owner, const char *word, bool *turned);

#endif
