#include "compiler/model/mend_text.h"

#include <string.h>

#include "compiler/model/mend_default.h"
#include "compiler/model/mend_head.h"
#include "compiler/model/mend_line.h"

/* `repeat 3 dense 30`: the block that is meant. */
static bool take_rounds(Arena *arena, const LooseLine *line, LooseLine *inner, const char **rounds) {
    static const char *const words[] = {"repeat", "times", "loop"};
    bool repeats = false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        repeats = repeats || (line->head && foreign_same(line->head, words[i]));
    bool good = repeats && line->args.count > 1 && !line->args.at[0].key && !line->args.at[1].key;
    if (!good || line->args.at[0].value->kind != LOOSE_NUMBER || !mend_word(line->args.at[1].value)) return false;
    const LooseValue *head = line->args.at[1].value;
    *rounds = mend_any(&(MendWords){.arena = arena}, line->args.at[0].value);
    *inner = (LooseLine){.head = mend_word(head), .called = head->kind == LOOSE_CALL};
    for (size_t i = 0; i < head->items.count; i++) vec_push(arena, &inner->args, head->items.at[i]);
    for (size_t i = 2; i < line->args.count; i++) vec_push(arena, &inner->args, line->args.at[i]);
    return *rounds != NULL;
}

/* Whether a value lists the units of several layers: [30, 20], or 30,20 where it is no number. */
static bool lists_units(const LooseArg *arg) {
    static const char *const units[] = {"units"};
    bool turned, named = !arg->key || word_alias(arg->key, units, 1, &turned);
    if (!named || arg->value->kind != LOOSE_GROUP || arg->value->items.count < 2) return false;
    for (size_t i = 0; i < arg->value->items.count; i++) {
        const LooseArg *item = &arg->value->items.at[i];
        if (item->key || item->value->kind != LOOSE_NUMBER) return false;
        if (i > 0 && string_is(arg->value->text, ",") && strlen(item->value->text) == 3) return false;
    }
    return true;
}

/* `dense [30, 20] relu`: a line for each. NULL: it is one. */
static const char *each_text(Scope *scope, const ForeignHead *head, const LooseLine *line, MendWords *words) {
    size_t list = 0;
    while (list < line->args.count && !lists_units(&line->args.at[list])) list++;
    if (list == line->args.count || strncmp(head->here, "dense", 5) != 0) return NULL;
    const char *text = NULL;
    const LooseValue *sizes = line->args.at[list].value;
    for (size_t i = 0; i < sizes->items.count; i++) {
        LooseLine one = {.head = line->head};
        for (size_t k = 0; k < line->args.count; k++) {
            vec_push(scope->arena, &one.args, k == list ? sizes->items.at[i] : line->args.at[k]);
        }
        const char *layer = mend_line(scope, true, head, &one, words);
        if (!layer) return NULL;
        text = text ? arena_format(scope->arena, "%s; %s", text, layer) : layer;
    }
    return text;
}

/* `compile(optimizer="sgd", loss="mse")`, `fit(epochs=3)`: a line for each setting. NULL: it is none. */
static const char *settings_text(Scope *scope, const LooseLine *line, MendWords *words) {
    const char *text = NULL;
    bool known, call = line->called && line->head && !foreign_setting(line->head);
    for (size_t i = 0; call && i < line->args.count; i++) {
        const LooseArg *arg = &line->args.at[i];
        if (!arg->key) return NULL;
        if (foreign_absent(arg->key)) continue;
        if (!foreign_setting(arg->key)) return NULL;
        LooseLine one = {.marked = arg->key};
        vec_push(scope->arena, &one.args, ((LooseArg){.value = arg->value}));
        const char *setting = mend_text(scope, &one, false, words, &known);
        if (!setting) return NULL;
        text = text ? arena_format(scope->arena, "%s; %s", text, setting) : setting;
    }
    return text;
}

/* The line in one of the blocks. `known`: its head is one of that block, so that nothing else is meant. */
const char *mend_text(Scope *scope, const LooseLine *line, bool layer, MendWords *words, bool *known) {
    LooseLine changed;
    const char *rounds;
    if (layer && take_rounds(scope->arena, line, &changed, &rounds)) {
        const char *inner = mend_text(scope, &changed, true, words, known);
        return inner ? arena_format(scope->arena, "repeat %s { %s }", rounds, inner) : NULL;
    }
    const ForeignHead *head = mend_head(scope->arena, line, layer, &changed);
    *known = head != NULL;
    bool standard = layer && (line->standard || (!head && !(line->head && foreign_absent(line->head))));
    if (standard) return mend_default(scope, line, words);
    if (!head && !layer) return settings_text(scope, line, words);
    const char *several = head && layer ? each_text(scope, head, &changed, words) : NULL;
    return several ? several : head ? mend_line(scope, layer, head, &changed, words) : NULL;
}
