/* Workers that share a chunk of images: all run its kernel, each with its part of the nests that are split, one with
 * the others whole. They meet where a nest reads or overwrites what another worker may still be at. */
#ifndef NETC_MEET_H
#define NETC_MEET_H

#include "compiler/loop/loop_build.h"

/* Has a kernel run these nests, in this order, for the chunk of its loop, and meet in between. */
void meet_run_nests(LoopBuilder *builder, const Code *code, const int *nests, size_t count);

#endif
