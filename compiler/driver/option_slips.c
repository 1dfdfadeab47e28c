#include "compiler/driver/option_slips.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/backend.h"
#include "compiler/driver/flags.h"
#include "compiler/driver/help.h"
#include "compiler/driver/memory.h"
#include "compiler/driver/option_words.h"
#include "compiler/driver/report.h"
#include "compiler/driver/show_weights.h"
#include "runtime/base/paths.h"
#include "runtime/base/words.h"
#include "runtime/data/sets.h"

const char *shell_word(Arena *arena, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/@%^";
    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        return word;
    }
    const char *text = "'";
    for (;;) {
        size_t length = strcspn(word, "'");
        text = arena_format(arena, "%s%.*s", text, (int)length, word);
        if (word[length] == '\0') {
            return arena_format(arena, "%s'", text);
        }
        text = arena_format(arena, "%s'\\''", text);
        word += length + 1;
    }
}

static bool exists(const char *word) { return access(word, F_OK) == 0; }

/* Whether a word may well be an argument of a command that reads models, and no rest of a value. */
static bool is_argument(const char *word) {
    return word[0] == '-' || net_path_ends(word, ".net") || exists(word) || command_find(word) != NULL;
}

/* The model on the line; NULL: none that can be told. */
static const char *model_on(const CommandLine *line) {
    for (int i = 0; i < line->argc; i++) {
        if (line->argv[i][0] != '-' && net_path_ends(line->argv[i], ".net")) {
            return line->argv[i];
        }
    }
    return NULL;
}

/* ---- options ---- */

static const char *word_of(const WordOf *rows, size_t count, const char *of, const char *word) {
    for (size_t i = 0; i < count; i++) {
        const NetAlias row = {rows[i].word, rows[i].here};
        const char *here = rows[i].of == NULL || string_is(rows[i].of, of) ? net_find_alias(word, &row, 1) : NULL;
        if (here != NULL) {
            return here;
        }
    }
    return NULL;
}

/* Whether a command takes what an alias stands for: "--emit obj", or a sentence. */
static bool suits(const CommandLine *line, const NetAlias *alias) {
    const char *value;
    const char *option = arena_copy(line->arena, alias->here, strcspn(alias->here, " "));
    return alias->here[0] != '-' || option_find(option, line->command->mask, &value) != NULL;
}

/* What another program's option is in this command; NULL: nothing that is known. */
static const char *find_alias(const CommandLine *line, const char *word) {
    const char *own = word_of(command_options, command_option_count, line->command->name, word);
    for (size_t i = 0; i < option_alias_count && own == NULL; i++) {
        own = suits(line, &option_aliases[i]) ? net_find_alias(word, &option_aliases[i], 1) : NULL;
    }
    return own;
}

#define PRINTS "it prints on standard output: "

/* `netc show m.net --dot -o m.dot` with the file where the output goes. */
static const char *printing_line(const CommandLine *line, const char *word) {
    const char *text = arena_format(line->arena, "netc %s", line->command->name), *to = NULL;
    const char *equals = strchr(word, '=');
    for (int i = 0; i < line->argc; i++) {
        bool output = line->argv[i] == word;
        if (!output) text = arena_format(line->arena, "%s %s", text, shell_word(line->arena, line->argv[i]));
        bool next = output && equals == NULL && i + 1 < line->argc && !is_argument(line->argv[i + 1]);
        if (next) to = line->argv[++i];
    }
    to = equals != NULL && equals[1] != '\0' ? equals + 1 : to != NULL ? to : "out.txt";
    return arena_format(line->arena, "%s >%s", text, shell_word(line->arena, to));
}

