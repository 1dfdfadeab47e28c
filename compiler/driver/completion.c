#include "compiler/driver/completion.h"

#include <string.h>

#include "compiler/driver/help.h"
#include "compiler/model/settings.h"
#include "runtime/data/sets.h"
#include "runtime/train/options.h"

/* ---- what can be completed: the same for all shells ---- */

/* From VALUE_WORDS on there is something to complete. */
typedef enum { VALUE_NONE, VALUE_ANY, VALUE_WORDS, VALUE_FILE, VALUE_MODEL, VALUE_FOLDER, VALUE_PROGRAM } ValueKind;

typedef struct {
    ValueKind kind;
    const char *what; /* "FILE" */
    Words words;      /* VALUE_WORDS */
} Value;

typedef struct {
    const char *name, *letter; /* "--output", "-o"; either may be NULL */
    const char *doc;
    Value value;
    bool optional; /* the value */
    bool repeats;
    bool attached; /* the value follows the letter without a blank: -O2 */
} Item;

typedef VEC(Item) Items;

static Words words_of(Arena *arena, const char *const *list) {
    Words words = {0};
    for (; list != NULL && *list != NULL; list++) {
        vec_push(arena, &words, *list);
    }
    return words;
}

static Words data_sets(Arena *arena) {
    Words words = {0};
    for (const NetDataSet *set = net_data_sets; set->name != NULL; set++) {
        vec_push(arena, &words, set->name);
    }
    return words;
}

static Words diagnostics(Arena *arena) {
    Words words = {0};
    for (size_t i = 0; i < diag_kind_count; i++) {
        vec_push(arena, &words, diag_kinds[i].name);
    }
    return words;
}

static Words warnings(Arena *arena) {
    Words words = {0};
    vec_push(arena, &words, "error");
    for (size_t i = 0; i < diag_kind_count; i++) {
        if (diag_kinds[i].severity == SEVERITY_WARNING) {
            vec_push(arena, &words, arena_format(arena, "no-%s", diag_kinds[i].name));
        }
    }
    return words;
}

/* By what help calls the value: FILE, DIR, PROGRAM, ... */
static Value value_of(Arena *arena, const char *what, Words choices) {
    Value value = {.kind = VALUE_ANY, .what = what, .words = choices};
    if (what == NULL) {
        value.kind = VALUE_NONE;
    } else if (choices.count > 0) {
        value.kind = VALUE_WORDS;
    } else if (string_is(what, "MODEL") || string_is(what, "COLUMN")) {
        value.kind = VALUE_WORDS;
        value.words = string_is(what, "MODEL") ? shipped_models(arena) : runs_columns(arena);
    } else if (string_is(what, "CPU") || string_is(what, "MACHINE")) {
        value.kind = VALUE_WORDS;
        value.words = string_is(what, "CPU") ? processor_names(arena) : target_names(arena);
    } else if (strncmp(what, "FILE", 4) == 0) {
        value.kind = VALUE_FILE;
    } else if (string_is(what, "DIR") || string_is(what, "[RUN]")) {
        value.kind = VALUE_FOLDER;
    } else if (string_is(what, "PROGRAM")) {
        value.kind = VALUE_PROGRAM;
    }
    return value;
}

static bool has_item(const Items *items, const char *name) {
    for (size_t i = 0; i < items->count; i++) {
        if (string_is(items->at[i].name, name)) {
            return true;
        }
    }
    return false;
}

static void add_trainer_item(Arena *arena, Items *items, Item item, const char *argument, Words choices) {
    item.name = arena_format(arena, "--%s", item.name);
    item.value = value_of(arena, argument, choices);
    if (!has_item(items, item.name)) {
        vec_push(arena, items, item);
    }
}

static void add_trainer_options(Arena *arena, Items *items) {
    static const char *const colors[] = {"auto", "always", "never", NULL};
    const OptionSpec *spec;
    for (size_t i = 0; (spec = settings_flag(i)) != NULL; i++) {
        Item item = {.name = spec->trainer.flag, .doc = spec->doc};
        add_trainer_item(arena, items, item, spec->trainer.argument, (Words){0});
    }
    for (int id = 0; id < NET_OPTIONS; id++) {
        Words choices = {0};
        choices = id == NET_OPTION_DATA ? data_sets(arena) : id == NET_OPTION_COLOR ? words_of(arena, colors) : choices;
        Item item = {.name = net_option_name((NetOptionId)id),
                     .doc = net_option_doc((NetOptionId)id),
                     .optional = id == NET_OPTION_RESUME,
                     .repeats = net_option_repeats((NetOptionId)id)};
        add_trainer_item(arena, items, item, net_option_argument((NetOptionId)id), choices);
    }
}

