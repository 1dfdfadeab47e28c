/* See eval.h. */
#include "compiler/tensor/eval.h"

#include <math.h>
#include <string.h>

#include "runtime/abi.h"
#include "runtime/base/formula.h"

/* A sum of indices, each by its factor, of those that count alone. */
typedef struct {
    int64_t plus;
    int count;
    int index[INDEX_MAX];
    int64_t by[INDEX_MAX];
} Sum;

/* How the compute being evaluated finds what one of its reads says. A program is evaluated at so many places that what
 * is the same at all of them is found before. */
typedef struct {
    const double *values;
    Sum at;                        /* the element, counted through all dimensions */
    int checked;                   /* dimensions where some places lie outside of the tensor: */
    Sum place[TENSOR_MAX_RANK];    /* the place in each, */
    int64_t size[TENSOR_MAX_RANK]; /* and how many there are */
} Reading;

struct Eval {
    Program *program;
    const EvalInput *input;
    double **value; /* by tensor id; NULL: given */
    double **next;  /* by tensor id: of those with a `next` */
    bool *changed;  /* by tensor id */
    double *scalar; /* parallel to the program's scalars */
    uint64_t choices;
    int64_t terms;
    const Compute *compute; /* the one being evaluated */
    Reading *reading;       /* of its reads, by expression id */
    int64_t index[INDEX_MAX];
    double result;
};

static int64_t extent(const Eval *eval, int64_t dim) { return dim == DIM_BATCH ? eval->input->n : dim; }

int64_t eval_count(const Eval *eval, const Tensor *tensor) {
    return tensor_count(tensor) * (tensor_is_batched(tensor) ? eval->input->n : 1);
}

uint64_t eval_choices(const Eval *eval) { return eval->choices; }
int64_t eval_terms(const Eval *eval) { return eval->terms; }
const double *eval_next(const Eval *eval, const Tensor *stored) { return eval->next[stored->id]; }

static bool is_given(const Tensor *tensor) {
    return tensor->role == ROLE_INPUT || tensor->role == ROLE_TARGET || tensor->role == ROLE_PARAM ||
           tensor->role == ROLE_STATE;
}

const double *eval_values(const Eval *eval, const Tensor *tensor) {
    if (!is_given(tensor)) return eval->value[tensor->id];
    if (tensor->role == ROLE_INPUT) return eval->input->batch;
    if (tensor->role == ROLE_TARGET) return eval->input->target;
    return (tensor->role == ROLE_PARAM ? eval->input->param : eval->input->state) + tensor->offset;
}

Eval *eval_new(Arena *arena, Program *program, const EvalInput *input) {
    Eval *eval = NEW(arena, Eval);
    eval->program = program;
    eval->input = input;
    eval->value = NEW_ARRAY(arena, double *, program->tensors.count);
    eval->next = NEW_ARRAY(arena, double *, program->tensors.count);
    eval->changed = NEW_ARRAY(arena, bool, program->tensors.count);
    eval->scalar = NEW_ARRAY(arena, double, program->scalars.count);
    eval->reading = NEW_ARRAY(arena, Reading, program->exprs.count);
    for (size_t t = 0; t < program->tensors.count; t++) {
        const Tensor *tensor = program->tensors.at[t];
        if (!is_given(tensor)) eval->value[t] = NEW_ARRAY(arena, double, eval_count(eval, tensor));
    }
    for (size_t i = 0; i < program->computes.count; i++) {
        const Compute *c = program->computes.at[i];
        if (c->next && !eval->next[c->out->id]) eval->next[c->out->id] = NEW_ARRAY(arena, double, tensor_count(c->out));
    }
    return eval;
}

/* ---- expressions ---- */
static bool choose(Eval *eval, bool outcome) {
    eval->choices = (eval->choices ^ (outcome ? 2 : 1)) * UINT64_C(0x100000001b3);
    return outcome;
}

static int64_t place(const Eval *eval, const Affine *affine) {
    int64_t at = affine->plus;
    for (int i = 0; i < eval->compute->rank + eval->compute->reductions; i++) at += affine->at[i] * eval->index[i];
    return at;
}

static int64_t sum_here(const Eval *eval, const Sum *sum) {
    int64_t at = sum->plus;
    for (int i = 0; i < sum->count; i++) at += sum->by[i] * eval->index[sum->index[i]];
    return at;
}

static Sum sum_of(const Compute *c, int64_t plus, const int64_t *by) {
    Sum sum = {.plus = plus};
    for (int i = 0; i < c->rank + c->reductions; i++) {
        if (by[i] == 0) continue;
        sum.index[sum.count] = i;
        sum.by[sum.count++] = by[i];
    }
    return sum;
}

