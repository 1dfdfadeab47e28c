/* One value for one option: what it may be, and what is said when it is not. */
#include "compiler/model/options.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/option_text.h"
#include "compiler/model/suggest.h"
#include "compiler/model/initialiser.h"
#include "runtime/base/float.h"

/* One conversion of a value. */
typedef struct {
    Scope *scope;
    const OptionOwner *owner;
    const OptionSpec *spec;
    const AstValue *value; /* evaluated */
    OptionValue *out;
} Conversion;

/* ---- its words ---- */

size_t option_word_count(const OptionSpec *spec) {
    size_t count = 0;
    while (spec->words && spec->words[count]) count++;
    return count;
}

bool option_has_word_for_number(const OptionSpec *spec) {
    return spec->words && spec->type != OPTION_WORD && spec->type != OPTION_WORDS && spec->type != OPTION_INIT;
}

bool option_takes_all(const OptionSpec *spec) { return spec->type == OPTION_WORDS || spec->type == OPTION_LABELS; }

/* ---- messages ---- */

/* "max, average or l2" */
static const char *words_text(Arena *arena, const OptionSpec *spec) {
    size_t count = option_word_count(spec);
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : i + 1 == count ? " or " : ", ", spec->words[i]);
    }
    return text;
}

/* " from 1 to 65536", " above 0 and below 1", " of at least 0", " of more than 0"; empty: any. */
static const char *range_text(Arena *arena, const OptionSpec *spec) {
    if (spec->low == 0 && spec->high == 0) return "";
    if (isinf(spec->high)) {
        return arena_format(arena, spec->low_open ? " of more than %s" : " of at least %s",
                            number_text(arena, spec->low));
    }
    if (spec->low_open) {
        return arena_format(arena, " above %s and %s%s", number_text(arena, spec->low),
                            spec->high_open ? "below " : "at most ", number_text(arena, spec->high));
    }
    return arena_format(arena, " from %s to %s%s", number_text(arena, spec->low), spec->high_open ? "below " : "",
                        number_text(arena, spec->high));
}

static const char *expected_text(Arena *arena, const OptionSpec *spec) {
    const char *range = range_text(arena, spec);
    switch (spec->type) {
    case OPTION_INTEGER: return arena_format(arena, "a whole number%s", range);
    case OPTION_REAL: return arena_format(arena, "a number%s", range);
    case OPTION_BOOL: return "true or false";
    case OPTION_WORD: return words_text(arena, spec);
    case OPTION_WINDOW:
    case OPTION_PAD: return arena_format(arena, "HxW or one number, each%s", range);
    case OPTION_SHAPE: return "CxHxW or one number";
    case OPTION_ACTIVATION: return "an activation such as relu";
    case OPTION_INIT: return "an initialiser such as he_normal or normal(0, 1)";
    case OPTION_NUMBERS: return arena_format(arena, "a number%s or a list of them", range);
    case OPTION_COUNT: return "a count or a fraction below 1";
    case OPTION_STRING: return "a text in quotes";
    case OPTION_WORDS: return arena_format(arena, "any of %s", words_text(arena, spec));
    case OPTION_LABEL: return "the label of an earlier layer";
    case OPTION_LABELS: return "labels of earlier layers";
    case OPTION_STRINGS: return "a list of texts in quotes, as [\"a\", \"b\"]";
    case OPTION_COLUMNS: return "a column's name or number, or a list of them";
    }
    BUG("unknown option type %d", (int)spec->type);
}

/* ", or same": the words that may stand in place of a number. */
static const char *or_words_text(Arena *arena, const OptionSpec *spec) {
    return option_has_word_for_number(spec) ? arena_format(arena, ", or %s", words_text(arena, spec)) : "";
}

/* "units of dense", "kernel= of conv" */
static const char *option_named(const Conversion *c) {
    return arena_format(c->scope->arena, "%s%s of %s", c->spec->name, c->spec->positional ? "" : "=", c->owner->name);
}

/* width/4, where only whole numbers are taken: both neighbours could stand there. */
static bool lies_between(const Conversion *c) {
    bool number = c->spec->type == OPTION_INTEGER && c->value->kind == AST_NUMBER && isfinite(c->value->number);
    return number && !value_is_whole(c->value) && floor(c->value->number) >= c->spec->low &&
           floor(c->value->number) + 1 <= c->spec->high;
}

