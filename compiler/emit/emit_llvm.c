/* The LLVM printer. The loop level is already scheduled, so LLVM only selects instructions and allocates registers:
 * one pass (early-cse), no machine scheduler, which spills where the order as written does not.
 *
 * Loop and mutable variables become phis directly. A pointer is computed once per buffer and variable part of an
 * address, at the head of the innermost loop whose variable it uses; the constant part is left to the addressing
 * modes. */
#include "compiler/emit/emit.h"

#if NETC_LLVM

#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Error.h>
#include <llvm-c/Support.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <llvm/Config/llvm-config.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/abi.h"

#if LLVM_VERSION_MAJOR < 19
#error "LLVM 19 or newer is needed; build with NETC_LLVM=0 to go without"
#endif

enum { MAX_DEPTH = 64, BUFFER_ALIGN = 64 };
static const LLVMAttributeIndex function_place = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;

/* A loop being printed (or the function's entry): where its pointers are put. */
typedef struct {
    LLVMBasicBlockRef block;
    LLVMValueRef last; /* the phi or pointer after which the next pointer goes; NULL: first of the block */
    size_t pointers;   /* cached before this frame */
} Frame;

typedef struct {
    Address address; /* but for its constant part */
    LLVMValueRef pointer;
} Pointer;

typedef struct {
    Arena *arena;
    const Code *code;
    const Target *target;
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTargetMachineRef machine;
    LLVMDIBuilderRef debug;
    LLVMMetadataRef debug_file, debug_type;
    LLVMTypeRef f32, f64, i1, i8, i32, i64, pointer, nothing;
    LLVMTypeRef kernel_type;
    LLVMValueRef net_random;
    LLVMTypeRef net_random_type;
    LLVMValueRef *nests; /* functions */
    NestUses *uses;

    /* the function being printed */
    const Nest *nest;
    LLVMValueRef function;
    LLVMValueRef buffer[BUFFER_COUNT], images, task, parts;
    LLVMValueRef *value, *mask; /* by number; mask: the <16 x i1> or i1 of a value known to be a mask */
    Type *type;
    LLVMValueRef *var, *variable; /* loop variables; current values of mutable variables */
    int *var_frame;
    Frame frame[MAX_DEPTH];
    int depth;
    VEC(Pointer) pointers;
} Emitter;

/* ---- types ---- */

static LLVMTypeRef element_type(const Emitter *e, Element element) {
    return element == TYPE_F32 ? e->f32 : element == TYPE_I32 ? e->i32 : e->f64;
}

static LLVMTypeRef value_type(const Emitter *e, Type type) {
    const LLVMTypeRef element = element_type(e, type.element);
    return type.vector ? LLVMVectorType(element, LOOP_LANES) : element;
}

static LLVMValueRef const_i64(const Emitter *e, int64_t value) {
    return LLVMConstInt(e->i64, (unsigned long long)value, true);
}

static LLVMValueRef const_i32(const Emitter *e, int64_t value) {
    return LLVMConstInt(e->i32, (unsigned long long)value, true);
}

static LLVMValueRef const_vector(LLVMValueRef scalar) {
    LLVMValueRef lanes[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++) lanes[l] = scalar;
    return LLVMConstVector(lanes, LOOP_LANES);
}

static int64_t element_size(const Emitter *e, Buffer buffer) {
    if (buffer == BUFFER_LOG) return 8;
    return buffer == BUFFER_INPUT && e->code->input_bytes ? 1 : 4;
}

/* ---- addresses ---- */

static void position_in_frame(Emitter *e, const Frame *frame) {
    LLVMValueRef next =
        frame->last ? LLVMGetNextInstruction(frame->last) : LLVMGetFirstInstruction(frame->block);
    if (next) LLVMPositionBuilderBefore(e->builder, next);
    else LLVMPositionBuilderAtEnd(e->builder, frame->block);
}

static bool same_terms(const Address *a, const Address *b, int count) {
    if (a->buffer != b->buffer || b->term_count != count) return false;
    for (int i = 0; i < count; i++)
        if (a->term[i].var != b->term[i].var || a->term[i].stride != b->term[i].stride) return false;
    return true;
}

static LLVMValueRef plus_bytes(Emitter *e, LLVMValueRef pointer, LLVMValueRef bytes) {
    return LLVMBuildGEP2(e->builder, e->i8, pointer, &bytes, 1, "");
}

/* Kept in the order of frames, so that a loop that ends drops its own from the end. */
static void remember_pointer(Emitter *e, const Address *address, int count, LLVMValueRef pointer, int frame) {
    Pointer entry = {.address = *address, .pointer = pointer};
    entry.address.term_count = count;
    size_t place = e->pointers.count;
    vec_push(e->arena, &e->pointers, entry);
    for (int d = e->depth; d > frame; d--) {
        const size_t first = e->frame[d].pointers++;
        e->pointers.at[place] = e->pointers.at[first];
        e->pointers.at[first] = entry;
        place = first;
    }
}

