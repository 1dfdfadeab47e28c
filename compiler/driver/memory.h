/* How much memory a trainer may take: what --memory says, else what this machine, or the control group that netc runs
 * in, has. */
#ifndef NETC_DRIVER_MEMORY_H
#define NETC_DRIVER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number of bytes above 0, or a number, with decimals or without, of K, M, G or T (powers of 1024, optionally
 * written KiB or KB, after a space or not). */
bool memory_size(const char *text, int64_t *bytes);

/* `text` is the value of --memory, as memory_size takes it, or NULL: the machine's. False when it is neither. */
bool memory_limit(const char *text, int64_t *bytes);

#endif
