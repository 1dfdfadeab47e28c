/* Diagnostics: collected while a model is read, printed at the end in the order of their places.
 *
 * DIAG_FORMAT_TEXT:   path:line:column: error: message [kind], the source line, carets under the span, notes, help; a
 *                     last line counts errors and warnings.
 * DIAG_FORMAT_JSON:   JSON Lines, one object a diagnostic: severity, kind, path, line, column, end_line, end_column,
 *                     message, notes (a list of texts), help (text or null). Lines and columns count from 1, columns in
 *                     code points, the end is exclusive; all four are null for a finding that belongs to no place.
 * DIAG_FORMAT_GITHUB: workflow commands, ::error file=…,line=…,col=…,endLine=…,endColumn=…,title=kind::message.
 *
 * Every diagnostic has a kind (a row of diag_kinds.def, explained by `netc explain`). Functions that report return
 * the Diag so that notes and a help line can be added. At most DIAG_MAX_ERRORS errors are kept: after that
 * diags_full() is true and one closing line says so. Warnings have a limit of their own, DIAG_MAX_WARNINGS.
 *
 * Everything lives in diags->arena; nothing here fails. */
#ifndef NETC_DIAG_H
#define NETC_DIAG_H

#include "compiler/base/source.h"

/* Notes are remarks of trainers; nothing reports them here. */
typedef enum { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE } Severity;
typedef enum { DIAG_FORMAT_TEXT, DIAG_FORMAT_JSON, DIAG_FORMAT_GITHUB } DiagFormat;
enum { DIAG_MAX_ERRORS = 20, DIAG_MAX_WARNINGS = 50 };

typedef struct {
    const char *name; /* "unknown-option" */
    Severity severity;
    const char *doc; /* a paragraph or two: what it means, an example, how to mend it */
} DiagKind;
extern const DiagKind diag_kinds[];
extern const size_t diag_kind_count;
const DiagKind *diag_kind_find(const char *name);

typedef struct DiagNote {
    const char *text;
    struct DiagNote *next;
} DiagNote;

typedef struct {
    Severity severity;
    Span at;
    const DiagKind *kind;
    const char *message;
    DiagNote *notes; /* in the order they were added */
    const char *help;
    bool advised; /* its statement has been looked at for a line that would do: once, whatever the round of a repeat */
} Diag;

typedef struct {
    Arena *arena;
    const Source *source;
    VEC(Diag *) list;
    size_t errors, warnings;
    VEC(const char *) allowed; /* kinds silenced by `allow` or -Wno-NAME */
    bool warnings_are_errors;
} Diags;

/* Reports one finding. The kind must be in diag_kinds.def (else BUG). A silenced warning is returned but not kept, so
 * the result is never NULL. The same message at the same place is kept once, and one finding at a place of a text from
 * the command line. */
Diag *diag_report(Diags *diags, Span at, const char *kind, const char *format, ...) PRINTF_LIKE(4, 5);
void diag_note(Diags *diags, Diag *diag, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_help(Diags *diags, Diag *diag, const char *format, ...) PRINTF_LIKE(3, 4);
/* Adds "did you mean 'X'?" when some candidate is near. */
void diag_suggest(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count);
bool diags_full(const Diags *diags);
/* Adds a kind to those silenced; false when there is no warning of that name. */
bool diags_allow(Diags *diags, const char *kind);
void diags_print(const Diags *diags, FILE *out, DiagFormat format, bool color);

#endif
