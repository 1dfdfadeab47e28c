#include "compiler/model/suggest.h"

#include <string.h>

#include "compiler/model/foreign.h"

void suggest_word(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count) {
    bool turned;
    const char *alias;
    const Absent *absent = foreign_absent(word);
    bool data = word_alias("idx", candidates, count, &turned) != NULL;
    if (absent && foreign_is_read(absent) && !data) absent = NULL; /* a format to write in, not to read */
    alias = word_alias(word, candidates, count, &turned);
    if (alias && !turned) {
        diag_help(diags, diag, "did you mean '%s'?", alias);
    } else if (absent && absent->near) {
        diag_help(diags, diag, "%s", absent->near);
    } else if (!absent) {
        diag_suggest(diags, diag, word, candidates, count);
    }
}
