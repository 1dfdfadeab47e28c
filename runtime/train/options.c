#include "runtime/train/options.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/float.h"
#include "runtime/base/utf8.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"
#include "runtime/data/fetch.h"
#include "runtime/log/progress.h"
#include "runtime/train/option_slips.h"
#include "runtime/train/require.h"
#include "runtime/train/runs.h"
#include "runtime/train/workers.h"

typedef enum {
    KIND_TEXT,
    KIND_INTEGER,
    KIND_FLAG,
    KIND_COLOR,
    KIND_RESUME,
    KIND_WORDS,
    KIND_SEEDS,
    KIND_TIME,
    KIND_REQUIRE
} Kind;

typedef struct {
    const char *name; /* without its dashes */
    char letter;
    Kind kind;
    size_t at;            /* in NetOptions; unused by --help and --version */
    const char *argument; /* as --help shows it */
    double low, high;     /* the range of a number, both included */
    const char *doc;
} Option;

#define AT(member) offsetof(NetOptions, member)

static const Option table[NET_OPTIONS] = {
    [NET_OPTION_DATA] = {"data", 0, KIND_TEXT, AT(data), "NAME", 0, 0,
                         "the data set: digits, mnist, fashion_mnist, cifar10"},
    [NET_OPTION_DATA_DIR] = {"data-dir", 0, KIND_TEXT, AT(data_dir), "DIR", 0, 0,
                             "where its files are (beside the model, then the data folder)"},
    [NET_OPTION_NAME] = {"name", 0, KIND_TEXT, AT(name), "NAME", 0, 0, "name of the run"},
    [NET_OPTION_RUN_DIR] = {"run-dir", 0, KIND_TEXT, AT(run_dir), "DIR", 0, 0, "folder of all runs"},
    [NET_OPTION_RESUME] = {"resume", 0, KIND_RESUME, AT(resume), "[RUN]", 0, 0,
                           "go on with a run, a folder or a name: the newest of that name"},
    [NET_OPTION_WEIGHTS] = {"weights", 0, KIND_TEXT, AT(weights), "FILE|RUN", 0, 0,
                            "start from these weights instead of random ones"},
    [NET_OPTION_RENAME] = {"rename", 0, KIND_WORDS, AT(rename), "OLD=NEW", 0, 0,
                           "what the weights file calls OLD is NEW here, nothing: a prefix less; repeatable"},
    [NET_OPTION_SKIP] = {"skip", 0, KIND_WORDS, AT(skip), "LABEL", 0, 0,
                         "start this layer afresh all the same; may be repeated"},
    [NET_OPTION_TIME_LIMIT] = {"time-limit", 0, KIND_TIME, AT(time_limit), "T", 0, 0,
                               "stop training after this time: 90 (seconds), 90s, 5m or 1h30m; --resume goes on"},
    [NET_OPTION_SEEDS] = {"seeds", 0, KIND_SEEDS, AT(seed_first), "A-B", 0, 9007199254740992.0,
                          "train once with each of these seeds; prints mean and standard deviation"},
    [NET_OPTION_THREADS] = {"threads", 0, KIND_INTEGER, AT(threads), "N", 1, 1024,
                            "worker threads; the result is the same for any number"},
    [NET_OPTION_EVALUATE] = {"evaluate", 0, KIND_FLAG, AT(evaluate), NULL, 0, 0,
                             "score the weights of --weights on all parts; train nothing"},
    [NET_OPTION_REQUIRE] = {"require", 0, KIND_REQUIRE, AT(require), "TEST", 0, 0,
                            "status 4 unless this holds, such as 'test_accuracy>=0.97'; may be repeated"},
    [NET_OPTION_WATCH] = {"watch", 0, KIND_FLAG, AT(watch), NULL, 0, 0,
                          "draw each layer's speed of learning as a bar while it trains, on a terminal"},
    [NET_OPTION_QUIET] = {"quiet", 'q', KIND_FLAG, AT(quiet), NULL, 0, 0,
                          "print one line, the final figure: test_accuracy 0.94; no notes"},
    [NET_OPTION_JSON] = {"json", 0, KIND_FLAG, AT(json), NULL, 0, 0,
                         "print the results as JSON on standard output, the rest on standard error"},
    [NET_OPTION_COLOR] = {"color", 0, KIND_COLOR, AT(color), "WHEN", 0, 0, "auto, always or never"},
    [NET_OPTION_HELP] = {"help", 'h', KIND_FLAG, 0, NULL, 0, 0, "print this"},
    [NET_OPTION_VERSION] = {"version", 0, KIND_FLAG, 0, NULL, 0, 0, "print what this trainer was compiled by"},
};

