/* Tensor programs: making and checking them. */
#include "compiler/tensor/tensor.h"

#include <string.h>

bool tensor_is_batched(const Tensor *tensor) { return tensor->rank > 0 && tensor->dim[0] == DIM_BATCH; }

int64_t tensor_count(const Tensor *tensor) {
    int64_t count = 1;
    for (int d = 0; d < tensor->rank; d++)
        if (tensor->dim[d] != DIM_BATCH) count *= tensor->dim[d];
    return count;
}

bool tensor_is_by_rows(const Tensor *t) {
    return t->by_rows || t->role == ROLE_INPUT || t->role == ROLE_OUTPUT || t->role == ROLE_TARGET;
}

Program *program_new(Arena *arena, const char *name) {
    Program *p = NEW(arena, Program);
    p->arena = arena;
    p->name = name;
    return p;
}

Tensor *program_tensor(Program *p, Role role, bool integer, int rank, const int64_t *dim, const char *name) {
    ASSERT(rank <= TENSOR_MAX_RANK);
    Tensor *t = NEW(p->arena, Tensor);
    t->id = (int)p->tensors.count;
    t->role = role;
    t->stored = -1;
    t->integer = integer;
    t->rank = rank;
    for (int d = 0; d < rank; d++) t->dim[d] = dim[d];
    t->name = name;
    t->at = p->at;
    vec_push(p->arena, &p->tensors, t);
    return t;
}

Tensor *program_stored(Program *p, Role role, int stored, int64_t offset, int rank, const int64_t *dim,
                       const char *name) {
    Tensor *t = program_tensor(p, role, false, rank, dim, name);
    t->stored = stored;
    t->offset = offset;
    return t;
}

/* "conv1.weight'" becomes conv1_weight_grad: a name of code. */
static const char *code_name(Program *p, const char *name) {
    Text text = {0};
    for (const char *c = name; *c; c++) {
        if (*c == '\'')
            text_puts(&text, "_grad");
        else
            text_add(&text, *c == '.' ? "_" : c, 1);
    }
    char *copy = arena_copy(p->arena, text.data, text.length);
    text_free(&text);
    return copy;
}

Compute *program_write(Program *p, Tensor *out, const Affine *write, Reduce reduce, int rank, int reductions,
                       const int64_t *range, Expr *e) {
    ASSERT(rank + reductions <= INDEX_MAX);
    Compute *c = NEW(p->arena, Compute);
    c->name = code_name(p, out->name);
    c->at = p->at;
    c->out = out;
    c->rank = rank;
    c->reductions = reductions;
    c->reduce = reduce;
    c->e = e;
    for (int i = 0; i < rank + reductions; i++) c->range[i] = range[i];
    for (int d = 0; d < out->rank; d++) c->write[d] = write[d];
    vec_push(p->arena, &p->computes, c);
    return c;
}

Compute *program_add(Program *p, Tensor *out, Reduce reduce, int reductions, const int64_t *range, Expr *e) {
    Affine write[TENSOR_MAX_RANK];
    int64_t all[INDEX_MAX];
    ASSERT(out->rank + reductions <= INDEX_MAX);
    for (int d = 0; d < out->rank; d++) {
        write[d] = ix(d);
        all[d] = out->dim[d];
    }
    for (int k = 0; k < reductions; k++) all[out->rank + k] = range[k];
    return program_write(p, out, write, reduce, out->rank, reductions, all, e);
}

Compute *program_flat(Program *p, Tensor *out, int64_t first, Tensor *value) {
    Affine write[] = {ix(0), ix_const((int32_t)first)};
    int32_t step = 1;
    for (int d = value->rank; d-- > 1;) {
        write[1].at[d] = step;
        step *= (int32_t)value->dim[d];
    }
    return program_write(p, out, write, REDUCE_NONE, value->rank, 0, value->dim, e_at(p, value));
}

Compute *program_next(Program *p, Tensor *stored, Expr *e) {
    Compute *c = program_add(p, stored, REDUCE_NONE, 0, NULL, e);
    c->next = true;
    c->name = arena_format(p->arena, "%s_step", c->name);
    return c;
}

Tensor *program_compute(Program *p, const char *name, int rank, const int64_t *dim, Reduce reduce, int reductions,
                        const int64_t *range, Expr *e) {
    Tensor *out = program_tensor(p, ROLE_VALUE, reduce == REDUCE_ARGMAX, rank, dim, name);
    program_add(p, out, reduce, reductions, range, e);
    return out;
}

