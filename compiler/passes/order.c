/* How each sum takes its terms. See docs/numerics.md.
 *
 * Blocks are whole inner windows of at most BLOCK_TERMS terms. Rows that a window reads outside of a map are left out,
 * columns are not: the rim of a row is kept as zeros, which lanes run over. So are the rows of a dilated window. */
#include "compiler/passes/passes.h"

/* ---- blocks ---- */
static void cut_blocks(Compute *c) {
    int64_t inside = 1;
    c->order.block = -1;
    if (c->reduce != REDUCE_SUM || c->out->role == ROLE_LOG) return;
    for (int k = c->rank + c->reductions; k-- > c->rank;) {
        if (c->range[k] == DIM_BATCH) continue;
        if (inside * c->range[k] <= BLOCK_TERMS) {
            inside *= c->range[k];
            continue;
        }
        c->order.block = k;
        c->order.block_size = inside > BLOCK_TERMS ? 1 : BLOCK_TERMS / inside;
        return;
    }
}

/* ---- terms outside of what they read ---- */
/* One dimension that is read at slope*i + step*k + plus, i an output and k a reduction index, with step 1 or -1. */
static void note_inside(Compute *c, const Expr *read, int d) {
    const Affine *a = &read->index[d];
    int64_t low, high, side = read->tensor->dim[d];
    int output = -1, term = -1;
    for (int i = 0; i < c->rank + c->reductions; i++) {
        int *which = i < c->rank ? &output : &term;
        if (a->at[i] == 0) continue;
        if (*which >= 0) return;
        *which = i;
    }
    read_reach(c, read, d, &low, &high);
    if ((low >= 0 && high < side) || output < 0 || term < 0) return;
    bool row = term != c->rank + c->reductions - 1; /* the last index runs within a row */
    if (!row || term == c->order.block || (a->at[term] != 1 && a->at[term] != -1)) return;
    Inside *inside = &c->order.inside[term];
    if (inside->output >= 0) return;
    inside->output = output;
    inside->slope = -(int64_t)a->at[output] * a->at[term];
    inside->low = a->at[term] > 0 ? -(int64_t)a->plus : a->plus - side + 1;
    inside->high = inside->low + side;
}

static void find_inside(void *context, Expr *read) {
    if (read->number != 0) return;
    for (int d = 0; d < read->tensor->rank; d++)
        if (read->tensor->dim[d] != DIM_BATCH) note_inside(context, read, d);
}

static Partial partial_of(const Compute *c) {
    if (compute_sums_batch(c)) return compute_is_outer(c) ? PARTIAL_NONE : PARTIAL_IMAGES;
    return c->out->role == ROLE_LOG ? PARTIAL_MEMORY : PARTIAL_NONE;
}

void pass_order(Program *p) {
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        if (c->reductions == 0 || c->reduce == REDUCE_RANDOM) continue;
        c->order = (SumOrder){.settled = true, .partial = partial_of(c), .owned = compute_is_owned(c)};
        for (int k = 0; k < INDEX_MAX; k++) c->order.inside[k].output = -1;
        cut_blocks(c);
        if (c->reduce == REDUCE_SUM && c->out->role != ROLE_LOG && c->e->kind == EXPR_MUL)
            expr_reads(p, c->e, find_inside, c);
    }
}
