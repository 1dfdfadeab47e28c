/* Nests: loops over output indices around a register tile, loops over terms inside, then what follows the sum.
 *
 *     for outputs not in the tile            (split over the parts where the scope says so)
 *         accumulators of the tile = 0
 *         for blocks of terms                (only sums of more than 256)
 *             for terms not unrolled
 *                 body: tile x unrolled terms, one fused multiply-add each
 *         add the lanes up                   (sums over images in the lanes)
 *         post, store
 *
 * Ranges that a tile does not divide get their rest in a copy of the inner part with a smaller tile, so every bound is
 * constant. So do the first and last tiles whose windows reach out of a map, without the terms outside. Terms come in
 * ascending order whatever the tile: the sums do not depend on the schedule. */
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/gen.h"
#include "compiler/passes/passes.h"
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

/* A sum in a slot's copy: the slot's first chunk begins it, later ones add. */
static void finish_slot(Gen *g, int m, int value) {
    Access write = access_of_write(g->group->layout, g->group->member[m]->compute);
    Address address = loop_address_term(gen_address(g, &write), g->task_var, g->context->grad_slot);
    loop_if_begin(g->b, loop_bound_var(LOOP_VAR_CHUNK, 0), loop_bound(NET_SLOTS));
    loop_store(g->b, address, value, false);
    loop_if_end(g->b);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    int old = loop_load(g->b, loop_scalar(TYPE_F32), address, false);
    loop_store(g->b, address, loop_op2(g->b, OP_ADD, old, value), false);
    loop_if_end(g->b);
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
    if (g->group->scope == SCOPE_SLOT)
        finish_slot(g, m, value);
    else
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

static void owned_by_lanes(Gen *g) {
    int total[TILE_MAX];
    int64_t tile = gen_tile(g);
    for (int64_t t = 0; t < tile; t++) total[t] = loop_declare(g->b, loop_const_f32(g->b, 0, false));
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 1), 1);
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
    Access write = access_of_write(g->group->layout, g->group->member[0]->compute);
    reduce_declare(g);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        Address address = loop_address_term(gen_address(g, &write), g->task_var, g->context->grad_slot);
        Type type = g->lane >= 0 ? loop_vector(TYPE_F32) : loop_scalar(TYPE_F32);
        loop_set(g->b, g->accumulator[0][t], loop_load(g->b, type, address, false));
    }
    loop_if_end(g->b);
    reduce_from(g, g->group->rank);
    for (int64_t t = 0; t < gen_tile(g); t++) {
        gen_go_to(g, t);
        Address address = loop_address_term(gen_address(g, &write), g->task_var, g->context->grad_slot);
        loop_store(g->b, address, loop_get(g->b, g->accumulator[0][t]), false);
    }
    gen_go_to(g, 0);
}

static void owned_in_sequence(Gen *g) {
    reduce_declare(g);
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 1), 1);
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

/* ---- one tile ---- */
static void begin_chunks(Gen *g) {
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 1), 1);
}

static void make_tile_here(Gen *g) {
    const Group *group = g->group;
    const Compute *first = group->member[0]->compute;
    ASSERT(gen_tile(g) <= TILE_MAX);
    if (group->member[0]->together && first->reduce == REDUCE_NONE) {
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

static void make_tile(Gen *g) {
    if (g->group->scope == SCOPE_BATCH)
        make_tiles_of_chunks(g);
    else
        make_tile_here(g);
}

/* ---- loops over outputs ---- */
static void outputs_from(Gen *g, int place);

/* The loops within that over index i. */
static void outputs_within(Gen *g, int i) {
    int place = 0;
    while (g->s.order[place] != i) place++;
    outputs_from(g, place + 1);
}

/* Tiles number `from` .. `to` - 1, each by itself or in a loop. */
static void output_tiles(Gen *g, int i, IndexValue start, int64_t from, int64_t to, bool loop) {
    int64_t step = g->now[i] * gen_unit(g, i);
    if (loop && to - from > 1) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(to - from), 1);
        g->at[i] = index_plus_var(index_plus(start, from * step), var, step);
        outputs_within(g, i);
        loop_for_end(g->b);
        return;
    }
    for (int64_t tile = from; tile < to; tile++) {
        g->at[i] = index_plus(start, tile * step);
        outputs_within(g, i);
    }
}

