/* The CSV files of a run's folder, row by row: epochs.csv and one of each subject that is logged (subjects.def); and
 * the event file for TensorBoard, which gets the same rows (events.h).
 *
 * What the columns mean stands in docs/formats.md. Numbers are written with 9 significant digits, a value that does
 * not exist as an empty cell. NetCsv owns the open files. Writing can fail (disk); errors name the file. */
#ifndef NET_LOG_CSV_H
#define NET_LOG_CSV_H

#include "runtime/base/atomic.h"
#include "runtime/log/histogram.h"
#include "runtime/log/subjects.h"

typedef enum {
    NET_CSV_EPOCHS,
    NET_CSV_EVENTS,   /* no CSV: it has no rows of its own */
    NET_CSV_SUBJECTS, /* from here on, in the order of the subjects */
    NET_CSV_FILES = NET_CSV_SUBJECTS + NET_SUBJECTS
} NetCsvFile;

typedef struct {
    NetAppend *file[NET_CSV_FILES]; /* NULL: this run does not have it */
    char epochs[512];               /* the header of epochs.csv, which depends on the figures */
} NetCsv;

typedef struct {
    char text[1024];
    size_t length;
    bool cut; /* a cell did not fit: net_csv_write refuses the row */
} NetCsvRow;

enum { NET_CSV_NAME = 40 };
/* "epochs.csv" and so on. */
const char *net_csv_name(NetCsvFile file, char out[NET_CSV_NAME]);
NetCsvFile net_csv_of(NetSubjectName subject);

/* Opens the files that `used` says in a folder. lengths: what each is cut back to (a resumed run); 0, or NULL for
 * all of them: they begin anew, with their headers. `scores` names the `count` figures of epochs.csv, the cost first.
 */
bool net_csv_open(NetCsv *csv, const char *folder, const bool used[NET_CSV_FILES], const int64_t lengths[NET_CSV_FILES],
                  const char *const *scores, int count, NetError *error);

/* Cells of a row, in order. */
void net_csv_text(NetCsvRow *row, const char *text);
void net_csv_integer(NetCsvRow *row, int64_t value);
void net_csv_number(NetCsvRow *row, double value);
void net_csv_empty(NetCsvRow *row);

/* Ends the row, appends it and empties it for the next one. */
bool net_csv_write(NetCsv *csv, NetCsvFile file, NetCsvRow *row, NetError *error);

/* The rows of a histogram, one a bin; in the event file it is one event. */
bool net_csv_histogram(NetCsv *csv, int64_t step, const char *layer, const char *of, const NetHistogram *histogram,
                       NetError *error);

/* Hands what was written to the system; net_csv_sync also waits for the disk. */
bool net_csv_flush(NetCsv *csv, NetError *error);
bool net_csv_sync(NetCsv *csv, NetError *error);

/* Bytes of a file so far; 0 for one that is not used. */
int64_t net_csv_length(const NetCsv *csv, NetCsvFile file);

/* Flushes and closes all; a zeroed NetCsv is allowed. False when a flush failed. */
bool net_csv_close(NetCsv *csv, NetError *error);

#endif
