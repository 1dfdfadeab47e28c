/* Processors, in physical units: a row of processors.c is all that the scheduler knows of one. No order of a sum
 * follows from a row: code for any two processors of the same arithmetic gives the same bits. */
#ifndef NETC_PROCESSOR_H
#define NETC_PROCESSOR_H

#include "compiler/base/base.h"

typedef struct {
    const char *name;  /* as LLVM and --cpu spell it */
    const char *level; /* of x86-64, whose instructions are used; NULL: those of every processor of its kind */
    bool fma;          /* has fused multiply-add: the promise of equal bits holds */
    int vector_bytes;  /* of a register */
    int registers;     /* vector registers */
    int ports;         /* multiply-adds of whole vectors begun a cycle */
    int latency;       /* cycles from one multiply-add to the next that needs its result */
    int loads;         /* loads a cycle, of vectors or of numbers for all lanes */
    int issue;         /* instructions a cycle */
    bool folds;        /* a load may be part of the arithmetic that needs it */
    bool broadcasts;   /* so may a load of a number for all lanes */
    int64_t l1, l2;    /* bytes of its own first and second level; a shared one counts in shares */
    int l2_rate;       /* bytes a cycle that come from the second level, in loops as netc makes them */
    int l3_rate;       /* from beyond it */
} Processor;

typedef enum { MACHINE_X86_64, MACHINE_ARM64 } Machine;
#if defined(__x86_64__)
#define MACHINE_HOST MACHINE_X86_64
#else
#define MACHINE_HOST MACHINE_ARM64
#endif

const Processor *processor_at(Machine machine, int i); /* NULL after the last */
const Processor *processor_named(Machine machine, const char *name);
/* The row of a name of LLVM's, or of the processor that is nearest to it and has the same instructions; NULL: of none.
 */
const Processor *processor_like(Machine machine, const char *name);
/* All figures of the row, for a reader; two rows have the same text only if they are equal but for their names. */
const char *processor_text(Arena *arena, const Processor *row);

#endif
