/* Statements of the LLVM printer: loops, conditions, stores. Loop and mutable variables become phis directly. */
#include "compiler/emit/emit_llvm.h"
#include "runtime/abi.h"

/* ---- bounds ---- */

static LLVMValueRef least(Emitter *e, int64_t constant, LLVMValueRef value) {
    LLVMValueRef limit = llvm_const_i64(e, constant);
    LLVMValueRef smaller = LLVMBuildICmp(e->builder, LLVMIntSLT, value, limit, "");
    return LLVMBuildSelect(e->builder, smaller, value, limit, "");
}

static LLVMValueRef chunks(Emitter *e) {
    LLVMValueRef sum = LLVMBuildAdd(e->builder, e->images, llvm_const_i64(e, LOOP_LANES - 1), "");
    return LLVMBuildSDiv(e->builder, sum, llvm_const_i64(e, LOOP_LANES), "");
}

/* In 32 bits where that is enough: of two long numbers LLVM looks whether they are short, in blocks of their own. */
static LLVMValueRef share(Emitter *e, LLVMValueRef part, int64_t value) {
    LLVMValueRef product = LLVMBuildMul(e->builder, part, llvm_const_i64(e, value), "");
    if (value > INT32_MAX / NET_WORKERS) return LLVMBuildSDiv(e->builder, product, e->parts, "");
    LLVMValueRef low = LLVMBuildTrunc(e->builder, product, e->i32, "");
    LLVMValueRef by = LLVMBuildTrunc(e->builder, e->parts, e->i32, "");
    return LLVMBuildZExt(e->builder, LLVMBuildUDiv(e->builder, low, by, ""), e->i64, "");
}

static LLVMValueRef bound_value(Emitter *e, const Bound *bound) {
    LLVMBuilderRef builder = e->builder;
    LLVMValueRef value = llvm_const_i64(e, bound->value);
    switch (bound->kind) {
    case BOUND_CONST: return value;
    case BOUND_VAR: return LLVMBuildAdd(builder, e->var[bound->var], value, "");
    case BOUND_CLAMP: {
        LLVMValueRef least = llvm_const_i64(e, bound->least), most = llvm_const_i64(e, bound->most);
        LLVMValueRef scaled = LLVMBuildMul(builder, e->var[bound->var], llvm_const_i64(e, bound->stride), "");
        LLVMValueRef at = LLVMBuildAdd(builder, scaled, value, "");
        at = LLVMBuildSelect(builder, LLVMBuildICmp(builder, LLVMIntSLT, at, least, ""), least, at, "");
        return LLVMBuildSelect(builder, LLVMBuildICmp(builder, LLVMIntSGT, at, most, ""), most, at, "");
    }
    case BOUND_IMAGES: return e->images;
    case BOUND_CHUNKS:
        if (bound->value == 1) return chunks(e);
        return LLVMBuildMul(builder, LLVMBuildSDiv(builder, chunks(e), value, ""), value, "");
    case BOUND_CHUNK_IMAGES: {
        LLVMValueRef first = LLVMBuildMul(builder, e->var[bound->var], llvm_const_i64(e, LOOP_LANES), "");
        return least(e, LOOP_LANES, LLVMBuildSub(builder, e->images, first, ""));
    }
    case BOUND_SLOTS: return least(e, NET_SLOTS, chunks(e));
    case BOUND_TASK: return LLVMBuildAdd(builder, e->task, value, "");
    case BOUND_PART: return LLVMBuildAdd(builder, e->part, value, "");
    case BOUND_PART_LOW: return share(e, e->part, bound->value);
    case BOUND_PART_HIGH: {
        LLVMValueRef end = share(e, LLVMBuildAdd(builder, e->part, llvm_const_i64(e, 1), ""), bound->value);
        return bound->most < bound->value ? least(e, bound->most, end) : end;
    }
    }
    BUG("bound of unknown kind %d", (int)bound->kind);
}

/* ---- control ---- */

typedef VEC(int) Ints;

/* Mutable variables from outside that a block sets, each once. */
static void collect_sets(const Emitter *e, const Block *block, bool *found, Ints *sets) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_SET && e->variable[stmt->variable] && !found[stmt->variable]) {
            found[stmt->variable] = true;
            vec_push(e->arena, sets, stmt->variable);
        } else if (stmt->kind == STMT_FOR || stmt->kind == STMT_IF || stmt->kind == STMT_IF_EQUAL) {
            collect_sets(e, &stmt->body, found, sets);
        }
    }
}

