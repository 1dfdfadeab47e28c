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

OptionOwner setting_kind_owner(Arena *arena, const SettingKind *kind, const Variant *variant) {
    OptionOwner owner = {.name = kind->name, .options = kind->options, .count = kind->option_count};
    if (!variant) return owner;
    owner.name = arena_format(arena, "%s %s", kind->name, variant->name);
    owner.common = variant->options;
    owner.common_count = variant->option_count;
    return owner;
}

bool layer_owner(const char *name, OptionOwner *owner) {
    const LayerKind *kind = layer_kind_find(name);
    if (kind) *owner = layer_kind_owner(kind);
    return kind != NULL;
}

bool setting_owner(Arena *arena, const char *name, const char *word, OptionOwner *owner) {
    const SettingKind *kind = setting_kind_find(name);
    if (!kind) return false;
    *owner = setting_kind_owner(arena, kind, NULL);
    VEC(OptionSpec) all = {0};
    const Variant *variant;
    for (size_t v = 0; kind->variant && (variant = kind->variant(v)); v++) {
        for (size_t k = 0; k < variant->option_count && (!word || string_is(word, variant->name)); k++) {
            OptionSpec spec = variant->options[k];
            if (!word) spec.required = false; /* of one row, not of all */
            vec_push(arena, &all, spec);
        }
    }
    owner->common = all.at;
    owner->common_count = all.count;
    return true;
}

/* ---- one statement ---- */

bool statement_read(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values) {
    return options_read(scope, owner, stmt, values) && options_complete(scope, owner, stmt, values);
}

/* The variant that a line's first word chooses; NULL when it chooses none. */
static const Variant *variant_of(Scope *scope, const SettingKind *kind, const AstStmt *line) {
    const AstValue *word = line->args.count > 0 && !line->args.at[0].key ? line->args.at[0].value : NULL;
    const Let *let = word && word->kind == AST_NAME ? scope_find(scope, word->name) : NULL;
    if (let) word = let->value;
    const char *const *words = kind->options[0].words;
    for (size_t i = 0; word && word->kind == AST_NAME && words[i]; i++) {
        if (string_is(words[i], word->name)) return kind->variant(i);
    }
    return NULL;
}

/* Without a variant nobody knows which options there are: only the word itself is read, which a line must have even if
 * there is one that holds without a line. False. */
static bool refuse_word(Scope *scope, const SettingKind *kind, const AstStmt *line) {
    OptionSpec *spec = NEW(scope->arena, OptionSpec);
    *spec = kind->options[0];
    spec->standard = NULL;
    OptionOwner owner = {.name = kind->name, .options = spec, .count = 1};
    AstStmt word = *line;
    word.args.count = line->args.count > 0 && !line->args.at[0].key ? 1 : 0;
    if (statement_read(scope, &owner, &word, options_new(scope->arena, &owner))) BUG("%s has no such row", kind->name);
    return false;
}

/* "l2=, l1= or weight_decay=" */
static const char *keys_text(Arena *arena, const OptionOwner *owner) {
    const char *text = "";
    for (size_t i = 0; i < owner->count; i++) {
        const char *gap = i == 0 ? "" : i + 1 == owner->count ? " or " : ", ";
        const OptionSpec *spec = &owner->options[i];
        text = arena_format(arena, "%s%s%s%s", text, gap, spec->name, spec->positional ? "" : "=");
    }
    return text;
}

static bool check_some(Scope *scope, const OptionOwner *owner, const AstStmt *line, const OptionValue *values) {
    const char *example = NULL;
    for (size_t i = 0; i < owner->count; i++) {
        const OptionSpec *spec = &owner->options[i];
        if (values[i].given) return true;
        if (example || !spec->example) continue;
        example = spec->positional ? spec->example : arena_format(scope->arena, "%s %s", owner->name, spec->example);
    }
    diag_report(scope->diags, line->at, "missing-option", "%s needs %s, for example %s", owner->name,
                keys_text(scope->arena, owner), example);
    return false;
}

static bool check_same(Scope *scope, const OptionOwner *owner, const OptionValue *values) {
    for (size_t i = 0; i < option_count(owner); i++) {
        const OptionSpec *spec = option_at(owner, i);
        for (size_t k = 0; k < i && spec->same && values[i].given; k++) {
            const OptionSpec *other = option_at(owner, k);
            if (!values[k].given || !other->same || !string_is(spec->same, other->same)) continue;
            diag_report(scope->diags, values[i].at, "conflicting-options", "%s= and %s= are one setting (%s); keep one",
                        other->name, spec->name, spec->same);
            return false;
        }
    }
    return true;
}

bool setting_apply(Scope *scope, Settings *settings, const SettingKind *kind, const AstStmt *line, bool given) {
    const Variant *variant = kind->variant ? variant_of(scope, kind, line) : NULL;
    if (kind->variant && !variant) return refuse_word(scope, kind, line);
    OptionOwner owner = setting_kind_owner(scope->arena, kind, variant);
    OptionValue *values = options_new(scope->arena, &owner);
    if (!statement_read(scope, &owner, line, values)) return false;
    if (kind->some && !check_some(scope, &owner, line, values)) return false;
    if (!check_same(scope, &owner, values)) return false;
    SettingContext context = {scope->diags, settings, values, line->at, given ? line : NULL};
    settings->at[kind - setting_kinds] = (Setting){.owner = owner, .values = values, .line = context.line, .on = true};
    if (kind->apply && !kind->apply(&context)) return false;
    return !variant || !variant->check || variant->check(&context);
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
    settings_new(scope->arena, &settings);
    return kind && setting_apply(scope, &settings, kind, line, true);
}
