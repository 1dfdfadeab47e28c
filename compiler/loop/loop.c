#include "compiler/loop/loop.h"

const char *const buffer_names[BUFFER_COUNT] = {
    [BUFFER_PARAM] = "param",   [BUFFER_STATE] = "state",     [BUFFER_GRAD] = "grad",     [BUFFER_BATCH] = "batch",
    [BUFFER_INPUT] = "input",   [BUFFER_SCRATCH] = "scratch", [BUFFER_LABEL] = "label",   [BUFFER_ITEM] = "item",
    [BUFFER_TARGET] = "target", [BUFFER_LOG] = "log",         [BUFFER_SCALAR] = "scalar",
};

const char *const tasks_names[] = {
    [TASKS_ONCE] = "once", [TASKS_CHUNK] = "chunk", [TASKS_SLOT] = "slot",
    [TASKS_PART] = "part", [TASKS_MERGE] = "merge",
};

const char *const op_names[OP_COUNT] = {
    [OP_CONST] = "const",
    [OP_LANE] = "lane",
    [OP_INDEX] = "index",
    [OP_IMAGES] = "images",
    [OP_LOAD] = "load",
    [OP_LOAD_U8] = "load_u8",
    [OP_GATHER] = "gather",
    [OP_GATHER_U8] = "gather_u8",
    [OP_SPLAT] = "splat",
    [OP_GET] = "get",
    [OP_ADD] = "add",
    [OP_SUB] = "sub",
    [OP_MUL] = "mul",
    [OP_DIV] = "div",
    [OP_FMA] = "fma",
    [OP_MAX] = "max",
    [OP_MIN] = "min",
    [OP_SQRT] = "sqrt",
    [OP_LESS] = "less",
    [OP_LESS_EQUAL] = "less_equal",
    [OP_EQUAL] = "equal",
    [OP_SELECT] = "select",
    [OP_IADD] = "iadd",
    [OP_ISUB] = "isub",
    [OP_IMUL] = "imul",
    [OP_AND] = "and",
    [OP_OR] = "or",
    [OP_XOR] = "xor",
    [OP_SHIFT_LEFT] = "shift_left",
    [OP_SHIFT_RIGHT] = "shift_right",
    [OP_ILESS] = "iless",
    [OP_IEQUAL] = "iequal",
    [OP_AS_F32] = "as_f32",
    [OP_AS_I32] = "as_i32",
    [OP_TO_F32] = "to_f32",
    [OP_TO_F64] = "to_f64",
    [OP_ROUND_F32] = "round_f32",
    [OP_EVEN] = "even",
    [OP_LOW] = "low",
    [OP_HIGH] = "high",
    [OP_SUM_LANES] = "sum_lanes",
    [OP_MAX_LANES] = "max_lanes",
    [OP_MIN_LANES] = "min_lanes",
};

/* ---- what each operation takes and gives ---- */

typedef enum {
    FORM_LEAF,    /* no operands */
    FORM_SPLAT,   /* scalar to vector */
    FORM_FLOATS,  /* F ... to F, all alike */
    FORM_COMPARE, /* F, F to mask */
    FORM_INTS,    /* I ... to I */
    FORM_SELECT,
    FORM_CONVERT, /* element `from` to `to` */
    FORM_PAIR,    /* two F32 vectors to one */
    FORM_REDUCE   /* F vector to scalar */
} Form;

typedef struct {
    int operands;
    Form form;
    Element from, to;
} OpInfo;

