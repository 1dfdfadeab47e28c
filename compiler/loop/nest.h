/* From scheduled groups of computes to nests. */
#ifndef NETC_NEST_H
#define NETC_NEST_H

#include "compiler/loop/loop_build.h"
#include "compiler/loop/schedule.h"

/* What all nests of a code share. */
typedef struct {
    Arena *arena, *scratch; /* scratch: of a nest while it is made */
    Code *code;
    const LowerOptions *options;
    const char *const *scalars; /* BUFFER_SCALAR: these formulas, then the words of net_random */
    size_t scalar_count;
    int64_t grad_slot; /* elements of one slot's copy */
    int64_t *sums;     /* elements that some nest needs behind all values in scratch */
    KnownSchedules *schedules;
    struct Sharing *sharing; /* NULL: a chunk is never shared */
    Numbers *names;          /* given so far; by each the last number that was taken behind it, 1 without one */
} NestContext;

/* Makes a group of the computes list[0..count), which have equal ranges, and merges indices that run through memory
 * together where the order of sums does not forbid it. */
Group group_make(const Layout *layout, Placed *list, int count);
/* Whether `next`, the compute that follows the group, may join it. */
bool group_may_join(const Group *group, const Placed *next);

/* The nest of a group; its number in the code: that of an earlier one when the two are equal but for their names.
 * `fill_edges[m]`: member m is the first to write its tensor, whose edge must be filled. */
int nest_make(const NestContext *context, const Group *group, const char *name, const bool *fill_edges);
/* Adds the slots' partial sums, ((0+1)+(2+3))+((4+5)+(6+7)) over the slots in use, into slot 0: elements from..to-1. */
int nest_merge_slots(const NestContext *context, const char *name, int64_t from, int64_t to);

/* Drops values and variables that nothing reads (dead.c). */
void nest_drop_dead(Arena *scratch, Nest *nest);

#endif
