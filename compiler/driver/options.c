#include "compiler/driver/options.h"

#include <string.h>
#include <unistd.h>

#include "compiler/driver/backend.h"
#include "compiler/driver/option_words.h"
#include "compiler/driver/report.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"

typedef enum {
    ARG_FLAG,   /* bool */
    ARG_TEXT,   /* const char *, one of .choices when there are any */
    ARG_LIST,   /* Words */
    ARG_DEFINE, /* NAME=VALUE, each name once */
    ARG_RENAME, /* Words: OLD=NEW, where NEW may be empty */
    ARG_WARNING /* what follows -W */
} ArgKind;

enum { COMMAND_MODEL = COMMAND_CHECK | COMMAND_SHOW | COMMAND_TRAIN | COMMAND_BUILD };
enum { COMMAND_CODE = COMMAND_TRAIN | COMMAND_BUILD };
enum { COMMAND_MEMORY = COMMAND_CHECK | COMMAND_CODE };
enum { TRAINERS_TOO = 1 << 16 }; /* trainers have an option of that name: `netc train` hands it on */
enum { COMMAND_ALL = COMMAND_MODEL | COMMAND_DATA | COMMAND_RUNS | COMMAND_NEW | COMMAND_EXPLAIN | COMMAND_HELP };

typedef struct {
    const char *name;   /* "--output", or NULL */
    const char *letter; /* "-o", or NULL */
    ArgKind kind;
    const char *value; /* "FILE"; NULL: takes none */
    size_t offset;     /* in Options */
    unsigned mask;     /* the commands that take it */
    bool developer;    /* shown by `netc help developer` alone */
    const char *const *choices;
    const char *doc;
} Option;

static const char *const color_choices[] = {"auto", "always", "never", NULL};
static const char *const diagnostics_choices[] = {"text", "json", "github", NULL};
static const char *const emit_choices[] = {"exe", "obj", "lib", "shared", "c", "llvm", "asm", "onnx", NULL};
#define NAME(BACKEND) #BACKEND,
static const char *const backend_choices[] = {BACKENDS(NAME) NULL};
#undef NAME
static const char *const level_choices[] = {"0", "1", "2", "3", NULL};

static const char *const shell_choices[] = {"bash", "zsh", NULL};

