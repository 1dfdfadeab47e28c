#include "compiler/loop/loop_build.h"

#include <string.h>

/* A value that may be shared: found by the hash of its Value without the number. */
typedef struct Known Known;
struct Known {
    Known *next; /* in the bucket */
    uint64_t hash;
    const Value *value;
    uint32_t writes; /* of its buffer or variable when it was made */
    uint32_t loop;   /* the loop body it was made in */
    size_t bucket;
};

typedef struct {
    Stmt *stmt; /* FOR or IF; NULL at the top */
    Block *block;
    size_t known; /* entries made before this block */
    uint32_t loop;
} Open;

enum { BUCKETS = 4096 };

struct LoopBuilder {
    Arena *arena;
    Nest *nest; /* or: */
    Kernel *kernel;
    VEC(Open) open;
    Block leading; /* constants: become the nest's first statements */
    VEC(Type) types;
    VEC(Type) variable_types;
    VEC(uint32_t) variable_writes;
    uint32_t buffer_writes[BUFFER_COUNT];
    uint32_t loops;
    VEC(Known *) known; /* in the order made, to forget those of a closed block */
    Known **bucket;
};

/* ---- codes ---- */

Code *loop_code_new(Arena *arena, const char *name, const Source *source) {
    Code *code = NEW(arena, Code);
    code->name = name;
    code->source = source;
    code->descriptor = "";
    return code;
}

int loop_add_kernel(Arena *arena, Code *code, Kernel *kernel) {
    vec_push(arena, &code->kernels, kernel);
    return (int)code->kernels.count - 1;
}

/* ---- nests, kernels, blocks ---- */

static void open_block(LoopBuilder *b, Stmt *stmt, Block *block, uint32_t loop) {
    const Open open = {stmt, block, b->known.count, loop};
    vec_push(b->arena, &b->open, open);
}

static Open *innermost(LoopBuilder *b) { return &b->open.at[b->open.count - 1]; }

static void close_block(LoopBuilder *b) {
    for (size_t i = b->known.count; i > innermost(b)->known; i--) {
        Known *known = b->known.at[i - 1];
        b->bucket[known->bucket] = known->next; /* entries leave in the reverse order of their coming */
    }
    b->known.count = innermost(b)->known;
    b->open.count--;
}

static LoopBuilder *builder_new(Arena *arena) {
    LoopBuilder *b = NEW(arena, LoopBuilder);
    b->arena = arena;
    return b;
}

LoopBuilder *loop_nest_begin(Arena *arena, const char *name, Span at) {
    LoopBuilder *b = builder_new(arena);
    b->bucket = NEW_ARRAY(arena, Known *, BUCKETS);
    b->nest = NEW(arena, Nest);
    b->nest->name = name;
    b->nest->at = at;
    b->nest->var_count = 1;
    open_block(b, NULL, &b->nest->body, 0);
    return b;
}

Nest *loop_nest_end(LoopBuilder *b) {
    if (!b->nest || b->open.count != 1) BUG("a nest ends with %zu blocks open", b->open.count - 1);
    Block body = b->leading;
    for (size_t i = 0; i < b->nest->body.count; i++) vec_push(b->arena, &body, b->nest->body.at[i]);
    b->nest->body = body;
    b->nest->value_count = (int)b->types.count;
    b->nest->variable_count = (int)b->variable_types.count;
    b->nest->uses = loop_uses(b->nest);
    return b->nest;
}

LoopBuilder *loop_kernel_begin(Arena *arena, const char *name, Tasks tasks) {
    LoopBuilder *b = builder_new(arena);
    b->kernel = NEW(arena, Kernel);
    b->kernel->name = name;
    b->kernel->tasks = tasks;
    open_block(b, NULL, &b->kernel->body, 0);
    return b;
}

Kernel *loop_kernel_end(LoopBuilder *b) {
    if (!b->kernel || b->open.count != 1) BUG("a kernel ends with %zu blocks open", b->open.count - 1);
    return b->kernel;
}

static Stmt *new_stmt(LoopBuilder *b, StmtKind kind) {
    Stmt *stmt = NEW(b->arena, Stmt);
    stmt->kind = kind;
    vec_push(b->arena, innermost(b)->block, stmt);
    return stmt;
}

