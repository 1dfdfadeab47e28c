/* The machine that code is made for, from the driver through the scheduler to the printers. */
#ifndef NETC_TARGET_H
#define NETC_TARGET_H

#include "compiler/base/processor.h"

typedef struct {
    const char *cpu;     /* what is tuned for, a name that LLVM knows; never "native" */
    const char *level;   /* of x86-64, whose instructions are used; NULL: those of every processor of its kind */
    const char *triple;  /* LLVM's name of another kind of machine; NULL: this one's */
    bool fma;            /* has fused multiply-add: the promise of equal bits holds */
    Processor processor; /* what the scheduler reckons with: the row of `cpu`, or of its level */
    const char *settled; /* what of that row was found on this machine, and how; NULL: it is as it stands */
} Target;

#endif
