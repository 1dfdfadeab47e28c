/* The lines of `default` that are meant by one that names several kinds of layers, or none; and the layers that lack
 * what such a line gives. */
#include "compiler/model/mend_default.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/statement.h"

static bool stands_in(const AstBody *body, const char *kind) {
    for (size_t i = 0; i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        if (stmt->kind == AST_STATEMENT && string_is(stmt->name, kind)) return true;
        if (stands_in(&stmt->body, kind)) return true;
    }
    return false;
}

/* Whether layers of the kind have an option of that name, or in another's words. */
static bool has_option(Arena *arena, const char *kind, const char *option) {
    OptionOwner owner;
    bool turned;
    if (!layer_owner(kind, &owner)) return false;
    size_t place = mend_find_option(arena, &owner, option, &turned);
    return place < option_count(&owner) && !option_at(&owner, place)->positional;
}

/* The kinds of the network that have the option; of a network that cannot be read, the first there is. */
static const char *const *kinds_with(const Scope *scope, const char *option, size_t *count) {
    static const char *const usual[] = {"dense", "conv"};
    const char **kinds = NEW_ARRAY(scope->arena, const char *, COUNT_OF(usual));
    const char *first = NULL;
    *count = 0;
    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        if (!has_option(scope->arena, usual[i], option)) continue;
        if (!first) first = usual[i];
        if (scope->file && stands_in((const AstBody *)&scope->file->top, usual[i])) kinds[(*count)++] = usual[i];
    }
    if (*count == 0 && first) kinds[(*count)++] = first;
    return kinds;
}

static LooseValue *new_word(Arena *arena, const char *text) {
    LooseValue *word = NEW(arena, LooseValue);
    *word = (LooseValue){.kind = LOOSE_WORD, .text = text, .raw = text};
    return word;
}

const char *mend_default(Scope *scope, const LooseLine *line, MendWords *words) {
    Arena *arena = scope->arena;
    LooseLine rest = {.standard = true}, all = {0};
    VEC(const char *) kinds = {0};
    const char *const heads[] = {line->marked, line->marked == line->head ? NULL : line->head};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        if (heads[i]) vec_push(arena, &all.args, ((LooseArg){.value = new_word(arena, heads[i])}));
    }
    for (size_t i = 0; i < line->args.count; i++) vec_push(arena, &all.args, line->args.at[i]);
    for (size_t i = 0; i < all.args.count; i++) {
        const LooseArg *arg = &all.args.at[i];
        const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : NULL;
        bool value = rest.args.count > 0 && word && scope_find(scope, word); /* default activation = act */
        bool own = value || (word && string_is(word, "activation"));
        const ForeignHead *kind = word && !own ? foreign_layer(word) : NULL;
        const char *here = kind ? kind->here + strspn(kind->here, " ") : "";
        const Let *let = kind && kinds.count > 0 ? scope_find(scope, word) : NULL; /* default dense act */
        bool function = let && let->value && let->value->kind == AST_NAME && activation_find(let->value->name);
        if (function) vec_push(arena, &rest.args, ((LooseArg){.key = "activation", .value = arg->value}));
        if (function) continue;
        if (!kind) {
            vec_push(arena, &rest.args, *arg);
            continue;
        }
        const char *name = arena_copy(arena, here, strcspn(here, " "));
        bool known = false; /* default conv maps kernel=3x3 */
        for (size_t k = 0; k < kinds.count; k++) known = known || string_is(kinds.at[k], name);
        if (!known) vec_push(arena, &kinds, name);
    }
    const LooseArg *first = rest.args.count > 0 ? &rest.args.at[0] : NULL;
    const char *option = !first ? NULL : first->key ? first->key : mend_word(first->value);
    if (option && kinds.count == 0) {
        size_t count;
        const char *const *meant = kinds_with(scope, option, &count);
        for (size_t i = 0; i < count; i++) vec_push(arena, &kinds, meant[i]);
        if (count > 0 && line->standard) words->remark = "a default names the kind of layer that it is for";
    }
    const char *text = NULL;
    for (size_t i = 0; i < kinds.count && first; i++) {
        ForeignHead head = {.here = kinds.at[i], .order = ""};
        const char *one = mend_line(scope, true, &head, &rest, words);
        if (!one) return NULL;
        text = text ? arena_format(arena, "%s; %s", text, one) : one;
    }
    return text;
}

/* ---- layers without it ---- */

/* Whether a line is a default of that kind, as far as can be told. */
static bool is_default(const Scope *scope, const AstStmt *stmt, const char *kind) {
    static const char word[] = "default";
    size_t length;
    const char *text = source_slice(scope->diags->source, stmt->at, &length);
    bool broken = stmt->kind == AST_BROKEN && length > strlen(word) && memcmp(text, word, strlen(word)) == 0;
    return broken || (stmt->kind == AST_DEFAULT && string_is(stmt->name, kind));
}

static bool gives(const AstStmt *stmt, const char *option) {
    for (size_t i = 0; i < stmt->args.count; i++) {
        if (string_is(stmt->args.at[i].key, option)) return true;
    }
    return false;
}

/* The default line above that has an error, or below that gives the option; NULL: there is none. */
static const AstStmt *default_elsewhere(const Scope *scope, const AstBody *body, const char *kind, const char *option,
                                        Span at) {
    for (size_t i = 0; i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        bool above = stmt->at.lo < at.lo;
        bool meant = is_default(scope, stmt, kind) &&
                     (above ? mend_first_error(scope->diags, stmt->at) != NULL : gives(stmt, option));
        const AstStmt *inside = meant ? stmt : default_elsewhere(scope, (const AstBody *)&stmt->body, kind, option, at);
        if (inside) return inside;
    }
    return NULL;
}

/* Says that a default line stands too far down; false: above, where what is wrong with it is said. */
static bool say_below(Scope *scope, Diag *diag, const AstStmt *line, Span at, const char *kind) {
    if (line->at.lo < at.lo) return false;
    uint32_t number, column;
    source_position(scope->diags->source, line->at.lo, &number, &column);
    diag->help = NULL;
    diag_note(scope->diags, diag, "'default %s' stands in line %u; a default holds from its line on", kind,
              (unsigned)number);
    diag_help(scope->diags, diag, "move that line up");
    return true;
}

bool mend_default_below(Scope *scope, Diag *diag, Span at, const char *kind, const char *option) {
    const AstBody *file = scope->file ? (const AstBody *)&scope->file->top : NULL;
    const AstStmt *line = file ? default_elsewhere(scope, file, kind, option, at) : NULL;
    return line && say_below(scope, diag, line, at, kind);
}

bool mend_missing_default(Scope *scope, Diag *diag, Span at, const char *kind) {
    const char *needs = strstr(diag->message, " needs ");
    if (!string_is(diag->kind->name, "missing-option") || !needs || !scope->file) return false;
    needs += strlen(" needs ");
    const char *option = arena_copy(scope->arena, needs, strcspn(needs, "=, "));
    const AstStmt *line = default_elsewhere(scope, (const AstBody *)&scope->file->top, kind, option, at);
    if (!line) return false;
    if (!say_below(scope, diag, line, at, kind)) mend_forget_others(scope->diags, NULL, at);
    return true;
}
