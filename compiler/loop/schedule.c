/* The search for a schedule: lanes, register tile, unrolled terms, order of loops. See schedule.h; what a schedule
 * costs is told by cost.c. */
#include "compiler/loop/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/search.h"
#include "compiler/passes/passes.h"

/* SMALL_TILE: neighbours of a map or pool that are made together, while that takes at most SMALL_BODY operations.
 * TURN_MAX: operations of a map that is made for 16 neighbours at once.
 * ROW_MAX: terms of one index that are unrolled; FAR_MAX: where each lies in a page of its own, as those of a 1x1
 * window over large maps do. A body has at most UNROLL_MAX multiply-adds with vectors of 64 bytes, of 32 UNROLL_SOME,
 * which is as quick there and makes code two fifths shorter. With those of 16 a vector of 16 lanes is
 * several of the processor's and a tile holds next to nothing: UNROLL_FEW makes code that is as quick and a tenth as
 * long. */
enum { SMALL_TILE = 4, SMALL_BODY = 128, ROW_MAX = 10, FAR_MAX = 16, SUM_MAX = 8, TURN_MAX = 16 };
enum { UNROLL_FEW = 32, UNROLL_SOME = 256, PAGE_ELEMENTS = 4096 / sizeof(float) };

/* ---- accesses ---- */
static Access access_make(const Place *place, const Tensor *tensor) {
    return (Access){.buffer = place->buffer,
                    .begin = place->base,
                    .base = place->base,
                    .chunk_stride = place->chunk_stride,
                    .tensor = tensor};
}

Access access_of_read(const Layout *layout, const Expr *read) {
    const Tensor *t = read->tensor;
    const Place *place = &layout->place[t->id];
    Access access = access_make(place, t);
    for (int d = 0; d < t->rank; d++) {
        int64_t stride = t->dim[d] == DIM_BATCH ? place->lane_stride : place->stride[d];
        access.base += read->index[d].plus * stride;
        for (int i = 0; i < INDEX_MAX; i++) access.step[i] += read->index[d].at[i] * stride;
    }
    return access;
}

Access access_of_write(const Layout *layout, const Compute *compute) {
    const Tensor *t = compute->out;
    const Place *place = &layout->place[t->id];
    Access access = access_make(place, t);
    for (int d = 0; d < t->rank; d++) {
        int64_t stride = t->dim[d] == DIM_BATCH ? place->lane_stride : place->stride[d];
        access.base += compute->write[d].plus * stride;
        for (int i = 0; i < compute->rank; i++) access.step[i] += compute->write[d].at[i] * stride;
    }
    return access;
}

/* ---- all accesses of a group ---- */
static void collect(void *context, Expr *read) {
    AccessList *list = context;
    vec_push(list->layout->program->arena, list, access_of_read(list->layout, read));
}

void access_list_reads(const Group *group, AccessList *list) {
    list->layout = group->layout;
    for (int i = 0; i < group->sums; i++) {
        const Compute *c = group->member[i]->compute;
        expr_reads(group->layout->program, c->e, collect, list);
        if (c->reduce == REDUCE_NONE) expr_reads(group->layout->program, c->post, collect, list);
    }
}

static bool is_contraction(const Group *group) {
    const Compute *c = group->member[0]->compute;
    return group->sums == 1 && c->reduce == REDUCE_SUM && c->e->kind == EXPR_MUL;
}

/* ---- lanes ---- */
static int lane_of(const Group *group) {
    const Compute *c = group->member[0]->compute;
    if (group->layout->one_image)
        return group->rank > 1 ? compute_line(c, group->layout->place[c->out->id].lane_dim) : -1;
    if (group->images >= 0) return group->rank - 1;
    const bool values = group->scope == SCOPE_CHUNK || group->scope == SCOPE_BATCH;
    if (values || c->order.partial == PARTIAL_IMAGES) return group->batch;
    if (group->scope == SCOPE_ONCE)
        return c->order.partial == PARTIAL_MEMORY ? group->rank + group->reductions - 1 : -1;
    return group->rank > 0 ? group->rank - 1 : -1;
}

