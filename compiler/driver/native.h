/* The processor that netc runs on, where it differs from its row: makers sell one core with one unit for multiply-adds
 * or with two and with caches of several sizes, virtual machines give a processor another's name, and what is too new
 * for LLVM has only the row of its level.
 *
 * What is measured is kept in netc/processors of the cache folder, by what /proc/cpuinfo says the processor is: code
 * is the same from one run to the next. A file there that cannot be read or makes no sense is measured anew. */
#ifndef NETC_DRIVER_NATIVE_H
#define NETC_DRIVER_NATIVE_H

#include "compiler/base/processor.h"
#include "compiler/driver/cache.h"

/* Settles how many multiply-adds begin a cycle and how large the caches are; what nothing is found of stays. Gives what
 * was settled, and how; NULL: nothing. The processor must have the instructions of the row's level. */
const char *native_settle(Arena *arena, Processor *row);
/* Adds to a key what the processor is, of what /proc/cpuinfo says of the first: what does not change while it runs. */
void native_identify(CacheKey *key);

#endif
