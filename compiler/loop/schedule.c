/* The search for a register tile. See schedule.h.
 *
 * For a sum of products with F multiply-adds in a body (tile x unrolled terms), L distinct loads and A accumulators,
 * cycles are estimated as
 *
 *     max( F / fma ports, L / load ports, (F + L) / issue, F * latency / (ports * A) )
 *
 * and a tile is feasible when its accumulators, the loaded vectors that are alive at once and an eighth of the
 * registers to spare fit the registers. Loads are counted by the places they touch, so a row of taps that slides over
 * an image counts each column once. */
#include "compiler/loop/schedule.h"

#include <stdlib.h>

#include "compiler/passes/passes.h"

/* SMALL_TILE: neighbours of a map or pool that are made together, while that takes at most SMALL_BODY operations.
 * TURN_MAX: operations of a map that is made for 16 neighbours at once.
 * A body has at most UNROLL_MAX multiply-adds with MANY_REGISTERS, with fewer UNROLL_SOME, which is as quick there and
 * makes code two fifths shorter. With less than FEW_REGISTERS a vector of 16 lanes is several of the processor's and a
 * tile holds next to nothing: UNROLL_FEW makes code that is as quick and a tenth as long. */
enum { SMALL_TILE = 4, SMALL_BODY = 128, ROW_MAX = 10, SUM_MAX = 8, TURN_MAX = 16 };
enum { FEW_REGISTERS = 8, MANY_REGISTERS = 32, UNROLL_FEW = 32, UNROLL_SOME = 256 };
static const double LOAD_PORTS = 2, FMA_LATENCY = 4, ISSUE = 4; /* a cycle; in cycles; a cycle */

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
typedef struct {
    const Layout *layout;
    Access *at;
    size_t count, capacity;
} AccessList;

static void collect(void *context, Expr *read) {
    AccessList *list = context;
    vec_push(list->layout->program->arena, list, access_of_read(list->layout, read));
}

static void collect_reads(const Group *group, AccessList *list) {
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
    bool rows = c->out->by_rows || c->out->role == ROLE_OUTPUT;
    if (group->scope == SCOPE_CHUNK && rows && group->rank > 1 && c->reduce == REDUCE_NONE) {
        AccessList list = {0}; /* a copy by rows: lanes over the row if it is read by rows too, else images scattered */
        collect_reads(group, &list);
        bool all = list.count > 0;
        for (size_t i = 0; i < list.count; i++)
            if (tensor_is_batched(list.at[i].tensor) && list.at[i].step[group->rank - 1] != 1) all = false;
        return all ? group->rank - 1 : group->batch;
    }
    if (group->scope == SCOPE_CHUNK || c->order.partial == PARTIAL_IMAGES) return group->batch;
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
    for (int m = 0; m < group->count; m++)
        if (!group->layout->place[group->member[m]->compute->out->id].whole) return false;
    return true;
}

/* Rows of a slot's copy are padded to whole vectors; so are the lines of one image, but not what the caller gave and
 * takes. */
bool schedule_lines_are_padded(const Group *group, int lane) {
    if (group->scope == SCOPE_SLOT) return true;
    return group->layout->one_image && writes_whole_lines(group) && !search_lines(group, lane).beyond;
}

static bool uses_index(const Group *group) {
    bool uses = false;
    for (int m = 0; m < group->count; m++) uses = uses || compute_uses_index(group->member[m]->compute);
    return uses;
}

static bool limits_terms(const Group *group, int output) {
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
    if (rest == 0 || rest > HALF_VECTOR || limits_terms(group, pair)) return -1;
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
    collect_reads(group, &list);
    bool reads = false;
    int operations = 0;
    for (size_t i = 0; i < list.count; i++) reads = reads || schedule_is_turned(&list.at[i], s->lane, last);
    for (int m = 0; m < group->count; m++) operations += compute_operations(p, group->member[m]->compute);
    const Access write = access_of_write(group->layout, group->member[0]->compute);
    const bool writes = schedule_is_turned(&write, s->lane, last);
    const int64_t least = writes && rows_are_padded(group, last) ? HALF_VECTOR : LOOP_LANES;
    return (reads || writes) && group->range[last] >= least && operations <= TURN_MAX ? last : -1;
}

