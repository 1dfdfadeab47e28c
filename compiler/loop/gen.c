/* Addresses and values. See gen.h. */
#include "compiler/loop/gen.h"

#include <math.h>

#include "compiler/loop/math.h"

/* ---- indices and addresses ---- */
IndexValue index_const(int64_t base) { return (IndexValue){.base = base}; }

IndexValue index_plus(IndexValue value, int64_t more) {
    value.base += more;
    return value;
}

IndexValue index_plus_var(IndexValue value, int var, int64_t stride) {
    ASSERT(value.terms < 4);
    value.term[value.terms].var = var;
    value.term[value.terms++].stride = stride;
    return value;
}

int64_t gen_unit(const Gen *g, int i) {
    if (i == g->pair) return 2;
    return i == g->lane && i != g->group->batch ? LOOP_LANES : 1;
}

/* Of a tile over several chunks, whose images are in the lanes: the chunk here. */
static int64_t chunk_offset(const Gen *g) {
    return g->group->batch >= 0 && g->lane == g->group->batch ? g->offset[g->lane] : 0;
}

static Address add_index(const Gen *g, Address address, int i, int64_t step) {
    const IndexValue *at = &g->at[i];
    const int64_t offset = i == g->lane && i == g->group->batch ? 0 : g->offset[i];
    address = loop_address_plus(address, step * (at->base + offset * gen_unit(g, i)));
    for (int t = 0; t < at->terms; t++)
        address = loop_address_term(address, at->term[t].var, step * at->term[t].stride);
    return address;
}

Address gen_address(const Gen *g, const Access *access) {
    Address address = loop_address_plus(loop_address(access->buffer, access->begin), access->base - access->begin);
    if (access->chunk_stride != 0) {
        address = loop_address_plus(address, chunk_offset(g) * access->chunk_stride);
        address = loop_address_term(address, g->chunk_var, access->chunk_stride);
    }
    for (int i = 0; i < INDEX_MAX; i++)
        if (access->step[i] != 0) address = add_index(g, address, i, access->step[i]);
    return address;
}

static int64_t lane_step(const Gen *g, const Access *access) { return g->lane < 0 ? 0 : access->step[g->lane]; }

bool gen_is_aligned(const Address *address) {
    bool aligned = address->base % LOOP_LANES == 0 && address->buffer != BUFFER_INPUT && address->buffer != BUFFER_LOG;
    for (int t = 0; t < address->term_count; t++) aligned = aligned && address->term[t].stride % LOOP_LANES == 0;
    return aligned;
}

static bool is_bytes(const Gen *g, const Access *access) {
    return access->buffer == BUFFER_INPUT && g->context->code->input_bytes;
}

/* 16 neighbours in memory. */
static int load_row(const Gen *g, const Access *access, Address address) {
    if (is_bytes(g, access)) return loop_op1(g->b, OP_TO_F32, loop_load_u8(g->b, true, address));
    return loop_load(g->b, loop_vector(TYPE_F32), address, gen_is_aligned(&address));
}

static int load_at(const Gen *g, const Access *access, Address address) {
    int64_t step = lane_step(g, access);
    if (is_bytes(g, access)) {
        int byte =
            step == 0 || step == 1 ? loop_load_u8(g->b, step == 1, address) : loop_gather_u8(g->b, address, step);
        return loop_op1(g->b, OP_TO_F32, byte);
    }
    Element element = access->tensor->integer ? TYPE_I32 : TYPE_F32;
    if (step == 2 && element == TYPE_F32 && access->buffer == BUFFER_SCRATCH) { /* which may be read a bit beyond */
        int low = loop_load(g->b, loop_vector(element), address, false);
        int high = loop_load(g->b, loop_vector(element), loop_address_plus(address, LOOP_LANES), false);
        return loop_op2(g->b, OP_EVEN, low, high);
    }
    if (step > 1 || step < 0) return loop_gather(g->b, element, address, step);
    Type type = step == 1 ? loop_vector(element) : loop_scalar(element);
    return loop_load(g->b, type, address, step == 1 && gen_is_aligned(&address));
}

