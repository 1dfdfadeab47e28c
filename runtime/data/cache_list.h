/* What `netc data` says of the converted files that cache.h is about, and clearing them. */
#ifndef NET_DATA_CACHE_LIST_H
#define NET_DATA_CACHE_LIST_H

#include <stdio.h>

#include "runtime/base/error.h"

/* Lists the entries, the last used first, or removes them all and says how many. Errors have status NET_ENVIRONMENT. */
bool net_cache_list(FILE *out, NetError *error);
bool net_cache_clear(FILE *out, NetError *error);

#endif
