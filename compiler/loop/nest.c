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
 * constant. Terms come in ascending order whatever the tile: the sums do not depend on the schedule. */
#include "compiler/loop/nest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/math.h"
#include "compiler/passes/passes.h"
#include "runtime/abi.h"

enum { TILE_MAX = 64 };

/* An index where the code stands: base + sum of stride * loop variable. */
typedef struct {
    int64_t base;
    int terms;
    struct {
        int var;
        int64_t stride;
    } term[4];
} IndexValue;

typedef struct {
    const NestContext *context;
    LoopBuilder *b;
    const Group *group;
    Schedule s;
    IndexValue at[INDEX_MAX];
    int64_t now[INDEX_MAX];    /* how many of an index the code here covers: tile or unrolled terms */
    int64_t offset[INDEX_MAX]; /* which of them is being made */
    int lane;                  /* s.lane, or -1 in scalar code for what 16 does not divide */
    int chunk_var, task_var;
    int accumulator[GROUP_MAX][TILE_MAX], argument[GROUP_MAX][TILE_MAX];
    int result; /* EXPR_RESULT */
} Gen;

/* ---- indices and addresses ---- */
static IndexValue index_const(int64_t base) { return (IndexValue){.base = base}; }

static IndexValue index_plus_var(IndexValue value, int var, int64_t stride) {
    ASSERT(value.terms < 4);
    value.term[value.terms].var = var;
    value.term[value.terms++].stride = stride;
    return value;
}

/* From one of a tile to the next: a vector of the lane index, else one. */
static int64_t unit_of(const Gen *g, int i) { return i == g->lane && i != g->group->batch ? LOOP_LANES : 1; }

static Address add_index(const Gen *g, Address address, int i, int64_t step) {
    const IndexValue *at = &g->at[i];
    address = loop_address_plus(address, step * (at->base + g->offset[i] * unit_of(g, i)));
    for (int t = 0; t < at->terms; t++) address = loop_address_term(address, at->term[t].var, step * at->term[t].stride);
    return address;
}

static Address address_of(const Gen *g, const Access *access) {
    Address address = loop_address(access->buffer, access->base);
    if (access->chunk_stride != 0) address = loop_address_term(address, g->chunk_var, access->chunk_stride);
    for (int i = 0; i < INDEX_MAX; i++)
        if (access->step[i] != 0) address = add_index(g, address, i, access->step[i]);
    return address;
}

static int64_t lane_step(const Gen *g, const Access *access) { return g->lane < 0 ? 0 : access->step[g->lane]; }

static bool is_aligned(const Address *address) {
    bool aligned = address->base % LOOP_LANES == 0 && address->buffer != BUFFER_INPUT && address->buffer != BUFFER_LOG;
    for (int t = 0; t < address->term_count; t++) aligned = aligned && address->term[t].stride % LOOP_LANES == 0;
    return aligned;
}

static int load(const Gen *g, const Access *access) {
    Address address = address_of(g, access);
    int64_t step = lane_step(g, access);
    if (access->buffer == BUFFER_INPUT && g->context->code->input_bytes) {
        int byte = step == 0 || step == 1 ? loop_load_u8(g->b, step == 1, address) : loop_gather_u8(g->b, address, step);
        return loop_op1(g->b, OP_TO_F32, byte);
    }
    Element element = access->tensor->integer ? TYPE_I32 : TYPE_F32;
    if (step > 1 || step < 0) return loop_gather(g->b, element, address, step);
    Type type = step == 1 ? loop_vector(element) : loop_scalar(element);
    return loop_load(g->b, type, address, step == 1 && is_aligned(&address));
}

static void store(const Gen *g, const Access *access, int value) {
    Address address = address_of(g, access);
    int64_t step = lane_step(g, access);
    if (g->lane < 0) {
        loop_store(g->b, address, value, false);
        return;
    }
    value = loop_splat(g->b, value);
    if (step == 1) loop_store(g->b, address, value, is_aligned(&address));
    else loop_scatter(g->b, address, step, value);
}

/* ---- expressions ---- */
static int gen(Gen *g, const Expr *e);

