/* Help for errors in what the command line changes of a model: the text of a -D value and of a --set line. */
#include "compiler/model/changes.h"

#include <string.h>

#include "compiler/syntax/words.h"

static const AstStmt *find_let(const AstFile *file, const char *name, size_t length) {
    for (size_t i = 0; i < file->top.count; i++) {
        const AstStmt *stmt = file->top.at[i];
        if (stmt->kind == AST_LET && strlen(stmt->name) == length && memcmp(stmt->name, name, length) == 0) return stmt;
    }
    return NULL;
}

/* The value as the file has it is one that can be typed. */
static void help_define(Diags *diags, Diag *diag, const AstFile *file, const Source *source, const char *name) {
    const AstStmt *let = find_let(file, name, strlen(name));
    if (!let || !let->value) return;
    size_t length;
    const char *text = source_slice(source, let->value->at, &length);
    diag_help(diags, diag, "for example -D %s=%.*s, as in the file", name, (int)length, text);
}

static void help_set(Diags *diags, Diag *diag, const AstFile *file, const char *text) {
    size_t name = 0;
    while (in_name(text[name])) name++;
    const char *value = text + name + strspn(text + name, " =");
    if (find_let(file, text, name) && *value != '\0') {
        diag_help(diags, diag, "a let is set by -D %.*s=%s", (int)name, text, value);
    } else {
        diag_help(diags, diag, "--set takes a line of the train block; 'netc help settings' lists them");
    }
}

void changes_help(Diags *diags, const AstFile *file, const Source *source) {
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        const Source *where = diag->at.lo == SPAN_NONE.lo ? NULL : source_of(source, diag->at.lo);
        bool define = where && strncmp(where->path, "-D ", 3) == 0;
        /* where a blank belongs in a file, as in "8 k", is no matter of a value */
        bool blank = define && strcmp(diag->kind->name, "bad-number") == 0;
        if (!where || (diag->help && !blank) || diag->severity != SEVERITY_ERROR) continue;
        if (blank) diag->help = NULL;
        if (define) help_define(diags, diag, file, source, where->path + 3);
        if (strcmp(where->path, "--set") == 0) help_set(diags, diag, file, where->text);
    }
}
