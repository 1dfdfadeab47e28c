/* The lines of the train block and of --set, into settings. */
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/foreign.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"

static void report_unknown(Scope *scope, const AstStmt *line) {
    if (layer_kind_find(line->name)) {
        diag_report(scope->diags, line->name_at, "misplaced-statement",
                    "'%s' is a layer; it belongs in the network block", line->name);
        return;
    }
    const Absent *absent = foreign_setting(line->name) ? NULL : foreign_absent(line->name);
    if (absent) {
        diag_report(scope->diags, line->name_at, "unknown-setting", "netc has no %s ('%s')", absent->what, line->name);
        return;
    }
    Diag *diag = diag_report(scope->diags, line->name_at, "unknown-setting", "unknown setting '%s'", line->name);
    const char **names = NEW_ARRAY(scope->arena, const char *, setting_kind_count);
    for (size_t i = 0; i < setting_kind_count; i++) names[i] = setting_kinds[i].name;
    diag_suggest(scope->diags, diag, line->name, names, setting_kind_count);
    if (diag->help) return;
    const char *known = names[0];
    for (size_t i = 1; i < setting_kind_count; i++) known = arena_format(scope->arena, "%s, %s", known, names[i]);
    diag_help(scope->diags, diag, "the settings are %s", known);
}

/* The place of the line's setting in the table, setting_kind_count after reporting that there is none. */
static size_t setting_place(Scope *scope, const AstStmt *line) {
    if (line->kind != AST_STATEMENT || line->label) {
        const char *what = line->kind == AST_REPEAT    ? "repeat"
                           : line->kind == AST_DEFAULT ? "default"
                           : line->kind == AST_LET     ? "let"
                           : line->kind == AST_ALLOW   ? "allow"
                                                       : "a label";
        Diag *diag =
            diag_report(scope->diags, line->at, "misplaced-statement", "%s has no place among the settings", what);
        diag_help(scope->diags, diag, "leave %s out: each setting has one line, as 'epochs 5'", what);
        return setting_kind_count;
    }
    const SettingKind *kind = setting_kind_find(line->name);
    if (kind) return (size_t)(kind - setting_kinds);
    report_unknown(scope, line);
    return setting_kind_count;
}

static bool report_duplicate(Scope *scope, const AstStmt *line, const AstStmt *first) {
    const Source *where = source_of(scope->diags->source, first->at.lo);
    Diag *diag = diag_report(scope->diags, line->name_at, "duplicate-setting", "'%s' is set twice", line->name);
    uint32_t number, column;
    source_position(scope->diags->source, first->at.lo, &number, &column);
    if (where == scope->diags->source) {
        diag_note(scope->diags, diag, "first in line %u", (unsigned)number);
        diag_help(scope->diags, diag, "keep one of them");
    } else {
        diag_note(scope->diags, diag, "first by %s '%s'", where->path, where->text);
        diag_help(scope->diags, diag, "keep one of them");
    }
    return false;
}

typedef VEC(const AstStmt *) Lines;

/* The --set lines, parsed; those that replace a line of the train block stand in replacement[], those of settings that
 * may have several in `more`. */
static bool read_sets(Scope *scope, const ModelChanges *changes, Source *source, const AstStmt **replacement,
                      Lines *more) {
    bool good = true;
    for (size_t i = 0; changes && i < changes->set_count; i++) {
        Source *text = source_from_text(scope->arena, "--set", changes->sets[i], strlen(changes->sets[i]));
        if (!text || !source_attach(source, text)) {
            diag_report(scope->diags, SPAN_NONE, "too-large", "the --set lines are too long");
            return false;
        }
        const AstStmt *line = ast_parse_statement(scope->arena, text, scope->diags);
        size_t place = line ? setting_place(scope, line) : setting_kind_count;
        if (place == setting_kind_count) {
            mend_statement(scope, PLACE_TRAIN, (Span){text->base, text->base + text->size});
            good = false;
        } else if (setting_kinds[place].several) {
            vec_push(scope->arena, more, line);
        } else if (replacement[place]) {
            good = report_duplicate(scope, line, replacement[place]);
        } else {
            replacement[place] = line;
        }
    }
    return good;
}

static bool read_line(Scope *scope, Settings *settings, const AstStmt *line, const AstStmt *const *replacement,
                      const AstStmt **lines) {
    size_t place = setting_place(scope, line);
    if (place == setting_kind_count) return false;
    if (lines[place] && !setting_kinds[place].several) return report_duplicate(scope, line, lines[place]);
    lines[place] = line;
    if (replacement[place]) return true;
    return setting_apply(scope, settings, &setting_kinds[place], line, true);
}

bool settings_read(Scope *scope, Model *model, const AstStmt *train, const ModelChanges *changes, Source *source) {
    Settings *settings = &model->settings;
    const AstStmt **lines = NEW_ARRAY(scope->arena, const AstStmt *, setting_kind_count);
    const AstStmt **replacement = NEW_ARRAY(scope->arena, const AstStmt *, setting_kind_count);
    settings_begin(scope, settings);
    Lines sets = {0};
    bool good = read_sets(scope, changes, source, replacement, &sets);
    scope_enter(scope);
    for (size_t i = 0; train && i < train->body.count && !scope_spent(scope); i++) {
        const AstStmt *stmt = train->body.at[i];
        if (!scope_spend(scope, 100, stmt->at)) break;
        if (stmt->kind == AST_BROKEN) {
            mend_statement(scope, PLACE_TRAIN, stmt->at);
            good = false;
        } else if (stmt->kind == AST_LET) {
            scope_let(scope, stmt->name, stmt->name_at, stmt->value);
        } else if (stmt->kind != AST_ALLOW && !read_line(scope, settings, stmt, replacement, lines)) {
            mend_statement(scope, PLACE_TRAIN, stmt->at);
            good = false;
        }
    }
    for (size_t i = 0; i < setting_kind_count; i++)
        if (replacement[i]) vec_push(scope->arena, &sets, replacement[i]);
    for (size_t i = 0; i < sets.count; i++) {
        if (setting_apply(scope, settings, setting_kind_find(sets.at[i]->name), sets.at[i], true)) continue;
        mend_statement(scope, PLACE_TRAIN, sets.at[i]->at);
        good = false;
    }
    scope_leave(scope);
    return good;
}