int slip_unknown_option(const CommandLine *line, const char *word) {
    const char *name = line->command->name;
    const char *plain = arena_copy(line->arena, word, strcspn(word, "="));
    const char *here = find_alias(line, plain[0] == '-' && plain[1] == 'W' ? "-W" : plain);
    const char *owners = here == NULL ? flag_owners(line->arena, word) : NULL;
    if (owners != NULL) {
        return report_usage(name, "'%s' is not an option here; it belongs to %s", word, owners);
    }
    const char **names = NEW_ARRAY(line->arena, const char *, option_table_count);
    size_t count = 0;
    for (size_t i = 0; i < option_table_count; i++) {
        if ((option_table[i].mask & line->command->mask) != 0 && option_table[i].name != NULL) {
            names[count++] = option_table[i].name + strlen("--");
        }
    }
    char text[NET_ADVICE];
    if (here != NULL && strncmp(here, PRINTS, strlen(PRINTS)) == 0) {
        return report_usage(name, "unknown option '%s'; %s'%s'", plain, PRINTS, printing_line(line, word));
    }
    here = here != NULL ? here : net_foreign_option(plain, NULL, 0);
    const char *nearest = net_nearest_word(plain + strspn(plain, "-"), names, count);
    if (here == NULL && nearest == NULL && plain[1] != '-') { /* -lm, -j4 */
        here = find_alias(line, arena_copy(line->arena, plain, strlen("-l")));
    }
    char part[NET_PART];
    for (int i = 0; here == NULL && nearest == NULL && net_word_part(part, plain + strspn(plain, "-"), i); i++) {
        here = find_alias(line, arena_format(line->arena, "--%s", part));
        nearest = net_nearest_word(part, names, count);
    }
    const char *advice = net_option_advice(text, here, nearest, model_on(line));
    return advice != NULL ? report_usage(name, "unknown option '%s'; %s", plain, advice)
                          : report_usage(name, "unknown option '%s'; 'netc help %s' lists what there is", plain, name);
}

static bool is_written(const CommandLine *line, const char *option) {
    for (int i = 1; i < line->argc; i++)
        if (strncmp(line->argv[i], option, strlen(option)) == 0) return true;
    return false;
}

/* What a form of a trained network needs beside it; NULL: it is all there. */
static const char *of_trained(const CommandLine *line) {
    const char *run = access("runs/latest", F_OK) == 0 ? "runs/latest" : "RUN";
    bool infer = is_written(line, "--infer"), weights = is_written(line, "--weights");
    if (infer && weights) return NULL;
    return arena_format(line->arena, "%s%s%s", infer ? "" : " --infer", weights ? "" : " --weights ",
                        weights ? "" : run);
}

int slip_wrong_choice(const CommandLine *line, const Option *option, const char *written, const char *value) {
    Text list = {0};
    const char *here = word_of(choice_words, choice_word_count, option->name, value);
    char text[NET_ADVICE];
    const char *sentence = here != NULL && strchr(here, ' ') != NULL ? net_with_file(text, here, model_on(line)) : NULL;
    size_t count = 0;
    const char *meant = NULL;
    while (option->choices[count] != NULL) {
        text_printf(&list, "%s%s", count == 0 ? "" : ", ", option->choices[count]);
        meant = string_is(option->choices[count], here) ? here : meant;
        count++;
    }
    meant = meant != NULL ? meant : net_nearest_word(value, option->choices, count);
    const char *more = string_is(option->name, "--emit") && emit_is_trained(meant) ? of_trained(line) : NULL;
    bool several = strchr(value, ',') != NULL;
    bool file = string_is(option->letter, "-O") && string_is(line->command->name, "build") && here == NULL &&
                meant == NULL && !isdigit((unsigned char)value[0]);
    const char *advice =
        file      ? arena_format(line->arena, "; the file to write is named by -o %s", shell_word(line->arena, value))
        : several ? "; one at a time"
        : sentence != NULL ? arena_format(line->arena, "; %s", sentence)
        : more != NULL     ? arena_format(line->arena, "; write --emit %s%s", meant, more)
        : meant != NULL    ? arena_format(line->arena, "; did you mean '%s'?", meant)
                           : "";
    int status = report_usage(line->command->name, "%s takes one of %s, not '%s'%s", written, list.data, value, advice);
    text_free(&list);
    return status;
}

