/* How many multiply-adds of whole vectors a processor begins each cycle, by trying. */
#ifndef NETC_DRIVER_PORTS_H
#define NETC_DRIVER_PORTS_H

#include "compiler/base/processor.h"

/* Of the processor that this runs on, which must have the instructions of the row's level; 0: the row's multiply-adds
 * cannot be tried, or the times make no sense, as in an emulator. Takes a millisecond, twenty when the row promises
 * more than is found. */
int ports_measure(const Processor *row);

#endif
