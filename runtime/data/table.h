/* The examples of a CSV file: rows of numbers for a network's inputs, with their targets.
 *
 *     NetTable table;
 *     if (net_table_begin(&table, &stream, &form, &columns, &error))
 *         while (net_table_next(&table, x, &more, &error) && more) … net_table_target(&table, 0) …
 *     net_table_end(&table);
 *
 * Blanks around a cell are no part of it. Errors have status NET_ENVIRONMENT and name line and column. */
#ifndef NET_DATA_TABLE_H
#define NET_DATA_TABLE_H

#include "runtime/data/columns.h"

typedef enum { NET_HEADER_AUTO, NET_HEADER_TRUE, NET_HEADER_FALSE } NetHeader;

typedef struct {
    char separator;
    NetHeader header;              /* auto: the first row has names if no cell of it is a number */
    const NetColumnChoice *choice; /* what the columns are to be; NULL: they are known already */
} NetTableForm;

typedef struct {
    NetCsv csv;
    NetCsvRow row;
    bool begun; /* the row is still to be handed out */
    const NetColumns *columns;
    NetColumnPlaces places;
    size_t *input; /* the column of the file to train on that each input was; owned */
    bool chosen;   /* this is that file */
    bool handed;   /* a row has been handed out, */
    bool later;    /* and one before it */
} NetTable;

/* Reads the first row, fills or matches *columns, which the caller owns. net_table_end is right after a failure too.
 * An empty file is an error. */
bool net_table_begin(NetTable *table, NetStream *stream, const NetTableForm *form, NetColumns *columns,
                     NetError *error);
void net_table_end(NetTable *table);

/* The first row of values, to be looked at before the first call of net_table_next: it is still to come there. False:
 * there is none that can be read. */
bool net_table_peek(NetTable *table);

/* Whether a column that is an input holds a text, which no input is, in the row just read or looked at. */
bool net_table_is_text(const NetTable *table, size_t column);

/* The next row: x gets columns->inputs floats. *more is false at the end. */
bool net_table_next(NetTable *table, float *x, bool *more, NetError *error);

/* A target of the row just read, without the blanks around it; the text is ended by its length alone. Only where
 * table->places.targets says that there are any. */
NetCsvCell net_table_target(const NetTable *table, size_t target);

/* The same as a number that a float holds. */
bool net_table_value(const NetTable *table, size_t target, float *value, NetError *error);

#endif