static const char *const color_names[] = {
    [NET_COLOR_AUTO] = "auto", [NET_COLOR_ALWAYS] = "always", [NET_COLOR_NEVER] = "never"};

const char *net_option_name(NetOptionId id) { return table[id].name; }

const char *net_option_argument(NetOptionId id) { return table[id].argument; }

const char *net_option_doc(NetOptionId id) { return table[id].doc; }

bool net_option_repeats(NetOptionId id) { return table[id].kind == KIND_WORDS || table[id].kind == KIND_REQUIRE; }

/* Whether a setting has an option, and none before it has that. */
static bool has_own_flag(const NetModel *model, int place) {
    const char *flag = model->setting[place].flag;
    for (int i = 0; i < place && flag != NULL; i++) {
        if (model->setting[i].flag != NULL && strcmp(model->setting[i].flag, flag) == 0) {
            return false;
        }
    }
    return flag != NULL;
}

static NetOptionNames option_names(const NetModel *model) {
    NetOptionNames names = {.count = 0};
    for (int i = 0; i < NET_OPTIONS; i++) {
        names.at[names.count++] = table[i].name;
    }
    for (int i = 0; i < model->settings; i++) {
        if (has_own_flag(model, i)) {
            names.at[names.count++] = model->setting[i].flag;
        }
    }
    return names;
}

static bool parse_integer(const Option *option, const char *text, int64_t *value) {
    char *end = NULL;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && strspn(text, "0123456789") == strlen(text) &&
           (double)*value >= option->low && (double)*value <= option->high;
}

static bool add_word(const Option *option, const char *text, NetWords *words, NetError *error) {
    const char *equals = strchr(text, '=');
    bool is_plain =
        *text != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")] == '\0';
    if (strchr(option->argument, '=') != NULL && (equals == NULL || equals == text)) {
        return net_fail(error, NET_USAGE, "--%s %s: expected %s, for example --%s %s=out", option->name, text,
                        option->argument, option->name, is_plain ? text : "fc");
    }
    for (int i = 0; equals != NULL && strchr(option->argument, '=') != NULL && i < words->count; i++) {
        if (strncmp(words->at[i], text, (size_t)(equals - text) + 1) == 0) {
            return net_fail(error, NET_USAGE, "--%s %.*s is given twice; keep one", option->name,
                            (int)(equals - text) + 1, text);
        }
    }
    if (words->count == NET_WORDS_MAX) {
        return net_fail(error, NET_USAGE, "--%s %s: given more than %d times", option->name, text, (int)NET_WORDS_MAX);
    }
    words->at[words->count++] = text;
    return true;
}

static bool parse_seeds(const Option *option, const char *text, NetOptions *options, NetError *error) {
    char first[32], meant[NET_MEANT_TEXT];
    size_t length = strcspn(text, "-");
    snprintf(first, sizeof first, "%.*s", length < sizeof first ? (int)length : 0, text);
    if (text[length] == '\0' && parse_integer(option, first, &options->seed_first)) {
        return net_fail(error, NET_USAGE, "--seeds %s: one seed is --seed %s; several are --seeds 1-%s", text, text,
                        options->seed_first > 1 ? text : "5");
    }
    const char *last = text[length] == '-' ? text + length + 1 : first;
    if (!parse_integer(option, first, &options->seed_first) || !parse_integer(option, last, &options->seed_last)) {
        bool known = net_seeds_meant(meant, text);
        return net_fail(error, NET_USAGE, "--seeds %s: expected the first and the last seed, %s --seeds %s", text,
                        known ? "write" : "for example", known ? meant : "1-5");
    }
    return options->seed_first <= options->seed_last ||
           net_fail(error, NET_USAGE, "--seeds %s: the first seed comes after the last; write --seeds %s-%s", text,
                    last, first);
}

