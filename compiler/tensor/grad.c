/* One rule for every derivative.
 *
 * For y[S(o)] = sum over k of e(o, k) and each read T[A(o, k)] in e:
 *
 *     T'[t] += sum over (o, k) with A(o, k) = t of  y'[S(o)] * de/dread
 *
 * To gather instead of scattering, each dimension of T takes a pivot among the output indices it is read with,
 * coefficient s; beside it stands a window position u with coefficient d, its dilation: t = s*i + d*u - p. With s = 1
 * the pivot is substituted: i = t - rest. With s > 1 the positions t are split by residue, t = s*q + r - p, one compute
 * each, with constant bounds (Dumoulin and Visin 2016 call it the fractionally strided convolution; here no zeros are
 * inserted). With g = gcd(s, d), s*i + d*u = s*q + r has solutions where g divides r: u = u0 + s/g*v for the least such
 * u0, and i = q + (r - d*u0)/s - d/g*v. Without dilation that is u = r + s*v and i = q - v.
 *
 * Where windows do not overlap and there are fewer of them than residues, each window is one compute instead, and so
 * are the places between its positions: i is its number and u = (t - s*i + p)/d. So a window over the whole map takes
 * one compute, and a stride of s over m positions at most min(s, d*m/s).
 *
 * Where windows stand next to each other from end to end, t is a number of two digits, window i and position u: one
 * compute may run through both and write t = s*i + u. For a sum that is better, whose parts would be nests of their own
 * and load all of y' again: so the channels of groups take one compute. The parts of a map share a nest, and their u
 * are constants; a few of them are better apart.
 *
 * A dimension read by a reduction index alone takes that one. What is left over is summed: first the output indices
 * that are no pivot, then the reduction indices, in their order. y' is 0 outside of y, which bounds every sum.
 *
 * Where several computes fill y, each is taken for itself: it reads y' where it writes, and T as it is (concat).
 *
 * A maximum's derivative is that of the operand at the stored argmax. A condition that compares with the result of a
 * map reads the stored result instead of computing it again. */
#include "compiler/tensor/tensor.h"

#include <string.h>

typedef struct {
    Program *p;
    VEC(Expr *) reads;
} ReadList;

typedef struct {
    Program *p;
    VEC(Tensor *) * parts; /* by tensor id: what adds up to its gradient */
    size_t count;
    bool *needed;
    Tensor **gradient;
} Backward;

/* How one dimension of T is reached, and which of its positions a compute is for: first, first + step, ... */
typedef struct {
    int pivot; /* output index, or reduction index when `renamed` */
    bool renamed;
    int32_t stride;   /* of the pivot */
    int64_t outputs;  /* its range */
    int window;       /* reduction index beside a pivot; -1: none */
    int32_t dilation; /* its coefficient */
    int64_t taps;     /* its range */
    int64_t first, step, positions;
    bool empty;                /* no window reads these */
    int64_t tap, every, terms; /* by residue: the window's first position u0, the step to the next, how many */
    int64_t low;               /* by residue: what i is for the first position and tap */
    int64_t number;            /* by window: its i; else -1 */
    bool meets;                /* windows are next to each other, from end to end */
    bool digits;               /* all at once, by window and position */
} Route;

static int64_t reach(const Route *r) { return (r->taps - 1) * r->dilation + 1; }

/* Whether no place is in two windows. */
static bool are_apart(const Route *r) { return r->stride > 1 && reach(r) <= r->stride; }

/* Each window is a compute: see above. */
static bool by_window(const Route *r) { return are_apart(r) && r->outputs * r->dilation < r->stride; }

/* Whether whatever place of a dimension of T is solved for gives an output that there is: windows are apart, from the
 * first place to the last. */
static bool is_exact(const Route *r, const Affine *a, int64_t side) {
    return a->plus == 0 && reach(r) <= r->stride && r->outputs * r->stride == side;
}

static Route find_route(const Compute *c, const Expr *read, int d) {
    Route route = {.pivot = -1, .window = -1, .taps = 1, .stride = 1, .dilation = 1, .step = 1, .number = -1};
    const Affine *a = &read->index[d];
    for (int i = 0; i < c->rank; i++) {
        if (a->at[i] == 0) continue;
        if (route.pivot >= 0) BUG("%s reads %s with two output indices in one dimension", c->name, read->tensor->name);
        route.pivot = i;
        route.stride = a->at[i];
        route.outputs = c->range[i];
    }
    for (int k = c->rank; k < c->rank + c->reductions; k++) {
        if (a->at[k] == 0) continue;
        if (a->at[k] < 1 || route.window >= 0) BUG("%s reads %s with two windows", c->name, read->tensor->name);
        route.window = k;
        route.dilation = a->at[k];
        route.taps = c->range[k];
    }
    if (route.pivot < 0) {
        if (route.window < 0 || a->plus != 0 || route.dilation != 1)
            BUG("%s reads %s at a constant place", c->name, read->tensor->name);
        route.pivot = route.window;
        route.renamed = true;
    }
    int64_t side = read->tensor->dim[d];
    route.positions = side;
    route.meets = route.stride > 1 && route.taps == route.stride && is_exact(&route, a, side);
    return route;
}