#define AT(member) offsetof(Options, member)
static const Option option_table[] = {
    {"--output", "-o", ARG_TEXT, "FILE", AT(output), COMMAND_BUILD, false, NULL,
     "where to write; '-' is standard output for --emit c, llvm, asm and onnx"},
    {"--emit", NULL, ARG_TEXT, "WHAT", AT(emit), COMMAND_BUILD, false, emit_choices,
     "exe (the default), obj, c, llvm or asm; of --infer also lib, shared, onnx"},
    {"--infer", NULL, ARG_FLAG, NULL, AT(infer), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "the trained network, not a trainer: build it, or show what it takes"},
    {"--weights", NULL, ARG_TEXT, "FILE|RUN", AT(weights), COMMAND_BUILD | TRAINERS_TOO, false, NULL,
     "weights of --infer: a safetensors file, or a run (its best ones)"},
    {"--rename", NULL, ARG_RENAME, "OLD=NEW", AT(renames), COMMAND_BUILD | TRAINERS_TOO, false, NULL,
     "--weights: what the file calls OLD is NEW here, nothing: a prefix less"},
    {"--until", NULL, ARG_TEXT, "LABEL", AT(until), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "--infer: end the network at this layer (features, an autoencoder's code)"},
    {"--target", NULL, ARG_TEXT, "MACHINE", AT(target), COMMAND_BUILD | COMMAND_SHOW, false, NULL,
     "--infer: for another kind of machine, aarch64-linux-gnu"},
    {"--max-flash", NULL, ARG_TEXT, "SIZE", AT(max_flash), COMMAND_SHOW, false, NULL,
     "--infer: fail when weights and code take more, such as 512K"},
    {"--max-ram", NULL, ARG_TEXT, "SIZE", AT(max_ram), COMMAND_SHOW, false, NULL,
     "--infer: fail when the workspace for one image takes more"},
    {"--static", NULL, ARG_FLAG, NULL, AT(static_link), COMMAND_BUILD, false, NULL,
     "--infer: a program that needs no library at all when it runs"},
    {"--backend", NULL, ARG_TEXT, "NAME", AT(backend), COMMAND_CODE | COMMAND_SHOW, false, backend_choices,
     "llvm, c (through a C compiler) or, to train only, interp (slow)"},
    {"--cpu", NULL, ARG_TEXT, "CPU", AT(cpu), COMMAND_CODE | COMMAND_SHOW, false, NULL,
     "processor: native, generic, x86-64-v3, ...; in use auto, the best of three"},
    {"--cc", NULL, ARG_TEXT, "PROGRAM", AT(cc), COMMAND_CODE | COMMAND_SHOW, false, NULL,
     "C compiler, which also links (what CC names, else gcc)"},
    {"--optimize", "-O", ARG_TEXT, "LEVEL", AT(level), COMMAND_CODE | COMMAND_SHOW, false, level_choices,
     "0 to 3, how much the back end optimizes (2)"},
    {"--define", "-D", ARG_DEFINE, "NAME=VALUE", AT(defines), COMMAND_MODEL, false, NULL,
     "value of a 'let' at the top of the file"},
    {"--set", NULL, ARG_LIST, "LINE", AT(sets), COMMAND_MODEL, false, NULL,
     "a line of the train block, instead of the one written there"},
    {"--memory", NULL, ARG_TEXT, "SIZE", AT(memory), COMMAND_MEMORY, false, NULL,
     "what a trainer may take, such as 512M or 1.5G (all the machine has)"},
    {NULL, "-W", ARG_WARNING, "error", AT(warnings), COMMAND_MODEL, false, NULL,
     "-Werror: warnings are errors; -Wno-NAME: silence the warning NAME"},
    {"--diagnostics", NULL, ARG_TEXT, "FORM", AT(diagnostics), COMMAND_MODEL, false, diagnostics_choices,
     "how errors and warnings are printed: text, json or github"},
    {"--json", NULL, ARG_FLAG, NULL, AT(json), COMMAND_SHOW | COMMAND_DATA | COMMAND_RUNS, false, NULL, "print JSON"},
    {"--pytorch", NULL, ARG_FLAG, NULL, AT(pytorch), COMMAND_SHOW, false, NULL,
     "print the network as a PyTorch module that takes its weights"},
    {"--dot", NULL, ARG_FLAG, NULL, AT(dot), COMMAND_SHOW, false, NULL, "print the network as a graph for Graphviz"},
    {"--sort", NULL, ARG_TEXT, "COLUMN", AT(sort), COMMAND_RUNS, false, NULL,
     "best first, by a column, setting or figure; -COLUMN: the other way round"},
    {"--model", NULL, ARG_TEXT, "NAME", AT(model), COMMAND_RUNS, false, NULL,
     "only the runs of this model: its file's name, or the network's"},
    {"--from", NULL, ARG_TEXT, "MODEL", AT(from), COMMAND_NEW, false, NULL,
     "copy a model that ships with netc, or a .net file"},
    {"--all", NULL, ARG_FLAG, NULL, AT(all), COMMAND_EXPLAIN, false, NULL, "explain every diagnostic"},
    {"--markdown", NULL, ARG_FLAG, NULL, AT(markdown), COMMAND_EXPLAIN, false, NULL, "print Markdown"},
    {"--completion", NULL, ARG_TEXT, "SHELL", AT(completion), COMMAND_HELP, false, shell_choices,
     "print a script that completes netc's command lines in bash or zsh"},
    {"--quiet", "-q", ARG_FLAG, NULL, AT(quiet), COMMAND_CHECK | COMMAND_DATA, false, NULL,
     "print errors and warnings only"},
    {"--verbose", "-v", ARG_FLAG, NULL, AT(verbose), COMMAND_CODE, false, NULL,
     "show the commands that are run and whether the cache was used"},
    {"--color", NULL, ARG_TEXT, "WHEN", AT(color), COMMAND_ALL, false, color_choices,
     "auto (on a terminal, the default), always or never"},
    {"--help", "-h", ARG_FLAG, NULL, AT(help), COMMAND_ALL, false, NULL, "print this"},
    {"--dump", NULL, ARG_LIST, "PASS", AT(dumps), COMMAND_MODEL, true, NULL,
     "print what a pass has made on standard output"},
    {"--stop-after", NULL, ARG_TEXT, "PASS", AT(stop_after), COMMAND_MODEL, true, NULL, "do not go on after a pass"},
    {"--time", NULL, ARG_FLAG, NULL, AT(time), COMMAND_MODEL, true, NULL,
     "print how long each pass took on standard error"},
    {"--schedule", NULL, ARG_TEXT, "TILE", AT(schedule), COMMAND_CODE, true, NULL,
     "force the tile of sums, such as 4x5 (rows, columns) or 4x1x5 (maps first); --dump=schedule shows it"},
};