Tensor *program_map(Program *p, const char *name, const Tensor *like, Expr *e) {
    return program_compute(p, name, like->rank, like->dim, REDUCE_NONE, 0, NULL, e);
}

typedef struct {
    const Tensor *tensor;
    bool found;
} Mention;

static void find_mention(void *context, Expr *read) {
    Mention *mention = context;
    mention->found = mention->found || read->tensor == mention->tensor;
}

bool compute_reads(Program *p, const Compute *compute, const Tensor *tensor) {
    Mention mention = {tensor, false};
    expr_reads(p, compute->e, find_mention, &mention);
    expr_reads(p, compute->post, find_mention, &mention);
    return mention.found;
}

bool compute_uses_index(const Compute *compute) {
    return (compute->e && compute->e->uses_index) || (compute->post && compute->post->uses_index);
}

bool compute_is_plain(const Compute *compute) {
    bool plain = compute->rank == compute->out->rank;
    for (int d = 0; d < compute->rank && plain; d++)
        plain = affine_single(&compute->write[d]) == d && compute->range[d] == compute->out->dim[d];
    return plain;
}

int compute_line(const Compute *compute, int dim) {
    int line = -1;
    for (int i = 0; i < compute->rank; i++)
        if (compute->write[dim].at[i] == 1 && (line < 0 || compute->range[i] > compute->range[line])) line = i;
    return line;
}

static int cost_of(Program *p, const Expr *e) {
    enum { FUNCTION = 20 }; /* an elementary function: compiler/loop/math.c */
    Note *note;
    if (!e || expr_noted(p, e, &note)) return 0;
    int operands = cost_of(p, e->a) + cost_of(p, e->b) + cost_of(p, e->c);
    return operands + (e->kind >= EXPR_EXP && e->kind <= EXPR_SOFTPLUS ? FUNCTION : 1);
}

int compute_operations(Program *p, const Compute *compute) {
    expr_walk(p);
    return cost_of(p, compute->e) + cost_of(p, compute->post);
}

bool compute_sums_batch(const Compute *compute) {
    for (int k = compute->rank; k < compute->rank + compute->reductions; k++)
        if (compute->range[k] == DIM_BATCH) return true;
    return false;
}

bool compute_is_owned(const Compute *compute) {
    return compute_sums_batch(compute) && compute->out->role != ROLE_LOG && tensor_count(compute->out) > OWNED_ABOVE;
}

bool weights_are_many(int64_t weights, int64_t values) {
    enum { MANY = 262144, IMAGES = 64 }; /* 1 MB */
    return weights > MANY && weights / IMAGES >= values;
}

size_t program_stored_rows(const Program *p) {
    int rows = 0;
    for (size_t i = 0; i < p->tensors.count; i++)
        if (p->tensors.at[i]->stored >= rows) rows = p->tensors.at[i]->stored + 1;
    return (size_t)rows;
}

Writers program_writers(Arena *arena, const Program *p) {
    Writers writers = {NEW_ARRAY(arena, int, p->tensors.count), NEW_ARRAY(arena, int, p->computes.count)};
    for (size_t t = 0; t < p->tensors.count; t++) writers.first[t] = -1;
    for (size_t i = p->computes.count; i-- > 0;) {
        int *first = &writers.first[p->computes.at[i]->out->id];
        writers.next[i] = *first;
        *first = (int)i;
    }
    return writers;
}

Compute *program_writer(const Program *p, const Tensor *tensor) {
    Compute *writer = NULL;
    for (size_t i = 0; i < p->computes.count; i++) {
        if (p->computes.at[i]->out != tensor) continue;
        if (writer) return NULL;
        writer = p->computes.at[i];
    }
    return writer;
}

size_t program_readers(Program *p, const Tensor *tensor, Compute **last) {
    size_t readers = 0;
    for (size_t i = 0; i < p->computes.count; i++) {
        if (!compute_reads(p, p->computes.at[i], tensor)) continue;
        readers++;
        *last = p->computes.at[i];
    }
    return readers;
}

/* ---- verifier ---- */
typedef struct {
    const Program *program;
    const Compute *compute;
    const bool *written;
} ReadCheck;

