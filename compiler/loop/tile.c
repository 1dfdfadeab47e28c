/* A tile of values where the code stands: its sums, what follows them, where they go. See nest.c. */
#include "compiler/loop/gen.h"
#include "runtime/abi.h"

/* ---- what follows a sum ---- */
static int after_sum(Gen *g, int m, int value) {
    const Compute *c = g->group->member[m]->compute;
    g->result = value;
    return c->post ? gen_value(g, c->post) : value;
}

/* Of a vector that begins before the place where the last one ended, what that has made stays. */
static int keep_done(const Gen *g, const Access *write, int value) {
    int place = loop_op2(g->b, OP_ILESS, loop_lane(g->b), loop_const_i32(g->b, (int32_t)g->done, true));
    int there = loop_load(g->b, loop_vector(TYPE_F32), gen_address(g, write), false);
    return loop_op3(g->b, OP_SELECT, place, there, gen_lanes(g, value));
}

static void put(const Gen *g, int m, int value) {
    Access write = access_of_write(g->group->layout, g->group->member[m]->compute);
    gen_store(g, &write, g->done > 0 ? keep_done(g, &write, value) : value);
}

static void finish(Gen *g, int m, int value) { put(g, m, after_sum(g, m, value)); }

/* Where a sum lies in a slot's copy. */
static Address slot_address(const Gen *g) {
    const Access write = access_of_write(g->group->layout, g->group->member[0]->compute);
    return loop_address_term(gen_address(g, &write), g->task_var, g->context->grad_slot);
}

static void for_tile(Gen *g, void (*then)(Gen *, int m, int64_t t)) {
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        for (int m = 0; m < g->group->count; m++) then(g, m, t);
    }
    gen_go_to(g, 0);
}

static void then_store(Gen *g, int m, int64_t t) {
    bool arg = g->group->member[m]->compute->reduce == REDUCE_ARGMAX;
    finish(g, m, loop_get(g->b, arg ? g->argument[m][t] : g->accumulator[m][t]));
}

static void then_map(Gen *g, int m, int64_t t) {
    (void)t;
    const Compute *c = g->group->member[m]->compute;
    int value = gen_value(g, c->e);
    if (c->out->role == ROLE_LOG) value = loop_op1(g->b, OP_TO_F64, value);
    finish(g, m, value);
}

/* What goes to rows by image: 16 neighbours of it are made, turned, and stored as vectors. */
static void map_to_rows(Gen *g, const Access *write) {
    int value[LOOP_LANES];
    const Compute *c = g->group->member[0]->compute;
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        g->result = gen_value(g, c->e);
        value[t] = c->post ? gen_value(g, c->post) : g->result;
    }
    for (int64_t t = gen_tile(g); t < LOOP_LANES; t++) value[t] = value[0]; /* behind the end of the row */
    gen_go_to(g, 0);
    gen_store_turned(g, write, value);
}

static void maps(Gen *g) {
    const int turned = g->s.turned;
    const Access write = access_of_write(g->group->layout, g->group->member[0]->compute);
    const bool rows = turned >= 0 && schedule_is_turned(&write, g->lane, turned);
    if (rows)
        map_to_rows(g, &write);
    else
        for_tile(g, then_map);
}

/* What reads each other's old values: all are made before any is stored. */
static void finish_together(Gen *g) {
    int value[GROUP_MAX];
    const bool sum = g->group->member[0]->compute->reduce != REDUCE_NONE;
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        for (int m = 0; m < g->group->count; m++) {
            value[m] = sum ? loop_get(g->b, g->accumulator[0][t]) : gen_value(g, g->group->member[m]->compute->e);
            value[m] = after_sum(g, m, value[m]);
        }
        for (int m = 0; m < g->group->count; m++) put(g, m, value[m]);
    }
    gen_go_to(g, 0);
}

