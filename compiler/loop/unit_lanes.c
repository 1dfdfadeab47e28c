/* See unit_lanes.h. */
#include "compiler/loop/unit_lanes.h"

#include <string.h>

#include "compiler/model/settings.h"
#include "compiler/passes/passes.h"
#include "runtime/abi.h"

/* ---- whether it gains ---- */
/* Multiply-adds of 16 lanes that it takes as long as to turn 16 values of 16 images, for each of them; a gain that is
 * acted on. */
static const double TURNED = 11, WORTH = 0.9;

int64_t images_of_chunk(const Model *model, ProgramKind kind) {
    const int64_t batch = (int64_t)settings_number(&model->settings, "batch"); /* 0: all examples */
    if (batch == 0 || (kind != PROGRAM_TRAIN && kind != PROGRAM_TRAIN_LOG)) return NET_LANES;
    const int64_t chunks = net_chunks(batch);
    return (batch + chunks - 1) / chunks;
}

static bool is_single(const Affine *a, int index) { return affine_single(a) == index; }

typedef struct {
    const Expr *weights, *values;
} Product;

/* The indices of a read, but the first, are those of the terms in their order, each through a whole dimension. */
static bool is_by_terms(const Compute *c, const Expr *read, int from) {
    const Tensor *t = read->tensor;
    if (t->rank != c->reductions + 1 || t->integer) return false;
    for (int k = 0; k < c->reductions; k++)
        if (!is_single(&read->index[from + k], c->rank + k) || t->dim[from + k] != c->range[c->rank + k]) return false;
    return true;
}

/* The factors of  sum(k) w[o,k] * x[n,k],  where k may be several indices; of w[k,o] where it lies by columns. */
static bool is_dense(const Compute *c, bool by_columns, Product *product) {
    if (c->reduce != REDUCE_SUM || c->e->kind != EXPR_MUL || c->rank != 2 || c->reductions < 1) return false;
    const Expr *a = c->e->a, *b = c->e->b;
    if (a->kind != EXPR_READ || b->kind != EXPR_READ) return false;
    const Expr *w = tensor_is_batched(a->tensor) ? b : a, *x = w == a ? b : a;
    const Role from = x->tensor->role;
    const int units = by_columns ? c->reductions : 0;
    *product = (Product){w, x};
    if (w->tensor->role != ROLE_PARAM || (from != ROLE_VALUE && from != ROLE_INPUT)) return false;
    if (c->out->role != ROLE_VALUE || c->out->by_rows || c->range[0] != DIM_BATCH || !compute_is_plain(c)) return false;
    return is_by_terms(c, w, by_columns ? 0 : 1) && is_single(&w->index[units], 1) &&
           w->tensor->dim[units] == c->range[1] && is_by_terms(c, x, 1) && is_single(&x->index[0], 0);
}

static void note_values(void *context, Expr *read) {
    if (read->tensor->role == ROLE_VALUE) *(bool *)context = true;
}

/* Whether values come by rows: they are the batch's input, or a map of it. */
static bool comes_by_rows(Program *p, const Tensor *x, const Compute *writer) {
    bool values = false;
    if (x->role == ROLE_INPUT) return true;
    if (!writer || writer->reduce != REDUCE_NONE) return false;
    expr_reads(p, writer->e, note_values, &values);
    return !values;
}

static bool gains(const Compute *c, bool rows, int64_t images) {
    const double units = (double)c->range[1], vectors = (double)(net_padded(c->range[1]) / NET_LANES);
    return c->range[1] >= NET_LANES && (double)images * vectors < WORTH * (units + (rows ? TURNED : 0));
}

/* ---- what lies by columns ---- */
/* Matrices that steps take together have a number, that of the layer. */
typedef struct {
    int count;
    const Tensor **weights; /* by number: of one of the programs, and its dimensions, which begin with the units */
    int64_t (*dim)[TENSOR_MAX_RANK];
    bool *refused;
    int *stored; /* the number by row of the model's list; 0: none */
    int rows;
    int **tensor; /* the number by program and tensor id */
    bool grown;
} Families;

static bool is_alike(const Families *f, int number, const Tensor *t) {
    const Tensor *weights = f->weights[number];
    if (t->integer || (t->role != ROLE_PARAM && t->role != ROLE_STATE && t->role != ROLE_VALUE)) return false;
    return t->rank == weights->rank && memcmp(t->dim, f->dim[number], (size_t)t->rank * sizeof *t->dim) == 0;
}

static bool is_own_place(const Expr *read) {
    bool own = read->tensor->rank > 1;
    for (int d = 0; d < read->tensor->rank && own; d++) own = is_single(&read->index[d], d);
    return own;
}