static int image_number(const Gen *g) { /* 16 * chunk + image */
    int batch = g->group->batch;
    Address first = loop_address_term(loop_address(BUFFER_PARAM, 0), g->chunk_var, LOOP_LANES);
    if (batch >= 0 && batch != g->lane) first = add_index(g, first, batch, 1);
    int number = loop_index(g->b, first);
    return batch == g->lane ? loop_op2(g->b, OP_IADD, loop_splat(g->b, number), loop_lane(g->b)) : number;
}

static int index_number(const Gen *g, const Affine *affine) {
    Address number = loop_address(BUFFER_PARAM, affine->plus);
    for (int i = 0; i < INDEX_MAX; i++)
        if (affine->at[i] != 0) number = add_index(g, number, i, affine->at[i]);
    int value = loop_index(g->b, number);
    if (g->lane < 0 || affine->at[g->lane] == 0) return value;
    int lanes = loop_op2(g->b, OP_IMUL, loop_lane(g->b), loop_const_i32(g->b, affine->at[g->lane], true));
    return loop_op2(g->b, OP_IADD, loop_splat(g->b, value), lanes);
}

static int scalar_value(const Gen *g, const char *name) {
    for (size_t i = 0; i < g->context->scalar_count; i++)
        if (string_is(g->context->scalars[i], name))
            return loop_load(g->b, loop_scalar(TYPE_F32), loop_address(BUFFER_SCALAR, (int64_t)i), false);
    BUG("no scalar %s", name);
}

static Op op_of(ExprKind kind) {
    switch ((int)kind) { /* those that are one operation */
    case EXPR_ADD: return OP_ADD;
    case EXPR_SUB: return OP_SUB;
    case EXPR_MUL: return OP_MUL;
    case EXPR_DIV: return OP_DIV;
    case EXPR_MAX: return OP_MAX;
    case EXPR_MIN: return OP_MIN;
    case EXPR_SQRT: return OP_SQRT;
    case EXPR_LESS: return OP_LESS;
    case EXPR_SAME: return OP_IEQUAL;
    case EXPR_SELECT: return OP_SELECT;
    default: return OP_COUNT;
    }
}

static int gen_function(Gen *g, const Expr *e) {
    int a = gen(g, e->a);
    switch ((int)e->kind) { /* functions alone */
    case EXPR_EXP: return math_exp(g->b, a);
    case EXPR_EXPM1: return math_expm1(g->b, a);
    case EXPR_LOG: return math_log(g->b, a);
    case EXPR_TANH: return math_tanh(g->b, a);
    case EXPR_SIGMOID: return math_sigmoid(g->b, a);
    case EXPR_SOFTPLUS: return math_softplus(g->b, a);
    case EXPR_DETACH: return a;
    case EXPR_BELOW: { /* the upper 24 bits against the probability, rounded to 24 bits */
        bool vector = loop_type(g->b, a).vector;
        int bits = loop_shift(g->b, OP_SHIFT_RIGHT, a, 8);
        return loop_op2(g->b, OP_ILESS, bits, loop_const_i32(g->b, (int32_t)lround(e->number * 16777216), vector));
    }
    default: BUG("no code for %s", expr_names[e->kind]);
    }
}

static int gen(Gen *g, const Expr *e) {
    switch ((int)e->kind) { /* what needs the compute; the rest by arity */
    case EXPR_CONST:
        return loop_const_f32(g->b, (float)e->number, false);
    case EXPR_READ: {
        Access access = access_of_read(g->group->layout, e);
        return load(g, &access);
    }
    case EXPR_SCALAR:
        return scalar_value(g, e->scalar);
    case EXPR_INDEX:
        return index_number(g, &e->index[0]);
    case EXPR_RESULT:
        return g->result;
    case EXPR_ALIVE:
        return loop_op2(g->b, OP_ILESS, image_number(g), loop_images(g->b));
    default:
        break;
    }
    Op op = op_of(e->kind);
    if (op == OP_COUNT) return gen_function(g, e);
    int a = gen(g, e->a);
    if (expr_arity(e->kind) == 1) return loop_op1(g->b, op, a);
    int b = gen(g, e->b);
    if (expr_arity(e->kind) == 2) return loop_op2(g->b, op, a, b);
    return loop_op3(g->b, op, a, b, gen(g, e->c));
}

/* ---- the positions of a tile, and the terms of a body, last index fastest ---- */
static int64_t positions(const Gen *g, int from, int to) {
    int64_t count = 1;
    for (int i = from; i < to; i++) count *= g->now[i];
    return count;
}

