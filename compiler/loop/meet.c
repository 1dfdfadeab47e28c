/* Where workers meet is read off the nests: what each reaches (reach.h). See meet.h. */
#include "compiler/loop/meet.h"

#include "compiler/loop/reach.h"

/* All accesses of a nest to one of its regions, of one kind and with the same strides by chunk and task. */
typedef struct {
    Buffer buffer;
    int region;
    bool known, write;
    int64_t low, high, chunk, task;
} Range;

typedef struct {
    Arena *arena;
    const Code *code;
    const Nest *nest;
    VEC(Range) ranges;
} Reach;

static void note(void *context, const Reached *r) {
    Reach *reach = context;
    const Address own = loop_address_in(reach->code, reach->nest, r->address);
    const int64_t moved = own.base - r->address->base, low = r->low + moved, high = r->high + moved;
    for (size_t i = 0; i < reach->ranges.count; i++) {
        Range *range = &reach->ranges.at[i];
        if (range->region != r->address->region || range->known != r->known || range->write != r->write ||
            range->chunk != r->chunk || range->task != r->task)
            continue;
        if (low < range->low) range->low = low;
        if (high > range->high) range->high = high;
        return;
    }
    const Range range = {own.buffer, r->address->region, r->known, r->write, low, high, r->chunk, r->task};
    vec_push(reach->arena, &reach->ranges, range);
}

static bool ranges_meet(const Range *a, const Range *b) {
    if (a->buffer != b->buffer || (!a->write && !b->write)) return false;
    const bool comparable = a->known && b->known && a->chunk == b->chunk && a->task == b->task;
    return !comparable || (a->low <= b->high && b->low <= a->high);
}

static bool nests_meet(const Reach *a, const Reach *b) {
    for (size_t i = 0; i < a->ranges.count; i++)
        for (size_t j = 0; j < b->ranges.count; j++)
            if (ranges_meet(&a->ranges.at[i], &b->ranges.at[j])) return true;
    return false;
}

static bool any_split(const Code *code, const int *nests, size_t count) {
    bool split = false;
    for (size_t i = 0; i < count; i++) split = split || code->nests.at[nests[i]]->uses.part;
    return split;
}

void meet_run_nests(LoopBuilder *b, const Code *code, const int *nests, size_t count) {
    if (!any_split(code, nests, count)) {
        for (size_t i = 0; i < count; i++) loop_run_nest(b, nests[i]);
        return;
    }
    Arena *scratch = arena_new();
    Reach *reach = NEW_ARRAY(scratch, Reach, count);
    size_t since = 0;   /* the first nest after they met last */
    bool alone = false; /* the block of the first part is open */
    loop_if_begin(b, loop_bound_of(BOUND_TASK, 0), loop_bound_var(LOOP_VAR_CHUNK, 0)); /* a slot's second chunk */
    loop_meet(b);
    loop_if_end(b);
    for (size_t i = 0; i < count; i++) {
        reach[i] = (Reach){.arena = scratch, .code = code, .nest = code->nests.at[nests[i]]};
        loop_reach(reach[i].nest, note, &reach[i]);
        const bool split = reach[i].nest->uses.part;
        bool meets = false;
        for (size_t k = since; k < i; k++)
            meets = meets || ((split || reach[k].nest->uses.part) && nests_meet(&reach[k], &reach[i]));
        if (alone && (meets || split)) {
            loop_if_end(b);
            alone = false;
        }
        if (meets) {
            loop_meet(b);
            since = i;
        }
        if (!split && !alone) {
            loop_if_equal_begin(b, loop_bound_of(BOUND_PART, 0), loop_bound(0));
            alone = true;
        }
        loop_run_nest(b, nests[i]);
    }
    if (alone) loop_if_end(b);
    arena_free(scratch);
}
