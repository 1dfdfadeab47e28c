/* Whether a line that a hint would give is good: it is read by the real reader, and tried in the place where it is to
 * be typed. Private to mend*.c. */
#ifndef NETC_MEND_SETTLE_H
#define NETC_MEND_SETTLE_H

#include "compiler/model/mend.h"

/* Whether the reader takes the text as statements of the block. */
bool mend_reads_well(Scope *scope, bool layer, const char *text);
/* Whether a statement of the block may stand in the place. */
bool mend_belongs(Scope *scope, bool layer, MendPlace place, Span at);
/* Whether a line says again what is netc's in what it is to replace: the layers and settings, and an activation. */
bool mend_keeps(Scope *scope, Span at, const char *text);

/* A line as it can be typed. */
typedef struct {
    const char *line;    /* NULL: there is none */
    const char *dropped; /* the head of a statement that was left out, as the file has one; NULL: none was */
    bool clean;          /* the checker has nothing against it, as far as is known */
} MendSettled;

/* Tries a line in the place of the statement at `at`, and where the checker has something against it, what it would
 * have. An activation is added to an `example` alone: what the user left out may stand in the next line. */
MendSettled mend_settle(Scope *scope, bool layer, Span at, const char *text, bool example);

#endif
