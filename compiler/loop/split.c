/* How the work of a nest is split over the workers that share it.
 *
 * What has no images is split by its first output index: a worker has the same elements in each step. What goes chunk
 * by chunk is split where two workers are through with it sooner than one, by the index for which that is soonest: a
 * chunk may be shared (meet.h). What counts is the work, how evenly the tiles come out, and what a worker has to fetch
 * from another's cache, which takes as long as many operations: maps, pools and convolutions that are all split by rows
 * fetch next to nothing, while a dense layer needs all of its inputs. So of each tensor is known by which dimension it
 * has been split. None of it is a matter of bits: every value is made whole by one worker. */
#include "compiler/loop/split.h"

#include <math.h>

#include "compiler/loop/gen.h"
#include "compiler/passes/passes.h"

/* In multiply-adds of 16 lanes, about: a row of random numbers, a vector whose lanes lie apart, a vector that is in
 * another worker's cache (or beyond its own, for a lone worker too), a vector that was there before it is written, and
 * a meeting of two. What is split by elements is not worth two workers below WORK_PART. A kernel below WORK_KERNEL is
 * not, since those around it, which one worker runs, have to fetch what the two have made. */
enum { WORK_RANDOM = 150, WORK_APART = 32, WORK_PART = 6000, WORK_KERNEL = 500000 };
static const double WORK_FETCH = 64, WORK_FETCH_FAR = 8, WORK_TAKE = 12, WORK_MEETING = 1500;
enum { NEAR_ELEMENTS = 262144 }; /* 1 MB; of more one worker alone has much from beyond its cache as well */

enum { WORKERS_MOST = 256 };
static const double GAIN_LEAST = 0.95; /* of the time alone: what is not expected to take less is not shared */

/* Who has made a tensor: it is given, the first worker, or all, split by dimension d: HOLDER_DIM + d. */
enum { HOLDER_NONE, HOLDER_FIRST, HOLDER_DIM };

static void note_rows(void *context, Expr *read) {
    bool *rows = context;
    *rows = *rows || tensor_is_by_rows(read->tensor);
}

int64_t split_work(const Group *group) {
    const Compute *first = group->member[0]->compute;
    Program *p = group->layout->program;
    if (first->reduce == REDUCE_RANDOM) return tensor_count(first->out) * WORK_RANDOM;
    int64_t elements = 1, work = 0;
    for (int i = 0; i < group->rank + group->reductions; i++)
        elements *= group->range[i] == DIM_BATCH ? LOOP_LANES : group->range[i];
    for (int m = 0; m < group->count; m++) {
        const Compute *c = group->member[m]->compute;
        bool product = c->reduce == REDUCE_SUM && c->e->kind == EXPR_MUL, rows = tensor_is_by_rows(c->out),
             reads_rows = false;
        expr_reads(p, c->e, note_rows, &reads_rows);
        work += product ? 1 : 1 + compute_operations(p, c);
        if (c->reduce == REDUCE_NONE && rows != reads_rows) work += WORK_APART;
    }
    return elements / LOOP_LANES * work;
}

/* ---- chunks ---- */
typedef struct {
    const Gen *g;
    int split;            /* the index tried */
    double fetch, before; /* what it takes the worker who fetches most; and one alone, from earlier kernels */
} FetchSearch;

static void note_fetch(void *context, Expr *read) {
    FetchSearch *search = context;
    const Tensor *t = read->tensor;
    const Sharing *sharing = search->g->context->sharing;
    const int split = search->split;
    if (!tensor_is_batched(t)) return;
    const int holder = sharing->holder[t->id];
    bool partial = false, aligned = false; /* a worker reads a part of it, and that is what it has made */
    for (int d = 0; d < t->rank && split != SPLIT_NONE; d++) {
        bool along = read->index[d].at[split] != 0;
        partial = partial || along;
        aligned = aligned || (along && holder == HOLDER_DIM + d);
    }
    const double fetch = (double)tensor_count(t) * (sharing->far ? WORK_FETCH_FAR : WORK_FETCH);
    if (holder >= HOLDER_DIM && sharing->maker[t->id] != sharing->kernel) search->before += fetch / 2;
    if (holder == HOLDER_NONE || aligned || (holder == HOLDER_FIRST && split == SPLIT_NONE)) return;
    search->fetch += fetch * (holder == HOLDER_FIRST ? 1 : 0.5) * (partial ? 0.5 : 1);
}

static FetchSearch search_fetch(const Gen *g, int i) {
    FetchSearch search = {.g = g, .split = i};
    for (int m = 0; m < g->group->count; m++) {
        const Compute *c = g->group->member[m]->compute;
        expr_reads(g->group->layout->program, c->e, note_fetch, &search);
        expr_reads(g->group->layout->program, c->post, note_fetch, &search);
    }
    return search;
}

/* The share of the work that falls to the busier of two workers. */
static double share_of(const Gen *g, int i) {
    int64_t count = g->group->range[i], tile = g->s.tile[i];
    if (i == g->group->batch) count = LOOP_LANES;
    if (i == g->s.blocked) count = g->s.block;
    if (i == g->lane) count = (count + LOOP_LANES - 1) / LOOP_LANES;
    int64_t tiles = (count + tile - 1) / tile, most = (tiles + 1) / 2 * tile;
    return most < count ? (double)most / (double)count : 1;
}