static bool fail(const Conversion *c, const char *kind) {
    Arena *arena = c->scope->arena;
    Diag *diag = diag_report(c->scope->diags, c->value->at, kind, "%s must be %s%s, not %s", option_named(c),
                             expected_text(arena, c->spec), or_words_text(arena, c->spec), value_text(arena, c->value));
    if (c->value->kind == AST_NUMBER && net_rounds_to_zero(c->value->number)) {
        diag_help(c->scope->diags, diag, "a 32-bit float holds it as 0; the smallest above that is 1.4e-45");
    } else if (lies_between(c)) {
        double below = floor(c->value->number);
        diag_help(c->scope->diags, diag, "the nearest whole numbers are %.0f and %.0f", below, below + 1);
    } else if (c->spec->type == OPTION_LABEL) {
        diag_help(c->scope->diags, diag, "a label names what flows where it stands: 'x:', in a line of its own above");
    }
    return false;
}

/* Adds what was probably meant: one of the words that may stand here, or a let; else what is expected. */
static bool help_word(const Conversion *c, Diag *diag, const char *const *words, size_t count) {
    Scope *scope = c->scope;
    size_t let_count;
    const char *const *lets = scope_names(scope, &let_count);
    const char **candidates = NEW_ARRAY(scope->arena, const char *, count + let_count + 1);
    for (size_t i = 0; i < count; i++) candidates[i] = words[i];
    for (size_t i = 0; i < let_count; i++) candidates[count + i] = lets[i];
    suggest_word(scope->diags, diag, c->value->name, candidates, count + let_count);
    if (diag->help) return false;
    diag_help(scope->diags, diag, "expected %s%s", expected_text(scope->arena, c->spec),
              or_words_text(scope->arena, c->spec));
    return false;
}

/* An activation or initialiser that does not exist. */
static bool fail_unknown(const Conversion *c, const char *what, const char *const *words, size_t count) {
    Diag *diag = diag_report(c->scope->diags, c->value->at, "unknown-word", "unknown %s '%s'", what, c->value->name);
    return help_word(c, diag, words, count);
}

/* A word that the option does not know. */
static bool fail_word(const Conversion *c) {
    const char *who = c->spec->positional ? c->owner->name : arena_format(c->scope->arena, "%s=", c->spec->name);
    Diag *diag = diag_report(c->scope->diags, c->value->at, "unknown-word", "%s knows no '%s'", who, c->value->name);
    return help_word(c, diag, c->spec->words, option_word_count(c->spec));
}

/* A name where a number belongs: a let with a typing error, most likely. */
static bool fail_name(const Conversion *c) {
    Scope *scope = c->scope;
    Diag *diag = diag_report(scope->diags, c->value->at, "unknown-name", "there is no 'let %s'; %s must be %s",
                             c->value->name, option_named(c), expected_text(scope->arena, c->spec));
    scope_advise(scope, diag, c->value->name, c->value->at);
    return false;
}

static bool fail_number(const Conversion *c, const char *kind) {
    if (c->value->kind != AST_NAME) return fail(c, kind);
    if (option_has_word_for_number(c->spec)) return fail_word(c);
    return fail_name(c);
}

/* ---- numbers and words ---- */

static bool in_range(const OptionSpec *spec, double number) {
    if (!isfinite(number) || fabs(number) > (double)FLT_MAX * 2) return false;
    if (spec->low == 0 && spec->high == 0) return true;
    if (number < spec->low || (spec->low_open && number == spec->low)) return false;
    return number < spec->high || (!spec->high_open && number == spec->high);
}

/* Beyond what a 32-bit float holds nothing can be computed with it, and what it holds as 0 does nothing. */
static bool fits_float(double number) { return fabs(number) <= (double)FLT_MAX && !net_rounds_to_zero(number); }

static bool is_whole_in_range(const OptionSpec *spec, const AstValue *value) {
    return value_is_whole(value) && in_range(spec, value->number);
}

static int word_place(const char *const *words, const AstValue *value) {
    if (value->kind != AST_NAME) return -1;
    for (int i = 0; words && words[i]; i++) {
        if (string_is(words[i], value->name)) return i;
    }
    return -1;
}

