/* The lines of `default` that are meant by one that names several kinds of layers, or none. */
#include <string.h>

#include "compiler/model/layer.h"
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
        const ForeignHead *kind = word && !string_is(word, "activation") ? foreign_layer(word) : NULL;
        const char *here = kind ? kind->here + strspn(kind->here, " ") : "";
        if (kind) vec_push(arena, &kinds, arena_copy(arena, here, strcspn(here, " ")));
        if (!kind) vec_push(arena, &rest.args, *arg);
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
