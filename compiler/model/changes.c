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

/* Of "units=8" and "let units = 8" the value is one of a let, if the file has that. */
static bool help_let(Diags *diags, Diag *diag, const AstFile *file, const char *text) {
    const char *name = text + (strncmp(text, "let ", 4) == 0 ? 4 : 0);
    size_t length = 0;
    while (in_name(name[length])) length++;
    const char *value = name + length + strspn(name + length, " =");
    if (!find_let(file, name, length) || *value == '\0') return false;
    diag->help = NULL;
    diag_help(diags, diag, "a let is set by -D %.*s=%s", (int)length, name, value);
    return true;
}

void changes_help(Diags *diags, const AstFile *file, const Source *source) {
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        const Source *where = diag->at.lo == SPAN_NONE.lo ? NULL : source_of(source, diag->at.lo);
        if (!where || diag->severity != SEVERITY_ERROR) continue;
        /* where a blank belongs in a file, as in "8 k", is no matter of a value */
        bool blank = strcmp(diag->kind->name, "bad-number") == 0;
        if (strncmp(where->path, "-D ", 3) == 0 && (!diag->help || blank)) {
            diag->help = NULL;
            help_define(diags, diag, file, source, where->path + 3);
        }
        if (strcmp(where->path, "--set") == 0 && !help_let(diags, diag, file, where->text) && !diag->help) {
            diag_help(diags, diag, "--set takes a line of the train block; 'netc help settings' lists them");
        }
    }
}