/* The pointer to buffer + the first `count` terms, without the constant. */
static LLVMValueRef pointer_to(Emitter *e, const Address *address, int count) {
    if (count == 0) return e->buffer[address->buffer];
    for (size_t i = e->pointers.count; i-- > 0;)
        if (same_terms(address, &e->pointers.at[i].address, count)) return e->pointers.at[i].pointer;
    const LLVMValueRef outer = pointer_to(e, address, count - 1);
    const int var = address->term[count - 1].var;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(e->builder);
    int deepest = 0; /* the innermost frame whose variable is used */
    for (int i = 0; i < count; i++)
        if (e->var_frame[address->term[i].var] > deepest) deepest = e->var_frame[address->term[i].var];
    Frame *frame = &e->frame[deepest];
    position_in_frame(e, frame);
    const int64_t bytes = address->term[count - 1].stride * element_size(e, address->buffer);
    LLVMValueRef offset = LLVMBuildMul(e->builder, e->var[var], const_i64(e, bytes), "");
    LLVMValueRef pointer = plus_bytes(e, outer, offset);
    if (LLVMIsAInstruction(pointer)) frame->last = pointer;
    LLVMPositionBuilderAtEnd(e->builder, here);
    remember_pointer(e, address, count, pointer, deepest);
    return pointer;
}

static LLVMValueRef element_pointer(Emitter *e, const Address *address, int64_t more) {
    LLVMValueRef pointer = pointer_to(e, address, address->term_count);
    const int64_t bytes = (address->base + more) * element_size(e, address->buffer);
    return bytes ? plus_bytes(e, pointer, const_i64(e, bytes)) : pointer;
}

/* The address as an integer: base + terms. */
static LLVMValueRef index_value(Emitter *e, const Address *address) {
    LLVMValueRef sum = const_i64(e, address->base);
    for (int i = 0; i < address->term_count; i++) {
        LLVMValueRef product =
            LLVMBuildMul(e->builder, e->var[address->term[i].var], const_i64(e, address->term[i].stride), "");
        sum = LLVMBuildAdd(e->builder, sum, product, "");
    }
    return LLVMBuildTrunc(e->builder, sum, e->i32, "");
}

static unsigned access_align(const Emitter *e, Buffer buffer, Type type, bool aligned) {
    if (aligned && type.vector) return BUFFER_ALIGN;
    return (unsigned)element_size(e, buffer);
}

static LLVMValueRef build_load(Emitter *e, LLVMTypeRef type, LLVMValueRef pointer, unsigned align) {
    LLVMValueRef load = LLVMBuildLoad2(e->builder, type, pointer, "");
    LLVMSetAlignment(load, align);
    return load;
}

/* ---- values ---- */

static LLVMValueRef build_intrinsic(Emitter *e, const char *name, LLVMTypeRef type, LLVMValueRef *args, unsigned count) {
    const unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef function = LLVMGetIntrinsicDeclaration(e->module, id, &type, 1);
    return LLVMBuildCall2(e->builder, LLVMIntrinsicGetType(e->context, id, &type, 1), function, args, count, "");
}

static LLVMValueRef build_splat(Emitter *e, LLVMValueRef scalar) {
    LLVMTypeRef vector = LLVMVectorType(LLVMTypeOf(scalar), LOOP_LANES);
    LLVMValueRef one = LLVMBuildInsertElement(e->builder, LLVMGetPoison(vector), scalar, const_i32(e, 0), "");
    LLVMValueRef zeros = LLVMConstNull(LLVMVectorType(e->i32, LOOP_LANES));
    return LLVMBuildShuffleVector(e->builder, one, LLVMGetPoison(vector), zeros, "");
}

static LLVMValueRef build_choice(Emitter *e, LLVMRealPredicate predicate, LLVMValueRef a, LLVMValueRef b) {
    return LLVMBuildSelect(e->builder, LLVMBuildFCmp(e->builder, predicate, a, b, ""), a, b, "");
}

/* Elements first .. first+count-1 of a vector. */
static LLVMValueRef build_slice(Emitter *e, LLVMValueRef vector, unsigned first, unsigned count) {
    LLVMValueRef lanes[LOOP_LANES];
    for (unsigned l = 0; l < count; l++) lanes[l] = const_i32(e, first + l);
    return LLVMBuildShuffleVector(e->builder, vector, LLVMGetPoison(LLVMTypeOf(vector)), LLVMConstVector(lanes, count), "");
}

static LLVMValueRef combine(Emitter *e, Op op, LLVMValueRef a, LLVMValueRef b) {
    if (op == OP_SUM_LANES) return LLVMBuildFAdd(e->builder, a, b, "");
    return build_choice(e, op == OP_MAX_LANES ? LLVMRealOGT : LLVMRealOLT, a, b);
}

/* Lane l with l+8, then +4, +2, +1. */
static LLVMValueRef build_reduce(Emitter *e, Op op, LLVMValueRef vector) {
    for (unsigned half = LOOP_LANES / 2; half > 1; half /= 2)
        vector = combine(e, op, build_slice(e, vector, 0, half), build_slice(e, vector, half, half));
    return combine(e, op, LLVMBuildExtractElement(e->builder, vector, const_i32(e, 0), ""),
                   LLVMBuildExtractElement(e->builder, vector, const_i32(e, 1), ""));
}