static Ints block_sets(const Emitter *e, const Block *block) {
    Ints sets = {0};
    const int count = e->nest ? e->nest->variable_count : 0;
    collect_sets(e, block, NEW_ARRAY(e->arena, bool, count), &sets);
    return sets;
}

LLVMBasicBlockRef llvm_new_block(Emitter *e) { return LLVMAppendBasicBlockInContext(e->context, e->function, ""); }

static LLVMValueRef build_phi(Emitter *e, LLVMTypeRef type, LLVMValueRef a, LLVMBasicBlockRef from_a, LLVMValueRef b,
                              LLVMBasicBlockRef from_b) {
    LLVMValueRef phi = LLVMBuildPhi(e->builder, type, "");
    LLVMAddIncoming(phi, &a, &from_a, 1);
    if (b) LLVMAddIncoming(phi, &b, &from_b, 1);
    return phi;
}

/* At the head of `exit`: what each variable is, coming from two blocks. */
static void join(Emitter *e, const Ints *sets, LLVMValueRef *a, LLVMBasicBlockRef from_a, LLVMValueRef *b,
                 LLVMBasicBlockRef from_b) {
    for (size_t i = 0; i < sets->count; i++)
        e->variable[sets->at[i]] = build_phi(e, LLVMTypeOf(a[i]), a[i], from_a, b[i], from_b);
}

static LLVMValueRef *current(const Emitter *e, const Ints *sets) {
    LLVMValueRef *values = NEW_ARRAY(e->arena, LLVMValueRef, sets->count);
    for (size_t i = 0; i < sets->count; i++) values[i] = e->variable[sets->at[i]];
    return values;
}

static void emit_if(Emitter *e, const Stmt *stmt) {
    const Ints sets = block_sets(e, &stmt->body);
    LLVMValueRef *before = current(e, &sets);
    LLVMValueRef low = bound_value(e, &stmt->low), high = bound_value(e, &stmt->high);
    LLVMValueRef holds = LLVMBuildICmp(e->builder, stmt->kind == STMT_IF ? LLVMIntSLT : LLVMIntEQ, low, high, "");
    LLVMBasicBlockRef from = LLVMGetInsertBlock(e->builder), then = llvm_new_block(e), after = llvm_new_block(e);
    LLVMBuildCondBr(e->builder, holds, then, after);
    LLVMPositionBuilderAtEnd(e->builder, then);
    llvm_emit_block(e, &stmt->body);
    LLVMBasicBlockRef end = LLVMGetInsertBlock(e->builder);
    LLVMBuildBr(e->builder, after);
    LLVMMoveBasicBlockAfter(after, end);
    LLVMPositionBuilderAtEnd(e->builder, after);
    join(e, &sets, before, from, current(e, &sets), end);
}

static void open_frame(Emitter *e, LLVMBasicBlockRef block) {
    if (++e->depth == LLVM_MAX_DEPTH) BUG("loops nested %d deep", LLVM_MAX_DEPTH);
    e->frame[e->depth] = (Frame){.block = block, .pointers = e->pointers.count};
}

static void close_frame(Emitter *e) { e->pointers.count = e->frame[e->depth--].pointers; }

/* Where the number of rounds is known. */
typedef enum { ROUNDS_UNKNOWN, ROUNDS_NONE, ROUNDS_ONE, ROUNDS_MORE } Rounds;

static Rounds count_rounds(const Stmt *stmt) {
    const Bound *low = &stmt->low, *high = &stmt->high;
    const bool known = low->kind == high->kind && (low->kind == BOUND_CONST || low->kind == BOUND_TASK ||
                                                   (low->kind == BOUND_VAR && low->var == high->var));
    if (!known) return ROUNDS_UNKNOWN;
    if (low->value >= high->value) return ROUNDS_NONE;
    return high->value - low->value <= stmt->step ? ROUNDS_ONE : ROUNDS_MORE;
}

