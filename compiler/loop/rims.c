/* Rims: tiles some of whose terms lie outside of a tensor. */
#include "compiler/loop/gen.h"

/* Whether the output indices `from` .. `last` of i bring dimension d of a factor out of its tensor, which is known for
 * each term where all terms of that dimension stand in one body. */
static bool reaches_out(const Gen *g, const Expr *read, int d, int i, int64_t from, int64_t last) {
    const Affine *a = &read->index[d];
    int64_t low = a->plus, high = a->plus;
    if (a->at[i] == 0) return false;
    for (int k = 0; k < INDEX_MAX; k++) {
        if (a->at[k] == 0) continue;
        bool term = k >= g->group->rank;
        if (k != i && (!term || k == g->s.lane || g->s.unroll[k] < g->group->range[k])) return false;
        int64_t x = a->at[k] * (k == i ? from : 0), y = a->at[k] * (k == i ? last : g->group->range[k] - 1);
        low += x < y ? x : y;
        high += x < y ? y : x;
    }
    return low < 0 || high >= read->tensor->dim[d];
}

bool gen_is_rim(const Gen *g, int i, int64_t from, int64_t last) {
    const Compute *c = g->group->member[0]->compute;
    if (g->group->count != 1 || c->reduce != REDUCE_SUM || c->e->kind != EXPR_MUL || i == g->lane) return false;
    const Expr *factor[] = {c->e->a, c->e->b};
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        if (factor[f]->kind != EXPR_READ || factor[f]->number != 0) continue;
        for (int d = 0; d < factor[f]->tensor->rank; d++)
            if (factor[f]->tensor->dim[d] != DIM_BATCH && reaches_out(g, factor[f], d, i, from, last)) return true;
    }
    return false;
}
