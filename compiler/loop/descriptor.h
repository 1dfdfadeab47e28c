/* The JSON text that tells the runtime what the kernels are for: docs/formats.md, "The model descriptor". */
#ifndef NETC_DESCRIPTOR_H
#define NETC_DESCRIPTOR_H

#include "compiler/loop/lower.h"

typedef struct {
    const Programs *programs;
    const LowerOptions *options;
    uint64_t order_hash;
    int64_t grad_slot, grad_owned, batch_chunk[PROGRAM_COUNT], scratch; /* elements */
    const char *const *scalars;                                         /* formulas */
    size_t scalar_count;
    const char *penalty[2];            /* formulas: of sum w^2, of sum |w|; NULL: none */
    const ScheduleKind *schedule;      /* NULL: the rate stays */
    bool random;                       /* the words of net_random follow them */
    const int *kernels[PROGRAM_COUNT]; /* by program: its phases' kernels */
    size_t kernel_count[PROGRAM_COUNT];
    size_t commit[PROGRAM_COUNT]; /* the first phase that changes a parameter; as many as there are: none does */
} Descriptor;

const char *descriptor_write(Arena *arena, const Code *code, const Descriptor *descriptor);

#endif
