/* Reductions: the terms of a sum in ascending order, in blocks, in loops, in unrolled bodies. See nest.c. */
#include <math.h>
#include <string.h>

#include "compiler/loop/gen.h"

static const SumOrder *order_of(const Gen *g) { return &g->group->member[0]->compute->order; }

static bool in_double(const Gen *g, int m) { return g->group->member[m]->compute->out->role == ROLE_LOG; }

static int neutral(const Gen *g, int m) {
    bool vector = g->lane >= 0;
    Reduce reduce = g->group->member[m]->compute->reduce;
    double start = reduce == REDUCE_SUM ? 0 : reduce == REDUCE_MIN ? INFINITY : -INFINITY;
    return in_double(g, m) ? loop_const_f64(g->b, start, vector) : loop_const_f32(g->b, (float)start, vector);
}

void reduce_declare(Gen *g) {
    for (int m = 0; m < g->group->sums; m++)
        for (int64_t t = 0; t < gen_tile(g); t++) {
            g->accumulator[m][t] = loop_declare(g->b, neutral(g, m));
            if (g->group->member[m]->compute->reduce == REDUCE_ARGMAX)
                g->argument[m][t] = loop_declare(g->b, loop_const_i32(g->b, 0, g->lane >= 0));
        }
}

/* A term of a log's sum: a product is taken in double, where it is exact. */
static int term_in_double(Gen *g, const Compute *c) {
    if (c->reduce != REDUCE_SUM || c->e->kind != EXPR_MUL)
        return loop_op1(g->b, OP_TO_F64, gen_lanes(g, gen_value(g, c->e)));
    int a = loop_op1(g->b, OP_TO_F64, gen_lanes(g, gen_value(g, c->e->a)));
    int b = loop_op1(g->b, OP_TO_F64, gen_lanes(g, gen_value(g, c->e->b)));
    return loop_op2(g->b, OP_MUL, a, b);
}

/* One term into one accumulator. */
static int accumulate(Gen *g, int m, int64_t t, int sum) {
    const Compute *c = g->group->member[m]->compute;
    if (in_double(g, m)) {
        int term = term_in_double(g, c);
        return loop_op2(g->b, c->reduce == REDUCE_SUM ? OP_ADD : c->reduce == REDUCE_MIN ? OP_MIN : OP_MAX, sum, term);
    }
    if (c->reduce == REDUCE_SUM && c->e->kind == EXPR_MUL) {
        if (gen_adds_nothing(g, c)) return sum;
        return loop_fma(g->b, gen_value(g, c->e->a), gen_value(g, c->e->b), sum);
    }
    int term = gen_lanes(g, gen_value(g, c->e));
    switch (c->reduce) {
    case REDUCE_SUM: return loop_op2(g->b, OP_ADD, sum, term);
    case REDUCE_MAX: return loop_op2(g->b, OP_MAX, sum, term);
    case REDUCE_MIN: return loop_op2(g->b, OP_MIN, sum, term);
    case REDUCE_ARGMAX: {
        Affine number = ix_const(0);
        for (int k = c->rank; k < c->rank + c->reductions; k++)
            number = ix_add(ix_times(number, (int32_t)c->range[k]), ix(k));
        int better = loop_op2(g->b, OP_LESS, sum, term);
        int here = gen_lanes(g, gen_index(g, &number));
        int best = loop_op3(g->b, OP_SELECT, better, here, loop_get(g->b, g->argument[m][t]));
        loop_set(g->b, g->argument[m][t], best);
        return loop_op3(g->b, OP_SELECT, better, term, sum);
    }
    case REDUCE_NONE:
    case REDUCE_RANDOM: break;
    }
    BUG("%s has nothing to accumulate", c->name);
}

/* Position number `place` in the order in which a body goes through the tile: the indices in s.held run fastest. */
static int64_t in_order(const Gen *g, int64_t place) {
    const int rank = g->group->rank;
    int64_t offset[INDEX_MAX], position = 0;
    for (int held = 1; held >= 0; held--)
        for (int i = rank; i-- > 0;) {
            if ((int)(g->s.held >> i & 1) != held) continue;
            offset[i] = place % g->now[i];
            place /= g->now[i];
        }
    for (int i = 0; i < rank; i++) position = position * g->now[i] + offset[i];
    return position;
}

/* Asks for what the next tiles read: two lines on, since a processor fetches lines by pairs. */
static void read_ahead(Gen *g) {
    enum { AHEAD = 2 * 64 / sizeof(float) };
    const Expr *read = schedule_reads_ahead(g->group);
    if (read == NULL) return;
    gen_go_to(g, 0);
    const Access access = access_of_read(g->group->layout, read);
    loop_prefetch(g->b, loop_address_plus(gen_address(g, &access), AHEAD));
}

void reduce_body(Gen *g) {
    int first = g->group->rank, end = first + g->group->reductions;
    int64_t terms = gen_places(g, first, end), tile = gen_tile(g);
    int before[GROUP_MAX][TILE_MAX], sum[GROUP_MAX][TILE_MAX];
    for (int m = 0; m < g->group->sums; m++)
        for (int64_t t = 0; t < tile; t++) before[m][t] = sum[m][t] = loop_get(g->b, g->accumulator[m][t]);
    for (int64_t k = 0; k < terms; k++) {
        gen_go_to_place(g, first, end, k);
        read_ahead(g);
        for (int64_t place = 0; place < tile; place++) {
            int64_t t = in_order(g, place);
            gen_go_to(g, t);
            for (int m = 0; m < g->group->sums; m++) sum[m][t] = accumulate(g, m, t, sum[m][t]);
        }
    }
    for (int m = 0; m < g->group->sums; m++)
        for (int64_t t = 0; t < tile; t++)
            if (sum[m][t] != before[m][t]) loop_set(g->b, g->accumulator[m][t], sum[m][t]);
    gen_go_to_place(g, first, end, 0);
}

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