/* True when the value is one of the words that may stand in place of the number. */
static bool take_word(const Conversion *c) {
    int place = word_place(c->spec->words, c->value);
    if (place < 0) return false;
    c->out->flag = true;
    c->out->choice = place;
    c->out->word = c->spec->words[place];
    return true;
}

static bool convert_integer(const Conversion *c) {
    if (take_word(c)) return true;
    if (!is_whole_in_range(c->spec, c->value)) return fail_number(c, "bad-value");
    c->out->integer = (int64_t)c->value->number;
    c->out->real = c->value->number;
    return true;
}

static bool convert_real(const Conversion *c) {
    if (take_word(c)) return true;
    if (c->value->kind != AST_NUMBER || !in_range(c->spec, c->value->number) || !fits_float(c->value->number)) {
        return fail_number(c, "bad-value");
    }
    c->out->real = c->value->number;
    return true;
}

static bool convert_count(const Conversion *c) {
    double number = c->value->number;
    bool good = c->value->kind == AST_NUMBER && number >= 0 && (number < 1 || value_is_whole(c->value));
    if (!good) return fail_number(c, "bad-value");
    if (number == 1 && !c->value->integral) {
        Diag *diag = diag_report(c->scope->diags, c->value->at, "bad-value",
                                 "%s must be %s; 1.0 is neither: 1 example, or all of them?", option_named(c),
                                 expected_text(c->scope->arena, c->spec));
        diag_help(c->scope->diags, diag, "write 1 for one example; train= is left out to train with all that are left");
        return false;
    }
    c->out->real = number;
    return true;
}

/* The word that takes a number in brackets, which trainers know it with. */
static bool convert_called(const Conversion *c) {
    const AstValue *item = c->value->items.count == 1 ? c->value->items.at[0] : NULL;
    double number = c->value->kind == AST_NAME ? c->spec->called_alone : item ? item->number : 0;
    bool called = c->value->kind == AST_NAME || (item && item->kind == AST_NUMBER);
    if (!called || !(number > 0) || !fits_float(number)) {
        diag_report(c->scope->diags, c->value->at, "bad-value", "%s takes one number above 0, for example %s(%s)",
                    c->spec->called, c->spec->called, number_text(c->scope->arena, c->spec->called_alone));
        return false;
    }
    c->out->real = number;
    c->out->word = arena_format(c->scope->arena, "%s(%s)", c->spec->called, exact_text(c->scope->arena, number));
    return true;
}

static bool convert_word(const Conversion *c) {
    bool named = c->value->kind == AST_NAME || c->value->kind == AST_CALL;
    bool called = named && c->spec->called && string_is(c->value->name, c->spec->called);
    const AstValue alone = {.kind = AST_NAME, .name = c->spec->called};
    int place = word_place(c->spec->words, called ? &alone : c->value);
    if (place < 0) return c->value->kind == AST_NAME ? fail_word(c) : fail(c, "bad-value");
    c->out->choice = place;
    c->out->word = c->spec->words[place];
    return !called || convert_called(c);
}

static bool take_set_word(const Conversion *c, const AstValue *item) {
    int place = word_place(c->spec->words, item);
    if (place < 0) {
        Conversion at_item = *c;
        at_item.value = item;
        return item->kind == AST_NAME ? fail_word(&at_item) : fail(&at_item, "bad-value");
    }
    c->out->set |= UINT32_C(1) << place;
    return true;
}

/* Several positionals come one by one, an option's list at once. */
static bool convert_words(const Conversion *c) {
    if (c->value->kind != AST_LIST) return take_set_word(c, c->value);
    if (c->spec->required && c->value->items.count == 0) return fail(c, "bad-value");
    bool good = true;
    for (size_t i = 0; i < c->value->items.count; i++) good = take_set_word(c, c->value->items.at[i]) && good;
    return good;
}

static bool convert_numbers(const Conversion *c) {
    if (take_word(c)) return true;
    bool list = c->value->kind == AST_LIST;
    size_t count = list ? c->value->items.count : 1;
    if (count == 0) return fail_number(c, "bad-value");
    c->out->numbers = NEW_ARRAY(c->scope->arena, double, count);
    c->out->number_count = count;
    for (size_t i = 0; i < count; i++) {
        Conversion one = *c;
        one.value = list ? c->value->items.at[i] : c->value;
        double number = one.value->number;
        if (one.value->kind != AST_NUMBER || !in_range(c->spec, number) || !fits_float(number)) {
            return fail_number(&one, "bad-value");
        }
        c->out->numbers[i] = number;
    }
    return true;
}

