/* loop_verify(): what every reader of the loop level may rely on. */
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/loop.h"
#include "compiler/loop/reach.h"

typedef struct {
    const Code *code;
    const char *name; /* of the nest or kernel, for messages */
    const Nest *nest; /* NULL in a kernel */
    Type *type;       /* of each value */
    bool *defined;    /* value visible here */
    bool *seen;       /* value defined anywhere so far */
    Type *variable_type;
    bool *declared, *loop_open;
} Checker;

#define CHECK(checker, condition) \
    ((condition) ? (void)0 : BUG("loop level, %s: violated: %s", (checker)->name, #condition))

static void check_terms(const Checker *c, const Address *address) {
    CHECK(c, address->term_count >= 0 && address->term_count <= LOOP_MAX_TERMS);
    for (int i = 0; i < address->term_count; i++) {
        const int var = address->term[i].var;
        CHECK(c, var >= 0 && var < c->nest->var_count && c->loop_open[var]);
        CHECK(c, address->term[i].stride != 0);
        CHECK(c, i == 0 || address->term[i - 1].var < var);
    }
}

static void check_address(const Checker *c, const Address *address, Type type, bool bytes, bool write) {
    check_terms(c, address);
    const Buffer buffer = address->buffer;
    CHECK(c, (unsigned)buffer < BUFFER_COUNT);
    CHECK(c, (buffer == BUFFER_LOG) == (type.element == TYPE_F64));
    CHECK(c, bytes == (buffer == BUFFER_INPUT && c->code->input_bytes));
    CHECK(c, !write || buffer <= BUFFER_SCRATCH || buffer == BUFFER_LOG);
}

static void check_operand(const Checker *c, int id) {
    CHECK(c, id >= 0 && id < c->nest->value_count && c->defined[id]);
}

static void check_leaf(const Checker *c, const Value *v) {
    switch ((int)v->op) {
    case OP_CONST:
        CHECK(c, v->type.element != TYPE_F32 || v->number != v->number || (double)(float)v->number == v->number);
        break;
    case OP_LANE: CHECK(c, v->type.element == TYPE_I32 && v->type.vector); break;
    case OP_INDEX: check_terms(c, &v->address); /* fallthrough */
    case OP_IMAGES: CHECK(c, v->type.element == TYPE_I32 && !v->type.vector); break;
    case OP_LOAD_U8:
    case OP_GATHER_U8: CHECK(c, v->type.element == TYPE_I32); /* fallthrough */
    case OP_LOAD:
    case OP_GATHER:
        check_address(c, &v->address, v->type, v->op == OP_LOAD_U8 || v->op == OP_GATHER_U8, false);
        CHECK(c, v->op < OP_GATHER || v->type.vector);
        break;
    case OP_GET:
        CHECK(c, v->variable >= 0 && v->variable < c->nest->variable_count && c->declared[v->variable]);
        CHECK(c, memcmp(&v->type.element, &c->variable_type[v->variable].element, sizeof(Element)) == 0);
        CHECK(c, v->type.vector == c->variable_type[v->variable].vector);
        break;
    default: CHECK(c, v->op < OP_COUNT && loop_operand_count(v->op) == 0); break;
    }
}

static void check_value(Checker *c, const Value *v) {
    CHECK(c, (unsigned)v->op < OP_COUNT);
    CHECK(c, v->id >= 0 && v->id < c->nest->value_count && !c->seen[v->id]);
    const int operand[] = {v->a, v->b, v->c};
    const int count = loop_operand_count(v->op);
    Type types[3] = {0}, result;
    for (int i = 0; i < count; i++) {
        check_operand(c, operand[i]);
        types[i] = c->type[operand[i]];
    }
    if (count == 0) {
        check_leaf(c, v);
    } else {
        CHECK(c, loop_op_type(v->op, types, &result));
        CHECK(c, result.element == v->type.element && result.vector == v->type.vector);
    }
    if (v->op == OP_SHIFT_LEFT || v->op == OP_SHIFT_RIGHT) CHECK(c, v->integer >= 0 && v->integer < 32);
    if (v->op == OP_LOW || v->op == OP_HIGH)
        CHECK(c, v->integer == 1 || v->integer == 2 || v->integer == 4 || v->integer == 8);
    c->type[v->id] = v->type;
    c->defined[v->id] = c->seen[v->id] = true;
}

static void check_bound(const Checker *c, const Bound *bound) {
    if (bound->kind == BOUND_VAR || bound->kind == BOUND_CLAMP || bound->kind == BOUND_CHUNK_IMAGES) {
        CHECK(c, bound->var >= 0 && bound->var < (c->nest ? c->nest->var_count : 1));
        CHECK(c, c->loop_open[bound->var]);
    }
}

static void check_block(Checker *c, const Block *block);

static void check_for(Checker *c, const Stmt *stmt) {
    check_bound(c, &stmt->low);
    check_bound(c, &stmt->high);
    if (stmt->kind != STMT_FOR) {
        check_block(c, &stmt->body);
        return;
    }
    CHECK(c, stmt->step >= 1);
    CHECK(c, c->nest ? stmt->var > 0 && stmt->var < c->nest->var_count : stmt->var == LOOP_VAR_CHUNK);
    CHECK(c, !c->loop_open[stmt->var]);
    c->loop_open[stmt->var] = true;
    check_block(c, &stmt->body);
    c->loop_open[stmt->var] = false;
}

static void check_write(const Checker *c, const Stmt *stmt) {
    if (stmt->kind == STMT_RANDOM) {
        check_address(c, &stmt->address, (Type){TYPE_I32, true}, false, true);
        CHECK(c, stmt->count >= 0 && stmt->scalar >= 0 && c->loop_open[LOOP_VAR_CHUNK]);
        return;
    }
    check_operand(c, stmt->operand);
    check_address(c, &stmt->address, c->type[stmt->operand], false, true);
    CHECK(c, stmt->kind == STMT_STORE || c->type[stmt->operand].vector);
    if (stmt->kind == STMT_STORE || stmt->kind == STMT_SCATTER) return;
    CHECK(c, c->type[stmt->operand].element == TYPE_F32);
    CHECK(c, stmt->first >= 0 && stmt->lanes >= 1 && stmt->first + stmt->lanes <= LOOP_LANES);
}

static void check_variable(Checker *c, const Stmt *stmt) {
    check_operand(c, stmt->operand);
    CHECK(c, stmt->variable >= 0 && stmt->variable < c->nest->variable_count);
    const Type type = c->type[stmt->operand];
    if (stmt->kind == STMT_DECLARE) {
        CHECK(c, type.element == stmt->type.element && type.vector == stmt->type.vector);
        CHECK(c, !c->declared[stmt->variable]);
        c->declared[stmt->variable] = true;
        c->variable_type[stmt->variable] = type;
    } else {
        CHECK(c, c->declared[stmt->variable]);
        CHECK(c, type.element == c->variable_type[stmt->variable].element);
        CHECK(c, type.vector == c->variable_type[stmt->variable].vector);
    }
}

static void check_stmt(Checker *c, const Stmt *stmt) {
    const bool control = stmt->kind == STMT_FOR || stmt->kind == STMT_IF || stmt->kind == STMT_IF_EQUAL;
    const bool kernels = stmt->kind == STMT_NEST || stmt->kind == STMT_MEET;
    CHECK(c, control || kernels == !c->nest);
    switch (stmt->kind) {
    case STMT_VALUE: check_value(c, &stmt->value); break;
    case STMT_FOR:
    case STMT_IF:
    case STMT_IF_EQUAL: check_for(c, stmt); break;
    case STMT_DECLARE:
    case STMT_SET: check_variable(c, stmt); break;
    case STMT_STORE:
    case STMT_SCATTER:
    case STMT_STORE_LANES:
    case STMT_ADD_LANES:
    case STMT_RANDOM: check_write(c, stmt); break;
    case STMT_PREFETCH: check_address(c, &stmt->address, (Type){TYPE_F32, false}, false, false); break;
    case STMT_NEST:
        CHECK(c, stmt->nest >= 0 && (size_t)stmt->nest < c->code->nests.count);
        CHECK(c, !c->code->nests.at[stmt->nest]->uses.chunk || c->loop_open[LOOP_VAR_CHUNK]);
        break;
    case STMT_MEET: break;
    }
}

static void check_block(Checker *c, const Block *block) {
    for (size_t i = 0; i < block->count; i++) check_stmt(c, block->at[i]);
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_VALUE) c->defined[stmt->value.id] = false;
        if (stmt->kind == STMT_DECLARE) c->declared[stmt->variable] = false;
    }
}

