/* What the columns of a table are to a network: its inputs, its targets, or nothing.
 *
 * A file to train on settles it; every other file is matched to that: by the names in its first row, or, where it has
 * no names, by its order. All of a failure is one line with status NET_ENVIRONMENT. */
#ifndef NET_DATA_COLUMNS_H
#define NET_DATA_COLUMNS_H

#include "runtime/data/csv.h"

typedef enum { NET_COLUMN_INPUT, NET_COLUMN_TARGET, NET_COLUMN_IGNORED, NET_COLUMN_ROLES } NetColumnRole;

/* A column as it is called: by its name, or by its number, from 1, where there is no name. */
typedef struct {
    const char *name;
    int64_t number;
} NetColumnRef;

/* Targets in the order they are to have; what is not named here is an input. */
typedef struct {
    const NetColumnRef *target, *ignore;
    size_t targets, ignored;
} NetColumnChoice;

/* Those of the file to train on, in its order. */
typedef struct {
    size_t count;
    char **name; /* owned, as all here; NULL: the file has no names */
    NetColumnRole *role;
    size_t *target; /* the columns that are targets, in their order */
    size_t targets, inputs;
    bool named;
} NetColumns;

/* Where they are in some file: inputs in order, then targets. */
typedef struct {
    size_t *at; /* owned; NET_NO_COLUMN: the file has no such target */
    bool targets;
} NetColumnPlaces;
#define NET_NO_COLUMN SIZE_MAX

/* Of a file with this first row, which has the names or not. What a failure leaves is freed by net_columns_free. */
bool net_columns_choose(NetColumns *columns, const char *path, const NetCsvRow *first, bool named,
                        const NetColumnChoice *choice, NetError *error);
void net_columns_free(NetColumns *columns);

/* So many inputs and nothing else, without names. */
bool net_columns_plain(NetColumns *columns, size_t inputs, NetError *error);

/* A column as messages have it: 'age', or its number where there are no names. Returns out. */
enum { NET_COLUMN_SHOWN = 64 };
const char *net_columns_shown(const NetColumns *columns, size_t column, char out[NET_COLUMN_SHOWN]);

/* A column as target= and ignore= name it: age, "petal width", 3. Returns out. */
const char *net_columns_written(const NetColumns *columns, size_t column, char out[NET_COLUMN_SHOWN]);

/* A column as weights files and programs keep it: "input age", "ignored id", "target 1 species" (the first output), and
 * without what follows the role where there are no names. free() releases it. */
char *net_columns_text(const NetColumns *columns, size_t column, NetError *error);

/* The columns of such texts. False with an error that says which is none. */
bool net_columns_parse(NetColumns *columns, const char *const *texts, size_t count, NetError *error);

/* The places of columns in a file with this first row. All inputs must be there, and all targets or none of them.
 * free() releases places->at. */
bool net_columns_match(const NetColumns *columns, const char *path, const NetCsvRow *first, bool named,
                       NetColumnPlaces *places, NetError *error);

#endif