/* "90", "90s", "5m", "1h30m": seconds. Of several parts each has a unit, smaller than that of the part before. */
static bool parse_time(const char *text, double *seconds) {
    static const char units[] = "smhd";
    static const double sizes[] = {1, 60, 3600, 86400};
    double total = 0, least = INFINITY;
    const char *at = text;
    do {
        char *end = NULL;
        double value = strtod(at, &end);
        if (strspn(at, ".0123456789") == 0 || (size_t)(end - at) != strspn(at, ".0123456789")) {
            return false;
        }
        const char *unit = *end != '\0' ? strchr(units, *end) : at == text ? units : NULL;
        if (unit == NULL || sizes[unit - units] >= least) {
            return false;
        }
        least = sizes[unit - units];
        total += value * least;
        at = end + (*end != '\0');
    } while (*at != '\0');
    *seconds = total;
    return total > 0 && total < 1e9;
}

static bool wrong_time(const char *text, NetError *error) {
    char meant[NET_MEANT_TEXT];
    double seconds;
    bool known = net_time_meant(meant, text) && parse_time(meant, &seconds);
    return net_fail(error, NET_USAGE, "--time-limit %s: expected a time such as 90s, 5m or 1h30m%s%s", text,
                    known ? "; write --time-limit " : "", known ? meant : "");
}

static bool wrong_integer(const Option *option, const char *text, NetError *error) {
    char meant[NET_NUMBER_TEXT];
    int64_t value;
    bool known = net_number_meant(meant, text) && parse_integer(option, meant, &value);
    return net_fail(error, NET_USAGE, "--%s %s: expected a whole number from %.0f to %.0f%s--%s %s", option->name, text,
                    option->low, option->high, known ? "; write " : ", for example ", option->name,
                    known ? meant : "2");
}

static bool set_value(const Option *option, const char *text, NetOptions *options, NetError *error) {
    void *at = (char *)options + option->at;
    switch (option->kind) {
    case KIND_TEXT:
    case KIND_RESUME:
        if (text != NULL && *text == '\0') {
            return net_fail(error, NET_USAGE, "--%s needs %s, found an empty word", option->name, option->argument);
        }
        if (text != NULL && !net_utf8_is_valid(text)) {
            return net_fail(error, NET_USAGE, "--%s %s: expected UTF-8, as the files of a run name it", option->name,
                            text);
        }
        *(const char **)at = text;
        return true;
    case KIND_WORDS: return add_word(option, text, at, error);
    case KIND_SEEDS: return parse_seeds(option, text, options, error);
    case KIND_TIME: return parse_time(text, at) || wrong_time(text, error);
    case KIND_REQUIRE: {
        NetRequirement requirement;
        return net_requirement_read(text, &requirement, error) && add_word(option, text, at, error);
    }
    case KIND_INTEGER: return parse_integer(option, text, at) || wrong_integer(option, text, error);
    case KIND_FLAG: *(bool *)at = true; return true;
    case KIND_COLOR:
        for (int i = 0; i < 3; i++) {
            if (strcmp(text, color_names[i]) == 0) {
                *(NetColor *)at = (NetColor)i;
                return true;
            }
        }
        return net_fail(error, NET_USAGE, "--color %s: expected auto, always or never", text);
    }
    return false;
}

enum { HELP_COLUMN = 29 };

/* An option's row; `standard`: what holds without it, NULL: nothing to be told. */
static void print_option(char letter, const char *name, const char *argument, const char *doc, const char *standard) {
    char left[48];
    char text[1024];
    snprintf(left, sizeof left, "%c%c%c --%s%s%s", letter != 0 ? '-' : ' ', letter != 0 ? letter : ' ',
             letter != 0 ? ',' : ' ', name, argument != NULL ? " " : "", argument != NULL ? argument : "");
    snprintf(text, sizeof text, standard != NULL ? "%s (%s)" : "%s", doc, standard);
    net_print_row(stdout, left, HELP_COLUMN, text, net_page_width(stdout));
}

