/* Processors: what --cpu names, resolved to what the scheduler, LLVM and C compilers are told. */
#ifndef NETC_DRIVER_TARGET_H
#define NETC_DRIVER_TARGET_H

#include "compiler/base/base.h"

typedef struct {
    const char *cpu;      /* a name that LLVM and C compilers know; never "native" */
    const char *features; /* LLVM's form, "" for the cpu's own */
    bool fma;             /* has fused multiply-add: the promise of equal bits holds */
    int vector_registers;
} Processor;

/* The processor `name` (NULL: native) for a backend. False after filling *why, a usage error. */
bool processor_find(Arena *arena, const char *name, bool llvm, Processor *processor, const char **why);

#endif