const Command *command_find(const char *name) {
    for (const Command *command = commands; command->name != NULL; command++) {
        if (string_is(command->name, name)) {
            return command;
        }
    }
    return NULL;
}

bool option_doc(size_t row, OptionDoc *doc) {
    if (row >= COUNT_OF(option_table)) {
        return false;
    }
    const Option *option = &option_table[row];
    *doc = (OptionDoc){.name = option->name,
                       .letter = option->letter,
                       .value = option->value,
                       .doc = option->doc,
                       .choices = option->choices,
                       .mask = option->mask,
                       .developer = option->developer,
                       .repeats = option->kind != ARG_FLAG && option->kind != ARG_TEXT};
    return true;
}

/* ---- help ---- */

enum { OPTION_COLUMN = 26, COMMAND_COLUMN = 12 };

static void print_option(const Option *option, FILE *out) {
    char left[64];
    char long_form[32] = ""; /* of an option that is written with its letter mostly */
    if (option->kind == ARG_WARNING) {
        snprintf(left, sizeof left, "-Werror  -Wno-NAME");
    } else if (option->letter != NULL && strchr("DO", option->letter[1]) != NULL) {
        snprintf(left, sizeof left, "%s%s%s", option->letter, option->letter[1] == 'D' ? " " : "", option->value);
        snprintf(long_form, sizeof long_form, " (also %s)", option->name);
    } else {
        snprintf(left, sizeof left, "%s%s%s%s%s", option->letter == NULL ? "    " : option->letter,
                 option->letter == NULL ? "" : ", ", option->name, option->value == NULL ? "" : " ",
                 option->value == NULL ? "" : option->value);
    }
    const char *doc = option->doc;
    if (option->kind == ARG_WARNING) {
        doc = "make warnings errors; silence the warning NAME";
    }
    char text[256];
    snprintf(text, sizeof text, "%s%s", doc, long_form);
    net_print_row(out, left, OPTION_COLUMN, text, net_page_width(out));
}

static void print_paragraph(const char *text, FILE *out) {
    net_wrap(out, text, 0, 0, net_page_width(out));
    fputc('\n', out);
}

void help_command(const Command *command, FILE *out) {
    fprintf(out, "usage: netc %s %s\n\n", command->name, command->arguments);
    print_paragraph(command->doc, out);
    if (command->details != NULL) {
        fputc('\n', out);
        print_paragraph(command->details, out);
    }
    fputs("\noptions:\n", out);
    for (size_t i = 0; i < COUNT_OF(option_table); i++) {
        if ((option_table[i].mask & command->mask) != 0 && !option_table[i].developer) {
            print_option(&option_table[i], out);
        }
    }
    fprintf(out, "\nexamples:\n%s\n", command->examples);
}