/* Tiles 0 .. `full` - 1: those at the rims by themselves. */
static void output_whole_tiles(Gen *g, int i, IndexValue start, int64_t full) {
    int64_t step = g->now[i] * gen_unit(g, i), at = start.base, first = 0, last = full;
    bool known = start.terms == 0; /* in a block, what is at the rim is not */
    while (known && first < RIM_TILES && first < full &&
           gen_is_rim(g, i, at + first * step, at + (first + 1) * step - 1))
        first++;
    while (known && full - last < RIM_TILES && last > first &&
           gen_is_rim(g, i, at + (last - 1) * step, at + last * step - 1))
        last--;
    output_tiles(g, i, start, 0, first, false);
    output_tiles(g, i, start, first, last, true);
    output_tiles(g, i, start, last, full, false);
}

/* What follows is done by the last part alone. */
static void begin_last_part(Gen *g) {
    loop_for_begin(g->b, loop_bound_of(BOUND_PART_LOW, 1), loop_bound_of(BOUND_PART_HIGH, 1), 1);
}

/* `count` units (elements or vectors) of index i from `start`, in tiles. The loop over the index that is split goes
 * over this part's tiles; what is left over counts as one more and belongs to the last part. */
static void output_span(Gen *g, int i, IndexValue start, int64_t count) {
    const bool split = i == g->split;
    int64_t unit = gen_unit(g, i), factor = g->s.tile[i] < count ? g->s.tile[i] : count;
    if (count == 0) return;
    int64_t full = count / factor, rest = count % factor;
    g->now[i] = factor;
    if (!split) {
        output_whole_tiles(g, i, start, full);
    } else {
        Bound low = loop_bound_of(BOUND_PART_LOW, full + (rest > 0)), high = loop_bound_of(BOUND_PART_HIGH, low.value);
        high.most = full;
        int var = loop_for_begin(g->b, low, high, 1);
        g->at[i] = index_plus_var(start, var, factor * unit);
        outputs_within(g, i);
        loop_for_end(g->b);
    }
    if (rest > 0) {
        g->now[i] = rest;
        if (split) begin_last_part(g);
        g->at[i] = index_plus(start, full * factor * unit);
        outputs_within(g, i);
        if (split) loop_for_end(g->b);
    }
    g->now[i] = 1;
    g->at[i] = index_const(0);
}

/* Lines whose rest is at most half a vector: the whole vectors of all lines, then the rests of two lines at a time. */
static void pair_span(Gen *g, int i, int64_t range) {
    g->parts = LINE_VECTORS;
    if (g->group->range[g->lane] >= LOOP_LANES) output_span(g, i, index_const(0), range);
    g->parts = LINE_REST;
    g->pair = i;
    output_span(g, i, index_const(0), range / 2);
    g->pair = -1;
    if (range % 2) output_span(g, i, index_const(range - 1), 1);
    g->parts = LINE_ALL;
}

/* 16 at a time. Where that does not go up, tiles take some of those before them again: all of them as many, if they can
 * be a loop then, else the last. */
static void turned_span(Gen *g, int i, int64_t range) {
    const int64_t tiles = (range + LOOP_LANES - 1) / LOOP_LANES, last = range - LOOP_LANES;
    if (range <= LOOP_LANES || range % LOOP_LANES == 0) {
        output_span(g, i, index_const(0), range);
    } else if (last % (tiles - 1) == 0) {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(tiles), 1);
        g->now[i] = LOOP_LANES;
        g->at[i] = index_plus_var(index_const(0), var, last / (tiles - 1));
        outputs_within(g, i);
        loop_for_end(g->b);
        g->now[i] = 1;
        g->at[i] = index_const(0);
    } else {
        output_span(g, i, index_const(0), range - range % LOOP_LANES);
        output_span(g, i, index_const(last), LOOP_LANES);
    }
}

