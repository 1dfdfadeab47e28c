/* What an option most probably was to be when what stands there cannot be it: a number out of its range, a list for one
 * number, a word it does not know. Private to mend*.c. */
#ifndef NETC_MEND_GUESS_H
#define NETC_MEND_GUESS_H

#include "compiler/model/mend_value.h"
#include "compiler/model/options.h"

/* `text` where the option takes it, else the nearest that it takes, else its own example; NULL: it has none. `text` is
 * NULL when nothing could be made of the value. */
const char *mend_guess(MendWords *mend, Scope *scope, const OptionOwner *owner, const OptionSpec *spec,
                       const LooseValue *value, const char *text);
/* The value of an option in its own example; NULL: it has none. */
const char *mend_example(Arena *arena, const OptionSpec *spec, size_t place);

#endif
