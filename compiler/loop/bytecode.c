/* From a nest to its instructions: how long each value lives, then a slot for each and an instruction for each
 * statement. */
#include "compiler/loop/bytecode.h"

#include <string.h>

/* A value's or mutable variable's slot is free after the last instruction that may read it. */
typedef struct {
    Arena *arena;
    Bytecode *bytecode;
    const Value **value;            /* by number */
    uint32_t *offset, *variable_at; /* slots in bytes */
    bool *open;                     /* by loop variable */
    int *last;                      /* by value: statement of its last use */
    int *depth;                     /* by value: loop depth of its definition */
    bool input_bytes, fused;
    int statement, loop_depth;
    VEC(uint32_t) free_single, free_double;
    VEC(int) * dying; /* by statement: values whose slots become free */
} Translator;

static size_t type_bytes(Type type) {
    const size_t element = type.element == TYPE_F64 ? 8 : 4;
    return type.vector ? element * LOOP_LANES : element;
}

static bool is_wide(Type type) { return type.element == TYPE_F64 && type.vector; }

/* Statements are numbered in the order of translation; a use inside a loop that does not hold the definition counts
 * as one at the loop's end, since the next round reads the value again. */
static void scan_use(Translator *t, int id, const int *loop_end) {
    if (id < 0) return;
    const int depth = t->depth[id];
    const int at = depth < t->loop_depth ? loop_end[depth] : t->statement;
    if (at > t->last[id]) t->last[id] = at;
}

static bool is_control(const Stmt *stmt) {
    return stmt->kind == STMT_FOR || stmt->kind == STMT_IF || stmt->kind == STMT_IF_EQUAL;
}

/* One number a statement, and one for the end of a loop or condition. */
static int count_statements(const Block *block) {
    int count = 0;
    for (size_t i = 0; i < block->count; i++)
        count += is_control(block->at[i]) ? count_statements(&block->at[i]->body) + 2 : 1;
    return count;
}

enum { MAX_LOOPS = 64 };

static void scan_block(Translator *t, const Block *block, int *loop_end) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_VALUE) {
            const Value *v = &stmt->value;
            t->value[v->id] = v;
            t->depth[v->id] = t->loop_depth;
            t->last[v->id] = t->statement;
            if (loop_operand_count(v->op) > 0) scan_use(t, v->a, loop_end);
            if (loop_operand_count(v->op) > 1) scan_use(t, v->b, loop_end);
            if (loop_operand_count(v->op) > 2) scan_use(t, v->c, loop_end);
        } else if (stmt->kind == STMT_FOR) {
            if (t->loop_depth == MAX_LOOPS) BUG("loops nested %d deep", MAX_LOOPS);
            loop_end[t->loop_depth++] = t->statement + count_statements(&stmt->body) + 1;
            t->statement++;
            scan_block(t, &stmt->body, loop_end);
            t->loop_depth--;
        } else if (is_control(stmt)) {
            t->statement++;
            scan_block(t, &stmt->body, loop_end);
        } else if (stmt->kind < STMT_RANDOM) {
            scan_use(t, stmt->operand, loop_end);
        }
        t->statement++;
    }
}

static uint32_t take_slot(Translator *t, Type type) {
    if (is_wide(type) && t->free_double.count) return t->free_double.at[--t->free_double.count];
    if (!is_wide(type) && t->free_single.count) return t->free_single.at[--t->free_single.count];
    const size_t offset = t->bytecode->slots * SLOT;
    t->bytecode->slots += is_wide(type) ? 2 : 1;
    if (offset > UINT32_MAX - 2 * SLOT) BUG("a nest of too many values");
    return (uint32_t)offset;
}

static void free_dying(Translator *t) {
    for (size_t i = 0; i < t->dying[t->statement].count; i++) {
        const int id = t->dying[t->statement].at[i];
        if (is_wide(t->value[id]->type))
            vec_push(t->arena, &t->free_double, t->offset[id]);
        else
            vec_push(t->arena, &t->free_single, t->offset[id]);
    }
}

static uint32_t add_instruction(Translator *t, Instruction instruction) {
    vec_push(t->arena, &t->bytecode->code, instruction);
    return (uint32_t)t->bytecode->code.count - 1;
}