static bool convert_string(const Conversion *c) {
    if (c->value->kind != AST_STRING || !c->value->name[0]) return fail(c, "bad-value");
    c->out->word = c->value->name;
    return true;
}

static bool convert_label(const Conversion *c) {
    if (c->value->kind != AST_NAME) return fail(c, "bad-value");
    c->out->word = c->value->name;
    return true;
}

/* As words: one by one, or a list at once. */
static bool convert_labels(const Conversion *c) {
    bool list = c->value->kind == AST_LIST && c->value->items.count > 0;
    for (size_t i = 0; i < (list ? c->value->items.count : 1); i++) {
        Conversion one = *c;
        one.value = list ? c->value->items.at[i] : c->value;
        if (one.value->kind != AST_NAME) return fail(&one, "bad-value");
        LabelWritten label = {one.value->name, one.value->at};
        vec_push(c->scope->arena, &c->out->labels, label);
    }
    return true;
}

static bool convert_strings(const Conversion *c) {
    bool list = c->value->kind == AST_LIST && c->value->items.count > 0;
    for (size_t i = 0; i < (list ? c->value->items.count : 1); i++) {
        Conversion one = *c;
        one.value = list ? c->value->items.at[i] : c->value;
        if (one.value->kind != AST_STRING || !one.value->name[0]) return fail(&one, "bad-value");
        LabelWritten text = {one.value->name, one.value->at};
        vec_push(c->scope->arena, &c->out->labels, text);
    }
    return true;
}

/* A word or a text in quotes is a name, a whole number from 1 on a place. */
static bool convert_columns(const Conversion *c) {
    bool list = c->value->kind == AST_LIST;
    if (list && c->value->items.count == 0) return fail(c, "bad-value");
    for (size_t i = 0; i < (list ? c->value->items.count : 1); i++) {
        Conversion one = *c;
        one.value = list ? c->value->items.at[i] : c->value;
        bool number = value_is_whole(one.value) && one.value->number >= 1;
        bool name = one.value->kind == AST_NAME || (one.value->kind == AST_STRING && one.value->name[0]);
        if (!number && !name) return fail(&one, "bad-value");
        ColumnWritten column = {name ? one.value->name : NULL, number ? (int64_t)one.value->number : 0};
        vec_push(c->scope->arena, &c->out->columns, column);
    }
    return true;
}

static bool convert_bool(const Conversion *c) {
    if (take_word(c)) return true;
    if (c->value->kind != AST_BOOL) return fail_number(c, "bad-value");
    c->out->flag = c->value->number != 0;
    c->out->real = c->value->number;
    return true;
}

/* ---- shapes ---- */

enum { SHAPE_MAX_RANK = 8 };

/* The sides of HxW, of a list of numbers or of a lone number; 0 when it is none of these or a side is out of range. */
static size_t read_sides(const Conversion *c, int64_t sides[SHAPE_MAX_RANK]) {
    const AstValue *value = c->value;
    if (value->kind == AST_NUMBER) {
        if (!is_whole_in_range(c->spec, value)) return 0;
        sides[0] = (int64_t)value->number;
        return 1;
    }
    size_t count = value->kind == AST_SHAPE ? value->dims.count : value->kind == AST_LIST ? value->items.count : 0;
    if (count > SHAPE_MAX_RANK) return 0;
    for (size_t i = 0; i < count; i++) {
        if (value->kind == AST_SHAPE) {
            sides[i] = value->dims.at[i];
            if (!in_range(c->spec, (double)sides[i])) return 0;
        } else {
            if (!is_whole_in_range(c->spec, value->items.at[i])) return 0;
            sides[i] = (int64_t)value->items.at[i]->number;
        }
    }
    return count;
}

/* The first name in a list, which is a let that does not exist. */
static const AstValue *name_within(const AstValue *value) {
    for (size_t i = 0; value->kind == AST_LIST && i < value->items.count; i++) {
        if (value->items.at[i]->kind == AST_NAME) return value->items.at[i];
    }
    return NULL;
}

static bool fail_sides(const Conversion *c) {
    Conversion item = *c;
    item.value = name_within(c->value);
    return item.value ? fail_name(&item) : fail_number(c, "bad-shape");
}

