/* Numbers as texts have them. Nothing here can fail otherwise, and no locale matters: netc's programs never leave the
 * one they begin with, in which strtod takes a point. */
#ifndef NET_DATA_NUMBER_H
#define NET_DATA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* A decimal number, with a sign, a point and an exponent or without, and blanks around it or none; no infinity, no NaN,
 * nothing hexadecimal. *value is the nearest double, infinite beyond the largest: so what Python's repr writes comes
 * back. The text is `length` bytes, behind which there is a NUL. */
bool net_number_read(const char *text, size_t length, double *value);

/* Text without the blanks around it: moves *text on and returns the new length. */
size_t net_trim(const char **text, size_t length);

#endif
