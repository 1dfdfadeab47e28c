/* What decides the bits of a program's new stored values, as one number. See tensor.h.
 *
 * A tensor's hash is made of the computes that write it, a compute's of its ranges, its order and its expression, and a
 * stored tensor's of its row: so neither a name nor what else a program computes counts. Program order has the writers
 * of a tensor before its readers. */
#include "compiler/tensor/tensor.h"

#include <string.h>

typedef struct {
    Program *p;
    uint64_t *tensor; /* by id: of what writes it, so far */
    uint64_t *expr;   /* by id */
    bool *known;      /* whether the expression has one */
} Hashes;

static uint64_t add(uint64_t hash, const void *bytes, size_t size) { return hash_bytes(hash, bytes, size); }

static uint64_t add_number(uint64_t hash, int64_t number) { return add(hash, &number, sizeof number); }

static uint64_t hash_given(const Tensor *t) {
    uint64_t hash = add_number(0, t->role);
    hash = add_number(hash, t->integer);
    hash = add_number(hash, t->stored);
    return add(hash, t->dim, (size_t)t->rank * sizeof t->dim[0]);
}

/* Expressions are short: pass_fuse joins no more than some hundred operations. */
static uint64_t hash_expr(Hashes *h, const Expr *e) {
    if (!e) return 0;
    if (h->known[e->id]) return h->expr[e->id];
    uint64_t hash = add_number(0, e->kind);
    hash = add(hash, &e->number, sizeof e->number);
    for (int i = 0; i < expr_arity(e->kind); i++) {
        const Expr *operand = i == 0 ? e->a : i == 1 ? e->b : e->c;
        hash = add_number(hash, (int64_t)hash_expr(h, operand));
    }
    if (e->tensor) hash = add_number(hash, (int64_t)h->tensor[e->tensor->id]);
    if (e->tensor) hash = add(hash, e->index, (size_t)e->tensor->rank * sizeof e->index[0]);
    if (e->kind == EXPR_INDEX) hash = add(hash, e->index, sizeof e->index[0]);
    if (e->scalar) hash = add(hash, e->scalar, strlen(e->scalar));
    h->known[e->id] = true;
    return h->expr[e->id] = hash;
}

static uint64_t hash_order(const Compute *c) {
    const SumOrder *order = &c->order;
    const int64_t parts[] = {order->settled, order->partial, order->owned, order->block, order->block_size};
    uint64_t hash = add(0, parts, sizeof parts);
    for (int k = c->rank; k < c->rank + c->reductions; k++) {
        const Inside *inside = &order->inside[k];
        const int64_t terms[] = {inside->output, inside->low, inside->high, inside->slope};
        if (order->settled && inside->output >= 0) hash = add_number(add(hash, terms, sizeof terms), k);
    }
    return hash;
}

/* Strides and offsets of indices that write a dimension each; then what else there is. */
static uint64_t hash_write(uint64_t hash, const Compute *c) {
    int32_t stride[TENSOR_MAX_RANK], offset[TENSOR_MAX_RANK];
    size_t size = (size_t)c->out->rank * sizeof stride[0];
    for (int d = 0; d < c->out->rank; d++) {
        stride[d] = c->write[d].at[d];
        offset[d] = c->write[d].plus;
    }
    hash = add(add(hash, stride, size), offset, size);
    for (int d = 0; d < c->out->rank; d++)
        for (int i = 0; i < c->rank; i++) {
            const int32_t other[] = {d, i, c->write[d].at[i]};
            if (i != d && c->write[d].at[i] != 0) hash = add(hash, other, sizeof other);
        }
    return hash;
}

static uint64_t hash_compute(Hashes *h, const Compute *c) {
    const int64_t parts[] = {c->rank, c->reductions, c->reduce, c->next, c->stream};
    uint64_t hash = add(0, parts, sizeof parts);
    hash = add(hash, c->range, (size_t)(c->rank + c->reductions) * sizeof c->range[0]);
    hash = hash_write(hash, c);
    hash = add_number(hash, (int64_t)hash_expr(h, c->e));
    hash = add_number(hash, (int64_t)hash_expr(h, c->post));
    return add_number(hash, (int64_t)hash_order(c));
}

uint64_t program_hash(Program *p) {
    Arena *scratch = arena_new();
    Hashes h = {p, NEW_ARRAY(scratch, uint64_t, p->tensors.count), NEW_ARRAY(scratch, uint64_t, p->exprs.count),
                NEW_ARRAY(scratch, bool, p->exprs.count)};
    uint64_t hash = 0;
    for (size_t i = 0; i < p->tensors.count; i++) h.tensor[i] = hash_given(p->tensors.at[i]);
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        uint64_t made = hash_compute(&h, c);
        if (c->next)
            hash = add_number(add_number(hash, c->out->stored), (int64_t)made);
        else
            h.tensor[c->out->id] = add_number(h.tensor[c->out->id], (int64_t)made);
    }
    arena_free(scratch);
    return hash;
}