static LLVMValueRef build_gather(Emitter *e, const Value *v) {
    const bool bytes = v->op == OP_GATHER_U8;
    LLVMTypeRef element = bytes ? e->i8 : element_type(e, v->type.element);
    LLVMValueRef vector = LLVMGetPoison(LLVMVectorType(element, LOOP_LANES));
    const unsigned align = (unsigned)element_size(e, v->address.buffer);
    for (int l = 0; l < LOOP_LANES; l++) {
        LLVMValueRef lane = build_load(e, element, element_pointer(e, &v->address, l * v->stride), align);
        vector = LLVMBuildInsertElement(e->builder, vector, lane, const_i32(e, l), "");
    }
    return bytes ? LLVMBuildZExt(e->builder, vector, value_type(e, v->type), "") : vector;
}

static LLVMValueRef build_constant(Emitter *e, const Value *v) {
    LLVMValueRef scalar = v->type.element == TYPE_I32 ? const_i32(e, v->integer)
                                                      : LLVMConstReal(element_type(e, v->type.element), v->number);
    return v->type.vector ? const_vector(scalar) : scalar;
}

static LLVMValueRef build_leaf(Emitter *e, const Value *v) {
    switch ((int)v->op) {
    case OP_CONST: return build_constant(e, v);
    case OP_LANE: {
        LLVMValueRef lanes[LOOP_LANES];
        for (int l = 0; l < LOOP_LANES; l++) lanes[l] = const_i32(e, l);
        return LLVMConstVector(lanes, LOOP_LANES);
    }
    case OP_INDEX: return index_value(e, &v->address);
    case OP_IMAGES: return LLVMBuildTrunc(e->builder, e->images, e->i32, "");
    case OP_LOAD:
        return build_load(e, value_type(e, v->type), element_pointer(e, &v->address, 0),
                          access_align(e, v->address.buffer, v->type, v->aligned));
    case OP_LOAD_U8: {
        LLVMTypeRef type = v->type.vector ? LLVMVectorType(e->i8, LOOP_LANES) : e->i8;
        LLVMValueRef bytes = build_load(e, type, element_pointer(e, &v->address, 0), 1);
        return LLVMBuildZExt(e->builder, bytes, value_type(e, v->type), "");
    }
    case OP_GATHER:
    case OP_GATHER_U8: return build_gather(e, v);
    case OP_GET: return e->variable[v->variable];
    default: BUG("no leaf %s", op_names[v->op]);
    }
}

static LLVMValueRef build_mask_bits(Emitter *e, const Value *v, LLVMValueRef bits) {
    e->mask[v->id] = bits;
    return LLVMBuildSExt(e->builder, bits, value_type(e, v->type), "");
}

static LLVMValueRef mask_bits(Emitter *e, int id) {
    if (e->mask[id]) return e->mask[id];
    return LLVMBuildICmp(e->builder, LLVMIntSLT, e->value[id], LLVMConstNull(LLVMTypeOf(e->value[id])), "");
}

static LLVMValueRef build_logic(Emitter *e, const Value *v) {
    const LLVMOpcode opcode = v->op == OP_AND ? LLVMAnd : v->op == OP_OR ? LLVMOr : LLVMXor;
    if (e->mask[v->a] && e->mask[v->b])
        e->mask[v->id] = LLVMBuildBinOp(e->builder, opcode, e->mask[v->a], e->mask[v->b], "");
    return LLVMBuildBinOp(e->builder, opcode, e->value[v->a], e->value[v->b], "");
}

static LLVMValueRef build_shift(Emitter *e, const Value *v) {
    LLVMValueRef places = const_i32(e, v->integer);
    if (v->type.vector) places = const_vector(places);
    return LLVMBuildBinOp(e->builder, v->op == OP_SHIFT_LEFT ? LLVMShl : LLVMLShr, e->value[v->a], places, "");
}

static LLVMValueRef build_op(Emitter *e, const Value *v) {
    LLVMBuilderRef builder = e->builder;
    LLVMTypeRef type = value_type(e, v->type);
    LLVMValueRef a = e->value[v->a];
    LLVMValueRef b = v->b >= 0 ? e->value[v->b] : NULL;
    LLVMValueRef args[] = {a, b, v->c >= 0 ? e->value[v->c] : NULL};
    switch ((int)v->op) {
    case OP_SPLAT: return build_splat(e, a);
    case OP_ADD: return LLVMBuildFAdd(builder, a, b, "");
    case OP_SUB: return LLVMBuildFSub(builder, a, b, "");
    case OP_MUL: return LLVMBuildFMul(builder, a, b, "");
    case OP_DIV: return LLVMBuildFDiv(builder, a, b, "");
    case OP_FMA: return build_intrinsic(e, "llvm.fma", type, args, 3);
    case OP_MAX: return build_choice(e, LLVMRealOGT, a, b);
    case OP_MIN: return build_choice(e, LLVMRealOLT, a, b);
    case OP_SQRT: return build_intrinsic(e, "llvm.sqrt", type, args, 1);
    case OP_LESS: return build_mask_bits(e, v, LLVMBuildFCmp(builder, LLVMRealOLT, a, b, ""));
    case OP_LESS_EQUAL: return build_mask_bits(e, v, LLVMBuildFCmp(builder, LLVMRealOLE, a, b, ""));
    case OP_EQUAL: return build_mask_bits(e, v, LLVMBuildFCmp(builder, LLVMRealOEQ, a, b, ""));
    case OP_ILESS: return build_mask_bits(e, v, LLVMBuildICmp(builder, LLVMIntSLT, a, b, ""));
    case OP_IEQUAL: return build_mask_bits(e, v, LLVMBuildICmp(builder, LLVMIntEQ, a, b, ""));
    case OP_SELECT: return LLVMBuildSelect(builder, mask_bits(e, v->a), b, args[2], "");
    case OP_IADD: return LLVMBuildAdd(builder, a, b, "");
    case OP_ISUB: return LLVMBuildSub(builder, a, b, "");
    case OP_IMUL: return LLVMBuildMul(builder, a, b, "");
    case OP_AND:
    case OP_OR:
    case OP_XOR: return build_logic(e, v);
    case OP_SHIFT_LEFT:
    case OP_SHIFT_RIGHT: return build_shift(e, v);
    case OP_AS_F32:
    case OP_AS_I32: return LLVMBuildBitCast(builder, a, type, "");
    case OP_TO_F32: return LLVMBuildSIToFP(builder, a, type, "");
    case OP_TO_F64: return LLVMBuildFPExt(builder, a, type, "");
    case OP_ROUND_F32: return LLVMBuildFPTrunc(builder, a, type, "");
    default: return build_reduce(e, v->op, a);
    }
}

