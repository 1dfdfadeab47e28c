#include "compiler/model/statement.h"

/* ---- whose options ---- */

OptionOwner layer_kind_owner(const LayerKind *kind) {
    OptionOwner owner = {.name = kind->name, .options = kind->options, .count = kind->option_count};
    if (!layer_kind_is_input(kind)) {
        owner.common = layer_common_options;
        owner.common_count = LAYER_COMMON_OPTIONS;
    }
    return owner;
}

OptionOwner setting_kind_owner(const SettingKind *kind) {
    return (OptionOwner){.name = kind->name, .options = kind->options, .count = kind->option_count};
}

bool layer_owner(const char *name, OptionOwner *owner) {
    const LayerKind *kind = layer_kind_find(name);
    if (kind) *owner = layer_kind_owner(kind);
    return kind != NULL;
}

bool setting_owner(const char *name, OptionOwner *owner) {
    const SettingKind *kind = setting_kind_find(name);
    if (kind) *owner = setting_kind_owner(kind);
    return kind != NULL;
}

/* ---- one statement ---- */

bool statement_read(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values) {
    return options_read(scope, owner, stmt, values) && options_complete(scope, owner, stmt, values);
}

bool setting_apply(Scope *scope, Settings *settings, const SettingKind *kind, const AstStmt *line, bool given) {
    OptionOwner owner = setting_kind_owner(kind);
    OptionValue *values = options_new(scope->arena, &owner);
    if (!statement_read(scope, &owner, line, values)) return false;
    SettingContext context = {scope->diags, settings, values, given, line->at};
    return kind->apply(&context);
}

bool layer_statement_good(Scope *scope, const AstStmt *stmt) {
    OptionOwner owner;
    if (!stmt->name || !layer_owner(stmt->name, &owner)) return false;
    OptionValue *values = options_new(scope->arena, &owner);
    if (stmt->kind == AST_DEFAULT) return options_read_default(scope, &owner, stmt, values);
    return stmt->kind == AST_STATEMENT && statement_read(scope, &owner, stmt, values);
}

bool setting_line_good(Scope *scope, const AstStmt *line) {
    if (line->kind != AST_STATEMENT || line->label) return false;
    const SettingKind *kind = setting_kind_find(line->name);
    Settings settings = {0};
    return kind && setting_apply(scope, &settings, kind, line, true);
}
