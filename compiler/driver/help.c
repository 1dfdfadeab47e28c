#include "compiler/driver/help.h"
#include "compiler/driver/flags.h"

#include <string.h>

#include "compiler/driver/pipeline.h"
#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/model/initialiser.h"
#include "compiler/syntax/words.h"
#include "runtime/base/wrap.h"

static const char *upper_case(Arena *arena, const char *name) {
    char *copy = arena_copy(arena, name, strlen(name));
    for (char *c = copy; *c != '\0'; c++) {
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    }
    return copy;
}

enum { HELP_COLUMN = 28, NAME_COLUMN = 14 };

static void print_row(const char *left, const char *doc, FILE *out) {
    net_print_row(out, left, HELP_COLUMN, doc, net_page_width(out));
}

static void print_name(const char *name, const char *doc, FILE *out) {
    net_print_row(out, name, NAME_COLUMN, doc, net_page_width(out));
}

/* `indent`: blanks before the row. */
static void print_option(Arena *arena, const OptionSpec *option, const char *indent, FILE *out) {
    const char *standard = option->standard;
    const char *left = option->positional ? upper_case(arena, option->name)
                                          : arena_format(arena, "%s=%s", option->name, standard ? standard : "");
    const char *doc = option->doc;
    if (option->type == OPTION_WORD) {
        for (const char *const *word = option->words; *word != NULL; word++) {
            doc = arena_format(arena, "%s%s %s", doc, word == option->words ? ":" : " |", *word);
        }
    }
    if (option->positional && standard != NULL) {
        doc = arena_format(arena, "%s (%s)", doc, standard);
    } else if (option->required && !option->positional) {
        doc = arena_format(arena, "%s (required)", doc);
    }
    print_row(arena_format(arena, "%s%s", indent, left), doc, out);
}

static void print_variant(Arena *arena, const Variant *variant, FILE *out) {
    print_row(variant->name, variant->doc, out);
    for (size_t i = 0; i < variant->option_count; i++) {
        print_option(arena, &variant->options[i], "  ", out);
    }
}

static void print_kind(Arena *arena, const char *name, const char *doc, const OptionSpec *options, size_t count,
                       FILE *out) {
    fputs(name, out);
    for (size_t i = 0; i < count; i++) {
        const char *word = upper_case(arena, options[i].name);
        if (options[i].positional) {
            fprintf(out, options[i].required ? " %s" : " [%s]", word);
        } else if (options[i].required) {
            fprintf(out, " %s=...", options[i].name);
        }
    }
    fputs("\n  ", out);
    net_wrap(out, doc, 2, 2, net_page_width(out));
    fputs(count > 0 ? "\n\n" : "\n", out);
    for (size_t i = 0; i < count; i++) {
        print_option(arena, &options[i], "", out);
    }
}

/* A setting with the rows that its first word may choose. */
static void print_setting(Arena *arena, const SettingKind *kind, FILE *out) {
    print_kind(arena, kind->name, kind->doc, kind->options, kind->option_count, out);
    const Variant *variant;
    for (size_t v = 0; kind->variant != NULL && (variant = kind->variant(v)) != NULL; v++) {
        print_variant(arena, variant, out);
    }
}

static void help_layers(Arena *arena, FILE *out) {
    (void)arena;
    fputs("The layer kinds of a network block:\n\n", out);
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        print_name((*kind)->name, (*kind)->doc, out);
    }
    fputs("\n'netc help conv' lists the options of conv, and so on.\n", out);
}

static void help_activations(Arena *arena, FILE *out) {
    (void)arena;
    fputs("The activations (activation=NAME):\n\n", out);
    for (size_t i = 0; i < activation_count; i++) {
        print_row(activations[i].name, activations[i].doc, out);
    }
}

static void print_initialiser(Arena *arena, const Initialiser *initialiser, FILE *out) {
    const char *left = initialiser->name;
    size_t count = initialiser_arguments(initialiser);
    for (size_t k = 0; k < count; k++) {
        left = arena_format(arena, "%s%s%s", left, k == 0 ? "(" : ", ", initialiser->argument[k]);
    }
    print_row(count == 0 ? left : arena_format(arena, "%s)", left), initialiser->doc, out);
}