typedef struct {
    Families *families;
    int *tensor;
    int number; /* of what a compute reads and writes at its own place */
} Joining;

static void meet(Joining *joining, int number) {
    if (joining->number != 0 && number != 0 && joining->number != number)
        joining->families->refused[joining->number] = joining->families->refused[number] = true;
    if (number != 0) joining->number = number;
}

static void meet_read(void *context, Expr *read) {
    Joining *joining = context;
    if (is_own_place(read)) meet(joining, joining->tensor[read->tensor->id]);
}

static void join(Joining *joining, const Tensor *t) {
    Families *f = joining->families;
    const int n = joining->number;
    int *number = &joining->tensor[t->id];
    if (*number != 0 || !is_alike(f, n, t)) return;
    *number = n;
    f->grown = true;
    if (t->stored >= 0) f->stored[t->stored] = n;
}

static void join_read(void *context, Expr *read) {
    if (is_own_place(read)) join(context, read->tensor);
}

/* Maps of matrices carry the number on; a matrix that is made otherwise than by such a map, or as a gradient of dense
 * weights, refuses it. */
static void grow(Families *f, Program *p, int *tensor) {
    for (size_t t = 0; t < p->tensors.count; t++) {
        const Tensor *stored = p->tensors.at[t];
        const int n = stored->stored >= 0 && stored->stored < f->rows ? f->stored[stored->stored] : 0;
        if (n == 0) continue;
        tensor[t] = n;
        if (!is_alike(f, n, stored)) f->refused[n] = true;
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        Joining joining = {f, tensor, 0};
        const bool plain = c->out->rank > 1 && c->rank == c->out->rank && compute_is_plain(c);
        if (c->reduce == REDUCE_NONE && plain && !tensor_is_batched(c->out)) {
            expr_reads(p, c->e, meet_read, &joining);
            meet(&joining, tensor[c->out->id]);
            if (joining.number == 0) continue;
            join(&joining, c->out);
            expr_reads(p, c->e, join_read, &joining);
            if (tensor[c->out->id] != joining.number) f->refused[joining.number] = true;
        } else if (tensor[c->out->id] != 0 && !(plain && compute_is_outer(c) && c->order.partial == PARTIAL_NONE)) {
            f->refused[tensor[c->out->id]] = true;
        }
    }
}

/* ---- units last ---- */
typedef struct {
    Program *p;
    Compute **writer; /* by tensor id: the one that makes all of it; NULL: several or none */
    Compute **rows;   /* that which makes the tensor by rows; NULL: none so far */
    bool *listed;     /* that one is in the list */
    Tensor **plain;   /* by the id of an expression of matrices in lines: its values without; NULL: none so far */
    VEC(Compute *) list;
    int64_t images;
} Turning;

static void list(Turning *t, Compute *c) { vec_push(t->p->arena, &t->list, c); }

static Compute *take_last(Program *p) { return p->computes.at[--p->computes.count]; }

static Tensor *rows_of(Turning *t, Tensor *x) {
    if (x->by_rows || x->role == ROLE_INPUT) return x;
    if (!t->rows[x->id]) {
        pass_copy_rows(t->p, x, t->writer[x->id]);
        t->rows[x->id] = take_last(t->p);
    }
    if (!t->listed[x->id]) list(t, t->rows[x->id]);
    t->listed[x->id] = true;
    return t->rows[x->id]->out;
}

typedef struct {
    Expr *first; /* read of a matrix in lines */
    bool several;
} Lines;

static void note_lines(void *context, Expr *read) {
    Lines *lines = context;
    if (read->tensor->line == 0) return;
    lines->several = lines->several || lines->first;
    lines->first = read;
}

static bool goes_through(const Compute *c, const Tensor *plain) {
    const int indices = c->rank + c->reductions;
    return plain->rank == indices && memcmp(plain->dim, c->range, (size_t)indices * sizeof *plain->dim) == 0;
}

/* The values of an expression of matrices in lines as they would lie without, by the indices of the compute. */
static Tensor *make_plain(Turning *t, const Compute *c, Expr *e, const char *name) {
    Program *p = t->p;
    p->at = c->at;
    Tensor *plain = program_compute(p, arena_format(p->arena, "%s.plain", name), c->rank + c->reductions, c->range,
                                    REDUCE_NONE, 0, NULL, expr_turn(p, e));
    list(t, take_last(p));
    return plain;
}

/* What a log makes of matrices in lines, before it is summed: where it reads one, from a copy that all logs of it
 * share; where it reads several, as a step does, made here. */
