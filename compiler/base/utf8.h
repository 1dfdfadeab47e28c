/* UTF-8 as needed to show a source text: the width of a character in a terminal, and a form of any bytes
 * that is safe to print. Nothing here depends on the locale. */
#ifndef NETC_UTF8_H
#define NETC_UTF8_H

#include "compiler/base/base.h"
#include "runtime/base/utf8.h"

/* Columns a printable character takes in a terminal: 0 (combining), 1 or 2 (East Asian, emoji). */
int utf8_width(uint32_t code);
/* Columns of a whole text, a column for each byte that is ill-formed. */
int utf8_text_width(const char *text);
/* False for what would act on a terminal or on the order of the text: control characters, bidirectional marks. */
bool utf8_printable(uint32_t code);
/* The bytes as valid UTF-8 in the arena: ill-formed bytes and unprintable characters, newlines among them, become
 * \xHH or \u{HHHH}. */
const char *utf8_clean(Arena *arena, const char *text, size_t size);

#endif
