#include "compiler/model/option_text.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/model/activation.h"

const char *exact_text(Arena *arena, double number) {
    enum { DIGITS = 17 }; /* are always enough */
    if (number == floor(number) && fabs(number) < 1e15) return arena_format(arena, "%.0f", number);
    const char *text = NULL;
    for (int digits = 6; digits <= DIGITS; digits++) {
        text = arena_format(arena, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    return text;
}

const char *pair_text(Arena *arena, const int64_t pair[2]) {
    return arena_format(arena, "%lldx%lld", (long long)pair[0], (long long)pair[1]);
}

static const char *numbers_text(Arena *arena, NumberText *number, const OptionValue *value) {
    if (value->number_count == 1) return number(arena, value->numbers[0]);
    Text text = {0};
    for (size_t i = 0; i < value->number_count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", number(arena, value->numbers[i]));
    const char *list = arena_format(arena, "[%s]", text.data ? text.data : "");
    text_free(&text);
    return list;
}

const char *activation_text(Arena *arena, NumberText *number, Activation activation) {
    const ActivationKind *kind = activation.kind;
    if (!kind->parameter) return kind->name;
    return arena_format(arena, "%s(%s)", kind->name, number(arena, activation.parameter));
}

static const char *labels_text(Arena *arena, const OptionValue *value) {
    const char *text = "";
    for (size_t i = 0; i < value->labels.count; i++)
        text = arena_format(arena, "%s%s%s", text, i ? " " : "", value->labels.at[i].name);
    return text;
}

static const char *strings_text(Arena *arena, const OptionValue *value) {
    const char *text = "[";
    for (size_t i = 0; i < value->labels.count; i++)
        text = arena_format(arena, "%s%s\"%s\"", text, i ? ", " : "", value->labels.at[i].name);
    return arena_format(arena, "%s]", text);
}

/* Names in quotes, as any may be. */
static const char *columns_text(Arena *arena, const OptionValue *value) {
    const char *text = "";
    for (size_t i = 0; i < value->columns.count; i++) {
        const ColumnWritten *column = &value->columns.at[i];
        const char *comma = i ? ", " : "";
        text = column->name ? arena_format(arena, "%s%s\"%s\"", text, comma, column->name)
                            : arena_format(arena, "%s%s%lld", text, comma, (long long)column->number);
    }
    return value->columns.count == 1 ? text : arena_format(arena, "[%s]", text);
}

/* "gradients weights"; "nothing" */
static const char *words_text(Arena *arena, const OptionSpec *spec, uint32_t set) {
    const char *text = "";
    for (size_t i = 0; spec->words[i]; i++)
        if ((set >> i) & 1) text = arena_format(arena, "%s%s%s", text, *text ? " " : "", spec->words[i]);
    return *text ? text : "nothing";
}

const char *option_text(Arena *arena, NumberText *number, const OptionSpec *spec, const OptionValue *value) {
    if (value->word) return value->word;
    switch (spec->type) {
    case OPTION_INTEGER: return arena_format(arena, "%lld", (long long)value->integer);
    case OPTION_REAL:
    case OPTION_COUNT: return number(arena, value->real);
    case OPTION_BOOL: return value->flag ? "true" : "false";
    case OPTION_WINDOW:
    case OPTION_PAD: return pair_text(arena, value->size);
    case OPTION_SHAPE: return shape_text(arena, value->shape);
    case OPTION_ACTIVATION: return activation_text(arena, number, value->activation);
    case OPTION_NUMBERS: return numbers_text(arena, number, value);
    case OPTION_WORDS: return words_text(arena, spec, value->set);
    case OPTION_LABELS: return labels_text(arena, value);
    case OPTION_STRINGS: return strings_text(arena, value);
    case OPTION_COLUMNS: return columns_text(arena, value);
    case OPTION_WORD:
    case OPTION_STRING:
    case OPTION_LABEL:
    case OPTION_INIT: break;
    }
    return "";
}

const char *recipe_text(Arena *arena, NumberText *number, Recipe recipe) {
    switch (recipe.kind) {
    case RECIPE_NORMAL: return arena_format(arena, "normal(%s, %s)", number(arena, recipe.a), number(arena, recipe.b));
    case RECIPE_UNIFORM:
        return arena_format(arena, "uniform(%s, %s)", number(arena, recipe.a), number(arena, recipe.b));
    case RECIPE_CONSTANT: return arena_format(arena, "constant(%s)", number(arena, recipe.a));
    case RECIPE_ORTHOGONAL: return arena_format(arena, "orthogonal(%s)", number(arena, recipe.a));
    case RECIPE_CENTRE: return "centre";
    case RECIPE_DATA: return "data";
    case RECIPE_COPY: return recipe.of->name;
    case RECIPE_VALUES: break;
    }
    return "values";
}