/* Which dimensions are taken all at once. */
static void choose_digits(const Compute *c, Route *route, int rank) {
    enum { FEW_PARTS = 4 };
    bool sum = false;
    for (int i = 0; i < c->rank + c->reductions; i++) {
        bool solved = false;
        for (int d = 0; d < rank; d++)
            solved = solved || route[d].pivot == i || (route[d].window == i && are_apart(&route[d]));
        sum = sum || !solved;
    }
    for (int d = 0; d < rank; d++) {
        Route *r = &route[d];
        r->digits = r->meets && (sum || (r->stride > FEW_PARTS && r->outputs > FEW_PARTS));
        if (!r->digits) continue;
        r->step = r->stride;
        r->positions = r->outputs;
    }
}

static int64_t ceil_div(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }
static int64_t floor_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

static int64_t common_divisor(int64_t a, int64_t b) { return b == 0 ? a : common_divisor(b, a % b); }

/* The positions of one residue. False when there are none. */
static bool settle_residue(Route *route, const Affine *a, int64_t side, int64_t residue) {
    int64_t s = route->stride, p = -a->plus, tap = 0;
    route->every = s / common_divisor(s, route->dilation);
    while (tap < route->every && (route->dilation * tap - residue) % s != 0) tap++;
    route->tap = tap;
    route->empty = tap == route->every || tap >= route->taps;
    route->terms = route->empty ? 0 : ceil_div(route->taps - tap, route->every);
    int64_t first = ceil_div(p > residue ? p - residue : 0, s); /* q */
    route->low = first + (residue - route->dilation * tap) / s;
    route->step = s;
    route->first = s * first + residue - p;
    route->positions = floor_div(side - 1 + p - residue, s) - first + 1;
    return route->positions > 0;
}

/* The positions of window `number` (part 0), those so many places behind each of them, or, the last part, those between
 * its end and the next one's start. False when there are none. */
static bool settle_window(Route *route, const Affine *a, int64_t side, int64_t number, int64_t part) {
    int64_t start = route->stride * number + a->plus, end = start + reach(route);
    bool behind = part == route->dilation;
    if (behind) {
        start = end;
        end = number + 1 < route->outputs ? start + route->stride - reach(route) : side;
    } else {
        start += part;
    }
    route->number = number;
    route->empty = part > 0;
    route->step = behind ? 1 : route->dilation;
    route->first = start + route->step * ceil_div(start < 0 ? -start : 0, route->step);
    route->positions = ceil_div((end < side ? end : side) - route->first, route->step);
    return route->positions > 0;
}