static void emit_value(Emitter *e, const Value *v) {
    e->type[v->id] = v->type;
    e->value[v->id] = loop_operand_count(v->op) == 0 ? build_leaf(e, v) : build_op(e, v);
}

/* ---- bounds ---- */

static LLVMValueRef least(Emitter *e, int64_t constant, LLVMValueRef value) {
    LLVMValueRef limit = const_i64(e, constant);
    LLVMValueRef smaller = LLVMBuildICmp(e->builder, LLVMIntSLT, value, limit, "");
    return LLVMBuildSelect(e->builder, smaller, value, limit, "");
}

static LLVMValueRef chunks(Emitter *e) {
    LLVMValueRef sum = LLVMBuildAdd(e->builder, e->images, const_i64(e, LOOP_LANES - 1), "");
    return LLVMBuildSDiv(e->builder, sum, const_i64(e, LOOP_LANES), "");
}

static LLVMValueRef part(Emitter *e, LLVMValueRef task, int64_t value) {
    LLVMValueRef product = LLVMBuildMul(e->builder, task, const_i64(e, value), "");
    return LLVMBuildSDiv(e->builder, product, e->parts, "");
}

static LLVMValueRef bound_value(Emitter *e, const Bound *bound) {
    LLVMBuilderRef builder = e->builder;
    LLVMValueRef value = const_i64(e, bound->value);
    switch (bound->kind) {
    case BOUND_CONST: return value;
    case BOUND_VAR: return LLVMBuildAdd(builder, e->var[bound->var], value, "");
    case BOUND_IMAGES: return e->images;
    case BOUND_CHUNKS: return chunks(e);
    case BOUND_CHUNK_IMAGES: {
        LLVMValueRef first = LLVMBuildMul(builder, e->var[LOOP_VAR_CHUNK], const_i64(e, LOOP_LANES), "");
        return least(e, LOOP_LANES, LLVMBuildSub(builder, e->images, first, ""));
    }
    case BOUND_SLOTS: return least(e, NET_SLOTS, chunks(e));
    case BOUND_TASK: return LLVMBuildAdd(builder, e->task, value, "");
    case BOUND_PART_LOW: return part(e, e->task, bound->value);
    case BOUND_PART_HIGH: return part(e, LLVMBuildAdd(builder, e->task, const_i64(e, 1), ""), bound->value);
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

static void emit_block(Emitter *e, const Block *block);

static LLVMBasicBlockRef new_block(Emitter *e) {
    return LLVMAppendBasicBlockInContext(e->context, e->function, "");
}

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
    LLVMBasicBlockRef from = LLVMGetInsertBlock(e->builder), then = new_block(e), after = new_block(e);
    LLVMBuildCondBr(e->builder, holds, then, after);
    LLVMPositionBuilderAtEnd(e->builder, then);
    emit_block(e, &stmt->body);
    LLVMBasicBlockRef end = LLVMGetInsertBlock(e->builder);
    LLVMBuildBr(e->builder, after);
    LLVMMoveBasicBlockAfter(after, end);
    LLVMPositionBuilderAtEnd(e->builder, after);
    join(e, &sets, before, from, current(e, &sets), end);
}

static void open_frame(Emitter *e, LLVMBasicBlockRef block) {
    if (++e->depth == MAX_DEPTH) BUG("loops nested %d deep", MAX_DEPTH);
    e->frame[e->depth] = (Frame){.block = block, .pointers = e->pointers.count};
}

static void close_frame(Emitter *e) { e->pointers.count = e->frame[e->depth--].pointers; }

/* Where the number of rounds is known. */
typedef enum { ROUNDS_UNKNOWN, ROUNDS_NONE, ROUNDS_ONE, ROUNDS_MORE } Rounds;

static Rounds count_rounds(const Stmt *stmt) {
    const Bound *low = &stmt->low, *high = &stmt->high;
    const bool known = low->kind == high->kind &&
                       (low->kind == BOUND_CONST || low->kind == BOUND_TASK ||
                        (low->kind == BOUND_VAR && low->var == high->var));
    if (!known) return ROUNDS_UNKNOWN;
    if (low->value >= high->value) return ROUNDS_NONE;
    return high->value - low->value <= stmt->step ? ROUNDS_ONE : ROUNDS_MORE;
}

static void emit_loop(Emitter *e, const Stmt *stmt, bool guarded) {
    const Ints sets = block_sets(e, &stmt->body);
    LLVMValueRef *before = current(e, &sets);
    LLVMValueRef low = bound_value(e, &stmt->low), high = bound_value(e, &stmt->high);
    LLVMBasicBlockRef from = LLVMGetInsertBlock(e->builder), body = new_block(e), after = new_block(e);
    if (guarded) LLVMBuildCondBr(e->builder, LLVMBuildICmp(e->builder, LLVMIntSLT, low, high, ""), body, after);
    else LLVMBuildBr(e->builder, body);

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
    emit_block(e, &stmt->body);
    close_frame(e);

    LLVMBasicBlockRef end = LLVMGetInsertBlock(e->builder);
    LLVMValueRef next = LLVMBuildNSWAdd(e->builder, counter, const_i64(e, stmt->step), "");
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
    LLVMBasicBlockRef body = new_block(e);
    e->var[stmt->var] = bound_value(e, &stmt->low);
    LLVMBuildBr(e->builder, body);
    LLVMMoveBasicBlockAfter(body, LLVMGetInsertBlock(e->builder));
    LLVMPositionBuilderAtEnd(e->builder, body);
    open_frame(e, body);
    e->var_frame[stmt->var] = e->depth;
    emit_block(e, &stmt->body);
    close_frame(e);
}

/* ---- statements ---- */

static void emit_store(Emitter *e, const Stmt *stmt) {
    LLVMValueRef store = LLVMBuildStore(e->builder, e->value[stmt->operand], element_pointer(e, &stmt->address, 0));
    LLVMSetAlignment(store, access_align(e, stmt->address.buffer, e->type[stmt->operand], stmt->aligned));
}

static void emit_scatter(Emitter *e, const Stmt *stmt) {
    for (int l = 0; l < LOOP_LANES; l++) {
        LLVMValueRef lane = LLVMBuildExtractElement(e->builder, e->value[stmt->operand], const_i32(e, l), "");
        LLVMValueRef store = LLVMBuildStore(e->builder, lane, element_pointer(e, &stmt->address, l * stmt->stride));
        LLVMSetAlignment(store, (unsigned)element_size(e, stmt->address.buffer));
    }
}

static void emit_random(Emitter *e, const Stmt *stmt) {
    Address item = {.buffer = BUFFER_ITEM, .term_count = 1};
    item.term[0].var = LOOP_VAR_CHUNK;
    item.term[0].stride = LOOP_LANES;
    Address scalar = {.buffer = BUFFER_SCALAR, .base = stmt->scalar};
    LLVMValueRef args[7] = {element_pointer(e, &stmt->address, 0), element_pointer(e, &item, 0)};
    for (int i = 0; i < 3; i++) args[2 + i] = build_load(e, e->i32, element_pointer(e, &scalar, i), 4);
    args[5] = const_i32(e, stmt->layer);
    args[6] = const_i64(e, stmt->count);
    LLVMBuildCall2(e->builder, e->net_random_type, e->net_random, args, 7, "");
}

/* The arguments of nest number `index`, in the order in which nest_type() declares them. */
static unsigned nest_arguments(const Emitter *e, int index, LLVMValueRef args[BUFFER_COUNT + 4]) {
    const NestUses *uses = &e->uses[index];
    unsigned count = 0;
    for (int i = 0; i < BUFFER_COUNT; i++)
        if (uses->read[i] || uses->written[i]) args[count++] = e->buffer[i];
    if (uses->chunk) args[count++] = e->var[LOOP_VAR_CHUNK];
    if (uses->images) args[count++] = e->images;
    if (uses->task) args[count++] = e->task;
    if (uses->parts) args[count++] = e->parts;
    return count;
}

static void emit_nest_call(Emitter *e, int index) {
    LLVMValueRef args[BUFFER_COUNT + 4];
    const unsigned count = nest_arguments(e, index, args);
    LLVMBuildCall2(e->builder, LLVMGlobalGetValueType(e->nests[index]), e->nests[index], args, count, "");
}

static void emit_stmt(Emitter *e, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_VALUE: emit_value(e, &stmt->value); return;
    case STMT_FOR: emit_for(e, stmt); return;
    case STMT_IF:
    case STMT_IF_EQUAL: emit_if(e, stmt); return;
    case STMT_DECLARE:
    case STMT_SET: e->variable[stmt->variable] = e->value[stmt->operand]; return;
    case STMT_STORE: emit_store(e, stmt); return;
    case STMT_SCATTER: emit_scatter(e, stmt); return;
    case STMT_RANDOM: emit_random(e, stmt); return;
    case STMT_NEST: emit_nest_call(e, stmt->nest); return;
    }
}