/* ---- cost of one tile ---- */
/* Ascending places, each once. */
typedef struct {
    int64_t at[UNROLL_MAX * 2];
    size_t count;
} Places;

/* Those of a, and those of b moved by `by`. */
static void join_places(Places *joined, const Places *a, const Places *b, int64_t by) {
    joined->count = 0;
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        bool first = j == b->count || (i < a->count && a->at[i] <= b->at[j] + by);
        int64_t place = first ? a->at[i] : b->at[j] + by;
        if (j < b->count && b->at[j] + by == place) j++;
        if (first) i++;
        joined->at[joined->count++] = place;
    }
}

/* How many different places an access touches in one body. */
static int64_t distinct_places(const Group *group, const Schedule *s, const Access *access) {
    Places lists[3], *one = &lists[0], *all = &lists[1], *joined = &lists[2];
    one->at[0] = 0;
    one->count = 1;
    for (int i = 0; i < group->rank + group->reductions; i++) {
        int64_t n = i < group->rank ? s->tile[i] : s->unroll[i];
        int64_t step =
            i == s->lane && i < group->rank && i != group->batch ? access->step[i] * LOOP_LANES : access->step[i];
        if (i == group->batch && i == s->lane) continue;
        if (n <= 1 || step == 0) continue;
        if (one->count * (size_t)n > COUNT_OF(one->at)) return (int64_t)(one->count * (size_t)n);
        join_places(all, one, one, step);
        for (int64_t k = 2; k < n; k++) {
            join_places(joined, all, one, k * step);
            Places *spare = all;
            all = joined;
            joined = spare;
        }
        Places *spare = one;
        one = all;
        all = spare;
    }
    return (int64_t)one->count;
}

static int64_t tile_size(const Group *group, const Schedule *s) {
    int64_t size = 1;
    for (int i = 0; i < group->rank; i++) size *= s->tile[i];
    return size;
}

/* Unrolls trailing terms as far as the body stays small: a row of them or a part of it, then whole windows. Sums that
 * wait for memory, biases and logs, take a few terms: more is only code. */
static void choose_unroll(const Group *group, Schedule *s, bool contraction) {
    int64_t body = tile_size(group, s);
    bool bandwidth = group->batch >= group->rank || group->member[0]->compute->out->role == ROLE_LOG;
    int64_t most = contraction ? s->body_max : bandwidth ? SUM_MAX : s->body_max / 8;
    const SumOrder *order = &group->member[0]->compute->order;
    bool inner = false; /* something is unrolled already */
    for (int k = group->rank; k < group->rank + group->reductions; k++) s->unroll[k] = 1;
    for (int k = group->rank + group->reductions; k-- > group->rank;) {
        int64_t range = k == group->batch ? LOOP_LANES : group->range[k];
        if (k == s->lane) continue;
        if (order->inside[k].output >= 0) return; /* a loop whose bounds depend on the output */
        if (k == order->block && range > order->block_size) range = order->block_size;
        if (body * range <= most && range <= ROW_MAX) {
            s->unroll[k] = range;
            body *= range;
            if (k == order->block) return;
            inner = true; /* by a window of 1 too: several channels, far apart in memory, in one body are slower */
            continue;
        }
        if (inner) return;
        int64_t part = ROW_MAX;
        while (part > 1 && (body * part > most || (range % part != 0 && part > ROW_MAX / 2))) part--;
        s->unroll[k] = part;
        return;
    }
}

/* The place an access touches for term `term` and tile position `at` of a body. */
static int64_t place_in_body(const Group *group, const Schedule *s, const Access *access, int64_t term, int64_t at) {
    int64_t place = 0;
    for (int i = group->rank + group->reductions; i-- > 0;) {
        int64_t *number = i < group->rank ? &at : &term, n = i < group->rank ? s->tile[i] : s->unroll[i];
        int64_t unit = i == s->lane && i < group->rank ? LOOP_LANES : 1;
        place += *number % n * unit * access->step[i];
        *number /= n;
    }
    return place;
}

/* How many loaded vectors are alive at once when the body runs term by term: a column that slides through a window is
 * loaded for its first tap and kept to its last. */
