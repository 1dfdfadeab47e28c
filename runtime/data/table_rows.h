/* All examples of a CSV file, with their classes or their values. Errors have status NET_ENVIRONMENT. */
#ifndef NET_DATA_TABLE_ROWS_H
#define NET_DATA_TABLE_ROWS_H

#include "runtime/data/data.h"
#include "runtime/data/table_classes.h"

typedef enum { NET_TARGET_NONE, NET_TARGET_CLASS, NET_TARGET_VALUES } NetTargetKind;

typedef struct {
    NetTableForm form;
    int64_t inputs;       /* of the network */
    NetTargetKind target; /* a class: of the one target column */
    NetClasses classes;   /* that labels may be of */
} NetTableWish;

/* Reads a file, or what was made of it before (cache.h). *columns and *names, both the caller's, are what the file to
 * train on has settled, or empty where this is that file: then they are filled. Classes that stay without names are
 * their labels. What a failure leaves is freed by net_data_close. */
bool net_table_read(NetDataFile *file, const char *path, const NetTableWish *wish, NetColumns *columns,
                    NetClassNames *names, NetError *error);

/* Whether the file begins as reading it would want it. *columns as above. */
bool net_table_check(const char *path, const NetTableWish *wish, NetColumns *columns, NetError *error);

#endif
