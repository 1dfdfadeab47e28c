/* Runs kernels as they stand at the loop level, lane by lane in float: the oracle for the bits of both printers. */
#ifndef NETC_INTERP_H
#define NETC_INTERP_H

#include "compiler/loop/loop.h"
#include "runtime/abi.h"

typedef struct Interp Interp;
/* Prepares every kernel of a code (a linear byte code a nest). Lives in the arena; read-only afterwards, so many
 * threads may run it at once. `fused`: OP_FMA rounds once, else twice, as code does where a processor has no such
 * instruction. */
Interp *interp_new(Arena *arena, const Code *code, bool fused);
/* What NetKernel's `self` must be for kernel number k: interp_kernel is then that kernel. */
const void *interp_self(const Interp *interp, size_t k);
NetKernel interp_kernel;

#endif
