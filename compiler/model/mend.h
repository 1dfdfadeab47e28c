/* What a statement that is wrong was probably meant to be, as netc writes it: `Conv2d(1, 6, 5)` becomes
 * `conv 6 kernel=5x5`. The line is read by the real reader before it is shown, so a hint that is typed is taken. */
#ifndef NETC_MEND_H
#define NETC_MEND_H

#include "compiler/model/value.h"

typedef enum { PLACE_NETWORK, PLACE_TRAIN, PLACE_FILE } MendPlace;

/* Gives the first error within the statement a help line that says how it is written, where that can be told; and of
 * what has no counterpart, that netc has none of it. */
void mend_statement(Scope *scope, MendPlace place, Span at);

/* What a text of one line, which is no setting as it stands, would be as one that reads well; NULL: nobody can tell. */
const char *mend_lone_setting(Arena *arena, const Source *source);

#endif