typedef struct {
    const Group *group;
    int lane;
    bool beyond;  /* some read may not go beyond the end of its line: it is the caller's, or its lanes lie far apart */
    bool integer; /* something else than numbers is read */
} LineSearch;

static void note_line(void *context, Expr *read) {
    LineSearch *search = context;
    Access access = access_of_read(search->group->layout, read);
    int64_t step = access.step[search->lane];
    Role role = read->tensor->role;
    bool given = role == ROLE_INPUT || role == ROLE_LABEL || role == ROLE_TARGET;
    bool near =
        step == 1 || (step == 2 && access.buffer == BUFFER_SCRATCH); /* OVERREAD in layout.c, NET_LANES in packing.c */
    if (step != 0 && (given || !near)) search->beyond = true;
    if (read->tensor->integer) search->integer = true;
}

static LineSearch search_lines(const Group *group, int lane) {
    LineSearch search = {.group = group, .lane = lane};
    for (int m = 0; m < group->count; m++) {
        const Compute *c = group->member[m]->compute;
        expr_reads(group->layout->program, c->e, note_line, &search);
        expr_reads(group->layout->program, c->post, note_line, &search);
    }
    return search;
}

static bool writes_whole_lines(const Group *group) {
    for (int m = 0; m < group->count; m++) {
        const Tensor *out = group->member[m]->compute->out;
        const bool rows = out->line > 0 || (out->by_rows && out->rank == 2 && group->images >= 0);
        if (!rows && !group->layout->place[out->id].whole) return false;
    }
    return true;
}

/* Rows of a slot's copy are padded to whole vectors; so are the lines of one image, rows by image and matrices in
 * lines, but not what the caller gave and takes. */
bool schedule_lines_are_padded(const Group *group, int lane) {
    if (group->scope == SCOPE_SLOT) return true;
    return writes_whole_lines(group) && !search_lines(group, lane).beyond;
}

static bool uses_index(const Group *group) {
    bool uses = false;
    for (int m = 0; m < group->count; m++) uses = uses || compute_uses_index(group->member[m]->compute);
    return uses;
}

static bool settles_terms(const Group *group, int output) {
    const SumOrder *order = &group->member[0]->compute->order;
    for (int k = group->rank; k < group->rank + group->reductions; k++)
        if (order->inside[k].output == output) return true;
    return false;
}

/* The index before the lanes', of which two neighbours share a vector for the rest of their lines: where that rest is
 * at most half a vector, and both have the same terms. */
static int pair_of(const Group *group, const Schedule *s) {
    int pair = s->lane - 1;
    if (!group->layout->one_image || pair < 1 || s->lane >= group->rank || group->range[pair] < 2) return -1;
    int64_t rest = group->range[s->lane] % LOOP_LANES;
    if (rest == 0 || rest > HALF_VECTOR || settles_terms(group, pair)) return -1;
    if (!writes_whole_lines(group) || uses_index(group)) return -1;
    LineSearch search = search_lines(group, s->lane);
    return search.beyond || search.integer ? -1 : pair;
}

/* ---- between rows and lanes ---- */
bool schedule_is_turned(const Access *access, int lane, int turned) {
    return lane >= 0 && !access->tensor->integer && access->step[turned] == 1 && access->step[lane] > 1;
}

/* What is written behind the end of such a row means nothing. */
static bool rows_are_padded(const Group *group, int turned) {
    if (!group->member[0]->compute->out->by_rows) return false;
    for (int i = 0; i < group->rank; i++)
        if (i != turned && i != group->batch && group->range[i] > 1) return false;
    return true;
}

