/* `data idx` and `data npy`: examples and what they are to give in arrays, a file each. See kinds.h. */
#ifndef NET_DATA_ARRAYS_H
#define NET_DATA_ARRAYS_H

#include "runtime/data/data.h"

bool net_read_idx(const NetDataRequest *request, NetData *data, NetError *error);
bool net_read_npy(const NetDataRequest *request, NetData *data, NetError *error);
NetRowType net_type_idx(const NetDataRequest *request);
NetRowType net_type_npy(const NetDataRequest *request);
bool net_look_idx(NetDataRequest *request, NetError *error);
bool net_check_idx(const NetDataRequest *request, NetError *error);
bool net_look_npy(NetDataRequest *request, NetError *error);
bool net_check_npy(const NetDataRequest *request, NetError *error);

#endif
