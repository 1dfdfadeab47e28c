/* A log of a run, a CSV file of rows, read back as a table.
 *
 * A trainer may be writing it: what stands behind the last newline is no row yet. Cells are texts without quotes, as
 * trainers write them; all lives in the arena. */
#ifndef NETC_DRIVER_RUN_LOG_H
#define NETC_DRIVER_RUN_LOG_H

#include "compiler/driver/runs.h"

typedef struct {
    Words columns;
    size_t rows;
    const char **cells; /* rows × columns; "" for one that is empty or left out */
} RunLog;

/* The sources of rows of gradients.csv, the one to be shown first of those there are; ends with NULL. */
extern const char *const run_log_sources[];

/* Reads FILE of a run's folder: a table without columns where there is none, or none that can be read. */
void run_log_read(Arena *arena, const Run *run, const char *file, RunLog *log);
/* The place of a column, -1 without one. */
int run_log_column(const RunLog *log, const char *name);
/* A cell; "" of column -1. */
const char *run_log_text(const RunLog *log, size_t row, int column);
/* The same as a number; NAN where it is none. */
double run_log_number(const RunLog *log, size_t row, int column);

#endif
