/* What a schedule of a sum of products costs on a processor, in its cycles: a closed form, for comparing schedules.
 *
 * A logical vector of 16 lanes is P of the processor's. A body (tile x unrolled terms) of F logical multiply-adds loads
 * V distinct vectors and N distinct numbers for all lanes, with A accumulators, and takes
 *
 *     max( P F / ports,  (P V + N) / loads,  instructions / issue,  latency P F / (P A) )
 *
 * cycles. To that come the bytes that the first and the second level do not hold until they are read again, each at the
 * rate of the level they come from, and the runs of lines that begin where the processor has not fetched ahead. */
#ifndef NETC_COST_H
#define NETC_COST_H

#include "compiler/loop/schedule.h"

/* All reads of a group. */
typedef struct {
    const Layout *layout;
    Access *at;
    size_t count, capacity;
} AccessList;
void access_list_reads(const Group *group, AccessList *list);

typedef struct {
    const Group *group;
    const Processor *processor;
    AccessList reads; /* of the two factors */
    Access factor[2]; /* that are reads */
    int after;        /* cost_reads_after() */
} CostOf;

typedef enum { BOUND_BY_PORTS, BOUND_BY_LOADS, BOUND_BY_ISSUE, BOUND_BY_LATENCY, BOUND_BY_L2, BOUND_BY_L3 } BoundBy;
typedef struct {
    double count; /* of a chunk; of a batch that is owned, one chunk's share */
    BoundBy by;
} Cycles;

/* How many values of images are read where a sum is finished, one for each that it gives. */
int cost_reads_after(const Group *group);
CostOf cost_begin(const Group *group, const Processor *processor);
/* Whether the accumulators of a tile, and what is loaded and needed again, fit the registers. */
bool cost_fits(const CostOf *of, const Schedule *s);
/* Cycles of the bodies alone, per logical multiply-add: of whole tiles; with the smaller ones at the ends of ranges. */
double cost_of_tile(const CostOf *of, const Schedule *s, BoundBy *by);
double cost_of_tiles(const CostOf *of, const Schedule *s, BoundBy *by);
/* Cycles for what comes from beyond the first and the second level, as the loops stand. */
double cost_of_bytes(const CostOf *of, const Schedule *s, BoundBy *by);
Cycles cost_in_cycles(const CostOf *of, const Schedule *s);

#endif
