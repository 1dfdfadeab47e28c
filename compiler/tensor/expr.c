/* Scalar expressions: shared nodes, folding, walks, substitution, derivative. */
#include "compiler/tensor/tensor.h"

#include <math.h>
#include <string.h>

const char *const expr_names[EXPR_KIND_COUNT] = {
    [EXPR_CONST] = "const",   [EXPR_READ] = "read",       [EXPR_SCALAR] = "scalar",
    [EXPR_INDEX] = "index",   [EXPR_RESULT] = "result",   [EXPR_ADD] = "+",
    [EXPR_SUB] = "-",         [EXPR_MUL] = "*",           [EXPR_DIV] = "/",
    [EXPR_MAX] = "max",       [EXPR_MIN] = "min",         [EXPR_SQRT] = "sqrt",
    [EXPR_EXP] = "exp",       [EXPR_EXPM1] = "expm1",     [EXPR_LOG] = "log",
    [EXPR_TANH] = "tanh",     [EXPR_SIGMOID] = "sigmoid", [EXPR_SOFTPLUS] = "softplus",
    [EXPR_DETACH] = "detach", [EXPR_FMA] = "fma",         [EXPR_SELECT] = "select",
    [EXPR_LESS] = "<",        [EXPR_SAME] = "==",         [EXPR_BELOW] = "below",
    [EXPR_ALIVE] = "alive",
};

int expr_arity(ExprKind kind) {
    switch (kind) {
    case EXPR_CONST:
    case EXPR_READ:
    case EXPR_SCALAR:
    case EXPR_INDEX:
    case EXPR_RESULT:
    case EXPR_ALIVE: return 0;
    case EXPR_SQRT:
    case EXPR_EXP:
    case EXPR_EXPM1:
    case EXPR_LOG:
    case EXPR_TANH:
    case EXPR_SIGMOID:
    case EXPR_SOFTPLUS:
    case EXPR_DETACH:
    case EXPR_BELOW: return 1;
    case EXPR_ADD:
    case EXPR_SUB:
    case EXPR_MUL:
    case EXPR_DIV:
    case EXPR_MAX:
    case EXPR_MIN:
    case EXPR_LESS:
    case EXPR_SAME: return 2;
    case EXPR_FMA:
    case EXPR_SELECT: return 3;
    case EXPR_KIND_COUNT: break;
    }
    BUG("no such expression kind %d", (int)kind);
}

/* ---- index arithmetic ---- */
Affine ix(int index) {
    Affine a = {0};
    a.at[index] = 1;
    return a;
}

Affine ix_const(int32_t value) { return (Affine){.plus = value}; }

Affine ix_times(Affine a, int32_t factor) {
    for (int i = 0; i < INDEX_MAX; i++) a.at[i] *= factor;
    a.plus *= factor;
    return a;
}

Affine ix_plus(Affine a, int32_t value) {
    a.plus += value;
    return a;
}

Affine ix_add(Affine a, Affine b) {
    for (int i = 0; i < INDEX_MAX; i++) a.at[i] += b.at[i];
    a.plus += b.plus;
    return a;
}

int affine_single(const Affine *a) {
    int single = -1;
    for (int i = 0; i < INDEX_MAX; i++) {
        if (a->at[i] == 0) continue;
        if (a->at[i] != 1 || single >= 0) return -1;
        single = i;
    }
    return a->plus == 0 ? single : -1;
}

Affine affine_reindex(const Affine *a, const Affine *map) {
    Affine result = ix_const(a->plus);
    for (int i = 0; i < INDEX_MAX; i++)
        if (a->at[i] != 0) result = ix_add(result, ix_times(map[i], a->at[i]));
    return result;
}

/* ---- shared nodes ---- */
static uint64_t node_hash(const Expr *e) {
    uint64_t number;
    memcpy(&number, &e->number, sizeof number);
    uint64_t h = hash_number(hash_number(0, (uint64_t)e->kind), number);
    const void *parts[] = {e->a, e->b, e->c, e->tensor};
    for (size_t i = 0; i < COUNT_OF(parts); i++) h = hash_number(h, (uintptr_t)parts[i]);
    if (e->scalar) h = hash_bytes(h, e->scalar, strlen(e->scalar));
    int indices = e->kind == EXPR_READ ? e->tensor->rank : e->kind == EXPR_INDEX ? 1 : 0;
    for (int d = 0; d < indices; d++) {
        for (int i = 0; i < INDEX_MAX; i++) h = hash_number(h, (uint32_t)e->index[d].at[i]);
        h = hash_number(h, (uint32_t)e->index[d].plus);
    }
    return h;
}

