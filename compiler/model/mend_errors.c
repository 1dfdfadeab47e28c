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

void mend_forget_others(Diags *diags, const Diag *kept, Span at) {
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool other = diag != kept && mend_lies_in(diag, at);
        diags->errors -= other;
        if (!other) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}

void mend_forget_unclosed(Diags *diags, Span at) {
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool echo = string_is(diag->kind->name, "unclosed-block") && diag->at.lo < at.lo;
        diags->errors -= echo;
        if (!echo) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}

void mend_forget_echoes(Diags *diags, const Diag *kept, Span at) {
    static const char *const kinds[] = {"syntax-error", "bad-character", "unknown-option", "extra-value"};
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool echo = false;
        for (size_t k = 0; k < COUNT_OF(kinds); k++) echo = echo || string_is(diag->kind->name, kinds[k]);
        echo = echo && diag != kept && mend_lies_in(diag, at);
        diags->errors -= echo;
        if (!echo) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}