static void emit_block(Emitter *e, const Block *block) {
    for (size_t i = 0; i < block->count; i++) emit_stmt(e, block->at[i]);
}

/* ---- functions ---- */

static LLVMAttributeRef enum_attribute(const Emitter *e, const char *name, uint64_t value) {
    const unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    return kind ? LLVMCreateEnumAttribute(e->context, kind, value) : NULL;
}

static void add_attribute(const Emitter *e, LLVMValueRef function, unsigned place, const char *name, uint64_t value) {
    LLVMAttributeRef attribute = enum_attribute(e, name, value);
    if (attribute) LLVMAddAttributeAtIndex(function, place, attribute);
}

static void add_text_attribute(const Emitter *e, LLVMValueRef function, const char *name, const char *value) {
    LLVMAttributeRef attribute =
        LLVMCreateStringAttribute(e->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddAttributeAtIndex(function, function_place, attribute);
}

static LLVMValueRef add_function(Emitter *e, const char *name, LLVMTypeRef type) {
    LLVMValueRef function = LLVMAddFunction(e->module, name, type);
    LLVMSetLinkage(function, LLVMInternalLinkage);
    add_attribute(e, function, function_place, "nounwind", 0);
    add_text_attribute(e, function, "target-cpu", e->target->cpu);
    if (e->target->features[0]) add_text_attribute(e, function, "target-features", e->target->features);
    add_text_attribute(e, function, "min-legal-vector-width", "512"); /* x86: 64-byte vectors where there are any */
    return function;
}

static void add_buffer_attributes(const Emitter *e, LLVMValueRef function, unsigned place, bool written) {
    add_attribute(e, function, place, "noalias", 0);
    add_attribute(e, function, place, "nonnull", 0);
    add_attribute(e, function, place, "align", BUFFER_ALIGN);
    add_attribute(e, function, place, "nocapture", 0);
    if (!written) add_attribute(e, function, place, "readonly", 0);
}

static LLVMTypeRef nest_type(const Emitter *e, const NestUses *uses) {
    LLVMTypeRef types[BUFFER_COUNT + 4];
    unsigned count = 0;
    for (int i = 0; i < BUFFER_COUNT; i++)
        if (uses->read[i] || uses->written[i]) types[count++] = e->pointer;
    const int integers = uses->chunk + uses->images + uses->task + uses->parts;
    for (int i = 0; i < integers; i++) types[count++] = e->i64;
    return LLVMFunctionType(e->nothing, types, count, false);
}

static void begin_function(Emitter *e, const Nest *nest, LLVMValueRef function) {
    const int vars = nest ? nest->var_count : 1;
    e->nest = nest;
    e->function = function;
    e->var = NEW_ARRAY(e->arena, LLVMValueRef, vars);
    e->var_frame = NEW_ARRAY(e->arena, int, vars);
    e->value = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->value_count : 0);
    e->mask = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->value_count : 0);
    e->type = NEW_ARRAY(e->arena, Type, nest ? nest->value_count : 0);
    e->variable = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->variable_count : 0);
    e->pointers.count = 0;
    e->depth = 0;
    LLVMBasicBlockRef entry = new_block(e);
    LLVMBasicBlockRef body = new_block(e);
    e->frame[0] = (Frame){.block = entry};
    LLVMPositionBuilderAtEnd(e->builder, body);
}