static bool node_equal(const Expr *x, const Expr *y) {
    return x->kind == y->kind && memcmp(&x->number, &y->number, sizeof x->number) == 0 && x->a == y->a &&
           x->b == y->b && x->c == y->c && x->tensor == y->tensor &&
           (x->scalar == y->scalar || (x->scalar && y->scalar && strcmp(x->scalar, y->scalar) == 0)) &&
           memcmp(x->index, y->index, sizeof x->index) == 0;
}

static void table_grow(Program *p) {
    size_t size = p->table_size ? p->table_size * 2 : 256;
    int *table = NEW_ARRAY(p->arena, int, size);
    for (size_t i = 0; i < size; i++) table[i] = -1;
    for (size_t i = 0; i < p->exprs.count; i++) {
        size_t slot = node_hash(p->exprs.at[i]) & (size - 1);
        while (table[slot] >= 0) slot = (slot + 1) & (size - 1);
        table[slot] = (int)i;
    }
    p->table = table;
    p->table_size = size;
}

static Expr *node(Program *p, const Expr *model) {
    if ((p->exprs.count + 1) * 2 > p->table_size) table_grow(p);
    size_t slot = node_hash(model) & (p->table_size - 1);
    while (p->table[slot] >= 0) {
        Expr *found = p->exprs.at[p->table[slot]];
        if (node_equal(found, model)) return found;
        slot = (slot + 1) & (p->table_size - 1);
    }
    Expr *e = NEW(p->arena, Expr);
    *e = *model;
    e->id = (int)p->exprs.count;
    const Expr *operand[] = {e->a, e->b, e->c};
    e->uses_index = e->kind == EXPR_INDEX;
    for (int k = 0; k < expr_arity(e->kind); k++) e->uses_index = e->uses_index || operand[k]->uses_index;
    p->table[slot] = e->id;
    vec_push(p->arena, &p->exprs, e);
    return e;
}

/* Factors that may be multiplied together beforehand: one alone rounds, so fusing maps keeps their bits. */
static bool is_power_of_two(double number) {
    int exponent;
    return fabs(frexp(number, &exponent)) == 0.5;
}

static bool is_const(const Expr *e, double number) { return e->kind == EXPR_CONST && e->number == number; }

Expr *e_const(Program *p, double number) { return node(p, &(Expr){.kind = EXPR_CONST, .number = number}); }

Expr *e_read(Program *p, Tensor *tensor, double outside, const Affine *index) {
    Expr e = {.kind = EXPR_READ, .tensor = tensor, .number = outside};
    for (int d = 0; d < tensor->rank; d++) e.index[d] = index[d];
    return node(p, &e);
}

Expr *e_at(Program *p, Tensor *tensor) {
    Affine index[TENSOR_MAX_RANK];
    for (int d = 0; d < tensor->rank; d++) index[d] = ix(d);
    return e_read(p, tensor, 0, index);
}

Expr *e_scalar(Program *p, const char *formula) {
    bool known = false;
    for (size_t i = 0; i < p->scalars.count; i++) known = known || string_is(p->scalars.at[i], formula);
    if (!known) vec_push(p->arena, &p->scalars, formula);
    return node(p, &(Expr){.kind = EXPR_SCALAR, .scalar = formula});
}

Expr *e_index(Program *p, Affine index) {
    Expr e = {.kind = EXPR_INDEX};
    e.index[0] = index;
    return node(p, &e);
}

Expr *e_result(Program *p) { return node(p, &(Expr){.kind = EXPR_RESULT}); }
Expr *e_alive(Program *p) { return node(p, &(Expr){.kind = EXPR_ALIVE}); }

Expr *e_below(Program *p, Expr *bits, double number) {
    return node(p, &(Expr){.kind = EXPR_BELOW, .a = bits, .number = number});
}

Expr *e_unary(Program *p, ExprKind kind, Expr *a) {
    ASSERT(expr_arity(kind) == 1 && kind != EXPR_BELOW);
    if (kind == EXPR_DETACH && a->kind == EXPR_CONST) return a;
    return node(p, &(Expr){.kind = kind, .a = a});
}

static Expr *fold_binary(Program *p, ExprKind kind, Expr *a, Expr *b) {
    bool constants = a->kind == EXPR_CONST && b->kind == EXPR_CONST;
    switch ((int)kind) { /* the other kinds have no identities */
    case EXPR_ADD:
        if (constants) return e_const(p, a->number + b->number);
        if (is_const(a, 0)) return b;
        return is_const(b, 0) ? a : NULL;
    case EXPR_SUB:
        if (constants) return e_const(p, a->number - b->number);
        if (is_const(a, 0)) return e_binary(p, EXPR_MUL, e_const(p, -1), b);
        return is_const(b, 0) ? a : NULL;
    case EXPR_MUL:
        if (constants) return e_const(p, a->number * b->number);
        if (is_const(a, 0) || is_const(b, 1)) return a;
        if (is_const(b, 0) || is_const(a, 1)) return b;
        if (b->kind == EXPR_CONST) return e_binary(p, EXPR_MUL, b, a);
        if (a->kind == EXPR_CONST && b->kind == EXPR_MUL && b->a->kind == EXPR_CONST &&
            (is_power_of_two(a->number) || is_power_of_two(b->a->number)))
            return e_binary(p, EXPR_MUL, e_const(p, a->number * b->a->number), b->b);
        return NULL;
    case EXPR_DIV:
        if (constants && b->number != 0) return e_const(p, a->number / b->number);
        return is_const(b, 1) || is_const(a, 0) ? a : NULL;
    default: return NULL;
    }
}