/* Whether an option prints another form of what the command prints. */
static bool prints(const Option *option) {
    return string_is(option->name, "--json") || string_is(option->name, "--dot") ||
           string_is(option->name, "--pytorch") || string_is(option->name, "--markdown");
}

int slip_flag_value(const CommandLine *line, const Option *option, const char *word) {
    const char *name = line->command->name;
    if (prints(option) && net_path_ending(word) != NULL) {
        return report_usage(name, "%s takes no value, it prints on standard output; write %s >%s", option->name,
                            option->name, shell_word(line->arena, word));
    }
    if (string_is(option->name, "--infer")) {
        return report_usage(name, "%s takes no value; weights are named by --weights %s", option->name,
                            shell_word(line->arena, word));
    }
    return report_usage(name, "%s takes no value; leave '%s' out", option->name, word);
}

int slip_flag_file(const CommandLine *line, const Option *option, int next) {
    const char *word = next < line->argc ? line->argv[next] : "-";
    const NetEnding *ending = prints(option) ? net_path_ending(word) : NULL;
    if (line->command->trainer && !is_argument(word) && model_on(line) != NULL) {
        return slip_flag_value(line, option, word); /* a word that stands alone is nothing to a trainer */
    }
    bool file = ending != NULL && !is_argument(word) && !string_is(ending->ending, ".safetensors");
    return file ? slip_flag_value(line, option, word) : STATUS_OK;
}

int slip_pair(const CommandLine *line, const char *written, const char *value, const char *form) {
    const char *whole = value;
    if (value[0] == '=' && strchr(value + 1, '=') != NULL) value++; /* -D=width=50 */
    size_t name = strcspn(value, ":= ");
    const char *rest = value + name + strspn(value + name, ":= ");
    if (name > 0 && *rest != '\0') {
        return report_usage(line->command->name, "%s %s: expected %s; write %s %.*s=%s", written, whole, form, written,
                            (int)name, value, rest);
    }
    bool let = string_is(written, "-D");
    const char *example = let && name > 0 ? arena_format(line->arena, "%.*s=4", (int)name, value)
                          : let           ? "depth=4"
                                          : "fc=out";
    return report_usage(line->command->name, "%s %s: expected %s, for example %s %s", written, whole, form, written,
                        example);
}

/* The value with the words behind it that belong to nothing else. */
static const char *joined(const CommandLine *line, const char *value, int next) {
    for (; next < line->argc && !is_argument(line->argv[next]); next++) {
        value = arena_format(line->arena, "%s %s", value, line->argv[next]);
    }
    return value;
}

int slip_cut_value(const CommandLine *line, const Option *option, const char *written, const char *value, int next) {
    const char *name = line->command->name;
    const char *word = next < line->argc ? line->argv[next] : "-";
    int64_t bytes;
    if (string_is(value, "=") && word[0] != '-') {
        return report_usage(name, "%s = %s: no blanks stand around '='; write %s=%s", written, word, option->name,
                            shell_word(line->arena, word));
    }
    if (is_argument(word)) {
        return STATUS_OK;
    }
    const char *size = arena_format(line->arena, "%s%s", value, word);
    if (string_is(option->value, "SIZE") && isdigit((unsigned char)value[strlen(value) - 1]) &&
        memory_size(size, &bytes)) {
        return report_usage(name, "%s %s %s: a size is one word; write %s %s", written, value, word, written, size);
    }
    bool line_value = string_is(option->value, "LINE") && strchr(value, ' ') == NULL;
    if (line_value) {
        return report_usage(name, "%s %s %s: a line is one word of the shell, in quotes; write %s %s", written, value,
                            word, written, shell_word(line->arena, joined(line, value + strspn(value, "-"), next)));
    }
    const char *sign = strchr(value, '='); /* -D width = 50, -D width= 50 */
    bool pair = (option->kind == ARG_DEFINE || option->kind == ARG_RENAME) && (sign == NULL || sign[1] == '\0');
    return pair ? slip_pair(line, written, joined(line, value, next), option->value) : STATUS_OK;
}

