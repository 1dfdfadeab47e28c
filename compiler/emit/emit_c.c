/* The C printer: one static function a nest, one a kernel, behind the text of runtime/vec.h or vec_c99.h. */
#include "compiler/emit/emit.h"
#include "compiler/emit/emit_c_start.h"
#include "compiler/emit/spelling.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "runtime/abi.h"

enum { COMMENT_COLUMNS = 116, COMMENT_INDENT = 7 };

typedef struct {
    Text *out;
    const Code *code;
    const Nest *nest;         /* the one being printed */
    const Spelling *spelling; /* of its values */
    int depth;
    bool plain; /* as emit_c() has it */
} Printer;

/* ---- pieces ---- */

static const char *element_name(Element element) {
    static const char *const names[] = {[TYPE_F32] = "float", [TYPE_I32] = "int32_t", [TYPE_F64] = "double"};
    return names[element];
}

static const char *vector_name(Element element) {
    static const char *const names[] = {[TYPE_F32] = "f32x16", [TYPE_I32] = "i32x16", [TYPE_F64] = "f64x16"};
    return names[element];
}

static char vector_letter(Element element) { return element == TYPE_F32 ? 'v' : element == TYPE_I32 ? 'i' : 'd'; }

static const char *type_name(Type type) { return type.vector ? vector_name(type.element) : element_name(type.element); }

static void print_indent(Printer *p) { text_printf(p->out, "%*s", p->depth * 4, ""); }

/* Octal escapes have three digits, so that no digit after them is taken in. */
void emit_c_string(Text *out, const char *bytes, size_t count) {
    text_puts(out, "\"");
    for (size_t i = 0; i < count; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\' || c == '?')
            text_printf(out, "\\%c", c);
        else if (c >= ' ' && c < 127)
            text_printf(out, "%c", c);
        else if (c == '\n')
            text_puts(out, "\\n");
        else
            text_printf(out, "\\%03o", (unsigned)c);
    }
    text_puts(out, "\"");
}

static void print_float(Text *out, double number, Element element) {
    const char *const suffix = element == TYPE_F32 ? "f" : "";
    if (isnan(number))
        text_puts(out, "s_nan()");
    else if (isinf(number))
        text_printf(out, "%ss_infinity()", signbit(number) ? "-" : "");
    else if (fabs(number) < 1e6 && number == (double)(int)number && !(number == 0 && signbit(number)))
        text_printf(out, "%d.0%s", (int)number, suffix);
    else
        text_printf(out, "%a%s", number, suffix);
}

static void print_constant(Printer *p, const Value *v) {
    if (v->type.element != TYPE_I32)
        print_float(p->out, v->number, v->type.element);
    else if (v->integer == INT32_MIN)
        text_puts(p->out, "INT32_MIN");
    else
        text_printf(p->out, "%d", v->integer);
}

/* base + terms. */
static void print_terms(Printer *p, const Address *address, int64_t base) {
    bool first = true;
    for (int i = 0; i < address->term_count; i++) {
        const long long stride = (long long)address->term[i].stride;
        text_puts(p->out, first ? "" : " + ");
        if (stride != 1) text_printf(p->out, "%lld * ", stride);
        text_printf(p->out, "i%d", address->term[i].var);
        first = false;
    }
    if (first)
        text_printf(p->out, "%lld", (long long)base);
    else if (base)
        text_printf(p->out, " %c %lld", base < 0 ? '-' : '+', (long long)(base < 0 ? -base : base));
}

/* A region has its buffer's name, from the second of the buffer on with a number. */
static void print_region(Printer *p, const Nest *nest, int region) {
    int number = 1;
    for (int r = 0; r < region; r++) number += nest->regions.at[r].buffer == nest->regions.at[region].buffer;
    text_puts(p->out, buffer_names[nest->regions.at[region].buffer]);
    if (number > 1) text_printf(p->out, "%d", number);
}

static int64_t base_in_region(const Printer *p, const Address *address) {
    return address->base - p->nest->regions.at[address->region].origin;
}

/* A pointer to the element. */
static void print_pointer(Printer *p, const Address *address) {
    const int64_t base = base_in_region(p, address);
    print_region(p, p->nest, address->region);
    if (address->term_count == 0 && base == 0) return;
    text_puts(p->out, " + ");
    print_terms(p, address, base);
}

static void print_element(Printer *p, const Address *address) {
    print_region(p, p->nest, address->region);
    text_puts(p->out, "[");
    print_terms(p, address, base_in_region(p, address));
    text_puts(p->out, "]");
}