static int64_t live_vectors(const Group *group, const Schedule *s, const AccessList *reads) {
    int64_t terms = 1, tile = tile_size(group, s), most = 0;
    for (int k = group->rank; k < group->rank + group->reductions; k++) terms *= s->unroll[k];
    for (size_t r = 0; r < reads->count; r++) {
        const Access *access = &reads->at[r];
        int64_t places[UNROLL_MAX * 2], until[UNROLL_MAX * 2], alive[UNROLL_MAX * 2] = {0};
        size_t known = 0;
        bool number = s->lane < 0 || access->step[s->lane] == 0; /* the same for all lanes */
        if (number && !group->layout->one_image) continue;       /* a weight, whose uses stand together */
        for (int64_t term = 0; term < terms; term++)
            for (int64_t t = 0; t < tile; t++) {
                int64_t place = place_in_body(group, s, access, term, t);
                size_t k = known;
                while (k > 0 && places[k - 1] != place) k--;
                if (k == 0) {
                    if (known == COUNT_OF(places)) return UNROLL_MAX;
                    places[known] = place;
                    alive[known] = term;
                    k = ++known;
                }
                until[k - 1] = term;
            }
        int64_t top = 0;
        for (int64_t term = 0; term < terms; term++) {
            int64_t now = 0;
            for (size_t k = 0; k < known; k++) now += alive[k] <= term && term <= until[k];
            if (now > top) top = now;
        }
        most += top;
    }
    return most;
}

/* How many of an output index there are for tiles: vectors of the lane index, else elements. */
static int64_t units_of(const Group *group, const Schedule *s, int i) {
    bool vectors = i == s->lane && i != group->batch;
    if (!vectors) return group->range[i];
    int64_t rest = s->pair < 0 || group->range[i] < LOOP_LANES ? LOOP_LANES - 1 : 0; /* else it has tiles of its own */
    return (group->range[i] + rest) / LOOP_LANES;
}

static bool fits_registers(const Group *group, const Schedule *s, const AccessList *reads, int registers) {
    int64_t accumulators = tile_size(group, s), spare = registers / 8; /* broadcast weights; the compiler's own order */
    return accumulators + 1 + spare <= registers && accumulators + live_vectors(group, s, reads) + spare <= registers;
}

/* Cycles per multiply-add. */
static double tile_cost(const Group *group, const Schedule *s, const AccessList *reads) {
    double fma = (double)tile_size(group, s), loads = 0;
    double accumulators = fma;
    for (int k = group->rank; k < group->rank + group->reductions; k++) fma *= (double)s->unroll[k];
    for (size_t i = 0; i < reads->count; i++) loads += (double)distinct_places(group, s, &reads->at[i]);
    double ports = 1, cycles = fma / ports;
    if (loads / LOAD_PORTS > cycles) cycles = loads / LOAD_PORTS;
    if ((fma + loads) / ISSUE > cycles) cycles = (fma + loads) / ISSUE;
    double chain = fma * FMA_LATENCY / (ports * accumulators);
    if (chain > cycles) cycles = chain;
    return cycles / fma + 0.02 * loads / fma + 0.3 / fma;
}

/* The cost of covering the whole range: what is left over runs in smaller tiles. */
static double cover_cost(const Group *group, Schedule *s, const AccessList *reads, int i, int j) {
    double total = 0, all = 0;
    int64_t tile[2] = {s->tile[i], s->tile[j]};
    int64_t units[2];
    for (int k = 0; k < 2; k++) units[k] = units_of(group, s, k ? j : i);
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            if (i == j && b == 1) continue;
            int64_t ta = a ? units[0] % tile[0] : tile[0], tb = i == j ? 1 : b ? units[1] % tile[1] : tile[1];
            int64_t na = a ? (ta > 0) : units[0] / tile[0], nb = i == j ? 1 : b ? (tb > 0) : units[1] / tile[1];
            if (na * nb == 0) continue;
            Schedule part = *s;
            part.tile[i] = ta;
            if (i != j) part.tile[j] = tb;
            double cost = tile_cost(group, &part, reads);
            double work = (double)(na * ta) * (double)(nb * tb);
            total += cost * work;
            all += work;
        }
    return total / all;
}

