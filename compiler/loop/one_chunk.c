/* A batch of one chunk has one slot, whose sum is the gradient: it may go on to the step where it is made.
 *
 *     w'[o,i] = sum(n) z'[n,o] * x[n,i]                by slots      for more chunks than one
 *     next w[o,i] = w[o,i] - rate * w'[o,i]
 *
 *     next w[o,i] = w[o,i] - rate * result             owned         for one chunk
 *                       where result = sum(n) z'[n,o] * x[n,i]
 *
 * These are the same terms in the same order, and so the same bits. The gradient is not stored, and the one chunk's
 * work on it is split over the workers. How many chunks a batch has is known when a kernel runs, so that a trainer has
 * both, if its batches are meant to be of one. Steps that replace several tensors, such as a weight and its velocity,
 * share the sum. */
#include "compiler/loop/one_chunk.h"

#include "compiler/passes/passes.h"

/* Rows of less than a vector would be made value by value. */
enum { LEAST_ROW = LOOP_LANES };

typedef struct {
    Program *p;
    Arena *scratch;
    PlacedList list;
    VEC(int) * readers; /* by tensor id: places in the list */
    int *members;       /* by number of those that are together */
    Compute **joined;   /* by place: the step with its sum in it */
    int reader;
} Search;

static void note_reader(void *context, Expr *read) {
    Search *s = context;
    const size_t id = (size_t)read->tensor->id, count = s->readers[id].count;
    if (count > 0 && s->readers[id].at[count - 1] == s->reader) return;
    vec_push(s->scratch, &s->readers[id], s->reader);
}

static void find_readers(Search *s) {
    for (size_t i = 0; i < s->list.count; i++) {
        const Placed *placed = &s->list.at[i];
        s->reader = (int)i;
        expr_reads(s->p, placed->compute->e, note_reader, s);
        expr_reads(s->p, placed->compute->post, note_reader, s);
        if (placed->together) s->members[placed->together]++;
    }
}

static bool is_whole_row(const Tensor *t) { return t->rank > 1 && tensor_count(t) / t->dim[0] >= LEAST_ROW; }

/* Whether steps alone read the sum, each of which may have it in itself, and all that are made together do. */
static bool goes_on(const Search *s, const Placed *sum) {
    const Compute *c = sum->compute;
    if (sum->scope != SCOPE_SLOT || c->order.partial != PARTIAL_NONE || !is_whole_row(c->out)) return false;
    const size_t count = s->readers[c->out->id].count;
    const int *reader = s->readers[c->out->id].at;
    for (size_t i = 0; i < count; i++) {
        const Placed *step = &s->list.at[reader[i]];
        if (!step->compute->next || step->together != s->list.at[reader[0]].together) return false;
        if (!compute_joins_sum(s->p, step->compute, c)) return false;
    }
    const int together = count > 0 ? s->list.at[reader[0]].together : 0;
    return count == (together ? (size_t)s->members[together] : 1) && program_writer(s->p, c->out) == c;
}

static void join(Search *s, Placed *sum) {
    const Compute *c = sum->compute;
    sum->batches = MORE_CHUNKS;
    for (size_t i = 0; i < s->readers[c->out->id].count; i++) {
        const int place = s->readers[c->out->id].at[i];
        Placed *step = &s->list.at[place];
        Compute *joined = s->joined[place] = NEW(s->p->arena, Compute);
        step->batches = MORE_CHUNKS;
        *joined = *step->compute;
        compute_join_sum(s->p, joined, c, compute_joins_sum(s->p, joined, c));
        joined->order = c->order;
    }
}

/* Behind those that are together with a step: the same ones, joined. */
static void add_joined(const Search *s, Arena *arena, size_t first, size_t end, PlacedList *list) {
    for (size_t i = first; i < end; i++) {
        Placed placed = s->list.at[i];
        if (!s->joined[i]) return;
        placed.compute = s->joined[i];
        placed.scope = SCOPE_OWNED;
        placed.batches = ONE_CHUNK;
        placed.together = -placed.together;
        vec_push(arena, list, placed);
    }
}

PlacedList one_chunk_place(Arena *arena, Program *p, PlacedList list) {
    Search s = {.p = p, .scratch = arena_new(), .list = list};
    PlacedList all = {0};
    s.readers = arena_alloc(s.scratch, p->tensors.count, sizeof *s.readers);
    s.members = NEW_ARRAY(s.scratch, int, list.count + 1);
    s.joined = NEW_ARRAY(s.scratch, Compute *, list.count);
    find_readers(&s);
    for (size_t i = 0; i < list.count; i++)
        if (goes_on(&s, &list.at[i])) join(&s, &list.at[i]);
    for (size_t i = 0, end; i < list.count; i = end) {
        for (end = i + 1; end < list.count && list.at[i].together; end++)
            if (list.at[end].together != list.at[i].together) break;
        for (size_t k = i; k < end; k++) vec_push(arena, &all, list.at[k]);
        add_joined(&s, arena, i, end, &all);
    }
    arena_free(s.scratch);
    return all;
}