static bool convert_window(const Conversion *c) {
    if (take_word(c)) return true;
    int64_t sides[SHAPE_MAX_RANK];
    size_t count = read_sides(c, sides);
    if (count != 1 && count != 2) return fail_sides(c);
    c->out->size[0] = sides[0];
    c->out->size[1] = sides[count - 1];
    return true;
}

static const char *const count_words[SHAPE_MAX_RANK + 1] = {"no",   "one", "two",   "three", "four",
                                                            "five", "six", "seven", "eight"};

static bool convert_shape(const Conversion *c) {
    int64_t sides[SHAPE_MAX_RANK];
    size_t count = read_sides(c, sides);
    if (count == 1 || count == 3) {
        c->out->shape.rank = (int)count;
        memcpy(c->out->shape.dim, sides, count * sizeof sides[0]);
        return true;
    }
    if (count == 0) {
        if (name_within(c->value)) return fail_sides(c);
        if (c->value->kind == AST_SHAPE || c->value->kind == AST_LIST || c->value->kind == AST_NUMBER) {
            diag_report(c->scope->diags, c->value->at, "bad-shape",
                        "%s of %s must be CxHxW or one number, each from 1 to %d, not %s", c->spec->name,
                        c->owner->name, (int)MODEL_MAX_SIDE, value_text(c->scope->arena, c->value));
            return false;
        }
        return fail_number(c, "bad-shape");
    }
    const char *text = value_text(c->scope->arena, c->value);
    if (count == 2) {
        diag_report(c->scope->diags, c->value->at, "bad-shape",
                    "%s %s has two numbers; write 1x%lldx%lld for one channel, or %lld for a flat vector",
                    c->owner->name, text, (long long)sides[0], (long long)sides[1], (long long)(sides[0] * sides[1]));
    } else {
        diag_report(
            c->scope->diags, c->value->at, "bad-shape",
            "%s %s has %s numbers; write CxHxW for maps, or one number for a flat vector (the batch is no part of it)",
            c->owner->name, text, count_words[count]);
    }
    return false;
}

/* ---- activations and initialisers ---- */

static bool convert_activation(const Conversion *c) {
    const AstValue *value = c->value;
    if (value->kind != AST_NAME && value->kind != AST_CALL) return fail(c, "bad-value");
    const ActivationKind *kind = activation_find(value->name);
    if (!kind) return fail_unknown(c, "activation", activation_names(c->scope->arena), activation_count);
    c->out->activation = (Activation){.kind = kind, .parameter = kind->standard};
    if (value->kind == AST_NAME) return true;
    Diags *diags = c->scope->diags;
    if (!kind->parameter) {
        diag_report(diags, value->at, "bad-value", "%s takes no number; write %s alone", value->name, value->name);
        return false;
    }
    const AstValue *item = value->items.count == 1 ? value->items.at[0] : NULL;
    if (!item || item->kind != AST_NUMBER || !fits_float(item->number) || item->number < kind->low) {
        diag_report(diags, value->at, "bad-value", "%s takes one number of at least %s, its %s, for example %s(%s)",
                    value->name, number_text(c->scope->arena, kind->low), kind->parameter, value->name,
                    number_text(c->scope->arena, kind->standard));
        return false;
    }
    c->out->activation.parameter = item->number;
    return true;
}

static bool fail_initialiser(const Conversion *c) {
    const char **names = NEW_ARRAY(c->scope->arena, const char *, initialiser_count);
    size_t count = 0;
    for (size_t i = 0; i < initialiser_count; i++) {
        if (c->spec->words ? !initialisers[i].matrix : !initialisers[i].special) names[count++] = initialisers[i].name;
    }
    return fail_unknown(c, "initialiser", names, count);
}

/* "normal(mean, sd)" */
static const char *initialiser_usage(Arena *arena, const Initialiser *initialiser) {
    switch (initialiser_arguments(initialiser)) {
    case 0: return initialiser->name;
    case 1: return arena_format(arena, "%s(%s)", initialiser->name, initialiser->argument[0]);
    default:
        return arena_format(arena, "%s(%s, %s)", initialiser->name, initialiser->argument[0], initialiser->argument[1]);
    }
}

