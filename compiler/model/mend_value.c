#include "compiler/model/mend_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/options.h"
#include "compiler/model/initialiser.h"
#include "runtime/base/paths.h"

/* ---- numbers ---- */

static bool is_hexadecimal(const char *text) { return text[0] == '0' && (text[1] == 'x' || text[1] == 'X'); }

static const char *hexadecimal(Arena *arena, const char *text) {
    char *end;
    unsigned long long number = strtoull(text + 2, &end, 16);
    return end > text + 2 && *end == '\0' && end - text <= 15 ? arena_format(arena, "%llu", number) : NULL;
}

/* What C and Java write behind a number: 1e-3f. */
static bool ends_number(const char *at) { return *at == '\0' || (strchr("fFdDlL", *at) && at[1] == '\0'); }

/* 3O and 1l, where a letter stands for the digit that looks like it. */
static const char *digits_meant(Arena *arena, const char *text) {
    char *digits = arena_copy(arena, text, strlen(text));
    for (char *c = digits; *c; c++) *c = strchr("oO", *c) ? '0' : strchr("lI", *c) ? '1' : *c;
    return digits;
}

/* The number a loose text means: 10%, 0.1s, 50k, 60_000, 0x2A; NULL: none. */
static const char *number_of(Arena *arena, const char *text, bool whole) {
    char digits[64];
    size_t length = 0;
    const char *at = text;
    if (is_hexadecimal(text)) return hexadecimal(arena, text);
    if (strncmp(text, "10^", 3) == 0) return arena_format(arena, "1e%s", text + 3);
    for (; *at && strchr("-0123456789._", *at) && length + 1 < sizeof digits; at++) {
        if (*at != '_') digits[length++] = *at;
    }
    digits[length] = '\0';
    if (is_digit(*at)) return NULL; /* more than there is room for */
    char *end;
    if ((*at == 'e' || *at == 'E') && strspn(at + 1, "+-0123456789") > 0) {
        const char *exponent = arena_format(arena, "%s%.*s", digits, (int)(1 + strspn(at + 1, "+-0123456789")), at);
        return ends_number(at + 1 + strspn(at + 1, "+-0123456789")) ? exponent : NULL;
    }
    double number = strtod(digits, &end);
    if (end == digits || *end != '\0') return NULL;
    if (strspn(text, "0123456789oOlI") == strlen(text)) return digits_meant(arena, text);
    if (*at == '%') return whole ? NULL : number_text(arena, number / 100);
    if ((*at == 'k' || *at == 'K') && at[1] == '\0') return number_text(arena, number * 1000);
    bool times = whole && (*at == 'x' || *at == 'X') && at[1] == '\0'; /* dense 30x */
    if (strchr("xXeE", *at) && *at && !times) return NULL;
    return arena_copy(arena, digits, length);
}

/* 0,1 is 0.1, and 60,000 is 60000 where a whole number is meant. */
static const char *comma_number(Arena *arena, const LooseValue *value, bool whole) {
    const char *text = value->items.at[0].value->text;
    if (text[0] != '0' && strlen(value->items.at[1].value->text) == 3) whole = true;
    if (!whole && value->items.count == 2) return arena_format(arena, "%s.%s", text, value->items.at[1].value->text);
    for (size_t i = 1; whole && i < value->items.count; i++) {
        const char *group = value->items.at[i].value->text;
        if (strlen(group) != 3) return NULL;
        text = arena_format(arena, "%s%s", text, group);
    }
    return whole ? text : NULL;
}

/* "ten" */
static const char *number_word(Arena *arena, const char *word) {
    static const char *const words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (foreign_same(words[i], word)) return arena_format(arena, "%zu", i);
    }
    return foreign_same(word, "hundred") ? "100" : NULL;
}

/* int(k): what makes whole numbers elsewhere. */
static bool rounds(const char *word) {
    static const char *const words[] = {"int", "round", "floor", "ceil", "long", "float", "math.floor", "math.ceil"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (string_is(words[i], word)) return true;
    }
    return false;
}

