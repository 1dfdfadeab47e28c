/* The command line: one table of sub-commands, one table of options, and what was asked for.
 *
 * options_parse reads a command's arguments into Options, whose strings point into argv. Mistakes are printed as one
 * line on standard error and have status 2; `-h` and `--help` anywhere print the command's help with status 0. */
#ifndef NETC_DRIVER_OPTIONS_H
#define NETC_DRIVER_OPTIONS_H

#include "compiler/base/diag.h"
#include "compiler/model/model.h"

/* Exit statuses of netc. */
enum { STATUS_OK = 0, STATUS_MODEL = 1, STATUS_USAGE = 2, STATUS_ENVIRONMENT = 3 };

typedef VEC(const char *) Words;

typedef struct {
    Words files;   /* what is not an option, in order */
    Words trainer; /* `netc train`: what is left for the trainer */
    VEC(Define) defines;
    Words sets, warnings, dumps;
    Words renames; /* "OLD=NEW" */
    const char *output, *emit, *backend, *cpu, *cc, *level, *weights, *until, *target, *max_flash, *max_ram;
    const char *color, *diagnostics, *stop_after, *schedule, *memory;
    const char *sort, *model, *from, *completion;
    const char *svg, *png, *csv; /* folders */
    const char *examples, *data, *data_dir, *seeds, *threads, *verify;
    bool json, cache, clear_cache, dot, pytorch, gradients, all, markdown, quiet, verbose, time, infer, static_link,
        list, tune;
    bool help, version; /* `netc train FILE --help` alone comes back with help set */
} Options;

typedef struct Command Command;
struct Command {
    const char *name;
    const char *arguments;        /* "FILE... [options]" */
    const char *doc;              /* one line */
    const char *details;          /* paragraphs, may be NULL */
    const char *examples;         /* lines of "command   # what it does" */
    unsigned mask;                /* COMMAND_...: which options of the table it takes */
    bool trainer;                 /* hands on what it does not know */
    int least, most;              /* how many arguments that are not options; most -1: any number */
    const char *what;             /* what those are: "a model file" */
    Words (*words)(Arena *arena); /* that they are one of; NULL: any */
    int (*run)(Arena *arena, Options *options);
};
extern const Command commands[]; /* ends with a row without a name */

enum {
    COMMAND_CHECK = 1,
    COMMAND_SHOW = 2,
    COMMAND_TRAIN = 4,
    COMMAND_BUILD = 8,
    COMMAND_DATA = 16,
    COMMAND_EXPLAIN = 32,
    COMMAND_HELP = 64,
    COMMAND_RUNS = 128,
    COMMAND_NEW = 256,
    COMMAND_GRADCHECK = 512,
    COMMAND_REPORT = 1024,
    COMMAND_EXPERIMENTS = 2048
};

const Command *command_find(const char *name);
/* False when there is nothing left to run: *status is then the exit status. */
bool options_parse(Arena *arena, const Command *command, int argc, char **argv, Options *options, int *status);

/* A row of the table of options, for those who print them in another form. */
typedef struct {
    const char *name, *letter, *value, *doc; /* "--output", "-o", "FILE"; NULL: has none */
    const char *const *choices;              /* ends with NULL; NULL: any value */
    unsigned mask;
    bool developer, repeats;
} OptionDoc;
/* False when there is no row of that number. */
bool option_doc(size_t row, OptionDoc *doc);

/* Words that commands take: names for `netc new --from`, columns of `netc runs`, machines. */
Words shipped_models(Arena *arena);
Words runs_columns(Arena *arena);
Words processor_names(Arena *arena); /* --cpu */
Words target_names(Arena *arena);    /* --target */

/* The statuses netc ends with. */
typedef struct {
    const char *status, *doc;
} StatusDoc;
extern const StatusDoc status_docs[];
extern const size_t status_doc_count;

/* The help of netc, of one command, and of those who work on netc itself. */
void help_overview(FILE *out);
void help_command(const Command *command, FILE *out);
void help_developer(FILE *out);
/* What a diagnostic means, as `netc explain` says it. */
void explain_diagnostic(const DiagKind *kind, bool markdown, FILE *out);

int cmd_check(Arena *arena, Options *options);
int cmd_show(Arena *arena, Options *options);
int cmd_train(Arena *arena, Options *options);
int cmd_build(Arena *arena, Options *options);
int cmd_gradcheck(Arena *arena, Options *options);
int cmd_data(Arena *arena, Options *options);
int cmd_runs(Arena *arena, Options *options);
int cmd_report(Arena *arena, Options *options);      /* of the floor above, compiler/report/ */
int cmd_experiments(Arena *arena, Options *options); /* of that above, compiler/experiments/ */
Words experiment_names(Arena *arena);
int cmd_new(Arena *arena, Options *options);
int cmd_explain(Arena *arena, Options *options);
int cmd_help(Arena *arena, Options *options);

#endif
