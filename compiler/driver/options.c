#include "compiler/driver/options.h"

#include <string.h>
#include <unistd.h>

#include "compiler/driver/option_slips.h"
#include "compiler/driver/option_table.h"
#include "compiler/driver/option_words.h"
#include "compiler/driver/report.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"

typedef struct {
    CommandLine line;
    int next;
    Options *options;
} Reader;

/* Of an option given twice the last would win in silence, whichever was meant. */
static int report_twice(Reader *reader, const char *what) {
    return report_usage(reader->line.command->name, "%s is given twice; keep one", what);
}

static int store_text(Reader *reader, const Option *option, const char *written, const char *value) {
    if (option->choices != NULL) {
        bool known = false;
        for (const char *const *choice = option->choices; *choice != NULL; choice++) {
            known = known || string_is(*choice, value);
        }
        if (!known) {
            return slip_wrong_choice(&reader->line, option, written, value);
        }
    } else if (*value == '\0') {
        return report_usage(reader->line.command->name, "the value of %s is empty", written);
    }
    const char **to = (const char **)(void *)((char *)reader->options + option->offset);
    if (*to != NULL) {
        return report_twice(reader, written);
    }
    *to = value;
    return STATUS_OK;
}

static int store_define(Reader *reader, const char *value) {
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value || strcspn(value, " ") < (size_t)(equals - value)) {
        return slip_pair(&reader->line, "-D", value, "NAME=VALUE");
    }
    const char *comma = strchr(equals, ','), *second = comma != NULL ? strchr(comma, '=') : NULL;
    if (second != NULL && second > comma + 1) {
        return report_usage(reader->line.command->name, "-D %s: one let each; write -D %.*s -D %s", value,
                            (int)(comma - value), value, comma + 1 + strspn(comma + 1, " "));
    }
    Define define = {arena_copy(reader->line.arena, value, (size_t)(equals - value)), equals + 1};
    for (size_t i = 0; i < reader->options->defines.count; i++) {
        if (string_is(reader->options->defines.at[i].name, define.name)) {
            return report_twice(reader, arena_format(reader->line.arena, "-D %s", define.name));
        }
    }
    vec_push(reader->line.arena, &reader->options->defines, define);
    return STATUS_OK;
}

static int store(Reader *reader, const Option *option, const char *written, const char *value) {
    void *target = (char *)reader->options + option->offset;
    switch (option->kind) {
    case ARG_FLAG:
        if (value != NULL) {
            return slip_flag_value(&reader->line, option, value);
        }
        *(bool *)target = true;
        return STATUS_OK;
    case ARG_TEXT: return store_text(reader, option, written, value);
    case ARG_DEFINE: return store_define(reader, value);
    case ARG_LIST:
    case ARG_RENAME:
    case ARG_WARNING: {
        Words *words = target;
        if (option->kind == ARG_RENAME && (*value == '=' || strchr(value, '=') == NULL)) {
            return slip_pair(&reader->line, "--rename", value, option->value);
        }
        vec_push(reader->line.arena, words, value);
        return string_is(option->name, "--set") ? slip_set_line(&reader->line, value) : STATUS_OK;
    }
    }
    BUG("option kind %d", (int)option->kind);
}

static int read_option(Reader *reader, const char *word) {
    const char *value;
    const Option *option = option_find(word, reader->line.command->mask, &value);
    if (option == NULL) {
        const Option *elsewhere = option_find(word, ~0U, &value); /* a trainer's options are no value options of netc */
        if (reader->line.command->trainer &&
            (elsewhere == NULL || elsewhere->kind == ARG_FLAG || (elsewhere->mask & TRAINERS_TOO) != 0)) {
            vec_push(reader->line.arena, &reader->options->trainer, word);
            return STATUS_OK;
        }
        if (reader->line.command->mask == COMMAND_HELP) { /* help on an option of another command */
            vec_push(reader->line.arena, &reader->options->files, word);
            return STATUS_OK;
        }
        return slip_unknown_option(&reader->line, word);
    }
    const char *written = word[1] == '-' ? option->name : option->letter;
    if (word[1] != '-' && value != NULL && value[0] == '=' && option->kind != ARG_DEFINE) {
        return report_usage(reader->line.command->name, "%s: no '=' stands behind a letter; write %s %s", word, written,
                            value + 1);
    }
    if (option->value != NULL && value == NULL) {
        if (reader->next >= reader->line.argc) {
            return report_usage(reader->line.command->name, "%s needs a value: %s %s", written, written, option->value);
        }
        value = reader->line.argv[reader->next++];
    }
    int status = option->value == NULL ? slip_flag_file(&reader->line, option, reader->next)
                                       : slip_cut_value(&reader->line, option, written, value, reader->next);
    return status != STATUS_OK ? status : store(reader, option, written, value);
}

