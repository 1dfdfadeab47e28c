/* Maps that need no memory of their own.
 *
 * Into the reader, when every value is read exactly once:
 *     d[n,o] = g[n,o] * s[n,o]      log = sum(n,o) d[n,o]^2     ->    log = sum(n,o) (g*s)^2
 * Into the sum or maximum they read, when they alone read it (bias, activation, the step of an owned gradient):
 *     y[n,o] = sum(k) w[o,k]*x[n,k]     a[n,o] = relu(y[n,o] + b[o])     ->    a[n,o] = relu(result + b[o])
 * A gradient that is summed by slots stays: its value is known only once the slots are added, or where there is but one
 * (compiler/loop/one_chunk.c).
 *
 * What is joined costs at most JOIN_MAX: a long chain of maps becomes several nests, because C compilers and LLVM take
 * more than linear time for a long one. */
#include <string.h>

#include "compiler/passes/passes.h"

enum { JOIN_MAX = 128 };

static bool may_join(Program *p, const Compute *a, const Compute *b) {
    return compute_operations(p, a) + compute_operations(p, b) <= JOIN_MAX;
}

static bool whole_map(const Compute *c) {
    return c->reduce == REDUCE_NONE && c->out->role == ROLE_VALUE && compute_is_plain(c);
}

typedef struct {
    const Compute *reader;
    const Tensor *tensor;
    const Expr *read; /* the one place it is read at */
    bool once;
} Reading;

/* Each index of the reader is one dimension of the read, so no value is read twice. */
static void examine(void *context, Expr *read) {
    Reading *reading = context;
    if (read->tensor != reading->tensor) return;
    const Compute *c = reading->reader;
    bool seen[INDEX_MAX] = {false};
    if (reading->read || read->tensor->rank != c->rank + c->reductions) reading->once = false;
    reading->read = read;
    for (int d = 0; d < read->tensor->rank && reading->once; d++) {
        int i = affine_single(&read->index[d]);
        if (i < 0 || seen[i] || c->range[i] != read->tensor->dim[d])
            reading->once = false;
        else
            seen[i] = true;
    }
}

/* Who writes and reads each tensor; counts may be too high for a while after a join, never too low. */
typedef struct {
    Program *p;
    Compute **writer; /* by tensor id; NULL: none or several */
    Compute **reader; /* one that reads it */
    int *writers, *readers;
    Compute *reading; /* whose reads are being noted */
} Uses;

static void note_reader(void *context, Expr *read) {
    Uses *uses = context;
    int id = read->tensor->id;
    if (uses->reader[id] == uses->reading) return;
    uses->reader[id] = uses->reading;
    uses->readers[id]++;
}

static void note_joined(void *context, Expr *read) {
    Uses *uses = context;
    if (uses->readers[read->tensor->id] == 1) uses->reader[read->tensor->id] = uses->reading;
}

static Uses find_uses(Program *p, Arena *scratch) {
    size_t count = p->tensors.count;
    Uses uses = {p,
                 NEW_ARRAY(scratch, Compute *, count),
                 NEW_ARRAY(scratch, Compute *, count),
                 NEW_ARRAY(scratch, int, count),
                 NEW_ARRAY(scratch, int, count),
                 NULL};
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        uses.writer[c->out->id] = uses.writers[c->out->id]++ == 0 ? c : NULL;
        uses.reading = c;
        expr_reads(p, c->e, note_reader, &uses);
        expr_reads(p, c->post, note_reader, &uses);
    }
    return uses;
}

/* The one compute that reads t, NULL when there are more. */
static Compute *only_reader(const Uses *uses, const Tensor *t) {
    return uses->readers[t->id] == 1 ? uses->reader[t->id] : NULL;
}

static bool join_reader(Uses *uses, Compute *map) {
    Program *p = uses->p;
    Compute *reader = only_reader(uses, map->out);
    if (!whole_map(map) || uses->writer[map->out->id] != map || !reader) return false;
    if (!reader->e || reader->reduce == REDUCE_RANDOM || reader->out->role == ROLE_OUTPUT) return false;
    Reading reading = {.reader = reader, .tensor = map->out, .once = true};
    expr_reads(p, reader->post, examine, &reading);
    if (reading.read) return false;
    expr_reads(p, reader->e, examine, &reading);
    if (!reading.once || !reading.read || !may_join(p, map, reader)) return false;
    Expr *joined = expr_reindex(p, map->e, map->rank, reading.read->index);
    reader->e = expr_replace(p, reader->e, reading.read, joined);
    uses->reading = reader;
    expr_reads(p, map->e, note_joined, uses);
    return true;
}

