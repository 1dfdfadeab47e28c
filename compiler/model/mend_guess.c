#include "compiler/model/mend_guess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "runtime/base/words.h"

/* Reads a text that is no part of the file, and makes a scope in which nobody hears what is wrong with it. */
static const AstValue *read_quietly(Scope *scope, const char *text, Scope *quiet) {
    Source *source = source_from_text(scope->arena, "hint", text, strlen(text));
    Diags *diags = NEW(scope->arena, Diags);
    *diags = (Diags){.arena = scope->arena, .source = source};
    *quiet = *scope;
    quiet->diags = diags;
    quiet->file = NULL;
    const AstValue *value = ast_parse_value(scope->arena, source, diags);
    return diags->errors == 0 ? value : NULL;
}

/* Whether the real reader takes the text for the option. */
static bool holds(Scope *scope, const OptionOwner *owner, const OptionSpec *spec, const char *text) {
    Scope quiet;
    const AstValue *value = read_quietly(scope, text, &quiet);
    OptionValue out = {0};
    return value && option_convert(&quiet, owner, spec, value, &out);
}

/* The number that an expression is, width/4; NULL: it is none. */
static const char *number_of(Scope *scope, const char *text) {
    Scope quiet;
    const AstValue *value = read_quietly(scope, text, &quiet);
    if (value) value = scope_evaluate(&quiet, value);
    return value && value->kind == AST_NUMBER ? number_text(scope->arena, value->number) : NULL;
}

static bool takes_whole(const OptionSpec *spec) { return spec->type != OPTION_REAL && spec->type != OPTION_NUMBERS; }

/* A number as the option could take it: 10.5 as 10, -3 as 3, 50 and 5 as 0.5 of a share; a little more than the most as
 * the most. */
static const char *in_range(Arena *arena, const OptionSpec *spec, const char *text) {
    char *end;
    double number = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !isfinite(number)) return NULL;
    bool share = spec->low == 0 && spec->high == 1;
    if (share && number >= 2 && number < 100) return number_text(arena, number / (number < 10 ? 10 : 100));
    if (number < 0 && spec->type == OPTION_COUNT) return NULL;
    if (isfinite(spec->high) && spec->high >= 1000 && number > spec->high) return NULL; /* 65536 maps, or 2^53 */
    if (number < spec->low && -number >= spec->low) number = -number;
    if (takes_whole(spec) && spec->type != OPTION_COUNT) number = floor(number);
    if (isfinite(spec->high) && spec->high > 1 && number > spec->high) number = spec->high;
    return number_text(arena, number);
}

/* The first of a list where one value is meant. */
static const char *first_of(MendWords *mend, const OptionSpec *spec, const LooseValue *value) {
    bool list =
        value->kind == LOOSE_GROUP && value->items.count > 0 && spec->type != OPTION_INIT && spec->type != OPTION_WORDS;
    return list ? mend_value(mend, spec, value->items.at[0].value, false) : NULL;
}

/* The nearest of the words the option knows. */
static const char *near_word(Arena *arena, const OptionSpec *spec, const LooseValue *value) {
    const char *word = mend_word(value);
    bool function = spec->type == OPTION_ACTIVATION;
    const char *const *words = function ? activation_names(arena) : spec->words;
    if (!word || !words || spec->type == OPTION_WORDS) return NULL;
    return net_nearest_word(word, words, function ? activation_count : option_word_count(spec));
}

const char *mend_example(Arena *arena, const OptionSpec *spec, size_t place) {
    LooseLine example;
    const LooseValue *value = NULL;
    if (!spec->example || spec->type == OPTION_LABELS) return NULL; /* no layer need be called so */
    const char *mark = strchr(spec->example, '=');
    if (!spec->positional && mark) {
        value = loose_value(arena, mark + 1);
    } else if (spec->positional && loose_read(arena, spec->example, strlen(spec->example), &example) &&
               place < example.args.count) {
        value = example.args.at[place].value;
    }
    return value ? value->raw : NULL;
}

/* What such an option usually is, when it has no example of its own. */
static const char *usual(const OptionSpec *spec, const LooseValue *value) {
    if (spec->type == OPTION_ACTIVATION) return "relu";
    if (spec->type == OPTION_COUNT) return "0.5";
    if (spec->type == OPTION_INIT) return "he_normal";
    if (spec->type == OPTION_BOOL) return string_is(spec->standard, "false") ? "true" : "false"; /* or why say it */
    return spec->type == OPTION_PAD && mend_word(value) && spec->words ? spec->words[0] : NULL;
}

const char *mend_guess(MendWords *mend, Scope *scope, const OptionOwner *owner, const OptionSpec *spec,
                       const LooseValue *value, const char *text) {
    if (text && holds(scope, owner, spec, text)) return text;
    size_t place = 0;
    while (place < owner->count && &owner->options[place] != spec) place++;
    const char *first = first_of(mend, spec, value);
    bool number = value->kind == LOOSE_NUMBER;
    const char *computed = text && !number ? number_of(scope, text) : NULL;
    const char *const candidates[] = {first,
                                      in_range(mend->arena, spec,
                                               computed ? computed
                                               : text   ? text
                                               : number ? value->text
                                                        : first),
                                      near_word(mend->arena, spec, value),
                                      mend_example(mend->arena, spec, place),
                                      usual(spec, value),
                                      spec->standard};
    for (size_t i = 0; i < COUNT_OF(candidates); i++) {
        if (candidates[i] && holds(scope, owner, spec, candidates[i])) return candidates[i];
    }
    return NULL;
}