/* Values come from rows by image, or go there, one by one or 16 x 16 at a time, turned in registers. */
static int turned_of(const Group *group, const Schedule *s) {
    Program *p = group->layout->program;
    const int last = group->rank - 1;
    const bool maps = group->member[0]->compute->reduce == REDUCE_NONE && group->scope == SCOPE_CHUNK;
    if (!maps || group->layout->one_image || s->lane < 0 || s->lane != group->batch || last == group->batch) return -1;
    AccessList list = {0};
    access_list_reads(group, &list);
    bool reads = false;
    int operations = 0;
    for (size_t i = 0; i < list.count; i++) reads = reads || schedule_is_turned(&list.at[i], s->lane, last);
    for (int m = 0; m < group->count; m++) operations += compute_operations(p, group->member[m]->compute);
    const Access write = access_of_write(group->layout, group->member[0]->compute);
    const bool writes = schedule_is_turned(&write, s->lane, last);
    const int64_t least = writes && rows_are_padded(group, last) ? HALF_VECTOR : LOOP_LANES;
    return (reads || writes) && group->range[last] >= least && operations <= TURN_MAX ? last : -1;
}

/* ---- unrolling ---- */
int64_t schedule_tile(const Group *group, const Schedule *s) {
    int64_t size = 1;
    for (int i = 0; i < group->rank; i++) size *= s->tile[i];
    return size;
}

/* Whether the vectors that are read for one term of index k and for the next lie in pages of their own. */
static bool terms_are_far(const Group *group, const Schedule *s, int k) {
    AccessList list = {0};
    access_list_reads(group, &list);
    bool far = false;
    for (size_t i = 0; i < list.count && s->lane >= 0; i++)
        far = far || (list.at[i].step[s->lane] != 0 && llabs(list.at[i].step[k]) >= PAGE_ELEMENTS);
    return far;
}

/* Unrolls trailing terms as far as the body stays small: a row of them or a part of it, then whole windows. Sums that
 * wait for memory, biases and logs, take a few terms: more is only code. */
void schedule_unroll(const Group *group, Schedule *s, bool contraction) {
    int64_t body = schedule_tile(group, s);
    bool bandwidth = group->batch >= group->rank || group->member[0]->compute->out->role == ROLE_LOG;
    int64_t most = contraction ? s->body_max : bandwidth ? SUM_MAX : s->body_max / 8;
    const SumOrder *order = &group->member[0]->compute->order;
    bool inner = false; /* a window is unrolled already */
    for (int k = group->rank; k < group->rank + group->reductions; k++) s->unroll[k] = 1;
    for (int k = group->rank + group->reductions; k-- > group->rank;) {
        int64_t range = group->range[k];
        if (k == s->lane) continue;
        if (k == group->batch) return;            /* a chunk has as many images as there are */
        if (order->inside[k].output >= 0) return; /* a loop whose bounds depend on the output */
        if (k == order->block && range > order->block_size) range = order->block_size;
        if (body * range <= most && range <= ROW_MAX) {
            s->unroll[k] = range;
            body *= range;
            if (k == order->block) return;
            inner = inner || range > 1;
            continue;
        }
        if (inner) return;
        int64_t part = contraction && terms_are_far(group, s, k) ? FAR_MAX : ROW_MAX;
        while (part > 1 && (body * part > most || (range % part != 0 && part > ROW_MAX / 2))) part--;
        s->unroll[k] = part;
        return;
    }
}

/* ---- tile and order ---- */
/* Tiles that cost no more than the cheapest by this factor are weighed again with the bytes that the loops around them
 * move. */
static const double NEARLY = 1.25;
enum { CANDIDATES = 24, TILE_SIDE = 16 };

typedef struct {
    Schedule s;
    double cost; /* of the bodies, per multiply-add */
} Candidate;

typedef struct {
    CostOf of;
    Candidate best[CANDIDATES]; /* cheapest first */
    int count;
} Search;