static Expr *plain_of(Turning *t, const Compute *c, Expr *e) {
    Lines lines = {.first = NULL};
    expr_reads(t->p, e, note_lines, &lines);
    if (!lines.first) return e;
    Expr *from = lines.several ? e : lines.first;
    Tensor **plain = &t->plain[from->id];
    if (!*plain || !goes_through(c, *plain))
        *plain = make_plain(t, c, from, lines.several ? c->out->name : from->tensor->name);
    return lines.several ? e_at(t->p, *plain) : expr_replace(t->p, e, from, e_at(t->p, *plain));
}

/* Its sum goes through values as they would lie without lines: both factors of a product, which is taken in double. */
static void read_plain(Turning *t, Compute *c) {
    Expr *e = c->e;
    if (e->kind == EXPR_MUL)
        c->e = e_mul(t->p, plain_of(t, c, e->a), plain_of(t, c, e->b));
    else
        c->e = plain_of(t, c, e);
}

/* The first output index becomes the last. */
static void rotate_outputs(Program *p, Compute *c) {
    const int64_t first = c->range[0];
    Affine map[INDEX_MAX];
    for (int i = 0; i < INDEX_MAX; i++) map[i] = ix(i >= c->rank ? i : i == 0 ? c->rank - 1 : i - 1);
    for (int i = 1; i < c->rank; i++) c->range[i - 1] = c->range[i];
    c->range[c->rank - 1] = first;
    c->e = expr_reindex(p, c->e, c->rank + c->reductions, map);
    c->post = c->post ? expr_reindex(p, c->post, c->rank + c->reductions, map) : NULL;
}

/* The gradient's lanes run over its columns, which are units now: what they read lies by rows. */
static void read_rows(Turning *t, Compute *c) {
    Expr *factor[] = {c->e->a, c->e->b};
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        Tensor *x = factor[f]->tensor;
        if (is_single(&factor[f]->index[1], c->rank - 1)) c->e = expr_retarget(t->p, c->e, x, rows_of(t, x));
    }
}

/* Values by rows, made of values by rows; then copied to where images are in the lanes. */
static void make_rows(Turning *t, Compute *c, const Product *product) {
    Program *p = t->p;
    Tensor *x = product->values->tensor, *z = c->out;
    c->e = expr_retarget(p, c->e, x, rows_of(t, x));
    p->at = z->at;
    if (t->rows[z->id]) {
        c->out = t->rows[z->id]->out;
    } else {
        c->out = program_tensor(p, ROLE_VALUE, false, z->rank, z->dim, arena_format(p->arena, "%s.rows", z->name));
        c->out->by_rows = true;
        c->out->rows_of = z;
    }
    t->rows[z->id] = c;
    t->listed[z->id] = true;
    list(t, c);
    program_add(p, z, REDUCE_NONE, 0, NULL, e_at(p, c->out));
    Compute *copy = take_last(p);
    copy->name = arena_format(p->arena, "%s_lanes", c->name);
    list(t, copy);
}

static void turn_compute(Turning *t, Compute *c) {
    Program *p = t->p;
    Product product;
    /* A copy by rows that an earlier reader has put into the list. */
    if (c->out->rows_of && t->listed[c->out->rows_of->id] && t->rows[c->out->rows_of->id]->out == c->out) return;
    if (c->out->rows_of) t->listed[c->out->rows_of->id] = true;
    const bool plain = c->out->role == ROLE_LOG && !compute_sums_batch(c);
    if (plain) {
        read_plain(t, c);
    } else {
        c->e = c->e ? expr_turn(p, c->e) : NULL;
        c->post = c->post ? expr_turn(p, c->post) : NULL;
    }
    if (c->out->line > 0) rotate_outputs(p, c);
    if (c->out->line > 0 && c->reduce == REDUCE_SUM) read_rows(t, c);
    const bool dense = is_dense(c, true, &product) && product.weights->tensor->line > 0 && !p->rare;
    if (dense && gains(c, comes_by_rows(p, product.values->tensor, t->writer[product.values->tensor->id]), t->images))
        make_rows(t, c, &product);
    else
        list(t, c);
}