static void gather_one(Backward *b, const Compute *c, const Expr *read, const Route *route, Expr *term, Tensor *out) {
    Program *p = b->p;
    const Tensor *t = read->tensor;
    Affine map[INDEX_MAX], write[TENSOR_MAX_RANK];
    int64_t range[INDEX_MAX] = {0};
    bool placed[INDEX_MAX] = {false}, empty = false;
    int index[TENSOR_MAX_RANK], rank = 0, reductions = 0;
    memset(map, 0, sizeof map);
    for (int d = 0; d < t->rank; d++) {
        const Route *r = &route[d];
        Affine own = ix(index[d] = rank);
        range[rank++] = r->positions;
        write[d] = ix_plus(ix_times(own, (int32_t)r->step), (int32_t)r->first);
        placed[r->pivot] = true;
        if (r->renamed || r->digits) map[r->pivot] = own;
        empty = empty || r->empty;
        if (r->digits) {
            placed[r->window] = true;
            map[r->window] = ix(rank);
            write[d] = ix_add(write[d], ix(rank));
            range[rank++] = r->taps;
        }
        if (r->number < 0) continue;
        map[r->pivot] = ix_const((int32_t)r->number);
        if (r->window < 0) continue;
        placed[r->window] = true;
        int64_t from = r->first - r->stride * r->number - read->index[d].plus;
        map[r->window] = ix_plus(own, (int32_t)(from / r->dilation));
    }
    for (int i = 0; i < c->rank + c->reductions; i++) {
        if (placed[i]) continue;
        const Route *phase = NULL;
        for (int d = 0; d < t->rank; d++)
            if (route[d].stride > 1 && route[d].window == i) phase = &route[d];
        if (phase && phase->terms <= 1) {
            map[i] = ix_const((int32_t)phase->tap);
            continue;
        }
        Affine next = ix(rank + reductions);
        range[rank + reductions++] = phase ? phase->terms : c->range[i];
        map[i] = phase ? ix_plus(ix_times(next, (int32_t)phase->every), (int32_t)phase->tap) : next;
    }
    for (int d = 0; d < t->rank; d++) {
        const Route *r = &route[d];
        if (r->renamed || r->digits || r->number >= 0) continue;
        Affine rest = ix(index[d]);
        if (r->stride > 1) { /* q counts from the first position */
            int32_t slope = (int32_t)(r->dilation * r->every / r->stride);
            rest = ix_plus(rest, (int32_t)r->low);
            if (r->window >= 0 && r->terms > 1)
                for (int k = rank; k < rank + reductions; k++)
                    if (map[r->window].at[k] != 0) rest = ix_add(rest, ix_times(ix(k), -slope));
        } else {
            rest = ix_plus(rest, -read->index[d].plus);
            if (r->window >= 0) rest = ix_add(rest, ix_times(map[r->window], -r->dilation));
        }
        map[r->pivot] = rest;
    }
    Expr *e = empty ? e_const(p, 0) : expr_reindex(p, term, c->rank + c->reductions, map);
    if (empty) reductions = 0;
    Reduce reduce = reductions > 0 ? REDUCE_SUM : REDUCE_NONE;
    program_write(p, out, write, reduce, rank, reductions, range, e)->at = c->at;
}

/* Goes through every choice of residues or windows, last dimension fastest. */
static void gather_phases(Backward *b, const Compute *c, const Expr *read, Route *route, int d, Expr *term,
                          Tensor *out) {
    const Tensor *t = read->tensor;
    if (d == t->rank) {
        gather_one(b, c, read, route, term, out);
        return;
    }
    if (route[d].stride == 1 || route[d].digits) {
        gather_phases(b, c, read, route, d + 1, term, out);
        return;
    }
    bool windows = by_window(&route[d]);
    int64_t each = route[d].dilation + 1, parts = windows ? each * route[d].outputs : route[d].stride;
    for (int64_t k = 0; k < parts; k++)
        if (windows ? settle_window(&route[d], &read->index[d], t->dim[d], k / each, k % each)
                    : settle_residue(&route[d], &read->index[d], t->dim[d], k))
            gather_phases(b, c, read, route, d + 1, term, out);
}

static Tensor *new_part(Backward *b, Tensor *of) {
    Program *p = b->p;
    size_t number = b->parts[of->id].count;
    const char *name =
        number ? arena_format(p->arena, "%s'%zu", of->name, number + 1) : arena_format(p->arena, "%s'", of->name);
    Tensor *part = program_tensor(p, ROLE_VALUE, false, of->rank, of->dim, name);
    part->at = of->at;
    vec_push(p->arena, &b->parts[of->id], part);
    return part;
}

static void collect(void *context, Expr *read) {
    ReadList *list = context;
    vec_push(list->p->arena, &list->reads, read);
}

/* Where a maximum was found, as a flat number over its window; a compute placed right behind the maximum's own. */
static Tensor *argmax_of(Backward *b, size_t at, Expr **flat) {
    Program *p = b->p;
    Compute *c = p->computes.at[at];
    Affine number = ix_const(0);
    for (int k = c->rank; k < c->rank + c->reductions; k++)
        number = ix_add(ix_times(number, (int32_t)c->range[k]), ix(k));
    *flat = e_index(p, number);
    Tensor *arg =
        program_tensor(p, ROLE_VALUE, true, c->out->rank, c->out->dim, arena_format(p->arena, "%s.arg", c->out->name));
    arg->at = c->at;
    Compute *made = program_write(p, arg, c->write, REDUCE_ARGMAX, c->rank, c->reductions, c->range, c->e);
    made->at = c->at;
    memmove(&p->computes.at[at + 2], &p->computes.at[at + 1], (p->computes.count - at - 2) * sizeof(Compute *));
    p->computes.at[at + 1] = made;
    return arg;
}