/* The loops from a place in the order on. */
static void outputs_from(Gen *g, int place) {
    const Group *group = g->group;
    if (place == group->rank) {
        make_tile(g);
        return;
    }
    int i = g->s.order[place];
    g->now[i] = 1;
    if (i == group->batch && i == g->lane) {
        outputs_from(g, place + 1);
        return;
    }
    int64_t range = i == group->batch ? LOOP_LANES : group->range[i];
    if (i == g->s.pair && g->parts == LINE_ALL) {
        pair_span(g, i, range);
        return;
    }
    if (i == g->s.blocked) {
        output_span(g, i, g->block_start, g->s.block);
        return;
    }
    if (i == g->s.turned) {
        turned_span(g, i, range);
        return;
    }
    if (i != g->lane) {
        output_span(g, i, index_const(0), range);
        return;
    }
    int64_t whole_vectors = range / LOOP_LANES;
    if (g->parts == LINE_REST) {
        output_span(g, i, index_const(whole_vectors * LOOP_LANES), 1);
        return;
    }
    bool fill = g->parts == LINE_ALL && schedule_lines_are_padded(group, g->s.lane) && range % LOOP_LANES != 0;
    int64_t vectors = whole_vectors + fill;
    output_span(g, i, index_const(0), vectors);
    if (vectors * LOOP_LANES >= range || g->parts == LINE_VECTORS) return;
    Schedule whole = g->s;
    if (group->layout->one_image && range > LOOP_LANES) { /* the last vector again takes some of the one before it */
        output_span(g, i, index_const(range - LOOP_LANES), 1);
        return;
    }
    if (group->scope == SCOPE_OWNED && range > LOOP_LANES && i != g->split) {
        g->done = vectors * LOOP_LANES - (range - LOOP_LANES);
        output_span(g, i, index_const(range - LOOP_LANES), 1);
        g->done = 0;
        return;
    }
    /* one by one: scalar code */
    g->lane = -1;
    for (int k = 0; k < INDEX_MAX; k++) g->s.tile[k] = 1;
    output_span(g, i, index_const(vectors * LOOP_LANES), range - vectors * LOOP_LANES);
    g->s = whole;
    g->lane = whole.lane;
}

/* All loops over outputs, around them those over the blocks of an index: of outputs, or of a sum's terms. */
static void outputs(Gen *g) {
    const int i = g->s.blocked;
    if (i < 0) {
        outputs_from(g, 0);
        return;
    }
    const int64_t full = g->group->range[i] / g->s.block, rest = g->group->range[i] % g->s.block;
    int var = loop_for_begin(g->b, loop_bound(0), loop_bound(full), 1);
    g->block_start = index_plus_var(index_const(0), var, g->s.block);
    g->blocks = (SumBlocks){.count = g->s.block, .var = var, .last = rest > 0 ? -1 : full - 1};
    outputs_from(g, 0);
    loop_for_end(g->b);
    if (rest == 0) return;
    g->block_start = index_const(full * g->s.block);
    g->blocks = (SumBlocks){.count = rest, .var = -1, .last = 0};
    outputs_from(g, 0);
}

static void make_random(Gen *g) {
    const Compute *c = g->group->member[0]->compute;
    const Place *place = &g->group->layout->place[c->out->id];
    Address address = loop_address(place->buffer, place->base);
    if (place->chunk_stride) address = loop_address_term(address, g->chunk_var, place->chunk_stride);
    loop_random(g->b, address, (int)g->context->scalar_count, c->stream, tensor_count(c->out), g->split != SPLIT_NONE);
}

/* ---- equal nests ---- */
/* Evaluation and diagnosis run the same layers: a nest that says the same as an earlier one is that one. True: it
 * is a new one, with a body of its own. */
static bool add_once(const NestContext *context, Nest *nest, int *number) {
    Code *code = context->code;
    const size_t before = code->nests.count;
    nest_drop_dead(context->scratch, nest);
    *number = loop_add_nest(context->arena, code, nest);
    arena_reset(context->scratch);
    return code->nests.count > before && code->nests.at[*number]->same == *number;
}

/* The formulas of a group and its schedule. */
static const char *describe(const NestContext *context, const Group *group, const Schedule *schedule) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) out_of_memory();
    for (int m = 0; m < group->count; m++) compute_print(group->layout->program, group->member[m]->compute, out);
    schedule_print(group, schedule, "schedule", NULL, out);
    fclose(out);
    const char *about = arena_copy(context->arena, text, size);
    free(text);
    return about;
}

/* Of a nest that is for some batches alone: whether this is one. */
static void begin_batches(LoopBuilder *b, Batches batches) {
    const Bound chunks = loop_bound_of(BOUND_CHUNKS, 1), one = loop_bound(1);
    if (batches == ONE_CHUNK) loop_if_equal_begin(b, chunks, one);
    if (batches == MORE_CHUNKS) loop_if_begin(b, one, chunks);
}