static uint32_t find_address(const Translator *t, const Address *address) {
    for (size_t i = 0; i < t->bytecode->addresses.count; i++)
        if (t->bytecode->addresses.at[i].region == address->region &&
            loop_same_terms(&t->bytecode->addresses.at[i], address))
            return (uint32_t)i;
    return UINT32_MAX;
}

static void set_address(const Translator *t, Instruction *instruction, const Address *address) {
    instruction->address = find_address(t, address);
    ASSERT(instruction->address != UINT32_MAX);
    const int64_t base = address->base - t->bytecode->nest->regions.at[address->region].origin;
    instruction->base = base * (int64_t)bytecode_element(address->buffer, t->input_bytes);
}

static const Address *address_of(const Stmt *stmt) {
    if (stmt->kind >= STMT_STORE && stmt->kind <= STMT_RANDOM) return &stmt->address;
    if (stmt->kind != STMT_VALUE) return NULL;
    const Op op = stmt->value.op;
    return op == OP_INDEX || (op >= OP_LOAD && op <= OP_GATHER_U8) ? &stmt->value.address : NULL;
}

/* Makes pointers for all addresses in a block whose variables are open: called at the head of each loop's body, so
 * that each is computed where its innermost variable changes. */
static void add_pointers(Translator *t, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        if (is_control(block->at[i])) add_pointers(t, &block->at[i]->body);
        const Address *address = address_of(block->at[i]);
        if (!address || find_address(t, address) != UINT32_MAX) continue;
        bool open = true;
        for (int term = 0; term < address->term_count; term++) open = open && t->open[address->term[term].var];
        if (!open) continue;
        const uint32_t number = (uint32_t)t->bytecode->addresses.count;
        vec_push(t->arena, &t->bytecode->addresses, *address);
        add_instruction(t, (Instruction){.code = CODE_POINTER, .d = number, .address = number});
    }
}

static uint32_t add_bound(Translator *t, const Bound *bound) {
    vec_push(t->arena, &t->bytecode->bounds, *bound);
    return (uint32_t)t->bytecode->bounds.count - 1;
}

/* The type that selects an instruction: what it reads, or makes where it reads no value. */
static Type key_type(const Translator *t, const Value *v) {
    if (loop_operand_count(v->op) == 0 || v->op == OP_SPLAT || v->op == OP_SELECT) return v->type;
    return t->value[v->a]->type;
}

static void translate_value(Translator *t, const Value *v) {
    const Type key = key_type(t, v);
    const int operands = loop_operand_count(v->op);
    const int op = v->op == OP_FMA && !t->fused ? OP_MULTIPLY_ADD : (int)v->op;
    Instruction i = {.code = KEY(op, key.element, key.vector), .step = v->stride};
    if (operands > 0) i.a = t->offset[v->a];
    if (operands > 1) i.b = t->offset[v->b];
    if (operands > 2) i.c = t->offset[v->c];
    t->offset[v->id] = i.d = take_slot(t, v->type);
    if (v->op == OP_INDEX || (v->op >= OP_LOAD && v->op <= OP_GATHER_U8)) set_address(t, &i, &v->address);
    if (v->op == OP_INDEX) i.base = v->address.base;
    if (loop_takes_integer(v->op) || v->op == OP_CONST) i.step = v->integer;
    if (v->op == OP_CONST && v->type.element != TYPE_I32) memcpy(&i.step, &v->number, sizeof i.step);
    if (v->op == OP_GET) {
        i.code = CODE_COPY;
        i.a = t->variable_at[v->variable];
        i.c = (uint32_t)type_bytes(v->type);
    }
    add_instruction(t, i);
}

static void translate_block(Translator *t, const Block *block);

static void translate_control(Translator *t, const Stmt *stmt) {
    Instruction head = {.a = add_bound(t, &stmt->low), .b = add_bound(t, &stmt->high)};
    head.code = stmt->kind == STMT_FOR ? CODE_FOR : stmt->kind == STMT_IF ? CODE_IF : CODE_IF_EQUAL;
    if (stmt->kind == STMT_FOR) head.d = (uint32_t)stmt->var;
    const uint32_t at = add_instruction(t, head);
    t->statement++;
    if (stmt->kind == STMT_FOR) {
        t->open[stmt->var] = true;
        add_pointers(t, &stmt->body);
    }
    translate_block(t, &stmt->body);
    if (stmt->kind == STMT_FOR) t->open[stmt->var] = false;
    if (stmt->kind == STMT_FOR)
        add_instruction(t, (Instruction){.code = CODE_NEXT, .d = head.d, .c = at + 1, .step = stmt->step});
    t->bytecode->code.at[at].c = (uint32_t)t->bytecode->code.count;
}