const StatusDoc status_docs[] = {
    {"0", "good"},
    {"1", "errors in the model, a training that diverged or a figure that is infinite or NaN"},
    {"2", "wrong usage"},
    {"3", "a file, a tool or the disk"},
    {"4", "--require not met"},
    {"128 + N", "stopped by signal N (130 by Ctrl-C)"}};
const size_t status_doc_count = COUNT_OF(status_docs);

void help_overview(FILE *out) {
    fputs("usage: netc COMMAND [FILE] [options]\n\n", out);
    print_paragraph("netc compiles a .net text, which describes a small neural network and how to train it, into a "
                    "stand-alone program that trains it.",
                    out);
    fputs("\ncommands:\n", out);
    for (const Command *command = commands; command->name != NULL; command++) {
        net_print_row(out, command->name, COMMAND_COLUMN, command->doc, net_page_width(out));
    }
    fputs("\n"
          "examples:\n"
          "  netc show lenet5.net                the layers as a table\n"
          "  netc train lenet5.net --epochs 3    compile it and train it\n"
          "  netc help train                     more on a command\n"
          "  netc help layers                    the layer kinds\n"
          "  netc help relu                      any word: of a model, an option, a message\n"
          "\n",
          out);
    Text text = {0};
    text_puts(&text, "'netc --version' prints the version. Status:");
    for (size_t i = 0; i < status_doc_count; i++) {
        text_printf(&text, "%s %s %s", i == 0 ? "" : ",", status_docs[i].status, status_docs[i].doc);
    }
    text_puts(&text, ".");
    print_paragraph(text.data, out);
    text_free(&text);
}

void help_developer(FILE *out) {
    fputs("Options for those who work on netc itself:\n\n", out);
    for (size_t i = 0; i < COUNT_OF(option_table); i++) {
        if (option_table[i].developer) {
            print_option(&option_table[i], out);
        }
    }
}

/* ---- reading ---- */

typedef struct {
    Arena *arena;
    const Command *command;
    int argc;
    char **argv;
    int next;
    Options *options;
} Reader;

/* What is written of an option's name: "--name" of "--name=value", "-D" of "-Dvalue". */
static const Option *match(const char *word, const Option *option, const char **value) {
    *value = NULL;
    if (option->name != NULL) {
        size_t length = strlen(option->name);
        if (strncmp(word, option->name, length) == 0 && (word[length] == '\0' || word[length] == '=')) {
            *value = word[length] == '=' ? word + length + 1 : NULL;
            return option;
        }
    }
    if (option->letter != NULL && strncmp(word, option->letter, 2) == 0) {
        if (word[2] == '\0') {
            return option;
        }
        if (option->value != NULL) {
            *value = word + 2;
            return option;
        }
    }
    return NULL;
}

static const Option *find_option(const char *word, unsigned mask, const char **value) {
    for (size_t i = 0; i < COUNT_OF(option_table); i++) {
        if ((option_table[i].mask & mask) != 0 && match(word, &option_table[i], value) != NULL) {
            return &option_table[i];
        }
    }
    return NULL;
}

/* Whether a command takes what an alias stands for: "--emit obj", or a sentence. */
static bool suits(Reader *reader, const NetAlias *alias) {
    const char *value;
    const char *option = arena_copy(reader->arena, alias->here, strcspn(alias->here, " "));
    return alias->here[0] != '-' || find_option(option, reader->command->mask, &value) != NULL;
}

/* What another program's option is in this command; NULL: nothing that is known. */
static const char *find_alias(Reader *reader, const char *word) {
    NetAlias *here = NEW_ARRAY(reader->arena, NetAlias, option_alias_count);
    size_t count = 0;
    for (size_t i = 0; i < option_alias_count; i++) {
        if (suits(reader, &option_aliases[i])) {
            here[count++] = option_aliases[i];
        }
    }
    return net_find_alias(word, here, count);
}

