/* The models that ship with netc: beside an installed one, or in the source tree of one that is not. */
#ifndef NETC_DRIVER_SHIPPED_H
#define NETC_DRIVER_SHIPPED_H

#include "compiler/driver/options.h"

/* The path of a model by its name, "lenet5"; NULL: there is none of that name. shipped_models (options.h) lists them.
 */
const char *shipped_model(Arena *arena, const char *name);

#endif
