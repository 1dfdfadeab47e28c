/* Maps that need no memory of their own.
 *
 * Into the reader, when every value is read exactly once:
 *     d[n,o] = g[n,o] * s[n,o]      log = sum(n,o) d[n,o]^2     ->    log = sum(n,o) (g*s)^2
 * Into the sum or maximum they read, when they alone read it (bias, activation, the step of an owned gradient):
 *     y[n,o] = sum(k) w[o,k]*x[n,k]     a[n,o] = relu(y[n,o] + b[o])     ->    a[n,o] = relu(result + b[o])
 * A gradient that is summed by slots stays: its value is known only once the slots are added. */
#include "compiler/passes/passes.h"

static bool whole_map(const Compute *c) {
    if (c->reduce != REDUCE_NONE || c->out->role != ROLE_VALUE) return false;
    for (int d = 0; d < c->rank; d++)
        if (c->write_stride[d] != 1 || c->range[d] != c->out->dim[d]) return false;
    return true;
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
        if (i < 0 || seen[i] || c->range[i] != read->tensor->dim[d]) reading->once = false;
        else seen[i] = true;
    }
}

static bool join_reader(Program *p, Compute *map) {
    Compute *reader;
    if (!whole_map(map) || program_writer(p, map->out) != map || program_readers(p, map->out, &reader) != 1) return false;
    if (!reader->e || reader->reduce == REDUCE_RANDOM) return false;
    Reading reading = {.reader = reader, .tensor = map->out, .once = true};
    expr_reads(p, reader->post, examine, &reading);
    if (reading.read) return false;
    expr_reads(p, reader->e, examine, &reading);
    if (!reading.once) return false;
    Expr *joined = expr_reindex(p, map->e, reading.read->index);
    reader->e = expr_replace(p, reader->e, reading.read, joined);
    program_remove(p, map);
    return true;
}

static bool join_sum(Program *p, Compute *map) {
    if (map->reduce != REDUCE_NONE || map->out->role == ROLE_LOG || map->out->role == ROLE_OUTPUT) return false;
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *sum = p->computes.at[i], *reader;
        if (sum == map || (sum->reduce != REDUCE_SUM && sum->reduce != REDUCE_MAX)) continue;
        if (sum->out->role != ROLE_VALUE || !compute_reads(map, sum->out)) continue;
        if (compute_sums_batch(sum) && !compute_is_owned(sum)) continue;
        if (program_writer(p, sum->out) != sum || program_readers(p, sum->out, &reader) != 1) continue;
        if (sum->rank != map->rank) continue;
        bool alike = true;
        for (int d = 0; d < map->rank; d++)
            alike = alike && map->range[d] == sum->range[d] && map->write_stride[d] == 1 && sum->write_stride[d] == 1;
        Reading reading = {.reader = map, .tensor = sum->out, .once = true};
        expr_reads(p, map->e, examine, &reading);
        if (!alike || !reading.once || reading.read != e_at(p, sum->out)) continue;
        Expr *result = sum->post ? sum->post : e_result(p);
        map->post = expr_replace(p, map->e, reading.read, result);
        map->e = sum->e;
        map->reduce = sum->reduce;
        map->reductions = sum->reductions;
        for (int k = 0; k < sum->reductions; k++) map->range[map->rank + k] = sum->range[sum->rank + k];
        program_remove(p, sum);
        return true;
    }
    return false;
}

void pass_fuse(Program *p) {
    for (size_t i = 0; i < p->computes.count;) {
        Compute *c = p->computes.at[i];
        if (join_sum(p, c) || join_reader(p, c)) i = 0;
        else i++;
    }
}