/* `k x 2` as k*2 */
static const char *product_text(Arena *arena, const LooseValue *value) {
    const char *text = "";
    for (size_t i = 0; i < value->items.count; i++) {
        const LooseValue *factor = value->items.at[i].value;
        if (factor->kind != LOOSE_NUMBER && factor->kind != LOOSE_WORD) return value->raw;
        text = arena_format(arena, "%s%s%s", text, i > 0 ? "*" : "", factor->text);
    }
    return text;
}

static const char *real_text(MendWords *mend, const LooseValue *value, bool whole) {
    if (value->kind == LOOSE_STRING) value = loose_value(mend->arena, value->text);
    if (!value) return NULL;
    if (value->kind == LOOSE_GROUP && string_is(value->text, ",")) return comma_number(mend->arena, value, whole);
    if (value->kind == LOOSE_GROUP && value->items.count == 1) value = value->items.at[0].value;
    if (value->kind == LOOSE_CALL && value->items.count == 1 && rounds(value->text)) value = value->items.at[0].value;
    if (value->kind == LOOSE_PRODUCT) return product_text(mend->arena, value);
    bool expression = value->kind == LOOSE_OTHER || value->kind == LOOSE_WORD ||
                      (value->kind == LOOSE_CALL && string_is(value->text, "sqrt"));
    const char *spelt = value->kind == LOOSE_WORD ? number_word(mend->arena, value->text) : NULL;
    if (spelt) return spelt;
    if (value->kind != LOOSE_NUMBER) return expression ? value->raw : NULL;
    const char *text = number_of(mend->arena, value->text, whole);
    if (!text || !whole || strspn(text, "-0123456789") == strlen(text)) return text;
    double number = strtod(text, NULL); /* 10.0 and 1e4 */
    return number == floor(number) && fabs(number) < 1e15 ? arena_format(mend->arena, "%.0f", number) : NULL;
}

/* ---- shapes ---- */

enum { MAX_SIDES = 5 };

bool mend_is_shape(const char *text) {
    if (is_hexadecimal(text)) return false; /* no side is 0 */
    const char *sign = text + strspn(text, "0123456789");
    return sign > text && (*sign == 'x' || *sign == 'X') && is_digit(sign[1]);
}

/* Adds the sides in a text such as 28x28 or 28x28px; false: it is none. */
static bool split_sides(Arena *arena, const char *text, const char *sides[MAX_SIDES], size_t *count) {
    for (;;) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || *count == MAX_SIDES) return false;
        sides[(*count)++] = arena_copy(arena, text, digits);
        text += digits;
        if ((*text != 'x' && *text != 'X') || !is_digit(text[1])) break;
        text++;
    }
    return strpbrk(text, "0123456789") == NULL; /* a unit may follow */
}

/* The names in k x k and kxk. */
static bool named_sides(Arena *arena, const char *word, const char *sides[MAX_SIDES], size_t *count) {
    const char *by = strchr(word, 'x');
    bool two = by && by > word && by[1] && strpbrk(by + 1, "x./-") == NULL;
    if (word_is_known(word) || *count + two >= MAX_SIDES) return false;
    sides[(*count)++] = two ? arena_copy(arena, word, (size_t)(by - word)) : word;
    if (two) sides[(*count)++] = by + 1;
    return true;
}

/* What stands for the number of examples. */
static bool names_batch(const char *word) {
    static const char *const words[] = {"None", "batch", "batch_size", "N", "B"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (string_is(words[i], word)) return true;
    }
    return false;
}

/* The sides of a tuple, a product, a text; what stands for the batch (None, -1) is left out. */
static bool read_sides(MendWords *mend, const LooseValue *value, const char *sides[MAX_SIDES], size_t *count) {
    switch (value->kind) {
    case LOOSE_STRING: {
        const LooseValue *inner = loose_value(mend->arena, value->text);
        return inner && inner->kind != LOOSE_STRING && read_sides(mend, inner, sides, count);
    }
    case LOOSE_WORD: return names_batch(value->text) || named_sides(mend->arena, value->text, sides, count);
    case LOOSE_NUMBER:
        if (string_is(value->text, "-1")) return true;
        if (strncmp(value->text, "-1x", 3) == 0) return split_sides(mend->arena, value->text + 3, sides, count);
        if (mend_is_shape(value->text)) return split_sides(mend->arena, value->text, sides, count);
        if (*count == MAX_SIDES) return false;
        sides[*count] = real_text(mend, value, true);
        return sides[(*count)++] != NULL;
    case LOOSE_GROUP:
    case LOOSE_PRODUCT:
        for (size_t i = 0; i < value->items.count; i++) {
            if (!read_sides(mend, value->items.at[i].value, sides, count)) return false;
        }
        return true;
    case LOOSE_CALL:
    case LOOSE_OTHER: return false;
    }
    return false;
}

