/* UTF-8: what JSON, safetensors and messages hold, while paths and arguments may be any bytes. Nothing here can fail or
 * depends on the locale. */
#ifndef NET_BASE_UTF8_H
#define NET_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at text[0 .. size-1], its code point in *code; 0 when there is none (overlong
 * forms and surrogates are not well formed). */
size_t net_utf8_decode(const char *text, size_t size, uint32_t *code);

/* Whether all of a string is well formed. */
bool net_utf8_is_valid(const char *text);

/* Columns a printable character takes in a terminal: 0 (combining), 1 or 2 (East Asian, emoji). */
int net_utf8_width(uint32_t code);

/* Puts '?' in place of each ill-formed byte, as at the end of a string that was cut; returns the string. */
char *net_utf8_clean(char *text);

/* The same, and for control characters, those of ASCII and of ISO 6429 (U+0080 to U+009F): what names of files and of
 * columns hold must not reach a terminal. */
char *net_utf8_plain(char *text);

#endif