/* The model of `netc train [options] FILE [options]`: the first argument that ends in .net, else the first that is not
 * an option and stands first or names a file. What else there is belongs to the trainer. */
static bool ends_in_net(const char *word) {
    size_t length = strlen(word);
    return length > 4 && word[0] != '-' && string_is(word + length - 4, ".net");
}

static bool is_model(const Reader *reader, int index) {
    if (!reader->line.command->trainer) {
        return true;
    }
    if (reader->options->files.count > 0) {
        return false;
    }
    for (int i = index; i < reader->line.argc; i++) {
        if (ends_in_net(reader->line.argv[i])) {
            return i == index;
        }
    }
    return index == 0 || access(reader->line.argv[index], F_OK) == 0;
}

static int check_subcommand(const Reader *reader) {
    const char *name = reader->line.command->name;
    const char *word = reader->options->files.count > 0 ? reader->options->files.at[0] : NULL;
    for (size_t i = 0; i < subcommand_count; i++) {
        if (string_is(subcommands[i].of, name) && string_is(word, subcommands[i].word) && access(word, F_OK) != 0) {
            return report_usage(name, "there is no command '%s'; %s", word, subcommands[i].here);
        }
    }
    return STATUS_OK;
}

static int check_count(const Reader *reader) {
    const Command *command = reader->line.command;
    int count = (int)reader->options->files.count;
    if (count < command->least) {
        const char *example = command->examples + strspn(command->examples, " ");
        return report_usage(command->name, "expected %s, for example '%.*s'", command->what,
                            (int)strcspn(example, "\n"), example);
    }
    if (command->most >= 0 && count > command->most) {
        return slip_extra_argument(&reader->line, reader->options);
    }
    return STATUS_OK;
}

/* Help is given even when something else on the line is wrong. */
static bool asks_for_help(int argc, char **argv) {
    for (int i = 0; i < argc && !string_is(argv[i], "--"); i++) {
        if (string_is(argv[i], "-h") || string_is(argv[i], "--help")) {
            return true;
        }
    }
    return false;
}

bool options_parse(Arena *arena, const Command *command, int argc, char **argv, Options *options, int *status) {
    Reader reader = {.line = {arena, command, argc, argv}, .options = options};
    *options = (Options){0};
    *status = STATUS_OK;
    if (!command->trainer && asks_for_help(argc, argv)) {
        help_command(command, stdout);
        return false;
    }
    bool only_arguments = false;
    *status = slip_second_command(&reader.line);
    while (reader.next < argc && *status == STATUS_OK) {
        const char *word = argv[reader.next++];
        if (!only_arguments && string_is(word, "--")) {
            only_arguments = true;
        } else if (!only_arguments && word[0] == '-' && word[1] != '\0') {
            *status = read_option(&reader, word);
        } else if (*word == '\0' && options->trainer.count == 0) {
            *status = report_usage(command->name, "an argument is empty, expected %s", command->what);
        } else if (!only_arguments && !command->trainer && net_after_wrong_dash(word) != NULL) {
            *status = report_usage(command->name, "'%s' does not begin with '-'; did you mean '--%s'?", word,
                                   net_after_wrong_dash(word));
        } else if (*word != '\0' && is_model(&reader, reader.next - 1)) {
            vec_push(arena, &options->files, word);
        } else {
            vec_push(arena, &options->trainer, word);
        }
    }
    if (options->help && options->files.count == 0) {
        help_command(command, stdout);
        *status = STATUS_OK;
        return false;
    }
    if (*status == STATUS_OK) {
        *status = check_subcommand(&reader);
    }
    if (*status == STATUS_OK) {
        *status = check_count(&reader);
    }
    return *status == STATUS_OK;
}