static const OpInfo op_infos[OP_COUNT] = {
    [OP_SPLAT] = {1, FORM_SPLAT, 0, 0},
    [OP_ADD] = {2, FORM_FLOATS, 0, 0},
    [OP_SUB] = {2, FORM_FLOATS, 0, 0},
    [OP_MUL] = {2, FORM_FLOATS, 0, 0},
    [OP_DIV] = {2, FORM_FLOATS, 0, 0},
    [OP_FMA] = {3, FORM_FLOATS, 0, 0},
    [OP_MAX] = {2, FORM_FLOATS, 0, 0},
    [OP_MIN] = {2, FORM_FLOATS, 0, 0},
    [OP_SQRT] = {1, FORM_FLOATS, 0, 0},
    [OP_LESS] = {2, FORM_COMPARE, 0, 0},
    [OP_LESS_EQUAL] = {2, FORM_COMPARE, 0, 0},
    [OP_EQUAL] = {2, FORM_COMPARE, 0, 0},
    [OP_SELECT] = {3, FORM_SELECT, 0, 0},
    [OP_IADD] = {2, FORM_INTS, 0, 0},
    [OP_ISUB] = {2, FORM_INTS, 0, 0},
    [OP_IMUL] = {2, FORM_INTS, 0, 0},
    [OP_AND] = {2, FORM_INTS, 0, 0},
    [OP_OR] = {2, FORM_INTS, 0, 0},
    [OP_XOR] = {2, FORM_INTS, 0, 0},
    [OP_SHIFT_LEFT] = {1, FORM_INTS, 0, 0},
    [OP_SHIFT_RIGHT] = {1, FORM_INTS, 0, 0},
    [OP_ILESS] = {2, FORM_INTS, 0, 0},
    [OP_IEQUAL] = {2, FORM_INTS, 0, 0},
    [OP_AS_F32] = {1, FORM_CONVERT, TYPE_I32, TYPE_F32},
    [OP_AS_I32] = {1, FORM_CONVERT, TYPE_F32, TYPE_I32},
    [OP_TO_F32] = {1, FORM_CONVERT, TYPE_I32, TYPE_F32},
    [OP_TO_F64] = {1, FORM_CONVERT, TYPE_F32, TYPE_F64},
    [OP_ROUND_F32] = {1, FORM_CONVERT, TYPE_F64, TYPE_F32},
    [OP_EVEN] = {2, FORM_PAIR, 0, 0},
    [OP_LOW] = {2, FORM_PAIR, 0, 0},
    [OP_HIGH] = {2, FORM_PAIR, 0, 0},
    [OP_SUM_LANES] = {1, FORM_REDUCE, 0, 0},
    [OP_MAX_LANES] = {1, FORM_REDUCE, 0, 0},
    [OP_MIN_LANES] = {1, FORM_REDUCE, 0, 0},
};

int loop_operand_count(Op op) { return op_infos[op].operands; }

bool loop_takes_integer(Op op) { return op == OP_SHIFT_LEFT || op == OP_SHIFT_RIGHT || op == OP_LOW || op == OP_HIGH; }

static bool same(Type a, Type b) { return a.element == b.element && a.vector == b.vector; }

bool loop_op_type(Op op, const Type operand[3], Type *result) {
    const OpInfo *info = &op_infos[op];
    const Type a = operand[0];
    const bool is_float = a.element != TYPE_I32;
    bool alike = true;
    for (int i = 1; i < info->operands; i++) alike = alike && same(operand[i], a);
    *result = a;
    switch (info->form) {
    case FORM_LEAF: return false;
    case FORM_SPLAT: result->vector = true; return !a.vector;
    case FORM_FLOATS: return alike && is_float;
    case FORM_COMPARE: result->element = TYPE_I32; return alike && is_float;
    case FORM_INTS: return alike && !is_float;
    case FORM_SELECT:
        *result = operand[1];
        return !is_float && same(operand[1], operand[2]) && a.vector == operand[1].vector;
    case FORM_CONVERT: result->element = info->to; return a.element == info->from;
    case FORM_PAIR: return alike && a.vector && a.element == TYPE_F32;
    case FORM_REDUCE: result->vector = false; return a.vector && is_float;
    }
    return false;
}

/* ---- which integers a nest needs ---- */

