/* netc help: commands, and the tables of layer kinds and settings as text. */
#include <string.h>

#include "compiler/driver/completion.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/model/vocabulary.h"
#include "runtime/base/words.h"

static const char *upper_case(Arena *arena, const char *name) {
    char *copy = arena_copy(arena, name, strlen(name));
    for (char *c = copy; *c != '\0'; c++) {
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    }
    return copy;
}

enum { HELP_WIDTH = 100, HELP_COLUMN = 28 };

/* "  left        doc", the doc in lines that begin at the same column. */
static void print_row(const char *left, const char *doc, FILE *out) {
    int column = fprintf(out, "  %-*s", HELP_COLUMN - 4, left);
    if (column > HELP_COLUMN - 2) {
        fputc('\n', out);
        column = 0;
    }
    column += fprintf(out, "%*s", HELP_COLUMN - column, "");
    while (*doc != '\0') {
        int length = (int)strcspn(doc, " ");
        if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        column += fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", length, doc);
        doc += length;
        doc += *doc == ' ';
    }
    fputc('\n', out);
}

static void print_option(Arena *arena, const OptionSpec *option, FILE *out) {
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
    print_row(left, doc, out);
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
    fprintf(out, "\n  %s\n%s", doc, count > 0 ? "\n" : "");
    for (size_t i = 0; i < count; i++) {
        print_option(arena, &options[i], out);
    }
}

static int help_layers(FILE *out) {
    fputs("The layer kinds of a network block:\n\n", out);
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        fprintf(out, "  %-11s %s\n", (*kind)->name, (*kind)->doc);
    }
    fputs("\n'netc help conv' lists the options of conv, and so on.\n", out);
    return STATUS_OK;
}

static int help_activations(FILE *out) {
    fputs("The activations (activation=NAME):\n\n", out);
    for (int kind = 0; kind < ACTIVATION_COUNT; kind++) {
        print_row(activation_names[kind], activation_specs[kind].doc, out);
    }
    return STATUS_OK;
}

static int help_initialisers(Arena *arena, FILE *out) {
    fputs("How weights and biases can begin (init=, bias_init=):\n\n", out);
    for (size_t i = 0; i < initialiser_count; i++) {
        const char *left = initialisers[i].name;
        size_t count = initialiser_arguments(&initialisers[i]);
        for (size_t k = 0; k < count; k++) {
            left = arena_format(arena, "%s%s%s", left, k == 0 ? "(" : ", ", initialisers[i].argument[k]);
        }
        print_row(count == 0 ? left : arena_format(arena, "%s)", left), initialisers[i].doc, out);
    }
    return STATUS_OK;
}

static int help_settings(Arena *arena, FILE *out) {
    fputs("The settings of a train block:\n", out);
    for (size_t i = 0; i < setting_kind_count; i++) {
        const SettingKind *kind = &setting_kinds[i];
        fputc('\n', out);
        print_kind(arena, kind->name, kind->doc, kind->options, kind->option_count, out);
    }
    return STATUS_OK;
}

static const char *const topics[] = {"layers", "activations", "initialisers", "settings", "developer"};

Words help_topics(Arena *arena) {
    Words names = {0};
    for (const Command *command = commands; command->name != NULL; command++) {
        vec_push(arena, &names, command->name);
    }
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        vec_push(arena, &names, (*kind)->name);
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        vec_push(arena, &names, setting_kinds[i].name);
    }
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        vec_push(arena, &names, topics[i]);
    }
    return names;
}

static int unknown_topic(Arena *arena, const char *topic) {
    Words names = help_topics(arena);
    const char *nearest = net_nearest_word(topic, names.at, names.count);
    if (nearest != NULL) {
        return report_usage("help", "nothing is known about '%s'; did you mean '%s'?", topic, nearest);
    }
    if (diag_kind_find(topic) != NULL) {
        return report_usage("help", "'%s' is a diagnostic: 'netc explain %s'", topic, topic);
    }
    return report_usage("help",
                        "nothing is known about '%s'; 'netc help' lists the commands, 'netc help layers' the "
                        "layer kinds",
                        topic);
}

int cmd_help(Arena *arena, Options *options) {
    if (options->completion != NULL) {
        completion_print(arena, options->completion, stdout);
        return STATUS_OK;
    }
    if (options->files.count == 0) {
        help_overview(stdout);
        return STATUS_OK;
    }
    const char *topic = options->files.at[0];
    const Command *command = command_find(topic);
    if (command != NULL) {
        help_command(command, stdout);
        return STATUS_OK;
    }
    if (string_is(topic, "developer")) {
        help_developer(stdout);
        fputs("\npasses:\n", stdout);
        for (size_t i = 0; i < pass_count; i++) {
            printf("  %-10s %s\n", passes[i].name, passes[i].doc);
        }
        fputs("\nexamples:\n"
              "  netc check lenet5.net --dump=ast\n"
              "  netc build lenet5.net --dump=tensor --dump=schedule --stop-after=loops\n"
              "  netc build lenet5.net --time\n",
              stdout);
        return STATUS_OK;
    }
    if (string_is(topic, "layers")) {
        return help_layers(stdout);
    }
    if (string_is(topic, "activations")) {
        return help_activations(stdout);
    }
    if (string_is(topic, "initialisers")) {
        return help_initialisers(arena, stdout);
    }
    if (string_is(topic, "settings")) {
        return help_settings(arena, stdout);
    }
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        if (string_is((*kind)->name, topic)) {
            print_kind(arena, topic, (*kind)->doc, (*kind)->options, (*kind)->option_count, stdout);
            for (size_t i = 0; i < layer_common_option_count && !string_is(topic, "input"); i++) {
                print_option(arena, &layer_common_options[i], stdout);
            }
            return STATUS_OK;
        }
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, topic)) {
            print_kind(arena, topic, setting_kinds[i].doc, setting_kinds[i].options, setting_kinds[i].option_count,
                       stdout);
            return STATUS_OK;
        }
    }
    return unknown_topic(arena, topic);
}
