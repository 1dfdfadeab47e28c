/* Rewritings of tensor programs that keep what is computed, up to the order of sums, which they never touch. */
#ifndef NETC_PASSES_H
#define NETC_PASSES_H

#include "compiler/tensor/tensor.h"

/* Computes nothing needs go: what counts is logged, an output, or the next value of a parameter. */
void pass_dce(Program *p);
/* Of two equal computes the later one goes. */
void pass_cse(Program *p);
/* Maps join their reader or the sum they read. */
void pass_fuse(Program *p);
/* Copies that let every tensor have one layout; after fusion. */
void pass_layout_copies(Program *p);
/* Appends the copy by rows of a value, made from the batch's input where that is all that `writer`, the compute that
 * makes the value, reads (NULL: there are several). */
Compute *pass_copy_rows(Program *p, Tensor *x, const Compute *writer);
/* Settles the order of every sum; the last of the passes, which see to it that nothing changes it any more. */
void pass_order(Program *p);

/* The one place where a map reads a sum that it may join; NULL: it may not. */
const Expr *compute_joins_sum(Program *p, const Compute *map, const Compute *sum);
/* Makes the map that reads a sum there the sum itself, with the map behind it. */
void compute_join_sum(Program *p, Compute *map, const Compute *sum, const Expr *read);
/* Whether c is a sum over the images alone of a product of two reads: lanes run over its last dimension. */
bool compute_is_outer(const Compute *c);
/* The lowest and highest index of dimension d that a read takes. */
void read_reach(const Compute *c, const Expr *read, int d, int64_t *low, int64_t *high);
bool read_reaches_out(const Compute *c, const Expr *read);

#endif