Expr *e_binary(Program *p, ExprKind kind, Expr *a, Expr *b) {
    ASSERT(expr_arity(kind) == 2);
    Expr *folded = fold_binary(p, kind, a, b);
    return folded ? folded : node(p, &(Expr){.kind = kind, .a = a, .b = b});
}

Expr *e_fma(Program *p, Expr *a, Expr *b, Expr *c) {
    if (is_const(a, 1)) return e_add(p, b, c);
    if (is_const(b, 1)) return e_add(p, a, c);
    return node(p, &(Expr){.kind = EXPR_FMA, .a = a, .b = b, .c = c});
}

Expr *e_select(Program *p, Expr *condition, Expr *a, Expr *b) {
    if (a == b) return a;
    return node(p, &(Expr){.kind = EXPR_SELECT, .a = condition, .b = a, .c = b});
}

/* ---- walks ---- */
void expr_walk(Program *p) {
    if (p->note_count < p->exprs.count) {
        p->note_count = p->exprs.count * 2;
        p->notes = NEW_ARRAY(p->arena, Note, p->note_count);
        p->walk = 0;
    }
    p->walk++;
}

bool expr_noted(Program *p, const Expr *e, Note **note) {
    *note = &p->notes[e->id];
    bool noted = (*note)->walk == p->walk;
    (*note)->walk = p->walk;
    return noted;
}

static void visit_reads(Program *p, Expr *e, void (*visit)(void *, Expr *), void *context) {
    Note *note;
    if (!e || expr_noted(p, e, &note)) return;
    if (e->kind == EXPR_READ) visit(context, e);
    visit_reads(p, e->a, visit, context);
    visit_reads(p, e->b, visit, context);
    visit_reads(p, e->c, visit, context);
}

void expr_reads(Program *p, Expr *e, void (*visit)(void *context, Expr *read), void *context) {
    expr_walk(p);
    visit_reads(p, e, visit, context);
}

/* ---- rebuilding ---- */
typedef struct Rewrite Rewrite;
struct Rewrite {
    Program *p;
    Expr *(*change)(const Rewrite *rewrite, Expr *e); /* what e becomes as a whole; NULL: itself, of new operands */
    const Affine *map;
    const Expr *from;
    Expr *to;
    const Tensor *old;
    Tensor *now;
};

static Expr *with_operands(Program *p, Expr *e, Expr *a, Expr *b, Expr *c) {
    if (a == e->a && b == e->b && c == e->c) return e;
    if (e->kind == EXPR_BELOW) return e_below(p, a, e->number);
    switch (expr_arity(e->kind)) {
    case 1: return e_unary(p, e->kind, a);
    case 2: return e_binary(p, e->kind, a, b);
    default: return e->kind == EXPR_FMA ? e_fma(p, a, b, c) : e_select(p, a, b, c);
    }
}

static Expr *rewritten(const Rewrite *rewrite, Expr *e) {
    Note *note;
    if (!e) return NULL;
    if (expr_noted(rewrite->p, e, &note)) return note->expr;
    Expr *now = rewrite->change(rewrite, e);
    if (!now)
        now =
            with_operands(rewrite->p, e, rewritten(rewrite, e->a), rewritten(rewrite, e->b), rewritten(rewrite, e->c));
    note->expr = now;
    return now;
}

static Expr *rewrite_all(Expr *e, const Rewrite *rewrite) {
    expr_walk(rewrite->p);
    return rewritten(rewrite, e);
}

static Expr *change_index(const Rewrite *rewrite, Expr *e) {
    if (e->kind == EXPR_INDEX) return e_index(rewrite->p, affine_reindex(&e->index[0], rewrite->map));
    if (e->kind != EXPR_READ) return NULL;
    Affine index[TENSOR_MAX_RANK] = {0};
    for (int d = 0; d < e->tensor->rank; d++) index[d] = affine_reindex(&e->index[d], rewrite->map);
    return e_read(rewrite->p, e->tensor, e->number, index);
}