static void keep(Search *search, const Schedule *s, double cost) {
    int at = search->count;
    while (at > 0 && cost < search->best[at - 1].cost - 1e-9) at--;
    if (at == CANDIDATES) return;
    if (search->count < CANDIDATES) search->count++;
    for (int i = search->count; --i > at;) search->best[i] = search->best[i - 1];
    search->best[at] = (Candidate){*s, cost};
}

/* A tile, with as much unrolled as the registers allow: a window that slides over more terms keeps more columns. */
static void try_tile(Search *search, const Schedule *tile) {
    const Group *group = search->of.group;
    static const int64_t less[] = {1, 4, 16, INT64_MAX};
    int64_t before = 0;
    for (size_t i = 0; i < COUNT_OF(less); i++) {
        Schedule s = *tile;
        s.body_max = s.body_max / less[i];
        schedule_unroll(group, &s, true);
        s.held = schedule_held(group, &s);
        int64_t terms = 1;
        for (int k = group->rank; k < group->rank + group->reductions; k++) terms *= s.unroll[k];
        if (terms == before) continue;
        before = terms;
        const double worst = search->count > 0 ? NEARLY * search->best[0].cost : INFINITY;
        if (cost_of_tile(&search->of, &s, NULL) > worst) return; /* fewer terms cost no less */
        if (schedule_tile(group, &s) > 1 && !cost_fits(&search->of, &s)) continue;
        keep(search, &s, cost_of_tiles(&search->of, &s, NULL));
        return;
    }
}

/* All tiles of up to three output indices, from index i on. */
static void try_tiles(Search *search, Schedule *s, int i, int sides) {
    const Group *group = search->of.group;
    if (i == group->rank || sides == 0) {
        try_tile(search, s);
        return;
    }
    int64_t most = schedule_units(group, s, i), size = schedule_tile(group, s);
    for (int64_t f = 1; f <= TILE_SIDE && f <= most && f * size <= TILE_MAX; f++) {
        if (!schedule_may_tile(group, s, i, f)) continue;
        s->tile[i] = f;
        if (f > 1 && f * size >= search->of.processor->registers) break;
        try_tiles(search, s, i + 1, f > 1 ? sides - 1 : sides);
    }
    s->tile[i] = 1;
}

/* Loops stand as the indices do, unless one moved elsewhere costs less. */
static double choose_order(const CostOf *of, Schedule *s) {
    const Group *group = of->group;
    double least = cost_of_bytes(of, s, NULL);
    if (!schedule_may_reorder(group, s)) return least;
    Schedule start = *s;
    if (least == 0) return least;
    for (int from = 0; from < group->rank; from++)
        for (int to = 0; to < group->rank; to++) {
            if (to == from || to == from - 1) continue; /* the start; two neighbours have changed places before */
            Schedule moved = start;
            for (int l = from; l != to; l += from < to ? 1 : -1) moved.order[l] = start.order[l + (from < to ? 1 : -1)];
            moved.order[to] = start.order[from];
            double cost = cost_of_bytes(of, &moved, NULL);
            if (cost >= least * (1 - 1e-9)) continue;
            least = cost;
            *s = moved;
        }
    return least;
}

/* Blocks of an index gain where all of it does not fit a level, but some does: they are looked for where the bytes cost
 * this share of the nest, and taken where they save as much. */
static const double WORTH_BLOCKS = 0.1;

static void choose_loops(const CostOf *of, Schedule *s) {
    const Group *group = of->group;
    const Schedule start = *s;
    double least = choose_order(of, s), all = cost_in_cycles(of, s).count;
    if (least < WORTH_BLOCKS * all) return;
    for (int i = 0; i < group->rank + group->reductions; i++) {
        int64_t step = i < group->rank ? start.tile[i] : group->member[0]->compute->order.block_size;
        if (i == group->batch || (i >= group->rank && i != group->member[0]->compute->order.block)) continue;
        for (int64_t block = step; block < group->range[i]; block += step) {
            Schedule blocked = start;
            blocked.blocked = i;
            blocked.block = block;
            if (!schedule_may_block(group, &start, i, block)) continue;
            double cost = choose_order(of, &blocked);
            if (cost >= least - WORTH_BLOCKS * all) continue;
            least = cost;
            *s = blocked;
        }
    }
}