static void prepare_read(void *context, Expr *e) {
    Eval *eval = context;
    const Compute *c = eval->compute;
    Reading *reading = &eval->reading[e->id];
    int64_t plus = 0, by[INDEX_MAX] = {0};
    reading->values = eval_values(eval, e->tensor);
    reading->checked = 0;
    for (int d = 0; d < e->tensor->rank; d++) {
        const Affine *place = &e->index[d];
        int64_t size = extent(eval, e->tensor->dim[d]), low = place->plus, high = low, here[INDEX_MAX];
        for (int i = 0; i < c->rank + c->reductions; i++) {
            int64_t reach = place->at[i] * (extent(eval, c->range[i]) - 1);
            *(reach < 0 ? &low : &high) += reach;
            here[i] = place->at[i];
            by[i] = by[i] * size + here[i];
        }
        plus = plus * size + place->plus;
        if (low >= 0 && high < size) continue;
        reading->size[reading->checked] = size;
        reading->place[reading->checked++] = sum_of(c, place->plus, here);
    }
    reading->at = sum_of(c, plus, by);
}

static double read(const Eval *eval, const Expr *e) {
    const Reading *reading = &eval->reading[e->id];
    for (int i = 0; i < reading->checked; i++) {
        int64_t here = sum_here(eval, &reading->place[i]);
        if (here < 0 || here >= reading->size[i]) return e->number;
    }
    return reading->values[sum_here(eval, &reading->at)];
}

static double scalar(const Eval *eval, const char *formula) {
    for (size_t i = 0; i < eval->program->scalars.count; i++)
        if (string_is(eval->program->scalars.at[i], formula)) return eval->scalar[i];
    BUG("no scalar %s", formula);
}

/* Not rounded, though kernels get floats: what a derivative takes for granted, as that smoothed targets add up to 1,
 * holds to the last digits. */
static void fill_scalars(Eval *eval) {
    const EvalInput *input = eval->input;
    for (size_t i = 0; i < eval->program->scalars.count; i++) {
        NetFormula formula;
        NetError error;
        if (!net_formula_parse(eval->program->scalars.at[i], input->name, input->names, &formula, &error))
            BUG("%s", error.text);
        eval->scalar[i] = net_formula_value(&formula, input->value);
    }
}

static double sigmoid(double z) { return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)); }
static double softplus(double z) { return (z > 0 ? z : 0) + log1p(exp(-fabs(z))); }

static double eval_expr(Eval *eval, const Expr *e);

static double operation(Eval *eval, const Expr *e) {
    switch (e->kind) {
    case EXPR_CONST: return e->number;
    case EXPR_READ: return read(eval, e);
    case EXPR_SCALAR: return scalar(eval, e->scalar);
    case EXPR_INDEX: return (double)place(eval, &e->index[0]);
    case EXPR_RESULT: return eval->result;
    case EXPR_ADD: return eval_expr(eval, e->a) + eval_expr(eval, e->b);
    case EXPR_SUB: return eval_expr(eval, e->a) - eval_expr(eval, e->b);
    case EXPR_MUL: return eval_expr(eval, e->a) * eval_expr(eval, e->b);
    case EXPR_DIV: return eval_expr(eval, e->a) / eval_expr(eval, e->b);
    case EXPR_MAX: {
        double a = eval_expr(eval, e->a), b = eval_expr(eval, e->b);
        return choose(eval, a > b) ? a : b;
    }
    case EXPR_MIN: {
        double a = eval_expr(eval, e->a), b = eval_expr(eval, e->b);
        return choose(eval, a < b) ? a : b;
    }
    case EXPR_SQRT: return sqrt(eval_expr(eval, e->a));
    case EXPR_EXP: return exp(eval_expr(eval, e->a));
    case EXPR_EXPM1: return expm1(eval_expr(eval, e->a));
    case EXPR_LOG: return log(eval_expr(eval, e->a));
    case EXPR_TANH: return tanh(eval_expr(eval, e->a));
    case EXPR_SIGMOID: return sigmoid(eval_expr(eval, e->a));
    case EXPR_SOFTPLUS: return softplus(eval_expr(eval, e->a));
    case EXPR_DETACH: return eval_expr(eval, e->a);
    case EXPR_FMA: return fma(eval_expr(eval, e->a), eval_expr(eval, e->b), eval_expr(eval, e->c));
    case EXPR_SELECT: return eval_expr(eval, eval_expr(eval, e->a) != 0 ? e->b : e->c);
    case EXPR_LESS: return choose(eval, eval_expr(eval, e->a) < eval_expr(eval, e->b));
    case EXPR_SAME: return eval_expr(eval, e->a) == eval_expr(eval, e->b);
    case EXPR_BELOW: /* the upper 24 bits of 32, against the probability rounded to 24 */
        return floor(eval_expr(eval, e->a) / 256) < round(e->number * 16777216);
    case EXPR_ALIVE: return 1;
    case EXPR_KIND_COUNT: break;
    }
    BUG("no such expression %d", (int)e->kind);
}

