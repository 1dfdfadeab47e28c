/* `data csv`: examples in rows of a table, a file to train on and one to test on. See kinds.h. */
#ifndef NET_DATA_TABLES_H
#define NET_DATA_TABLES_H

#include "runtime/data/data.h"

bool net_read_csv(const NetDataRequest *request, NetData *data, NetError *error);
NetRowType net_type_csv(const NetDataRequest *request);

#endif
