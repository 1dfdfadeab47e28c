/* Drops what a nest computes for nothing:
 *
 *     v3 = load.f32x16 scratch[32]        declare m0 = v3
 *     v4 = get.f32x16 m0          ->      store v5 ..
 *     store v5 ..
 *
 * Values are defined above their uses, so one walk from the end finds all that nothing reads; a variable that is set
 * but not read needs another one, for what was set. */
#include "compiler/loop/nest.h"

typedef struct {
    bool *value;                 /* by number: something that stays reads it */
    bool *variable;              /* the same, found by this walk */
    const bool *variable_before; /* found by the walk before */
} Readers;

static void read_operands(const Readers *readers, const Value *value) {
    const int operand[] = {value->a, value->b, value->c};
    for (int i = 0; i < loop_operand_count(value->op); i++) readers->value[operand[i]] = true;
    if (value->op == OP_GET) readers->variable[value->variable] = true;
}

static bool stays(const Readers *readers, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_VALUE: return readers->value[stmt->value.id];
    case STMT_DECLARE:
    case STMT_SET: return readers->variable_before[stmt->variable];
    case STMT_FOR:
    case STMT_IF:
    case STMT_IF_EQUAL: return stmt->body.count > 0;
    case STMT_STORE:
    case STMT_SCATTER:
    case STMT_STORE_LANES:
    case STMT_ADD_LANES:
    case STMT_RANDOM:
    case STMT_PREFETCH:
    case STMT_NEST:
    case STMT_MEET: break;
    }
    return true;
}

static bool has_operand(const Stmt *stmt) { return stmt->kind >= STMT_DECLARE && stmt->kind <= STMT_ADD_LANES; }

static void drop_in_block(const Readers *readers, Block *block) {
    size_t end = block->count;
    for (size_t i = block->count; i-- > 0;) {
        Stmt *stmt = block->at[i];
        drop_in_block(readers, &stmt->body);
        if (!stays(readers, stmt)) continue;
        if (stmt->kind == STMT_VALUE) read_operands(readers, &stmt->value);
        if (has_operand(stmt)) readers->value[stmt->operand] = true;
        block->at[--end] = stmt;
    }
    for (size_t i = end; i < block->count; i++) block->at[i - end] = block->at[i];
    block->count -= end;
}

void nest_drop_dead(Arena *scratch, Nest *nest) {
    bool *before = NEW_ARRAY(scratch, bool, nest->variable_count);
    for (int m = 0; m < nest->variable_count; m++) before[m] = true;
    for (bool again = true; again;) {
        Readers readers = {.value = NEW_ARRAY(scratch, bool, nest->value_count),
                           .variable = NEW_ARRAY(scratch, bool, nest->variable_count),
                           .variable_before = before};
        drop_in_block(&readers, &nest->body);
        again = false;
        for (int m = 0; m < nest->variable_count; m++) again = again || (before[m] && !readers.variable[m]);
        before = readers.variable;
    }
    nest->uses = loop_uses(nest);
}