/* The sum of a tensor's parts in the order of its readers in the program; the parts were made from the last one on. */
static Tensor *finish(Backward *b, Tensor *t) {
    Program *p = b->p;
    size_t count = b->parts[t->id].count;
    if (b->gradient[t->id] || count == 0) return b->gradient[t->id];
    Tensor *sum = b->parts[t->id].at[count - 1];
    for (size_t i = count - 1; i-- > 0;) {
        Expr *both = e_add(p, e_at(p, b->parts[t->id].at[i]), e_at(p, sum));
        sum = program_map(p, arena_format(p->arena, "%s'sum%zu", t->name, count - 1 - i), t, both);
    }
    b->gradient[t->id] = sum;
    return sum;
}

/* A tensor at the place that c writes, which is another than its indices where it fills a part. */
static Expr *at_write(Program *p, const Compute *c, Tensor *t) { return e_read(p, t, 0, c->write); }

/* An index that alone writes all of a dimension of y may be solved for outside of it, where y' is 0. Beyond a part of
 * one, or beyond a digit of one, there is something else: no read may reach there. */
static void check_part(const Compute *c, const Expr *read, const Route *route) {
    for (int d = 0; d < c->out->rank; d++) {
        int alone = affine_single(&c->write[d]);
        if (alone >= 0 && c->range[alone] == c->out->dim[d]) continue;
        for (int k = 0; k < read->tensor->rank; k++)
            if (!route[k].renamed && c->write[d].at[route[k].pivot] != 0 &&
                !is_exact(&route[k], &read->index[k], read->tensor->dim[k]))
                BUG("%s fills a part of %s and does not read %s as it is", c->name, c->out->name, read->tensor->name);
    }
}

static void backward_through(Backward *b, size_t at) {
    Program *p = b->p;
    Compute *c = p->computes.at[at];
    p->at = c->at;
    Tensor *g = finish(b, c->out);
    if (!g) return;
    ReadList list = {.p = p};
    expr_reads(p, c->e, collect, &list);
    Tensor *arg = NULL;
    Expr *flat = NULL;
    for (size_t i = 0; i < list.reads.count; i++) {
        Expr *read = list.reads.at[i];
        if (read->tensor->integer || !b->needed[read->tensor->id]) continue;
        Expr *d = expr_derivative(p, c->e, read);
        if (d->kind == EXPR_CONST && d->number == 0) continue;
        if (c->reduce == REDUCE_NONE && expr_arity(c->e->kind) > 0)
            d = expr_replace(p, d, c->e, at_write(p, c, c->out));
        Expr *term = e_mul(p, at_write(p, c, g), d);
        if (c->reduce == REDUCE_MAX) {
            if (!arg) arg = argmax_of(b, at, &flat);
            term = e_select(p, e_same(p, at_write(p, c, arg), flat), term, e_const(p, 0));
        } else {
            ASSERT(c->reduce == REDUCE_SUM || c->reduce == REDUCE_NONE);
        }
        Route route[TENSOR_MAX_RANK];
        for (int k = 0; k < read->tensor->rank; k++) route[k] = find_route(c, read, k);
        choose_digits(c, route, read->tensor->rank);
        check_part(c, read, route);
        gather_phases(b, c, read, route, 0, term, new_part(b, read->tensor));
    }
}

typedef struct {
    const bool *needed; /* by tensor id */
    bool *reader;
} Need;

static void pass_need(void *context, Expr *read) {
    Need *need = context;
    *need->reader = *need->reader || need->needed[read->tensor->id];
}

void program_differentiate(Program *p, Tensor *cost, size_t count, Tensor *const *wanted, Tensor **gradients) {
    size_t forward = p->computes.count, known = p->tensors.count;
    Backward b = {.p = p};
    /* Each forward compute adds at most an argmax and, a read, a part and a sum; ids beyond `known` never get parts. */
    b.parts = arena_alloc(p->arena, known, sizeof *b.parts);
    b.needed = NEW_ARRAY(p->arena, bool, known);
    b.gradient = NEW_ARRAY(p->arena, Tensor *, known);
    for (size_t i = 0; i < count; i++) b.needed[wanted[i]->id] = true;
    for (size_t i = 0; i < forward; i++) {
        Need need = {b.needed, &b.needed[p->computes.at[i]->out->id]};
        expr_reads(p, p->computes.at[i]->e, pass_need, &need);
    }
    ASSERT(cost->rank == 1 && tensor_is_batched(cost));
    if (b.needed[cost->id]) {
        Tensor *seed = new_part(&b, cost);
        program_add(p, seed, REDUCE_NONE, 0, NULL, e_select(p, e_alive(p), e_const(p, 1), e_const(p, 0)));
        for (size_t i = forward; i-- > 0;)
            if (b.needed[p->computes.at[i]->out->id]) backward_through(&b, i);
    }
    for (size_t i = 0; i < count; i++) gradients[i] = finish(&b, wanted[i]);
}