/* Room for the sums of sum_address(). */
static void note_sums(const Gen *g) {
    const Group *group = g->group;
    int64_t size = LOOP_LANES;
    if (g->s.blocked < group->rank || group->batch < group->rank) return;
    for (int i = 0; i < group->rank; i++) size *= group->range[i];
    if (size > *g->context->sums) *g->context->sums = size;
}

int nest_make(const NestContext *context, const Group *group, const char *name, const bool *fill_edges) {
    const Compute *first = group->member[0]->compute;
    Gen g = {.context = context,
             .group = group,
             .s = schedule_choose(group, context->options, name, context->arena, context->schedules),
             .chunk_var = LOOP_VAR_CHUNK};
    if (context->options->schedule_out)
        schedule_print(group, &g.s, name, &context->options->target.processor, context->options->schedule_out);
    g.lane = g.s.lane;
    g.pair = -1;
    g.split = split_choose(&g);
    g.b = loop_nest_begin(context->scratch, name, first->at);
    note_sums(&g);
    for (int i = 0; i < INDEX_MAX; i++) g.now[i] = 1;
    const Batches batches = group->member[0]->batches;
    begin_batches(g.b, batches);
    bool once = g.split == SPLIT_NONE && schedule_is_by_parts(group); /* one value */
    if (once) begin_last_part(&g);
    for (int m = 0; m < group->count; m++) {
        const Tensor *out = group->member[m]->compute->out;
        const Place *place = &group->layout->place[out->id];
        if (!fill_edges[m] || !place->has_edge || group->layout->one_image) continue;
        if (group->scope == SCOPE_BATCH) begin_chunks(&g);
        gen_fill_edge(&g, out, place);
        if (group->scope == SCOPE_BATCH) loop_for_end(g.b);
    }
    if (group->scope == SCOPE_SLOT)
        g.task_var = loop_for_begin(g.b, loop_bound_of(BOUND_TASK, 0), loop_bound_of(BOUND_TASK, 1), 1);
    if (first->reduce == REDUCE_RANDOM)
        make_random(&g);
    else
        outputs(&g);
    if (group->scope == SCOPE_SLOT || once) loop_for_end(g.b);
    for (int m = 0; m < group->count; m++) { /* after the values, whose vectors reach into them */
        const Tensor *out = group->member[m]->compute->out;
        const Place *place = &group->layout->place[out->id];
        if (fill_edges[m] && place->has_edge && group->layout->one_image) gen_fill_line_edges(&g, out, place);
    }
    if (batches != ALL_BATCHES) loop_if_end(g.b);
    int number;
    if (add_once(context, loop_nest_end(g.b), &number))
        context->code->nests.at[number]->about = describe(context, group, &g.s);
    if (context->options->survey)
        survey_add(context->options->survey, group, context->options, name, (int)context->code->kernels.count, number);
    return number;
}

/* ---- slots ---- */
static int add_slots(LoopBuilder *b, Address address, int64_t slot, int first, int width, int used) {
    if (first >= used) return LOOP_NONE;
    if (width == 1) return loop_load(b, loop_vector(TYPE_F32), loop_address_plus(address, first * slot), true);
    int left = add_slots(b, address, slot, first, width / 2, used);
    int right = add_slots(b, address, slot, first + width / 2, width / 2, used);
    return right == LOOP_NONE ? left : loop_op2(b, OP_ADD, left, right);
}

int nest_merge_slots(const NestContext *context, const char *name, int64_t from, int64_t to) {
    LoopBuilder *b = loop_nest_begin(context->scratch, name, (Span){0, 0});
    for (int used = 2; used <= NET_SLOTS; used++) {
        loop_if_equal_begin(b, loop_bound_of(BOUND_SLOTS, 0), loop_bound(used));
        int64_t vectors = (to - from) / LOOP_LANES;
        int var = loop_for_begin(b, loop_bound_of(BOUND_PART_LOW, vectors), loop_bound_of(BOUND_PART_HIGH, vectors), 1);
        Address address = loop_address_term(loop_address(BUFFER_GRAD, from), var, LOOP_LANES);
        int sum = add_slots(b, address, context->grad_slot, 0, NET_SLOTS, used);
        loop_store(b, address, sum, true);
        loop_for_end(b);
        loop_if_end(b);
    }
    int number;
    add_once(context, loop_nest_end(b), &number);
    return number;
}