static bool convert_init(const Conversion *c) {
    const AstValue *value = c->value;
    Diags *diags = c->scope->diags;
    if (value->kind != AST_NAME && value->kind != AST_CALL) return fail(c, "bad-value");
    const Initialiser *initialiser = initialiser_find(value->name);
    if (!initialiser) return fail_initialiser(c);
    if (initialiser->special) {
        AstValue name = {.kind = AST_NAME, .name = initialiser->name};
        if (word_place(c->spec->words, &name) < 0) {
            diag_report(diags, value->at, "bad-value", "%s is for bias_init: it sets biases, not weights", value->name);
            return false;
        }
    }
    if (initialiser->matrix && c->spec->words) {
        diag_report(diags, value->at, "bad-value", "%s is for init: it sets a matrix of weights, not biases",
                    value->name);
        return false;
    }
    size_t count = initialiser->alone != 0 && value->kind == AST_NAME ? 0 : initialiser_arguments(initialiser);
    bool good = value->items.count == count && (value->kind == AST_CALL) == (count > 0);
    for (size_t i = 0; good && i < count; i++) {
        const AstValue *item = value->items.at[i];
        good = item->kind == AST_NUMBER && fits_float(item->number);
    }
    if (!good) {
        diag_report(diags, value->at, "bad-value", "%s must be written %s%s, not %s", option_named(c),
                    initialiser_usage(c->scope->arena, initialiser), count > 0 ? " with numbers" : "",
                    value_text(c->scope->arena, value));
        return false;
    }
    double first = count > 0 ? value->items.at[0]->number : 0, second = count > 1 ? value->items.at[1]->number : 0;
    if (initialiser->kind == RECIPE_NORMAL && second < 0) {
        diag_report(diags, value->items.at[1]->at, "bad-value", "a standard deviation is never negative");
        return false;
    }
    if (initialiser->kind == RECIPE_UNIFORM && second < first) {
        diag_report(diags, value->at, "bad-value", "uniform(low, high) needs low first");
        return false;
    }
    if (initialiser->kind == RECIPE_ORTHOGONAL && count > 0 && first <= 0) {
        diag_report(diags, value->items.at[0]->at, "bad-value", "a gain is above 0, for example orthogonal(1)");
        return false;
    }
    c->out->init = value;
    return true;
}

/* ---- one option ---- */

static bool convert(const Conversion *c) {
    switch (c->spec->type) {
    case OPTION_INTEGER: return convert_integer(c);
    case OPTION_REAL: return convert_real(c);
    case OPTION_BOOL: return convert_bool(c);
    case OPTION_WORD: return convert_word(c);
    case OPTION_WINDOW:
    case OPTION_PAD: return convert_window(c);
    case OPTION_SHAPE: return convert_shape(c);
    case OPTION_ACTIVATION: return convert_activation(c);
    case OPTION_INIT: return convert_init(c);
    case OPTION_NUMBERS: return convert_numbers(c);
    case OPTION_COUNT: return convert_count(c);
    case OPTION_STRING: return convert_string(c);
    case OPTION_WORDS: return convert_words(c);
    case OPTION_LABEL: return convert_label(c);
    case OPTION_LABELS: return convert_labels(c);
    case OPTION_STRINGS: return convert_strings(c);
    case OPTION_COLUMNS: return convert_columns(c);
    }
    BUG("unknown option type %d", (int)c->spec->type);
}

/* kernel=5*5: nobody means a window of 25. */
static bool is_written_product(const AstValue *value) {
    return value->kind == AST_MULTIPLY && value->left->kind == AST_NUMBER && value->right->kind == AST_NUMBER;
}

bool option_convert(Scope *scope, const OptionOwner *owner, const OptionSpec *spec, const AstValue *value,
                    OptionValue *out) {
    const AstValue *evaluated = scope_evaluate(scope, value);
    OptionValue before = *out;
    *out = (OptionValue){.given = true, .at = value->at, .choice = -1};
    if (before.given && !before.inherited && option_takes_all(spec)) { /* what stood before stays */
        out->set = before.set;
        out->labels = before.labels;
    }
    if (!evaluated) return false;
    Conversion conversion = {scope, owner, spec, evaluated, out};
    if ((spec->type == OPTION_WINDOW || spec->type == OPTION_PAD) && is_written_product(value)) {
        return fail(&conversion, "bad-shape");
    }
    return convert(&conversion);
}
