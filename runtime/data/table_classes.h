/* The classes that a table's target column is of: by their names, or their labels. Errors have status NET_ENVIRONMENT
 * and name the line. */
#ifndef NET_DATA_TABLE_CLASSES_H
#define NET_DATA_TABLE_CLASSES_H

#include "runtime/data/class_names.h"
#include "runtime/data/labels.h"
#include "runtime/data/table.h"

/* The class of the row just read: by its name where classes have names, else its label. */
bool net_table_class(const NetTable *table, const NetClasses *classes, const NetClassNames *names, uint32_t *label,
                     NetError *error);

/* Of a file that says which classes there are: adds the class of the row just read to the names, where it is a new one.
 * *label is its place there, in the order of their coming. */
bool net_table_meet(const NetTable *table, NetClassNames *names, uint32_t *label, NetError *error);

/* After the last row of such a file: makes classes of the places. Names that are all integers are labels, and none are
 * left; else they are numbered as they sort. */
bool net_table_settle(const NetTable *table, const NetClasses *classes, NetClassNames *names, uint32_t *label,
                      int64_t count, NetError *error);

#endif