static const char *join_sides(Arena *arena, const char *const *sides, size_t count) {
    const char *text = sides[0];
    bool names = false; /* [k, 5] */
    for (size_t i = 0; i < count; i++) names = names || strspn(sides[i], "0123456789") < strlen(sides[i]);
    for (size_t i = 1; i < count; i++) text = arena_format(arena, names ? "%s, %s" : "%sx%s", text, sides[i]);
    return names && count > 1 ? arena_format(arena, "[%s]", text) : text;
}

static bool few_channels(const char *side) { return string_is(side, "1") || string_is(side, "3"); }

static const char *shape_value(MendWords *mend, const LooseValue *value, bool window) {
    const char *sides[MAX_SIDES];
    size_t count = 0;
    if (!read_sides(mend, value, sides, &count)) return value->kind == LOOSE_OTHER ? value->raw : NULL;
    if (count == 0 || count == MAX_SIDES) return NULL;
    const char *const *shown = sides;
    if (count ==
        4) { /* for each axis, the examples and the channels too; or of top, left, bottom and right the first */
        bool axes = !window || (string_is(sides[0], "1") && string_is(sides[3], "1"));
        shown = axes ? sides + 1 : sides;
        count = window ? 2 : 3;
        if (window && string_is(shown[0], shown[1])) return shown[0];
    }
    if (window && count == 3 && few_channels(shown[2])) count = 2; /* 5x5x1 */
    if (window) return join_sides(mend->arena, shown, count);
    bool flat = count == 2 && (string_is(shown[0], "1") || string_is(shown[1], "1"));
    if (flat) return string_is(shown[0], "1") ? shown[1] : shown[0];
    if (count == 2) return arena_format(mend->arena, "1x%s", join_sides(mend->arena, shown, count));
    if (count == 3 && few_channels(shown[2]) && !few_channels(shown[0])) { /* the channels came last */
        return arena_format(mend->arena, "%sx%sx%s", shown[2], shown[0], shown[1]);
    }
    return join_sides(mend->arena, shown, count);
}

/* ---- words ---- */

/* The word a value names: relu of "relu", nn.ReLU and F.relu( ). */
const char *mend_word(const LooseValue *value) {
    bool named = value->kind == LOOSE_WORD || value->kind == LOOSE_STRING || value->kind == LOOSE_CALL;
    return named ? loose_last_part(value->text) : NULL;
}

static const char *find_word(MendWords *mend, const LooseValue *value, const char *const *words, size_t count,
                             bool activation) {
    const char *word = mend_word(value);
    bool turned = false;
    const char *here = word ? word_alias(word, words, count, &turned) : NULL;
    for (const char *at = word ? value->text : ""; *at && !here;) { /* mnist.load_data() */
        size_t length = strcspn(at, "./");
        here = word_alias(arena_copy(mend->arena, at, length), words, count, &turned);
        at += length + (at[length] != '\0');
    }
    if (word && !here && !mend->absent) mend->absent = foreign_absent_value(word, activation);
    return here && !turned ? here : NULL;
}

static const char *known_word(MendWords *mend, const LooseValue *value, const char *const *words, size_t count) {
    return find_word(mend, value, words, count, false);
}

const char *mend_activation(Arena *arena, const char *word) {
    bool turned;
    return word_alias(word, activation_names(arena), activation_count, &turned);
}

const char *mend_truth(const LooseValue *value, bool turned) {
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0", "none"};
    const char *word = value->text ? value->text : "";
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        if (foreign_same(word, yes[i])) return turned ? "false" : "true";
    }
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        if (foreign_same(word, no[i])) return turned ? "true" : "false";
    }
    return NULL;
}