static void emit_loop(Emitter *e, const Stmt *stmt, bool guarded) {
    const Ints sets = block_sets(e, &stmt->body);
    LLVMValueRef *before = current(e, &sets);
    LLVMValueRef low = bound_value(e, &stmt->low), high = bound_value(e, &stmt->high);
    LLVMBasicBlockRef from = LLVMGetInsertBlock(e->builder), body = llvm_new_block(e), after = llvm_new_block(e);
    if (guarded)
        LLVMBuildCondBr(e->builder, LLVMBuildICmp(e->builder, LLVMIntSLT, low, high, ""), body, after);
    else
        LLVMBuildBr(e->builder, body);

    LLVMPositionBuilderAtEnd(e->builder, body);
    LLVMValueRef counter = build_phi(e, e->i64, low, from, NULL, NULL);
    open_frame(e, body);
    e->var[stmt->var] = e->frame[e->depth].last = counter;
    e->var_frame[stmt->var] = e->depth;
    LLVMValueRef *phis = NEW_ARRAY(e->arena, LLVMValueRef, sets.count);
    for (size_t i = 0; i < sets.count; i++) {
        phis[i] = build_phi(e, LLVMTypeOf(before[i]), before[i], from, NULL, NULL);
        e->variable[sets.at[i]] = e->frame[e->depth].last = phis[i];
    }
    llvm_emit_block(e, &stmt->body);
    close_frame(e);

    LLVMBasicBlockRef end = LLVMGetInsertBlock(e->builder);
    LLVMValueRef next = LLVMBuildNSWAdd(e->builder, counter, llvm_const_i64(e, stmt->step), "");
    LLVMBuildCondBr(e->builder, LLVMBuildICmp(e->builder, LLVMIntSLT, next, high, ""), body, after);
    LLVMAddIncoming(counter, &next, &end, 1);
    LLVMValueRef *ends = current(e, &sets);
    for (size_t i = 0; i < sets.count; i++) LLVMAddIncoming(phis[i], &ends[i], &end, 1);
    LLVMMoveBasicBlockAfter(after, end);
    LLVMPositionBuilderAtEnd(e->builder, after);
    if (guarded) join(e, &sets, before, from, ends, end);
}

static void emit_for(Emitter *e, const Stmt *stmt) {
    const Rounds rounds = count_rounds(stmt);
    if (rounds == ROUNDS_NONE) return;
    if (rounds != ROUNDS_ONE) {
        emit_loop(e, stmt, rounds == ROUNDS_UNKNOWN);
        return;
    }
    /* One round: no loop; its pointers go where the loop would stand. */
    LLVMBasicBlockRef body = llvm_new_block(e);
    e->var[stmt->var] = bound_value(e, &stmt->low);
    LLVMBuildBr(e->builder, body);
    LLVMMoveBasicBlockAfter(body, LLVMGetInsertBlock(e->builder));
    LLVMPositionBuilderAtEnd(e->builder, body);
    open_frame(e, body);
    e->var_frame[stmt->var] = e->depth;
    llvm_emit_block(e, &stmt->body);
    close_frame(e);
}

/* ---- statements ---- */

static void emit_store(Emitter *e, const Stmt *stmt) {
    LLVMValueRef store =
        LLVMBuildStore(e->builder, e->value[stmt->operand], llvm_element_pointer(e, &stmt->address, 0));
    LLVMSetAlignment(store, llvm_access_align(e, stmt->address.buffer, e->type[stmt->operand], stmt->aligned));
}

static void emit_scatter(Emitter *e, const Stmt *stmt) {
    for (int l = 0; l < LOOP_LANES; l++) {
        LLVMValueRef lane = LLVMBuildExtractElement(e->builder, e->value[stmt->operand], llvm_const_i32(e, l), "");
        LLVMValueRef store =
            LLVMBuildStore(e->builder, lane, llvm_element_pointer(e, &stmt->address, l * stmt->stride));
        LLVMSetAlignment(store, (unsigned)llvm_element_size(e, stmt->address.buffer));
    }
}

/* Some lanes of a vector at their places, where a mask of all 16 costs the processor nothing. */
static void store_masked(Emitter *e, const Stmt *stmt, LLVMValueRef align) {
    LLVMValueRef value = e->value[stmt->operand], bit[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++)
        bit[l] = LLVMConstInt(e->i1, l >= stmt->first && l < stmt->first + stmt->lanes, false);
    LLVMValueRef to = llvm_element_pointer(e, &stmt->address, -stmt->first), mask = LLVMConstVector(bit, LOOP_LANES);
    LLVMTypeRef types[] = {LLVMTypeOf(value), e->pointer};
    if (stmt->kind == STMT_ADD_LANES) {
        LLVMValueRef args[] = {to, align, mask, LLVMGetPoison(types[0])};
        value = LLVMBuildFAdd(e->builder, llvm_build_intrinsic(e, "llvm.masked.load", types, 2, args, 4), value, "");
    }
    LLVMValueRef args[] = {value, to, align, mask};
    llvm_build_intrinsic(e, "llvm.masked.store", types, 2, args, 4);
}