void loop_run_nest(LoopBuilder *b, int nest) {
    ASSERT(b->kernel);
    new_stmt(b, STMT_NEST)->nest = nest;
}

void loop_meet(LoopBuilder *b) {
    ASSERT(b->kernel);
    new_stmt(b, STMT_MEET);
}

int loop_for_begin(LoopBuilder *b, Bound low, Bound high, int64_t step) {
    Stmt *stmt = new_stmt(b, STMT_FOR);
    stmt->low = low;
    stmt->high = high;
    stmt->step = step;
    stmt->var = b->nest ? b->nest->var_count++ : LOOP_VAR_CHUNK;
    open_block(b, stmt, &stmt->body, ++b->loops);
    return stmt->var;
}

void loop_for_end(LoopBuilder *b) {
    if (!innermost(b)->stmt || innermost(b)->stmt->kind != STMT_FOR)
        BUG("loop_for_end: the innermost block is no loop");
    close_block(b);
}

static void if_begin(LoopBuilder *b, StmtKind kind, Bound low, Bound high) {
    Stmt *stmt = new_stmt(b, kind);
    stmt->low = low;
    stmt->high = high;
    open_block(b, stmt, &stmt->body, innermost(b)->loop);
}

void loop_if_begin(LoopBuilder *b, Bound low, Bound high) { if_begin(b, STMT_IF, low, high); }

void loop_if_equal_begin(LoopBuilder *b, Bound low, Bound high) { if_begin(b, STMT_IF_EQUAL, low, high); }

void loop_if_end(LoopBuilder *b) {
    if (!innermost(b)->stmt || innermost(b)->stmt->kind == STMT_FOR) BUG("loop_if_end: the innermost block is no if");
    close_block(b);
}

/* ---- addresses ---- */

Address loop_address(Buffer buffer, int64_t base) { return (Address){.buffer = buffer, .base = base, .begin = base}; }

Address loop_address_plus(Address address, int64_t offset) {
    if (__builtin_add_overflow(address.base, offset, &address.base)) BUG("an address beyond 63 bits");
    return address;
}

Address loop_address_term(Address address, int var, int64_t stride) {
    if (stride == 0) return address;
    int i = 0;
    while (i < address.term_count && address.term[i].var < var) i++;
    const bool found = i < address.term_count && address.term[i].var == var;
    if (found && __builtin_add_overflow(address.term[i].stride, stride, &address.term[i].stride))
        BUG("a stride beyond 63 bits");
    if (found && address.term[i].stride == 0) {
        address.term_count--;
        for (; i < address.term_count; i++) address.term[i] = address.term[i + 1];
    } else if (!found) {
        if (address.term_count == LOOP_MAX_TERMS) BUG("an address of more than %d loop variables", LOOP_MAX_TERMS);
        for (int j = address.term_count++; j > i; j--) address.term[j] = address.term[j - 1];
        address.term[i].var = var;
        address.term[i].stride = stride;
    }
    return address;
}

/* ---- sharing ---- */

static bool is_load(Op op) { return op == OP_LOAD || op == OP_LOAD_U8 || op == OP_GATHER || op == OP_GATHER_U8; }

static bool same_address(const Address *a, const Address *b) { return a->base == b->base && loop_same_terms(a, b); }

static bool same_value(const Value *a, const Value *b) {
    return a->op == b->op && a->type.element == b->type.element && a->type.vector == b->type.vector && a->a == b->a &&
           a->b == b->b && a->c == b->c && memcmp(&a->number, &b->number, sizeof a->number) == 0 &&
           a->integer == b->integer && same_address(&a->address, &b->address) && a->stride == b->stride &&
           a->variable == b->variable && a->aligned == b->aligned;
}

static uint64_t mix(uint64_t hash, uint64_t word) {
    return (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15) + (hash >> 29);
}

static uint64_t hash_value(const Value *v) {
    uint64_t number;
    memcpy(&number, &v->number, sizeof number);
    uint64_t hash = mix(number, (uint64_t)v->op * 8 + (uint64_t)v->type.element * 2 + v->type.vector);
    hash = mix(hash, ((uint64_t)(uint32_t)v->a << 32) ^ (uint32_t)v->b);
    hash = mix(hash, ((uint64_t)(uint32_t)v->c << 32) ^ (uint32_t)v->integer);
    hash = mix(hash, ((uint64_t)v->address.buffer << 32) ^ (uint32_t)v->variable);
    hash = mix(hash, (uint64_t)v->address.base);
    hash = mix(hash, (uint64_t)v->stride);
    for (int i = 0; i < v->address.term_count; i++)
        hash = mix(hash, (uint64_t)v->address.term[i].stride * 64 + (uint64_t)v->address.term[i].var);
    return hash ^ (hash >> 32);
}

