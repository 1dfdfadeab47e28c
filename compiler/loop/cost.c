/* See cost.h. */
#include "compiler/loop/cost.h"

#include <stdlib.h>

#include "compiler/passes/passes.h"

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static bool has_image_lanes(const Group *group, const Tensor *t) {
    return tensor_is_batched(t) && !t->by_rows && t->role == ROLE_VALUE && !group->layout->one_image;
}

typedef struct {
    const Group *group;
    int count;
} After;

static void note_after(void *context, Expr *read) {
    After *after = context;
    after->count += has_image_lanes(after->group, read->tensor);
}

int cost_reads_after(const Group *group) {
    After after = {group, 0};
    expr_reads(group->layout->program, group->member[0]->compute->post, note_after, &after);
    return after.count;
}

CostOf cost_begin(const Group *group, const Processor *processor) {
    CostOf of = {.group = group, .processor = processor, .after = cost_reads_after(group)};
    const Expr *e = group->member[0]->compute->e, *factor[] = {e->a, e->b};
    access_list_reads(group, &of.reads);
    for (int f = 0; f < 2; f++)
        if (factor[f]->kind == EXPR_READ) of.factor[f] = access_of_read(group->layout, factor[f]);
    return of;
}

/* ---- places ---- */
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

static int64_t in_body(const Group *group, const Schedule *s, int i) {
    return i < group->rank ? s->tile[i] : s->unroll[i];
}

/* From one of index i to the next in a body. */
static int64_t body_step(const Group *group, const Schedule *s, const Access *access, int i) {
    if (i == s->lane && i == group->batch) return i < group->rank ? access->chunk_stride : 0;
    bool vectors = i == s->lane && i < group->rank && i != group->batch;
    return vectors ? access->step[i] * LOOP_LANES : access->step[i];
}