static void help_initialisers(Arena *arena, FILE *out) {
    fputs("How weights and biases can begin (init=, bias_init=):\n\n", out);
    for (size_t i = 0; i < initialiser_count; i++) {
        print_initialiser(arena, &initialisers[i], out);
    }
}

static void help_settings(Arena *arena, FILE *out) {
    fputs("The settings of a train block:\n", out);
    for (size_t i = 0; i < setting_kind_count; i++) {
        fputc('\n', out);
        print_setting(arena, &setting_kinds[i], out);
    }
}

static void help_status(Arena *arena, FILE *out) {
    (void)arena;
    fputs("The status a command ends with:\n\n", out);
    for (size_t i = 0; i < status_doc_count; i++) {
        print_name(status_docs[i].status, status_docs[i].doc, out);
    }
}

static void help_label(Arena *arena, FILE *out) {
    (void)arena;
    print_row("LABEL: LAYER",
              "a name of your own for a layer, by which from=, add, concat, --until, logs and weights call it", out);
    print_row("LABEL:", "alone on its line: one more name for what the layer above gives", out);
}

static void help_number(Arena *arena, FILE *out) {
    (void)arena;
    print_row("30, 0.5, .5, 5., 5e-3", "a number; in its place an expression of numbers and lets may stand: 2*width",
              out);
}

static void help_passes(Arena *arena, FILE *out) {
    (void)arena;
    help_developer(out);
    fputs("\npasses:\n", out);
    for (size_t i = 0; i < pass_count; i++) {
        print_name(passes[i].name, passes[i].doc, out);
    }
    fputs("\nexamples:\n"
          "  netc check lenet5.net --dump=ast\n"
          "  netc build lenet5.net --dump=tensor --dump=schedule --stop-after=loops\n"
          "  netc build lenet5.net --time\n",
          out);
}

/* ---- what a word can mean ---- */

/* In the order in which they are told. */
typedef enum {
    MEANS_TOPIC,
    MEANS_LAYER,
    MEANS_SETTING,
    MEANS_COMMAND,
    MEANS_FIXED, /* a word of the grammar */
    MEANS_ACTIVATION,
    MEANS_INITIALISER,
    MEANS_VARIANT, /* a word that begins a setting's line, with options of its own */
    MEANS_OPTION,
    MEANS_VALUE, /* a word that an option takes */
    MEANS_DIAGNOSTIC,
    MEANING_KINDS
} MeaningKind;

/* One meaning of a word: `row` is that of its table, `owner` the layer kind or setting whose option it is about (NULL:
 * every layer's). */
typedef struct {
    const char *word;
    MeaningKind kind;
    const void *row;
    const char *owner;
} Meaning;

typedef VEC(Meaning) Meanings;

static void add(Arena *arena, Meanings *all, const char *word, MeaningKind kind, const void *row, const char *owner) {
    Meaning meaning = {word, kind, row, owner};
    vec_push(arena, all, meaning);
}

static void add_options(Arena *arena, Meanings *all, const char *owner, const OptionSpec *options, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const OptionSpec *option = &options[i];
        if (!option->positional) {
            add(arena, all, option->name, MEANS_OPTION, option, owner);
        }
        for (const char *const *word = option->words; word != NULL && *word != NULL; word++) {
            add(arena, all, *word, MEANS_VALUE, option, owner);
        }
    }
}

/* The first word of a setting with variants is told by their table. */
static void add_setting(Arena *arena, Meanings *all, const SettingKind *kind) {
    size_t told = kind->variant != NULL ? 1 : 0;
    add(arena, all, kind->name, MEANS_SETTING, kind, NULL);
    add_options(arena, all, kind->name, kind->options + told, kind->option_count - told);
    const Variant *variant;
    for (size_t v = 0; told > 0 && (variant = kind->variant(v)) != NULL; v++) {
        add(arena, all, variant->name, MEANS_VARIANT, variant, kind->name);
        const char *owner = arena_format(arena, "%s %s", kind->name, variant->name);
        add_options(arena, all, owner, variant->options, variant->option_count);
    }
}

typedef struct {
    const char *name;
    void (*print)(Arena *arena, FILE *out);
} Topic;