static uint32_t writes_before(const LoopBuilder *b, const Value *v) {
    if (is_load(v->op)) return b->buffer_writes[v->address.buffer];
    return v->op == OP_GET ? b->variable_writes.at[v->variable] : 0;
}

/* Memory and variables may change between two runs of a loop's body, by a statement not built yet. */
static bool depends_on_loop(Op op) { return is_load(op) || op == OP_GET; }

static const Value *find_known(LoopBuilder *b, const Value *v, uint64_t hash) {
    for (Known *known = b->bucket[hash % BUCKETS]; known; known = known->next) {
        if (known->hash != hash || !same_value(known->value, v)) continue;
        if (known->writes != writes_before(b, v)) continue;
        if (depends_on_loop(v->op) && known->loop != innermost(b)->loop) continue;
        return known->value;
    }
    return NULL;
}

/* Constants are made at the nest's top, so they are never forgotten: their entries go to the chain's end. */
static void remember(LoopBuilder *b, const Value *value, uint64_t hash, bool leading) {
    Known *known = NEW(b->arena, Known);
    *known = (Known){NULL, hash, value, writes_before(b, value), innermost(b)->loop, (size_t)(hash % BUCKETS)};
    Known **place = &b->bucket[known->bucket];
    if (leading) {
        while (*place) place = &(*place)->next;
        *place = known;
        return;
    }
    known->next = *place;
    *place = known;
    vec_push(b->arena, &b->known, known);
}

static int make_value(LoopBuilder *b, Value value) {
    if (!b->nest) BUG("a value in a kernel's body");
    value.id = 0;
    const uint64_t hash = hash_value(&value);
    const Value *known = find_known(b, &value, hash);
    if (known) return known->id;
    const bool leading = value.op == OP_CONST || value.op == OP_LANE;
    Stmt *stmt = NEW(b->arena, Stmt);
    stmt->kind = STMT_VALUE;
    stmt->value = value;
    stmt->value.id = (int)b->types.count;
    vec_push(b->arena, leading ? &b->leading : innermost(b)->block, stmt);
    vec_push(b->arena, &b->types, value.type);
    remember(b, &stmt->value, hash, leading);
    return stmt->value.id;
}

static Value leaf(Op op, Type type) {
    return (Value){.op = op, .type = type, .a = LOOP_NONE, .b = LOOP_NONE, .c = LOOP_NONE, .variable = LOOP_NONE};
}

Type loop_type(const LoopBuilder *b, int value) {
    if (value < 0 || (size_t)value >= b->types.count) BUG("there is no value %d", value);
    return b->types.at[value];
}

/* ---- leaves ---- */

int loop_const_f32(LoopBuilder *b, float value, bool vector) {
    Value v = leaf(OP_CONST, (Type){TYPE_F32, vector});
    v.number = (double)value;
    return make_value(b, v);
}

int loop_const_f64(LoopBuilder *b, double value, bool vector) {
    Value v = leaf(OP_CONST, (Type){TYPE_F64, vector});
    v.number = value;
    return make_value(b, v);
}

int loop_const_i32(LoopBuilder *b, int32_t value, bool vector) {
    Value v = leaf(OP_CONST, (Type){TYPE_I32, vector});
    v.integer = value;
    return make_value(b, v);
}

int loop_lane(LoopBuilder *b) { return make_value(b, leaf(OP_LANE, loop_vector(TYPE_I32))); }

int loop_images(LoopBuilder *b) { return make_value(b, leaf(OP_IMAGES, loop_scalar(TYPE_I32))); }

int loop_index(LoopBuilder *b, Address address) {
    Value v = leaf(OP_INDEX, loop_scalar(TYPE_I32));
    address.buffer = 0;
    v.address = address;
    return make_value(b, v);
}

