/* What is done otherwise where a batch is one chunk. */
#ifndef NETC_ONE_CHUNK_H
#define NETC_ONE_CHUNK_H

#include "compiler/loop/layout.h"

/* The list, for batches of any size, with what is better for one chunk. Steps are at their levels. */
PlacedList one_chunk_place(Arena *arena, Program *p, PlacedList list);

#endif