/* Where the first line ends: at a ';' outside of quotes. */
static size_t line_end(const char *text) {
    size_t at = 0;
    for (bool quoted = false; text[at] != '\0' && (quoted || text[at] != ';'); at++) {
        if (text[at] == '"') quoted = !quoted;
        if (quoted && text[at] == '\\' && text[at + 1] != '\0') at++;
    }
    return at;
}

int slip_set_line(const CommandLine *line, const char *text) {
    size_t first = line_end(text), second = first + strspn(text + first, "; ");
    if (first > 0 && text[second] != '\0') {
        return report_usage(line->command->name, "--set '%s': one line each; write --set '%.*s' --set '%s'", text,
                            (int)first, text, text + second);
    }
    return STATUS_OK;
}

/* ---- arguments ---- */

int slip_second_command(const CommandLine *line) {
    enum { MODELS = COMMAND_CHECK | COMMAND_SHOW | COMMAND_TRAIN | COMMAND_BUILD | COMMAND_GRADCHECK };
    const char *second = line->argc > 0 ? line->argv[0] : "";
    const char *model = model_on(line);
    if ((line->command->mask & MODELS) == 0 || command_find(second) == NULL || exists(second)) {
        return STATUS_OK;
    }
    return report_usage(line->command->name, "'%s' is a command, too; one at a time: 'netc %s %s'", second, second,
                        model != NULL ? model : "FILE");
}

/* "window-too-large" of the arguments "window", "too", "large". */
static const char *hyphenated(Arena *arena, const Words *words) {
    const char *text = "";
    for (size_t i = 0; i < words->count; i++) {
        text = arena_format(arena, "%s%s%s", text, i > 0 ? "-" : "", words->at[i]);
    }
    return text;
}

/* Of `netc explain` and `netc help`, which take a word: the hyphens are missing, or it is one word too many. */
static int several_words(const CommandLine *line, const Words *words) {
    bool explain = string_is(line->command->name, "explain");
    Words names = {0};
    for (size_t i = 0; i < diag_kind_count; i++) {
        vec_push(line->arena, &names, diag_kinds[i].name);
    }
    const char *name = hyphenated(line->arena, words);
    if (diag_kind_find(name) != NULL) {
        return report_usage(line->command->name, "a name has hyphens; write 'netc explain %s'", name);
    }
    const char *near = net_nearest_word(name, names.at, names.count);
    names = explain ? names : help_topics(line->arena);
    const char *known = NULL;
    for (size_t i = 0; i < words->count; i++) {
        bool is_known = words_have(&names, flag_name(words->at[i]));
        known = is_known && (known == NULL || !explain) ? words->at[i] : known;
    }
    if (known == NULL && near != NULL) {
        return report_usage(line->command->name, "a name has hyphens; did you mean 'netc explain %s'?", near);
    }
    known = known != NULL ? known : net_nearest_word(words->at[0], names.at, names.count);
    return known != NULL
               ? report_usage(line->command->name, "unexpected argument '%s'; one word at a time: 'netc %s %s'",
                              words->at[1], line->command->name, known)
               : report_usage(line->command->name, "unexpected argument '%s'; it takes %s", words->at[1],
                              line->command->what);
}

