/* Values and addresses of the LLVM printer.
 *
 * A pointer is computed once per region and variable part of an address, at the head of the innermost loop whose
 * variable it uses; the constant part is left to the addressing modes. */
#include <string.h>

#include "compiler/emit/emit_llvm.h"

/* ---- types ---- */

static LLVMTypeRef element_type(const Emitter *e, Element element) {
    return element == TYPE_F32 ? e->f32 : element == TYPE_I32 ? e->i32 : e->f64;
}

LLVMTypeRef llvm_value_type(const Emitter *e, Type type) {
    const LLVMTypeRef element = element_type(e, type.element);
    return type.vector ? LLVMVectorType(element, LOOP_LANES) : element;
}

LLVMValueRef llvm_const_i64(const Emitter *e, int64_t value) {
    return LLVMConstInt(e->i64, (unsigned long long)value, true);
}

LLVMValueRef llvm_const_i32(const Emitter *e, int64_t value) {
    return LLVMConstInt(e->i32, (unsigned long long)value, true);
}

static LLVMValueRef const_vector(LLVMValueRef scalar) {
    LLVMValueRef lanes[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++) lanes[l] = scalar;
    return LLVMConstVector(lanes, LOOP_LANES);
}

int64_t llvm_element_size(const Emitter *e, Buffer buffer) {
    if (buffer == BUFFER_LOG) return 8;
    return buffer == BUFFER_INPUT && e->code->input_bytes ? 1 : 4;
}

/* ---- addresses ---- */

static void position_in_frame(Emitter *e, const Frame *frame) {
    LLVMValueRef next = frame->last ? LLVMGetNextInstruction(frame->last) : LLVMGetFirstInstruction(frame->block);
    if (next)
        LLVMPositionBuilderBefore(e->builder, next);
    else
        LLVMPositionBuilderAtEnd(e->builder, frame->block);
}

static bool same_terms(const Address *a, const Address *b, int count) {
    if (a->region != b->region || b->term_count != count) return false;
    for (int i = 0; i < count; i++)
        if (a->term[i].var != b->term[i].var || a->term[i].stride != b->term[i].stride) return false;
    return true;
}

static LLVMValueRef plus_offset(Emitter *e, LLVMValueRef pointer, LLVMValueRef bytes) {
    return LLVMBuildGEP2(e->builder, e->i8, pointer, &bytes, 1, "");
}

