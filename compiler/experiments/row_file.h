/* A row's results, in one file: DIR/rows/EXPERIMENT-ROW.json, with all that tables and figures are made of.
 *
 * It names the model, the lines and, of each training, seed, key and the hashes of its weights after the first epoch
 * and at the end; so it can be kept, and compared elsewhere, without the runs. It is written whole after each training.
 * row_file_open and row_file_save print why they fail. */
#ifndef NETC_EXPERIMENTS_ROW_FILE_H
#define NETC_EXPERIMENTS_ROW_FILE_H

#include "compiler/experiments/plan.h"
#include "runtime/base/moments.h"

typedef struct {
    Arena *arena;
    const Experiment *experiment;
    const Row *row;
    const char *path;
    json_t *root;      /* NULL: there is no such file */
    json_t *trainings; /* in it: a list */
} RowFile;

/* Reads what is there. False: it cannot be read, is damaged, or of another --set or --data than the plan's, if `same`.
 */
bool row_file_open(const Plan *plan, const Experiment *experiment, const Row *row, bool same, RowFile *file);
void row_file_close(RowFile *file);

/* Begins or keeps the file of this setup: what it is of, without the trainings whose keys are no longer theirs. */
void row_file_begin(const Plan *plan, const Setup *setup, RowFile *file);
/* The training with that seed and rate, NULL without. */
json_t *row_file_find(const RowFile *file, int64_t seed, double rate);
/* Takes a training over, in the order of rates and seeds. */
void row_file_add(RowFile *file, json_t *training);
bool row_file_save(RowFile *file, int *status);

/* ---- what the trainings have come to ---- */

/* Whether its numbers are those that the texts tell of: nothing of the row was changed, or nothing is trained. */
bool row_file_comparable(const RowFile *file);
/* "100 to train, 1,000 to test": the examples of its first training, as its run had them; "": it does not say. */
const char *row_file_examples(const RowFile *file);

/* Whether a training has no end to be counted. */
bool row_file_diverged(const json_t *training);
/* The trainings at a rate; 0: where none is tried. */
typedef struct {
    size_t trained, diverged;
} RateCount;
RateCount row_file_count(const RowFile *file, double rate);
/* The rate that is best on the validation part, on average, of those at which none diverged; 0: none is tried. */
double row_file_best_rate(const RowFile *file);
/* The first training at the row's first rate, one that came to its end if any did, for what is shown of one; NULL:
 * there is none. */
const json_t *row_file_first(const RowFile *file);
/* Mean and deviation of a column over the trainings that came to their end; `against` is the row's other one, for
 * columns that compare. */
NetMoments row_file_moments(const RowFile *file, const Column *column, const RowFile *against);

#endif