/* What the search ends with, at most `most`, the cheapest first. */
int schedule_rank(const Schedule *start, const CostOf *of, Schedule *best, int most) {
    Search search = {.of = *of};
    Schedule tile = *start;
    double cycles[CANDIDATES];
    int count = 0;
    try_tiles(&search, &tile, 0, 3);
    for (int i = 0; i < search.count; i++) {
        if (search.best[i].cost > NEARLY * search.best[0].cost) break;
        Schedule candidate = search.best[i].s;
        choose_loops(of, &candidate);
        const double own = cost_in_cycles(of, &candidate).count;
        int at = 0;
        while (at < count && own >= cycles[at] * (1 - 1e-9)) at++;
        if (at == most) continue;
        if (count < most) count++;
        for (int k = count; --k > at;) {
            best[k] = best[k - 1];
            cycles[k] = cycles[k - 1];
        }
        best[at] = candidate;
        cycles[at] = own;
    }
    return count;
}

/* The last output index gets the last number. An index that decides which terms there are stays 1. */
static void force_tile(const Group *group, Schedule *s, const GivenSchedules *given) {
    int count = given->numbers;
    for (int i = group->rank; i-- > 0 && count > 0;) {
        if (i == group->batch) continue;
        int64_t f = given->tile[--count];
        if (settles_terms(group, i)) continue;
        if (f > group->range[i]) f = group->range[i];
        while (i == group->images && !schedule_may_tile(group, s, i, f)) f--;
        s->tile[i] = f;
    }
    schedule_unroll(group, s, true);
    s->held = schedule_held(group, s);
}

/* FOLLOWED: bytes of the longest stride that a processor follows by itself. */
enum { FOLLOWED = 2048 };

const Expr *schedule_reads_ahead(const Group *group) {
    const Expr *e = group->member[0]->compute->e, *factor[] = {e->a, e->b};
    if (group->scope != SCOPE_BATCH || !is_contraction(group)) return NULL;
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        if (factor[f]->kind != EXPR_READ || tensor_is_batched(factor[f]->tensor)) continue;
        const Access access = access_of_read(group->layout, factor[f]);
        const int64_t term = access.step[group->rank + group->reductions - 1] * (int64_t)sizeof(float);
        if (access.step[group->rank - 1] == 1 && term > FOLLOWED) return factor[f];
    }
    return NULL;
}

/* ---- what a schedule may be ---- */
bool schedule_takes_all_chunks(const Group *group) {
    return group->scope == SCOPE_OWNED || group->scope == SCOPE_BATCH;
}

bool schedule_is_by_parts(const Group *group) { return group->scope == SCOPE_PART || schedule_takes_all_chunks(group); }

bool schedule_is_searched(const Group *group) { return is_contraction(group) && group->scope != SCOPE_ONCE; }

int64_t schedule_units(const Group *group, const Schedule *s, int i) {
    if (i == group->batch) return group->scope == SCOPE_BATCH ? group->layout->chunks : 1;
    if (i != s->lane) return group->range[i];
    int64_t rest = s->pair < 0 || group->range[i] < LOOP_LANES ? LOOP_LANES - 1 : 0; /* else it has tiles of its own */
    return (group->range[i] + rest) / LOOP_LANES;
}

