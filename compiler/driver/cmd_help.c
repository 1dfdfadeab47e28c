/* netc help: commands, and the tables of layer kinds and settings as text. */
#include <string.h>

#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"

static void print_words(const OptionSpec *option, FILE *out) {
    for (const char *const *word = option->words; *word != NULL; word++) {
        fprintf(out, "%s%s", word == option->words ? "" : " | ", *word);
    }
}

static void print_option(const OptionSpec *option, FILE *out) {
    char left[80];
    const char *standard = option->standard;
    if (option->positional) {
        snprintf(left, sizeof left, "%s", option->name);
    } else {
        snprintf(left, sizeof left, "%s=%s", option->name, standard == NULL ? "" : standard);
    }
    fprintf(out, "  %-24s  %s", left, option->doc);
    if (option->type == OPTION_WORD && option->words != NULL) {
        fputs(": ", out);
        print_words(option, out);
    }
    if (option->positional && standard != NULL) {
        fprintf(out, " (%s)", standard);
    } else if (option->required && !option->positional) {
        fputs(" (required)", out);
    }
    fputc('\n', out);
}

static void print_kind(const char *name, const char *doc, const OptionSpec *options, size_t count, FILE *out) {
    fprintf(out, "%s", name);
    for (size_t i = 0; i < count; i++) {
        if (options[i].positional) {
            fprintf(out, options[i].required ? " %s" : " [%s]", options[i].name);
        } else if (options[i].required) {
            fprintf(out, " %s=...", options[i].name);
        }
    }
    fprintf(out, "\n  %s\n", doc);
    if (count > 0) {
        fputc('\n', out);
    }
    for (size_t i = 0; i < count; i++) {
        print_option(&options[i], out);
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

static int help_settings(FILE *out) {
    fputs("The settings of a train block:\n", out);
    for (size_t i = 0; i < setting_kind_count; i++) {
        const SettingKind *kind = &setting_kinds[i];
        fputc('\n', out);
        print_kind(kind->name, kind->doc, kind->options, kind->option_count, out);
    }
    return STATUS_OK;
}

static int unknown_topic(Arena *arena, const char *topic) {
    VEC(const char *) names = {0};
    for (const Command *command = commands; command->name != NULL; command++) {
        vec_push(arena, &names, command->name);
    }
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        vec_push(arena, &names, (*kind)->name);
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        vec_push(arena, &names, setting_kinds[i].name);
    }
    vec_push(arena, &names, "layers");
    vec_push(arena, &names, "settings");
    vec_push(arena, &names, "developer");
    const char *nearest = nearest_word(topic, names.at, names.count);
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
    if (string_is(topic, "settings")) {
        return help_settings(stdout);
    }
    for (const LayerKind *const *kind = layer_kinds; *kind != NULL; kind++) {
        if (string_is((*kind)->name, topic)) {
            print_kind(topic, (*kind)->doc, (*kind)->options, (*kind)->option_count, stdout);
            return STATUS_OK;
        }
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, topic)) {
            print_kind(topic, setting_kinds[i].doc, setting_kinds[i].options, setting_kinds[i].option_count, stdout);
            return STATUS_OK;
        }
    }
    return unknown_topic(arena, topic);
}
