/* Copies that let every tensor have one layout.
 *
 * Rows: a sum over the images alone of a product,  dw[o,k] = sum(n) g[n,o] * x[n,k],  runs its lanes over k, so it
 * wants x by rows ([image][k]) where everything else has images innermost. It reads a copy of x laid out so; where x is
 * a map of the batch's input, which comes by rows, the copy is made from that.
 * Edges: a tensor that is read outside of itself with different values (padding 0 for a convolution, -inf for a
 * maximum) is copied once for each further value. */
#include "compiler/passes/passes.h"

#include <string.h>

static void insert(Program *p, size_t at) { /* moves the last compute to place `at` */
    Compute *c = p->computes.at[p->computes.count - 1];
    memmove(&p->computes.at[at + 1], &p->computes.at[at], (p->computes.count - 1 - at) * sizeof c);
    p->computes.at[at] = c;
}

/* ---- rows ---- */
bool compute_is_outer(const Compute *c) {
    return c->reduce == REDUCE_SUM && c->out->role != ROLE_LOG && c->reductions == 1 &&
           c->range[c->rank] == DIM_BATCH && c->rank > 0 && c->e->kind == EXPR_MUL && c->e->a->kind == EXPR_READ &&
           c->e->b->kind == EXPR_READ;
}

static bool read_uses(const Expr *read, int index) {
    for (int d = 0; d < read->tensor->rank; d++)
        if (read->index[d].at[index] != 0) return true;
    return false;
}

typedef struct {
    bool input_only;
} Sources;

static void examine_source(void *context, Expr *read) {
    if (read->tensor->role != ROLE_INPUT && read->tensor->role != ROLE_STATE) ((Sources *)context)->input_only = false;
}

/* By the id of a tensor that there was before. */
typedef struct {
    Compute **writer; /* the one that writes all of it; NULL: there are several or none */
    Tensor **rows;    /* its copy; NULL: none so far */
} Copies;

Compute *pass_copy_rows(Program *p, Tensor *x, const Compute *writer) {
    Expr *e = e_at(p, x);
    if (writer && writer->reduce == REDUCE_NONE && compute_is_plain(writer)) {
        Sources sources = {true};
        expr_reads(p, writer->e, examine_source, &sources);
        if (sources.input_only) e = writer->e;
    }
    p->at = x->at;
    Tensor *rows = program_map(p, arena_format(p->arena, "%s.rows", x->name), x, e);
    rows->by_rows = true;
    rows->rows_of = x;
    return p->computes.at[p->computes.count - 1];
}

/* The copy of a tensor, which is no copy itself. */
static Tensor *rows_of(Program *p, const Copies *copies, Tensor *x, size_t *at) {
    if (copies->rows[x->id]) return copies->rows[x->id];
    copies->rows[x->id] = pass_copy_rows(p, x, copies->writer[x->id])->out;
    insert(p, *at);
    ++*at;
    return copies->rows[x->id];
}

static void give_rows(Program *p) {
    Arena *scratch = arena_new();
    Copies copies = {NEW_ARRAY(scratch, Compute *, p->tensors.count), NEW_ARRAY(scratch, Tensor *, p->tensors.count)};
    bool *written = NEW_ARRAY(scratch, bool, p->tensors.count);
    for (size_t i = 0; i < p->computes.count; i++) {
        const int id = p->computes.at[i]->out->id;
        copies.writer[id] = written[id] ? NULL : p->computes.at[i];
        written[id] = true;
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        if (!compute_is_outer(c)) continue;
        Expr *a = c->e->a, *b = c->e->b;
        Expr *wide = read_uses(b, c->rank - 1) ? b : a;
        if (!wide->tensor->by_rows && wide->tensor->role != ROLE_INPUT)
            c->e = expr_retarget(p, c->e, wide->tensor, rows_of(p, &copies, wide->tensor, &i));
    }
    arena_free(scratch);
}

/* ---- edges ---- */
void read_reach(const Compute *c, const Expr *read, int d, int64_t *low, int64_t *high) {
    *low = *high = read->index[d].plus;
    for (int i = 0; i < c->rank + c->reductions; i++) {
        int64_t far = read->index[d].at[i] * (c->range[i] == DIM_BATCH ? 0 : c->range[i] - 1);
        if (far < 0)
            *low += far;
        else
            *high += far;
    }
}

bool read_reaches_out(const Compute *c, const Expr *read) {
    for (int d = 0; d < read->tensor->rank; d++) {
        int64_t low, high;
        if (read->tensor->dim[d] == DIM_BATCH) continue;
        read_reach(c, read, d, &low, &high);
        if (low < 0 || high >= read->tensor->dim[d]) return true;
    }
    return false;
}

typedef struct {
    Program *p;
    const Compute *c;
    bool *has_edge;
    double *edge;
    Expr *clash; /* a read that needs a copy */
} Edges;

static void examine_edge(void *context, Expr *read) {
    Edges *edges = context;
    int id = read->tensor->id;
    if (!read_reaches_out(edges->c, read)) return;
    if (!edges->has_edge[id]) {
        edges->has_edge[id] = true;
        edges->edge[id] = read->number;
    } else if (memcmp(&edges->edge[id], &read->number, sizeof read->number) != 0) {
        edges->clash = read;
    }
}

static void separate_edges(Program *p) {
    size_t most = p->tensors.count + p->computes.count; /* one copy a compute at most, in one round */
    Arena *scratch = arena_new();
    Edges edges = {.p = p, .has_edge = NEW_ARRAY(scratch, bool, most), .edge = NEW_ARRAY(scratch, double, most)};
    for (size_t i = 0; i < p->computes.count; i++) {
        edges.c = p->computes.at[i];
        edges.clash = NULL;
        expr_reads(p, edges.c->e, examine_edge, &edges);
        if (!edges.clash) continue;
        Tensor *from = edges.clash->tensor;
        p->at = from->at;
        Tensor *copy = program_map(p, arena_format(p->arena, "%s.edge", from->name), from, e_at(p, from));
        Compute *reader = p->computes.at[i];
        insert(p, i);
        reader->e = expr_retarget(p, reader->e, from, copy);
    }
    arena_free(scratch);
}

void pass_layout_copies(Program *p) {
    give_rows(p);
    separate_edges(p);
}