static void go_to(Gen *g, int from, int to, int64_t number) {
    for (int i = to; i-- > from;) {
        g->offset[i] = number % g->now[i];
        number /= g->now[i];
    }
}

static int64_t tile_positions(const Gen *g) { return positions(g, 0, g->group->rank); }
static void go_to_output(Gen *g, int64_t t) { go_to(g, 0, g->group->rank, t); }

/* ---- reductions ---- */
static bool in_double(const Gen *g, int m) { return g->group->member[m]->compute->out->role == ROLE_LOG; }

static int neutral(const Gen *g, int m) {
    bool vector = g->lane >= 0;
    Reduce reduce = g->group->member[m]->compute->reduce;
    double start = reduce == REDUCE_SUM ? 0 : reduce == REDUCE_MIN ? INFINITY : -INFINITY;
    return in_double(g, m) ? loop_const_f64(g->b, start, vector) : loop_const_f32(g->b, (float)start, vector);
}

static void declare_accumulators(Gen *g) {
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < tile_positions(g); t++) {
            g->accumulator[m][t] = loop_declare(g->b, neutral(g, m));
            if (g->group->member[m]->compute->reduce == REDUCE_ARGMAX)
                g->argument[m][t] = loop_declare(g->b, loop_const_i32(g->b, 0, g->lane >= 0));
        }
}

static int vector_if_lanes(const Gen *g, int value) { return g->lane >= 0 ? loop_splat(g->b, value) : value; }

/* One term into one accumulator. */
static int accumulate(Gen *g, int m, int64_t t, int sum) {
    const Compute *c = g->group->member[m]->compute;
    if (in_double(g, m)) {
        int term = loop_op1(g->b, OP_TO_F64, vector_if_lanes(g, gen(g, c->e)));
        return loop_op2(g->b, c->reduce == REDUCE_SUM ? OP_ADD : c->reduce == REDUCE_MIN ? OP_MIN : OP_MAX, sum, term);
    }
    if (c->reduce == REDUCE_SUM && c->e->kind == EXPR_MUL) return loop_fma(g->b, gen(g, c->e->a), gen(g, c->e->b), sum);
    int term = vector_if_lanes(g, gen(g, c->e));
    switch (c->reduce) {
    case REDUCE_SUM:
        return loop_op2(g->b, OP_ADD, sum, term);
    case REDUCE_MAX:
        return loop_op2(g->b, OP_MAX, sum, term);
    case REDUCE_MIN:
        return loop_op2(g->b, OP_MIN, sum, term);
    case REDUCE_ARGMAX: {
        Affine number = ix_const(0);
        for (int k = c->rank; k < c->rank + c->reductions; k++)
            number = ix_add(ix_times(number, (int32_t)c->range[k]), ix(k));
        int better = loop_op2(g->b, OP_LESS, sum, term);
        int here = vector_if_lanes(g, index_number(g, &number));
        int best = loop_op3(g->b, OP_SELECT, better, here, loop_get(g->b, g->argument[m][t]));
        loop_set(g->b, g->argument[m][t], best);
        return loop_op3(g->b, OP_SELECT, better, term, sum);
    }
    case REDUCE_NONE:
    case REDUCE_RANDOM:
        break;
    }
    BUG("%s has nothing to accumulate", c->name);
}

static void reduction_body(Gen *g) {
    int first = g->group->rank, end = first + g->group->reductions;
    int64_t terms = positions(g, first, end), tile = tile_positions(g);
    int sum[GROUP_MAX][TILE_MAX];
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < tile; t++) sum[m][t] = loop_get(g->b, g->accumulator[m][t]);
    for (int64_t k = 0; k < terms; k++) {
        go_to(g, first, end, k);
        for (int64_t t = 0; t < tile; t++) {
            go_to_output(g, t);
            for (int m = 0; m < g->group->count; m++) sum[m][t] = accumulate(g, m, t, sum[m][t]);
        }
    }
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < tile; t++) loop_set(g->b, g->accumulator[m][t], sum[m][t]);
    go_to(g, first, end, 0);
}

static void reduce_from(Gen *g, int k);