static void emit_lanes(Emitter *e, const Stmt *stmt) {
    const unsigned align = (unsigned)llvm_element_size(e, stmt->address.buffer);
    if (e->target->processor.vector_bytes == LOOP_LANES * sizeof(float)) {
        store_masked(e, stmt, llvm_const_i32(e, (int)align));
        return;
    }
    LLVMValueRef to = llvm_element_pointer(e, &stmt->address, 0);
    LLVMValueRef value = llvm_build_slice(e, e->value[stmt->operand], (unsigned)stmt->first, (unsigned)stmt->lanes);
    if (stmt->kind == STMT_ADD_LANES)
        value = LLVMBuildFAdd(e->builder, llvm_build_load(e, LLVMTypeOf(value), to, align), value, "");
    LLVMSetAlignment(LLVMBuildStore(e->builder, value, to), align);
}

static void emit_prefetch(Emitter *e, const Stmt *stmt) {
    const int read = 0, second_level = 2, data = 1;
    LLVMValueRef args[] = {llvm_element_pointer(e, &stmt->address, 0), llvm_const_i32(e, read),
                           llvm_const_i32(e, second_level), llvm_const_i32(e, data)};
    LLVMTypeRef pointer = e->pointer;
    llvm_build_intrinsic(e, "llvm.prefetch", &pointer, 1, args, COUNT_OF(args));
}

static void emit_random(Emitter *e, const Stmt *stmt) {
    Address item = {.buffer = BUFFER_ITEM, .region = loop_region(e->nest, BUFFER_ITEM), .term_count = 1};
    item.term[0].var = LOOP_VAR_CHUNK;
    item.term[0].stride = LOOP_LANES;
    Address scalar = {.buffer = BUFFER_SCALAR, .region = loop_region(e->nest, BUFFER_SCALAR), .base = stmt->scalar};
    LLVMValueRef args[8] = {llvm_element_pointer(e, &stmt->address, 0), llvm_element_pointer(e, &item, 0)};
    for (int i = 0; i < 3; i++) args[2 + i] = llvm_build_load(e, e->i32, llvm_element_pointer(e, &scalar, i), 4);
    args[5] = llvm_const_i32(e, stmt->layer);
    const Bound low = loop_random_low(stmt), high = loop_random_high(stmt);
    args[6] = bound_value(e, &low);
    args[7] = bound_value(e, &high);
    LLVMBuildCall2(e->builder, e->net_random_type, e->net_random, args, COUNT_OF(args), "");
}

/* The arguments in the order in which nest_type() declares them. */
static void emit_nest_call(Emitter *e, int index) {
    const Nest *nest = e->code->nests.at[index];
    const NestUses uses = nest->uses;
    LLVMValueRef *args = NEW_ARRAY(e->arena, LLVMValueRef, nest->regions.count + LLVM_MAX_INTEGERS);
    unsigned count = 0;
    for (size_t r = 0; r < nest->regions.count; r++) {
        const Region *region = &nest->regions.at[r];
        const int64_t bytes = region->origin * llvm_element_size(e, region->buffer);
        args[count++] = llvm_plus_bytes(e, e->buffer[region->buffer], bytes);
    }
    if (uses.chunk) args[count++] = e->var[LOOP_VAR_CHUNK];
    if (uses.images) args[count++] = e->images;
    if (uses.task) args[count++] = e->task;
    if (uses.part) {
        args[count++] = e->part;
        args[count++] = e->parts;
    }
    LLVMBuildCall2(e->builder, LLVMGlobalGetValueType(e->nests[index]), e->nests[index], args, count, "");
}

static void emit_meet(Emitter *e) {
    LLVMValueRef args[] = {e->team, e->part, e->parts};
    LLVMBuildCall2(e->builder, e->net_meet_type, e->net_meet, args, COUNT_OF(args), "");
}

static void emit_stmt(Emitter *e, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_VALUE: llvm_emit_value(e, &stmt->value); return;
    case STMT_FOR: emit_for(e, stmt); return;
    case STMT_IF:
    case STMT_IF_EQUAL: emit_if(e, stmt); return;
    case STMT_DECLARE:
    case STMT_SET: e->variable[stmt->variable] = e->value[stmt->operand]; return;
    case STMT_STORE: emit_store(e, stmt); return;
    case STMT_SCATTER: emit_scatter(e, stmt); return;
    case STMT_STORE_LANES:
    case STMT_ADD_LANES: emit_lanes(e, stmt); return;
    case STMT_RANDOM: emit_random(e, stmt); return;
    case STMT_PREFETCH: emit_prefetch(e, stmt); return;
    case STMT_NEST: emit_nest_call(e, stmt->nest); return;
    case STMT_MEET: emit_meet(e); return;
    }
}

void llvm_emit_block(Emitter *e, const Block *block) {
    for (size_t i = 0; i < block->count; i++) emit_stmt(e, block->at[i]);
}