/* How many different places an access touches in one body. */
static int64_t distinct_places(const Group *group, const Schedule *s, const Access *access) {
    Places lists[3], *one = &lists[0], *all = &lists[1], *joined = &lists[2];
    one->at[0] = 0;
    one->count = 1;
    for (int i = 0; i < group->rank + group->reductions; i++) {
        int64_t n = in_body(group, s, i), step = body_step(group, s, access, i);
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

/* ---- one body ---- */
static int64_t term_count(const Group *group, const Schedule *s) {
    int64_t terms = 1;
    for (int k = group->rank; k < group->rank + group->reductions; k++) terms *= s->unroll[k];
    return terms;
}

/* The processor's vectors in a logical one; without lanes, numbers go one by one. */
static int64_t parts_of(const CostOf *of, const Schedule *s) {
    const int64_t logical = LOOP_LANES * sizeof(float);
    return s->lane < 0 ? 1 : logical / of->processor->vector_bytes;
}

static bool is_number(const Schedule *s, const Access *access) { return s->lane < 0 || access->step[s->lane] == 0; }

/* From the first place that an access touches in a body to that for each of `count` combinations of some indices, the
 * last of `index` fastest. */
static void list_places(const Group *group, const Schedule *s, const Access *access, const int *index, int indices,
                        int64_t *place) {
    int64_t count = 1;
    place[0] = 0;
    for (int n = 0; n < indices; n++) { /* each one more: what there is becomes in_body() times as many */
        const int64_t times = in_body(group, s, index[n]), step = body_step(group, s, access, index[n]);
        for (int64_t at = count * times; at-- > 0;) place[at] = place[at / times] + at % times * step;
        count *= times;
    }
}

/* A value in a body. They have numbers, in the order of their first use. */
typedef struct {
    int64_t at, uses;
    int end;  /* the first value that begins after its last use */
    int next; /* in its bucket; -1: none */
} Life;

/* How many values of an access are alive at once when the body runs term by term: a column that slides through a window
 * is loaded for its first tap and kept to its last. What is needed once may be an operand in memory. */
static int64_t live_values(const CostOf *of, const Schedule *s, const Access *access) {
    enum { BUCKETS = 256 };
    const Group *group = of->group;
    const int64_t terms = term_count(group, s), tile = schedule_tile(group, s);
    int64_t of_tile[TILE_MAX], of_terms[UNROLL_MAX];
    Life life[UNROLL_MAX * 2];
    int bucket[BUCKETS], index[INDEX_MAX], known = 0, count = 0;
    if (tile > TILE_MAX || terms > UNROLL_MAX) return UNROLL_MAX;
    for (int held = 0; held < 2; held++)
        for (int i = 0; i < group->rank; i++)
            if ((int)(s->held >> i & 1) == held) index[count++] = i;
    list_places(group, s, access, index, count, of_tile);
    for (int k = 0; k < group->reductions; k++) index[k] = group->rank + k;
    list_places(group, s, access, index, group->reductions, of_terms);
    for (int b = 0; b < BUCKETS; b++) bucket[b] = -1;
    for (int64_t now = 0; now < terms * tile; now++) {
        const int64_t place = of_terms[now / tile] + of_tile[now % tile];
        const uint64_t mixed = (uint64_t)place * 0x9e3779b97f4a7c15U;
        int *head = &bucket[mixed >> 56], k = *head;
        while (k >= 0 && life[k].at != place) k = life[k].next;
        if (k < 0) {
            if (known == COUNT_OF(life)) return UNROLL_MAX;
            k = known++;
            life[k] = (Life){.at = place, .next = *head};
            *head = k;
        }
        life[k].end = known;
        life[k].uses++;
    }
    bool folds = is_number(s, access) ? of->processor->broadcasts && parts_of(of, s) == 1 : of->processor->folds;
    int change[COUNT_OF(life) + 1] = {0}; /* of how many are alive, where one begins */
    for (int k = 0; k < known; k++) {
        if (life[k].uses == 1 && folds) continue;
        change[k]++;
        change[life[k].end]--;
    }
    int64_t top = 0, alive = 0;
    for (int k = 0; k < known; k++) {
        alive += change[k];
        if (alive > top) top = alive;
    }
    return top;
}

enum { SPARE_REGISTERS = 2 }; /* that are left for the compiler's own order of things */

bool cost_fits(const CostOf *of, const Schedule *s) {
    const int64_t parts = parts_of(of, s), accumulators = schedule_tile(of->group, s) * parts;
    int64_t live = 0;
    if (accumulators >= of->processor->registers) return false;
    for (size_t r = 0; r < of->reads.count; r++) {
        const Access *access = &of->reads.at[r];
        live += live_values(of, s, access) * (is_number(s, access) ? 1 : parts);
    }
    if (live == 0) live = 1;
    return accumulators + live + SPARE_REGISTERS <= of->processor->registers;
}

/* Cycles that each load and each body cost besides; how much longer chains are than if all ran evenly. */
static const double LOAD_BESIDES = 0.2, BODY_BESIDES = 0.5, UNEVEN = 1.25;

double cost_of_tile(const CostOf *of, const Schedule *s, BoundBy *by) {
    const Processor *p = of->processor;
    const double parts = (double)parts_of(of, s), tile = (double)schedule_tile(of->group, s);
    const double work = tile * (double)term_count(of->group, s), adds = work * parts;
    double loads = 0, separate = 0;
    for (size_t i = 0; i < of->reads.count; i++) {
        const Access *access = &of->reads.at[i];
        double places = (double)distinct_places(of->group, s, access), each = is_number(s, access) ? 1 : parts;
        bool folds = each * places >= adds && (is_number(s, access) ? p->broadcasts : p->folds);
        loads += each * places;
        if (!folds) separate += each * places;
    }
    const double bounds[] = {[BOUND_BY_PORTS] = adds / p->ports,
                             [BOUND_BY_LOADS] = loads / p->loads,
                             [BOUND_BY_ISSUE] = (adds + separate) / p->issue,
                             [BOUND_BY_LATENCY] = work / tile * p->latency * UNEVEN};
    double cycles = 0;
    for (size_t b = 0; b < COUNT_OF(bounds); b++) {
        if (bounds[b] <= cycles) continue;
        cycles = bounds[b];
        if (by) *by = (BoundBy)b;
    }
    return (cycles + LOAD_BESIDES * loads + BODY_BESIDES) / work;
}

/* How much more than asked for is done: terms outside of a map, which are 0, are left out where all terms of their line
 * stand in one body (nest.c). */
static double excess_of(const CostOf *of, const Schedule *s) {
    const Group *group = of->group;
    const Expr *e = group->member[0]->compute->e, *factor[] = {e->a, e->b};
    double excess = 1;
    for (size_t f = 0; f < COUNT_OF(factor); f++)
        for (int d = 0; factor[f]->kind == EXPR_READ && factor[f]->number == 0 && d < factor[f]->tensor->rank; d++) {
            const Affine *a = &factor[f]->index[d];
            int output = -1, term = -1;
            for (int i = 0; i < group->rank; i++)
                if (a->at[i] != 0) output = i;
            for (int k = group->rank; k < group->rank + group->reductions; k++)
                if (a->at[k] != 0) term = k;
            if (output < 0 || term < 0 || output == group->batch || term == group->batch) continue;
            int64_t inside = 0, all = group->range[output] * group->range[term],
                    rim = 0; /* outputs before the middle */
            for (int64_t i = 0; i < group->range[output]; i++) {
                int64_t before = inside;
                for (int64_t k = 0; k < group->range[term]; k++) {
                    int64_t at = a->plus + a->at[output] * i + a->at[term] * k;
                    inside += at >= 0 && at < factor[f]->tensor->dim[d];
                }
                if (rim == i && inside - before < group->range[term]) rim++;
            }
            if (s->unroll[term] == group->range[term] && rim <= RIM_TILES * s->tile[output]) continue;
            bool loop = group->member[0]->compute->order.inside[term].output >= 0; /* which leaves them out anyway */
            if (inside > 0 && !loop) excess *= (double)all / (double)inside;
        }
    return excess;
}

double cost_of_tiles(const CostOf *of, const Schedule *s, BoundBy *by) {
    double total = 0, all = 0;
    int cut[INDEX_MAX], cuts = 0; /* indices whose range their tile does not divide */
    for (int i = 0; i < of->group->rank; i++)
        if (s->tile[i] > 1 && schedule_units(of->group, s, i) % s->tile[i] != 0) cut[cuts++] = i;
    for (int rest = 0; rest < 1 << cuts; rest++) {
        Schedule part = *s;
        double work = 1;
        for (int i = 0; i < of->group->rank; i++) {
            if (i == of->group->batch || s->tile[i] == 1) continue;
            int64_t units = schedule_units(of->group, s, i), left = units % s->tile[i];
            bool short_tile = false;
            for (int c = 0; c < cuts; c++) short_tile = short_tile || (cut[c] == i && (rest >> c & 1));
            if (short_tile) part.tile[i] = left;
            work *= (double)(short_tile ? left : units - left);
        }
        if (work == 0) continue;
        total += work * cost_of_tile(of, &part, rest == 0 ? by : NULL);
        all += work;
    }
    return excess_of(of, s) * total / all;
}

/* ---- bytes ---- */
/* What is made by parts goes through all chunks of the batch inside of its loops over outputs. */
enum { CHUNKS = -1 };

/* Numbers for all lanes come from many places at once, a few from each: their lines cost the latency of a level, not
 * its rate. Measured on an Intel processor. */
static const double NUMBERS_SLOWER = 4;

/* A processor fetches ahead where lines are read one after the other, in as many places at once as it can follow. What
 * begins elsewhere comes at the latency of the level behind the second, of which a sum hides a part. Measured on an
 * Intel processor, whose makers state the number. */
static const double RUN_BEGINS = 50, STREAMS = 32;

/* Lines that are written come from there first. Of more than so many times the second level none is left in a third
 * one, and more are on their way than a processor keeps in mind: it waits, some times as long as for what it reads.
 * Measured on the same processor. */
static const double FAR_WRITES = 8, WRITES_SLOWER = 3;

typedef struct {
    int index; /* or CHUNKS */
    double rounds;
    int64_t extent; /* how many of the index it goes through */
} Loop;

static double chunks_in_tile(const Group *group, const Schedule *s) {
    return group->scope == SCOPE_BATCH ? (double)s->tile[s->lane] : 1;
}

/* What an access touches while some of the loops run to their ends: whole cache lines. What lies one after the other in
 * memory is one run of them. */
typedef struct {
    double bytes, run; /* all; of one run */
    double streams;    /* runs, those that windows of neighbouring outputs have in common counted once */
} Touched;

/* While the loops `from` on run to their ends. */
static Touched touched_by(const CostOf *of, const Schedule *s, const Tensor *t, const Affine *index, const Loop *loops,
                          int count, int from) {
    const double line = 64;
    const Group *group = of->group;
    int64_t span[INDEX_MAX];
    double chunks = tensor_is_batched(t) ? chunks_in_tile(group, s) : 1;
    for (int i = 0; i < group->rank + group->reductions; i++) {
        int64_t unit = i == s->lane && i != group->batch && i < group->rank ? LOOP_LANES : 1;
        span[i] = i == group->batch && (i == s->lane || i < group->rank) ? LOOP_LANES : unit * in_body(group, s, i);
        if (i == s->lane && i >= group->rank) span[i] = LOOP_LANES;
    }
    for (int l = from; l < count; l++) {
        int i = loops[l].index;
        if (i != CHUNKS && loops[l].extent > span[i]) span[i] = loops[l].extent;
    }
    for (int l = from; l < count; l++)
        if (loops[l].index == CHUNKS && tensor_is_batched(t)) chunks = (double)group->layout->chunks;
    bool by_images = has_image_lanes(of->group, t);
    double runs = 1, streams = 1, run = sizeof(float) * (by_images ? LOOP_LANES : 1);
    bool together = true;
    for (int d = t->rank; d-- > 0;) {
        int64_t extent = 1;
        bool terms = false, window = false;
        if (t->dim[d] == DIM_BATCH && by_images) continue;
        for (int i = 0; i < group->rank + group->reductions; i++) {
            extent += llabs(index[d].at[i]) * (span[i] - 1);
            if (index[d].at[i] != 0) *(i < group->rank ? &window : &terms) = true;
        }
        window = window && terms;
        if (t->dim[d] != DIM_BATCH) extent = least(extent, t->dim[d]);
        if (together) {
            run *= (double)extent;
        } else {
            runs *= (double)extent;
            if (!window) streams *= (double)extent;
        }
        together = together && extent == t->dim[d];
    }
    return (Touched){chunks * runs * (run < line ? line : run), run, streams};
}

/* What the factors touch, and what the sums do, within the loops from number l on: at[f][l]. */
enum { SUMS = 2, ACCESSES };
typedef struct {
    Loop loop[INDEX_MAX + 2];
    int count;
    Touched at[ACCESSES][INDEX_MAX + 3];
    bool vector[ACCESSES]; /* lies by images: a line is a vector; else it may be the same for all lanes */
    bool number[ACCESSES];
    bool ahead[ACCESSES]; /* asked for before it is read */
} Footprints;

/* Bytes of a factor that a level of `size` bytes does not hold: walking outwards, what is touched again within no more
 * than the level holds is still there. */
static double bytes_beyond(const Footprints *f, int k, double size) {
    double bytes = f->at[k][f->count].bytes;
    if (f->at[0][0].bytes + f->at[1][0].bytes <= size) return 0; /* it is there from what was run before */
    for (int l = f->count; l-- > 0;) {
        bool held = f->at[0][l + 1].bytes + f->at[1][l + 1].bytes <= size;
        bytes = held ? f->at[k][l].bytes : bytes * f->loop[l].rounds;
    }
    return bytes;
}

/* How often a run of lines begins that the processor has not seen come. A body's runs are longer where the next round
 * of a loop goes on at their ends, and no more of them are gone through than can be followed. */
static double runs_begun(const Footprints *f, int k, double bytes) {
    const Touched *at = f->at[k];
    double run = at[f->count].run;
    if (!f->vector[k]) return 0;
    for (int l = f->count; l-- > 0;) {
        if (at[l].run <= at[l + 1].run) continue;
        if (at[l + 1].streams > STREAMS) break;
        run = at[l].run;
    }
    return bytes / run;
}

/* The loops around a body, the outermost first. */
static int list_loops(const CostOf *of, const Schedule *s, Loop loops[INDEX_MAX + 2]) {
    const Group *group = of->group;
    int count = 0;
    if (s->blocked >= 0) {
        int64_t range = group->range[s->blocked];
        loops[count++] = (Loop){s->blocked, (double)((range + s->block - 1) / s->block), range};
    }
    for (int l = 0; l < group->rank + group->reductions; l++) {
        int i = l < group->rank ? s->order[l] : l;
        if (l == group->rank && schedule_takes_all_chunks(group))
            loops[count++] = (Loop){CHUNKS, (double)group->layout->chunks / chunks_in_tile(group, s), 1};
        if (i == s->lane && (i == group->batch || i >= group->rank)) continue;
        int64_t extent = i == group->batch ? LOOP_LANES : i == s->blocked ? s->block : group->range[i];
        int64_t units = i == s->lane ? (extent + LOOP_LANES - 1) / LOOP_LANES : extent, step = in_body(group, s, i);
        if (units > step) loops[count++] = (Loop){i, (double)((units + step - 1) / step), extent};
    }
    return count;
}

static Footprints footprints_of(const CostOf *of, const Schedule *s) {
    const Compute *c = of->group->member[0]->compute;
    const Expr *factor[] = {c->e->a, c->e->b};
    Footprints f = {.count = 0};
    f.count = list_loops(of, s, f.loop);
    for (int k = 0; k < ACCESSES; k++) {
        if (k != SUMS && factor[k]->kind != EXPR_READ) continue;
        const Tensor *t = k == SUMS ? c->out : factor[k]->tensor;
        const Access access = k == SUMS ? access_of_write(of->group->layout, c) : of->factor[k];
        f.vector[k] = has_image_lanes(of->group, t);
        f.number[k] = is_number(s, &access);
        f.ahead[k] = k != SUMS && schedule_reads_ahead(of->group) == factor[k];
        for (int l = 0; l <= f.count; l++)
            f.at[k][l] = touched_by(of, s, t, k == SUMS ? c->write : factor[k]->index, f.loop, f.count, l);
    }
    return f;
}

double cost_of_bytes(const CostOf *of, const Schedule *s, BoundBy *by) {
    const Processor *p = of->processor;
    const Footprints f = footprints_of(of, s);
    const double near_l1 = 0.75 * (double)p->l1, near_l2 = 0.75 * (double)p->l2; /* for what is looked at */
    double sums = 0, again = 0; /* sums so far, written and read for each block of terms but the first */
    if (s->blocked >= of->group->rank) {
        sums = sizeof(float) * LOOP_LANES;
        for (int i = 0; i < of->group->rank; i++)
            if (i != s->lane) sums *= (double)of->group->range[i];
        if (s->lane != of->group->batch) sums *= (double)schedule_units(of->group, s, s->lane);
        again = 2 * sums * (f.loop[0].rounds - 1);
    }
    double l2 = again, l3 = sums <= near_l2 ? 0 : again, begun = 0;
    for (int k = 0; k < SUMS; k++) {
        const double slower = f.number[k] && !f.ahead[k] ? NUMBERS_SLOWER : 1, beyond = bytes_beyond(&f, k, near_l2);
        l2 += slower * bytes_beyond(&f, k, near_l1);
        l3 += slower * beyond;
        begun += runs_begun(&f, k, beyond);
    }
    const double made = f.at[SUMS][0].bytes;
    if (f.at[0][0].bytes + f.at[1][0].bytes + made > near_l2) /* what is written is not waited for, */
        begun += runs_begun(&f, SUMS, made * of->after + again / 2);
    if (made > FAR_WRITES * (double)p->l2)
        begun += WRITES_SLOWER * runs_begun(&f, SUMS, made); /* until it is too much */
    l2 /= p->l2_rate;
    l3 = l3 / p->l3_rate + begun * RUN_BEGINS;
    if (by) *by = l3 > l2 ? BOUND_BY_L3 : BOUND_BY_L2;
    return l2 + l3;
}

/* ---- all of it ---- */
static double work_of(const CostOf *of, const Schedule *s) {
    const Group *group = of->group;
    double work = 1;
    for (int i = 0; i < group->rank + group->reductions; i++) {
        double range = (double)(i == group->batch ? LOOP_LANES : group->range[i]);
        if (i != s->lane)
            work *= range;
        else if (i != group->batch)
            work *= range / (double)LOOP_LANES;
    }
    return work;
}

Cycles cost_in_cycles(const CostOf *of, const Schedule *s) {
    BoundBy body = BOUND_BY_PORTS, level;
    const double chunks = schedule_takes_all_chunks(of->group) ? (double)of->group->layout->chunks : 1;
    double inside = work_of(of, s) * cost_of_tiles(of, s, &body), beyond = cost_of_bytes(of, s, &level) / chunks;
    return (Cycles){inside + beyond, beyond > inside ? level : body};
}