/* `count` terms of index k from `start` on: unrolled ones in a loop, then the rest. */
static void reduce_span(Gen *g, int k, IndexValue start, int64_t count) {
    int64_t factor = g->s.unroll[k] < count ? g->s.unroll[k] : count, full = count / factor, rest = count % factor;
    g->now[k] = factor;
    if (full == 1) {
        g->at[k] = start;
        reduce_from(g, k + 1);
    } else {
        int var = loop_for_begin(g->b, loop_bound(0), loop_bound(full), 1);
        g->at[k] = index_plus_var(start, var, factor);
        reduce_from(g, k + 1);
        loop_for_end(g->b);
    }
    if (rest > 0) {
        g->at[k] = start;
        g->at[k].base += full * factor;
        g->now[k] = rest;
        reduce_from(g, k + 1);
    }
    g->now[k] = 1;
    g->at[k] = index_const(0);
}

/* A block has accumulators of its own, which are then added to those around it. */
static void reduce_block(Gen *g, int k, IndexValue start, int64_t count) {
    int around[GROUP_MAX][TILE_MAX];
    memcpy(around, g->accumulator, sizeof around);
    declare_accumulators(g);
    reduce_span(g, k, start, count);
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < tile_positions(g); t++) {
            int total = loop_get(g->b, around[m][t]), block = loop_get(g->b, g->accumulator[m][t]);
            loop_set(g->b, around[m][t], loop_op2(g->b, OP_ADD, total, block));
        }
    memcpy(g->accumulator, around, sizeof around);
}

static void reduce_from(Gen *g, int k) {
    const Group *group = g->group;
    if (k == group->rank + group->reductions) {
        reduction_body(g);
        return;
    }
    if (k == g->s.lane) { /* in the lanes; in scalar code the caller set it */
        g->now[k] = 1;
        reduce_from(g, k + 1);
        return;
    }
    int64_t range = k == group->batch ? LOOP_LANES : group->range[k];
    if (k != g->s.block || range <= g->s.block_size) {
        reduce_span(g, k, index_const(0), range);
        return;
    }
    int64_t full = range / g->s.block_size, rest = range % g->s.block_size;
    int var = loop_for_begin(g->b, loop_bound(0), loop_bound(full), 1);
    reduce_block(g, k, index_plus_var(index_const(0), var, g->s.block_size), g->s.block_size);
    loop_for_end(g->b);
    if (rest > 0) reduce_block(g, k, index_const(full * g->s.block_size), rest);
}

/* ---- what follows a sum ---- */
static void finish(Gen *g, int m, int value) {
    const Compute *c = g->group->member[m]->compute;
    g->result = value;
    if (c->post) value = gen(g, c->post);
    Access write = access_of_write(g->group->layout, c);
    store(g, &write, value);
}

/* A sum in a slot's copy: the slot's first chunk begins it, later ones add. */
static void finish_slot(Gen *g, int m, int value) {
    Access write = access_of_write(g->group->layout, g->group->member[m]->compute);
    Address address = loop_address_term(address_of(g, &write), g->task_var, g->context->grad_slot);
    loop_if_begin(g->b, loop_bound_var(LOOP_VAR_CHUNK, 0), loop_bound(NET_SLOTS));
    loop_store(g->b, address, value, false);
    loop_if_end(g->b);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    int old = loop_load(g->b, loop_scalar(TYPE_F32), address, false);
    loop_store(g->b, address, loop_op2(g->b, OP_ADD, old, value), false);
    loop_if_end(g->b);
}

static void for_tile(Gen *g, void (*then)(Gen *, int m, int64_t t)) {
    for (int64_t t = 0; t < tile_positions(g); t++) {
        go_to_output(g, t);
        for (int m = 0; m < g->group->count; m++) then(g, m, t);
    }
    go_to_output(g, 0);
}

static void then_store(Gen *g, int m, int64_t t) {
    bool arg = g->group->member[m]->compute->reduce == REDUCE_ARGMAX;
    finish(g, m, loop_get(g->b, arg ? g->argument[m][t] : g->accumulator[m][t]));
}

static void then_map(Gen *g, int m, int64_t t) {
    (void)t;
    const Compute *c = g->group->member[m]->compute;
    int value = gen(g, c->e);
    if (c->out->role == ROLE_LOG) value = loop_op1(g->b, OP_TO_F64, value);
    finish(g, m, value);
}