/* "relu", or with its number: leaky_relu(0.2). */
static const char *activation_text(MendWords *mend, const LooseValue *value) {
    const char *name = find_word(mend, value, activation_names(mend->arena), activation_count, true);
    if (!name) return NULL;
    bool number = activation_find(name)->parameter && value->items.count > 0;
    const char *parameter = number ? real_text(mend, value->items.at[0].value, false) : NULL;
    return parameter ? arena_format(mend->arena, "%s(%s)", name, parameter) : name;
}

/* init=0 and bias_init=0.1 */
static const char *constant_text(MendWords *mend, const LooseValue *value) {
    const char *number = real_text(mend, value, false);
    return !number || strtod(number, NULL) != 0 ? number ? arena_format(mend->arena, "constant(%s)", number) : NULL
                                                : "zeros";
}

/* normal(0.01) means a standard deviation, uniform(0.05) both bounds. */
static const char *lone_argument(MendWords *mend, RecipeKind kind, const LooseValue *value, size_t place) {
    bool lone = value->items.count == 1 && !value->items.at[0].key && kind != RECIPE_CONSTANT;
    const char *number = lone ? real_text(mend, value->items.at[0].value, false) : NULL;
    bool expression = number && value->items.at[0].value->kind != LOOSE_NUMBER; /* 1/sqrt(784) */
    if (!number || (!expression && strtod(number, NULL) <= 0)) return NULL;
    if (place == 1) return number;
    if (kind != RECIPE_UNIFORM) return "0";
    return arena_format(mend->arena, expression ? "-(%s)" : "-%s", number);
}

static const char *initialiser_text(MendWords *mend, const LooseValue *value) {
    if (value->kind == LOOSE_NUMBER) return constant_text(mend, value);
    const char **names = NEW_ARRAY(mend->arena, const char *, initialiser_count);
    for (size_t i = 0; i < initialiser_count; i++) names[i] = initialisers[i].name;
    const char *name = known_word(mend, value, names, initialiser_count);
    if (!name) return NULL;
    static const char *const usual[][INITIALISER_MAX_ARGUMENTS] = {[RECIPE_NORMAL] = {"0", "0.05"},
                                                                   [RECIPE_UNIFORM] = {"-0.05", "0.05"},
                                                                   [RECIPE_CONSTANT] = {"0"},
                                                                   [RECIPE_ORTHOGONAL] = {"1"}};
    const Initialiser *initialiser = initialiser_find(name);
    size_t count = initialiser_arguments(initialiser);
    const char *text = name;
    for (size_t i = 0; i < count; i++) {
        const char *argument = usual[initialiser->kind][i];
        size_t place = 0; /* among those without a name */
        for (size_t k = 0; k < value->items.count; k++) {
            const LooseArg *item = &value->items.at[k];
            bool meant = item->key
                             ? strstr(item->key, i == 0 ? "mean" : "s") || strstr(item->key, i == 0 ? "min" : "max")
                             : place++ == i;
            if (meant && real_text(mend, item->value, false)) argument = real_text(mend, item->value, false);
        }
        if (initialiser->kind == RECIPE_NORMAL && i == 1 && argument[0] == '-') argument++;
        const char *lone = lone_argument(mend, initialiser->kind, value, i);
        text = arena_format(mend->arena, "%s%s%s", text, i == 0 ? "(" : ", ", lone ? lone : argument);
    }
    return count > 0 ? arena_format(mend->arena, "%s)", text) : text;
}

/* ---- one value ---- */

static const char *numbers_text(MendWords *mend, const LooseValue *value) {
    bool decimal =
        string_is(value->text, ",") && value->items.count == 2 && string_is(value->items.at[0].value->text, "0");
    if (value->kind != LOOSE_GROUP || decimal) return real_text(mend, value, false);
    const char *text = "[";
    for (size_t i = 0; i < value->items.count; i++) {
        const char *number = real_text(mend, value->items.at[i].value, false);
        if (!number) return NULL;
        text = arena_format(mend->arena, "%s%s%s", text, i == 0 ? "" : ", ", number);
    }
    return arena_format(mend->arena, "%s]", text);
}

/* `log loss`: what is always written down is no subject of a log. */
static bool is_reported(const LooseValue *value) {
    static const char *const words[] = {"cost", "accuracy"};
    bool turned;
    return mend_word(value) && word_alias(mend_word(value), words, COUNT_OF(words), &turned);
}

