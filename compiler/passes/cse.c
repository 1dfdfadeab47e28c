/* Equal computes: expressions are shared nodes, so two computes are equal when their fields are. A map that only copies
 * a value is equal to what it copies. */
#include "compiler/passes/passes.h"

#include <string.h>

static bool equal(const Compute *a, const Compute *b) {
    if (a->e != b->e || a->post != b->post || a->reduce != b->reduce || a->rank != b->rank) return false;
    if (a->reductions != b->reductions || a->reduce == REDUCE_RANDOM || a->next || b->next) return false;
    if (a->out->role != ROLE_VALUE || b->out->role != ROLE_VALUE) return false;
    if (memcmp(a->range, b->range, sizeof a->range) != 0) return false;
    for (int d = 0; d < a->rank; d++)
        if (a->write_stride[d] != b->write_stride[d] || a->write_offset[d] != b->write_offset[d] ||
            a->out->dim[d] != b->out->dim[d])
            return false;
    return true;
}

static void replace_reads(Program *p, size_t from, const Tensor *old, Tensor *now) {
    for (size_t r = from; r < p->computes.count; r++) {
        Compute *reader = p->computes.at[r];
        reader->e = expr_retarget(p, reader->e, old, now);
        reader->post = expr_retarget(p, reader->post, old, now);
    }
}

static bool copies_whole(Program *p, const Compute *c) {
    if (c->reduce != REDUCE_NONE || c->next || c->out->role != ROLE_VALUE || c->e->kind != EXPR_READ) return false;
    return c->e->tensor->role == ROLE_VALUE && c->e->tensor->rank == c->rank && c->e == e_at(p, c->e->tensor) &&
           program_writer(p, c->out) == c;
}

static void remove_copies(Program *p) {
    for (size_t i = 0; i < p->computes.count;) {
        Compute *c = p->computes.at[i];
        if (!copies_whole(p, c)) {
            i++;
            continue;
        }
        program_remove(p, c);
        replace_reads(p, i, c->out, c->e->tensor);
    }
}

void pass_cse(Program *p) {
    remove_copies(p);
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *first = p->computes.at[i];
        if (program_writer(p, first->out) != first) continue;
        for (size_t k = i + 1; k < p->computes.count;) {
            Compute *second = p->computes.at[k];
            if (!equal(first, second) || program_writer(p, second->out) != second) {
                k++;
                continue;
            }
            program_remove(p, second);
            replace_reads(p, k, second->out, first->out);
        }
    }
}
