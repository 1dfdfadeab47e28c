#include "compiler/model/options.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/settings.h"
#include "compiler/model/suggest.h"

OptionValue *options_new(Arena *arena, const OptionOwner *owner) {
    return NEW_ARRAY(arena, OptionValue, option_count(owner));
}

/* ---- the arguments of a statement ---- */

/* Advice about a value that has no place: the option it is probably meant for, or that a statement has an end. */
static void advise_extra(Scope *scope, const OptionOwner *owner, const AstValue *value, Diag *diag) {
    if (value->kind == AST_NAME && word_begins_statement(value->name)) {
        diag_help(scope->diags, diag, "a statement ends with its line, or with ';'");
        return;
    }
    for (size_t i = 0; i < owner->count; i++) {
        const OptionSpec *spec = &owner->options[i];
        bool window = spec->type == OPTION_WINDOW && value->kind == AST_SHAPE;
        bool function = spec->type == OPTION_ACTIVATION && value->kind == AST_NAME && activation_find(value->name);
        if (spec->positional || (!window && !function)) continue;
        diag_help(scope->diags, diag, "options are written key=value: %s=%s", spec->name,
                  function ? value->name : value_text(scope->arena, value));
        return;
    }
}

static bool read_positional(Scope *scope, const OptionOwner *owner, const AstArg *arg, size_t *place,
                            OptionValue *values) {
    if (*place >= owner->count || !owner->options[*place].positional) {
        Diag *diag = diag_report(scope->diags, arg->at, "extra-value", "%s takes no %s value here", owner->name,
                                 *place > 0 ? "further" : "such");
        advise_extra(scope, owner, arg->value, diag);
        return false;
    }
    const OptionSpec *spec = &owner->options[*place];
    bool good = option_convert(scope, owner, spec, arg->value, &values[*place]);
    if (!option_takes_all(spec)) ++*place;
    return good;
}

/* An option that another row of the setting has. */
static void advise_variant(Scope *scope, const OptionOwner *owner, const char *key, Diag *diag) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        const SettingKind *kind = &setting_kinds[i];
        const Variant *variant;
        for (size_t v = 0; kind->options == owner->options && kind->variant && (variant = kind->variant(v)); v++) {
            for (size_t k = 0; k < variant->option_count; k++) {
                if (!string_is(variant->options[k].name, key)) continue;
                const OptionSpec *here = k + 1 < option_count(owner) ? option_at(owner, k + 1) : NULL;
                bool alike = here && here->type == OPTION_STRING && variant->options[k].type == OPTION_STRING;
                diag_help(scope->diags, diag, "%s= belongs to '%s %s'%s", key, kind->name, variant->name,
                          alike ? arena_format(scope->arena, "; '%s' has %s= for it", owner->name, here->name) : "");
                return;
            }
        }
    }
}

static void suggest_key(Scope *scope, const OptionOwner *owner, const char *key, Diag *diag) {
    size_t total = option_count(owner), count = 0;
    const char **names = NEW_ARRAY(scope->arena, const char *, total + 1);
    for (size_t i = 0; i < total; i++) {
        const OptionSpec *spec = option_at(owner, i);
        if (!spec->positional) {
            names[count++] = spec->name;
        } else if (string_is(spec->name, key)) {
            diag_help(scope->diags, diag, "%s has no name, only its place: %s", key, spec->example);
            return;
        }
    }
    advise_variant(scope, owner, key, diag);
    if (!diag->help) suggest_word(scope->diags, diag, key, names, count);
    if (diag->help || count == 0 || count > 12) return;
    const char *known = "";
    for (size_t i = 0; i < count; i++) known = arena_format(scope->arena, "%s%s%s", known, i ? ", " : "", names[i]);
    diag_help(scope->diags, diag, "%s knows %s", owner->name, known);
}