static const char *default_text(const NetOptions *defaults, const Option *option, char out[NET_SETTING_TEXT]) {
    const void *at = (const char *)defaults + option->at;
    if (option->kind != KIND_INTEGER) {
        return option->kind == KIND_TEXT ? *(const char *const *)at : NULL;
    }
    snprintf(out, NET_SETTING_TEXT, "%" PRId64, *(const int64_t *)at);
    return out;
}

/* What holds without a setting's option, which others may have, too. */
static const char *usual_text(const NetModel *model, int place, char text[NET_SETTING_TEXT]) {
    const NetSetting *setting = &model->setting[place];
    for (int i = place + 1; i < model->settings; i++) {
        const NetSetting *other = &model->setting[i];
        if (other->flag != NULL && strcmp(other->flag, setting->flag) == 0 && other->value != setting->value) {
            return "each its own";
        }
    }
    return net_setting_shown(setting, setting->value, text);
}

static void print_help(const NetModel *model, const NetOptions *defaults) {
    char text[NET_SETTING_TEXT];
    printf("usage: %s [OPTION]...\n", defaults->command);
    net_wrap_format(stdout, 0, 0, net_page_width(stdout),
                    "Trains the network '%s' of %s. In brackets: what holds without the option.", model->name,
                    model->path);
    printf("\n\n");
    for (int i = 0; i < model->settings; i++) {
        const NetSetting *setting = &model->setting[i];
        if (has_own_flag(model, i)) {
            print_option(0, setting->flag, setting->argument, setting->doc, usual_text(model, i, text));
        }
    }
    printf("\n");
    for (int i = 0; i < NET_OPTIONS; i++) {
        const Option *option = &table[i];
        print_option(option->letter, option->name, option->argument, option->doc, default_text(defaults, option, text));
    }
    printf("\nexamples:\n"
           "  %s --epochs 20 --rate 0.03      another length and learning rate\n"
           "  %s --seed 2 --name second       another start, in runs/second-DATE-N\n"
           "  %s --resume                     go on where the latest run stopped\n"
           "  %s --resume --epochs 40         and train longer than it was asked to\n"
           "  %s --weights runs/latest        a new run from the weights of another\n"
           "  %s --seeds 1-5                  five runs, mean and standard deviation\n"
           "  %s --evaluate --weights runs/latest\n"
           "  %s --time-limit 5m --require 'test_accuracy>=0.97'\n"
           "  %s -q --json | jq .test_accuracy\n\n",
           defaults->command, defaults->command, defaults->command, defaults->command, defaults->command,
           defaults->command, defaults->command, defaults->command, defaults->command);
    net_wrap(stdout,
             "status: 0 done, 1 diverged or a figure infinite or NaN, 2 wrong usage, 3 a file or the disk, 4 --require "
             "not met, 130 / 143 / 129 interrupted",
             0, 0, net_page_width(stdout));
    printf("\n");
}

static void print_version(const NetModel *model) {
    printf("%s, compiled by netc %s (backend %s, cpu %s, order %s)\n", model->name, model->netc, model->backend,
           model->cpu, model->order_hash);
}

/* The line of the train block that would give the trainer the setting it lacks, and keep what else its line says. */
static bool lacks_setting(const NetOptions *options, const NetSetting *lacking, NetError *error) {
    const NetModel *model = options->model;
    char line[256];
    char text[NET_SETTING_TEXT];
    int place = (int)(lacking - model->setting);
    int length = snprintf(line, sizeof line, "%s %s%s%s", lacking->line, lacking->key, *lacking->key != '\0' ? "=" : "",
                          net_setting_shown(lacking, options->value[place], text));
    for (int i = 0; i < model->settings && length < (int)sizeof line; i++) {
        const NetSetting *other = &model->setting[i];
        bool said =
            other->kind != NET_SETTING_WORD && options->value[i] != 0 && strcmp(other->line, lacking->line) == 0;
        if (said && other->used && i != place && !net_setting_same(other, lacking)) {
            length += snprintf(line + length, sizeof line - (size_t)length, " %s=%s", other->key,
                               net_setting_shown(other, options->value[i], text));
        }
    }
    if (options->given[NET_OPTION_RESUME]) { /* a resumed run has what it was compiled with, whatever the line */
        return net_fail(error, NET_USAGE,
                        "this trainer was compiled without %s, and a run is resumed with its own settings (leave --%s "
                        "out); a new run has it by netc train %s --set '%s' [not-compiled]",
                        lacking->name, lacking->flag, model->path, line);
    }
    return net_fail(error, NET_USAGE,
                    "this trainer was compiled without %s; netc train %s --set '%s' has it [not-compiled]",
                    lacking->name, model->path, line);
}

