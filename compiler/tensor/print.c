/* Tensor programs as text: --dump=tensor and fuse, and what the hash of their sums is of. */
#include "compiler/tensor/tensor.h"

static const char *index_name(const Compute *compute, int i) {
    static const char *const outputs[] = {"n", "o", "i", "j", "l", "m", "r", "s", "t", "u", "v"};
    static const char *const sums[] = {"a", "b", "c", "d", "e", "f", "g", "h", "p", "q"};
    _Static_assert(COUNT_OF(outputs) > INDEX_MAX && COUNT_OF(sums) == INDEX_MAX, "each index has a name");
    bool batched = compute->rank > 0 && compute->range[0] == DIM_BATCH;
    if (i < compute->rank) return outputs[batched ? i : i + 1];
    if (compute->range[i] == DIM_BATCH) return "n";
    return sums[i - compute->rank];
}

static void affine_print(const Compute *compute, const Affine *a, FILE *out) {
    bool first = true;
    for (int i = 0; i < INDEX_MAX; i++) {
        if (a->at[i] == 0) continue;
        if (a->at[i] < 0)
            fputs("-", out);
        else if (!first)
            fputs("+", out);
        if (a->at[i] != 1 && a->at[i] != -1) fprintf(out, "%d*", a->at[i] < 0 ? -a->at[i] : a->at[i]);
        fputs(index_name(compute, i), out);
        first = false;
    }
    if (first)
        fprintf(out, "%d", a->plus);
    else if (a->plus != 0)
        fprintf(out, "%+d", a->plus);
}

/* The operations of a compute that are used more than once, each before those that use it, have names: t1, t2, ... */
typedef struct {
    Program *p;
    const Compute *compute;
    VEC(const Expr *) list; /* all of them, operands first; then the named ones */
    FILE *out;
} Printer;

static void count_uses(Printer *printer, const Expr *e) {
    Note *note;
    if (!e) return;
    if (expr_noted(printer->p, e, &note)) {
        note->number++;
        return;
    }
    note->number = 1;
    count_uses(printer, e->a);
    count_uses(printer, e->b);
    count_uses(printer, e->c);
    vec_push(printer->p->arena, &printer->list, e);
}

static int name_of(const Printer *printer, const Expr *e) { return printer->p->notes[e->id].number; }

static void name_shared(Printer *printer) {
    size_t named = 0;
    expr_walk(printer->p);
    count_uses(printer, printer->compute->post);
    count_uses(printer, printer->compute->e);
    for (size_t i = 0; i < printer->list.count; i++) {
        const Expr *e = printer->list.at[i];
        int *number = &printer->p->notes[e->id].number;
        bool shared = *number > 1 && expr_arity(e->kind) > 0;
        *number = 0;
        if (!shared) continue;
        printer->list.at[named++] = e;
        *number = (int)named;
    }
    printer->list.count = named;
}

static void expr_print(const Printer *printer, const Expr *e);

static void operation_print(const Printer *printer, const Expr *e) {
    FILE *out = printer->out;
    bool infix = e->kind == EXPR_LESS || e->kind == EXPR_SAME || (e->kind >= EXPR_ADD && e->kind <= EXPR_DIV);
    const Expr *operand[] = {e->a, e->b, e->c};
    if (!infix) fputs(expr_names[e->kind], out);
    fputs("(", out);
    for (int k = 0; k < expr_arity(e->kind); k++) {
        if (k > 0 && infix)
            fprintf(out, " %s ", expr_names[e->kind]);
        else if (k > 0)
            fputs(", ", out);
        expr_print(printer, operand[k]);
    }
    if (e->kind == EXPR_BELOW) fprintf(out, ", %.9g", e->number);
    fputs(")", out);
}

static void expr_print(const Printer *printer, const Expr *e) {
    FILE *out = printer->out;
    switch ((int)e->kind) { /* the rest are operations */
    case EXPR_CONST: fprintf(out, "%.9g", e->number); return;
    case EXPR_READ:
        fprintf(out, "%s[", e->tensor->name);
        for (int d = 0; d < e->tensor->rank; d++) {
            if (d) fputs(",", out);
            affine_print(printer->compute, &e->index[d], out);
        }
        fputs("]", out);
        if (e->number != 0) fprintf(out, "|%g", e->number);
        return;
    case EXPR_SCALAR: fprintf(out, "{%s}", e->scalar); return;
    case EXPR_INDEX: affine_print(printer->compute, &e->index[0], out); return;
    case EXPR_RESULT:
    case EXPR_ALIVE: fputs(expr_names[e->kind], out); return;
    default: break;
    }
    if (name_of(printer, e) > 0)
        fprintf(out, "t%d", name_of(printer, e));
    else
        operation_print(printer, e);
}

