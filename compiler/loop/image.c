/* The search for innermost dimensions. See image.h.
 *
 * Values joined by maps and pools form a region, in which all have the same kind of layout; a convolution begins a new
 * one. All choices are tried where there are few regions; else regions are turned over one by one as long as that
 * gains. */
#include "compiler/loop/image.h"

#include "compiler/loop/schedule.h"

enum { REGIONS_TRIED = 10 };

/* Cycles for a load by its step along memory, and their share when the loaded vector serves a whole tile. */
static const double LOAD = 0.5, LOAD_PAIRS = 1.5, LOAD_APART = 20, TILE_SHARE = 0.25;
static const double SHARED_REST = 0.6;

typedef struct {
    Layout *layout;
    int *region;   /* by tensor id; -1: it has no choice */
    bool *columns; /* by region */
    int regions;
} Choice;

static int lane_dim_of(const Choice *choice, const Tensor *t) {
    int region = choice->region[t->id];
    if (region < 0) return t->rank - 1; /* rows by themselves: units, what comes in, what goes out */
    return choice->columns[region] ? t->rank - 1 : 1;
}

/* ---- regions ---- */
static bool has_choice(const Tensor *t) { return t->role == ROLE_VALUE && tensor_is_batched(t) && t->rank == 4; }

static bool multiplies(const Compute *c) { return c->reduce == REDUCE_SUM && c->e->kind == EXPR_MUL; }

static int find(int *parent, int i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

typedef struct {
    int *parent;
    const Tensor *out;
} Join;

static void join_regions(void *context, Expr *read) {
    Join *join = context;
    if (has_choice(read->tensor))
        join->parent[find(join->parent, read->tensor->id)] = find(join->parent, join->out->id);
}

static void find_regions(Arena *arena, Choice *choice) {
    Program *p = choice->layout->program;
    int count = (int)p->tensors.count;
    int *parent = NEW_ARRAY(arena, int, count);
    for (int t = 0; t < count; t++) parent[t] = t;
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        Join join = {parent, c->out};
        if (!has_choice(c->out)) continue;
        if (!multiplies(c)) expr_reads(p, c->e, join_regions, &join);
        expr_reads(p, c->post, join_regions, &join);
    }
    choice->region = NEW_ARRAY(arena, int, count);
    choice->columns = NEW_ARRAY(arena, bool, count);
    for (int t = 0; t < count; t++) choice->region[t] = -1;
    for (int t = 0; t < count; t++) {
        if (!has_choice(p->tensors.at[t])) continue;
        int root = find(parent, t);
        if (choice->region[root] < 0) choice->region[root] = choice->regions++;
        choice->region[t] = choice->region[root];
    }
}

/* ---- costs ---- */
typedef struct {
    const Choice *choice;
    int lane; /* index of the compute */
    double loads;
} LoadCost;

static void add_load(void *context, Expr *read) {
    LoadCost *cost = context;
    const Tensor *t = read->tensor;
    int step = 0;
    bool apart = false;
    for (int d = 0; d < t->rank; d++) {
        int at = read->index[d].at[cost->lane];
        if (at == 0) continue;
        if (tensor_is_batched(t) && d != lane_dim_of(cost->choice, t)) apart = true;
        step = at;
    }
    if (step == 0) return;
    cost->loads += apart || (step != 1 && step != 2) ? LOAD_APART : step == 2 ? LOAD_PAIRS : LOAD;
}

/* The index of c that runs along dimension d of what it writes. */
static int index_along(const Compute *c, int d) {
    int i = compute_line(c, d);
    if (i < 0) BUG("%s writes no line along dimension %d", c->name, d);
    return i;
}

/* Vectors for what the lanes run over, along dimension d; of a rest that shares a vector with the next line's
 * (schedule.h), half of one and something for putting the halves together. Of a part of a line nothing may be written
 * beyond its end: less than a vector goes number by number. */
static double line_vectors(const Compute *c, int d, int lane) {
    int64_t whole = c->range[lane] / LOOP_LANES, rest = c->range[lane] % LOOP_LANES;
    bool all = affine_single(&c->write[d]) == lane && c->range[lane] == c->out->dim[d];
    bool shared = all && lane > 1 && c->range[lane - 1] > 1 && rest <= HALF_VECTOR;
    double last = rest == 0 ? 0 : shared ? SHARED_REST : all || whole > 0 ? 1 : (double)rest;
    return (double)whole + last;
}