/* ---- sums over images with the images in the lanes: add the lanes up ---- */
static void store_lane_sums(Gen *g, int m, int64_t t) {
    int lanes = g->lane, value = g->accumulator[m][t]; /* by now the scalar sum */
    g->lane = -1;
    if (g->group->scope == SCOPE_SLOT) finish_slot(g, m, value);
    else finish(g, m, value);
    g->lane = lanes;
}

static Op lanes_op(Reduce reduce) {
    return reduce == REDUCE_SUM ? OP_SUM_LANES : reduce == REDUCE_MIN ? OP_MIN_LANES : OP_MAX_LANES;
}

static void sum_lanes(Gen *g) {
    for (int m = 0; m < g->group->count; m++)
        for (int64_t t = 0; t < tile_positions(g); t++)
            g->accumulator[m][t] = loop_op1(g->b, lanes_op(g->group->member[m]->compute->reduce),
                                            loop_get(g->b, g->accumulator[m][t]));
}

static void owned_by_lanes(Gen *g) {
    int total[TILE_MAX];
    int64_t tile = tile_positions(g);
    for (int64_t t = 0; t < tile; t++) total[t] = loop_declare(g->b, loop_const_f32(g->b, 0, false));
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 0), 1);
    declare_accumulators(g);
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
    declare_accumulators(g);
    loop_if_begin(g->b, loop_bound(NET_SLOTS - 1), loop_bound_var(LOOP_VAR_CHUNK, 0));
    for (int64_t t = 0; t < tile_positions(g); t++) {
        go_to_output(g, t);
        Address address = loop_address_term(address_of(g, &write), g->task_var, g->context->grad_slot);
        Type type = g->lane >= 0 ? loop_vector(TYPE_F32) : loop_scalar(TYPE_F32);
        loop_set(g->b, g->accumulator[0][t], loop_load(g->b, type, address, false));
    }
    loop_if_end(g->b);
    reduce_from(g, g->group->rank);
    for (int64_t t = 0; t < tile_positions(g); t++) {
        go_to_output(g, t);
        Address address = loop_address_term(address_of(g, &write), g->task_var, g->context->grad_slot);
        loop_store(g->b, address, loop_get(g->b, g->accumulator[0][t]), false);
    }
    go_to_output(g, 0);
}

static void owned_in_sequence(Gen *g) {
    declare_accumulators(g);
    g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 0), 1);
    reduce_from(g, g->group->rank);
    loop_for_end(g->b);
    for_tile(g, then_store);
}

/* ---- sums for the log over parameters: vectors, then what is left one by one, then the lanes' tree ---- */
static void log_over_elements(Gen *g) {
    const Compute *c = g->group->member[0]->compute;
    int lane = g->lane;
    int64_t range = g->group->range[lane], vectors = range / LOOP_LANES, tail = range % LOOP_LANES;
    declare_accumulators(g);
    int wide = g->accumulator[0][0];
    g->lane = -1;
    declare_accumulators(g);
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
        reduction_body(g);
        g->lane = -1;
        loop_for_end(g->b);
    }
    if (tail > 0) {
        int var = loop_for_begin(g->b, loop_bound(vectors * LOOP_LANES), loop_bound(range), 1);
        g->at[lane] = index_plus_var(index_const(0), var, 1);
        g->accumulator[0][0] = narrow;
        reduction_body(g);
        loop_for_end(g->b);
    }
    for (int k = g->group->rank; k < g->group->rank + g->group->reductions; k++)
        if (k != lane) loop_for_end(g->b);
    int value = loop_op1(g->b, lanes_op(c->reduce), loop_get(g->b, wide));
    Op join = c->reduce == REDUCE_SUM ? OP_ADD : c->reduce == REDUCE_MIN ? OP_MIN : OP_MAX;
    finish(g, 0, loop_op2(g->b, join, value, loop_get(g->b, narrow)));
}

/* ---- one tile ---- */
static void make_tile(Gen *g) {
    const Group *group = g->group;
    const Compute *first = group->member[0]->compute;
    ASSERT(tile_positions(g) <= TILE_MAX);
    bool images_summed = group->batch >= group->rank;
    if (first->reduce == REDUCE_NONE) {
        for_tile(g, then_map);
    } else if (group->scope == SCOPE_ONCE) {
        log_over_elements(g);
    } else if (group->scope == SCOPE_OWNED) {
        if (g->s.lane == group->batch) owned_by_lanes(g);
        else owned_in_sequence(g);
    } else if (group->scope == SCOPE_SLOT && g->s.lane != group->batch) {
        slot_in_sequence(g);
    } else {
        declare_accumulators(g);
        reduce_from(g, group->rank);
        if (images_summed) {
            sum_lanes(g);
            for_tile(g, store_lane_sums);
        } else {
            for_tile(g, then_store);
        }
    }
}

