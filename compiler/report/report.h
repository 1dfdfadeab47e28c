/* What a report is made of: runs with their logs, their network, its weights, and what it says of the test examples.
 *
 * A run may still be running, have stopped or diverged: what it has is shown. Whatever could not be had has a sentence
 * in its place that says why and, where a command brings it, which. All lives in the arena; report_close frees the
 * rest. */
#ifndef NETC_REPORT_REPORT_H
#define NETC_REPORT_REPORT_H

#include "compiler/driver/run_log.h"
#include "compiler/model/model.h"
#include "compiler/report/chart.h"
#include "compiler/driver/predictions.h"
#include "runtime/base/safetensors.h"
#include "runtime/train/weight_hash.h"

typedef enum { LOG_EPOCHS, LOG_GRADIENTS, LOG_NEURONS, LOG_STEPS, LOG_SPECTRUM, LOGS } LogName;

/* A run with its logs; of an ensemble one of its networks. */
typedef struct {
    const Run *run;
    RunLog log[LOGS];
} RunData;

/* Runs that differ in nothing but the seed, or the networks of an ensemble: one curve, with the deviation as a band. */
typedef struct {
    const char *label; /* what tells it from the others */
    VEC(const RunData *) members;
    size_t runs;              /* that these are of */
    VEC(const Run *) repeats; /* of seeds that members have: they come to the same */
} Group;

typedef struct {
    Arena *arena;
    const Runs *runs;
    RunData *data; /* by run; of an ensemble its first network */
    VEC(Group) groups;
    const RunData *chosen;     /* of which there is shown what can be of one alone: */
    const char *chosen_as;     /* "the best on the validation part", of several */
    Network network;           /* of the chosen run */
    NetSafetensors weights;    /* of the chosen run; path NULL: none */
    const char *weights_about; /* "best.safetensors, epoch 8" */
    const char *weights_missing;
    char hash[NET_WEIGHTS_HASH];
    Predictions predictions; /* of the chosen run's weights */
} Report;

void report_open(Arena *arena, const Runs *runs, Report *report);
void report_close(Report *report);

/* How the chosen run is called for in words: its name without the date. */
const char *report_run_name(const Report *report, const Run *run);
/* Whether every run was given this line by --set. */
bool report_all_have_set(const Report *report, const char *line);
/* An error as a page tells it: without the name in brackets that 'netc explain' takes. */
const char *report_reason(const Report *report, const char *text);

/* ---- numbers of logs ---- */

/* Which rows of a log are meant; NULL: any. */
typedef struct {
    const char *source, *layer, *of;
} RowFilter;

/* Whether any run has the log, be it empty. */
bool report_logged(const Report *report, LogName log);
/* How many runs have a number there. */
size_t report_count(const Report *report, LogName log, const char *column, const RowFilter *filter);
/* The numbers of a column by those of `x_column`, in their order: of one run, or means over the group's. */
Points report_points(const Report *report, const Group *group, LogName log, const char *x_column, const char *column,
                     const RowFilter *filter);
/* The layers of a log, in the order of the network. */
Words report_layers(const Report *report, LogName log);
/* The sources of gradients.csv that it takes to have a column of all runs that have it: first the one that most have,
 * of equal ones the probe, then the epoch, then the batch. */
Words report_sources(const Report *report, const char *column);
/* "epoch", or "step" where rows of a source come within an epoch. */
const char *report_x(const Report *report, LogName log, const char *source);

#endif