/* The option right before an argument; NULL: none. `value`: the word between them is its value. */
static const Option *option_before(const CommandLine *line, const char *argument, const char **value) {
    const char *inside;
    int place = 0;
    *value = NULL;
    while (place < line->argc && line->argv[place] != argument) {
        place++;
    }
    for (int back = 1; back <= 2 && back <= place; back++) {
        const Option *option = option_find(line->argv[place - back], line->command->mask, &inside);
        bool whole = option != NULL && (option->value == NULL) == (back == 1) && inside == NULL;
        if (whole) {
            *value = back == 2 ? line->argv[place - 1] : NULL;
            return option;
        }
    }
    return NULL;
}

#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* The words of a data line as one, in which a text has quotes. */
static const char *data_line(const CommandLine *line, const Words *words) {
    static const char plain[] = NAME_LETTERS "[]";
    const char *text = "";
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->at[i], *value = strchr(word, '=');
        bool bare = value == NULL || strpbrk(value, "\"'") != NULL || value[1 + strspn(value + 1, plain)] == '\0';
        text = bare ? arena_format(line->arena, "%s%s%s", text, i > 0 ? " " : "", word)
                    : arena_format(line->arena, "%s %.*s=\"%s\"", text, (int)(value - word), word, value + 1);
    }
    return text;
}

static int report_extra(const CommandLine *line, const Words *words, const char *word) {
    const char *first = words->at[0];
    const Command *command = line->command;
    const char *of = command->name;
    const char *shell = shell_word(line->arena, word);
    const char *way = NULL;
    if (string_is(of, "new") && strspn(word, NAME_LETTERS) == strlen(word) &&
        strspn(first, NAME_LETTERS) == strlen(first)) {
        return report_usage(
            of, "unexpected argument '%s'; a name is one word: 'netc new %s_%s'; a model to copy is named by --from %s",
            word, first, word, shell);
    }
    if (string_is(of, "new")) {
        way = "a model to copy is named by --from";
    } else if (string_is(of, "build") && show_weights_what(word) != NULL) {
        way = "weights are named by --infer --weights";
    } else if (string_is(of, "build") && !net_path_ends(word, ".net") && !string_is(word, "all")) {
        way = "the output is named by -o";
    } else if (string_is(of, "show") && net_path_ending(word) != NULL && !net_path_ends(word, ".net")) {
        return report_usage(of, "unexpected argument '%s'; it prints on standard output; write >%s", word, shell);
    } else if (string_is(of, "data") && strchr(word, '=') != NULL) {
        return report_usage(of, "unexpected argument '%s'; a data line is one word: netc data %s", word,
                            shell_word(line->arena, data_line(line, words)));
    } else if (string_is(of, "data")) {
        return report_usage(of, "unexpected argument '%s'; it takes %s, one at a time: 'netc data %s'", word,
                            command->what, net_data_set(word) != NULL ? shell : first);
    } else if (exists(word)) {
        return report_usage(of, "unexpected argument '%s'; it takes %s, one at a time: 'netc %s %s'", word,
                            command->what, of, shell);
    }
    return way != NULL ? report_usage(of, "unexpected argument '%s'; %s %s", word, way, shell)
                       : report_usage(of, "unexpected argument '%s'; it takes %s", word, command->what);
}

int slip_extra_argument(const CommandLine *line, const Options *options) {
    const Command *command = line->command;
    const Words *words = &options->files;
    const char *extra = words->at[command->most];
    if (string_is(command->name, "explain") || string_is(command->name, "help")) {
        return several_words(line, words);
    }
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->at[i], *value;
        const Option *before = option_before(line, word, &value);
        if (before == NULL || net_path_ends(word, ".net")) {
            continue;
        }
        return value == NULL
                   ? slip_flag_value(line, before, word)
                   : report_usage(command->name, "unexpected argument '%s'; %s %s takes one value, leave '%s' out",
                                  word, before->name, value, word);
    }
    if (options->infer && options->weights == NULL) {
        return report_usage(command->name, "unexpected argument '%s'; weights are named by --weights %s", extra,
                            shell_word(line->arena, extra));
    }
    return report_extra(line, words, extra);
}