static void choose_tile(const Group *group, Schedule *best, const LowerOptions *options) {
    AccessList reads = {0};
    collect_reads(group, &reads);
    double least = -1;
    Schedule start = *best;
    for (int i = 0; i < group->rank; i++)
        for (int j = group->rank; j-- > i;) { /* of two that cost the same the one whose elements lie closer */
            if (i == group->batch || j == group->batch || limits_terms(group, i) || limits_terms(group, j)) continue;
            for (int64_t fi = 1; fi <= 16 && fi <= group->range[i]; fi++)
                for (int64_t fj = 1; fj <= (i == j ? 1 : 16) && (i == j || fj <= group->range[j]); fj++) {
                    Schedule s = start;
                    s.tile[i] = fi;
                    if (i != j) s.tile[j] = fj;
                    if (fi * fj + 2 > options->target.vector_registers && fi * fj > 1) continue;
                    choose_unroll(group, &s, true);
                    double cost = cover_cost(group, &s, &reads, i, j);
                    if (least >= 0 && cost >= least - 1e-9) continue;
                    if (fi * fj > 1 && !fits_registers(group, &s, &reads, options->target.vector_registers)) continue;
                    least = cost;
                    *best = s;
                }
        }
    choose_unroll(group, best, true);
}

/* ---- the order of loops ---- */
/* What is read again within so much else is still near: three quarters of a small second level. */
static const double CACHE_BYTES = 384 * 1024;

/* Bytes that a read touches while the first `fixed` loops stay at one tile. */
static double footprint(const Group *group, const Schedule *s, const Expr *read, int fixed) {
    int64_t span[INDEX_MAX];
    double bytes = sizeof(float);
    for (int i = 0; i < group->rank + group->reductions; i++)
        span[i] = i == group->batch ? LOOP_LANES : group->range[i];
    for (int l = 0; l < fixed; l++)
        if (s->order[l] != group->batch) span[s->order[l]] = s->tile[s->order[l]];
    for (int d = 0; d < read->tensor->rank; d++) {
        int64_t extent = 1;
        for (int i = 0; i < group->rank + group->reductions; i++) extent += llabs(read->index[d].at[i]) * (span[i] - 1);
        bytes *= (double)extent;
    }
    return bytes;
}

static bool depends_on(const Expr *read, int i) {
    for (int d = 0; d < read->tensor->rank; d++)
        if (read->index[d].at[i] != 0) return true;
    return false;
}

/* Bytes that come from beyond the cache: all that is read, once for each round of a loop whose index it does not depend
 * on, unless what it is within such a round stays in the cache until the next. */
static double order_cost(const Group *group, const Schedule *s) {
    const Expr *e = group->member[0]->compute->e, *factor[] = {e->a, e->b};
    double total = 0;
    for (size_t f = 0; f < COUNT_OF(factor); f++) {
        if (factor[f]->kind != EXPR_READ) continue;
        double bytes = footprint(group, s, factor[f], 0);
        for (int l = 0; l < group->rank; l++) {
            int i = s->order[l];
            if (i == group->batch || depends_on(factor[f], i)) continue;
            if (footprint(group, s, factor[f], l + 1) > CACHE_BYTES)
                bytes *= (double)((group->range[i] + s->tile[i] - 1) / s->tile[i]);
        }
        total += bytes;
    }
    return total;
}

/* One loop may stand elsewhere than its index does. */
static void choose_order(const Group *group, Schedule *s) {
    if (group->scope != SCOPE_CHUNK || s->lane != group->batch) return;
    double least = order_cost(group, s);
    Schedule start = *s;
    for (int from = 0; from < group->rank; from++)
        for (int to = 0; to < group->rank; to++) {
            Schedule moved = start;
            for (int l = from; l != to; l += from < to ? 1 : -1) moved.order[l] = start.order[l + (from < to ? 1 : -1)];
            moved.order[to] = start.order[from];
            double cost = order_cost(group, &moved);
            if (cost >= least) continue;
            least = cost;
            *s = moved;
        }
}

int schedule_parse_tile(const char *text, int64_t number[FORCED_MAX]) {
    int64_t size = 1;
    for (int count = 0; count < FORCED_MAX; text++) {
        int64_t n = 0;
        for (; is_digit(*text) && n < 100; text++) n = 10 * n + (*text - '0');
        size *= n;
        if (size < 1 || size > TILE_MAX) return 0;
        number[count++] = n;
        if (*text == '\0') return count;
        if (*text != 'x') return 0;
    }
    return 0;
}