/* Whether the map runs over all of what the sum gives. */
static bool same_indices(const Compute *map, const Compute *sum) {
    if (map->reduce != REDUCE_NONE || sum->out->rank != map->rank) return false;
    for (int d = 0; d < map->rank; d++)
        if (map->range[d] != sum->out->dim[d]) return false;
    return true;
}

/* What of a map's reads is a sum it may join; the first such. */
typedef struct {
    const Uses *uses;
    const Compute *map;
    Compute *sum;
} SumSearch;

static void find_sum(void *context, Expr *read) {
    SumSearch *search = context;
    Compute *sum = search->uses->writer[read->tensor->id];
    const Compute *map = search->map;
    if (search->sum || !sum || sum == map || (sum->reduce != REDUCE_SUM && sum->reduce != REDUCE_MAX)) return;
    if (sum->out->role != ROLE_VALUE || only_reader(search->uses, sum->out) != map || !same_indices(map, sum)) return;
    if (compute_sums_batch(sum) && !compute_is_owned(sum)) return;
    search->sum = sum;
}

void compute_join_sum(Program *p, Compute *map, const Compute *sum, const Expr *read) {
    /* over the indices of the sum, which may write several into one dimension */
    Expr *result = sum->post ? sum->post : e_result(p), *e = expr_reindex(p, map->e, map->rank, sum->write);
    map->post = expr_replace(p, e, e_read(p, sum->out, read->number, sum->write), result);
    for (int d = 0; d < map->out->rank; d++) map->write[d] = affine_reindex(&map->write[d], sum->write);
    map->e = sum->e;
    map->reduce = sum->reduce;
    map->rank = sum->rank;
    map->reductions = sum->reductions;
    memcpy(map->range, sum->range, sizeof map->range);
}

const Expr *compute_joins_sum(Program *p, const Compute *map, const Compute *sum) {
    Reading reading = {.reader = map, .tensor = sum->out, .once = true};
    expr_reads(p, map->e, examine, &reading);
    bool here = reading.read && reading.once && reading.read == e_at(p, sum->out);
    return here && same_indices(map, sum) && may_join(p, map, sum) ? reading.read : NULL;
}

static Compute *join_sum(Uses *uses, Compute *map) {
    Program *p = uses->p;
    if (map->reduce != REDUCE_NONE || map->out->role == ROLE_LOG || map->out->role == ROLE_OUTPUT) return NULL;
    SumSearch search = {uses, map, NULL};
    expr_reads(p, map->e, find_sum, &search);
    Compute *sum = search.sum;
    if (!sum) return NULL;
    const Expr *read = compute_joins_sum(p, map, sum);
    if (!read) return NULL;
    compute_join_sum(p, map, sum, read);
    uses->reading = map;
    expr_reads(p, sum->e, note_joined, uses);
    expr_reads(p, sum->post, note_joined, uses);
    return sum;
}

/* One round over the program; whether anything joined. */
static bool fuse_round(Program *p) {
    Arena *scratch = arena_new();
    Uses uses = find_uses(p, scratch);
    size_t count = p->computes.count, kept = 0;
    bool *gone = NEW_ARRAY(scratch, bool, count);
    Compute **list = p->computes.at;
    int *place = NEW_ARRAY(scratch, int, p->tensors.count); /* of a tensor's one writer */
    for (size_t i = 0; i < count; i++) place[list[i]->out->id] = (int)i;
    for (size_t i = 0; i < count; i++) {
        for (Compute *sum; (sum = join_sum(&uses, list[i])) != NULL;) gone[place[sum->out->id]] = true;
        gone[i] = join_reader(&uses, list[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (!gone[i]) list[kept++] = list[i];
    p->computes.count = kept;
    arena_free(scratch);
    return kept < count;
}

void pass_fuse(Program *p) {
    while (fuse_round(p)) continue;
}
