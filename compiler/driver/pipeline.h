/* The road of a model: one table of passes, each of which takes a Compilation one level further.
 *
 * A Compilation holds everything about one file; it lives in one arena. Passes report the user's mistakes through
 * `diags`; pipeline_run prints them once, as soon as the passes that can find any are done. */
#ifndef NETC_DRIVER_PIPELINE_H
#define NETC_DRIVER_PIPELINE_H

#include "compiler/driver/backend.h"
#include "compiler/driver/options.h"
#include "compiler/driver/race.h"
#include "compiler/loop/lower.h"
#include "compiler/programs/programs.h"

typedef enum { LEVEL_TEXT, LEVEL_AST, LEVEL_MODEL, LEVEL_TENSOR, LEVEL_LOOPS } Level;

enum { TARGETS_MAX = 3 };

typedef struct Goal Goal;

typedef struct {
    Arena *arena;
    const Options *options;
    const char *command; /* for messages */
    const char *path;
    Source *source;
    Diags diags;
    ModelChanges changes;
    int64_t memory;   /* bytes a trainer may take */
    const Goal *goal; /* set by who goes beyond the model */
    Emit emit;        /* set by pipeline_target, as are the next ones: what --emit says */
    const Backend *backend;
    Target target[TARGETS_MAX]; /* what code is made for, most demanding first */
    int targets;
    GivenSchedules *given; /* of --schedule or --tune; NULL: none */
    const char *tuned;     /* what --tune has measured, as text; NULL: nothing */
    bool plain;            /* goal_infer: C99 without extensions */
    const Layer *until;    /* goal_infer: whose output is the result */
    AstFile *ast;
    Model *model;
    Programs *programs;
    Code *code;                        /* goal_train */
    Inference *inference[TARGETS_MAX]; /* goal_infer: by target */
    size_t next;                       /* the pass to run next */
    bool printed;                      /* the diagnostics are */
    int failure;                       /* the status of a pass that failed, where that is not the model's fault */
    bool stopped;                      /* --stop-after was reached: there is nothing more to do */
} Compilation;

/* What a model is compiled for: what the passes beyond it do. */
struct Goal {
    bool (*target)(Compilation *compilation, int *status); /* what code is made for; false after printing why */
    Programs *(*build)(const Compilation *compilation);
    void (*lower)(Compilation *compilation);
    void (*dump)(const Compilation *compilation, FILE *out); /* the loops */
    /* The code with these schedules (NULL: the scheduler's own), its nests listed, and what it runs on. */
    void (*course)(const Compilation *compilation, Arena *arena, GivenSchedules *given, Survey *survey, Course *course);
};
extern const Goal goal_train; /* a trainer */
extern const Goal goal_infer; /* a network in use */

typedef struct {
    const char *name; /* of the pass and of what it makes, in --dump and --stop-after */
    const char *doc;
    Level level;                           /* what there is after it */
    bool (*run)(Compilation *compilation); /* false after reporting; NULL: part of the pass after it */
    void (*dump)(const Compilation *compilation, FILE *out);
} Pass;
extern const Pass passes[];
extern const size_t pass_count;

/* Starts a compilation of a file ("-": standard input). False after printing why; *status is then the exit status. */
bool pipeline_open(Arena *arena, const char *command, const Options *options, const char *path,
                   Compilation *compilation, int *status);
/* The same of a text that was read already. */
bool pipeline_open_source(Arena *arena, const char *command, const Options *options, Source *source,
                          Compilation *compilation, int *status);
/* Settles the backend and the processors from the options, before passes beyond the model. */
bool pipeline_target(Compilation *compilation, int *status);
/* Whether --dump names it. */
bool pipeline_dumps(const Compilation *compilation, const char *name);
/* Where nests are to print their schedules, after a line that says what the processor is taken for; NULL: nowhere. */
FILE *pipeline_schedule_out(const Compilation *compilation, const Target *target);
/* Runs the passes up to a level that were not run yet, with --dump, --stop-after and --time. False when a pass failed
 * or was the last asked for; everything is printed and *status set (STATUS_OK after --stop-after). */
bool pipeline_run(Compilation *compilation, Level level, int *status);

/* Prints what was reported after that. False where it is an error; *status is then STATUS_MODEL. */
bool pipeline_report(Compilation *compilation, int *status);

#endif
