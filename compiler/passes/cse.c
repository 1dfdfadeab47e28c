/* Equal computes: expressions are shared nodes, so two computes are equal when their fields are. A map that only copies
 * a value is equal to what it copies.
 *
 *     a[n,o] = f(z[n,o])    b[n,o] = f(z[n,o])    c[n,o] = b[n,o] * b[n,o]    ->    a and c[n,o] = a[n,o] * a[n,o] */
#include "compiler/passes/passes.h"

#include <string.h>

static bool equal(const Compute *a, const Compute *b) {
    if (a->e != b->e || a->post != b->post || a->reduce != b->reduce || a->rank != b->rank) return false;
    if (a->reductions != b->reductions || a->reduce == REDUCE_RANDOM || a->next || b->next) return false;
    if (a->out->role != ROLE_VALUE || b->out->role != ROLE_VALUE) return false;
    if (a->out->rank != b->out->rank || memcmp(a->range, b->range, sizeof a->range) != 0) return false;
    for (int d = 0; d < a->out->rank; d++)
        if (a->out->dim[d] != b->out->dim[d]) return false;
    return memcmp(a->write, b->write, sizeof a->write) == 0;
}

/* Of the tensors that one compute alone writes, by id: that compute; and of those left out, what is read instead. */
typedef struct {
    Compute **writer;
    Tensor **instead;
} Sharing;

static bool copies_whole(Program *p, const Sharing *sharing, const Compute *c) {
    if (c->reduce != REDUCE_NONE || c->next || c->out->role != ROLE_VALUE || c->e->kind != EXPR_READ) return false;
    return c->e->tensor->role == ROLE_VALUE && compute_is_plain(c) && c->e == e_at(p, c->e->tensor) &&
           sharing->writer[c->out->id] == c;
}

typedef struct {
    Program *p;
    const Sharing *sharing;
    VEC(const Tensor *) gone;
} GoneReads;

static void note_gone(void *context, Expr *read) {
    GoneReads *reads = context;
    if (reads->sharing->instead[read->tensor->id]) vec_push(reads->p->arena, &reads->gone, read->tensor);
}

static void read_instead(Program *p, const Sharing *sharing, Compute *c) {
    GoneReads reads = {.p = p, .sharing = sharing};
    expr_reads(p, c->e, note_gone, &reads);
    expr_reads(p, c->post, note_gone, &reads);
    for (size_t i = 0; i < reads.gone.count; i++) {
        const Tensor *gone = reads.gone.at[i];
        c->e = expr_retarget(p, c->e, gone, sharing->instead[gone->id]);
        c->post = expr_retarget(p, c->post, gone, sharing->instead[gone->id]);
    }
}

static size_t bucket_of(const Compute *c, size_t buckets) {
    const void *parts[] = {c->e, c->post};
    return hash_bytes(hash_bytes(0, parts, sizeof parts), c->range, sizeof c->range) % buckets;
}

void pass_cse(Program *p) {
    Arena *scratch = arena_new();
    Sharing sharing = {NEW_ARRAY(scratch, Compute *, p->tensors.count), NEW_ARRAY(scratch, Tensor *, p->tensors.count)};
    bool *written = NEW_ARRAY(scratch, bool, p->tensors.count);
    size_t count = p->computes.count, kept = 0;
    typedef struct Entry Entry;
    struct Entry {
        const Compute *compute;
        Entry *next;
    } **bucket = NEW_ARRAY(scratch, Entry *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Compute *c = p->computes.at[i];
        sharing.writer[c->out->id] = written[c->out->id] ? NULL : c;
        written[c->out->id] = true;
    }
    for (size_t i = 0; i < count; i++) {
        Compute *c = p->computes.at[i];
        bool alone = sharing.writer[c->out->id] == c;
        read_instead(p, &sharing, c);
        Entry **chain = &bucket[bucket_of(c, count + 1)], *same = *chain;
        while (same && !equal(same->compute, c)) same = same->next;
        if (copies_whole(p, &sharing, c)) {
            sharing.instead[c->out->id] = c->e->tensor;
        } else if (alone && same) {
            sharing.instead[c->out->id] = same->compute->out;
        } else {
            p->computes.at[kept++] = c;
            if (!alone) continue;
            Entry *entry = NEW(scratch, Entry);
            *entry = (Entry){c, *chain};
            *chain = entry;
        }
    }
    p->computes.count = kept;
    arena_free(scratch);
}