LLVMValueRef llvm_plus_bytes(Emitter *e, LLVMValueRef pointer, int64_t bytes) {
    return bytes ? plus_offset(e, pointer, llvm_const_i64(e, bytes)) : pointer;
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

/* The pointer to region + the first `count` terms, without the constant. */
static LLVMValueRef pointer_to(Emitter *e, const Address *address, int count) {
    if (count == 0) return e->region[address->region];
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
    const int64_t bytes = address->term[count - 1].stride * llvm_element_size(e, address->buffer);
    LLVMValueRef offset = LLVMBuildMul(e->builder, e->var[var], llvm_const_i64(e, bytes), "");
    LLVMValueRef pointer = plus_offset(e, outer, offset);
    if (LLVMIsAInstruction(pointer)) frame->last = pointer;
    LLVMPositionBuilderAtEnd(e->builder, here);
    remember_pointer(e, address, count, pointer, deepest);
    return pointer;
}

LLVMValueRef llvm_element_pointer(Emitter *e, const Address *address, int64_t more) {
    LLVMValueRef pointer = pointer_to(e, address, address->term_count);
    const int64_t element = address->base - e->nest->regions.at[address->region].origin + more;
    return llvm_plus_bytes(e, pointer, element * llvm_element_size(e, address->buffer));
}

/* The address as an integer: base + terms. */
static LLVMValueRef index_value(Emitter *e, const Address *address) {
    LLVMValueRef sum = llvm_const_i64(e, address->base);
    for (int i = 0; i < address->term_count; i++) {
        LLVMValueRef product =
            LLVMBuildMul(e->builder, e->var[address->term[i].var], llvm_const_i64(e, address->term[i].stride), "");
        sum = LLVMBuildAdd(e->builder, sum, product, "");
    }
    return LLVMBuildTrunc(e->builder, sum, e->i32, "");
}

unsigned llvm_access_align(const Emitter *e, Buffer buffer, Type type, bool aligned) {
    if (aligned && type.vector) return LLVM_BUFFER_ALIGN;
    return (unsigned)llvm_element_size(e, buffer);
}

LLVMValueRef llvm_build_load(Emitter *e, LLVMTypeRef type, LLVMValueRef pointer, unsigned align) {
    LLVMValueRef load = LLVMBuildLoad2(e->builder, type, pointer, "");
    LLVMSetAlignment(load, align);
    return load;
}

/* ---- values ---- */

LLVMValueRef llvm_build_intrinsic(Emitter *e, const char *name, LLVMTypeRef *types, size_t type_count,
                                  LLVMValueRef *args, unsigned count) {
    const unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    LLVMValueRef function = LLVMGetIntrinsicDeclaration(e->module, id, types, type_count);
    LLVMTypeRef type = LLVMIntrinsicGetType(e->context, id, types, type_count);
    return LLVMBuildCall2(e->builder, type, function, args, count, "");
}

static LLVMValueRef build_intrinsic(Emitter *e, const char *name, LLVMTypeRef type, LLVMValueRef *args,
                                    unsigned count) {
    return llvm_build_intrinsic(e, name, &type, 1, args, count);
}

static LLVMValueRef build_splat(Emitter *e, LLVMValueRef scalar) {
    LLVMTypeRef vector = LLVMVectorType(LLVMTypeOf(scalar), LOOP_LANES);
    LLVMValueRef one = LLVMBuildInsertElement(e->builder, LLVMGetPoison(vector), scalar, llvm_const_i32(e, 0), "");
    LLVMValueRef zeros = LLVMConstNull(LLVMVectorType(e->i32, LOOP_LANES));
    return LLVMBuildShuffleVector(e->builder, one, LLVMGetPoison(vector), zeros, "");
}

static LLVMValueRef build_choice(Emitter *e, LLVMRealPredicate predicate, LLVMValueRef a, LLVMValueRef b) {
    return LLVMBuildSelect(e->builder, LLVMBuildFCmp(e->builder, predicate, a, b, ""), a, b, "");
}

LLVMValueRef llvm_build_slice(Emitter *e, LLVMValueRef vector, unsigned first, unsigned count) {
    LLVMValueRef lanes[LOOP_LANES];
    for (unsigned l = 0; l < count; l++) lanes[l] = llvm_const_i32(e, first + l);
    return LLVMBuildShuffleVector(e->builder, vector, LLVMGetPoison(LLVMTypeOf(vector)), LLVMConstVector(lanes, count),
                                  "");
}

static LLVMValueRef combine(Emitter *e, Op op, LLVMValueRef a, LLVMValueRef b) {
    if (op == OP_SUM_LANES) return LLVMBuildFAdd(e->builder, a, b, "");
    return build_choice(e, op == OP_MAX_LANES ? LLVMRealOGT : LLVMRealOLT, a, b);
}

/* Lane l with l+8, then +4, +2, +1. */
static LLVMValueRef build_reduce(Emitter *e, Op op, LLVMValueRef vector) {
    for (unsigned half = LOOP_LANES / 2; half > 1; half /= 2)
        vector = combine(e, op, llvm_build_slice(e, vector, 0, half), llvm_build_slice(e, vector, half, half));
    return combine(e, op, LLVMBuildExtractElement(e->builder, vector, llvm_const_i32(e, 0), ""),
                   LLVMBuildExtractElement(e->builder, vector, llvm_const_i32(e, 1), ""));
}

static LLVMValueRef build_gather(Emitter *e, const Value *v) {
    const bool bytes = v->op == OP_GATHER_U8;
    LLVMTypeRef element = bytes ? e->i8 : element_type(e, v->type.element);
    LLVMValueRef vector = LLVMGetPoison(LLVMVectorType(element, LOOP_LANES));
    const unsigned align = (unsigned)llvm_element_size(e, v->address.buffer);
    for (int l = 0; l < LOOP_LANES; l++) {
        LLVMValueRef lane = llvm_build_load(e, element, llvm_element_pointer(e, &v->address, l * v->stride), align);
        vector = LLVMBuildInsertElement(e->builder, vector, lane, llvm_const_i32(e, l), "");
    }
    return bytes ? LLVMBuildZExt(e->builder, vector, llvm_value_type(e, v->type), "") : vector;
}

/* The even lanes of a, then those of b. */
static LLVMValueRef build_even(Emitter *e, LLVMValueRef a, LLVMValueRef b) {
    LLVMValueRef lanes[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++) lanes[l] = llvm_const_i32(e, 2 * l);
    return LLVMBuildShuffleVector(e->builder, a, b, LLVMConstVector(lanes, LOOP_LANES), "");
}

/* OP_LOW, OP_HIGH: where a lane's number has the bit of the block's size, from b, else from a. */
static LLVMValueRef build_blocks(Emitter *e, const Value *v, LLVMValueRef a, LLVMValueRef b) {
    LLVMValueRef lanes[LOOP_LANES];
    for (int l = 0; l < LOOP_LANES; l++) {
        const int place = v->op == OP_LOW ? l & ~v->integer : l | v->integer;
        lanes[l] = llvm_const_i32(e, l & v->integer ? LOOP_LANES + place : place);
    }
    return LLVMBuildShuffleVector(e->builder, a, b, LLVMConstVector(lanes, LOOP_LANES), "");
}

static LLVMValueRef build_constant(Emitter *e, const Value *v) {
    LLVMValueRef scalar = v->type.element == TYPE_I32 ? llvm_const_i32(e, v->integer)
                                                      : LLVMConstReal(element_type(e, v->type.element), v->number);
    return v->type.vector ? const_vector(scalar) : scalar;
}

static LLVMValueRef build_leaf(Emitter *e, const Value *v) {
    switch ((int)v->op) {
    case OP_CONST: return build_constant(e, v);
    case OP_LANE: {
        LLVMValueRef lanes[LOOP_LANES];
        for (int l = 0; l < LOOP_LANES; l++) lanes[l] = llvm_const_i32(e, l);
        return LLVMConstVector(lanes, LOOP_LANES);
    }
    case OP_INDEX: return index_value(e, &v->address);
    case OP_IMAGES: return LLVMBuildTrunc(e->builder, e->images, e->i32, "");
    case OP_LOAD:
        return llvm_build_load(e, llvm_value_type(e, v->type), llvm_element_pointer(e, &v->address, 0),
                               llvm_access_align(e, v->address.buffer, v->type, v->aligned));
    case OP_LOAD_U8: {
        LLVMTypeRef type = v->type.vector ? LLVMVectorType(e->i8, LOOP_LANES) : e->i8;
        LLVMValueRef bytes = llvm_build_load(e, type, llvm_element_pointer(e, &v->address, 0), 1);
        return LLVMBuildZExt(e->builder, bytes, llvm_value_type(e, v->type), "");
    }
    case OP_GATHER:
    case OP_GATHER_U8: return build_gather(e, v);
    case OP_GET: return e->variable[v->variable];
    default: BUG("no leaf %s", op_names[v->op]);
    }
}

static LLVMValueRef build_mask_bits(Emitter *e, const Value *v, LLVMValueRef bits) {
    e->mask[v->id] = bits;
    return LLVMBuildSExt(e->builder, bits, llvm_value_type(e, v->type), "");
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
    LLVMValueRef places = llvm_const_i32(e, v->integer);
    if (v->type.vector) places = const_vector(places);
    return LLVMBuildBinOp(e->builder, v->op == OP_SHIFT_LEFT ? LLVMShl : LLVMLShr, e->value[v->a], places, "");
}

/* Bits are promised, so it is said which of the two it is: llvm.fmuladd would leave that to the code generator, and
 * llvm.fma is a call of the library where the processor has none. */
static LLVMValueRef build_fma(Emitter *e, LLVMTypeRef type, LLVMValueRef *args) {
    if (e->target->fma) return build_intrinsic(e, "llvm.fma", type, args, 3);
    return LLVMBuildFAdd(e->builder, LLVMBuildFMul(e->builder, args[0], args[1], ""), args[2], "");
}

static LLVMValueRef build_op(Emitter *e, const Value *v) {
    LLVMBuilderRef builder = e->builder;
    LLVMTypeRef type = llvm_value_type(e, v->type);
    LLVMValueRef a = e->value[v->a];
    LLVMValueRef b = v->b >= 0 ? e->value[v->b] : NULL;
    LLVMValueRef args[] = {a, b, v->c >= 0 ? e->value[v->c] : NULL};
    switch ((int)v->op) {
    case OP_SPLAT: return build_splat(e, a);
    case OP_ADD: return LLVMBuildFAdd(builder, a, b, "");
    case OP_SUB: return LLVMBuildFSub(builder, a, b, "");
    case OP_MUL: return LLVMBuildFMul(builder, a, b, "");
    case OP_DIV: return LLVMBuildFDiv(builder, a, b, "");
    case OP_FMA: return build_fma(e, type, args);
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
    case OP_EVEN: return build_even(e, a, b);
    case OP_LOW:
    case OP_HIGH: return build_blocks(e, v, a, b);
    default: return build_reduce(e, v->op, a);
    }
}

void llvm_emit_value(Emitter *e, const Value *v) {
    e->type[v->id] = v->type;
    e->value[v->id] = loop_operand_count(v->op) == 0 ? build_leaf(e, v) : build_op(e, v);
}
