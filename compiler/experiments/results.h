/* What experiments have come to, for people: lines for the terminal, results.md and its drawings.
 *
 * All is made of the rows' files. Functions that write files print why they fail. */
#ifndef NETC_EXPERIMENTS_RESULTS_H
#define NETC_EXPERIMENTS_RESULTS_H

#include "compiler/experiments/row_file.h"

/* An experiment with its rows' files, those that are not there too. */
typedef struct {
    const Experiment *experiment;
    RowFile *files; /* by row */
} Results;

/* False after printing that a file is damaged. */
bool results_open(const Plan *plan, const Experiment *experiment, Results *results);
void results_close(Results *results);
/* Whether any row has a training. */
bool results_any(const Results *results);
/* The file that a row stands against; NULL: none. */
const RowFile *results_against(const Results *results, const Row *row);

/* "96.52 ± 0.11 %", "0.0657 ± 0.01", "1,800,000", "" without a number. */
const char *cell_text(Arena *arena, const Column *column, NetMoments moments);
/* What the texts say of a column; "": nothing, or not of what was trained. */
const char *published_text(const RowFile *file, const Column *column, size_t index);
/* "within 0.3 points", "misses by 0.06 points", "above the text's"; "" where nothing is compared. */
const char *verdict_text(const RowFile *file);

/* Writes DIR/results.md and the drawings of all experiments that have results there. */
bool results_write(const Plan *plan, int *status);
/* Draws the plots of an experiment: charts.c. */
bool charts_write(const Plan *plan, const Results *results, int *status);
/* Whether a plot has a curve of these results. */
bool chart_exists(const Results *results, const Plot *plot);

#endif