/* A setting that no formula reads has no code; of settings that are one in several ways the given one holds. */
static bool check_settings(const NetModel *model, NetOptions *options, NetError *error) {
    for (int i = 0; i < model->settings; i++) {
        const NetSetting *setting = &model->setting[i];
        for (int k = 0; k < model->settings && options->changed[i]; k++) {
            if (k == i || !net_setting_same(setting, &model->setting[k])) {
                continue;
            }
            if (options->changed[k]) {
                return net_fail(error, NET_USAGE, "--%s and --%s are one setting (%s); keep one", setting->flag,
                                model->setting[k].flag, setting->same);
            }
            options->value[k] = 0;
        }
        if (options->changed[i] && !setting->used && options->value[i] != setting->value) {
            return lacks_setting(options, setting, error);
        }
    }
    return true;
}

/* What is drawn of the layers is what is logged of them. */
static bool check_watch(const NetOptions *options, NetError *error) {
    if (options->watch && options->quiet) {
        return net_fail(error, NET_USAGE, "--watch draws, --quiet prints one line; keep one");
    }
    if (options->watch && !options->model->compiled.log[NET_SUBJECT_GRADIENTS].on) {
        return net_fail(error, NET_USAGE,
                        "--watch draws the layers' gradients, and this trainer was compiled without the log of them; "
                        "netc train %s --set 'log gradients every=epoch' --watch has it [not-compiled]",
                        options->model->path);
    }
    return !options->watch || net_progress_moves() ||
           net_fail(error, NET_USAGE,
                    "--watch draws on a terminal, and standard error goes to none that can be drawn on; leave it out: "
                    "gradients.csv in the run's folder has the same numbers");
}

/* Options that contradict each other. */
static bool check_together(const NetOptions *options, NetError *error) {
    static const NetOptionId trains[] = {NET_OPTION_RESUME, NET_OPTION_SEEDS, NET_OPTION_TIME_LIMIT, NET_OPTION_WATCH};
    const bool *given = options->given;
    const int *known = options->model->known;
    if (given[NET_OPTION_EVALUATE] && options->weights == NULL) {
        return net_fail(error, NET_USAGE,
                        "--evaluate needs weights: --weights FILE|RUN, for example --weights %s/latest",
                        options->run_dir);
    }
    for (size_t i = 0; given[NET_OPTION_EVALUATE] && i < sizeof trains / sizeof *trains; i++) {
        if (given[trains[i]]) {
            return net_fail(error, NET_USAGE, "--evaluate trains nothing, --%s is about training; keep one",
                            table[trains[i]].name);
        }
    }
    if (given[NET_OPTION_EVALUATE] && options->changed[known[NET_KNOWN_EPOCHS]]) {
        return net_fail(error, NET_USAGE, "--evaluate trains nothing, --epochs is about training; keep one");
    }
    if (given[NET_OPTION_RESUME] && given[NET_OPTION_SEEDS]) {
        return net_fail(error, NET_USAGE,
                        "--resume goes on with one run, --seeds begins a run for each seed; keep one");
    }
    int64_t members = options->model->compiled.members;
    if (members > 1 && given[NET_OPTION_SEEDS]) {
        return net_fail(
            error, NET_USAGE,
            "--seeds trains a network for each seed, and this trainer's are one ensemble: 'ensemble %" PRId64
            "' has seeds of its own, from --seed on; leave --seeds out",
            members);
    }
    if (options->changed[known[NET_KNOWN_SEED]] && given[NET_OPTION_SEEDS]) {
        return net_fail(error, NET_USAGE, "--seed and --seeds both say what the seed is; keep one");
    }
    if (given[NET_OPTION_RESUME] && options->weights != NULL) {
        return net_fail(error, NET_USAGE, "--resume and --weights both say where the weights come from; keep one");
    }
    for (int id = NET_OPTION_RENAME; id <= NET_OPTION_SKIP; id++) {
        if (given[id] && options->weights == NULL) {
            return net_fail(error, NET_USAGE, "--%s is about a weights file; --weights names it", table[id].name);
        }
    }
    return true;
}