/* How far one half of a vector's lanes is from the other: 0 where both halves read the same. */
static int64_t pair_step(const Gen *g, const Access *access) { return g->pair < 0 ? 0 : access->step[g->pair]; }

/* Of the tile's 16 neighbours that lie together in memory the one here, of each image. */
static int load_turned(const Gen *g, const Access *access) {
    Gen first = *g;
    first.offset[g->s.turned] = 0;
    const Address address = gen_address(&first, access);
    int vector[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++)
        vector[l] = load_row(g, access, loop_address_plus(address, l * lane_step(g, access)));
    return loop_transposed(g->b, vector, (int)g->offset[g->s.turned]);
}

static int load(const Gen *g, const Access *access) {
    if (g->s.turned >= 0 && g->now[g->s.turned] == LOOP_LANES && schedule_is_turned(access, g->lane, g->s.turned))
        return load_turned(g, access);
    Address address = gen_address(g, access);
    int64_t apart = pair_step(g, access);
    int value = load_at(g, access, address);
    if (apart == 0) return value;
    int second = load_at(g, access, loop_address_plus(address, apart));
    return loop_blocks(g->b, OP_LOW, loop_splat(g->b, value), loop_splat(g->b, second), HALF_VECTOR);
}

void gen_store(const Gen *g, const Access *access, int value) {
    Address address = gen_address(g, access);
    int64_t step = lane_step(g, access);
    if (g->lane < 0) {
        loop_store(g->b, address, value, false);
        return;
    }
    value = loop_splat(g->b, value);
    if (step != 1) {
        ASSERT(g->pair < 0);
        loop_scatter(g->b, address, step, value);
        return;
    }
    loop_store(g->b, address, value, access->tensor->role != ROLE_OUTPUT && gen_is_aligned(&address));
    if (g->pair < 0) return;
    address = loop_address_plus(address, pair_step(g, access)); /* both write lanes that mean nothing behind the line */
    loop_store(g->b, address, loop_blocks(g->b, OP_HIGH, value, value, HALF_VECTOR), gen_is_aligned(&address));
}

void gen_store_turned(const Gen *g, const Access *access, const int value[LOOP_LANES]) {
    const int64_t step = lane_step(g, access);
    int vector[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++) vector[l] = gen_lanes(g, value[l]);
    for (int l = 0; l < LOOP_LANES; l++) {
        const Address address = loop_address_plus(gen_address(g, access), l * step);
        const int row = loop_transposed(g->b, vector, l);
        loop_store(g->b, address, row, access->tensor->role != ROLE_OUTPUT && gen_is_aligned(&address));
    }
}

/* ---- expressions ---- */
static int image_number(const Gen *g) { /* 16 * chunk + image */
    const int batch = g->group->images >= 0 ? g->group->images : g->group->batch;
    Address first = loop_address(BUFFER_PARAM, chunk_offset(g) * LOOP_LANES);
    first = loop_address_term(first, g->chunk_var, LOOP_LANES);
    if (batch >= 0 && batch != g->lane) first = add_index(g, first, batch, 1);
    int number = loop_index(g->b, first);
    return batch == g->lane ? loop_op2(g->b, OP_IADD, loop_splat(g->b, number), loop_lane(g->b)) : number;
}

int gen_index(const Gen *g, const Affine *affine) {
    Address number = loop_address(BUFFER_PARAM, affine->plus);
    for (int i = 0; i < INDEX_MAX; i++)
        if (affine->at[i] != 0) number = add_index(g, number, i, affine->at[i]);
    int value = loop_index(g->b, number);
    if (g->lane < 0 || affine->at[g->lane] == 0) return value;
    int lanes = loop_op2(g->b, OP_IMUL, loop_lane(g->b), loop_const_i32(g->b, affine->at[g->lane], true));
    return loop_op2(g->b, OP_IADD, loop_splat(g->b, value), lanes);
}

/* Known where every index of the dimension is a number here, and lanes do not run over it. One that stands for several
 * (group.c) runs through memory, and so through what is there. */