static int make_load(LoopBuilder *b, Op op, Type type, Address address, int64_t stride, bool aligned) {
    Value v = leaf(op, type);
    v.address = address;
    v.stride = stride;
    v.aligned = aligned;
    return make_value(b, v);
}

int loop_load(LoopBuilder *b, Type type, Address address, bool aligned) {
    return make_load(b, OP_LOAD, type, address, 0, aligned);
}

int loop_load_u8(LoopBuilder *b, bool vector, Address address) {
    return make_load(b, OP_LOAD_U8, (Type){TYPE_I32, vector}, address, 0, false);
}

int loop_gather(LoopBuilder *b, Element element, Address address, int64_t stride) {
    return make_load(b, OP_GATHER, loop_vector(element), address, stride, false);
}

int loop_gather_u8(LoopBuilder *b, Address address, int64_t stride) {
    return make_load(b, OP_GATHER_U8, loop_vector(TYPE_I32), address, stride, false);
}

int loop_get(LoopBuilder *b, int variable) {
    if (variable < 0 || (size_t)variable >= b->variable_types.count) BUG("there is no variable %d", variable);
    Value v = leaf(OP_GET, b->variable_types.at[variable]);
    v.variable = variable;
    return make_value(b, v);
}

/* ---- operations ---- */

static const Value *constant_of(const LoopBuilder *b, int id) {
    for (size_t i = 0; i < b->leading.count; i++) {
        const Value *value = &b->leading.at[i]->value;
        if (value->id == id) return value->op == OP_CONST ? value : NULL;
    }
    return NULL;
}

int loop_splat(LoopBuilder *b, int a) {
    const Type type = loop_type(b, a);
    if (type.vector) return a;
    const Value *constant = constant_of(b, a);
    Value v = constant ? *constant : leaf(OP_SPLAT, type);
    v.type.vector = true;
    if (!constant) v.a = a;
    return make_value(b, v);
}

static int make_op(LoopBuilder *b, Op op, int count, const int operands[3], int32_t integer) {
    if (count != loop_operand_count(op)) BUG("%s takes %d operands", op_names[op], loop_operand_count(op));
    int operand[3] = {LOOP_NONE, LOOP_NONE, LOOP_NONE};
    bool vector = false;
    for (int i = 0; i < count; i++) vector = vector || loop_type(b, operands[i]).vector;
    Type types[3] = {0};
    for (int i = 0; i < count; i++) {
        operand[i] = vector ? loop_splat(b, operands[i]) : operands[i];
        types[i] = loop_type(b, operand[i]);
    }
    Value v = leaf(op, types[0]);
    if (!loop_op_type(op, types, &v.type)) BUG("%s: its operands are of wrong types", op_names[op]);
    v.a = operand[0];
    v.b = operand[1];
    v.c = operand[2];
    v.integer = integer;
    return make_value(b, v);
}

int loop_op1(LoopBuilder *b, Op op, int a) {
    if (op == OP_SPLAT) return loop_splat(b, a);
    return make_op(b, op, 1, (const int[3]){a, LOOP_NONE, LOOP_NONE}, 0);
}

int loop_op2(LoopBuilder *b, Op op, int x, int y) { return make_op(b, op, 2, (const int[3]){x, y, LOOP_NONE}, 0); }

int loop_op3(LoopBuilder *b, Op op, int x, int y, int z) { return make_op(b, op, 3, (const int[3]){x, y, z}, 0); }

int loop_fma(LoopBuilder *b, int x, int y, int z) { return loop_op3(b, OP_FMA, x, y, z); }

int loop_shift(LoopBuilder *b, Op op, int a, int32_t places) {
    if (op != OP_SHIFT_LEFT && op != OP_SHIFT_RIGHT) BUG("%s is no shift", op_names[op]);
    return make_op(b, op, 1, (const int[3]){a, LOOP_NONE, LOOP_NONE}, places);
}

int loop_blocks(LoopBuilder *b, Op op, int x, int y, int32_t lanes) {
    if (op != OP_LOW && op != OP_HIGH) BUG("%s takes no blocks", op_names[op]);
    return make_op(b, op, 2, (const int[3]){x, y, LOOP_NONE}, lanes);
}

/* Vector `number` when, for all bits from the highest down to this one, that bit of the vector's number has been
 * exchanged with the same bit of the lane's. */
