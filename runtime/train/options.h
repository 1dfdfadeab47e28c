/* The command line of a trainer: its own options, and those of the model's settings.
 *
 * What was not given has the model's own value; `given` and `changed` tell which were, because a resumed run takes the
 * others from its checkpoint. Strings point into argv or into the model. A wrong command line is an error with status
 * NET_USAGE and one line that says what was found and what was expected. */
#ifndef NET_TRAIN_OPTIONS_H
#define NET_TRAIN_OPTIONS_H

#include <stdio.h>

#include "runtime/train/model.h"

typedef enum {
    NET_OPTION_DATA,
    NET_OPTION_DATA_DIR,
    NET_OPTION_NAME,
    NET_OPTION_RUN_DIR,
    NET_OPTION_RESUME,
    NET_OPTION_WEIGHTS,
    NET_OPTION_RENAME,
    NET_OPTION_SKIP,
    NET_OPTION_TIME_LIMIT,
    NET_OPTION_SEEDS,
    NET_OPTION_THREADS,
    NET_OPTION_EVALUATE,
    NET_OPTION_REQUIRE,
    NET_OPTION_WATCH,
    NET_OPTION_QUIET,
    NET_OPTION_JSON,
    NET_OPTION_COLOR,
    NET_OPTION_HELP,
    NET_OPTION_VERSION,
    NET_OPTIONS
} NetOptionId;

typedef enum { NET_COLOR_AUTO, NET_COLOR_ALWAYS, NET_COLOR_NEVER } NetColor;

/* The values of an option that may be given several times. */
enum { NET_WORDS_MAX = 64 };
typedef struct {
    const char *at[NET_WORDS_MAX];
    int count;
} NetWords;

typedef struct {
    const NetModel *model;
    double value[NET_SETTINGS_MAX]; /* of the model's settings */
    bool changed[NET_SETTINGS_MAX]; /* the command line has given it */
    const char *program;            /* its name in messages, without the folder */
    const char *command; /* what starts it from a shell: argv[0], "netc train FILE" for one that netc started */
    bool given[NET_OPTIONS];
    const char *data;     /* kind of data set */
    const char *data_dir; /* NULL: beside the model, then the data folder */
    const char *name, *run_dir;
    const char *resume;  /* the run to resume; NULL with given[NET_OPTION_RESUME]: the latest of that name */
    const char *weights; /* file or run; NULL: drawn from the seed */
    NetWords rename;     /* "OLD=NEW": tensors of OLD in the weights file are those of NEW in the network */
    NetWords skip;       /* layers that start afresh, and tensors of the file that are passed over */
    int64_t threads;
    int64_t seed_first, seed_last; /* with --seeds */
    double time_limit;             /* seconds, 0: none */
    NetWords require;              /* conditions on result.json (require.h) */
    bool evaluate, watch, quiet, json;
    NetColor color;
    const char *ensemble; /* of a run that is a member of an ensemble: the folder of that; NULL: it is by itself */
    int64_t member;       /* which one, from 1 */
    double started;       /* when the time limit began, on net_clock(); 0: with the run */
} NetOptions;

typedef enum {
    NET_COMMAND_TRAIN,
    NET_COMMAND_DONE, /* --help or --version: it was printed on standard output */
    NET_COMMAND_WRONG /* *error says why */
} NetCommand;

/* The name in messages of the program that was started as argv0. */
const char *net_options_program(const char *argv0);

/* The model's own values; argv0 names the program. */
void net_options_default(const char *argv0, const NetModel *model, NetOptions *options);

NetCommand net_options_parse(int argc, char **argv, const NetModel *model, NetOptions *options, NetError *error);

/* The value of a setting that the trainer works by; whole where it is a count. */
double net_options_number(const NetOptions *options, NetKnown known);
int64_t net_options_count(const NetOptions *options, NetKnown known);

/* Whether it is one run of several that a command makes: the others' lines and figures are printed with its own. */
bool net_options_several(const NetOptions *options);

/* --color as net_progress_new takes it: -1, 0 or 1. */
int net_options_color(const NetOptions *options);

/* The option's name without its dashes: "rate". */
const char *net_option_name(NetOptionId id);
/* What it takes, as --help shows it ("R"; NULL: nothing), and its line there. */
const char *net_option_argument(NetOptionId id);
const char *net_option_doc(NetOptionId id);
/* Whether it may be given several times; the others that take a value may not. */
bool net_option_repeats(NetOptionId id);

#endif