static void translate_write(Translator *t, const Stmt *stmt) {
    Instruction i = {.code = CODE_RANDOM};
    set_address(t, &i, &stmt->address);
    if (stmt->kind == STMT_RANDOM) {
        i.a = (uint32_t)stmt->scalar;
        i.c = stmt->layer;
        const Bound low = loop_random_low(stmt), high = loop_random_high(stmt);
        i.b = add_bound(t, &low);
        add_bound(t, &high);
    } else {
        const Type type = t->value[stmt->operand]->type;
        i.a = t->offset[stmt->operand];
        i.c = (uint32_t)type_bytes(type);
        i.step = stmt->stride;
        i.code = stmt->kind == STMT_STORE ? CODE_STORE : type.element == TYPE_F64 ? CODE_SCATTER_8 : CODE_SCATTER_4;
        if (stmt->kind == STMT_STORE_LANES || stmt->kind == STMT_ADD_LANES) {
            i.code = stmt->kind == STMT_STORE_LANES ? CODE_STORE : CODE_ADD_LANES;
            i.a += (uint32_t)stmt->first * 4;
            i.c = (uint32_t)stmt->lanes * 4;
        }
    }
    add_instruction(t, i);
}

static void translate_stmt(Translator *t, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_VALUE: translate_value(t, &stmt->value); break;
    case STMT_FOR:
    case STMT_IF:
    case STMT_IF_EQUAL: translate_control(t, stmt); break;
    case STMT_DECLARE: t->variable_at[stmt->variable] = take_slot(t, stmt->type); /* fallthrough */
    case STMT_SET:
        add_instruction(t, (Instruction){.code = CODE_COPY,
                                         .d = t->variable_at[stmt->variable],
                                         .a = t->offset[stmt->operand],
                                         .c = (uint32_t)type_bytes(t->value[stmt->operand]->type)});
        break;
    case STMT_STORE:
    case STMT_SCATTER:
    case STMT_STORE_LANES:
    case STMT_ADD_LANES:
    case STMT_RANDOM: translate_write(t, stmt); break;
    case STMT_PREFETCH: break;
    case STMT_NEST:
    case STMT_MEET: BUG("a nest within a nest");
    }
}

static void translate_block(Translator *t, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        translate_stmt(t, block->at[i]);
        free_dying(t);
        t->statement++;
    }
}

void bytecode_translate(Arena *arena, const Code *code, bool fused, const Nest *nest, Bytecode *bytecode) {
    Arena *scratch = arena_new();
    Translator t = {.arena = arena, .bytecode = bytecode, .input_bytes = code->input_bytes, .fused = fused};
    const int statements = count_statements(&nest->body);
    int loop_end[MAX_LOOPS];
    bytecode->nest = nest;
    t.value = NEW_ARRAY(scratch, const Value *, nest->value_count);
    t.offset = NEW_ARRAY(scratch, uint32_t, nest->value_count);
    t.variable_at = NEW_ARRAY(scratch, uint32_t, nest->variable_count);
    t.last = NEW_ARRAY(scratch, int, nest->value_count);
    t.depth = NEW_ARRAY(scratch, int, nest->value_count);
    t.dying = arena_alloc(scratch, (size_t)statements + 2, sizeof *t.dying);
    scan_block(&t, &nest->body, loop_end);
    for (int id = 0; id < nest->value_count; id++)
        if (t.value[id]) vec_push(scratch, &t.dying[t.last[id]], id);
    t.statement = 0;
    t.open = NEW_ARRAY(scratch, bool, nest->var_count);
    t.open[LOOP_VAR_CHUNK] = true;
    add_pointers(&t, &nest->body);
    translate_block(&t, &nest->body);
    add_instruction(&t, (Instruction){.code = CODE_END});
    arena_free(scratch);
}