/* What a sum's order is beside the order of its indices: "blocks of 10 c; 16 sums by image; slots". */
static void order_print(const Compute *c, FILE *out) {
    static const char *const partial[] = {
        [PARTIAL_NONE] = NULL, [PARTIAL_IMAGES] = "16 sums by image", [PARTIAL_MEMORY] = "16 sums by place"};
    const SumOrder *order = &c->order;
    bool chunks = compute_sums_batch(c) && c->out->role != ROLE_LOG;
    const char *mark = "   # ";
    for (int k = c->rank; k < c->rank + c->reductions; k++) {
        if (k == order->block) {
            fprintf(out, "%sblocks of %lld %s", mark, (long long)order->block_size, index_name(c, k));
        } else if (order->inside[k].output >= 0) {
            fprintf(out, "%s%s inside", mark, index_name(c, k));
        } else {
            continue;
        }
        mark = "; ";
    }
    if (partial[order->partial]) fprintf(out, "%s%s", mark, partial[order->partial]);
    if (partial[order->partial]) mark = "; ";
    if (chunks) fprintf(out, "%s%s", mark, order->owned ? "owned" : "slots");
}

void compute_print(Program *p, const Compute *c, FILE *out) {
    static const char *const names[] = {[REDUCE_NONE] = "",   [REDUCE_SUM] = "sum",       [REDUCE_MAX] = "max",
                                        [REDUCE_MIN] = "min", [REDUCE_ARGMAX] = "argmax", [REDUCE_RANDOM] = "random"};
    Printer printer = {.p = p, .compute = c, .out = out};
    name_shared(&printer);
    fprintf(out, "%s%s[", c->next ? "next " : "", c->out->name);
    for (int d = 0; d < c->out->rank; d++) {
        if (d) fputs(",", out);
        affine_print(c, &c->write[d], out);
    }
    fputs("] = ", out);
    if (c->post) {
        expr_print(&printer, c->post);
        fputs(" where result = ", out);
    }
    fputs(names[c->reduce], out);
    if (c->reductions > 0) {
        fputs("(", out);
        for (int k = 0; k < c->reductions; k++) {
            int64_t range = c->range[c->rank + k];
            fprintf(out, "%s%s", k ? "," : "", index_name(c, c->rank + k));
            if (range != DIM_BATCH) fprintf(out, "<%lld", (long long)range);
        }
        fputs(")", out);
    }
    if (c->e) {
        if (c->reduce != REDUCE_NONE) fputs(" ", out);
        expr_print(&printer, c->e);
    }
    for (size_t i = 0; i < printer.list.count; i++) {
        fprintf(out, "%st%zu = ", i > 0 ? ", " : " where ", i + 1);
        operation_print(&printer, printer.list.at[i]);
    }
    if (c->order.settled && c->reduce == REDUCE_SUM) order_print(c, out);
    fputs("\n", out);
}

void program_print(Program *p, FILE *out) {
    static const char *const roles[] = {[ROLE_INPUT] = "input",   [ROLE_LABEL] = "label", [ROLE_TARGET] = "target",
                                        [ROLE_PARAM] = "param",   [ROLE_STATE] = "state", [ROLE_VALUE] = "value",
                                        [ROLE_RANDOM] = "random", [ROLE_LOG] = "log",     [ROLE_OUTPUT] = "output"};
    fprintf(out, "program %s\n", p->name);
    for (size_t i = 0; i < p->tensors.count; i++) {
        const Tensor *t = p->tensors.at[i];
        fprintf(out, "  %-6s %s [", roles[t->role], t->name);
        for (int d = 0; d < t->rank; d++) {
            if (t->dim[d] == DIM_BATCH)
                fprintf(out, "%sn", d ? "," : "");
            else
                fprintf(out, "%s%lld", d ? "," : "", (long long)t->dim[d]);
        }
        fprintf(out, "]%s%s\n", t->integer ? " integer" : "", t->by_rows ? " by rows" : "");
    }
    for (size_t i = 0; i < p->computes.count; i++) {
        fputs("  ", out);
        compute_print(p, p->computes.at[i], out);
    }
}
