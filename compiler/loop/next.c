/* When stored tensors are replaced: a `next` is stored in place, after all that reads what was there before.
 *
 *     read by other computes            a level after theirs
 *     read by another `next`            a level after it, or together with it:
 *
 *         next v[i] = 0.9 * v[i] + g[i]             both are maps over the same indices and read each other's tensors
 *         next w[i] = w[i] - (0.9 * v[i] + g[i])    where they write: one nest, which reads all, then writes all
 *
 *     what goes chunk by chunk          all of it is done: a cost that is not finite is seen before anything changes
 */
#include "compiler/loop/next.h"

#include <stdlib.h>
#include <string.h>

/* `reader` reads what `writer` replaces (places in Search.steps). */
typedef struct {
    int reader, writer;
    bool together;
} Order;

typedef struct {
    Program *p;
    Arena *scratch;
    VEC(Placed *) steps; /* the computes with `next` */
    int *step_of;        /* by row: its place in steps, + 1; 0: nothing replaces it */
    int *group;          /* by step: the first one it is together with */
    VEC(Order) orders;
    const Placed *reading;
    int reader; /* its place in steps; -1: it is no step */
} Search;

/* Whether the step reads a tensor element by element, as it writes its own, and so does what replaces that one. */
static bool is_together(const Compute *reader, const Compute *writer, const Expr *read) {
    const Tensor *t = read->tensor;
    bool maps = reader->reduce == REDUCE_NONE && writer->reduce == REDUCE_NONE && t == writer->out;
    if (!maps || reader->rank != writer->rank) return false;
    for (int d = 0; d < t->rank; d++)
        if (affine_single(&read->index[d]) != d || reader->range[d] != writer->range[d]) return false;
    return true;
}

static void note_read(void *context, Expr *read) {
    Search *search = context;
    if (read->tensor->stored < 0) return;
    int writer = search->step_of[read->tensor->stored] - 1;
    if (writer < 0 || writer == search->reader) return;
    Placed *step = search->steps.at[writer];
    if (search->reader < 0) {
        if (step->level <= search->reading->level) step->level = search->reading->level + 1;
        return;
    }
    bool together = is_together(search->reading->compute, step->compute, read);
    vec_push(search->scratch, &search->orders, ((Order){search->reader, writer, together}));
}

static void note_reads(Search *search, const Placed *placed, int reader) {
    search->reading = placed;
    search->reader = reader;
    expr_reads(search->p, placed->compute->e, note_read, search);
    expr_reads(search->p, placed->compute->post, note_read, search);
}

/* The first of the steps that this one is together with. */
static int first_of(const Search *search, int step) {
    while (search->group[step] != step) step = search->group[step];
    return step;
}

static void join(Search *search) {
    for (size_t i = 0; i < search->orders.count; i++) {
        int a = first_of(search, search->orders.at[i].reader), b = first_of(search, search->orders.at[i].writer);
        if (search->orders.at[i].together) search->group[a > b ? a : b] = a < b ? a : b;
    }
    for (int i = 0; i < (int)search->steps.count; i++) {
        int first = first_of(search, i);
        if (first == i) continue;
        search->steps.at[first]->together = search->steps.at[i]->together = first + 1;
    }
}

/* Raises levels until each step is after those that read what it replaces, and those together are at one level. Each
 * round settles one more at least: more rounds than steps are a circle. */
static void raise_levels(Search *search) {
    bool changed = true;
    for (size_t round = 0; changed; round++) {
        changed = false;
        if (round > search->steps.count + 1) BUG("%s: what is stored cannot be replaced in any order", search->p->name);
        for (size_t i = 0; i < search->orders.count; i++) {
            const Order *order = &search->orders.at[i];
            const Placed *reader = search->steps.at[first_of(search, order->reader)];
            Placed *writer = search->steps.at[first_of(search, order->writer)];
            int least = reader->level + (order->together ? 0 : 1);
            if (writer->level >= least) continue;
            writer->level = least;
            changed = true;
        }
    }
}

static void settle_levels(Search *search) {
    for (int i = 0; i < (int)search->steps.count; i++) {
        Placed *step = search->steps.at[i], *first = search->steps.at[first_of(search, i)];
        if (step->level > first->level) first->level = step->level;
    }
    raise_levels(search);
    for (int i = 0; i < (int)search->steps.count; i++)
        search->steps.at[i]->level = search->steps.at[first_of(search, i)]->level;
}

/* Moves those that are together behind the first of them. */
static void gather(Placed *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1;
        for (size_t k = end; k < count && list[i].together; k++) {
            if (list[k].together != list[i].together) continue;
            Placed moved = list[k];
            memmove(&list[end + 1], &list[end], (k - end) * sizeof *list);
            list[end++] = moved;
        }
        i = end - 1;
    }
}

void next_place(Program *p, Placed *list, size_t count) {
    Search search = {.p = p, .scratch = arena_new()};
    int last = 0; /* the level at which all that goes chunk by chunk is done */
    search.step_of = NEW_ARRAY(search.scratch, int, program_stored_rows(p));
    for (size_t i = 0; i < count; i++) {
        if (list[i].compute->next) {
            vec_push(search.scratch, &search.steps, &list[i]);
            search.step_of[list[i].compute->out->stored] = (int)search.steps.count;
        } else if ((list[i].scope == SCOPE_CHUNK || list[i].scope == SCOPE_BATCH) && list[i].level > last) {
            last = list[i].level;
        }
    }
    search.group = NEW_ARRAY(search.scratch, int, search.steps.count);
    for (int i = 0; i < (int)search.steps.count; i++) {
        search.group[i] = i;
        if (search.steps.at[i]->level < last) search.steps.at[i]->level = last;
    }
    for (size_t i = 0; i < count; i++)
        if (!list[i].compute->next) note_reads(&search, &list[i], -1);
    for (int i = 0; i < (int)search.steps.count; i++) note_reads(&search, search.steps.at[i], i);
    join(&search);
    settle_levels(&search);
    gather(list, count);
    arena_free(search.scratch);
}