static void print_bound(Printer *p, const Bound *bound) {
    const long long value = (long long)bound->value;
    switch (bound->kind) {
    case BOUND_CONST: text_printf(p->out, "%lld", value); return;
    case BOUND_VAR: text_printf(p->out, "i%d%+lld", bound->var, value); return;
    case BOUND_CLAMP:
        text_printf(p->out, "s_clamp(%lld * i%d%+lld, %lld, %lld)", (long long)bound->stride, bound->var, value,
                    (long long)bound->least, (long long)bound->most);
        return;
    case BOUND_IMAGES: text_puts(p->out, "n"); return;
    case BOUND_CHUNKS:
        text_puts(p->out, "(n + 15) / 16");
        if (value > 1) text_printf(p->out, " / %lld * %lld", value, value);
        return;
    case BOUND_CHUNK_IMAGES: text_printf(p->out, "s_least(16, n - 16 * i%d)", bound->var); return;
    case BOUND_SLOTS: text_puts(p->out, "s_least(8, (n + 15) / 16)"); return;
    case BOUND_TASK: text_printf(p->out, "task%+lld", value); return;
    case BOUND_PART: text_printf(p->out, "part%+lld", value); return;
    case BOUND_PART_LOW: text_printf(p->out, "part * %lld / parts", value); return;
    case BOUND_PART_HIGH:
        if (bound->most < bound->value)
            text_printf(p->out, "s_least(%lld, (part + 1) * %lld / parts)", (long long)bound->most, value);
        else
            text_printf(p->out, "(part + 1) * %lld / parts", value);
        return;
    }
}

/* ---- values ---- */

static void print_load(Printer *p, const Value *v) {
    const char letter = vector_letter(v->type.element);
    const bool as_declared =
        v->type.element == TYPE_F64 || (v->type.element == TYPE_F32 && (p->plain || v->address.buffer <= BUFFER_INPUT));
    if (!v->type.vector && (as_declared || v->op == OP_LOAD_U8)) {
        print_element(p, &v->address);
    } else if (!v->type.vector) {
        text_puts(p->out, v->type.element == TYPE_I32 ? "s_load_i32(" : "*(const f32_at *)(");
        print_pointer(p, &v->address);
        text_puts(p->out, ")");
    } else if (v->op == OP_LOAD || v->op == OP_LOAD_U8) {
        text_printf(p->out, "%c_%s(", letter, op_names[v->op]);
        print_pointer(p, &v->address);
        text_puts(p->out, ")");
    } else {
        const bool cast = v->op == OP_GATHER && !as_declared && !p->plain;
        text_printf(p->out, "%c_%s(%s", letter, op_names[v->op],
                    !cast                         ? ""
                    : v->type.element == TYPE_I32 ? "(const i32_at *)("
                                                  : "(const f32_at *)(");
        print_pointer(p, &v->address);
        text_printf(p->out, "%s, %lld)", cast ? ")" : "", (long long)v->stride);
    }
}

static void print_leaf(Printer *p, const Value *v) {
    switch ((int)v->op) {
    case OP_CONST:
        if (v->type.vector) text_printf(p->out, "%c_splat(", vector_letter(v->type.element));
        print_constant(p, v);
        if (v->type.vector) text_puts(p->out, ")");
        return;
    case OP_LANE: text_puts(p->out, "i_lane()"); return;
    case OP_INDEX:
        text_puts(p->out, "(int32_t)(");
        print_terms(p, &v->address, v->address.base);
        text_puts(p->out, ")");
        return;
    case OP_IMAGES: text_puts(p->out, "(int32_t)n"); return;
    case OP_GET: text_printf(p->out, "m%d", v->variable); return;
    default: print_load(p, v); return;
    }
}

static Type type_of(const Printer *p, int value) { return p->spelling[value].value->type; }

static void print_operation(Printer *p, const Value *v);

/* An operand; what stands in its place is a number. `inner`: of an operator, so that another needs brackets. */
static void print_operand(Printer *p, int value, bool inner) {
    const Spelling *spelling = &p->spelling[value];
    if (spelling->how == SPELL_NAME) {
        text_printf(p->out, "v%d", value);
    } else if (spelling->how == SPELL_VARIABLE) {
        text_printf(p->out, "m%d", spelling->variable);
    } else {
        const Value *v = spelling->value;
        const bool brackets = inner && v->op != OP_LOAD && v->op != OP_LOAD_U8;
        text_puts(p->out, brackets ? "(" : "");
        print_operation(p, v);
        text_puts(p->out, brackets ? ")" : "");
    }
}