static const char *word_list(MendWords *mend, const OptionSpec *spec, const LooseValue *value) {
    size_t count = option_word_count(spec);
    if (spec->positional && is_reported(value)) mend->absent = foreign_absent_value("accuracy", false);
    const Absent *absent = mend->absent;
    const char *only = value->kind == LOOSE_GROUP ? NULL : known_word(mend, value, spec->words, count);
    const char *text = NULL;
    bool known = true, turned;
    bool empty = value->kind == LOOSE_GROUP && value->items.count == 0;
    if (empty && spec->positional) return word_alias("none", spec->words, count, &turned); /* log [] */
    for (size_t i = 0; value->kind == LOOSE_GROUP && i < value->items.count; i++) {
        const char *word = known_word(mend, value->items.at[i].value, spec->words, count);
        known = known && word;
        if (known) text = !text ? word : arena_format(mend->arena, spec->positional ? "%s %s" : "%s, %s", text, word);
    }
    if (!spec->positional && mend->absent && foreign_is_read(mend->absent)) mend->absent = absent; /* formats=png */
    if (value->kind != LOOSE_GROUP) return only;
    if (!known) return NULL;
    return text && !spec->positional ? arena_format(mend->arena, "[%s]", text) : text;
}

static const char *label_list(MendWords *mend, const LooseValue *value) {
    bool sum = value->kind == LOOSE_OTHER && value->raw && strchr(value->raw, '+') && !strpbrk(value->raw, "*/-");
    if (value->kind != LOOSE_GROUP && !sum) return mend_word(value);
    const char *text = NULL;
    for (size_t i = 0; i < value->items.count; i++) {
        const char *word = label_list(mend, value->items.at[i].value);
        if (!word) return NULL;
        text = text ? arena_format(mend->arena, "%s %s", text, word) : word;
    }
    return text;
}

/* A share the other way round: keep=0.9 drops 0.1. */
static const char *turned_share(MendWords *mend, const char *text) {
    return text ? number_text(mend->arena, 1 - strtod(text, NULL)) : NULL;
}

bool mend_counts_steps(const OptionSpec *spec) { return spec->words && string_is(spec->words[0], "epoch"); }

/* every=step */
static bool names_step(const char *word) {
    static const char *const words[] = {"step", "steps", "batch", "iteration", "iter"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (foreign_same(words[i], word)) return true;
    }
    return false;
}

/* The path of a file: without the shell's ~, and with the slashes that Windows takes as well. */
static const char *path_text(MendWords *mend, const char *written) {
    if (!mend->absent) mend->absent = foreign_absent_reader(mend->arena, written); /* train.csv */
    if (mend->absent || strpbrk(written, "\"\n")) return NULL;
    char *path = arena_copy(mend->arena, written, strlen(written));
    for (char *c = path; *c; c++) *c = *c == '\\' ? '/' : *c;
    const char *home = path[0] == '~' && path[1] == '/' ? getenv("HOME") : NULL;
    return arena_format(mend->arena, "\"%s%s\"", home ? home : "", home ? path + 1 : path);
}

/* A column's name in quotes, where it could be no word of netc's. */
static const char *column_text(MendWords *mend, const LooseValue *value) {
    if (value->kind == LOOSE_STRING) return value->text[0] ? arena_format(mend->arena, "\"%s\"", value->text) : NULL;
    const char *number = real_text(mend, value, true);
    return number ? number : mend_word(value);
}

static const char *column_list(MendWords *mend, const LooseValue *value) {
    if (value->kind != LOOSE_GROUP) return column_text(mend, value);
    const char *text = "";
    for (size_t i = 0; i < value->items.count; i++) {
        const char *column = column_text(mend, value->items.at[i].value);
        if (!column) return NULL;
        text = arena_format(mend->arena, "%s%s%s", text, i == 0 ? "" : ", ", column);
    }
    return arena_format(mend->arena, "[%s]", text);
}