static bool check_values(const NetModel *model, NetOptions *options, NetError *error) {
    if (options->given[NET_OPTION_DATA] && net_data_set(options->data) == NULL) {
        const char *meant = net_data_meant(options->data);
        if (meant == NULL && (strpbrk(options->data, "./") != NULL || access(options->data, F_OK) == 0)) {
            return net_fail(
                error, NET_USAGE,
                "--data %s: it takes the name of a set; files are compiled in, in MNIST's format: netc train "
                "%s --set 'data idx images=\"images.idx\" labels=\"labels.idx\"' [unknown-data]",
                options->data, model->path);
        }
        return net_fail(error, NET_USAGE,
                        "--data %s: there is no such set; %s '%s'? ('netc data' lists them) [unknown-data]",
                        options->data, meant != NULL ? "did you mean" : "how about", meant != NULL ? meant : "digits");
    }
    if (strchr(options->name, '/') != NULL || options->name[0] == '.') {
        const char *slash = strrchr(options->name, '/'), *name = slash != NULL ? slash + 1 : options->name;
        name += strspn(name, ".");
        return net_fail(error, NET_USAGE, "--name %s: expected a name, without '/' and not beginning with '.'%s%s",
                        options->name, *name != '\0' ? "; write --name " : "", name);
    }
    return check_together(options, error) && check_watch(options, error) && net_require_check(model, options, error) &&
           check_settings(model, options, error);
}

const char *net_options_program(const char *argv0) {
    static const char netc[] = "netc train"; /* followed by the words of its command line, paths among them */
    const char *slash = strrchr(argv0, '/');
    return strncmp(argv0, netc, strlen(netc)) == 0 ? netc : slash != NULL ? slash + 1 : argv0;
}

void net_options_default(const char *argv0, const NetModel *model, NetOptions *options) {
    const char *kind = json_string_value(json_object_get(model->data, "kind"));
    *options = (NetOptions){
        .model = model,
        .program = net_options_program(argv0),
        .command = argv0,
        .data = kind != NULL ? kind : "digits",
        .name = model->name,
        .run_dir = NET_RUN_DIR,
        .threads = net_workers_processors(),
    };
    for (int i = 0; i < model->settings; i++) {
        options->value[i] = model->setting[i].value;
    }
}

double net_options_number(const NetOptions *options, NetKnown known) {
    return options->value[options->model->known[known]];
}

int64_t net_options_count(const NetOptions *options, NetKnown known) {
    return (int64_t)net_options_number(options, known);
}

bool net_options_several(const NetOptions *options) {
    return options->given[NET_OPTION_SEEDS] || options->ensemble != NULL;
}

int net_options_color(const NetOptions *options) {
    static const int colors[] = {[NET_COLOR_AUTO] = 0, [NET_COLOR_ALWAYS] = 1, [NET_COLOR_NEVER] = -1};
    return colors[options->color];
}

/* Whether a word is this option: "--name" or "--name=value". */
static bool is_option(const char *word, const char *name) {
    size_t length = strlen(name);
    return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, length) == 0 &&
           (word[2 + length] == '\0' || word[2 + length] == '=');
}

/* The option a word begins, "-q" too; NULL when there is none. */
static const Option *find_option(const char *word) {
    for (int i = 0; i < NET_OPTIONS; i++) {
        bool letter = word[0] == '-' && word[1] != '\0' && word[2] == '\0' && word[1] == table[i].letter;
        if (letter || is_option(word, table[i].name)) {
            return &table[i];
        }
    }
    return NULL;
}

/* The place of the setting whose option a word begins; -1: none. */
static int find_setting(const NetModel *model, const char *word) {
    for (int i = 0; i < model->settings; i++) {
        if (model->setting[i].flag != NULL && is_option(word, model->setting[i].flag)) {
            return i;
        }
    }
    return -1;
}

