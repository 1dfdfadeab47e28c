#include "compiler/emit/spelling.h"

/* PLACES: operations inside each other in one statement. */
enum { PLACES = 2, OPEN_MAX = 4, NOWHERE = -1 };

/* Where a value is used, by number of the statement in the block that defines it. */
typedef struct {
    int uses, last;
    bool outside; /* in a block inside that one, too */
} Uses;

typedef struct {
    Spelling *spelling;
    Uses *uses;
    const Block **home; /* of each value: the block that defines it */
    int *at;            /* its statement there */
    int *depth;         /* how many operations stand inside it */
    bool plain;
} Speller;

/* The values that a statement uses, in the order in which they were computed. */
static int operands_of(const Stmt *stmt, int operand[3]) {
    int count = 0;
    if (stmt->kind == STMT_VALUE) {
        const int all[] = {stmt->value.a, stmt->value.b, stmt->value.c};
        for (int i = 0; i < loop_operand_count(stmt->value.op); i++) operand[count++] = all[i];
    } else if (stmt->kind >= STMT_DECLARE && stmt->kind <= STMT_ADD_LANES) {
        operand[count++] = stmt->operand;
    }
    return count;
}

static void count_uses(Speller *s, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        int operand[3];
        for (int k = operands_of(stmt, operand); k-- > 0;) {
            Uses *uses = &s->uses[operand[k]];
            uses->uses++;
            if (s->home[operand[k]] == block)
                uses->last = (int)i;
            else
                uses->outside = true;
        }
        if (stmt->kind == STMT_VALUE) {
            s->spelling[stmt->value.id].value = &stmt->value;
            s->home[stmt->value.id] = block;
            s->at[stmt->value.id] = (int)i;
        }
        count_uses(s, &stmt->body);
    }
}

/* ---- variables ---- */

static bool block_touches(const Block *block, int variable) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        bool reads = stmt->kind == STMT_VALUE && stmt->value.op == OP_GET && stmt->value.variable == variable;
        if (reads || (stmt->kind == STMT_SET && stmt->variable == variable)) return true;
        if (block_touches(&stmt->body, variable)) return true;
    }
    return false;
}

/* A variable's value is read where it is used, if it is still the same there. */
static void read_in_place(Speller *s, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind != STMT_VALUE || stmt->value.op != OP_GET) continue;
        const Uses *uses = &s->uses[stmt->value.id];
        bool same = !uses->outside;
        for (size_t k = i + 1; same && k < block->count && (int)k < uses->last; k++) {
            const Stmt *between = block->at[k];
            if (between->kind == STMT_SET && between->variable == stmt->value.variable) same = false;
            if (between->body.count > 0 && block_touches(&between->body, stmt->value.variable)) same = false;
        }
        if (!same) continue;
        s->spelling[stmt->value.id].how = SPELL_VARIABLE;
        s->spelling[stmt->value.id].variable = stmt->value.variable;
    }
}

/* The last statement before `end` that needs or changes what the variable held until then. */
static int last_touch(const Speller *s, const Block *block, int variable, int end) {
    int last = NOWHERE;
    for (int i = 0; i < end; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_VALUE && stmt->value.op == OP_GET && stmt->value.variable == variable) {
            const int id = stmt->value.id;
            bool late = s->spelling[id].how == SPELL_VARIABLE && s->uses[id].last < end && s->uses[id].last > i;
            last = late && s->uses[id].last > last ? s->uses[id].last : last > i ? last : i;
        }
        bool changes = (stmt->kind == STMT_SET || stmt->kind == STMT_DECLARE) && stmt->variable == variable;
        if ((changes || (stmt->body.count > 0 && block_touches(&stmt->body, variable))) && i > last) last = i;
    }
    return last;
}

/* What goes into a variable is computed there, and what was its sum before as well. */
static void compute_in_variable(Speller *s, const Block *block, int end) {
    const int variable = block->at[end]->variable;
    int id = block->at[end]->operand;
    const int from = last_touch(s, block, variable, end);
    while (id >= 0 && s->home[id] == block && s->uses[id].uses == 1 && s->at[id] >= from) {
        const Value *value = s->spelling[id].value;
        if (s->spelling[id].how != SPELL_NAME || loop_operand_count(value->op) == 0) return;
        s->spelling[id].how = SPELL_VARIABLE;
        s->spelling[id].variable = variable;
        const int sum = value->op == OP_FMA ? value->c : value->op == OP_SELECT ? LOOP_NONE : value->a;
        const bool alike = sum >= 0 && s->spelling[sum].value->type.element == value->type.element &&
                           s->spelling[sum].value->type.vector == value->type.vector;
        id = alike ? sum : LOOP_NONE;
    }
}

/* ---- places ---- */

static bool fits_place(const Speller *s, const Value *value) {
    if (s->uses[value->id].uses != 1 || s->uses[value->id].outside) return false;
    if (s->spelling[value->id].how != SPELL_NAME || s->depth[value->id] >= PLACES) return false;
    return !value->type.vector && (!s->plain || value->op == OP_LOAD || value->op == OP_CONST);
}

/* Values that nothing stands behind yet but each other wait in `open`; what uses the last of them takes it in. When a
 * statement comes that takes none, or has to be written itself, those that wait have to stand before it. */
static void put_in_place(Speller *s, const Block *block) {
    int open[OPEN_MAX], count = 0;
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        const int id = stmt->kind == STMT_VALUE ? stmt->value.id : LOOP_NONE;
        if (!spell_stands(s->spelling, stmt)) continue;
        int operand[3];
        const int operands = operands_of(stmt, operand);
        for (bool taken = true; count > 0 && taken;) {
            taken = false;
            for (int k = 0; k < operands; k++) taken = taken || operand[k] == open[count - 1];
            if (!taken) break;
            const int inside = open[--count];
            s->spelling[inside].how = SPELL_PLACE;
            if (id >= 0 && s->depth[inside] >= s->depth[id]) s->depth[id] = s->depth[inside] + 1;
        }
        if (id < 0 || !fits_place(s, &stmt->value) || count == OPEN_MAX)
            count = 0;
        else
            open[count++] = id;
    }
}

static void spell_block(Speller *s, const Block *block) {
    read_in_place(s, block);
    for (size_t i = 0; i < block->count; i++)
        if (block->at[i]->kind == STMT_SET) compute_in_variable(s, block, (int)i);
    put_in_place(s, block);
    for (size_t i = 0; i < block->count; i++) spell_block(s, &block->at[i]->body);
}

const Spelling *spell_nest(Arena *arena, const Nest *nest, bool plain) {
    const size_t count = (size_t)nest->value_count;
    Speller s = {
        .spelling = NEW_ARRAY(arena, Spelling, count),
        .uses = NEW_ARRAY(arena, Uses, count),
        .home = NEW_ARRAY(arena, const Block *, count),
        .at = NEW_ARRAY(arena, int, count),
        .depth = NEW_ARRAY(arena, int, count),
        .plain = plain,
    };
    count_uses(&s, &nest->body);
    spell_block(&s, &nest->body);
    return s.spelling;
}

bool spell_stands(const Spelling *spelling, const Stmt *stmt) {
    if (stmt->kind == STMT_VALUE) {
        const Spelling *value = &spelling[stmt->value.id];
        return value->how == SPELL_NAME || (value->how == SPELL_VARIABLE && stmt->value.op != OP_GET);
    }
    if (stmt->kind != STMT_SET) return true;
    const Spelling *from = &spelling[stmt->operand];
    return from->how != SPELL_VARIABLE || from->variable != stmt->variable;
}
