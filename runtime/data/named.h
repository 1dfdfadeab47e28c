/* `data mnist` and the like: the sets that netc knows by name (sets.h). See kinds.h. */
#ifndef NET_DATA_NAMED_H
#define NET_DATA_NAMED_H

#include "runtime/data/data.h"

bool net_read_named(const NetDataRequest *request, NetData *data, NetError *error);
NetRowType net_type_named(const NetDataRequest *request);
bool net_look_named(NetDataRequest *request, NetError *error);

#endif
