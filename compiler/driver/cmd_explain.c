/* netc explain: what a diagnostic means. */
#include <string.h>

#include "compiler/driver/help.h"
#include "compiler/driver/report.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"

static const char *const severity_names[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_NOTE] = "note"};

static int explain_all(bool markdown, FILE *out) {
    if (markdown) {
        fputs(
            "# Messages\n"
            "\n"
            "What each error and warning means and how to mend it. `netc explain NAME` prints the same; this page is\n"
            "made by `netc explain --all --markdown`.\n",
            out);
    }
    for (size_t i = 0; i < diag_kind_count; i++) {
        if (i > 0 && !markdown) {
            fputc('\n', out);
        }
        explain_diagnostic(&diag_kinds[i], markdown, out);
    }
    return STATUS_OK;
}

static int list(FILE *out) {
    for (int severity = SEVERITY_ERROR; severity <= SEVERITY_NOTE; severity++) {
        fprintf(out, "%ss:\n", severity_names[severity]);
        int column = 0, padding = 0;
        for (size_t i = 0; i < diag_kind_count; i++) {
            if (diag_kinds[i].severity != (Severity)severity) {
                continue;
            }
            fprintf(out, "%s%*s", column % 3 == 0 ? "  " : "", column % 3 == 0 ? 0 : padding, "");
            fprintf(out, "%s%s", diag_kinds[i].name, ++column % 3 == 0 ? "\n" : "");
            padding = 26 - (int)strlen(diag_kinds[i].name);
        }
        fputs(column % 3 == 0 ? "" : "\n", out);
    }
    fputs("\n'netc explain NAME' explains one, 'netc explain --all' all of them.\n", out);
    return STATUS_OK;
}

static int unknown(Arena *arena, const char *name) {
    const char **names = NEW_ARRAY(arena, const char *, diag_kind_count);
    for (size_t i = 0; i < diag_kind_count; i++) {
        names[i] = diag_kinds[i].name;
    }
    const char *nearest = net_nearest_word(name, names, diag_kind_count);
    Words topics = help_topics(arena);
    for (size_t i = 0; nearest == NULL && i < diag_kind_count; i++) { /* a message is given whole */
        nearest = strstr(name, names[i]) != NULL ? names[i] : NULL;
    }
    if (nearest == NULL && words_have(&topics, name)) {
        return report_usage("explain", "there is no diagnostic '%s'; 'netc help %s' says what that word is", name,
                            name);
    }
    if (nearest != NULL) {
        return report_usage("explain", "there is no diagnostic '%s'; did you mean '%s'?", name, nearest);
    }
    return report_usage("explain", "there is no diagnostic '%s'; 'netc explain' lists them", name);
}

int cmd_explain(Arena *arena, Options *options) {
    if (options->all && options->files.count > 0) {
        return report_usage("explain", "--all explains every diagnostic: it goes without a name");
    }
    if (options->all) {
        return explain_all(options->markdown, stdout);
    }
    if (options->files.count == 0) {
        return list(stdout);
    }
    const char *name = options->files.at[0];
    size_t length = strlen(name);
    if (length > 2 && name[0] == '[' && name[length - 1] == ']') {
        name = arena_copy(arena, name + 1, length - 2);
    }
    const DiagKind *kind = diag_kind_find(name);
    if (kind == NULL) {
        return unknown(arena, name);
    }
    explain_diagnostic(kind, options->markdown, stdout);
    return STATUS_OK;
}