/* What a nest takes two workers, split by index i or as a whole done by the first. */
static double work_of_two(const Gen *g, int i, int64_t work) {
    const FetchSearch search = search_fetch(g, i);
    bool meet = i != SPLIT_NONE || search.fetch > 0;
    double written = 0;
    for (int m = 0; m < g->group->count; m++) {
        const Tensor *out = g->group->member[m]->compute->out;
        written += (double)tensor_count(out) / (tensor_is_batched(out) ? 1 : LOOP_LANES);
    }
    return (double)work * (i == SPLIT_NONE ? 1 : share_of(g, i)) + search.fetch +
           (g->context->sharing->far ? 0 : written / 2 * WORK_TAKE) + meet * WORK_MEETING;
}

/* The tiles at the rims of an index are peeled off the ends of a loop over all of them: it is left whole. */
static bool has_rims(const Gen *g, int i) {
    int64_t range = g->group->range[i], tile = g->s.tile[i];
    if (i == g->lane || i == g->group->batch) return false;
    return gen_is_rim(g, i, 0, tile - 1) || gen_is_rim(g, i, (range - 1) / tile * tile, range - 1);
}

/* The first output index that there is more than one of. */
static int split_elements(const Gen *g) {
    int split = SPLIT_NONE;
    for (int place = 0; place < g->group->rank; place++) {
        const int i = g->s.order[place];
        if (i == g->group->batch || has_rims(g, i)) continue;
        if (g->group->range[i] > 1) return i;
        split = i;
    }
    return split;
}

static int split_chunk(const Gen *g, double *least) {
    const Group *group = g->group;
    const int64_t work = split_work(group);
    int best = SPLIT_NONE;
    *least = work_of_two(g, SPLIT_NONE, work);
    if (!g->context->sharing->splits) return SPLIT_NONE;
    if (group->member[0]->compute->reduce == REDUCE_RANDOM) { /* all rows in their order, as if by the first index */
        double shared = (double)work / 2 + WORK_MEETING;
        if (group->rank < 2 || shared >= *least) return SPLIT_NONE;
        *least = shared;
        return 1;
    }
    for (int place = 0; place < group->rank; place++) {
        int i = g->s.order[place];
        if ((i == g->lane && i == group->batch) || i == group->images || i == g->s.turned || has_rims(g, i)) continue;
        double found = work_of_two(g, i, work);
        if (found >= *least) continue;
        *least = found;
        best = i;
    }
    return best;
}

static int dim_written(const Compute *c, int i) {
    for (int d = 0; d < c->out->rank; d++)
        if (c->write[d].at[i] != 0) return d;
    BUG("%s does not write by index %d", c->name, i);
}

static void note_made(const Gen *g, int split) {
    Sharing *sharing = g->context->sharing;
    for (int m = 0; m < g->group->count; m++) {
        const Compute *c = g->group->member[m]->compute;
        sharing->holder[c->out->id] = split == SPLIT_NONE ? HOLDER_FIRST : HOLDER_DIM + dim_written(c, split);
        sharing->maker[c->out->id] = sharing->kernel;
    }
}

int split_choose(const Gen *g) {
    const Group *group = g->group;
    Sharing *sharing = g->context->sharing;
    if (schedule_is_by_parts(group)) {
        const int split = split_elements(g);
        if (sharing && group->scope == SCOPE_BATCH) note_made(g, split);
        return split;
    }
    if (group->scope == SCOPE_ONCE || !sharing) return SPLIT_NONE;
    double shared;
    int split = split_chunk(g, &shared);
    sharing->alone += (double)split_work(group) + search_fetch(g, SPLIT_NONE).before;
    sharing->shared += shared;
    sharing->meetings += split != SPLIT_NONE;
    note_made(g, split);
    return split;
}

/* ---- kernels ---- */
Sharing *split_sharing(Arena *arena, const Layout *layout, bool always) {
    const Program *p = layout->program;
    Sharing *sharing = NEW(arena, Sharing);
    sharing->far = split_is_far(layout->scratch_size);
    sharing->always = always;
    for (size_t i = 0; i < layout->list.count; i++)
        sharing->always = sharing->always || layout->list.at[i].scope == SCOPE_BATCH;
    sharing->tensors = p->tensors.count;
    sharing->holder = NEW_ARRAY(arena, int, p->tensors.count);
    sharing->maker = NEW_ARRAY(arena, int, p->tensors.count);
    return sharing;
}

void split_begin_kernel(Sharing *sharing, int64_t work) {
    sharing->kernel++;
    sharing->splits = sharing->always || work > WORK_KERNEL;
    sharing->alone = 0;
    sharing->shared = 2 * WORK_MEETING; /* at its begin and end */
    sharing->meetings = 0;
}

static int workers_within(double workers) {
    return workers < 2 ? 2 : (int64_t)workers > WORKERS_MOST ? WORKERS_MOST : (int)workers;
}

/* With n workers work / n + meetings * n / 2, in meetings of two, is least for that many. */
int split_end_kernel(Sharing *sharing) {
    bool shares = sharing->meetings > 0 && sharing->shared < GAIN_LEAST * sharing->alone;
    sharing->all_alone += sharing->alone;
    sharing->all += shares ? sharing->shared : sharing->alone;
    if (shares) return workers_within(sqrt(2 * sharing->alone / (sharing->meetings * WORK_MEETING)));
    for (size_t t = 0; t < sharing->tensors; t++)
        if (sharing->maker[t] == sharing->kernel) sharing->holder[t] = HOLDER_FIRST;
    return 1;
}

bool split_gains(const Sharing *sharing) { return sharing->all < GAIN_LEAST * sharing->all_alone; }

int split_part_workers(int64_t work) {
    return work < WORK_PART ? 1 : workers_within(sqrt(2 * (double)work / WORK_MEETING));
}

bool split_is_far(int64_t elements) { return elements > NEAR_ELEMENTS; }
