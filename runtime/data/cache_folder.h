/* The folder that cache.h is about. */
#ifndef NET_DATA_CACHE_FOLDER_H
#define NET_DATA_CACHE_FOLDER_H

#include <stdio.h>

#include "runtime/base/error.h"

#define NET_CACHE_SUFFIX ".safetensors"

/* Its path, whether or not it exists; free() releases it. NULL: there can be none. */
char *net_cache_folder(void);

/* The bound of all entries together, in bytes. */
uint64_t net_cache_bound(void);

/* Removes the entries unused for longest until the rest is below the bound, but not `keep`, a path; and what a killed
 * process has left. */
void net_cache_trim(const char *folder, const char *keep);

#endif