/* A bound of the terms inside, for the output index where the code stands: a constant, or a loop variable's. */
static Bound inside_bound(const Gen *g, const Inside *inside, int64_t at_zero, int64_t range) {
    const IndexValue *i = &g->at[inside->output];
    Bound bound = {.kind = BOUND_CONST, .value = at_zero + inside->slope * i->base, .most = range};
    if (i->terms == 0) {
        bound.value = bound.value < 0 ? 0 : bound.value > range ? range : bound.value;
        return bound;
    }
    ASSERT(i->terms == 1);
    bound.kind = BOUND_CLAMP;
    bound.var = i->term[0].var;
    bound.stride = inside->slope * i->term[0].stride;
    return bound;
}

/* The same for a tile that is all of the output index: terms which some of it lacks one by one, where each is known to
 * be outside or not; those that all have in a loop. */
static void reduce_inside_tile(Gen *g, int k, int64_t range) {
    const Inside *inside = &order_of(g)->inside[k];
    const IndexValue *i = &g->at[inside->output];
    int64_t first = 0, last = range; /* what all have */
    ASSERT(i->terms == 0);
    for (int64_t o = 0; o < g->now[inside->output]; o++) {
        int64_t low = inside->low + inside->slope * (i->base + o), high = inside->high + inside->slope * (i->base + o);
        if (low > first) first = low;
        if (high < last) last = high;
    }
    if (first > last) first = last = range;
    g->now[k] = 1;
    for (int64_t term = 0; term < range; term++) {
        if (term == first && last - first > 1) {
            int var = loop_for_begin(g->b, loop_bound(first), loop_bound(last), 1);
            g->at[k] = index_plus_var(index_const(0), var, 1);
            reduce_from(g, k + 1);
            loop_for_end(g->b);
            term = last - 1;
            continue;
        }
        g->at[k] = index_const(term);
        reduce_from(g, k + 1);
    }
    g->at[k] = index_const(0);
}

static void reduce_inside(Gen *g, int k, int64_t range) {
    const Inside *inside = &order_of(g)->inside[k];
    if (g->now[inside->output] > 1) {
        reduce_inside_tile(g, k, range);
        return;
    }
    Bound low = inside_bound(g, inside, inside->low, range), high = inside_bound(g, inside, inside->high, range);
    int var = loop_for_begin(g->b, low, high, 1);
    g->now[k] = 1;
    g->at[k] = index_plus_var(index_const(0), var, 1);
    reduce_from(g, k + 1);
    loop_for_end(g->b);
    g->at[k] = index_const(0);
}

/* A block has accumulators of its own, which are then added to those around it. */
static void reduce_block(Gen *g, int k, IndexValue start, int64_t count) {
    int around[GROUP_MAX][TILE_MAX];
    memcpy(around, g->accumulator, sizeof around);
    reduce_declare(g);
    reduce_span(g, k, start, count);
    for (int m = 0; m < g->group->sums; m++)
        for (int64_t t = 0; t < gen_tile(g); t++) {
            int total = loop_get(g->b, around[m][t]), block = loop_get(g->b, g->accumulator[m][t]);
            loop_set(g->b, around[m][t], loop_op2(g->b, OP_ADD, total, block));
        }
    memcpy(g->accumulator, around, sizeof around);
}

/* The images of this chunk, one after the other: those that fill it up are no terms. A body of more than one would have
 * to say what becomes of the rest. */
static void reduce_images(Gen *g, int k) {
    int var = loop_for_begin(g->b, loop_bound(0), loop_bound_images_of(g->chunk_var), 1);
    g->now[k] = 1;
    g->at[k] = index_plus_var(index_const(0), var, 1);
    reduce_from(g, k + 1);
    loop_for_end(g->b);
    g->at[k] = index_const(0);
}

void reduce_from(Gen *g, int k) {
    const Group *group = g->group;
    if (k == group->rank + group->reductions) {
        reduce_body(g);
        return;
    }
    if (k == g->s.lane) { /* in the lanes; in scalar code the caller set it */
        g->now[k] = 1;
        reduce_from(g, k + 1);
        return;
    }
    int64_t range = group->range[k];
    if (k == group->batch) {
        reduce_images(g, k);
        return;
    }
    if (order_of(g)->inside[k].output >= 0) {
        reduce_inside(g, k, range);
        return;
    }
    if (k == g->s.blocked) {
        reduce_span(g, k, g->block_start, g->blocks.count);
        return;
    }
    int64_t size = order_of(g)->block_size;
    if (k != order_of(g)->block || range <= size) {
        reduce_span(g, k, index_const(0), range);
        return;
    }
    int64_t full = range / size, rest = range % size;
    int var = loop_for_begin(g->b, loop_bound(0), loop_bound(full), 1);
    reduce_block(g, k, index_plus_var(index_const(0), var, size), size);
    loop_for_end(g->b);
    if (rest > 0) reduce_block(g, k, index_const(full * size), rest);
}
