/* All examples of a CSV file, with their classes or their values. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_TABLE_ROWS_H
#define NET_DATA_TABLE_ROWS_H

#include "runtime/data/class_names.h"
#include "runtime/data/labels.h"
#include "runtime/data/table.h"

typedef enum { NET_TARGET_NONE, NET_TARGET_CLASS, NET_TARGET_VALUES } NetTargetKind;

typedef struct {
    NetTableForm form;
    int64_t inputs;       /* of the network */
    NetTargetKind target; /* a class: of the one target column */
    NetClasses classes;   /* that labels may be of */
} NetTableWish;

typedef struct {
    int64_t count;
    float *x;        /* columns->inputs a row; owned, as all here */
    uint32_t *label; /* of classes */
    float *value;    /* columns->targets a row */
} NetTableRows;

/* Reads a file. *columns and *names, both the caller's, are what the file to train on has settled, or empty where this
 * is that file: then they are filled. Classes that stay without names are their labels. What a failure leaves is freed
 * by net_table_rows_free. */
bool net_table_read(NetTableRows *rows, const char *path, const NetTableWish *wish, NetColumns *columns,
                    NetClassNames *names, NetError *error);
void net_table_rows_free(NetTableRows *rows);

/* The class of the row just read: by its name where classes have names, else its label. */
bool net_table_class(const NetTable *table, const NetClasses *classes, const NetClassNames *names, uint32_t *label,
                     NetError *error);

#endif
