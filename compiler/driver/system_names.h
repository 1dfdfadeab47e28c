/* Names of files that compilers and linkers look for themselves. */
#ifndef NETC_DRIVER_SYSTEM_NAMES_H
#define NETC_DRIVER_SYSTEM_NAMES_H

#include "compiler/base/base.h"

/* Which of the two paths ends in a header of C, C++ or POSIX, or in a library that most programs are linked with; NULL:
 * neither. `header` may be NULL. */
const char *system_name(Arena *arena, const char *header, const char *output);

#endif