static double compute_cost(const Choice *choice, const Compute *c) {
    Program *p = choice->layout->program;
    double work = 1;
    if (c->out->rank < 2) return 0; /* one number: nothing to choose */
    int d = lane_dim_of(choice, c->out);
    LoadCost load = {.choice = choice, .lane = index_along(c, d)};
    for (int i = 1; i < c->rank + c->reductions; i++) work *= (double)c->range[i];
    expr_reads(p, c->e, add_load, &load);
    return work / (double)c->range[load.lane] * line_vectors(c, d, load.lane) *
           (1 + load.loads * (multiplies(c) ? TILE_SHARE : 1));
}

static double total_cost(const Choice *choice) {
    const Program *p = choice->layout->program;
    double total = 0;
    for (size_t i = 0; i < p->computes.count; i++) total += compute_cost(choice, p->computes.at[i]);
    return total;
}

/* ---- the search ---- */
static void try_all(Choice *choice) {
    double least = -1;
    int best = 0;
    for (int bits = 0; bits < 1 << choice->regions; bits++) {
        for (int r = 0; r < choice->regions; r++) choice->columns[r] = (bits >> r) & 1;
        double cost = total_cost(choice);
        if (least >= 0 && cost >= least) continue;
        least = cost;
        best = bits;
    }
    for (int r = 0; r < choice->regions; r++) choice->columns[r] = (best >> r) & 1;
}

static void turn_over(Choice *choice) {
    double least = total_cost(choice);
    for (bool gained = true; gained;) {
        gained = false;
        for (int r = 0; r < choice->regions; r++) {
            choice->columns[r] = !choice->columns[r];
            double cost = total_cost(choice);
            if (cost < least) {
                least = cost;
                gained = true;
            } else {
                choice->columns[r] = !choice->columns[r];
            }
        }
    }
}

typedef struct {
    Layout *layout;
    int lane;
} ParamLanes;

/* The dimension of a parameter that the lanes run over; without one, any order will do. */
static void note_param_lane(void *context, Expr *read) {
    ParamLanes *lanes = context;
    const Tensor *t = read->tensor;
    if (tensor_is_batched(t)) return;
    for (int d = 0; d < t->rank; d++)
        if (read->index[d].at[lanes->lane] == 1) lanes->layout->place[t->id].lane_dim = d;
}

void image_choose_lanes(Layout *layout) {
    Program *p = layout->program;
    Arena *scratch = arena_new();
    Choice choice = {.layout = layout};
    find_regions(scratch, &choice);
    if (choice.regions <= REGIONS_TRIED)
        try_all(&choice);
    else
        turn_over(&choice);
    for (size_t t = 0; t < p->tensors.count; t++) {
        const Tensor *tensor = p->tensors.at[t];
        layout->place[t].lane_dim = tensor_is_batched(tensor) ? lane_dim_of(&choice, tensor) : tensor->rank - 1;
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        if (c->out->rank < 2) continue;
        ParamLanes lanes = {layout, index_along(c, layout->place[c->out->id].lane_dim)};
        expr_reads(p, c->e, note_param_lane, &lanes);
        expr_reads(p, c->post, note_param_lane, &lanes);
    }
    arena_free(scratch);
}

/* ---- what the caller gave ---- */
static bool is_copy(const Compute *c) {
    if (c->reduce != REDUCE_NONE || c->post || c->e->kind != EXPR_READ || c->e->tensor->role != ROLE_INPUT)
        return false;
    for (int d = 0; d < c->e->tensor->rank; d++)
        if (affine_single(&c->e->index[d]) != d) return false;
    return compute_is_plain(c);
}

typedef struct {
    const Tensor *copy;
    int lane; /* index of the reader; -1: it is no sum of products */
    bool by_numbers;
} CopySearch;

static void note_copy(void *context, Expr *read) {
    CopySearch *search = context;
    if (read->tensor != search->copy) return;
    for (int d = 0; d < read->tensor->rank; d++)
        if (search->lane < 0 || read->index[d].at[search->lane] != 0) search->by_numbers = false;
}

static bool is_read_by_numbers(const Layout *layout, const Tensor *copy) {
    Program *p = layout->program;
    CopySearch search = {copy, -1, !layout->place[copy->id].has_edge};
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        search.lane = -1;
        expr_reads(p, c->post, note_copy, &search);
        if (multiplies(c) && c->out->rank > 1) search.lane = index_along(c, layout->place[c->out->id].lane_dim);
        expr_reads(p, c->e, note_copy, &search);
    }
    return search.by_numbers;
}

void image_skip_copies(Layout *layout) {
    size_t kept = 0;
    for (size_t i = 0; i < layout->list.count; i++) {
        const Compute *c = layout->list.at[i].compute;
        const bool skip = is_copy(c) && is_read_by_numbers(layout, c->out);
        if (skip)
            layout->place[c->out->id].copy_of = c->e->tensor;
        else
            layout->list.at[kept++] = layout->list.at[i];
    }
    layout->list.count = kept;
}