/* vec_c99.h takes vectors by their addresses. */
static void print_argument(Printer *p, int value) {
    text_puts(p->out, p->plain && type_of(p, value).vector ? "&" : "");
    print_operand(p, value, false);
}

static void print_vector_op(Printer *p, const Value *v) {
    const int leading = v->op == OP_SELECT ? v->b : v->a, operand[] = {v->a, v->b, v->c};
    text_printf(p->out, "%c_%s(", vector_letter(type_of(p, leading).element), op_names[v->op]);
    for (int i = 0; i < loop_operand_count(v->op); i++) {
        if (i > 0) text_puts(p->out, ", ");
        print_argument(p, operand[i]);
    }
    if (loop_takes_integer(v->op)) text_printf(p->out, ", %d", v->integer);
    text_puts(p->out, ")");
}

/* How each scalar operation is spelled: %1, %2, %3 stand for its operands. */
static const char *scalar_form(Op op, bool is_double) {
    switch ((int)op) {
    case OP_ADD: return "%1 + %2";
    case OP_SUB: return "%1 - %2";
    case OP_MUL: return "%1 * %2";
    case OP_DIV: return "%1 / %2";
    case OP_FMA: return is_double ? "s_fma_f64(%1, %2, %3)" : "s_fma(%1, %2, %3)";
    case OP_MAX: return "s_max(%1, %2)";
    case OP_MIN: return "s_min(%1, %2)";
    case OP_SQRT: return is_double ? "s_sqrt_f64(%1)" : "s_sqrt(%1)";
    case OP_LESS:
    case OP_ILESS: return "-(%1 < %2)";
    case OP_LESS_EQUAL: return "-(%1 <= %2)";
    case OP_EQUAL:
    case OP_IEQUAL: return "-(%1 == %2)";
    case OP_SELECT: return "%1 ? %2 : %3";
    case OP_IADD: return "(int32_t)((uint32_t)%1 + (uint32_t)%2)";
    case OP_ISUB: return "(int32_t)((uint32_t)%1 - (uint32_t)%2)";
    case OP_IMUL: return "(int32_t)((uint32_t)%1 * (uint32_t)%2)";
    case OP_AND: return "%1 & %2";
    case OP_OR: return "%1 | %2";
    case OP_XOR: return "%1 ^ %2";
    case OP_SHIFT_LEFT: return "(int32_t)((uint32_t)%1 << %i)";
    case OP_SHIFT_RIGHT: return "(int32_t)((uint32_t)%1 >> %i)";
    case OP_AS_F32: return "s_as_f32(%1)";
    case OP_AS_I32: return "s_as_i32(%1)";
    case OP_TO_F32:
    case OP_ROUND_F32: return "(float)%1";
    case OP_TO_F64: return "(double)%1";
    default: BUG("no scalar form of %s", op_names[op]);
    }
}

static void print_scalar_op(Printer *p, const Value *v) {
    const int operand[] = {v->a, v->b, v->c};
    for (const char *form = scalar_form(v->op, v->type.element == TYPE_F64); *form; form++) {
        if (*form != '%')
            text_add(p->out, form, 1);
        else if (*++form == 'i')
            text_printf(p->out, "%d", v->integer);
        else
            print_operand(p, operand[*form - '1'], true);
    }
}

static void print_operation(Printer *p, const Value *v) {
    if (loop_operand_count(v->op) == 0)
        print_leaf(p, v);
    else if (v->type.vector || type_of(p, v->a).vector)
        print_vector_op(p, v);
    else
        print_scalar_op(p, v);
}

static void print_value(Printer *p, const Value *v) {
    const Spelling *spelling = &p->spelling[v->id];
    if (spelling->how == SPELL_VARIABLE)
        text_printf(p->out, "m%d = ", spelling->variable);
    else
        text_printf(p->out, "const %s v%d = ", type_name(v->type), v->id);
    print_operation(p, v);
    text_puts(p->out, ";\n");
}

/* ---- statements ---- */

