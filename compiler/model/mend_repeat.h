/* Loops as others write them: `repeat 3 times {`, `for i in range(3) {`, `repeat i=1..3 {`. */
#ifndef NETC_MEND_REPEAT_H
#define NETC_MEND_REPEAT_H

#include "compiler/base/base.h"

/* How netc writes the line that opens a loop: "repeat 3 {". *header: how much of the text that line is, with its '{';
 * *counted: the number of rounds was given. NULL: the text is no loop, or one in netc's own words. */
const char *mend_repeat(Arena *arena, const char *text, size_t length, size_t *header, bool *counted);

#endif
