/* UTF-8 as needed to show a source text: a form of any bytes that is safe to print. */
#ifndef NETC_UTF8_H
#define NETC_UTF8_H

#include "compiler/base/base.h"
#include "runtime/base/utf8.h"

/* False for what would act on a terminal or on the order of the text: control characters, bidirectional marks. */
bool utf8_printable(uint32_t code);
/* The bytes as valid UTF-8 in the arena: ill-formed bytes and unprintable characters, newlines among them, become
 * \xHH or \u{HHHH}. */
const char *utf8_clean(Arena *arena, const char *text, size_t size);

#endif
