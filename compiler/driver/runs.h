/* Run folders, read back: what `netc runs` lists.
 *
 * A Run is a folder with what could be made of its files: settings from config.json, figures from result.json or, while
 * there is none, from epochs.csv. Nothing in a folder is an error: what cannot be read shows in the status. Texts are
 * safe to print. All lives in the arena but the JSON values, which runs_free releases. */
#ifndef NETC_DRIVER_RUNS_H
#define NETC_DRIVER_RUNS_H

#include <jansson.h>
#include <sys/types.h>

#include "compiler/driver/options.h"

/* A named value: of a setting ("rate", "split", a let of the model) or of a result ("test_accuracy"). */
typedef struct {
    const char *name, *text;
    double number; /* NAN: it is no number */
    bool mean;     /* the number is the mean of a group's */
    double sd;     /* of it */
} Field;

typedef VEC(Field) Fields;

typedef struct {
    const char *folder, *name; /* its path, as found; its name, links resolved */
    /* done, time_limit, diverged: as result.json says; running: a trainer holds its lock; stopped: it can be resumed;
     * empty: it has no config.json; broken: a file of it is damaged */
    const char *status;
    dev_t device;
    ino_t inode;             /* of the folder, whatever its path is */
    double started;          /* seconds since 1970 */
    int date;                /* in its name, as 20261121; else 0 */
    const char *model;       /* SHA-256 of the model's text, "" */
    Fields settings;         /* the model's file first, then those of config.json, then the model's lets */
    Fields figures;          /* the numbers of result.json, or the last row of epochs.csv under the same names */
    json_t *config, *result; /* the files; NULL: none, or damaged */
    Words members;           /* of a group: the names of its runs */
} Run;

typedef VEC(Run) Runs;

/* Adds the run that `path` is, or the runs in it, those that are not there already. False after printing why it cannot
 * be read (no such folder). */
bool runs_read(Arena *arena, const char *path, Runs *runs);
/* In the order they were begun. Models of one file name and several texts become "NAME#12345678". */
void runs_order(Arena *arena, Runs *runs);
/* Leaves those of a model: the name of its file, with or without folder and ".net", or as runs_order tells it apart, or
 * the name of the network, which the runs have without --name. */
void runs_select(Arena *arena, Runs *runs, const char *model);
/* Whether more of a figure of that name is better, as of an accuracy; of all others less is. */
bool run_more_is_better(const char *figure);
/* Runs that differ in nothing but the seed, one of each seed: a run that repeats another comes to the same, and is no
 * member. One that has no result yet, diverged or was cut short by its time limit is the only member of its group. */
typedef struct {
    VEC(const Run *) members, repeats;
} RunGroup;
typedef VEC(RunGroup) RunGroups;
/* All runs, each in one group; they stay where they are. */
RunGroups runs_gather(Arena *arena, const Runs *runs);
/* The groups of several seeds as one run each: its figures are means, its seed is "1-5". */
Runs runs_groups(Arena *arena, const Runs *runs);
/* Its --set lines, an array of texts; NULL: there are none. */
const json_t *run_sets(const Run *run);
bool run_has_set(const Run *run, const char *line);
/* Whether two runs differ in nothing but the seed and the number of threads. */
bool runs_alike(const Run *a, const Run *b);
/* One JSON object: `differ`, the names of the settings that differ, `runs`, with all that is known of each, and
 * `groups` with mean and sd. */
void runs_json(Arena *arena, const Runs *runs, const Runs *groups, Words differing, FILE *out);
void runs_free(Runs *runs);

/* The file of the model that a run, which is there, was trained with; NULL: it does not say. */
const char *run_model(Arena *arena, const char *path);

/* "first-1" of "first-2026-11-21-1", as net_run_find takes it; a name without a date is as it was. */
const char *name_without_date(Arena *arena, const char *name);
/* The field of that name, or NULL. */
const Field *field_find(const Fields *fields, const char *name);
/* "run-9" before "run-10". */
int name_compare(const char *a, const char *b);

#endif
