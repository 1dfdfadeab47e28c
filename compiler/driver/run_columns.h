/* What tells runs apart and what came of them, as columns: the standard ones, those of the settings that differ, and
 * the order of the runs by any of them. */
#ifndef NETC_DRIVER_RUN_COLUMNS_H
#define NETC_DRIVER_RUN_COLUMNS_H

#include "compiler/driver/runs.h"

/* What a column shows of a run. RESULT and SETTING are fields of it, by name. */
typedef enum {
    SHOW_RUN,
    SHOW_SETTING,
    SHOW_EPOCHS,
    SHOW_VALIDATION,
    SHOW_TEST,
    SHOW_TIME,
    SHOW_STATUS,
    SHOW_RESULT
} Show;

typedef struct {
    Show show;
    const char *title; /* and name, for --sort and fields */
    bool right;        /* numbers stand at the right */
    int width, least;  /* columns of the terminal; how narrow it may become */
    bool told;         /* runs of one model agree on it: who knows the model knows it */
} Column;

typedef VEC(Column) Columns;

enum { STANDARD_COLUMNS = 6 };
extern const Column run_columns_standard[STANDARD_COLUMNS]; /* the run first */

/* The field a column shows, NULL for none; run and status are no fields. */
const Field *run_column_field(const Column *column, const Run *run);
/* What the standard column shows of a run; NULL: nothing. */
const Field *run_shown_field(const Run *run, Show show);

/* The names of all settings, in the order they first appear in, and of those in which runs differ. */
Words runs_setting_names(Arena *arena, const Runs *runs);
Words runs_differing(Arena *arena, const Runs *runs);
/* Whether the runs that have settings at all disagree on one. */
bool runs_differ_in(const Runs *runs, const char *name);
/* Whether runs differ in a setting only as their models do. */
bool runs_differ_by_model(Arena *arena, const Runs *runs, const char *name);

/* The column that --sort names: one of the standard ones, a setting, or a figure of result.json. False after printing
 * that there is none. */
bool run_column_find(Arena *arena, const Runs *runs, const char *name, Column *column);
void runs_sort(Arena *arena, Runs *runs, const Column *column, bool backwards);

#endif
