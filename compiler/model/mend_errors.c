#include "compiler/model/mend_errors.h"

bool mend_lies_in(const Diag *diag, Span at) {
    return diag->severity == SEVERITY_ERROR && diag->at.lo >= at.lo && diag->at.lo <= at.hi;
}

Diag *mend_first_error(const Diags *diags, Span at) {
    for (size_t i = 0; i < diags->list.count; i++) {
        if (mend_lies_in(diags->list.at[i], at)) return diags->list.at[i];
    }
    return NULL;
}

/* ---- errors that are not told ---- */

static bool is_other(const Diag *diag, Span at) { return mend_lies_in(diag, at); }

static bool is_unclosed(const Diag *diag, Span at) {
    return string_is(diag->kind->name, "unclosed-block") && diag->at.lo < at.lo;
}

static bool is_echo(const Diag *diag, Span at) {
    static const char *const kinds[] = {"syntax-error", "bad-character", "unknown-option", "extra-value"};
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        if (string_is(diag->kind->name, kinds[k])) return mend_lies_in(diag, at);
    }
    return false;
}

static void forget(Diags *diags, const Diag *kept, Span at, bool (*forgotten)(const Diag *diag, Span at)) {
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        if (diag == kept || !forgotten(diag, at)) {
            diags->list.at[count++] = diag;
        } else {
            diags->errors--;
        }
    }
    diags->list.count = count;
}

void mend_forget_others(Diags *diags, const Diag *kept, Span at) { forget(diags, kept, at, is_other); }
void mend_forget_unclosed(Diags *diags, Span at) { forget(diags, NULL, at, is_unclosed); }
void mend_forget_echoes(Diags *diags, const Diag *kept, Span at) { forget(diags, kept, at, is_echo); }
