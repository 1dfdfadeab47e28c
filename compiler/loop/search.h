/* The search for schedules (schedule.c), for what lists more of it than what is chosen (survey.c). */
#ifndef NETC_SEARCH_H
#define NETC_SEARCH_H

#include "compiler/loop/cost.h"

/* All of a schedule but what is searched for. */
Schedule schedule_begin(const Group *group, const LowerOptions *options);
/* What the search ends with, at most `most`, the cheapest first; gives their number. */
int schedule_rank(const Schedule *start, const CostOf *of, Schedule *best, int most);
/* Unrolls trailing terms as far as the schedule's body stays small. */
void schedule_unroll(const Group *group, Schedule *schedule, bool contraction);
/* A hash of all that the search looks at. */
uint64_t schedule_key(const Group *group);

#endif