static void print_store(Printer *p, const Stmt *s) {
    const Type type = type_of(p, s->operand);
    const bool ints = type.element == TYPE_I32;
    if (s->kind == STMT_STORE_LANES || s->kind == STMT_ADD_LANES) {
        text_puts(p->out, s->kind == STMT_STORE_LANES ? "v_store_lanes(" : "v_add_lanes(");
        print_pointer(p, &s->address);
        text_printf(p->out, ", %d, %d, ", s->first, s->lanes);
        print_argument(p, s->operand);
        text_puts(p->out, ");\n");
    } else if (s->kind == STMT_SCATTER) {
        const bool cast = ints && !p->plain;
        text_printf(p->out, "%c_scatter(%s", vector_letter(type.element), cast ? "(i32_at *)(" : "");
        print_pointer(p, &s->address);
        text_printf(p->out, "%s, %lld, ", cast ? ")" : "", (long long)s->stride);
        print_argument(p, s->operand);
        text_puts(p->out, ");\n");
    } else if (type.vector) {
        text_printf(p->out, "%c_store(", vector_letter(type.element));
        print_pointer(p, &s->address);
        text_puts(p->out, ", ");
        print_argument(p, s->operand);
        text_puts(p->out, ");\n");
    } else if (ints) {
        text_puts(p->out, "s_store_i32(");
        print_pointer(p, &s->address);
        text_puts(p->out, ", ");
        print_operand(p, s->operand, false);
        text_puts(p->out, ");\n");
    } else {
        print_element(p, &s->address);
        text_puts(p->out, " = ");
        print_operand(p, s->operand, false);
        text_puts(p->out, ";\n");
    }
}

/* The integers that a nest takes besides its pointers, each behind `before`. */
static void print_integers(Printer *p, const Nest *nest, const char *separator, const char *before) {
    const bool used[] = {nest->uses.chunk, nest->uses.images, nest->uses.task, nest->uses.part, nest->uses.part};
    static const char *const names[] = {"i0", "n", "task", "part", "parts"};
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        if (!used[i]) continue;
        text_printf(p->out, "%s%s%s", separator, before, names[i]);
        separator = ", ";
    }
}

static void print_nest_call(Printer *p, const Nest *nest) {
    const Nest *same = p->code->nests.at[nest->same];
    const char *separator = "";
    text_printf(p->out, "%s(", same->name);
    for (size_t r = 0; r < nest->regions.count; r++) {
        const Region *region = &nest->regions.at[r];
        text_printf(p->out, "%s%s", separator, buffer_names[region->buffer]);
        if (region->origin) text_printf(p->out, " + %lld", (long long)region->origin);
        separator = ", ";
    }
    print_integers(p, nest, separator, "");
    text_puts(p->out, ");");
    if (same != nest) text_printf(p->out, " /* %s */", nest->name);
    text_puts(p->out, "\n");
}

static void print_random(Printer *p, const Stmt *s) {
    text_puts(p->out, "net_random((uint32_t *)(");
    print_pointer(p, &s->address);
    text_printf(p->out, "), item + 16 * i0, s_word(scalar + %d), s_word(scalar + %d), s_word(scalar + %d), %uu, ",
                s->scalar, s->scalar + 1, s->scalar + 2, s->layer);
    const Bound all[] = {loop_random_low(s), loop_random_high(s)};
    print_bound(p, &all[0]);
    text_puts(p->out, ", ");
    print_bound(p, &all[1]);
    text_puts(p->out, ");\n");
}

static void print_block(Printer *p, const Block *block);

static void print_head(Printer *p, const Stmt *s) {
    if (s->kind == STMT_FOR) {
        text_printf(p->out, "for (int64_t i%d = ", s->var);
        print_bound(p, &s->low);
        text_printf(p->out, ", end = ");
        print_bound(p, &s->high);
        text_printf(p->out, "; i%d < end; i%d += %lld) {\n", s->var, s->var, (long long)s->step);
    } else {
        text_puts(p->out, "if (");
        print_bound(p, &s->low);
        text_puts(p->out, s->kind == STMT_IF ? " < " : " == ");
        print_bound(p, &s->high);
        text_puts(p->out, ") {\n");
    }
}