bool schedule_may_tile(const Group *group, const Schedule *s, int i, int64_t count) {
    const SumOrder *order = &group->member[0]->compute->order;
    if (count < 1 || count > schedule_units(group, s, i)) return false;
    if (i == group->batch) return group->layout->chunks % count == 0;
    if (i == group->images && count <= HALF_VECTOR) return LOOP_LANES % count == 0; /* else what is left is one more */
    if (count == 1 || !settles_terms(group, i)) return true;
    for (int k = group->rank; k < group->rank + group->reductions; k++)
        if (order->inside[k].output == i && group->range[k] < 2 * group->range[i]) return false;
    return count == group->range[i];
}

unsigned schedule_held(const Group *group, const Schedule *s) {
    const Expr *e = group->member[0]->compute->e, *factor[] = {e->a, e->b};
    unsigned indices[2] = {0, 0};
    double places[2] = {1, 1};
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        if (factor[f]->kind != EXPR_READ) return 0;
        Access access = access_of_read(group->layout, factor[f]);
        for (int i = 0; i < group->rank; i++) {
            if (access.step[i] == 0 || (i == s->lane && i == group->batch && s->tile[i] == 1)) continue;
            indices[f] |= 1u << i;
            places[f] *= (double)s->tile[i];
        }
        if (s->lane >= 0 && access.step[s->lane] == 0) places[f] -= 0.5; /* a number for all lanes */
    }
    return places[0] < places[1] ? indices[0] : indices[1];
}

int64_t schedule_terms(const Group *group, const Schedule *s, int k) {
    const SumOrder *order = &group->member[0]->compute->order;
    if (k == s->lane || k == group->batch || order->inside[k].output >= 0) return 1;
    int64_t range = group->range[k];
    return k == order->block && order->block_size < range ? order->block_size : range;
}

bool schedule_is_whole(const Group *group, const Schedule *s, int k) {
    const SumOrder *order = &group->member[0]->compute->order;
    return k != order->block && order->inside[k].output < 0 && s->unroll[k] == schedule_terms(group, s, k);
}

/* Whether sums so far may lie where the result will: vectors of them follow each other, and each is made once. */
static bool may_keep_sums(const Group *group, const Schedule *s) {
    if (group->scope != SCOPE_CHUNK && group->scope != SCOPE_BATCH) return false;
    if (access_of_write(group->layout, group->member[0]->compute).step[s->lane] != 1) return false;
    if (s->lane == group->batch) return true;
    return group->layout->images > 1 && s->pair < 0 &&
           (group->range[s->lane] % LOOP_LANES == 0 || schedule_lines_are_padded(group, s->lane));
}

bool schedule_may_block(const Group *group, const Schedule *s, int i, int64_t block) {
    if (s->lane < 0 || i == group->batch || block <= 0 || block >= group->range[i]) return false;
    if (i < group->rank)
        return schedule_may_reorder(group, s) && !settles_terms(group, i) && group->range[i] % block == 0;
    const SumOrder *order = &group->member[0]->compute->order;
    if (i != order->block || block != order->block_size) return false;
    for (int k = group->rank; k < i; k++) /* blocks within each of another index's terms cannot be outside of it */
        if (k != s->lane && group->range[k] > 1) return false;
    return group->scope == SCOPE_SLOT ? schedule_may_reorder(group, s) : may_keep_sums(group, s);
}

bool schedule_may_reorder(const Group *group, const Schedule *s) { return s->lane >= 0 && s->lane == group->batch; }

/* Maps and pools: a few elements together, for the loop's overhead; fewer where each takes long itself. */
static int64_t neighbours(const Group *group, int64_t range) {
    int64_t operations = 1, few = SMALL_TILE;
    for (int m = 0; m < group->count; m++)
        operations += compute_operations(group->layout->program, group->member[m]->compute);
    while (few > 1 && few * operations > SMALL_BODY) few--;
    return range < few ? range : few;
}