static void check_nest(const Code *code, const Nest *nest, Arena *arena) {
    Checker c = {.code = code, .name = nest->name, .nest = nest};
    c.type = NEW_ARRAY(arena, Type, nest->value_count);
    c.defined = NEW_ARRAY(arena, bool, nest->value_count);
    c.seen = NEW_ARRAY(arena, bool, nest->value_count);
    c.variable_type = NEW_ARRAY(arena, Type, nest->variable_count);
    c.declared = NEW_ARRAY(arena, bool, nest->variable_count);
    CHECK(&c, nest->var_count >= 1);
    c.loop_open = NEW_ARRAY(arena, bool, nest->var_count);
    c.loop_open[LOOP_VAR_CHUNK] = nest->uses.chunk;
    CHECK(&c, loop_uses(nest).chunk == nest->uses.chunk);
    check_block(&c, &nest->body);
}

void loop_verify(const Code *code) {
    Arena *arena = arena_new();
    for (size_t i = 0; i < code->nests.count; i++) {
        if (code->nests.at[i]->same != (int)i) continue;
        check_nest(code, code->nests.at[i], arena);
        arena_reset(arena);
    }
    for (size_t i = 0; i < code->kernels.count; i++) {
        const Kernel *kernel = code->kernels.at[i];
        Checker c = {.code = code, .name = kernel->name, .loop_open = NEW_ARRAY(arena, bool, 1)};
        check_block(&c, &kernel->body);
    }
    arena_free(arena);
}

/* ---- what a nest reaches ---- */
typedef struct {
    const char *name;
    const Code *code;
    const Nest *nest;
    const int64_t *size; /* by buffer; -1: not looked at */
} Sizes;

static void check_reached(void *context, const Reached *reached) {
    const Sizes *sizes = context;
    const Address own = loop_address_in(sizes->code, sizes->nest, reached->address);
    const int64_t size = sizes->size[own.buffer], moved = own.base - reached->address->base;
    if (size < 0 || !reached->known || reached->chunk != 0 || reached->task != 0) return;
    CHECK(sizes, reached->low + moved >= 0);
    CHECK(sizes, reached->high + moved < size);
}

void loop_verify_reach(const Code *code, int nest, const int64_t size[BUFFER_COUNT]) {
    const Nest *reaching = code->nests.at[nest];
    Sizes sizes = {reaching->name, code, reaching, size};
    loop_reach(reaching, check_reached, &sizes);
}
