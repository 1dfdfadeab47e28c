/* Rows of a CSV file, as RFC 4180 has them and no other.
 *
 *     NetCsv csv;
 *     NetCsvRow row;
 *     if (net_csv_begin(&csv, &stream, ',', &error))
 *         while (net_csv_next(&csv, &row, &error) && row.count > 0) … row.cell[0].text …
 *     net_csv_end(&csv);
 *
 * A cell may stand in quotes, with separators, line ends and doubled quotes in it; what is outside of quotes is taken
 * as it is, blanks too. Lines end with LF or CRLF, the last one may lack it, and empty lines at the end are none. A
 * byte-order mark at the beginning is skipped. All else is an error that names the line: another number of cells than
 * the first row has, a quote where none may be, a carriage return alone, an empty line between rows, a NUL, what is not
 * UTF-8, and what is larger than the limits below. Rows are read one at a time. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_CSV_H
#define NET_DATA_CSV_H

#include "runtime/data/stream.h"

enum {
    NET_CSV_CELL = 1 << 16,  /* bytes of a cell */
    NET_CSV_CELLS = 1 << 20, /* cells of a row */
    NET_CSV_ROW = 1 << 26    /* bytes of a row */
};

typedef struct {
    const char *text; /* without its quotes; a NUL follows */
    size_t length;
} NetCsvCell;

typedef struct {
    int64_t line; /* the line it begins in, from 1 */
    size_t count; /* 0: there are no more rows */
    const NetCsvCell *cell;
} NetCsvRow;

typedef struct {
    NetStream *stream; /* borrowed */
    char separator;
    int64_t line; /* of the next byte */
    size_t cells; /* of each row; 0 before the first */
    int next;     /* the next byte, or what csv.c has for the end */
    unsigned char *buffer;
    size_t at, end;
    char *text; /* the row's cells, each ended by a NUL */
    size_t length, capacity;
    NetCsvCell *cell;
    size_t count, cell_capacity;
} NetCsv;

/* The separator is an ASCII character other than a quote and the ends of lines. net_csv_end is right after a failure
 * too. */
bool net_csv_begin(NetCsv *csv, NetStream *stream, char separator, NetError *error);
void net_csv_end(NetCsv *csv);

/* The next row, which lasts until the next call. */
bool net_csv_next(NetCsv *csv, NetCsvRow *row, NetError *error);

#endif
