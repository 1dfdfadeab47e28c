/* Locks on files, which go with the process that holds them. */
#ifndef NETC_EXPERIMENTS_LOCK_H
#define NETC_EXPERIMENTS_LOCK_H

#include <stdbool.h>

/* Takes the lock of an open file, waiting for who is about to give it back. False: somebody keeps it. A file system
 * without locks is no reason to stop. */
bool lock_within(int fd, double seconds);
/* Some milliseconds, between two looks at what comes to its end by itself. */
void lock_pause(void);

#endif