static void turn_program(Program *p, const Families *f, const int *tensor, int64_t images) {
    Arena *scratch = arena_new();
    const size_t count = p->tensors.count;
    Turning t = {.p = p, .images = images};
    bool any = false;
    t.writer = NEW_ARRAY(scratch, Compute *, count);
    t.rows = NEW_ARRAY(scratch, Compute *, count);
    t.listed = NEW_ARRAY(scratch, bool, count);
    t.plain = NEW_ARRAY(scratch, Tensor *, p->exprs.count);
    bool *written = NEW_ARRAY(scratch, bool, count);
    for (size_t i = 0; i < count; i++) {
        Tensor *matrix = p->tensors.at[i];
        if (tensor[i] == 0 || f->refused[tensor[i]]) continue;
        const int64_t units = matrix->dim[0];
        any = true;
        for (int d = 1; d < matrix->rank; d++) matrix->dim[d - 1] = matrix->dim[d];
        matrix->dim[matrix->rank - 1] = units;
        matrix->line = net_padded(units);
    }
    for (size_t i = 0; any && i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        t.writer[c->out->id] = written[c->out->id] ? NULL : c;
        written[c->out->id] = true;
        if (c->out->by_rows && c->out->rows_of) t.rows[c->out->rows_of->id] = c;
    }
    const size_t computes = p->computes.count;
    Compute **all = NEW_ARRAY(scratch, Compute *, computes);
    for (size_t i = 0; i < computes; i++) all[i] = p->computes.at[i];
    for (size_t i = 0; any && i < computes; i++) turn_compute(&t, all[i]);
    if (any) {
        p->computes.count = 0;
        for (size_t i = 0; i < t.list.count; i++) vec_push(p->arena, &p->computes, t.list.at[i]);
        pass_dce(p);
    }
    arena_free(scratch);
}

/* ---- all programs ---- */
static Families find_families(Arena *scratch, Programs *programs, int64_t images) {
    Program *train = programs->program[PROGRAM_TRAIN];
    const size_t most = train->computes.count + 1;
    Families f = {.weights = NEW_ARRAY(scratch, const Tensor *, most)};
    f.dim = arena_alloc(scratch, most, sizeof *f.dim);
    f.refused = NEW_ARRAY(scratch, bool, most);
    f.rows = (int)programs->model->stored.count;
    f.stored = NEW_ARRAY(scratch, int, f.rows + 1);
    f.tensor = NEW_ARRAY(scratch, int *, PROGRAM_COUNT);
    const Writers writers = program_writers(scratch, train);
    for (size_t i = 0; i < train->computes.count; i++) {
        const Compute *c = train->computes.at[i];
        Product product;
        if (!is_dense(c, false, &product)) continue;
        const Tensor *w = product.weights->tensor, *x = product.values->tensor;
        const int first = writers.first[x->id];
        const Compute *writer = first >= 0 && writers.next[first] < 0 ? train->computes.at[first] : NULL;
        if (weights_are_many(tensor_count(w), tensor_count(x) + tensor_count(c->out))) continue;
        if (f.stored[w->stored] != 0 || !gains(c, comes_by_rows(train, x, writer), images)) continue;
        f.stored[w->stored] = ++f.count;
        f.weights[f.count] = w;
        memcpy(f.dim[f.count], w->dim, sizeof w->dim);
    }
    for (int k = 0; k < PROGRAM_COUNT; k++)
        if (programs->program[k]) f.tensor[k] = NEW_ARRAY(scratch, int, programs->program[k]->tensors.count);
    do {
        f.grown = false;
        for (int k = 0; f.count > 0 && k < PROGRAM_COUNT; k++)
            if (programs->program[k]) grow(&f, programs->program[k], f.tensor[k]);
    } while (f.grown);
    return f;
}

static void settle_places(Arena *arena, Programs *programs, const Families *f) {
    const Model *model = programs->model;
    programs->place = NEW_ARRAY(arena, StoredPlace, model->stored.count + 1);
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        int64_t *size = stored_is_parameter(stored) ? &programs->param_size : &programs->state_size;
        const int n = f->stored[i] != 0 && !f->refused[f->stored[i]] ? f->stored[i] : 0;
        programs->place[i] = (StoredPlace){*size, n ? net_padded(f->dim[n][0]) : 0};
        *size += n ? stored_count(stored) / f->dim[n][0] * programs->place[i].line : net_padded(stored_count(stored));
    }
    for (int k = 0; k < PROGRAM_COUNT; k++)
        for (size_t t = 0; programs->program[k] && t < programs->program[k]->tensors.count; t++) {
            Tensor *stored = programs->program[k]->tensors.at[t];
            if (stored->stored >= 0) stored->offset = programs->place[stored->stored].offset;
        }
}

void unit_lanes(Arena *arena, Programs *programs) {
    if (!programs->program[PROGRAM_TRAIN]) return;
    Arena *scratch = arena_new();
    const Model *model = programs->model;
    const Families families = find_families(scratch, programs, images_of_chunk(model, PROGRAM_TRAIN));
    settle_places(arena, programs, &families);
    for (int k = 0; families.count > 0 && k < PROGRAM_COUNT; k++)
        if (programs->program[k])
            turn_program(programs->program[k], &families, families.tensor[k], images_of_chunk(model, (ProgramKind)k));
    arena_free(scratch);
}
