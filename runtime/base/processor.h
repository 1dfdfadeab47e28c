/* What code that was made for a level of x86-64 needs of the processor.
 *
 * Code is always made for a level, x86-64-v2, -v3 or -v4, or for all processors of its kind; a processor's name only
 * tunes it. Of a level the instruction sets count that such code uses. */
#ifndef NET_BASE_PROCESSOR_H
#define NET_BASE_PROCESSOR_H

#include "runtime/base/error.h"

/* Instruction set number i, from 0, that the level needs, as compilers and this module name it; NULL after the last.
 * A level that is NULL, empty or unknown needs none. */
const char *net_processor_needs(const char *level, int i);
/* The first of them that this processor lacks; NULL: it has all. */
const char *net_processor_lacks(const char *level);
/* False, status NET_ENVIRONMENT, when it lacks one. To be asked before anything made for the level runs. */
bool net_processor_check(const char *level, NetError *error);

#endif
