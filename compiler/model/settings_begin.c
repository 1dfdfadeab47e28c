/* Settings as they are before a line is read. */
#include <string.h>

#include "compiler/model/settings.h"
#include "compiler/model/statement.h"

/* All settings off. */
static void settings_clear(Scope *scope, Settings *settings) {
    settings->members = 1;
    settings_new(scope->arena, settings);
    for (size_t i = 0; i < setting_kind_count; i++) {
        Setting *setting = &settings->at[i];
        setting->owner = setting_kind_owner(scope->arena, &setting_kinds[i], NULL);
        setting->values = options_new(scope->arena, &setting->owner);
        options_fill(scope, &setting->owner, setting->values);
    }
}

static void apply_standard(Scope *scope, Settings *settings, const SettingKind *kind) {
    if (!kind->standard) return;
    Source *source = source_from_text(scope->arena, "default", kind->standard, strlen(kind->standard));
    Diags diags = {.arena = scope->arena, .source = source};
    const AstStmt *line = ast_parse_statement(scope->arena, source, &diags);
    Scope empty;
    scope_init(&empty, scope->arena, &diags);
    if (!line || !setting_apply(&empty, settings, kind, line, false)) {
        BUG("the default of the setting %s is not valid: %s", kind->name, kind->standard);
    }
}

void settings_begin(Scope *scope, Settings *settings) {
    settings_clear(scope, settings);
    for (size_t i = 0; i < setting_kind_count; i++) apply_standard(scope, settings, &setting_kinds[i]);
}

bool settings_read_data(Scope *scope, Settings *settings, const AstStmt *line) {
    settings_begin(scope, settings);
    return setting_apply(scope, settings, setting_kind_find("data"), line, true);
}