/* ---- sums over images with the images in the lanes: add the lanes up ---- */
static void store_lane_sums(Gen *g, int m, int64_t t) {
    int lanes = g->lane, value = g->accumulator[m][t]; /* by now the scalar sum */
    g->lane = -1;
    finish(g, m, value);
    g->lane = lanes;
}

static Op lanes_op(Reduce reduce) {
    return reduce == REDUCE_SUM ? OP_SUM_LANES : reduce == REDUCE_MIN ? OP_MIN_LANES : OP_MAX_LANES;
}

static void sum_lanes(Gen *g) {
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < gen_tile(g); t++)
            g->accumulator[m][t] =
                loop_op1(g->b, lanes_op(g->group->member[m]->compute->reduce), loop_get(g->b, g->accumulator[m][t]));
}

/* What a tile has made of sums by slots: vectors of up to 16 of them, and where each goes. */
typedef struct {
    int vector[TILE_MAX / LOOP_LANES];
    Address address[TILE_MAX];
    int64_t count;
} SlotSums;

static bool is_behind(const Address *a, const Address *b) { return a->base == b->base + 1 && loop_same_terms(a, b); }

/* Those that lie one behind the other go together. */
static void store_slot_sums(Gen *g, const SlotSums *sums, bool add) {
    for (int64_t t = 0, end; t < sums->count; t = end) {
        const int first = (int)(t % LOOP_LANES);
        end = t + 1;
        while (end < sums->count && end % LOOP_LANES != 0 && is_behind(&sums->address[end], &sums->address[end - 1]))
            end++;
        loop_store_lanes(g->b, sums->address[t], sums->vector[t / LOOP_LANES], first, (int)(end - t), add);
    }
}

/* A slot's first chunk begins its sums, later ones add. Such sums are in no group with others (group_may_join). */
static void finish_slots(Gen *g) {
    ASSERT(g->group->count == 1 && g->group->member[0]->compute->reduce == REDUCE_SUM);
    SlotSums sums = {.count = gen_tile(g)};
    int lane[TILE_MAX], lanes = g->lane;
    for (int64_t t = 0; t < sums.count; t++) lane[t] = loop_get(g->b, g->accumulator[0][t]);
    for (int64_t t = 0; t < sums.count; t += LOOP_LANES) {
        const int64_t left = sums.count - t;
        sums.vector[t / LOOP_LANES] = loop_lane_sums(g->b, &lane[t], left < LOOP_LANES ? (int)left : LOOP_LANES);
    }
    g->lane = -1;
    for (int64_t t = 0; t < sums.count; t++) {
        gen_go_to(g, t);
        sums.address[t] = slot_address(g);
    }
    gen_go_to(g, 0);
    g->lane = lanes;
    loop_if_begin(g->b, loop_bound_var(LOOP_VAR_CHUNK, 0), loop_bound(NET_SLOTS));
    store_slot_sums(g, &sums, false);
    loop_if_end(g->b);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    store_slot_sums(g, &sums, true);
    loop_if_end(g->b);
}

static void owned_by_lanes(Gen *g) {
    int total[TILE_MAX];
    int64_t tile = gen_tile(g);
    for (int64_t t = 0; t < tile; t++) total[t] = loop_declare(g->b, loop_const_f32(g->b, 0, false));
    gen_begin_chunks(g);
    reduce_declare(g);
    reduce_from(g, g->group->rank);
    sum_lanes(g);
    for (int64_t t = 0; t < tile; t++)
        loop_set(g->b, total[t], loop_op2(g->b, OP_ADD, loop_get(g->b, total[t]), g->accumulator[0][t]));
    loop_for_end(g->b);
    for (int64_t t = 0; t < tile; t++) g->accumulator[0][t] = loop_get(g->b, total[t]);
    for_tile(g, store_lane_sums);
}

