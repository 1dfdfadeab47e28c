/* Statements that take several lines, as other languages let them. */
#ifndef NETC_MEND_LINES_H
#define NETC_MEND_LINES_H

#include "compiler/model/value.h"

/* A statement that goes on in further lines: the lines as one, `at` takes them all, and *joined is true. */
const char *mend_join_lines(Arena *arena, const Source *source, Span *at, bool *joined);
/* `kernel: 3`, indented more than the `conv:` above it: `at` begins there. False: there is none. */
bool mend_map_above(Arena *arena, const Source *source, Span *at);
/* `pad=2` in a line of its own: an option of the statement above it, which `at` takes too. NULL: there is none. */
const char *mend_with_line_above(Arena *arena, const Source *source, Span *at, const char *text, size_t length);

#endif
