/* A nest as the interpreter runs it: a list of instructions. Values live in slots of 64 bytes (128 for 16 doubles), a
 * slot is used again when its value is dead, and an instruction is a switch over (operation, element, lanes).
 *
 * Everything lives in the arena; nothing can fail. Inside the interpreter, whose interface is interp.h. */
#ifndef NETC_BYTECODE_H
#define NETC_BYTECODE_H

#include "compiler/loop/loop.h"

enum { SLOT = 64 };

#define KEY(op, element, vector) ((int)(op) * 6 + (int)(element) * 2 + (vector))

/* An operation that only the interpreter has: OP_FMA rounded twice. */
enum { OP_MULTIPLY_ADD = OP_COUNT };

/* Codes beyond those of the operations. */
enum {
    CODE_FOR = KEY(OP_MULTIPLY_ADD + 1, 0, 0), /* variable .d from bound a to bound b; none: go to .c */
    CODE_NEXT,                                 /* variable .d plus .step; again from .c */
    CODE_IF,                                   /* bound a < bound b, else go to .c */
    CODE_IF_EQUAL,
    CODE_COPY,  /* .c bytes from slot a to d */
    CODE_STORE, /* .c bytes of slot a */
    CODE_SCATTER_4,
    CODE_SCATTER_8,
    CODE_ADD_LANES,
    CODE_RANDOM,  /* layer .c, scalar a, rows from bound b to the next */
    CODE_POINTER, /* pointer d becomes address .address, but for the constant part */
    CODE_END
};

typedef struct {
    int32_t code;
    uint32_t d, a, b, c; /* byte offsets of slots, or as the code says */
    uint32_t address;    /* number of a pointer; OP_INDEX, CODE_POINTER: in Bytecode.addresses */
    int64_t base;        /* bytes beyond the pointer; OP_INDEX: the constant part */
    int64_t step;        /* gather, scatter: stride in elements; shifts and constants: the number */
} Instruction;

typedef struct {
    const Nest *nest;
    VEC(Instruction) code;
    VEC(Address) addresses; /* each region and variable part once: a pointer when the nest runs */
    VEC(Bound) bounds;
    size_t slots;
} Bytecode;

/* Bytes of an element. */
static inline size_t bytecode_element(Buffer buffer, bool input_bytes) {
    return buffer == BUFFER_LOG ? 8 : buffer == BUFFER_INPUT && input_bytes ? 1 : 4;
}

/* The instructions of a nest; `fused`: its OP_FMA rounds once. *bytecode is zeroed before. */
void bytecode_translate(Arena *arena, const Code *code, bool fused, const Nest *nest, Bytecode *bytecode);

#endif