static void use_bound(NestUses *uses, const Bound *bound) {
    switch (bound->kind) {
    case BOUND_CONST: break;
    case BOUND_VAR:
    case BOUND_CLAMP:
        if (bound->var == LOOP_VAR_CHUNK) uses->chunk = true;
        break;
    case BOUND_CHUNK_IMAGES:
        if (bound->var == LOOP_VAR_CHUNK) uses->chunk = true; /* fallthrough */
    case BOUND_IMAGES:
    case BOUND_CHUNKS:
    case BOUND_SLOTS: uses->images = true; break;
    case BOUND_TASK: uses->task = true; break;
    case BOUND_PART:
    case BOUND_PART_LOW:
    case BOUND_PART_HIGH: uses->part = true; break;
    }
}

static void use_address(NestUses *uses, const Address *address) {
    for (int i = 0; i < address->term_count; i++)
        if (address->term[i].var == LOOP_VAR_CHUNK) uses->chunk = true;
}

static void use_value(NestUses *uses, const Value *value) {
    if (value->op == OP_IMAGES) uses->images = true;
    if (value->op >= OP_INDEX && value->op <= OP_GATHER_U8) use_address(uses, &value->address);
}

static void use_block(NestUses *uses, const Block *block) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        switch (stmt->kind) {
        case STMT_VALUE: use_value(uses, &stmt->value); break;
        case STMT_FOR:
        case STMT_IF:
        case STMT_IF_EQUAL:
            use_bound(uses, &stmt->low);
            use_bound(uses, &stmt->high);
            use_block(uses, &stmt->body);
            break;
        case STMT_STORE:
        case STMT_SCATTER:
        case STMT_STORE_LANES:
        case STMT_ADD_LANES:
        case STMT_PREFETCH: use_address(uses, &stmt->address); break;
        case STMT_RANDOM:
            use_address(uses, &stmt->address);
            uses->chunk = true;
            uses->part = uses->part || stmt->split;
            break;
        case STMT_DECLARE:
        case STMT_SET:
        case STMT_NEST:
        case STMT_MEET: break;
        }
    }
}

bool loop_same_terms(const Address *a, const Address *b) {
    bool same = a->buffer == b->buffer && a->term_count == b->term_count;
    for (int i = 0; i < a->term_count && same; i++)
        same = a->term[i].var == b->term[i].var && a->term[i].stride == b->term[i].stride;
    return same;
}

NestUses loop_uses(const Nest *nest) {
    NestUses uses = {0};
    use_block(&uses, &nest->body);
    return uses;
}

Bound loop_random_low(const Stmt *stmt) {
    return (Bound){.kind = stmt->split ? BOUND_PART_LOW : BOUND_CONST, .value = stmt->split ? stmt->count : 0};
}

Bound loop_random_high(const Stmt *stmt) {
    return (Bound){.kind = stmt->split ? BOUND_PART_HIGH : BOUND_CONST, .value = stmt->count, .most = stmt->count};
}

/* ---- nests that share a body ---- */

Address loop_address_in(const Code *code, const Nest *nest, const Address *address) {
    const Nest *same = code->nests.at[nest->same];
    Address own = *address;
    if (same == nest) return own;
    const Region *region = &nest->regions.at[address->region];
    own.buffer = region->buffer;
    own.base += region->origin - same->regions.at[address->region].origin;
    return own;
}

/* ---- text ---- */

static void print_terms(const Address *address, FILE *out) {
    fprintf(out, "%lld", (long long)address->base);
    for (int i = 0; i < address->term_count; i++)
        fprintf(out, " + %lld*i%d", (long long)address->term[i].stride, address->term[i].var);
}

/* `code`: NULL for a nest that is in none. */
typedef struct {
    const Code *code;
    const Nest *nest;
    FILE *out;
} Printer;

