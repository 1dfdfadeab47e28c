/* What a hint would do if it was typed: the text of the file with the hint in the place of what it mends is read and
 * checked anew, by the same checker, which gives no advice then. A file has so many trials and no more, and long files
 * none, so that wrong texts, however long, are told in bounded time. */
#ifndef NETC_TRIAL_H
#define NETC_TRIAL_H

#include "compiler/model/model.h"

enum { TRIAL_WORK = 2000000 }; /* of a trial's scope */

/* Reads and checks a text; false: that took too much work to say anything. */
typedef bool TrialCheck(Arena *arena, Source *source, const ModelChanges *changes, Diags *diags);

typedef struct Trial {
    const Source *source;
    const ModelChanges *changes;
    TrialCheck *check;
    int left;            /* trials */
    const Diags *before; /* what the checker says of the text as it is; NULL: it was not asked yet */
} Trial;

Trial trial_begin(const Source *source, const ModelChanges *changes, TrialCheck *check);

typedef enum {
    TRIAL_WRONG,    /* the statement still has an error */
    TRIAL_DOUBTFUL, /* it has a warning, or something else has an error that it had not */
    TRIAL_GOOD,
    TRIAL_UNKNOWN /* it was not tried */
} TrialOutcome;

/* Tries `text` in the place of `replaced`, which lies in `statement` or is it. *better, unless it is NULL: what the
 * checker would have in place of `text`, in the arena; NULL: it does not say. */
TrialOutcome trial_of(Trial *trial, Arena *arena, Span replaced, const char *text, Span statement, const char **better);

#endif