static void check_read(void *context, Expr *read) {
    ReadCheck *check = context;
    const Tensor *t = read->tensor;
    const Compute *c = check->compute;
    bool given = t->role != ROLE_VALUE && t->role != ROLE_RANDOM && t->role != ROLE_LOG;
    if (!given && !check->written[t->id])
        BUG("%s: %s reads %s before it is written", check->program->name, c->name, t->name);
    for (int d = 0; d < t->rank; d++)
        for (int i = 0; i < INDEX_MAX; i++) {
            if (read->index[d].at[i] == 0) continue;
            if (i >= c->rank + c->reductions) BUG("%s: index %d of %s is not its own", c->name, i, t->name);
            bool batch = t->dim[d] == DIM_BATCH;
            if (batch != (c->range[i] == DIM_BATCH))
                BUG("%s mixes the batch with another index of %s", c->name, t->name);
        }
}

/* The writes of a tensor partition it: each compute's are distinct, they stay inside, do not meet pairwise, and add up.
 *
 * A dimension is written like a number of mixed radix, the indices its digits: each coefficient is larger than all that
 * the smaller ones make together. */
typedef struct {
    int count, digit[INDEX_MAX]; /* indices of more than one value, the largest coefficient first */
    int64_t numbers;             /* they write so many places */
} Radix;

static Radix radix_of(const Compute *c, int d) {
    const int32_t *at = c->write[d].at;
    Radix radix = {.numbers = 1};
    for (int i = 0; i < c->rank; i++) {
        if (at[i] == 0 || c->range[i] == 1) continue;
        int k = radix.count++;
        for (; k > 0 && at[radix.digit[k - 1]] < at[i]; k--) radix.digit[k] = radix.digit[k - 1];
        radix.digit[k] = i;
        radix.numbers *= c->range[i];
    }
    return radix;
}

/* The place that number `n` of the digits is written to. */
static int64_t place_of(const Compute *c, int d, const Radix *radix, int64_t n) {
    int64_t place = c->write[d].plus;
    for (int k = radix->count; k-- > 0;) {
        int i = radix->digit[k];
        place += n % c->range[i] * c->write[d].at[i];
        n /= c->range[i];
    }
    return place;
}

static bool writes_place(const Compute *c, int d, const Radix *radix, int64_t place) {
    int64_t rest = place - c->write[d].plus;
    for (int k = 0; k < radix->count && rest >= 0; k++) {
        int i = radix->digit[k];
        if (rest / c->write[d].at[i] >= c->range[i]) return false;
        rest %= c->write[d].at[i];
    }
    return rest == 0;
}

static bool writes_meet(const Compute *a, const Compute *b) {
    for (int d = 0; d < a->out->rank; d++) {
        if (a->out->dim[d] == DIM_BATCH) continue;
        Radix of_a = radix_of(a, d), of_b = radix_of(b, d);
        bool meet = false;
        for (int64_t n = 0; n < of_a.numbers && !meet; n++) meet = writes_place(b, d, &of_b, place_of(a, d, &of_a, n));
        if (!meet) return false;
    }
    return true;
}

/* One compute's writes alone. */
static void check_write(const Compute *c) {
    const Tensor *t = c->out;
    for (int i = 0; i < INDEX_MAX; i++) {
        int dimensions = 0;
        for (int d = 0; d < t->rank; d++) dimensions += c->write[d].at[i] != 0;
        if (dimensions != (i < c->rank)) BUG("%s writes index %d in %d dimensions", c->name, i, dimensions);
    }
    for (int d = 0; d < t->rank; d++) {
        const Affine *write = &c->write[d];
        Radix radix = radix_of(c, d);
        int64_t last = write->plus;
        if (t->dim[d] == DIM_BATCH) {
            int i = affine_single(write);
            if (i < 0 || c->range[i] != DIM_BATCH) BUG("%s does not write the batch as it is", c->name);
            continue;
        }
        for (int k = radix.count; k-- > 0;) {
            int i = radix.digit[k];
            if (c->range[i] == DIM_BATCH) BUG("%s writes the batch into dimension %d", c->name, d);
            if (write->at[i] <= last - write->plus) BUG("%s writes a place of %s twice", c->name, t->name);
            last += (c->range[i] - 1) * write->at[i];
        }
        if (write->plus < 0 || last >= t->dim[d]) BUG("%s writes outside of %s", c->name, t->name);
    }
}