/* ---- loops over outputs ---- */
static void outputs_from(Gen *g, int i, bool split);

/* `count` units (elements or vectors) of index i from `start`, in tiles. The first loop of a split nest goes over this
 * part's tiles; what is left over belongs to the last part. */
static void output_span(Gen *g, int i, int64_t start, int64_t count, bool split) {
    int64_t unit = unit_of(g, i), factor = g->s.tile[i] < count ? g->s.tile[i] : count;
    if (count == 0) return;
    int64_t full = count / factor, rest = count % factor;
    g->now[i] = factor;
    if (full == 1 && !split) {
        g->at[i] = index_const(start);
        outputs_from(g, i + 1, false);
    } else {
        Bound low = split ? loop_bound_of(BOUND_PART_LOW, full) : loop_bound(0);
        Bound high = split ? loop_bound_of(BOUND_PART_HIGH, full) : loop_bound(full);
        int var = loop_for_begin(g->b, low, high, 1);
        g->at[i] = index_plus_var(index_const(start), var, factor * unit);
        outputs_from(g, i + 1, false);
        loop_for_end(g->b);
    }
    if (rest > 0) {
        g->now[i] = rest;
        if (split) loop_for_begin(g->b, loop_bound_of(BOUND_PART_LOW, 1), loop_bound_of(BOUND_PART_HIGH, 1), 1);
        g->at[i] = index_const(start + full * factor * unit);
        outputs_from(g, i + 1, false);
        if (split) loop_for_end(g->b);
    }
    g->now[i] = 1;
    g->at[i] = index_const(0);
}

/* Rows of a slot's copy are padded to whole vectors, so there a rest of 16 takes a whole vector too. */
static bool rows_are_padded(const Gen *g) { return g->group->scope == SCOPE_SLOT; }

static void outputs_from(Gen *g, int i, bool split) {
    const Group *group = g->group;
    if (i == group->rank) {
        make_tile(g);
        return;
    }
    g->now[i] = 1;
    if (i == group->batch && i == g->lane) {
        outputs_from(g, i + 1, split);
        return;
    }
    int64_t range = i == group->batch ? LOOP_LANES : group->range[i];
    if (split && range == 1 && i + 1 < group->rank) { /* a merged index: split the next one */
        outputs_from(g, i + 1, split);
        return;
    }
    if (i != g->lane) {
        output_span(g, i, 0, range, split);
        return;
    }
    int64_t vectors = rows_are_padded(g) ? (range + LOOP_LANES - 1) / LOOP_LANES : range / LOOP_LANES;
    output_span(g, i, 0, vectors, split);
    if (vectors * LOOP_LANES >= range) return;
    Schedule whole = g->s; /* one by one: scalar code */
    g->lane = -1;
    for (int k = 0; k < INDEX_MAX; k++) g->s.tile[k] = 1;
    output_span(g, i, vectors * LOOP_LANES, range - vectors * LOOP_LANES, split);
    g->s = whole;
    g->lane = whole.lane;
}

/* ---- edges ---- */
/* Before dimension d: only the inside; behind it: the edges too. So each place of the edge is written once. */
static void fill_edge(Gen *g, const Tensor *t, const Place *place) {
    int value = loop_const_f32(g->b, (float)place->edge, true);
    for (int d = 1; d < t->rank; d++)
        for (int side = 0; side < 2; side++) {
            int64_t from = side ? t->dim[d] : -place->low[d], to = side ? t->dim[d] + place->high[d] : 0;
            if (from >= to) continue;
            Address address = loop_address(place->buffer, place->base);
            if (place->chunk_stride) address = loop_address_term(address, g->chunk_var, place->chunk_stride);
            for (int k = 1; k < t->rank; k++) {
                int64_t low = k < d ? 0 : k == d ? from : -place->low[k];
                int64_t high = k < d ? t->dim[k] : k == d ? to : t->dim[k] + place->high[k];
                int var = loop_for_begin(g->b, loop_bound(0), loop_bound(high - low), 1);
                address = loop_address_term(loop_address_plus(address, low * place->stride[k]), var, place->stride[k]);
            }
            loop_store(g->b, address, value, is_aligned(&address));
            for (int k = 1; k < t->rank; k++) loop_for_end(g->b);
        }
}