static void print_address(const Printer *p, const Address *address) {
    const Address own = p->code ? loop_address_in(p->code, p->nest, address) : *address;
    fprintf(p->out, "%s[", buffer_names[own.buffer]);
    print_terms(&own, p->out);
    fputc(']', p->out);
}

static void print_type(Type type, FILE *out) {
    static const char *const names[] = {[TYPE_F32] = "f32", [TYPE_I32] = "i32", [TYPE_F64] = "f64"};
    fprintf(out, "%s%s", names[type.element], type.vector ? "x16" : "");
}

static void print_bound(const Bound *bound, FILE *out) {
    const long long value = (long long)bound->value;
    switch (bound->kind) {
    case BOUND_CONST: fprintf(out, "%lld", value); return;
    case BOUND_VAR: fprintf(out, "i%d + %lld", bound->var, value); return;
    case BOUND_CLAMP:
        fprintf(out, "clamp(%lld*i%d + %lld, %lld, %lld)", (long long)bound->stride, bound->var, value,
                (long long)bound->least, (long long)bound->most);
        return;
    case BOUND_IMAGES: fputs("images", out); return;
    case BOUND_CHUNKS:
        fputs("chunks", out);
        if (bound->value > 1) fprintf(out, " / %lld * %lld", (long long)bound->value, (long long)bound->value);
        return;
    case BOUND_CHUNK_IMAGES: fprintf(out, "chunk_images(i%d)", bound->var); return;
    case BOUND_SLOTS: fputs("slots", out); return;
    case BOUND_TASK: fprintf(out, "task + %lld", value); return;
    case BOUND_PART: fprintf(out, "part + %lld", value); return;
    case BOUND_PART_LOW: fprintf(out, "part_low(%lld)", value); return;
    case BOUND_PART_HIGH:
        fprintf(out, "part_high(%lld", value);
        if (bound->most < bound->value) fprintf(out, ", %lld", (long long)bound->most);
        fputc(')', out);
        return;
    }
}

static void print_value(const Printer *p, const Value *value) {
    FILE *out = p->out;
    fprintf(out, "v%d = %s.", value->id, op_names[value->op]);
    print_type(value->type, out);
    if (value->op == OP_CONST) {
        if (value->type.element == TYPE_I32)
            fprintf(out, " %d", value->integer);
        else
            fprintf(out, value->type.element == TYPE_F32 ? " %.9g" : " %.17g", value->number);
    } else if (value->op == OP_INDEX) {
        fputc(' ', out);
        print_terms(&value->address, out);
    } else if (value->op == OP_GET) {
        fprintf(out, " m%d", value->variable);
    } else if (value->op >= OP_LOAD && value->op <= OP_GATHER_U8) {
        fputc(' ', out);
        print_address(p, &value->address);
        if (value->op >= OP_GATHER) fprintf(out, " by %lld", (long long)value->stride);
        if (value->aligned) fputs(" aligned", out);
    }
    const int operand[] = {value->a, value->b, value->c};
    for (int i = 0; i < loop_operand_count(value->op); i++) fprintf(out, "%s v%d", i ? "," : "", operand[i]);
    if (loop_takes_integer(value->op)) fprintf(out, ", %d", value->integer);
}

static void print_block(const Printer *p, const Block *block, int depth);

static void print_body(const Printer *p, const Stmt *stmt, int depth) {
    fputs(" {\n", p->out);
    print_block(p, &stmt->body, depth + 1);
    fprintf(p->out, "%*s}", depth * 4, "");
}

static void print_condition(const Stmt *stmt, const char *relation, FILE *out) {
    fputs("if ", out);
    print_bound(&stmt->low, out);
    fputs(relation, out);
    print_bound(&stmt->high, out);
}