static bool is_outside(const Gen *g, const Expr *read, int d) {
    const int64_t *range = g->group->member[0]->compute->range;
    const Affine *a = &read->index[d];
    int64_t at = a->plus;
    for (int i = 0; i < INDEX_MAX; i++) {
        if (a->at[i] == 0) continue;
        if (range[i] != DIM_BATCH && g->group->range[i] > range[i]) return false;
        if (g->at[i].terms > 0 || i == g->lane || i == g->pair) return false;
        at += a->at[i] * (g->at[i].base + g->offset[i] * gen_unit(g, i));
    }
    return at < 0 || at >= read->tensor->dim[d];
}

bool gen_adds_nothing(const Gen *g, const Compute *c) {
    const Expr *factor[] = {c->e->a, c->e->b};
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        if (factor[f]->kind != EXPR_READ || factor[f]->number != 0) continue;
        for (int d = 0; d < factor[f]->tensor->rank; d++)
            if (factor[f]->tensor->dim[d] != DIM_BATCH && is_outside(g, factor[f], d)) return true;
    }
    return false;
}

static int scalar_value(const Gen *g, const char *formula) {
    for (size_t i = 0; i < g->context->scalar_count; i++)
        if (string_is(g->context->scalars[i], formula))
            return loop_load(g->b, loop_scalar(TYPE_F32), loop_address(BUFFER_SCALAR, (int64_t)i), false);
    BUG("no scalar %s", formula);
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
    case EXPR_FMA: return OP_FMA;
    case EXPR_LESS: return OP_LESS;
    case EXPR_SAME: return OP_IEQUAL;
    case EXPR_SELECT: return OP_SELECT;
    default: return OP_COUNT;
    }
}

static int value_of(Gen *g, const Expr *e);

static int gen_function(Gen *g, const Expr *e) {
    int a = value_of(g, e->a);
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

static int gen_operation(Gen *g, const Expr *e) {
    switch ((int)e->kind) { /* what needs the compute; the rest by arity */
    case EXPR_CONST: return loop_const_f32(g->b, (float)e->number, false);
    case EXPR_READ: {
        Access access = access_of_read(g->group->layout, e);
        return load(g, &access);
    }
    case EXPR_SCALAR: return scalar_value(g, e->scalar);
    case EXPR_INDEX: return gen_index(g, &e->index[0]);
    case EXPR_RESULT: return g->result;
    case EXPR_ALIVE: return loop_op2(g->b, OP_ILESS, image_number(g), loop_images(g->b));
    default: break;
    }
    Op op = op_of(e->kind);
    if (op == OP_COUNT) return gen_function(g, e);
    int a = value_of(g, e->a);
    if (expr_arity(e->kind) == 1) return loop_op1(g->b, op, a);
    int b = value_of(g, e->b);
    if (expr_arity(e->kind) == 2) return loop_op2(g->b, op, a, b);
    return loop_op3(g->b, op, a, b, value_of(g, e->c));
}

static int value_of(Gen *g, const Expr *e) {
    Note *note;
    if (!expr_noted(g->group->layout->program, e, &note)) note->number = gen_operation(g, e);
    return note->number;
}

int gen_value(Gen *g, const Expr *e) {
    expr_walk(g->group->layout->program);
    return value_of(g, e);
}

/* ---- the positions of a tile, and the terms of a body, last index fastest ---- */
int64_t gen_places(const Gen *g, int from, int to) {
    int64_t count = 1;
    for (int i = from; i < to; i++) count *= g->now[i];
    return count;
}

void gen_go_to_place(Gen *g, int from, int to, int64_t number) {
    for (int i = to; i-- > from;) {
        g->offset[i] = number % g->now[i];
        number /= g->now[i];
    }
}

int64_t gen_tile(const Gen *g) { return gen_places(g, 0, g->group->rank); }
void gen_go_to(Gen *g, int64_t t) { gen_go_to_place(g, 0, g->group->rank, t); }

void gen_begin_chunks(Gen *g) { g->chunk_var = loop_for_begin(g->b, loop_bound(0), loop_bound_of(BOUND_CHUNKS, 1), 1); }

int gen_lanes(const Gen *g, int value) { return g->lane >= 0 ? loop_splat(g->b, value) : value; }