static Expr *change_node(const Rewrite *rewrite, Expr *e) { return e == rewrite->from ? rewrite->to : NULL; }

static Expr *change_tensor(const Rewrite *rewrite, Expr *e) {
    if (e->kind != EXPR_READ || e->tensor != rewrite->old) return NULL;
    return e_read(rewrite->p, rewrite->now, e->number, e->index);
}

static Expr *change_lines(const Rewrite *rewrite, Expr *e) {
    if (e->kind != EXPR_READ || e->tensor->line == 0) return NULL;
    const int last = e->tensor->rank - 1;
    Affine index[TENSOR_MAX_RANK];
    for (int d = 0; d <= last; d++) index[d] = e->index[d < last ? d + 1 : 0];
    return e_read(rewrite->p, e->tensor, e->number, index);
}

Expr *expr_reindex(Program *p, Expr *e, int count, const Affine *map) {
    bool same = true;
    for (int i = 0; i < count; i++) same = same && affine_single(&map[i]) == i;
    return same ? e : rewrite_all(e, &(Rewrite){.p = p, .change = change_index, .map = map});
}

Expr *expr_replace(Program *p, Expr *e, const Expr *from, Expr *to) {
    return rewrite_all(e, &(Rewrite){.p = p, .change = change_node, .from = from, .to = to});
}

Expr *expr_retarget(Program *p, Expr *e, const Tensor *from, Tensor *to) {
    return rewrite_all(e, &(Rewrite){.p = p, .change = change_tensor, .old = from, .now = to});
}

Expr *expr_turn(Program *p, Expr *e) { return rewrite_all(e, &(Rewrite){.p = p, .change = change_lines}); }

/* ---- derivative ---- */
/* Where a branch is chosen by comparing with the result (max), equal operands give the first one: relu'(0) = 0. */
static Expr *derivative_unary(Program *p, Expr *e, Expr *da) {
    Expr *one = e_const(p, 1), *factor = NULL;
    switch ((int)e->kind) { /* unary kinds alone */
    case EXPR_SQRT: {
        Expr *slope = e_div(p, e_const(p, 0.5), e);
        factor = e_select(p, e_less(p, e_const(p, 0), e), slope, e_const(p, 0));
        break;
    }
    case EXPR_EXP: factor = e; break;
    case EXPR_EXPM1: factor = e_add(p, e, one); break;
    case EXPR_LOG: return e_div(p, da, e->a);
    case EXPR_TANH: factor = e_sub(p, one, e_mul(p, e, e)); break;
    case EXPR_SIGMOID: factor = e_mul(p, e, e_sub(p, one, e)); break;
    case EXPR_SOFTPLUS: factor = e_unary(p, EXPR_SIGMOID, e->a); break;
    default: BUG("no derivative for %s", expr_names[e->kind]);
    }
    return e_mul(p, factor, da);
}

static Expr *derivative(Program *p, Expr *e, const Expr *by);

static Expr *derivative_of(Program *p, Expr *e, const Expr *by) {
    Expr *zero = e_const(p, 0);
    if (e == by) return e_const(p, 1);
    if (expr_arity(e->kind) == 0 || e->kind == EXPR_DETACH) return zero;
    if (e->kind == EXPR_SELECT) return e_select(p, e->a, derivative(p, e->b, by), derivative(p, e->c, by));
    Expr *da = derivative(p, e->a, by);
    if (expr_arity(e->kind) == 1) return is_const(da, 0) ? zero : derivative_unary(p, e, da);
    Expr *db = derivative(p, e->b, by);
    if (e->kind == EXPR_FMA) return e_add(p, e_add(p, e_mul(p, e->b, da), e_mul(p, e->a, db)), derivative(p, e->c, by));
    if (is_const(da, 0) && is_const(db, 0)) return zero;
    switch ((int)e->kind) { /* binary kinds alone */
    case EXPR_ADD: return e_add(p, da, db);
    case EXPR_SUB: return e_sub(p, da, db);
    case EXPR_MUL: return e_add(p, e_mul(p, e->b, da), e_mul(p, e->a, db));
    case EXPR_DIV: return e_div(p, e_sub(p, da, e_mul(p, e, db)), e->b);
    case EXPR_MAX: return e_select(p, e_less(p, e->a, e), db, da);
    case EXPR_MIN: return e_select(p, e_less(p, e, e->a), db, da);
    default: BUG("no derivative for %s", expr_names[e->kind]);
    }
}

static Expr *derivative(Program *p, Expr *e, const Expr *by) {
    Note *note;
    if (!expr_noted(p, e, &note)) note->expr = derivative_of(p, e, by);
    return note->expr;
}

Expr *expr_derivative(Program *p, Expr *e, const Expr *by) {
    expr_walk(p);
    return derivative(p, e, by);
}