static Items items_of(Arena *arena, const Command *command) {
    Items items = {0};
    OptionDoc option;
    for (size_t i = 0; option_doc(i, &option); i++) {
        if ((option.mask & command->mask) == 0 || option.developer) {
            continue;
        }
        Item item = {.name = option.name,
                     .letter = option.letter,
                     .doc = option.doc,
                     .value = value_of(arena, option.value, words_of(arena, option.choices)),
                     .repeats = option.repeats,
                     .attached =
                         option.name == NULL || (option.letter != NULL && strchr("DO", option.letter[1]) != NULL)};
        if (option.name == NULL) {
            item.value = (Value){.kind = VALUE_WORDS, .what = "warning", .words = warnings(arena)};
        }
        vec_push(arena, &items, item);
    }
    if (command->trainer) {
        add_trainer_options(arena, &items);
    }
    return items;
}

/* What a command takes besides options. */
static Value arguments_of(Arena *arena, const Command *command) {
    Value value = {.kind = VALUE_ANY, .what = command->what};
    switch (command->mask) {
    case COMMAND_CHECK:
    case COMMAND_SHOW:
    case COMMAND_TRAIN:
    case COMMAND_BUILD:
    case COMMAND_GRADCHECK: value.kind = VALUE_MODEL; break;
    case COMMAND_RUNS:
    case COMMAND_REPORT: value.kind = VALUE_FOLDER; break;
    case COMMAND_DATA: value.words = data_sets(arena); break;
    case COMMAND_EXPLAIN: value.words = diagnostics(arena); break;
    case COMMAND_HELP: value.words = help_topics(arena); break;
    default: break;
    }
    value.words = command->words != NULL ? command->words(arena) : value.words;
    value.kind = value.words.count > 0 ? VALUE_WORDS : value.kind;
    return value;
}

/* ---- printing ---- */

static void print_words(const Words *words, const char *between, FILE *out) {
    for (size_t i = 0; i < words->count; i++) {
        fprintf(out, "%s%s", i == 0 ? "" : between, words->at[i]);
    }
}

/* ---- bash ---- */

static void bash_value(const Value *value, FILE *out) {
    switch (value->kind) {
    case VALUE_NONE:
    case VALUE_ANY: fputs("return", out); break;
    case VALUE_WORDS:
        fputs("words='", out);
        print_words(&value->words, " ", out);
        fputc('\'', out);
        break;
    case VALUE_FILE: fputs("_netc_files -f; return", out); break;
    case VALUE_MODEL: fputs("files=1", out); break;
    case VALUE_FOLDER: fputs("_netc_files -d; return", out); break;
    case VALUE_PROGRAM: fputs("_netc_reply -c; return", out); break;
    }
}

/* "-o | --output" */
static void bash_pattern(const Item *item, FILE *out) {
    fprintf(out, "%s%s%s", item->letter == NULL ? "" : item->letter, item->letter == NULL ? "" : " | ", item->name);
}

/* What follows an option that takes a value. */
static void bash_values(const Items *items, FILE *out) {
    bool any = false;
    for (size_t i = 0; i < items->count; i++) {
        const Item *item = &items->at[i];
        if (item->name == NULL || item->optional) {
            continue;
        }
        if (item->value.kind == VALUE_ANY) {
            fputs(any ? " | " : "        ", out);
            bash_pattern(item, out);
            any = true;
        }
    }
    fputs(any ? ") return ;;\n" : "", out);
    for (size_t i = 0; i < items->count; i++) {
        const Item *item = &items->at[i];
        if (item->name != NULL && !item->optional && item->value.kind > VALUE_ANY) {
            fputs("        ", out);
            bash_pattern(item, out);
            fputs(") ", out);
            bash_value(&item->value, out);
            fputs(" ;;\n", out);
        }
    }
}

static void bash_command(Arena *arena, const Command *command, FILE *out) {
    Items items = items_of(arena, command);
    Value arguments = arguments_of(arena, command);
    fprintf(out, "    %s)\n        case $prev in\n", command->name);
    bash_values(&items, out);
    fputs("        *)\n            options='", out);
    for (size_t i = 0; i < items.count; i++) {
        const Item *item = &items.at[i];
        const char *gap = i == 0 ? "" : " ";
        if (item->name == NULL) {
            fprintf(out, "%s%s", gap, item->letter);
            print_words(&item->value.words, arena_format(arena, " %s", item->letter), out);
        } else {
            bool letter = item->letter != NULL && !item->attached;
            fprintf(out, "%s%s%s%s", gap, letter ? item->letter : "", letter ? " " : "", item->name);
        }
    }
    fputs("'\n", out);
    if (arguments.kind != VALUE_ANY) {
        fputs("            [[ $cur == -* ]] || { ", out);
        bash_value(&arguments, out);
        fputs("; }\n", out);
    }
    fputs("            ;;\n        esac ;;\n", out);
}

