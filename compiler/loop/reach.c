/* Ranges of loop variables, from the outermost loop in, and of the addresses made of them. See reach.h. */
#include "compiler/loop/reach.h"

/* low .. high, both included, + chunk * the nest's chunk + task * its task. */
typedef struct {
    int64_t low, high, chunk, task;
    bool known;
} Range;

typedef struct {
    Range *var;
    bool *vector; /* of each value */
    void (*visit)(void *context, const Reached *reached);
    void *context;
} Walk;

static Range range_constant(int64_t low, int64_t high) { return (Range){.low = low, .high = high, .known = true}; }

static Range range_scaled(Range a, int64_t factor, int64_t plus) {
    int64_t x = a.low * factor + plus, y = a.high * factor + plus;
    return (Range){x < y ? x : y, x < y ? y : x, a.chunk * factor, a.task * factor, a.known};
}

static Range range_sum(Range a, Range b) {
    return (Range){a.low + b.low, a.high + b.high, a.chunk + b.chunk, a.task + b.task, a.known && b.known};
}

static int64_t clamp(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

static Range range_of_bound(const Walk *w, const Bound *bound) {
    switch (bound->kind) {
    case BOUND_CONST: return range_constant(bound->value, bound->value);
    case BOUND_VAR: return range_scaled(w->var[bound->var], 1, bound->value);
    case BOUND_CLAMP: {
        Range r = range_scaled(w->var[bound->var], bound->stride, bound->value);
        if (!r.known || r.chunk != 0 || r.task != 0) return range_constant(bound->least, bound->most);
        return range_constant(clamp(r.low, bound->least, bound->most), clamp(r.high, bound->least, bound->most));
    }
    case BOUND_PART_LOW:
    case BOUND_PART_HIGH: return range_constant(0, bound->most);
    case BOUND_CHUNK_IMAGES: return range_constant(1, LOOP_LANES);
    case BOUND_TASK: return (Range){.low = bound->value, .high = bound->value, .task = 1, .known = true};
    case BOUND_PART:
    case BOUND_IMAGES:
    case BOUND_CHUNKS:
    case BOUND_SLOTS: break;
    }
    return (Range){.known = false};
}

/* `count` elements, or lanes, that are `stride` apart. */
static void reach(const Walk *w, const Address *address, bool write, int64_t count, int64_t stride) {
    const int64_t last = stride * (count - 1);
    Range r = range_constant(address->base + (last < 0 ? last : 0), address->base + (last > 0 ? last : 0));
    for (int t = 0; t < address->term_count; t++)
        r = range_sum(r, range_scaled(w->var[address->term[t].var], address->term[t].stride, 0));
    const Reached reached = {address, write, r.known, r.low, r.high, r.chunk, r.task};
    w->visit(w->context, &reached);
}

static void walk_value(const Walk *w, const Value *v) {
    const int64_t lanes = v->type.vector ? LOOP_LANES : 1;
    w->vector[v->id] = v->type.vector;
    if (v->op == OP_LOAD || v->op == OP_LOAD_U8) reach(w, &v->address, false, lanes, 1);
    if (v->op == OP_GATHER || v->op == OP_GATHER_U8) reach(w, &v->address, false, lanes, v->stride);
}

static void walk_block(const Walk *w, const Block *block);

static void walk_for(const Walk *w, const Stmt *stmt) {
    const Range low = range_of_bound(w, &stmt->low), high = range_of_bound(w, &stmt->high);
    const bool alike = low.chunk == high.chunk && low.task == high.task, known = low.known && high.known && alike;
    if (known && low.low >= high.high) return;
    w->var[stmt->var] = (Range){low.low, high.high - 1, low.chunk, low.task, known};
    walk_block(w, &stmt->body);
}

static void walk_block(const Walk *w, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        switch (stmt->kind) {
        case STMT_VALUE: walk_value(w, &stmt->value); break;
        case STMT_FOR: walk_for(w, stmt); break;
        case STMT_IF:
        case STMT_IF_EQUAL: walk_block(w, &stmt->body); break;
        case STMT_STORE: reach(w, &stmt->address, true, w->vector[stmt->operand] ? LOOP_LANES : 1, 1); break;
        case STMT_STORE_LANES:
        case STMT_ADD_LANES: reach(w, &stmt->address, true, stmt->lanes, 1); break;
        case STMT_SCATTER: reach(w, &stmt->address, true, LOOP_LANES, stmt->stride); break;
        case STMT_RANDOM: reach(w, &stmt->address, true, stmt->count * LOOP_LANES, 1); break;
        case STMT_PREFETCH:
        case STMT_DECLARE:
        case STMT_SET:
        case STMT_NEST:
        case STMT_MEET: break;
        }
    }
}

void loop_reach(const Nest *nest, void (*visit)(void *context, const Reached *reached), void *context) {
    Arena *arena = arena_new();
    Walk w = {NEW_ARRAY(arena, Range, nest->var_count), NEW_ARRAY(arena, bool, nest->value_count), visit, context};
    w.var[LOOP_VAR_CHUNK] = (Range){.chunk = 1, .known = true};
    walk_block(&w, &nest->body);
    arena_free(arena);
}