static const Topic topics[] = {{"layers", help_layers},
                               {"activations", help_activations},
                               {"initialisers", help_initialisers},
                               {"settings", help_settings},
                               {"label", help_label},
                               {"number", help_number},
                               {"status", help_status},
                               {"developer", help_passes}};

/* Every word that help is given on, from the tables of which netc is made. */
static Meanings all_meanings(Arena *arena) {
    Meanings all = {0};
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        add(arena, &all, topics[i].name, MEANS_TOPIC, &topics[i], NULL);
    }
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        add(arena, &all, (*kind)->name, MEANS_LAYER, *kind, NULL);
        add_options(arena, &all, (*kind)->name, (*kind)->options, (*kind)->option_count);
    }
    add_options(arena, &all, NULL, layer_common_options, LAYER_COMMON_OPTIONS);
    for (size_t i = 0; i < setting_kind_count; i++) {
        add_setting(arena, &all, &setting_kinds[i]);
    }
    for (const Command *command = commands; command->name != NULL; command++) {
        add(arena, &all, command->name, MEANS_COMMAND, command, NULL);
    }
    for (size_t i = 0; i < fixed_word_count; i++) {
        add(arena, &all, fixed_words[i].name, MEANS_FIXED, &fixed_words[i], NULL);
    }
    for (size_t i = 0; i < activation_count; i++) {
        add(arena, &all, activations[i].name, MEANS_ACTIVATION, &activations[i], NULL);
    }
    for (size_t i = 0; i < initialiser_count; i++) {
        add(arena, &all, initialisers[i].name, MEANS_INITIALISER, &initialisers[i], NULL);
    }
    for (size_t i = 0; i < diag_kind_count; i++) {
        add(arena, &all, diag_kinds[i].name, MEANS_DIAGNOSTIC, &diag_kinds[i], NULL);
    }
    return all;
}

static bool is_among(const Words *words, const char *word) {
    bool found = false;
    for (size_t i = 0; i < words->count && !found; i++) {
        found = string_is(words->at[i], word);
    }
    return found;
}

Words help_topics(Arena *arena) {
    Meanings all = all_meanings(arena);
    Words names = {0};
    for (size_t i = 0; i < all.count; i++) {
        if (!is_among(&names, all.at[i].word)) {
            vec_push(arena, &names, all.at[i].word);
        }
    }
    flags_names(arena, &names);
    return names;
}

/* ---- saying it ---- */

static void print_layer(Arena *arena, const LayerKind *kind, FILE *out) {
    print_kind(arena, kind->name, kind->doc, kind->options, kind->option_count, out);
    for (size_t i = 0; i < LAYER_COMMON_OPTIONS && !layer_kind_is_input(kind); i++) {
        print_option(arena, &layer_common_options[i], "", out);
    }
}

/* The table of what an option takes, where its row does not hold it; false: it does. */
static bool print_vocabulary(Arena *arena, const OptionSpec *option, FILE *out) {
    if (option->type != OPTION_INIT && option->type != OPTION_ACTIVATION) {
        return false;
    }
    fputc('\n', out);
    (option->type == OPTION_INIT ? help_initialisers : help_activations)(arena, out);
    return true;
}

/* What is said before a meaning when there are several, or when its text does not say what the word is. */
static const char *heading(Arena *arena, const Meaning *meaning, const char *owners) {
    switch (meaning->kind) {
    case MEANS_TOPIC: return "an overview";
    case MEANS_LAYER: return "a layer kind";
    case MEANS_SETTING: return "a setting of the train block";
    case MEANS_COMMAND: return "a command";
    case MEANS_FIXED: return "a word of the language";
    case MEANS_ACTIVATION: return "an activation";
    case MEANS_INITIALISER: return "an initialiser";
    case MEANS_VARIANT: return arena_format(arena, "a word after '%s'", meaning->owner);
    case MEANS_OPTION: return arena_format(arena, "an option of %s", owners);
    case MEANS_VALUE: {
        const OptionSpec *option = meaning->row;
        return option->positional ? arena_format(arena, "a word after '%s'", owners)
                                  : arena_format(arena, "a word for '%s=' of %s", option->name, owners);
    }
    case MEANS_DIAGNOSTIC: return "a diagnostic";
    case MEANING_KINDS: break;
    }
    BUG("meaning %d", (int)meaning->kind);
}