static void end_function(Emitter *e) {
    LLVMBuildRetVoid(e->builder);
    /* Pointers without loops went to the entry block; now it may be closed. */
    LLVMPositionBuilderAtEnd(e->builder, e->frame[0].block);
    LLVMBuildBr(e->builder, LLVMGetNextBasicBlock(e->frame[0].block));
}

static void begin_debug(Emitter *e, const Nest *nest, LLVMValueRef function) {
    uint32_t line = 0, column = 0;
    if (!span_is_none(nest->at)) source_position(e->code->source, nest->at.lo, &line, &column);
    LLVMMetadataRef subprogram =
        LLVMDIBuilderCreateFunction(e->debug, e->debug_file, nest->name, strlen(nest->name), nest->name,
                                    strlen(nest->name), e->debug_file, line, e->debug_type, true, true, line, 0, true);
    LLVMSetSubprogram(function, subprogram);
    LLVMSetCurrentDebugLocation2(e->builder,
                                 LLVMDIBuilderCreateDebugLocation(e->context, line, 0, subprogram, NULL));
}

static void emit_nest(Emitter *e, int index) {
    const Nest *nest = e->code->nests.at[index];
    const NestUses *uses = &e->uses[index];
    LLVMValueRef function = add_function(e, nest->name, nest_type(e, uses));
    e->nests[index] = function;
    add_attribute(e, function, function_place, "noinline", 0);
    unsigned place = 0;
    for (int i = 0; i < BUFFER_COUNT; i++) {
        e->buffer[i] = NULL;
        if (!uses->read[i] && !uses->written[i]) continue;
        e->buffer[i] = LLVMGetParam(function, place++);
        add_buffer_attributes(e, function, place, uses->written[i]);
    }
    begin_function(e, nest, function);
    if (uses->chunk) e->var[LOOP_VAR_CHUNK] = LLVMGetParam(function, place++);
    if (uses->images) e->images = LLVMGetParam(function, place++);
    if (uses->task) e->task = LLVMGetParam(function, place++);
    if (uses->parts) e->parts = LLVMGetParam(function, place++);
    if (e->debug) begin_debug(e, nest, function);
    emit_block(e, &nest->body);
    end_function(e);
    LLVMSetCurrentDebugLocation2(e->builder, NULL);
}

