/* What a nest reads and writes: for every access the range of elements, lanes that mean nothing included. */
#ifndef NETC_REACH_H
#define NETC_REACH_H

#include "compiler/loop/loop.h"

typedef struct {
    const Address *address;
    bool write;
    bool known;          /* the range is: what the number of images bounds has none */
    int64_t low, high;   /* elements of the buffer, both included, but for .. */
    int64_t chunk, task; /* .. so many for each chunk and task before the nest's own */
} Reached;

/* Visits every access that is not within a loop without rounds. STMT_RANDOM's to ITEM and SCALAR are left out. */
void loop_reach(const Nest *nest, void (*visit)(void *context, const Reached *reached), void *context);

#endif
