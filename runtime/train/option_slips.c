#include "runtime/train/option_slips.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/paths.h"
#include "runtime/base/words.h"
#include "runtime/train/option_words.h"

/* ---- values ---- */

/* Each number with the first letter of its unit: "10min", "1.5 hours"; "1:30" is minutes and seconds. */
bool net_time_meant(char out[NET_MEANT_TEXT], const char *text) {
    size_t colons = 0, length = 0;
    for (const char *at = text; *at != '\0'; at++) colons += *at == ':';
    bool clock = colons > 0;
    char last = '\0';
    for (const char *at = text; *at != '\0' && length < NET_MEANT_TEXT;) {
        size_t digits = strspn(at, ".0123456789");
        const char *unit = at + digits + strspn(at + digits, " ");
        size_t letters = strspn(unit, "abcdefghijklmnopqrstuvwxyz");
        bool next = letters == 0 && (last == 'h' || last == 'm'); /* 1h30 */
        bool known = letters > 0 ? strchr("smhd", *unit) != NULL : next || (clock && colons <= 2);
        if (digits == 0 || !known) return false;
        char letter = letters > 0 ? *unit : next ? (last == 'h' ? 'm' : 's') : "smh"[colons];
        last = letter;
        length += (size_t)snprintf(out + length, NET_MEANT_TEXT - length, "%.*s%c", (int)digits, at, letter);
        colons -= colons > 0;
        at = unit + letters + strspn(unit + letters, ": ,");
    }
    return length > 0 && length < NET_MEANT_TEXT;
}

/* The first number and the last, where the last is larger. */
bool net_seeds_meant(char out[NET_MEANT_TEXT], const char *text) {
    enum { MOST = 15 };
    static const char digits[] = "0123456789";
    size_t length = strlen(text), first = strspn(text, digits), last = length;
    while (last > 0 && isdigit((unsigned char)text[last - 1])) last--;
    if (first == 0 || first > MOST || last <= first || length - last > MOST || last == length) return false;
    if (strspn(text, "0123456789,;.: -") != length || atoll(text) >= atoll(text + last)) return false;
    snprintf(out, NET_MEANT_TEXT, "%.*s-%s", (int)first, text, text + last);
    return true;
}

/* ---- options ---- */

/* A word in quotes where a shell would take it apart. */
static const char *quote(const char *word) { return strpbrk(word, " *?[]{}()<>|&;$\"\\") != NULL ? "'" : ""; }

/* What netc compiles a trainer with. */
static bool is_compiling(const char *word) {
    static const char *const names[] = {"set",      "define", "D",  "backend", "cpu", "cc",
                                        "optimize", "O",      "O3", "memory",  "W",   "diagnostics"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) == 0) return true;
    }
    return false;
}

/* "split validation=0.1'" with the number that was typed, "optimizer sgd rate=0.1'" with the optimiser. */
static void put_value(char text[NET_ADVICE], const char *value) {
    static const char sgd[] = "'optimizer sgd rate=0.1'";
    static const char *const others[] = {"adam", "adamw", "rmsprop"};
    char *set = strstr(text, "--set '"), *split = strstr(text, "--set 'split ");
    char *number = split != NULL ? strrchr(split, '=') : NULL, *method = set != NULL ? strstr(set, sgd) : NULL;
    for (size_t i = 0; value != NULL && method != NULL && i < sizeof others / sizeof *others; i++) {
        if (strcmp(value, others[i]) == 0) snprintf(method, sizeof sgd, "'optimizer %s'", value);
    }
    bool plain = value != NULL && *value != '\0' && strspn(value, ".0123456789") == strlen(value) && strlen(value) < 20;
    if (!plain || number == NULL || number[1 + strspn(number + 1, ".0123456789")] != '\'') return;
    snprintf(number + 1, (size_t)(text + NET_ADVICE - number - 1), "%s'", value);
}

static const char *advice_on(char text[NET_ADVICE], const NetOptions *options, const NetOptionNames *names,
                             const char *word) {
    const char *here = net_foreign_option(word, net_trainer_aliases, net_trainer_alias_count);
    return net_option_advice(text, here, net_nearest_word(word, names->at, names->count), options->model->path);
}

