/* `data images`: pictures in folders, one folder a class. See kinds.h. */
#ifndef NET_DATA_FOLDERS_H
#define NET_DATA_FOLDERS_H

#include "runtime/data/data.h"

bool net_read_images(const NetDataRequest *request, NetData *data, NetError *error);
NetRowType net_type_images(const NetDataRequest *request);
bool net_look_images(NetDataRequest *request, NetError *error);
bool net_check_images(const NetDataRequest *request, NetError *error);

#endif