/* ---- sums over images in sequence, lanes over the last dimension ---- */
static void slot_in_sequence(Gen *g) {
    reduce_declare(g);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        const Address address = slot_address(g);
        Type type = g->lane >= 0 ? loop_vector(TYPE_F32) : loop_scalar(TYPE_F32);
        loop_set(g->b, g->accumulator[0][t], loop_load(g->b, type, address, false));
    }
    loop_if_end(g->b);
    reduce_from(g, g->group->rank);
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        loop_store(g->b, slot_address(g), loop_get(g->b, g->accumulator[0][t]), false);
    }
    gen_go_to(g, 0);
}

static void owned_in_sequence(Gen *g) {
    reduce_declare(g);
    gen_begin_chunks(g);
    reduce_from(g, g->group->rank);
    loop_for_end(g->b);
    if (g->group->member[0]->together)
        finish_together(g);
    else
        for_tile(g, then_store);
}

/* ---- sums for the log over parameters: vectors, then what is left one by one, then the lanes' tree ---- */
static void log_over_elements(Gen *g) {
    const Compute *c = g->group->member[0]->compute;
    int lane = g->lane;
    int64_t range = g->group->range[lane], vectors = range / LOOP_LANES, tail = range % LOOP_LANES;
    reduce_declare(g);
    int wide = g->accumulator[0][0];
    g->lane = -1;
    reduce_declare(g);
    int narrow = g->accumulator[0][0];
    for (int k = g->group->rank; k < g->group->rank + g->group->reductions; k++) {
        g->now[k] = 1;
        if (k == lane) continue;
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(g->group->range[k]), 1);
        g->at[k] = index_plus_var(index_const(0), var, 1);
    }
    if (vectors > 0) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(vectors), 1);
        g->lane = lane;
        g->at[lane] = index_plus_var(index_const(0), var, LOOP_LANES);
        g->accumulator[0][0] = wide;
        reduce_body(g);
        g->lane = -1;
        loop_for_end(g->b);
    }
    if (tail > 0) {
        int var = loop_for_begin(g->b, loop_bound(vectors * LOOP_LANES), loop_bound(range), 1);
        g->at[lane] = index_plus_var(index_const(0), var, 1);
        g->accumulator[0][0] = narrow;
        reduce_body(g);
        loop_for_end(g->b);
    }
    for (int k = g->group->rank; k < g->group->rank + g->group->reductions; k++)
        if (k != lane) loop_for_end(g->b);
    int value = loop_op1(g->b, lanes_op(c->reduce), loop_get(g->b, wide));
    Op join = c->reduce == REDUCE_SUM ? OP_ADD : c->reduce == REDUCE_MIN ? OP_MIN : OP_MAX;
    finish(g, 0, loop_op2(g->b, join, value, loop_get(g->b, narrow)));
}

/* ---- sums whose blocks of terms are the outermost loop ---- */
/* Where what is added up so far lies: where the result will, or, of one that adds up its lanes first, behind all that
 * the chunk has in scratch, a vector for each. */
static Address sum_address(const Gen *g) {
    const Group *group = g->group;
    Access access = access_of_write(group->layout, group->member[0]->compute);
    if (group->batch < group->rank) return gen_address(g, &access);
    access =
        (Access){.buffer = BUFFER_SCRATCH, .begin = group->layout->scratch_size, .base = group->layout->scratch_size};
    int64_t size = LOOP_LANES;
    for (int i = group->rank; i-- > 0; size *= group->range[i]) access.step[i] = size;
    return gen_address(g, &access);
}

/* What a sum is so far, without what follows it. */
static void store_sum(Gen *g, int m, int64_t t) {
    const Address address = sum_address(g);
    loop_store(g->b, address, loop_get(g->b, g->accumulator[m][t]), gen_is_aligned(&address));
}

static void finish_sums(Gen *g) {
    if (g->group->batch < g->group->rank) {
        for_tile(g, then_store);
        return;
    }
    if (g->group->scope == SCOPE_SLOT) {
        finish_slots(g);
        return;
    }
    sum_lanes(g);
    for_tile(g, store_lane_sums);
}

