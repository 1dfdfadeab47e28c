/* What a data line says, for those who read its files. */
#ifndef NET_DATA_REQUEST_H
#define NET_DATA_REQUEST_H

#include "runtime/data/data.h"
#include "runtime/data/shape.h"

/* A text of the data line by its option's name; NULL: not given, or empty. */
const char *net_request_text(const NetDataRequest *request, const char *option);

/* The input of the network. */
NetInput net_request_input(const NetDataRequest *request);

/* The file that an option names, under the folder its path is relative to (the model's, or --data-dir), or with .gz
 * added, or by its last part alone when --data-dir names the folder. What is not there keeps its plain name, which
 * reading then reports. free() releases it; NULL without an error: the option is not given. */
char *net_request_path(const NetDataRequest *request, const char *option, NetError *error);

/* Whether a file, or a folder, is there that can be looked at without waiting and read again: no pipe. */
bool net_request_there(const char *path);

#endif