static void make_random(Gen *g) {
    const Compute *c = g->group->member[0]->compute;
    const Place *place = &g->group->layout->place[c->out->id];
    int seed = -1;
    for (size_t i = 0; i < g->context->scalar_count; i++)
        if (string_is(g->context->scalars[i], "seed_low")) seed = (int)i;
    Address address = loop_address(place->buffer, place->base);
    if (place->chunk_stride) address = loop_address_term(address, g->chunk_var, place->chunk_stride);
    loop_random(g->b, address, seed, c->stream, tensor_count(c->out));
}

/* ---- equal nests ---- */
typedef struct NestTexts {
    VEC(uint64_t) hash;
    VEC(const char *) text;
    VEC(int) nest;
} NestTexts;

NestTexts *nest_texts_new(Arena *arena) { return NEW(arena, NestTexts); }

/* Evaluation and prediction run the same layers: a nest that says the same as an earlier one is that one. */
static int add_once(const NestContext *context, Nest *nest) {
    NestTexts *texts = context->texts;
    const char *name = nest->name;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) out_of_memory();
    nest->name = "nest";
    loop_print_nest(nest, out);
    nest->name = name;
    fclose(out);
    uint64_t hash = hash_bytes(nest->at.lo, text, size);
    int number = -1;
    for (size_t i = 0; i < texts->hash.count && number < 0; i++)
        if (texts->hash.at[i] == hash && string_is(texts->text.at[i], text)) number = texts->nest.at[i];
    if (number < 0) {
        number = loop_add_nest(context->arena, context->code, nest);
        vec_push(context->arena, &texts->hash, hash);
        vec_push(context->arena, &texts->text, arena_copy(context->arena, text, size));
        vec_push(context->arena, &texts->nest, number);
    }
    free(text);
    return number;
}

int nest_make(const NestContext *context, const Group *group, const char *name, const bool *fill_edges) {
    const Compute *first = group->member[0]->compute;
    Gen g = {.context = context, .group = group, .s = schedule_choose(group, context->options), .chunk_var = LOOP_VAR_CHUNK};
    if (context->options->schedule_out) schedule_print(group, &g.s, name, context->options->schedule_out);
    g.lane = g.s.lane;
    g.b = loop_nest_begin(context->arena, name, first->at);
    for (int i = 0; i < INDEX_MAX; i++) g.now[i] = 1;
    for (int m = 0; m < group->count; m++) {
        const Tensor *out = group->member[m]->compute->out;
        if (fill_edges[m] && group->layout->place[out->id].has_edge) fill_edge(&g, out, &group->layout->place[out->id]);
    }
    bool split = group->scope == SCOPE_PART || group->scope == SCOPE_OWNED;
    if (group->scope == SCOPE_SLOT)
        g.task_var = loop_for_begin(g.b, loop_bound_of(BOUND_TASK, 0), loop_bound_of(BOUND_TASK, 1), 1);
    if (first->reduce == REDUCE_RANDOM) make_random(&g);
    else outputs_from(&g, 0, split);
    if (group->scope == SCOPE_SLOT) loop_for_end(g.b);
    return add_once(context, loop_nest_end(g.b));
}

/* ---- slots ---- */
static int add_slots(LoopBuilder *b, Address address, int64_t slot, int first, int width, int used) {
    if (first >= used) return LOOP_NONE;
    if (width == 1)
        return loop_load(b, loop_vector(TYPE_F32), loop_address_plus(address, first * slot), true);
    int left = add_slots(b, address, slot, first, width / 2, used);
    int right = add_slots(b, address, slot, first + width / 2, width / 2, used);
    return right == LOOP_NONE ? left : loop_op2(b, OP_ADD, left, right);
}

int nest_merge_slots(const NestContext *context, const char *name, int64_t from, int64_t to) {
    LoopBuilder *b = loop_nest_begin(context->arena, name, (Span){0, 0});
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
    return add_once(context, loop_nest_end(b));
}