static void print_meaning(Arena *arena, const Meaning *meaning, FILE *out) {
    const void *row = meaning->row;
    switch (meaning->kind) {
    case MEANS_TOPIC: ((const Topic *)row)->print(arena, out); return;
    case MEANS_LAYER: print_layer(arena, row, out); return;
    case MEANS_SETTING: print_setting(arena, row, out); return;
    case MEANS_COMMAND: help_command(row, out); return;
    case MEANS_FIXED: print_row(((const FixedWord *)row)->form, ((const FixedWord *)row)->doc, out); return;
    case MEANS_ACTIVATION: print_row(meaning->word, ((const ActivationKind *)row)->doc, out); return;
    case MEANS_INITIALISER: print_initialiser(arena, row, out); return;
    case MEANS_VARIANT: print_variant(arena, row, out); return;
    case MEANS_OPTION:
    case MEANS_VALUE: print_option(arena, row, "", out); return;
    case MEANS_DIAGNOSTIC: explain_diagnostic(row, false, out); return;
    case MEANING_KINDS: break;
    }
    BUG("meaning %d", (int)meaning->kind);
}

/* Whether two meanings are one option, or one word of it, that several kinds have. */
static bool is_shared(const Meaning *a, const Meaning *b) {
    if (a->kind != b->kind || (a->kind != MEANS_OPTION && a->kind != MEANS_VALUE)) {
        return false;
    }
    const OptionSpec *left = a->row, *right = b->row;
    bool standards = left->standard == NULL || right->standard == NULL ? left->standard == right->standard
                                                                       : string_is(left->standard, right->standard);
    return standards && string_is(left->name, right->name) && string_is(left->doc, right->doc);
}

/* "conv, dense": whose option it is; those after `first` that share it are then told, and taken away. */
static const char *owners_of(Arena *arena, Meanings *found, size_t first) {
    const char *text = NULL;
    size_t kept = first + 1;
    for (size_t i = first; i < found->count; i++) {
        if (i > first && !is_shared(&found->at[first], &found->at[i])) {
            found->at[kept++] = found->at[i];
            continue;
        }
        const char *owner = found->at[i].owner == NULL ? "every layer but input" : found->at[i].owner;
        text = text == NULL ? owner : arena_format(arena, "%s, %s", text, owner);
    }
    found->count = kept;
    return text;
}

static void print_meanings(Arena *arena, Meanings *found, FILE *out) {
    bool plain = found->count == 1 && (found->at[0].kind <= MEANS_COMMAND || found->at[0].kind == MEANS_DIAGNOSTIC);
    for (size_t i = 0; i < found->count; i++) {
        const char *owners = owners_of(arena, found, i);
        if (!plain) {
            fputs(i > 0 ? "\n" : "", out);
            net_wrap_format(out, 0, 1, net_page_width(out), "[%s]", heading(arena, &found->at[i], owners));
            fputc('\n', out);
        }
        print_meaning(arena, &found->at[i], out);
    }
    for (size_t i = 0; i < found->count; i++) {
        if (found->at[i].kind == MEANS_OPTION && print_vocabulary(arena, found->at[i].row, out)) {
            break;
        }
    }
}

bool words_have(const Words *words, const char *word) {
    for (size_t i = 0; i < words->count; i++) {
        if (string_is(words->at[i], word)) {
            return true;
        }
    }
    return false;
}

bool help_word(Arena *arena, const char *word, FILE *out) {
    Meanings all = all_meanings(arena), found = {0};
    for (int kind = 0; kind < MEANING_KINDS; kind++) {
        for (size_t i = 0; i < all.count; i++) {
            if (all.at[i].kind == (MeaningKind)kind && string_is(all.at[i].word, word)) {
                vec_push(arena, &found, all.at[i]);
            }
        }
    }
    if (found.count > 0) {
        print_meanings(arena, &found, out);
    }
    return flags_print(arena, word, found.count > 0, out) + found.count > 0;
}