static bool read_key(Scope *scope, const OptionOwner *owner, const AstArg *arg, OptionValue *values) {
    for (size_t i = 0; i < option_count(owner); i++) {
        const OptionSpec *spec = option_at(owner, i);
        if (spec->positional || !string_is(spec->name, arg->key)) continue;
        if (values[i].given && !values[i].inherited) {
            Diag *diag = diag_report(scope->diags, arg->key_at, "duplicate-option", "%s= is given twice", arg->key);
            uint32_t line, column;
            source_position(scope->diags->source, values[i].at.lo, &line, &column);
            diag_note(scope->diags, diag, "first in line %u, column %u", (unsigned)line, (unsigned)column);
            diag_help(scope->diags, diag, "keep one of them");
            return false;
        }
        return option_convert(scope, owner, spec, arg->value, &values[i]);
    }
    Diag *diag =
        diag_report(scope->diags, arg->key_at, "unknown-option", "unknown option '%s' for %s", arg->key, owner->name);
    suggest_key(scope, owner, arg->key, diag);
    return false;
}

bool options_read(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values) {
    bool good = true;
    const AstArg *option = NULL;
    size_t place = 0;
    for (size_t i = 0; i < stmt->args.count; i++) {
        const AstArg *arg = &stmt->args.at[i];
        if (!arg->value) {
            good = false;
        } else if (arg->key) {
            option = arg;
            good = read_key(scope, owner, arg, values) && good;
        } else if (option) {
            Diag *diag = diag_report(scope->diags, arg->at, "positional-after-option",
                                     "a value without a name stands after the option %s=", option->key);
            diag_help(scope->diags, diag, "what has no name comes first");
            good = false;
        } else {
            size_t before = place;
            bool read = read_positional(scope, owner, arg, &place, values);
            good = read && good;
            bool next = arg->value->kind == AST_NAME && word_begins_statement(arg->value->name);
            if (!read && place == before && next) return false; /* what follows is its */
        }
        if (scope_spent(scope)) return false;
    }
    return good;
}

bool options_read_default(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values) {
    OptionOwner own = *owner;
    own.common_count = 0;
    bool good = true;
    for (size_t i = 0; i < stmt->args.count; i++) {
        const AstArg *arg = &stmt->args.at[i];
        if (arg->value && arg->key) {
            good = read_key(scope, &own, arg, values) && good;
        } else {
            diag_report(scope->diags, arg->at, "extra-value", "a default line has options only, key=value");
            good = false;
        }
    }
    return good;
}

/* The defaults are texts in the language. */
static void convert_standard(Scope *scope, const OptionOwner *owner, const OptionSpec *spec, Span at,
                             OptionValue *out) {
    Source *source = source_from_text(scope->arena, "default", spec->standard, strlen(spec->standard));
    Diags diags = {.arena = scope->arena, .source = source};
    const AstValue *value = ast_parse_value(scope->arena, source, &diags);
    Scope empty;
    scope_init(&empty, scope->arena, &diags);
    if (!value || !option_convert(&empty, owner, spec, value, out)) {
        BUG("the default of %s of %s is not valid: %s", spec->name, owner->name, spec->standard);
    }
    out->given = false;
    out->at = at;
}

static void report_missing(Scope *scope, const OptionOwner *owner, const OptionSpec *spec, Span at) {
    diag_report(scope->diags, at, "missing-option",
                spec->positional ? "%s needs its %s, for example '%s'" : "%s needs %s=, for example %s", owner->name,
                spec->name, spec->example);
}

void options_fill(Scope *scope, const OptionOwner *owner, OptionValue *values) {
    for (size_t i = 0; i < option_count(owner); i++) {
        const OptionSpec *spec = option_at(owner, i);
        values[i].choice = -1;
        if (spec->standard) {
            convert_standard(scope, owner, spec, SPAN_NONE, &values[i]);
        } else if (option_has_word_for_number(spec)) { /* the number is 0 */
            values[i].word = spec->words[0];
        }
    }
}

bool options_complete(Scope *scope, const OptionOwner *owner, const AstStmt *stmt, OptionValue *values) {
    bool good = true;
    for (size_t i = 0; i < option_count(owner); i++) {
        const OptionSpec *spec = option_at(owner, i);
        if (values[i].given) continue;
        values[i].choice = -1;
        values[i].at = stmt->name_at;
        if (spec->standard) {
            convert_standard(scope, owner, spec, stmt->name_at, &values[i]);
        } else if (spec->required) {
            report_missing(scope, owner, spec, stmt->name_at);
            return false; /* one example at a time */
        }
    }
    return good;
}
