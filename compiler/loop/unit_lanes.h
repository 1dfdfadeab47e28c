/* Dense layers whose units are in the lanes, not images: in batches that would fill few of the lanes, and where values
 * come by rows anyway.
 *
 *     a[n,o] = f(sum(k) w[k,o] * x[n,k])      a line of weights is loaded, x one number for all lanes
 *     w'[k,o] = sum(n) z'[n,o] * x[n,k]       so is a line of gradients
 *
 * Such a weight matrix lies by columns, in lines padded to whole vectors, and with it its gradient and what an
 * optimiser keeps of it: they have their first dimension last in all programs, and a Tensor.line. What is made lies by
 * rows, as what it is made of; where images are wanted in the lanes it is copied. Terms and their order stay what they
 * are. */
#ifndef NETC_UNIT_LANES_H
#define NETC_UNIT_LANES_H

#include "compiler/programs/programs.h"

/* Images that a chunk has, about, where a program goes through one: steps have the batches of the model, all else fills
 * its chunks. */
int64_t images_of_chunk(const Model *model, ProgramKind kind);
/* Chooses the layers by the program `train`, rewrites all programs, and settles where stored tensors lie. The orders of
 * sums are settled. */
void unit_lanes(Arena *arena, Programs *programs);

#endif