static void print_bash(Arena *arena, FILE *out) {
    fputs("# bash completion for netc, made by 'netc help --completion bash'\n"
          "\n"
          "# Words, one a line, as the answer.\n"
          "_netc_reply() {\n"
          "    local IFS=$'\\n'\n"
          "    COMPREPLY=($(compgen \"$@\" -- \"$cur\"))\n"
          "}\n"
          "\n"
          "_netc_files() {\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    _netc_reply \"$@\"\n"
          "}\n"
          "\n"
          "_netc() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words='' options='' files=''\n"
          "    COMPREPLY=()\n"
          "    # --option=value is three words\n"
          "    if [[ $cur == '=' ]]; then\n"
          "        cur=''\n"
          "    elif [[ $prev == '=' ]]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        _netc_reply -W $'",
          out);
    for (const Command *command = commands; command->name != NULL; command++) {
        fprintf(out, "%s\\n", command->name);
    }
    fputs("--help\\n--version'\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (const Command *command = commands; command->name != NULL; command++) {
        bash_command(arena, command, out);
    }
    fputs("    esac\n"
          "    if [[ -n $files ]]; then\n"
          "        local IFS=$'\\n'\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        COMPREPLY=($(compgen -f -X '!*.net' -- \"$cur\") $(compgen -d -- \"$cur\"))\n"
          "    elif [[ -n $words ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "\n"
          "complete -F _netc netc\n",
          out);
}

/* ---- zsh ---- */

/* A text between single quotes, with what _arguments and _describe would read as theirs behind a backslash. */
static void zsh_text(const char *text, const char *special, FILE *out) {
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fprintf(out, "%s%c", strchr(special, *text) == NULL ? "" : "\\", *text);
        }
    }
}

static void zsh_value(const Value *value, FILE *out) {
    zsh_text(value->what, ":", out);
    fputc(':', out);
    switch (value->kind) {
    case VALUE_NONE:
    case VALUE_ANY: break;
    case VALUE_WORDS:
        fputc('(', out);
        print_words(&value->words, " ", out);
        fputc(')', out);
        break;
    case VALUE_FILE: fputs("_files", out); break;
    case VALUE_MODEL: fputs("_files -g \"*.net(-.)\"", out); break;
    case VALUE_FOLDER: fputs("_files -/", out); break;
    case VALUE_PROGRAM: fputs("_command_names -e", out); break;
    }
}

/* One form of an option, "-o" or "--output", which excludes the other. */
static void zsh_option(const Item *item, const char *form, FILE *out) {
    bool letter = form == item->letter;
    fputs("            '", out);
    if (item->repeats) {
        fputc('*', out);
    } else if (item->name != NULL && item->letter != NULL) {
        fprintf(out, "(%s %s)", item->letter, item->name);
    }
    fputs(form, out);
    if (item->value.kind != VALUE_NONE && !item->optional) {
        fputs(!letter ? "=" : item->attached ? "-" : "+", out);
    }
    fputc('[', out);
    zsh_text(item->doc, "[]\\:", out);
    fputc(']', out);
    if (item->value.kind != VALUE_NONE) {
        fputs(item->optional ? "::" : ":", out);
        zsh_value(&item->value, out);
    }
    fputs("' \\\n", out);
}

static void zsh_command(Arena *arena, const Command *command, FILE *out) {
    Items items = items_of(arena, command);
    Value arguments = arguments_of(arena, command);
    fprintf(out, "        %s)\n            _arguments \\\n", command->name);
    for (size_t i = 0; i < items.count; i++) {
        if (items.at[i].letter != NULL) {
            zsh_option(&items.at[i], items.at[i].letter, out);
        }
        if (items.at[i].name != NULL) {
            zsh_option(&items.at[i], items.at[i].name, out);
        }
    }
    fputs(command->most == 1 ? "            '1:" : "            '*:", out);
    zsh_value(&arguments, out);
    fputs("' ;;\n", out);
}

static void print_zsh(Arena *arena, FILE *out) {
    fputs("#compdef netc\n"
          "# zsh completion for netc, made by 'netc help --completion zsh'\n"
          "\n"
          "_netc() {\n"
          "    local curcontext=\"$curcontext\" state line\n"
          "    local -a commands\n"
          "    typeset -A opt_args\n"
          "    commands=(\n",
          out);
    for (const Command *command = commands; command->name != NULL; command++) {
        fprintf(out, "        '%s:", command->name);
        zsh_text(command->doc, ":", out);
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    _arguments -C '(- *)'{-h,--help}'[print help]' '(- *)--version[print the version]' \\\n"
          "        '1: :->command' '*:: :->argument'\n"
          "    case $state in\n"
          "    command) _describe command commands ;;\n"
          "    argument)\n"
          "        case $words[1] in\n",
          out);
    for (const Command *command = commands; command->name != NULL; command++) {
        zsh_command(arena, command, out);
    }
    fputs("        esac ;;\n"
          "    esac\n"
          "}\n"
          "\n"
          "_netc \"$@\"\n",
          out);
}

void completion_print(Arena *arena, const char *shell, FILE *out) {
    if (string_is(shell, "bash")) {
        print_bash(arena, out);
    } else {
        print_zsh(arena, out);
    }
}