bool net_slip_option(const NetOptions *options, const NetOptionNames *names, const char *typed, const char *next,
                     NetError *error) {
    char word[64];
    int dashes = typed[1] == '-' ? 2 : 1;
    const char *name = typed + dashes;
    size_t length = strcspn(name, "=");
    if (dashes == 1 && length > 1 && strspn(name + 1, "0123456789.") + 1 == length) {
        length = 1; /* -j4 */
    }
    snprintf(word, sizeof word, "%.*s", length < 60 ? (int)length : 60, name);
    const char *value = name[length] == '=' ? name + length + 1 : next;
    if (word[0] == 'O' && strspn(word + 1, "0123") == strlen(word + 1) && typed[dashes + 1] != '\0') { /* -O3 */
        return net_fail(error, NET_USAGE, "unknown option '%s'; this trainer is compiled already: netc train %s -%s",
                        typed, options->model->path, name);
    }
    if (is_compiling(word) && value != NULL && value[0] != '-') {
        return net_fail(
            error, NET_USAGE, "unknown option '%.*s%s'; this trainer is compiled already: netc train %s %.*s%s %s%s%s",
            dashes, typed, word, options->model->path, dashes, typed, word, quote(value), value, quote(value));
    }
    char text[NET_ADVICE];
    const char *advice = advice_on(text, options, names, word);
    char part[NET_PART];
    for (int i = 0; advice == NULL && net_word_part(part, word, i); i++) {
        advice = advice_on(text, options, names, part);
    }
    if (json_object_get(options->model->lets, word) != NULL) {
        return net_fail(error, NET_USAGE, "unknown option '%.*s%s'; a let is compiled in: netc train %s -D %s=%s",
                        dashes, typed, word, options->model->path, word, value != NULL ? value : "VALUE");
    }
    if (advice != NULL) put_value(text, value);
    return advice != NULL ? net_fail(error, NET_USAGE, "unknown option '%.*s%s'; %s", dashes, typed, word, advice)
                          : net_fail(error, NET_USAGE, "unknown option '%.*s%s'; '%s --help' lists them", dashes, typed,
                                     word, options->command);
}

bool net_slip_flag(const char *name, const char *value, NetError *error) {
    if (strcmp(name, "json") == 0 && net_path_ending(value) != NULL) {
        return net_fail(error, NET_USAGE, "--json takes no value, it prints on standard output; write --json >%s",
                        value);
    }
    if (strcmp(name, "evaluate") == 0 && (strchr(value, '/') != NULL || access(value, F_OK) == 0)) {
        return net_fail(error, NET_USAGE, "--evaluate takes no value; weights are named by --weights %s", value);
    }
    return net_fail(error, NET_USAGE, "--%s takes no value; leave '%s' out", name, value);
}

/* ---- words ---- */

/* Whether a word is an option's name, or begins as "epochs=". */
static bool is_name(const NetOptionNames *names, const char *word) {
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < names->count; i++) {
        if (strlen(names->at[i]) == length && strncmp(names->at[i], word, length) == 0) return true;
    }
    return false;
}

/* A file that stands alone. */
static bool slip_file(const NetOptions *options, const char *word, NetError *error) {
    const char *path = options->model->path;
    if (net_path_ends(word, ".net")) {
        bool own = strcmp(word, path) == 0;
        return net_fail(error, NET_USAGE, "unexpected '%s'; %s %s%s%s", word,
                        own ? "it is compiled in: leave the model out" : "one model at a time:",
                        own ? "" : "netc train ", own ? "" : word, "");
    }
    if (net_path_ends(word, ".safetensors") || strncmp(word, "runs/", 5) == 0) {
        return net_fail(error, NET_USAGE, "unexpected '%s'; weights are named by --weights %s", word, word);
    }
    return net_fail(error, NET_USAGE,
                    "unexpected '%s'; a trainer reads the data its model names; a program that takes files is made by "
                    "netc build %s --infer --weights %s/latest",
                    word, path, options->run_dir);
}

bool net_slip_word(const NetOptions *options, const NetOptionNames *names, const char *word, const char *last,
                   const char *value, NetError *error) {
    const char *dashed = net_after_wrong_dash(word);
    char joined[NET_MEANT_TEXT], meant[NET_MEANT_TEXT];
    const char *equals = strchr(word, '=');
    char let[64];
    snprintf(let, sizeof let, "%.*s", (int)strcspn(word, "="), word);
    if (dashed != NULL || is_name(names, word)) {
        return net_fail(error, NET_USAGE, "unexpected '%s'; did you mean '--%s'?", word,
                        dashed != NULL ? dashed : word);
    }
    if (equals != NULL && json_object_get(options->model->lets, let) != NULL) {
        return net_fail(error, NET_USAGE, "unexpected '%s'; a let is compiled in: netc train %s -D %s", word,
                        options->model->path, word);
    }
    if (last != NULL && value != NULL && strcmp(last, "time-limit") == 0) {
        snprintf(joined, sizeof joined, "%.30s%.30s", value, word);
        if (net_time_meant(meant, joined)) {
            return net_fail(error, NET_USAGE, "--time-limit %s %s: a time is one word; write --time-limit %s", value,
                            word, meant);
        }
    }
    if (last != NULL && value == NULL && strcmp(last, "resume") != 0) return net_slip_flag(last, word, error);
    if (last != NULL && net_path_ending(word) == NULL && access(word, F_OK) != 0) {
        return net_fail(error, NET_USAGE, "unexpected '%s'; --%s %s takes one value, leave '%s' out", word, last,
                        value != NULL ? value : "", word);
    }
    if (net_path_ending(word) != NULL || access(word, F_OK) == 0) return slip_file(options, word, error);
    return net_fail(error, NET_USAGE, "unexpected '%s'; a trainer takes options only, '%s --help' lists them", word,
                    options->command);
}