/* All but what is searched for. */
Schedule schedule_begin(const Group *group, const LowerOptions *options) {
    const int bytes = options->target.processor.vector_bytes;
    Schedule s = {.lane = lane_of(group),
                  .blocked = -1,
                  .body_max = bytes < 32              ? UNROLL_FEW
                              : options->body_max > 0 ? options->body_max
                              : bytes < 64            ? UNROLL_SOME
                                                      : UNROLL_MAX};
    for (int i = 0; i < INDEX_MAX; i++) s.tile[i] = s.unroll[i] = 1;
    for (int i = 0; i < group->rank; i++) s.order[i] = i;
    s.pair = pair_of(group, &s);
    s.turned = options->plain || group->layout->program->rare ? -1 : turned_of(group, &s);
    return s;
}

static Schedule choose(const Group *group, const LowerOptions *options) {
    Schedule s = schedule_begin(group, options);
    if (group->layout->program->rare) return s; /* one by one */
    if (schedule_is_searched(group)) {
        const CostOf of = cost_begin(group, &options->target.processor);
        if (options->given && options->given->numbers > 0) {
            force_tile(group, &s, options->given);
            choose_loops(&of, &s);
        } else {
            const Schedule start = s;
            schedule_rank(&start, &of, &s, 1);
        }
        return s;
    }
    int last = group->rank - 1;
    if (s.turned >= 0)
        s.tile[s.turned] = LOOP_LANES;
    else if (last >= 0 && last != group->batch && last != s.lane)
        s.tile[last] = neighbours(group, group->range[last]);
    schedule_unroll(group, &s, false);
    return s;
}

/* All that a search looks at. */
uint64_t schedule_key(const Group *group) {
    const Compute *c = group->member[0]->compute;
    const bool one_image = group->layout->one_image;
    const int64_t chunks = schedule_takes_all_chunks(group) ? group->layout->chunks : 0;
    const int64_t numbers[] = {group->scope,  group->rank, group->reductions,       group->batch,
                               group->images, one_image,   cost_reads_after(group), chunks};
    uint64_t hash = hash_bytes(0, numbers, sizeof numbers);
    AccessList list = {0};
    access_list_reads(group, &list);
    const Access write = access_of_write(group->layout, c);
    vec_push(group->layout->program->arena, &list, write);
    hash = hash_bytes(hash, group->range, sizeof group->range);
    hash = hash_bytes(hash, &c->order, sizeof c->order);
    hash = hash_bytes(hash, &c->e->a->number, sizeof c->e->a->number); /* what is read outside of a tensor */
    hash = hash_bytes(hash, &c->e->b->number, sizeof c->e->b->number);
    for (size_t i = 0; i < list.count; i++) {
        const Access *access = &list.at[i];
        const Tensor *t = access->tensor;
        const int64_t of[] = {access->buffer, t->role, t->by_rows, t->integer, t->rank, tensor_is_batched(t)};
        hash = hash_bytes(hash, access->step, sizeof access->step);
        hash = hash_bytes(hash, of, sizeof of);
        hash = hash_bytes(hash, t->dim, (size_t)t->rank * sizeof *t->dim);
        hash = hash_number(hash, (uint64_t)group->layout->place[t->id].whole);
        hash = hash_number(hash, (uint64_t)(access->base - access->begin)); /* what lies outside */
    }
    return hash;
}

Schedule schedule_choose(const Group *group, const LowerOptions *options, const char *name, Arena *arena,
                         KnownSchedules *known) {
    const bool searched = schedule_is_searched(group) && !group->layout->program->rare;
    const uint64_t key = searched ? schedule_key(group) : 0;
    const KnownSchedule *found = NULL;
    for (size_t i = 0; searched && i < known->count && !found; i++)
        if (known->at[i].key == key) found = &known->at[i];
    Schedule s = found ? found->schedule : choose(group, options);
    if (searched && !found) {
        const KnownSchedule new = {key, s};
        vec_push(arena, known, new);
    }
    if (options->given) schedules_take(options->given, group, name, options->target.cpu, &s);
    return s;
}