/* The value behind "=", or the next word. */
static bool take_value(int argc, char **argv, int *i, const char *name, const char *argument, const char **value,
                       NetError *error) {
    const char *equals = strchr(argv[*i], '=');
    if (equals == NULL && *i + 1 == argc) {
        return net_fail(error, NET_USAGE, "--%s needs %s", name, argument);
    }
    *value = equals != NULL ? equals + 1 : argv[++*i];
    if (equals == NULL && strcmp(*value, "=") == 0 && *i + 1 < argc) {
        return net_fail(error, NET_USAGE, "--%s = %s: no blanks stand around '='; write --%s=%s", name, argv[*i + 1],
                        name, argv[*i + 1]);
    }
    return true;
}

/* Of two values the last would win in silence, whichever was meant. */
static bool given_twice(const char *name, NetError *error) {
    return net_fail(error, NET_USAGE, "--%s is given twice; keep one", name);
}

static bool take_setting(int argc, char **argv, int *i, int place, NetOptions *options, NetError *error) {
    const NetSetting *setting = &options->model->setting[place];
    const char *value = NULL;
    if (!take_value(argc, argv, i, setting->flag, setting->argument, &value, error)) {
        return false;
    }
    if (options->changed[place]) {
        return given_twice(setting->flag, error);
    }
    for (int k = place; k < options->model->settings; k++) { /* --log-every is of all logs */
        const NetSetting *other = &options->model->setting[k];
        if (other->flag == NULL || strcmp(other->flag, setting->flag) != 0) {
            continue;
        }
        options->changed[k] = true;
        if (!net_setting_read(other, value, &options->value[k], error)) {
            return false;
        }
    }
    return true;
}

static bool take_option(int argc, char **argv, int *i, const Option *option, NetOptions *options, NetError *error) {
    NetOptionId id = (NetOptionId)(option - table);
    const char *equals = strchr(argv[*i], '=');
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->kind == KIND_FLAG && value != NULL) {
        return net_slip_flag(option->name, value, error);
    }
    bool optional = option->kind == KIND_RESUME && (*i + 1 == argc || argv[*i + 1][0] == '-');
    if (option->kind != KIND_FLAG && !(optional && value == NULL) &&
        !take_value(argc, argv, i, option->name, option->argument, &value, error)) {
        return false;
    }
    if (options->given[id] && option->kind != KIND_FLAG && !net_option_repeats(id)) {
        return given_twice(option->name, error);
    }
    options->given[id] = true;
    return set_value(option, value, options, error);
}

NetCommand net_options_parse(int argc, char **argv, const NetModel *model, NetOptions *options, NetError *error) {
    NetOptions defaults;
    net_options_default(argc > 0 ? argv[0] : model->name, model, &defaults);
    *options = defaults;
    const NetOptionNames names = option_names(model);
    const char *last = NULL, *value = NULL; /* the option before, and what it has taken */
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const Option *option = find_option(word);
        int setting = find_setting(model, word);
        if (word[0] != '-') {
            net_slip_word(options, &names, word, last, value, error);
            return NET_COMMAND_WRONG;
        }
        if (option == NULL && setting < 0) {
            net_slip_option(options, &names, word, i + 1 < argc ? argv[i + 1] : NULL, error);
            return NET_COMMAND_WRONG;
        }
        if (option == &table[NET_OPTION_HELP] || option == &table[NET_OPTION_VERSION]) {
            option == &table[NET_OPTION_HELP] ? print_help(model, &defaults) : print_version(model);
            return NET_COMMAND_DONE;
        }
        bool good = option != NULL ? take_option(argc, argv, &i, option, options, error)
                                   : take_setting(argc, argv, &i, setting, options, error);
        if (!good) {
            return NET_COMMAND_WRONG;
        }
        last = option != NULL ? option->name : model->setting[setting].flag;
        value = argv[i] != word ? argv[i] : strchr(word, '=') != NULL ? strchr(word, '=') + 1 : NULL;
    }
    return check_values(model, options, error) ? NET_COMMAND_TRAIN : NET_COMMAND_WRONG;
}
