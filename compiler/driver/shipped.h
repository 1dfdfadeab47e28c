/* The models that ship with netc: beside an installed one, or in the source tree of one that is not. */
#ifndef NETC_DRIVER_SHIPPED_H
#define NETC_DRIVER_SHIPPED_H

#include "compiler/driver/options.h"

/* The path of a model by its name, "lenet5"; NULL: there is none of that name. shipped_models (options.h) lists them.
 */
const char *shipped_model(Arena *arena, const char *name);
/* Where they are looked for, and how they come there: the end of a message about models that are not there. */
const char *shipped_advice(Arena *arena);

#endif