/* The last output index gets the last number. An index that decides which terms there are stays 1. */
static void force_tile(const Group *group, Schedule *s, const char *forced) {
    int64_t number[FORCED_MAX];
    int count = schedule_parse_tile(forced, number);
    for (int i = group->rank; i-- > 0 && count > 0;) {
        if (i == group->batch) continue;
        int64_t f = number[--count];
        if (!limits_terms(group, i)) s->tile[i] = f > group->range[i] ? group->range[i] : f;
    }
    choose_unroll(group, s, true);
}

/* Maps and pools: a few elements together, for the loop's overhead; fewer where each takes long itself. */
static int64_t neighbours(const Group *group, int64_t range) {
    int64_t operations = 1, few = SMALL_TILE;
    for (int m = 0; m < group->count; m++)
        operations += compute_operations(group->layout->program, group->member[m]->compute);
    while (few > 1 && few * operations > SMALL_BODY) few--;
    return range < few ? range : few;
}

Schedule schedule_choose(const Group *group, const LowerOptions *options) {
    const int registers = options->target.vector_registers;
    Schedule s = {.lane = lane_of(group),
                  .body_max = registers < FEW_REGISTERS    ? UNROLL_FEW
                              : options->body_max > 0      ? options->body_max
                              : registers < MANY_REGISTERS ? UNROLL_SOME
                                                           : UNROLL_MAX};
    for (int i = 0; i < INDEX_MAX; i++) s.tile[i] = s.unroll[i] = 1;
    for (int i = 0; i < group->rank; i++) s.order[i] = i;
    s.pair = pair_of(group, &s);
    s.turned = options->plain ? -1 : turned_of(group, &s);
    if (is_contraction(group) && group->scope != SCOPE_ONCE) {
        if (options->force_schedule)
            force_tile(group, &s, options->force_schedule);
        else
            choose_tile(group, &s, options);
        if (group->batch >= group->rank) s.unroll[group->batch] = 1; /* a chunk has as many images as there are */
        choose_order(group, &s);
        return s;
    }
    int last = group->rank - 1;
    if (s.turned >= 0)
        s.tile[s.turned] = LOOP_LANES;
    else if (last >= 0 && last != group->batch && last != s.lane)
        s.tile[last] = neighbours(group, group->range[last]);
    choose_unroll(group, &s, false);
    return s;
}

void schedule_print(const Group *group, const Schedule *s, const char *name, FILE *out) {
    fprintf(out, "%s:", name);
    if (s->lane < 0)
        fputs(" no lanes", out);
    else if (s->lane == group->batch)
        fputs(" lanes images", out);
    else
        fprintf(out, " lanes index %d", s->lane);
    if (s->turned >= 0) fprintf(out, ", 16 x 16 turned with index %d", s->turned);
    if (s->pair >= 0) fprintf(out, ", its rest in pairs of index %d", s->pair);
    fputs(", range", out);
    for (int i = 0; i < group->rank + group->reductions; i++) {
        fputs(i == 0 ? " " : i == group->rank ? " | " : " ", out);
        if (group->range[i] == DIM_BATCH)
            fputs("n", out);
        else
            fprintf(out, "%lld", (long long)group->range[i]);
    }
    fputs(", tile", out);
    for (int i = 0; i < group->rank; i++) fprintf(out, " %lld", (long long)s->tile[i]);
    if (group->reductions > 0) fputs(", unroll", out);
    for (int k = group->rank; k < group->rank + group->reductions; k++) fprintf(out, " %lld", (long long)s->unroll[k]);
    bool moved = false;
    for (int l = 0; l < group->rank; l++) moved = moved || s->order[l] != l;
    for (int l = 0; l < group->rank && moved; l++) fprintf(out, "%s%d", l == 0 ? ", loops " : " ", s->order[l]);
    const SumOrder *order = &group->member[0]->compute->order;
    if (order->settled && order->block >= 0)
        fprintf(out, ", blocks of %lld of index %d", (long long)order->block_size, order->block);
    fputs("\n", out);
}