static void print_stmt(Printer *p, const Stmt *s) {
    if (!spell_stands(p->spelling, s)) return;
    print_indent(p);
    switch (s->kind) {
    case STMT_VALUE: print_value(p, &s->value); return;
    case STMT_FOR:
    case STMT_IF:
    case STMT_IF_EQUAL:
        print_head(p, s);
        p->depth++;
        print_block(p, &s->body);
        p->depth--;
        print_indent(p);
        text_puts(p->out, "}\n");
        return;
    case STMT_DECLARE: BUG("a declaration is printed with those behind it");
    case STMT_SET:
        text_printf(p->out, "m%d = ", s->variable);
        print_operand(p, s->operand, false);
        text_puts(p->out, ";\n");
        return;
    case STMT_STORE:
    case STMT_SCATTER:
    case STMT_STORE_LANES:
    case STMT_ADD_LANES: print_store(p, s); return;
    case STMT_RANDOM: print_random(p, s); return;
    case STMT_PREFETCH:
        text_puts(p->out, "v_prefetch(");
        print_pointer(p, &s->address);
        text_puts(p->out, ");\n");
        return;
    case STMT_NEST: print_nest_call(p, p->code->nests.at[s->nest]); return;
    case STMT_MEET: text_puts(p->out, "net_meet(team, part, parts);\n"); return;
    }
}

/* Variables of one type that follow each other are declared in one line: a tile has up to 30. Returns how many. */
static size_t print_variables(Printer *p, const Block *block, size_t first) {
    enum { A_LINE = 8 };
    const char *type = type_name(block->at[first]->type);
    size_t i = first;
    print_indent(p);
    for (; i < block->count && i < first + A_LINE; i++) {
        const Stmt *s = block->at[i];
        if (s->kind != STMT_DECLARE || !string_is(type_name(s->type), type)) break;
        text_puts(p->out, i == first ? type : ",");
        text_printf(p->out, " m%d = ", s->variable);
        print_operand(p, s->operand, false);
    }
    text_puts(p->out, ";\n");
    return i - first;
}

static void print_block(Printer *p, const Block *block) {
    for (size_t i = 0; i < block->count;)
        if (block->at[i]->kind == STMT_DECLARE)
            i += print_variables(p, block, i);
        else
            print_stmt(p, block->at[i++]);
}

/* ---- functions ---- */

static const char *buffer_type(const Code *code, Buffer buffer) {
    if (buffer == BUFFER_LOG) return "double";
    if (buffer == BUFFER_LABEL || buffer == BUFFER_ITEM) return "uint32_t";
    return buffer == BUFFER_INPUT && code->input_bytes ? "uint8_t" : "float";
}

static void print_parameters(Printer *p, const Nest *nest) {
    const char *separator = "";
    for (size_t r = 0; r < nest->regions.count; r++) {
        const Region *region = &nest->regions.at[r];
        text_printf(p->out, "%s%s%s *restrict ", separator, region->written ? "" : "const ",
                    buffer_type(p->code, region->buffer));
        print_region(p, nest, (int)r);
        separator = ", ";
    }
    print_integers(p, nest, separator, "const int64_t ");
}

/* Lines of text as a comment, broken at blanks. */
static void print_comment(Printer *p, const char *lines) {
    text_puts(p->out, "/* ");
    size_t column = 3;
    while (*lines) {
        const size_t word = strcspn(lines, " \n");
        if (column > COMMENT_INDENT && column + word > COMMENT_COLUMNS) {
            text_printf(p->out, "\n *%*s", COMMENT_INDENT - 2, "");
            column = COMMENT_INDENT;
        }
        text_add(p->out, lines, word);
        column += word;
        lines += word;
        if (*lines == '\n' && lines[1]) {
            text_puts(p->out, "\n * ");
            column = 3;
        } else if (*lines == ' ') {
            text_puts(p->out, " ");
            column++;
        }
        lines += *lines != '\0';
    }
    text_puts(p->out, " */\n");
}

static void print_nest(Printer *p, const Nest *nest, Arena *scratch) {
    p->nest = nest;
    p->spelling = spell_nest(scratch, nest, p->plain);
    text_puts(p->out, "\n");
    if (nest->about) print_comment(p, nest->about);
    if (p->code->source && !span_is_none(nest->at) && !p->plain) {
        uint32_t line, column;
        source_position(p->code->source, nest->at.lo, &line, &column);
        text_printf(p->out, "#line %u ", line);
        const Source *source = source_of(p->code->source, nest->at.lo);
        emit_c_string(p->out, source->path, strlen(source->path));
        text_puts(p->out, "\n");
    }
    text_printf(p->out, "static NET_NEST void %s(", nest->name);
    print_parameters(p, nest);
    text_puts(p->out, ") {\n");
    p->depth = 1;
    print_block(p, &nest->body);
    text_puts(p->out, "}\n");
}