static void check_writes(const Program *p, const Writers *writers, int index) {
    const Compute *c = p->computes.at[index];
    int64_t total = 0;
    for (int k = writers->first[c->out->id]; k >= 0; k = writers->next[k]) {
        const Compute *other = p->computes.at[k];
        if (other->next != c->next) continue;
        int64_t count = 1;
        for (int d = 0; d < other->rank; d++)
            if (other->range[d] != DIM_BATCH) count *= other->range[d];
        total += count;
        if (k > index && writes_meet(c, other)) BUG("%s: two computes write the same of %s", p->name, c->out->name);
    }
    if (total != tensor_count(c->out))
        BUG("%s: the writes of %s cover %lld of %lld", p->name, c->out->name, (long long)total,
            (long long)tensor_count(c->out));
}

static bool is_stored(const Tensor *tensor) { return tensor->role == ROLE_PARAM || tensor->role == ROLE_STATE; }

static void check_own_place(void *context, Expr *read) {
    const Compute *c = context;
    const Tensor *t = read->tensor;
    bool own = t == c->out;
    if (t->stored != c->out->stored) return;
    for (int d = 0; d < t->rank && own; d++) own = memcmp(&read->index[d], &c->write[d], sizeof c->write[d]) == 0;
    if (!own) BUG("%s reads %s at other places than it replaces", c->name, t->name);
}

/* What is stored has one `next`, for all of it: parts of one would be ordered by nobody. That one may read what it
 * replaces where it replaces it, as it is written there and then. */
static void check_next(Program *p, const Compute *c, const char **replaced) {
    const Tensor *t = c->out;
    if (!c->next && is_stored(t)) BUG("%s: %s is stored, and no `next` writes it", p->name, t->name);
    if (c->next && !is_stored(t)) BUG("%s: %s replaces %s, which is not stored", p->name, c->name, t->name);
    if (!c->next) return;
    if (replaced[t->stored]) BUG("%s: both %s and %s replace %s", p->name, replaced[t->stored], c->name, t->name);
    replaced[t->stored] = c->name;
    expr_reads(p, c->e, check_own_place, (void *)(uintptr_t)c);
    expr_reads(p, c->post, check_own_place, (void *)(uintptr_t)c);
}

/* A block is whole inner windows, as many as fit; what is left out at an edge is not cut too. */
static void check_order(const Compute *c) {
    const SumOrder *order = &c->order;
    int64_t window = 1;
    if (!order->settled) return;
    if (c->reductions == 0) BUG("%s has an order, and nothing to add up", c->name);
    if (order->owned && !compute_sums_batch(c)) BUG("%s is owned, and is no sum over images", c->name);
    if (order->partial == PARTIAL_IMAGES && !compute_sums_batch(c)) BUG("%s has no images to add up", c->name);
    for (int k = c->rank; k < c->rank + c->reductions; k++)
        if (order->inside[k].output >= c->rank) BUG("%s: the terms of a sum depend on its own index", c->name);
    if (order->block < 0) return;
    for (int k = order->block + 1; k < c->rank + c->reductions; k++)
        if (c->range[k] != DIM_BATCH) window *= c->range[k];
    bool fits = order->block_size == 1 || order->block_size * window <= BLOCK_TERMS;
    if (order->block < c->rank || order->block >= c->rank + c->reductions || c->range[order->block] == DIM_BATCH ||
        order->block_size < 1 || order->block_size >= c->range[order->block] || !fits ||
        order->inside[order->block].output >= 0)
        BUG("%s: blocks of %lld of index %d", c->name, (long long)order->block_size, order->block);
}

void program_verify(Program *p) {
    Arena *scratch = arena_new();
    bool *written = NEW_ARRAY(scratch, bool, p->tensors.count);
    const char **replaced = NEW_ARRAY(scratch, const char *, program_stored_rows(p));
    const Writers writers = program_writers(scratch, p);
    for (size_t i = 0; i < p->tensors.count; i++) {
        const Tensor *t = p->tensors.at[i];
        if (is_stored(t) != (t->stored >= 0)) BUG("%s: %s has row %d", p->name, t->name, t->stored);
        if (is_stored(t) && tensor_is_batched(t)) BUG("%s: %s is stored for each image", p->name, t->name);
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        Compute *c = p->computes.at[i];
        ReadCheck check = {p, c, written};
        expr_reads(p, c->e, check_read, &check);
        expr_reads(p, c->post, check_read, &check);
        check_order(c);
        check_write(c);
        check_writes(p, &writers, (int)i);
        check_next(p, c, replaced);
        written[c->out->id] = true;
    }
    arena_free(scratch);
}