static double eval_expr(Eval *eval, const Expr *e) {
    Note *note;
    if (!expr_noted(eval->program, e, &note)) note->value = operation(eval, e);
    return note->value;
}

/* At the present place of the indices. */
static double eval_here(Eval *eval, const Expr *e) {
    eval->terms++;
    expr_walk(eval->program);
    return eval_expr(eval, e);
}

/* ---- computes ---- */
/* The next of the indices from..to-1, the last one fastest; false behind the last. */
static bool step_index(Eval *eval, int from, int to) {
    for (int i = to; i-- > from;) {
        if (++eval->index[i] < extent(eval, eval->compute->range[i])) return true;
        eval->index[i] = 0;
    }
    return false;
}

/* All terms in order; what is largest or smallest is the first such one. */
static double reduce(Eval *eval) {
    const Compute *c = eval->compute;
    int first = c->rank, end = first + c->reductions;
    double sum = 0, best = c->reduce == REDUCE_MIN ? INFINITY : -INFINITY;
    int64_t number = 0, found = 0;
    if (c->reduce == REDUCE_NONE) return eval_here(eval, c->e);
    do {
        double term = eval_here(eval, c->e);
        sum += term;
        if (c->reduce == REDUCE_MIN ? term < best : term > best) {
            best = term;
            found = number;
        }
        number++;
    } while (step_index(eval, first, end));
    if (c->reduce == REDUCE_SUM) return sum;
    eval->choices = (eval->choices ^ (uint64_t)found) * UINT64_C(0x100000001b3);
    return c->reduce == REDUCE_ARGMAX ? (double)found : best;
}

static void fill_random(Eval *eval, const Compute *c) {
    const EvalInput *input = eval->input;
    int64_t count = tensor_count(c->out);
    Arena *scratch = arena_new();
    uint32_t *bits = NEW_ARRAY(scratch, uint32_t, count *NET_LANES);
    for (int64_t n = 0; n < input->n; n += NET_LANES) {
        uint32_t item[NET_LANES] = {0};
        int64_t images = input->n - n < NET_LANES ? input->n - n : NET_LANES;
        for (int64_t lane = 0; lane < images; lane++) item[lane] = input->item[n + lane];
        net_random(bits, item, input->seed_low, input->seed_high, input->epoch, c->stream, 0, count);
        for (int64_t lane = 0; lane < images; lane++)
            for (int64_t e = 0; e < count; e++)
                eval->value[c->out->id][(n + lane) * count + e] = bits[e * NET_LANES + lane];
    }
    arena_free(scratch);
}

static void run_compute(Eval *eval, const Compute *c) {
    if (c->reduce == REDUCE_RANDOM) {
        fill_random(eval, c);
        return;
    }
    double *out = c->next ? eval->next[c->out->id] : eval->value[c->out->id];
    eval->compute = c;
    expr_reads(eval->program, c->e, prepare_read, eval);
    expr_reads(eval->program, c->post, prepare_read, eval);
    memset(eval->index, 0, sizeof eval->index);
    do {
        int64_t at = 0;
        for (int d = 0; d < c->out->rank; d++) at = at * extent(eval, c->out->dim[d]) + place(eval, &c->write[d]);
        double value = eval->result = reduce(eval);
        if (c->post) value = eval_here(eval, c->post);
        out[at] = value;
    } while (step_index(eval, 0, c->rank));
}

typedef struct {
    const Eval *eval;
    bool found;
} Dependence;

static void look_for_change(void *context, Expr *e) {
    Dependence *dependence = context;
    dependence->found |= dependence->eval->changed[e->tensor->id];
}

static bool depends(const Eval *eval, const Compute *c) {
    Dependence dependence = {eval, false};
    expr_reads(eval->program, c->e, look_for_change, &dependence);
    expr_reads(eval->program, c->post, look_for_change, &dependence);
    return dependence.found;
}

static void run(Eval *eval, const Tensor *changed, const Tensor *until) {
    const Program *p = eval->program;
    eval->choices = 0;
    fill_scalars(eval);
    for (size_t t = 0; t < p->tensors.count; t++) {
        const Tensor *tensor = p->tensors.at[t];
        eval->changed[t] = changed && tensor->stored >= 0 && tensor->stored == changed->stored;
        if (tensor->role == ROLE_LABEL && eval->input->label)
            for (int64_t n = 0; n < eval->input->n; n++) eval->value[t][n] = eval->input->label[n];
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        const Compute *c = p->computes.at[i];
        if (!changed || depends(eval, c)) {
            run_compute(eval, c);
            if (!c->next) eval->changed[c->out->id] = true;
        }
        bool last = i + 1 == p->computes.count || p->computes.at[i + 1]->out != c->out;
        if (until && c->out == until && last) return;
    }
}

void eval_run(Eval *eval, const Tensor *until) { run(eval, NULL, until); }
void eval_again(Eval *eval, const Tensor *changed, const Tensor *until) { run(eval, changed, until); }