static const char kernel_parameters[] =
    "const void *self, float *restrict param, float *restrict state, float *restrict grad,\n"
    "    float *restrict batch, float *restrict scratch, const void *restrict input,\n"
    "    const uint32_t *restrict label, const float *restrict target, const uint32_t *restrict item,\n"
    "    const float *restrict scalar, double *restrict log, int64_t n, int64_t task, int64_t part,\n"
    "    int64_t parts, void *team";

static void print_kernel(Printer *p, const Kernel *kernel) {
    const char *exports = p->code->exports;
    text_printf(p->out, "\n/* tasks: %s */\n%s void %s_%s(%s) {\n", tasks_names[kernel->tasks],
                exports && !p->plain ? "NET_KERNEL" : "static", exports ? exports : "kernel", kernel->name,
                kernel_parameters);
    text_puts(p->out,
              "    (void)self, (void)param, (void)state, (void)grad, (void)batch, (void)scratch, (void)input;\n"
              "    (void)label, (void)target, (void)item, (void)scalar, (void)log, (void)n, (void)task, (void)part;\n"
              "    (void)parts, (void)team;\n");
    p->depth = 1;
    print_block(p, &kernel->body);
    text_puts(p->out, "}\n");
}

static void print_model(Text *out, const char *model) {
    const size_t size = strlen(model);
    text_printf(out,
                "\nconst int64_t net_abi = %d;\nconst int64_t net_model_size = %zu;\nconst char net_model[] =", NET_ABI,
                size);
    size_t at = 0;
    do {
        size_t count = size - at < 100 ? size - at : 100;
        const char *newline = memchr(model + at, '\n', count);
        if (newline) count = (size_t)(newline - (model + at)) + 1;
        text_puts(out, "\n    ");
        emit_c_string(out, model + at, count);
        at += count;
    } while (at < size);
    text_puts(out, ";\n");
}

static void print_table(Text *out, const Code *code) {
    text_puts(out, "\nNetKernel *const net_kernel[] = {\n");
    for (size_t i = 0; i < code->kernels.count; i++) text_printf(out, "    kernel_%s,\n", code->kernels.at[i]->name);
    if (code->kernels.count == 0) text_puts(out, "    0,\n");
    text_puts(out, "};\n");
}

/* What the kernels share with the program around them. */
static void print_declarations(Text *out, bool plain) {
    text_printf(out, "\ntypedef void NetKernel(%s);\n", kernel_parameters);
    text_puts(out, "extern const int64_t net_abi, net_model_size;\nextern const char net_model[];\n"
                   "extern NetKernel *const net_kernel[];\n");
    text_puts(out, "void net_meet(void *team, int64_t part, int64_t parts);\n");
    if (!plain)
        text_puts(out, "void net_random(uint32_t *out, const uint32_t *item, uint32_t seed_low, uint32_t seed_high,\n"
                       "    uint32_t epoch, uint32_t layer, int64_t first, int64_t end);\n"
                       "NET_INLINE uint32_t s_word(const float *a) { return (uint32_t)*(const i32_at *)a; }\n");
}

bool emit_c(const Code *code, const Target *target, bool plain, FILE *out, const char **why) {
    Text text = {0}, body = {0};
    Printer printer = {.out = &body, .code = code, .plain = plain};
    Arena *scratch = arena_new();
    if (!code->exports)
        print_declarations(&body, plain);
    else if (!plain)
        text_puts(&body, "\n#ifndef NET_KERNEL\n#define NET_KERNEL __attribute__((visibility(\"hidden\")))\n#endif\n");
    for (size_t i = 0; i < code->nests.count; i++) {
        if (code->nests.at[i]->same != (int)i) continue;
        print_nest(&printer, code->nests.at[i], scratch);
        arena_reset(scratch);
    }
    if (!plain) text_puts(&body, "\n#line 1 \"kernels\"\n");
    for (size_t i = 0; i < code->kernels.count; i++) print_kernel(&printer, code->kernels.at[i]);
    if (!code->exports) {
        print_model(&body, code->descriptor);
        print_table(&body, code);
    }
    emit_c_start(&text, code, target, plain ? &body : NULL);
    const bool written = fwrite(text.data, 1, text.length, out) == text.length &&
                         fwrite(body.data, 1, body.length, out) == body.length && fflush(out) == 0;
    if (!written) *why = strerror(errno);
    text_free(&text);
    text_free(&body);
    arena_free(scratch);
    return written;
}