static int report_elsewhere(Reader *reader, const Option *option, const char *word) {
    Text text = {0};
    for (const Command *command = commands; command->name != NULL; command++) {
        if ((command->mask & option->mask) != 0) {
            text_printf(&text, "%s'netc %s'", text.length == 0 ? "" : ", ", command->name);
        }
    }
    int status = report_usage(reader->command->name, "'%s' is not an option here; it belongs to %s", word, text.data);
    text_free(&text);
    return status;
}

static int unknown_option(Reader *reader, const char *word) {
    const char *name = reader->command->name, *value;
    const char *plain = arena_copy(reader->arena, word, strcspn(word, "="));
    const char *alias = find_alias(reader, plain);
    const Option *elsewhere = find_option(word, ~0U, &value);
    if (alias == NULL && elsewhere != NULL) {
        return report_elsewhere(reader, elsewhere, word);
    }
    const char *names[COUNT_OF(option_table)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(option_table); i++) {
        if ((option_table[i].mask & reader->command->mask) != 0 && option_table[i].name != NULL) {
            names[count++] = option_table[i].name;
        }
    }
    char text[NET_ADVICE];
    const char *advice = net_option_advice(text, alias, net_nearest_word(plain, names, count));
    return advice != NULL ? report_usage(name, "unknown option '%s'; %s", plain, advice)
                          : report_usage(name, "unknown option '%s'; 'netc help %s' lists what there is", plain, name);
}

static int wrong_choice(Reader *reader, const Option *option, const char *written, const char *value) {
    Text list = {0};
    const char *alias = net_find_alias(value, choice_aliases, choice_alias_count);
    const char *advice = alias != NULL && strchr(alias, ' ') != NULL ? alias : NULL;
    size_t count = 0;
    const char *nearest = NULL;
    while (option->choices[count] != NULL) {
        text_printf(&list, "%s%s", count == 0 ? "" : ", ", option->choices[count]);
        nearest = string_is(option->choices[count], alias) ? alias : nearest;
        count++;
    }
    nearest = nearest != NULL ? nearest : net_nearest_word(value, option->choices, count);
    int status = advice != NULL ? report_usage(reader->command->name, "%s takes one of %s, not '%s'; %s", written,
                                               list.data, value, advice)
                 : nearest == NULL
                     ? report_usage(reader->command->name, "%s takes one of %s, not '%s'", written, list.data, value)
                     : report_usage(reader->command->name, "%s takes one of %s, not '%s'; did you mean '%s'?", written,
                                    list.data, value, nearest);
    text_free(&list);
    return status;
}

/* Of an option given twice the last would win in silence, whichever was meant. */
static int report_twice(Reader *reader, const char *what) {
    return report_usage(reader->command->name, "%s is given twice; keep one", what);
}

static int store_text(Reader *reader, const Option *option, const char *written, const char *value) {
    if (option->choices != NULL) {
        bool known = false;
        for (const char *const *choice = option->choices; *choice != NULL; choice++) {
            known = known || string_is(*choice, value);
        }
        if (!known) {
            return wrong_choice(reader, option, written, value);
        }
    } else if (*value == '\0') {
        return report_usage(reader->command->name, "the value of %s is empty", written);
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
    if (equals == NULL || equals == value) {
        return report_usage(reader->command->name, "-D %s: expected NAME=VALUE, for example -D depth=4", value);
    }
    Define define = {arena_copy(reader->arena, value, (size_t)(equals - value)), equals + 1};
    for (size_t i = 0; i < reader->options->defines.count; i++) {
        if (string_is(reader->options->defines.at[i].name, define.name)) {
            return report_twice(reader, arena_format(reader->arena, "-D %s", define.name));
        }
    }
    vec_push(reader->arena, &reader->options->defines, define);
    return STATUS_OK;
}

static int store(Reader *reader, const Option *option, const char *written, const char *value) {
    void *target = (char *)reader->options + option->offset;
    switch (option->kind) {
    case ARG_FLAG:
        if (value != NULL) {
            return report_usage(reader->command->name, "%s takes no value", option->name);
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
            return report_usage(reader->command->name, "--rename %s: expected OLD=NEW", value);
        }
        vec_push(reader->arena, words, value);
        return STATUS_OK;
    }
    }
    BUG("option kind %d", (int)option->kind);
}

