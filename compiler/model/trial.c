#include "compiler/model/trial.h"

#include <string.h>

enum { MAX_TRIALS = 24, MAX_BYTES = 1 << 15 };

Trial trial_begin(const Source *source, const ModelChanges *changes, TrialCheck *check) {
    return (Trial){source, changes, check, source->size <= MAX_BYTES ? MAX_TRIALS : 0, NULL};
}

static bool run(const Trial *trial, Arena *arena, const char *text, Diags *diags) {
    Source *source = source_from_text(arena, trial->source->path, text, strlen(text));
    *diags = (Diags){.arena = arena, .source = source};
    return trial->check(arena, source, trial->changes, diags);
}

/* Errors are the same by what they say: the hint moves what stands behind it. */
static bool is_known(const Diags *before, const Diag *diag) {
    for (size_t i = 0; i < before->list.count; i++) {
        if (string_is(before->list.at[i]->message, diag->message)) return true;
    }
    return false;
}

/* What the help of a diagnostic would have: a whole line in quotes, or an option that the line lacks. */
static const char *line_of_help(Arena *arena, const char *help, const char *text) {
    if (!help) return NULL;
    const char *at = strstr(help, "write "), *quote = at ? strchr(at, '\'') : NULL;
    if (!at) return NULL;
    at += strlen("write ");
    if (quote == at) {
        const char *end = strchr(quote + 1, '\'');
        return end ? arena_copy(arena, quote + 1, (size_t)(end - quote - 1)) : NULL;
    }
    static const char option[] = "activation=";
    if (strncmp(at, option, strlen(option)) != 0 || strstr(text, option) || strchr(text, '}')) return NULL;
    return arena_format(arena, "%s %.*s", text, (int)strcspn(at, " ,;"), at);
}

static TrialOutcome judge(const Trial *trial, Arena *arena, const Diags *diags, Span place, const char *text,
                          const char **better) {
    TrialOutcome outcome = TRIAL_GOOD;
    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *diag = diags->list.at[i];
        bool inside = diag->at.lo >= place.lo && diag->at.lo <= place.hi, error = diag->severity == SEVERITY_ERROR;
        if (better && !*better && inside) *better = line_of_help(arena, diag->help, text);
        bool unknown = string_is(diag->kind->name, "unknown-label"); /* which the line above may have yet to give */
        if (inside && error && !unknown) outcome = TRIAL_WRONG;
        bool doubt = inside || (error && !is_known(trial->before, diag));
        if (doubt && outcome == TRIAL_GOOD) outcome = TRIAL_DOUBTFUL;
    }
    return outcome;
}

TrialOutcome trial_of(Trial *trial, Arena *arena, Span replaced, const char *text, Span statement,
                      const char **better) {
    if (better) *better = NULL;
    const Source *source = trial->source;
    if (trial->left == 0 || memchr(source->text, '\0', source->size)) return TRIAL_UNKNOWN;
    trial->left--;
    if (!trial->before) {
        Diags *before = NEW(arena, Diags);
        trial->before = before;
        if (!run(trial, arena, source->text, before)) trial->left = 0;
        if (trial->left == 0) return TRIAL_UNKNOWN;
    }
    Arena *own = arena_new();
    Diags diags;
    const char *tried = arena_format(own, "%.*s%s%s", (int)replaced.lo, source->text, text, source->text + replaced.hi);
    bool told = run(trial, own, tried, &diags);
    uint32_t end = statement.hi - (replaced.hi - replaced.lo) + (uint32_t)strlen(text);
    TrialOutcome outcome = told ? judge(trial, arena, &diags, (Span){statement.lo, end}, text, better) : TRIAL_UNKNOWN;
    arena_free(own);
    return outcome;
}
