/* `data csv`: examples in rows of a table, a file to train on and one to test on. See kinds.h. */
#ifndef NET_DATA_TABLES_H
#define NET_DATA_TABLES_H

#include "runtime/data/data.h"

bool net_read_csv(const NetDataRequest *request, NetData *data, NetError *error);
NetRowType net_type_csv(const NetDataRequest *request);
bool net_look_csv(NetDataRequest *request, NetError *error);
bool net_check_csv(const NetDataRequest *request, NetError *error);

/* What target= could name, where the table is there: the one column of texts, "state", with *one, else some of the
 * columns, "a, b, …". False: nobody can tell. */
bool net_csv_targets(const NetDataRequest *request, char *out, size_t size, bool *one);

#endif