static void print_store(const Printer *p, const Stmt *stmt) {
    FILE *out = p->out;
    fputs(stmt->kind == STMT_SCATTER ? "scatter " : "store ", out);
    print_address(p, &stmt->address);
    if (stmt->kind == STMT_SCATTER) fprintf(out, " by %lld", (long long)stmt->stride);
    fprintf(out, " %s v%d%s", stmt->kind == STMT_ADD_LANES ? "+=" : "=", stmt->operand,
            stmt->aligned ? " aligned" : "");
    if (stmt->kind == STMT_STORE_LANES || stmt->kind == STMT_ADD_LANES)
        fprintf(out, " lanes %d to %d", stmt->first, stmt->first + stmt->lanes - 1);
}

static void print_stmt(const Printer *p, const Stmt *stmt, int depth) {
    FILE *out = p->out;
    fprintf(out, "%*s", depth * 4, "");
    switch (stmt->kind) {
    case STMT_VALUE: print_value(p, &stmt->value); break;
    case STMT_FOR:
        fprintf(out, "for i%d = ", stmt->var);
        print_bound(&stmt->low, out);
        fputs(" to ", out);
        print_bound(&stmt->high, out);
        fprintf(out, " step %lld", (long long)stmt->step);
        print_body(p, stmt, depth);
        break;
    case STMT_IF:
    case STMT_IF_EQUAL:
        print_condition(stmt, stmt->kind == STMT_IF ? " < " : " == ", out);
        print_body(p, stmt, depth);
        break;
    case STMT_DECLARE:
        fprintf(out, "declare m%d: ", stmt->variable);
        print_type(stmt->type, out);
        fprintf(out, " = v%d", stmt->operand);
        break;
    case STMT_SET: fprintf(out, "m%d = v%d", stmt->variable, stmt->operand); break;
    case STMT_STORE:
    case STMT_SCATTER:
    case STMT_STORE_LANES:
    case STMT_ADD_LANES: print_store(p, stmt); break;
    case STMT_PREFETCH:
        fputs("prefetch ", out);
        print_address(p, &stmt->address);
        break;
    case STMT_RANDOM:
        fputs("random ", out);
        print_address(p, &stmt->address);
        fprintf(out, " count %lld layer %u scalar %d%s", (long long)stmt->count, stmt->layer, stmt->scalar,
                stmt->split ? " split" : "");
        break;
    case STMT_NEST: fprintf(out, "run %d", stmt->nest); break;
    case STMT_MEET: fputs("meet", out); break;
    }
    fputc('\n', out);
}

static void print_block(const Printer *p, const Block *block, int depth) {
    for (size_t i = 0; i < block->count; i++) print_stmt(p, block->at[i], depth);
}

static void print_nest(const Printer *p) {
    fprintf(p->out, "nest %s%s {\n", p->nest->name, p->nest->uses.chunk ? "(i0)" : "");
    print_block(p, &p->nest->body, 1);
    fputs("}\n", p->out);
}

void loop_print_nest(const Nest *nest, FILE *out) { print_nest(&(Printer){.nest = nest, .out = out}); }

void loop_print(const Code *code, FILE *out) {
    fprintf(out, "code %s, input %s\n", code->name, code->input_bytes ? "bytes" : "floats");
    for (size_t i = 0; i < code->nests.count; i++) {
        fprintf(out, "\n%zu: ", i);
        const Nest *nest = code->nests.at[i], *same = code->nests.at[nest->same];
        if (same != nest) fprintf(out, "as %s: ", same->name);
        print_nest(&(Printer){code, nest, out});
    }
    for (size_t i = 0; i < code->kernels.count; i++) {
        const Kernel *kernel = code->kernels.at[i];
        fprintf(out, "\nkernel %s, tasks %s", kernel->name, tasks_names[kernel->tasks]);
        if (kernel->workers > 1) fprintf(out, ", up to %d workers each", kernel->workers);
        if (kernel->spread) fputs(", one for one chunk", out);
        fputs(" {\n", out);
        print_block(&(Printer){.out = out}, &kernel->body, 1);
        fputs("}\n", out);
    }
}