static int exchanged(LoopBuilder *b, const int vector[LOOP_LANES], int number, int bit) {
    if (bit == LOOP_LANES) return vector[number];
    const int low = exchanged(b, vector, number & ~bit, 2 * bit), high = exchanged(b, vector, number | bit, 2 * bit);
    return loop_blocks(b, number & bit ? OP_HIGH : OP_LOW, low, high, bit);
}

int loop_transposed(LoopBuilder *b, const int vector[LOOP_LANES], int number) {
    return exchanged(b, vector, number, 1);
}

/* Where each block of 2 * half lanes of x, and of y, has a sum's parts: the same sums in blocks of half as many, those
 * of x in every first one, those of y in every second. Without y every second means nothing. */
static int halved(LoopBuilder *b, int x, int y, int half) {
    if (y == LOOP_NONE) return loop_op2(b, OP_ADD, x, loop_blocks(b, OP_HIGH, x, x, half));
    return loop_op2(b, OP_ADD, loop_blocks(b, OP_LOW, x, y, half), loop_blocks(b, OP_HIGH, x, y, half));
}

int loop_lane_sums(LoopBuilder *b, const int *vector, int count) {
    const bool several = count > 1;
    int sum[LOOP_LANES], places = 1, alone = 0; /* steps of one vector, which leave its sums apart from each other */
    ASSERT(count >= 1 && count <= LOOP_LANES);
    while (places < count) places *= 2;
    for (int k = 0; k < count; k++) sum[k] = vector[k];
    for (int half = LOOP_LANES / 2; half > 0; half /= 2) {
        alone += places == 1;
        if (places > 1) places /= 2;
        for (int k = 0; k < places && k < count; k++)
            sum[k] = halved(b, sum[k], k + places < count ? sum[k + places] : LOOP_NONE, half);
        if (count > places) count = places;
    }
    for (; several && alone > 0; alone--) sum[0] = loop_op2(b, OP_EVEN, sum[0], sum[0]);
    return sum[0];
}

/* ---- statements ---- */

int loop_declare(LoopBuilder *b, int initial) {
    const Type type = loop_type(b, initial);
    Stmt *stmt = new_stmt(b, STMT_DECLARE);
    stmt->variable = (int)b->variable_types.count;
    stmt->type = type;
    stmt->operand = initial;
    vec_push(b->arena, &b->variable_types, type);
    vec_push(b->arena, &b->variable_writes, 0);
    return stmt->variable;
}

void loop_set(LoopBuilder *b, int variable, int value) {
    ASSERT(variable >= 0 && (size_t)variable < b->variable_types.count);
    Stmt *stmt = new_stmt(b, STMT_SET);
    stmt->variable = variable;
    stmt->operand = value;
    b->variable_writes.at[variable]++;
}

void loop_store(LoopBuilder *b, Address address, int value, bool aligned) {
    Stmt *stmt = new_stmt(b, STMT_STORE);
    stmt->address = address;
    stmt->operand = value;
    stmt->aligned = aligned;
    b->buffer_writes[address.buffer]++;
}

void loop_scatter(LoopBuilder *b, Address address, int64_t stride, int value) {
    Stmt *stmt = new_stmt(b, STMT_SCATTER);
    stmt->address = address;
    stmt->stride = stride;
    stmt->operand = value;
    b->buffer_writes[address.buffer]++;
}

void loop_store_lanes(LoopBuilder *b, Address address, int value, int first, int lanes, bool add) {
    Stmt *stmt = new_stmt(b, add ? STMT_ADD_LANES : STMT_STORE_LANES);
    stmt->address = address;
    stmt->operand = value;
    stmt->first = first;
    stmt->lanes = lanes;
    b->buffer_writes[address.buffer]++;
}

void loop_prefetch(LoopBuilder *b, Address address) { new_stmt(b, STMT_PREFETCH)->address = address; }

void loop_random(LoopBuilder *b, Address address, int seed_low, uint32_t layer, int64_t count, bool split) {
    Stmt *stmt = new_stmt(b, STMT_RANDOM);
    stmt->address = address;
    stmt->scalar = seed_low;
    stmt->layer = layer;
    stmt->count = count;
    stmt->split = split;
    b->buffer_writes[address.buffer]++;
}
