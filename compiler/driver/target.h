/* Processors: what --cpu names, resolved to what the scheduler, LLVM and C compilers are told. */
#ifndef NETC_DRIVER_TARGET_H
#define NETC_DRIVER_TARGET_H

#include "compiler/base/base.h"

typedef struct {
    const char *cpu;      /* what is tuned for, a name that LLVM knows; never "native" */
    const char *level;    /* of x86-64, whose instructions are used; NULL: those of every processor of its kind */
    const char *triple;   /* LLVM's name of another kind of machine; NULL: this one's */
    bool fma;             /* has fused multiply-add: the promise of equal bits holds */
    int vector_registers; /* of 16 lanes: 32 with AVX-512, 8 with AVX2 (16 of 8 lanes), 4 with SSE */
} Processor;

/* The processors of --cpu auto on this kind of machine, most demanding first; gives how many. */
int processor_ladder(Arena *arena, Processor ladder[3]);
/* The processor of --target TRIPLE; false when netc does not know that kind of machine. */
bool processor_target(const char *triple, Processor *processor);
/* The processor `name` (NULL: native) for a backend. False after filling *why, a usage error. */
bool processor_find(Arena *arena, const char *name, bool llvm, Processor *processor, const char **why);

#endif