static void add_block(Gen *g) {
    const SumBlocks *blocks = &g->blocks;
    int *sum = g->accumulator[0], total[TILE_MAX];
    const int64_t tile = gen_tile(g);
    reduce_declare(g);
    reduce_from(g, g->group->rank);
    for (int64_t t = 0; t < tile; t++) total[t] = loop_declare(g->b, loop_const_f32(g->b, 0, true));
    if (blocks->var >= 0) loop_if_begin(g->b, loop_bound(0), loop_bound_var(blocks->var, 0));
    for (int64_t t = 0; t < tile; t++) {
        gen_go_to(g, t);
        const Address address = sum_address(g);
        loop_set(g->b, total[t], loop_load(g->b, loop_vector(TYPE_F32), address, gen_is_aligned(&address)));
    }
    if (blocks->var >= 0) loop_if_end(g->b);
    for (int64_t t = 0; t < tile; t++)
        loop_set(g->b, sum[t], loop_op2(g->b, OP_ADD, loop_get(g->b, total[t]), loop_get(g->b, sum[t])));
    gen_go_to(g, 0);
    if (blocks->last > 0) {
        loop_if_begin(g->b, loop_bound_var(blocks->var, 0), loop_bound(blocks->last));
        for_tile(g, store_sum);
        loop_if_end(g->b);
        loop_if_equal_begin(g->b, loop_bound_var(blocks->var, 0), loop_bound(blocks->last));
        finish_sums(g);
        loop_if_end(g->b);
    } else if (blocks->last == 0) {
        finish_sums(g);
    } else {
        for_tile(g, store_sum);
    }
}

/* Room for the sums of sum_address(). */
void tile_note_sums(const Gen *g) {
    const Group *group = g->group;
    int64_t size = LOOP_LANES;
    if (g->s.blocked < group->rank || group->batch < group->rank) return;
    for (int i = 0; i < group->rank; i++) size *= group->range[i];
    if (size > *g->context->sums) *g->context->sums = size;
}

/* ---- one tile ---- */
static void then_zero(Gen *g, int m, int64_t t) {
    (void)t;
    put(g, m, loop_const_f32(g->b, 0, g->lane >= 0));
}

static void make_tile_here(Gen *g) {
    const Group *group = g->group;
    const Compute *first = group->member[0]->compute;
    ASSERT(gen_tile(g) <= TILE_MAX);
    if (g->absent) {
        for_tile(g, then_zero);
    } else if (group->member[0]->together && first->reduce == REDUCE_NONE) {
        finish_together(g);
    } else if (first->reduce == REDUCE_NONE) {
        maps(g);
    } else if (group->scope == SCOPE_ONCE) {
        log_over_elements(g);
    } else if (group->scope == SCOPE_OWNED) {
        if (g->s.lane == group->batch)
            owned_by_lanes(g);
        else
            owned_in_sequence(g);
    } else if (group->scope == SCOPE_SLOT && g->s.lane != group->batch) {
        slot_in_sequence(g);
    } else if (g->s.blocked >= group->rank) {
        add_block(g);
    } else {
        reduce_declare(g);
        reduce_from(g, group->rank);
        finish_sums(g);
    }
}

/* Chunks by as many as a tile has, then what is left one by one. */
static void make_tiles_of_chunks(Gen *g) {
    const int64_t together = g->s.tile[g->lane];
    const Bound whole = loop_bound_of(BOUND_CHUNKS, together);
    g->now[g->lane] = together;
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), whole, together);
    make_tile_here(g);
    loop_for_end(g->b);
    g->now[g->lane] = 1;
    if (together == 1) return;
    g->chunk_var = loop_for_begin(g->b, whole, loop_bound_of(BOUND_CHUNKS, 1), 1);
    make_tile_here(g);
    loop_for_end(g->b);
}

void tile_make(Gen *g) {
    if (g->group->scope == SCOPE_BATCH)
        make_tiles_of_chunks(g);
    else
        make_tile_here(g);
}
