/* What the files of the LLVM printer share: emit_llvm.c cuts a code and makes machine code, emit_llvm_module.c the
 * functions of a module, emit_llvm_nest.c walks statements, emit_llvm_value.c makes values and addresses. LLVM is
 * included nowhere else. */
#ifndef NETC_EMIT_LLVM_H
#define NETC_EMIT_LLVM_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>
#include <llvm/Config/llvm-config.h>

#include "compiler/emit/emit.h"

#if LLVM_VERSION_MAJOR < 19
#error "LLVM 19 or newer is needed; build with LLVM=0 to go without"
#endif

/* LLVM_MAX_INTEGERS: that a nest takes besides its pointers, chunk, images, task, part and parts. */
enum { LLVM_MAX_DEPTH = 64, LLVM_BUFFER_ALIGN = 64, LLVM_MAX_INTEGERS = 5 };

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

/* What a module has of a code: some of its nests; or, but for the whole, the kernels that call them and the nests that
 * are light. The functions of several parts see each other. */
typedef struct {
    bool whole; /* all there is */
    bool kernels;
    int first, end; /* else of nests that are not light */
} LlvmPart;

typedef struct {
    Arena *arena;
    const Code *code;
    LlvmPart own;
    const Target *target;
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTargetMachineRef machine;
    LLVMDIBuilderRef debug;
    LLVMMetadataRef debug_file, debug_type;
    LLVMTypeRef f32, f64, i1, i8, i32, i64, pointer, nothing;
    LLVMTypeRef kernel_type;
    LLVMValueRef net_random, net_meet;
    LLVMTypeRef net_random_type, net_meet_type;
    LLVMValueRef *nests; /* functions; of those that do the same the first one's */

    /* the function being printed */
    const Nest *nest;
    LLVMValueRef function;
    LLVMValueRef buffer[BUFFER_COUNT]; /* of a kernel */
    LLVMValueRef *region;              /* of a nest */
    LLVMValueRef images, task, part, parts, team;
    LLVMValueRef *value, *mask; /* by number; mask: the <16 x i1> or i1 of a value known to be a mask */
    Type *type;
    LLVMValueRef *var, *variable; /* loop variables; current values of mutable variables */
    int *var_frame;
    Frame frame[LLVM_MAX_DEPTH];
    int depth;
    VEC(Pointer) pointers;
} Emitter;

/* ---- modules ---- */
void llvm_emit_module(Emitter *e);
const char *llvm_instructions(const Target *target); /* that may be used, as LLVM names them */

/* ---- types and constants ---- */
LLVMTypeRef llvm_value_type(const Emitter *e, Type type);
LLVMValueRef llvm_const_i64(const Emitter *e, int64_t value);
LLVMValueRef llvm_const_i32(const Emitter *e, int64_t value);
int64_t llvm_element_size(const Emitter *e, Buffer buffer);

/* ---- values, made where the builder stands ---- */
LLVMValueRef llvm_plus_bytes(Emitter *e, LLVMValueRef pointer, int64_t bytes);
/* The pointer to the element `more` beyond an address. */
LLVMValueRef llvm_element_pointer(Emitter *e, const Address *address, int64_t more);
unsigned llvm_access_align(const Emitter *e, Buffer buffer, Type type, bool aligned);
/* A call of an intrinsic that is overloaded by `types`. */
LLVMValueRef llvm_build_intrinsic(Emitter *e, const char *name, LLVMTypeRef *types, size_t type_count,
                                  LLVMValueRef *args, unsigned count);
/* Elements first .. first+count-1 of a vector. */
LLVMValueRef llvm_build_slice(Emitter *e, LLVMValueRef vector, unsigned first, unsigned count);
LLVMValueRef llvm_build_load(Emitter *e, LLVMTypeRef type, LLVMValueRef pointer, unsigned align);
void llvm_emit_value(Emitter *e, const Value *value);

/* ---- statements ---- */
LLVMBasicBlockRef llvm_new_block(Emitter *e); /* at the end of the function */
void llvm_emit_block(Emitter *e, const Block *block);

#endif
