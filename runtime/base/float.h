/* Numbers that users write, against the 32-bit floats that kernels compute with. */
#ifndef NET_BASE_FLOAT_H
#define NET_BASE_FLOAT_H

#include <stdbool.h>

/* Whether a number that is not 0 would be held as 0, and so do nothing. */
static inline bool net_rounds_to_zero(double number) { return number != 0 && (float)number == 0; }

#endif
