/* What there is to choose from: all nests of a code, and the schedules that compete for each. See schedule.h. */
#include <string.h>

#include "compiler/loop/search.h"

enum { RIVAL_TILES = 5 };

static void add_rival(Surveyed *row, Arena *arena, const Group *group, const Schedule *s) {
    const char *items = schedule_items(arena, group, s);
    bool known = row->rivals == RIVALS;
    for (int r = 0; r < row->rivals; r++) known = known || string_is(row->rival[r], items);
    if (!known) row->rival[row->rivals++] = items;
}

/* The cheapest tiles; of the first one, what the costs hardly tell apart: fewer terms in a body, which is less code,
 * and loops as the indices stand. */
static void add_rivals(Surveyed *row, Arena *arena, const Group *group, const LowerOptions *options) {
    const CostOf of = cost_begin(group, &options->target.processor);
    const Schedule start = schedule_begin(group, options);
    Schedule best[RIVAL_TILES];
    const int count = schedule_rank(&start, &of, best, RIVAL_TILES);
    row->cycles = cost_in_cycles(&of, &best[0]).count;
    for (int i = 0; i < count; i++) add_rival(row, arena, group, &best[i]);
    for (int64_t less = 2; less <= 4; less *= 2) {
        Schedule fewer = best[0];
        fewer.body_max /= less;
        schedule_unroll(group, &fewer, true);
        add_rival(row, arena, group, &fewer);
    }
    Schedule plain = best[0];
    plain.blocked = -1;
    for (int l = 0; l < group->rank; l++) plain.order[l] = l;
    add_rival(row, arena, group, &plain);
}

void survey_add(Survey *survey, const Group *group, const LowerOptions *options, const char *name, int kernel,
                int nest) {
    Surveyed row = {.name = name, .layout = group->layout, .kernel = kernel, .nest = nest};
    row.searched = schedule_is_searched(group);
    row.shape = row.searched ? schedule_key(group) : 0;
    const Surveyed *same = NULL;
    for (size_t i = 0; row.searched && i < survey->count && !same; i++)
        if (survey->at[i].searched && survey->at[i].shape == row.shape) same = &survey->at[i];
    if (same) {
        memcpy(row.rival, same->rival, sizeof row.rival);
        row.rivals = same->rivals;
        row.cycles = same->cycles;
    } else if (row.searched && survey->choices) {
        add_rivals(&row, survey->arena, group, options);
    }
    vec_push(survey->arena, survey, row);
}