/* NetKernel's arguments are self, the buffers in the order of Buffer, then n, task, parts. */
static LLVMValueRef emit_kernel(Emitter *e, const Kernel *kernel) {
    const char *name = arena_format(e->arena, "kernel_%s", kernel->name);
    LLVMValueRef function = add_function(e, name, e->kernel_type);
    begin_function(e, NULL, function);
    for (unsigned i = 0; i < BUFFER_COUNT; i++) {
        e->buffer[i] = LLVMGetParam(function, 1 + i);
        add_buffer_attributes(e, function, 2 + i, i <= BUFFER_SCRATCH || i == BUFFER_LOG);
    }
    e->images = LLVMGetParam(function, 1 + BUFFER_COUNT);
    e->task = LLVMGetParam(function, 2 + BUFFER_COUNT);
    e->parts = LLVMGetParam(function, 3 + BUFFER_COUNT);
    emit_block(e, &kernel->body);
    end_function(e);
    return function;
}

static void add_constant(Emitter *e, const char *name, LLVMValueRef value) {
    LLVMValueRef global = LLVMAddGlobal(e->module, LLVMTypeOf(value), name);
    LLVMSetInitializer(global, value);
    LLVMSetGlobalConstant(global, true);
}

static void declare_types(Emitter *e) {
    e->f32 = LLVMFloatTypeInContext(e->context);
    e->f64 = LLVMDoubleTypeInContext(e->context);
    e->i1 = LLVMInt1TypeInContext(e->context);
    e->i8 = LLVMInt8TypeInContext(e->context);
    e->i32 = LLVMInt32TypeInContext(e->context);
    e->i64 = LLVMInt64TypeInContext(e->context);
    e->pointer = LLVMPointerTypeInContext(e->context, 0);
    e->nothing = LLVMVoidTypeInContext(e->context);
    LLVMTypeRef kernel[1 + BUFFER_COUNT + 3];
    for (int i = 0; i <= BUFFER_COUNT; i++) kernel[i] = e->pointer;
    for (int i = 0; i < 3; i++) kernel[1 + BUFFER_COUNT + i] = e->i64;
    e->kernel_type = LLVMFunctionType(e->nothing, kernel, (unsigned)COUNT_OF(kernel), false);
    LLVMTypeRef random[] = {e->pointer, e->pointer, e->i32, e->i32, e->i32, e->i32, e->i64};
    e->net_random_type = LLVMFunctionType(e->nothing, random, (unsigned)COUNT_OF(random), false);
}

static void begin_debug_unit(Emitter *e) {
    const Source *source = e->code->source;
    if (!source) return;
    static const char producer[] = "netc";
    e->debug = LLVMCreateDIBuilder(e->module);
    e->debug_file = LLVMDIBuilderCreateFile(e->debug, source->path, strlen(source->path), ".", 1);
    LLVMDIBuilderCreateCompileUnit(e->debug, LLVMDWARFSourceLanguageC11, e->debug_file, producer, strlen(producer), true,
                                   "", 0, 0, "", 0, LLVMDWARFEmissionLineTablesOnly, 0, false, false, "", 0, "", 0);
    e->debug_type = LLVMDIBuilderCreateSubroutineType(e->debug, e->debug_file, NULL, 0, LLVMDIFlagZero);
    static const struct {
        const char *name;
        unsigned value;
    } flags[] = {{"Debug Info Version", 3}, {"Dwarf Version", 5}};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        LLVMAddModuleFlag(e->module, LLVMModuleFlagBehaviorWarning, flags[i].name, strlen(flags[i].name),
                          LLVMValueAsMetadata(LLVMConstInt(e->i32, flags[i].value, false)));
}

static void emit_module(Emitter *e) {
    const Code *code = e->code;
    e->nests = NEW_ARRAY(e->arena, LLVMValueRef, code->nests.count);
    e->uses = NEW_ARRAY(e->arena, NestUses, code->nests.count);
    e->net_random = LLVMAddFunction(e->module, "net_random", e->net_random_type);
    add_attribute(e, e->net_random, function_place, "nounwind", 0);
    begin_debug_unit(e);
    for (size_t i = 0; i < code->nests.count; i++) {
        e->uses[i] = loop_uses(code->nests.at[i]);
        emit_nest(e, (int)i);
    }
    LLVMValueRef *kernels = NEW_ARRAY(e->arena, LLVMValueRef, code->kernels.count);
    for (size_t i = 0; i < code->kernels.count; i++) kernels[i] = emit_kernel(e, code->kernels.at[i]);
    const size_t size = strlen(code->descriptor);
    add_constant(e, "net_abi", const_i64(e, NET_ABI));
    add_constant(e, "net_model_size", const_i64(e, (int64_t)size));
    add_constant(e, "net_model", LLVMConstStringInContext2(e->context, code->descriptor, size, false));
    add_constant(e, "net_kernel", LLVMConstArray2(e->pointer, kernels, code->kernels.count));
    if (e->debug) LLVMDIBuilderFinalize(e->debug);
}