static int read_option(Reader *reader, const char *word) {
    const char *value;
    const Option *option = find_option(word, reader->command->mask, &value);
    if (option == NULL) {
        const Option *elsewhere = find_option(word, ~0U, &value); /* a trainer's options are no value options of netc */
        if (reader->command->trainer &&
            (elsewhere == NULL || elsewhere->kind == ARG_FLAG || (elsewhere->mask & TRAINERS_TOO) != 0)) {
            vec_push(reader->arena, &reader->options->trainer, word);
            return STATUS_OK;
        }
        if (reader->command->mask == COMMAND_HELP) { /* help on an option of another command */
            vec_push(reader->arena, &reader->options->files, word);
            return STATUS_OK;
        }
        return unknown_option(reader, word);
    }
    const char *written = word[1] == '-' ? option->name : option->letter;
    if (option->value != NULL && value == NULL) {
        if (reader->next >= reader->argc) {
            return report_usage(reader->command->name, "%s needs a value: %s %s", written, written, option->value);
        }
        value = reader->argv[reader->next++];
    }
    return store(reader, option, written, value);
}

/* The model of `netc train [options] FILE [options]`: the first argument that ends in .net, else the first that is not
 * an option and stands first or names a file. What else there is belongs to the trainer. */
static bool ends_in_net(const char *word) {
    size_t length = strlen(word);
    return length > 4 && word[0] != '-' && string_is(word + length - 4, ".net");
}

static bool is_model(const Reader *reader, int index) {
    if (!reader->command->trainer) {
        return true;
    }
    if (reader->options->files.count > 0) {
        return false;
    }
    for (int i = index; i < reader->argc; i++) {
        if (ends_in_net(reader->argv[i])) {
            return i == index;
        }
    }
    return index == 0 || access(reader->argv[index], F_OK) == 0;
}

static int check_subcommand(const Reader *reader) {
    const char *name = reader->command->name;
    const char *word = reader->options->files.count > 0 ? reader->options->files.at[0] : NULL;
    for (size_t i = 0; i < subcommand_count; i++) {
        if (string_is(subcommands[i].command, name) && string_is(word, subcommands[i].word) &&
            access(word, F_OK) != 0) {
            return report_usage(name, "there is no command '%s'; %s", word, subcommands[i].here);
        }
    }
    return STATUS_OK;
}

static int check_count(const Reader *reader) {
    const Command *command = reader->command;
    int count = (int)reader->options->files.count;
    if (count < command->least) {
        const char *example = command->examples + strspn(command->examples, " ");
        return report_usage(command->name, "expected %s, for example '%.*s'", command->what,
                            (int)strcspn(example, "\n"), example);
    }
    bool infer = reader->options->infer && reader->options->weights == NULL;
    if (infer && command->most >= 0 && count > command->most) {
        return report_usage(command->name, "unexpected argument '%s'; weights are named by --weights %s",
                            reader->options->files.at[command->most], reader->options->files.at[command->most]);
    }
    if (command->most >= 0 && count > command->most) {
        return report_usage(command->name, "unexpected argument '%s'; it takes %s",
                            reader->options->files.at[command->most], command->what);
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
    Reader reader = {.arena = arena, .command = command, .argc = argc, .argv = argv, .options = options};
    *options = (Options){0};
    *status = STATUS_OK;
    if (!command->trainer && asks_for_help(argc, argv)) {
        help_command(command, stdout);
        return false;
    }
    bool only_arguments = false;
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