const char *mend_value(MendWords *mend, const OptionSpec *spec, const LooseValue *value, bool turned) {
    const char *word =
        option_has_word_for_number(spec) ? known_word(mend, value, spec->words, option_word_count(spec)) : NULL;
    if (word) return word;
    switch (spec->type) {
    case OPTION_INTEGER: {
        bool every = mend_counts_steps(spec);
        if (every && mend_word(value) && names_step(mend_word(value))) return "1";
        if (every && value->text && strstr(value->text, "epoch")) return "epoch"; /* 2epochs */
        const char *text = real_text(mend, value, true);
        if (!text && value->text && strchr(value->text, '%')) mend->remark = "a number of examples, not a share";
        bool none = text && text[0] == '-' && text[1] != '\0'; /* -1: of all there are, in NumPy and scikit-learn */
        none = none || (string_is(text, "0") && spec->words && string_is(spec->words[0], "none")); /* ensemble 0 */
        return none && spec->words ? spec->words[0] : text && text[0] == '-' && text[1] ? text + 1 : text;
    }
    case OPTION_REAL:
    case OPTION_COUNT: {
        if (spec->type == OPTION_COUNT && value->kind == LOOSE_OTHER) return NULL; /* 80/20 is no number of examples */
        const char *text = real_text(mend, value, false);
        return turned ? turned_share(mend, text) : text;
    }
    case OPTION_BOOL: {
        static const char *const yes[] = {"true"};
        bool other;
        bool named = mend_word(value) && word_alias(mend_word(value), yes, 1, &other); /* scale=standard */
        return named ? (turned ? "false" : "true") : mend_truth(value, turned);
    }
    case OPTION_WORD: return known_word(mend, value, spec->words, option_word_count(spec));
    case OPTION_WORDS: return word_list(mend, spec, value);
    case OPTION_PAD:
        if (mend_word(value) && foreign_same(mend_word(value), "valid")) return "0";
        return shape_value(mend, value, true);
    case OPTION_WINDOW: return shape_value(mend, value, true);
    case OPTION_SHAPE: return shape_value(mend, value, false);
    case OPTION_ACTIVATION: return activation_text(mend, value);
    case OPTION_INIT: return initialiser_text(mend, value);
    case OPTION_NUMBERS: return numbers_text(mend, value);
    case OPTION_STRING: return path_text(mend, value->kind == LOOSE_STRING ? value->text : value->raw);
    case OPTION_LABEL: return mend_word(value);
    case OPTION_LABELS: return label_list(mend, value);
    case OPTION_STRINGS: return value->kind == LOOSE_STRING ? arena_format(mend->arena, "[\"%s\"]", value->text) : NULL;
    case OPTION_COLUMNS: /* labels="y.csv" */
        if (value->kind == LOOSE_STRING && (net_path_ends(value->text, ".csv") || net_path_ends(value->text, ".tsv"))) {
            mend->remark = "labels are a column of the table, target=NAME or target=NUMBER";
            return NULL;
        }
        return column_list(mend, value);
    }
    return NULL;
}

const char *mend_any(MendWords *mend, const LooseValue *value) {
    if (value->kind == LOOSE_STRING) {
        bool word = value->text[0] && strspn(value->text, "abcdefghijklmnopqrstuvwxyz_") == strlen(value->text);
        return word ? value->text : arena_format(mend->arena, "\"%s\"", value->text);
    }
    if (value->kind == LOOSE_GROUP) {
        bool decimal = string_is(value->text, ",") && value->items.at[0].value->text[0] == '0';
        return decimal ? real_text(mend, value, false) : shape_value(mend, value, true);
    }
    if (value->kind == LOOSE_NUMBER && !mend_is_shape(value->text)) return real_text(mend, value, false);
    return value->raw;
}

const char *mend_name(Arena *arena, const char *name) {
    char *usable = arena_copy(arena, name, strlen(name));
    for (char *c = usable; *c; c++) *c = strchr("-./ ", *c) ? '_' : *c;
    return usable;
}

bool mend_numbers(Arena *arena, const LooseValue *value, LooseValue *numbers) {
    if (value->kind == LOOSE_NUMBER) vec_push(arena, &numbers->items, ((LooseArg){.value = (LooseValue *)value}));
    bool several = value->kind == LOOSE_GROUP || (value->kind == LOOSE_OTHER && strchr(value->raw, '/'));
    for (size_t i = 0; several && i < value->items.count; i++) {
        if (value->items.at[i].key || !mend_numbers(arena, value->items.at[i].value, numbers)) return false;
    }
    return several || value->kind == LOOSE_NUMBER;
}