/* ---- the machine ---- */

static void initialize_llvm(void) {
    static const char *const arguments[] = {"netc", "-enable-misched=false", "-pre-RA-sched=source", "-disable-lsr"};
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
    LLVMParseCommandLineOptions((int)COUNT_OF(arguments), arguments, NULL);
}

/* LLVM's own state is global to the process: it is set once. */
static void initialize_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialize_llvm);
}

static char *keep_message(Arena *arena, char *message) {
    char *copy = arena_copy(arena, message ? message : "", message ? strlen(message) : 0);
    LLVMDisposeMessage(message);
    return copy;
}

void emit_llvm_host(Arena *arena, const char **cpu, const char **features) {
    *cpu = keep_message(arena, LLVMGetHostCPUName());
    *features = keep_message(arena, LLVMGetHostCPUFeatures());
}

static LLVMTargetMachineRef make_machine(Arena *arena, const Target *target, const char **why) {
    char *triple = LLVMGetDefaultTargetTriple(), *message = NULL;
    LLVMTargetRef llvm_target = NULL;
    LLVMTargetMachineRef machine = NULL;
    if (LLVMGetTargetFromTriple(triple, &llvm_target, &message)) {
        *why = keep_message(arena, message);
    } else {
        static const LLVMCodeGenOptLevel levels[] = {LLVMCodeGenLevelNone, LLVMCodeGenLevelLess,
                                                     LLVMCodeGenLevelDefault, LLVMCodeGenLevelAggressive};
        const int level = target->level < 0 ? 0 : target->level > 3 ? 3 : target->level;
        machine = LLVMCreateTargetMachine(llvm_target, triple, target->cpu, target->features, levels[level],
                                          LLVMRelocPIC, LLVMCodeModelDefault);
        if (!machine) *why = "LLVM offers no code generator for this processor";
    }
    LLVMDisposeMessage(triple);
    return machine;
}

static void verify_module(const Emitter *e, const char *when) {
    char *message = NULL;
    if (LLVMVerifyModule(e->module, LLVMReturnStatusAction, &message)) BUG("LLVM IR %s: %s", when, message);
    LLVMDisposeMessage(message);
}

static void run_passes(const Emitter *e) {
    if (e->target->level == 0) return;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(e->module, "function(early-cse)", e->machine, options);
    if (error) BUG("LLVM passes: %s", LLVMGetErrorMessage(error));
    LLVMDisposePassBuilderOptions(options);
}

static bool write_file(Arena *arena, const char *path, const char *data, size_t size, const char **why) {
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(data, 1, size, file) == size;
    if (file && fclose(file) != 0) written = false;
    if (written) return true;
    *why = arena_format(arena, "%s: cannot be written: %s", path, strerror(errno));
    if (file) remove(path);
    return false;
}

static bool write_output(const Emitter *e, LlvmOutput output, const char *path, const char **why) {
    if (output == LLVM_OUTPUT_TEXT) {
        char *text = LLVMPrintModuleToString(e->module);
        const bool written = write_file(e->arena, path, text, strlen(text), why);
        LLVMDisposeMessage(text);
        return written;
    }
    char *message = NULL;
    LLVMMemoryBufferRef buffer = NULL;
    const LLVMCodeGenFileType type = output == LLVM_OUTPUT_OBJECT ? LLVMObjectFile : LLVMAssemblyFile;
    if (LLVMTargetMachineEmitToMemoryBuffer(e->machine, e->module, type, &message, &buffer)) {
        *why = keep_message(e->arena, message);
        return false;
    }
    const bool written =
        write_file(e->arena, path, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer), why);
    LLVMDisposeMemoryBuffer(buffer);
    return written;
}

static void open_module(Emitter *e) {
    e->context = LLVMContextCreate();
    e->module = LLVMModuleCreateWithNameInContext(e->code->name, e->context);
    e->builder = LLVMCreateBuilderInContext(e->context);
    char *triple = LLVMGetTargetMachineTriple(e->machine);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(e->machine);
    LLVMSetTarget(e->module, triple);
    LLVMSetModuleDataLayout(e->module, layout);
    LLVMDisposeTargetData(layout);
    LLVMDisposeMessage(triple);
    declare_types(e);
}

static void close_module(Emitter *e) {
    if (e->debug) LLVMDisposeDIBuilder(e->debug);
    LLVMDisposeBuilder(e->builder);
    LLVMDisposeModule(e->module);
    LLVMContextDispose(e->context);
    LLVMDisposeTargetMachine(e->machine);
}

bool emit_llvm(Arena *arena, const Code *code, const Target *target, LlvmOutput output, const char *path,
               const char **why) {
    initialize_once();
    Emitter e = {.arena = arena, .code = code, .target = target};
    e.machine = make_machine(arena, target, why);
    if (!e.machine) return false;
    open_module(&e);
    emit_module(&e);
    verify_module(&e, "as printed");
    run_passes(&e);
    const bool written = write_output(&e, output, path, why);
    close_module(&e);
    return written;
}

#else
typedef int EmitLlvmIsAbsent; /* C wants a declaration in every file */
#endif
