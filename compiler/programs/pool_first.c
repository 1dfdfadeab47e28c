/* Pool, then activate: max(f(z)) = f(max(z)) for a non-decreasing f, with a quarter of the f's for a 2x2 window.
 *
 *     a[n,o,i,j] = f(z[n,o,i,j])               m[n,o,i,j] = max(u,v) z[n,o,2i+u,2j+v]
 *     y[n,o,i,j] = max(u,v) a[n,o,2i+u,2j+v]   y[n,o,i,j] = f(m[n,o,i,j])
 *
 * Before differentiation, so that every program and route sees the same ties. */
#include "compiler/programs/parts.h"

static void swap(Build *build, size_t at, Compute *activation, const Tensor *z) {
    Program *p = build->program;
    Compute *pool = p->computes.at[at];
    Tensor *y = pool->out, *a = activation->out;
    Tensor *m = program_tensor(p, ROLE_VALUE, false, y->rank, y->dim, arena_format(p->arena, "%s.max", y->name));
    Tensor *from = (Tensor *)(uintptr_t)z;
    m->at = y->at;
    Expr *old = e_at(p, from), *now = e_at(p, m);
    activation->e = expr_replace(p, activation->e, old, now);
    activation->out = y;
    for (int d = 0; d < y->rank; d++) activation->range[d] = y->dim[d];
    pool->e = expr_retarget(p, pool->e, a, from);
    pool->out = m;
    y->rises_with = m;
    size_t from_place = 0;
    while (p->computes.at[from_place] != activation) from_place++;
    for (size_t i = from_place; i < at; i++) p->computes.at[i] = p->computes.at[i + 1];
    p->computes.at[at] = activation;
}

void pool_before_activation(Build *build) {
    Program *p = build->program;
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *pool = p->computes.at[i], *reader;
        if (pool->reduce != REDUCE_MAX || pool->e->kind != EXPR_READ || pool->out->rank != 4) continue;
        const Tensor *a = pool->e->tensor;
        if (!a->rises_with || program_readers(p, a, &reader) != 1) continue;
        Compute *activation = program_writer(p, a);
        if (activation) swap(build, i, activation, a->rises_with);
    }
}
