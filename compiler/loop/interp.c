/* Runs a nest's instructions. The same executor is compiled for processors with and without fused multiply-add in
 * hardware; without it, libm's fmaf gives the same bits. */
#include "compiler/loop/interp.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/loop/bytecode.h"

typedef struct {
    const Interp *interp;
    const Kernel *kernel;
} Self;

typedef struct {
    char *slot;
    int64_t *var, *limit;
    uintptr_t *pointer;
    void *buffer[BUFFER_COUNT];
    const Region *region; /* of the nest that runs */
    int64_t images, task, part, parts;
    void *team;
    bool input_bytes;
} Machine;

typedef void Executor(const Bytecode *bytecode, Machine *machine);

struct Interp {
    const Code *code;
    Bytecode *bytecodes; /* of the nests that have a body of their own */
    Self *selves;
    Executor *execute;
    size_t slots, vars, pointers; /* the most any nest needs */
};

/* ---- execution ---- */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE int64_t terms_of(const Address *address, const int64_t *var) {
    int64_t sum = 0;
    for (int i = 0; i < address->term_count; i++) sum += address->term[i].stride * var[address->term[i].var];
    return sum;
}

static void set_pointer(const Instruction *i, const Address *address, const Machine *m) {
    const Region *region = &m->region[address->region];
    const int64_t bytes = (int64_t)bytecode_element(region->buffer, m->input_bytes);
    const int64_t element = region->origin + terms_of(address, m->var);
    m->pointer[i->d] = (uintptr_t)m->buffer[region->buffer] + (uintptr_t)(element * bytes);
}

ALWAYS_INLINE char *element_at(const Instruction *i, const Machine *m) {
    return (char *)(m->pointer[i->address] + (uintptr_t)i->base);
}

static int64_t bound_of(const Bound *bound, const Machine *m) {
    const int64_t value = bound->value, chunks = net_chunks(m->images);
    switch (bound->kind) {
    case BOUND_CONST: return value;
    case BOUND_VAR: return m->var[bound->var] + value;
    case BOUND_CLAMP: {
        const int64_t at = bound->stride * m->var[bound->var] + value;
        return at < bound->least ? bound->least : at > bound->most ? bound->most : at;
    }
    case BOUND_IMAGES: return m->images;
    case BOUND_CHUNKS: return chunks / value * value;
    case BOUND_CHUNK_IMAGES: {
        const int64_t left = m->images - NET_LANES * m->var[bound->var];
        return left < NET_LANES ? left : NET_LANES;
    }
    case BOUND_SLOTS: return chunks < NET_SLOTS ? chunks : NET_SLOTS;
    case BOUND_TASK: return m->task + value;
    case BOUND_PART: return m->part + value;
    case BOUND_PART_LOW: return m->part * value / m->parts;
    case BOUND_PART_HIGH: {
        const int64_t end = (m->part + 1) * value / m->parts;
        return end < bound->most ? end : bound->most;
    }
    }
    BUG("bound of unknown kind %d", (int)bound->kind);
}

static void draw_random(const Bytecode *bytecode, const Instruction *i, const Machine *m) {
    uint32_t words[3];
    memcpy(words, (const float *)m->buffer[BUFFER_SCALAR] + i->a, sizeof words);
    net_random((uint32_t *)(void *)element_at(i, m),
               (const uint32_t *)m->buffer[BUFFER_ITEM] + NET_LANES * m->var[LOOP_VAR_CHUNK], words[0], words[1],
               words[2], i->c, bound_of(&bytecode->bounds.at[i->b], m), bound_of(&bytecode->bounds.at[i->b + 1], m));
}

/* r[l] = expression of a[l], b[l], c[l], for `lanes` lanes. Copies, because r's slot may be that of a, b or c and
 * because the elements of a slot change their type; compilers keep them in registers. */
#define LANES(key, R, A, B, lanes, expression)                    \
    case key: {                                                   \
        A a[lanes];                                               \
        B b[lanes], c[lanes];                                     \
        R r[lanes];                                               \
        memcpy(a, slot + i->a, sizeof a);                         \
        memcpy(b, slot + i->b, sizeof b);                         \
        memcpy(c, slot + i->c, sizeof c);                         \
        for (int l = 0; l < (lanes); l++) r[l] = (R)(expression); \
        memcpy(slot + i->d, r, sizeof r);                         \
        break;                                                    \
    }
#define BOTH(op, element, R, A, B, expression)         \
    LANES(KEY(op, element, 0), R, A, B, 1, expression) \
    LANES(KEY(op, element, 1), R, A, B, 16, expression)
#define FLOATS(op, expression)                          \
    BOTH(op, TYPE_F32, float, float, float, expression) \
    BOTH(op, TYPE_F64, double, double, double, expression)
#define COMPARE(op, expression)                              \
    BOTH(op, TYPE_F32, int32_t, float, float, -(expression)) \
    BOTH(op, TYPE_F64, int32_t, double, double, -(expression))
#define INTS(op, expression) BOTH(op, TYPE_I32, uint32_t, uint32_t, uint32_t, expression)
#define SIGNED(op, expression) BOTH(op, TYPE_I32, int32_t, int32_t, int32_t, expression)
/* The tree over the lanes. */
#define REDUCE(op, element, T, expression)               \
    case KEY(op, element, 1): {                          \
        T t[LOOP_LANES];                                 \
        memcpy(t, slot + i->a, sizeof t);                \
        for (int half = LOOP_LANES / 2; half; half /= 2) \
            for (int l = 0; l < half; l++) {             \
                const T x = t[l], y = t[l + half];       \
                t[l] = (expression);                     \
            }                                            \
        memcpy(slot + i->d, t, sizeof t[0]);             \
        break;                                           \
    }
#define REDUCES(op, expression) REDUCE(op, TYPE_F32, float, expression) REDUCE(op, TYPE_F64, double, expression)
#define CONSTANT(element, T, number)                                  \
    case KEY(OP_CONST, element, 0):                                   \
    case KEY(OP_CONST, element, 1): {                                 \
        T r[LOOP_LANES];                                              \
        for (int l = 0; l < LOOP_LANES; l++) r[l] = (T)(number);      \
        memcpy(slot + i->d, r, i->code % 2 ? sizeof r : sizeof r[0]); \
        break;                                                        \
    }
#define COPY_IN(op, element, vector, bytes) \
    case KEY(op, element, vector): memcpy(slot + i->d, element_at(i, m), bytes); break;
#define GATHER(op, element, T, R)                                         \
    case KEY(op, element, 1): {                                           \
        const char *from = element_at(i, m);                              \
        R r[LOOP_LANES];                                                  \
        for (int l = 0; l < LOOP_LANES; l++) {                            \
            T x;                                                          \
            memcpy(&x, from + l * i->step * (int64_t)sizeof x, sizeof x); \
            r[l] = x;                                                     \
        }                                                                 \
        memcpy(slot + i->d, r, sizeof r);                                 \
        break;                                                            \
    }
#define SCATTER(code, bytes)                                                                                       \
    case code: {                                                                                                   \
        char *to = element_at(i, m);                                                                               \
        for (int l = 0; l < LOOP_LANES; l++) memcpy(to + l * i->step * (bytes), slot + i->a + l * (bytes), bytes); \
        break;                                                                                                     \
    }

/* Not within execute(): with this in it too, gcc 12's address sanitizer, when it looks for uses after a return, puts
 * the vectors of its frame at addresses that are no multiples of 64. */
__attribute__((noinline)) static void add_lanes(char *to, const char *from, size_t count) {
    float sum[LOOP_LANES], value[LOOP_LANES];
    memcpy(sum, to, count * sizeof *sum);
    memcpy(value, from, count * sizeof *value);
    for (size_t l = 0; l < count; l++) sum[l] += value[l];
    memcpy(to, sum, count * sizeof *sum);
}

ALWAYS_INLINE double number_of(const Instruction *i) {
    double number;
    memcpy(&number, &i->step, sizeof number);
    return number;
}

ALWAYS_INLINE void execute(const Bytecode *bytecode, Machine *m) {
    char *const slot = m->slot;
    const Instruction *const code = bytecode->code.at;
    for (const Instruction *i = code;; i++) {
        switch (i->code) {
            CONSTANT(TYPE_F32, float, number_of(i))
            CONSTANT(TYPE_F64, double, number_of(i))
            CONSTANT(TYPE_I32, int32_t, i->step)
            LANES(KEY(OP_LANE, TYPE_I32, 1), int32_t, int32_t, int32_t, 16, l)
            LANES(KEY(OP_INDEX, TYPE_I32, 0), int32_t, int32_t, int32_t, 1,
                  i->base + terms_of(&bytecode->addresses.at[i->address], m->var))
            LANES(KEY(OP_IMAGES, TYPE_I32, 0), int32_t, int32_t, int32_t, 1, m->images)
            COPY_IN(OP_LOAD, TYPE_F32, 0, 4)
            COPY_IN(OP_LOAD, TYPE_I32, 0, 4)
            COPY_IN(OP_LOAD, TYPE_F64, 0, 8)
            COPY_IN(OP_LOAD, TYPE_F32, 1, 64)
            COPY_IN(OP_LOAD, TYPE_I32, 1, 64)
            COPY_IN(OP_LOAD, TYPE_F64, 1, 128)
            LANES(KEY(OP_LOAD_U8, TYPE_I32, 0), int32_t, int32_t, int32_t, 1, *(const uint8_t *)element_at(i, m))
            LANES(KEY(OP_LOAD_U8, TYPE_I32, 1), int32_t, int32_t, int32_t, 16, ((const uint8_t *)element_at(i, m))[l])
            GATHER(OP_GATHER, TYPE_F32, float, float)
            GATHER(OP_GATHER, TYPE_I32, int32_t, int32_t)
            GATHER(OP_GATHER, TYPE_F64, double, double)
            GATHER(OP_GATHER_U8, TYPE_I32, uint8_t, int32_t)
            LANES(KEY(OP_SPLAT, TYPE_F32, 1), float, float, float, 16, a[0])
            LANES(KEY(OP_SPLAT, TYPE_I32, 1), int32_t, int32_t, int32_t, 16, a[0])
            LANES(KEY(OP_SPLAT, TYPE_F64, 1), double, double, double, 16, a[0])
            FLOATS(OP_ADD, a[l] + b[l])
            FLOATS(OP_SUB, a[l] - b[l])
            FLOATS(OP_MUL, a[l] * b[l])
            FLOATS(OP_DIV, a[l] / b[l])
            BOTH(OP_FMA, TYPE_F32, float, float, float, __builtin_fmaf(a[l], b[l], c[l]))
            BOTH(OP_FMA, TYPE_F64, double, double, double, __builtin_fma(a[l], b[l], c[l]))
            FLOATS(OP_MAX, a[l] > b[l] ? a[l] : b[l])
            FLOATS(OP_MIN, a[l] < b[l] ? a[l] : b[l])
            BOTH(OP_MULTIPLY_ADD, TYPE_F32, float, float, float, a[l] * b[l] + c[l])
            BOTH(OP_MULTIPLY_ADD, TYPE_F64, double, double, double, a[l] * b[l] + c[l])
            BOTH(OP_SQRT, TYPE_F32, float, float, float, __builtin_sqrtf(a[l]))
            BOTH(OP_SQRT, TYPE_F64, double, double, double, __builtin_sqrt(a[l]))
            COMPARE(OP_LESS, a[l] < b[l])
            COMPARE(OP_LESS_EQUAL, a[l] <= b[l])
            COMPARE(OP_EQUAL, a[l] == b[l])
            BOTH(OP_SELECT, TYPE_F32, uint32_t, uint32_t, uint32_t, (a[l] & b[l]) | (~a[l] & c[l]))
            BOTH(OP_SELECT, TYPE_I32, uint32_t, uint32_t, uint32_t, (a[l] & b[l]) | (~a[l] & c[l]))
            BOTH(OP_SELECT, TYPE_F64, double, int32_t, double, a[l] ? b[l] : c[l])
            INTS(OP_IADD, a[l] + b[l])
            INTS(OP_ISUB, a[l] - b[l])
            INTS(OP_IMUL, a[l] * b[l])
            INTS(OP_AND, a[l] & b[l])
            INTS(OP_OR, a[l] | b[l])
            INTS(OP_XOR, a[l] ^ b[l])
            INTS(OP_SHIFT_LEFT, a[l] << i->step)
            INTS(OP_SHIFT_RIGHT, a[l] >> i->step)
            SIGNED(OP_ILESS, -(a[l] < b[l]))
            SIGNED(OP_IEQUAL, -(a[l] == b[l]))
            BOTH(OP_AS_F32, TYPE_I32, int32_t, int32_t, int32_t, a[l])
            BOTH(OP_AS_I32, TYPE_F32, int32_t, int32_t, int32_t, a[l])
            BOTH(OP_TO_F32, TYPE_I32, float, int32_t, int32_t, a[l])
            BOTH(OP_TO_F64, TYPE_F32, double, float, float, a[l])
            BOTH(OP_ROUND_F32, TYPE_F64, float, double, double, a[l])
            LANES(KEY(OP_EVEN, TYPE_F32, 1), float, float, float, 16, l < 8 ? a[2 * l] : b[2 * l - 16])
            LANES(KEY(OP_LOW, TYPE_F32, 1), float, float, float, 16, l & i->step ? b[l - i->step] : a[l])
            LANES(KEY(OP_HIGH, TYPE_F32, 1), float, float, float, 16, l & i->step ? b[l] : a[l + i->step])
            REDUCES(OP_SUM_LANES, x + y)
            REDUCES(OP_MAX_LANES, x > y ? x : y)
            REDUCES(OP_MIN_LANES, x < y ? x : y)
            SCATTER(CODE_SCATTER_4, 4)
            SCATTER(CODE_SCATTER_8, 8)
        case CODE_COPY: memcpy(slot + i->d, slot + i->a, i->c); break;
        case CODE_STORE: memcpy(element_at(i, m), slot + i->a, i->c); break;
        case CODE_ADD_LANES: add_lanes(element_at(i, m), slot + i->a, i->c / sizeof(float)); break;
        case CODE_RANDOM: draw_random(bytecode, i, m); break;
        case CODE_POINTER: set_pointer(i, &bytecode->addresses.at[i->address], m); break;
        case CODE_FOR:
            m->var[i->d] = bound_of(&bytecode->bounds.at[i->a], m);
            m->limit[i->d] = bound_of(&bytecode->bounds.at[i->b], m);
            if (m->var[i->d] >= m->limit[i->d]) i = code + i->c - 1;
            break;
        case CODE_NEXT:
            m->var[i->d] += i->step;
            if (m->var[i->d] < m->limit[i->d]) i = code + i->c - 1;
            break;
        case CODE_IF:
            if (bound_of(&bytecode->bounds.at[i->a], m) >= bound_of(&bytecode->bounds.at[i->b], m)) i = code + i->c - 1;
            break;
        case CODE_IF_EQUAL:
            if (bound_of(&bytecode->bounds.at[i->a], m) != bound_of(&bytecode->bounds.at[i->b], m)) i = code + i->c - 1;
            break;
        case CODE_END: return;
        default: BUG("instruction %d", i->code);
        }
    }
}

static void execute_plain(const Bytecode *bytecode, Machine *m) { execute(bytecode, m); }

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void execute_avx2(const Bytecode *bytecode, Machine *m) {
    execute(bytecode, m);
}
__attribute__((target("avx512f,avx512dq,fma"))) static void execute_avx512(const Bytecode *bytecode, Machine *m) {
    execute(bytecode, m);
}
#endif

static Executor *choose_executor(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return execute_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return execute_avx2;
#endif
    return execute_plain;
}

static void run_nest(const Interp *interp, int index, Machine *m) {
    const Nest *nest = interp->code->nests.at[index];
    m->region = nest->regions.at;
    interp->execute(&interp->bytecodes[nest->same], m);
}

/* A kernel's body: loops over the chunk, conditions, nests. */
static void run_kernel(const Interp *interp, const Block *block, Machine *m) {
    for (size_t i = 0; i < block->count; i++) {
        const Stmt *stmt = block->at[i];
        if (stmt->kind == STMT_NEST) {
            run_nest(interp, stmt->nest, m);
            continue;
        }
        if (stmt->kind == STMT_MEET) {
            net_meet(m->team, m->part, m->parts);
            continue;
        }
        const int64_t low = bound_of(&stmt->low, m), high = bound_of(&stmt->high, m);
        if (stmt->kind == STMT_FOR) {
            for (int64_t chunk = low; chunk < high; chunk += stmt->step) {
                m->var[LOOP_VAR_CHUNK] = chunk;
                run_kernel(interp, &stmt->body, m);
            }
        } else if (stmt->kind == STMT_IF ? low < high : low == high) {
            run_kernel(interp, &stmt->body, m);
        }
    }
}

/* ---- interface ---- */

Interp *interp_new(Arena *arena, const Code *code, bool fused) {
    Interp *interp = NEW(arena, Interp);
    interp->code = code;
    interp->execute = choose_executor();
    interp->bytecodes = NEW_ARRAY(arena, Bytecode, code->nests.count);
    interp->selves = NEW_ARRAY(arena, Self, code->kernels.count);
    interp->vars = 1;
    for (size_t i = 0; i < code->nests.count; i++) {
        const Nest *nest = code->nests.at[i];
        if (nest->same != (int)i) continue;
        bytecode_translate(arena, code, fused, nest, &interp->bytecodes[i]);
        if (interp->bytecodes[i].addresses.count > interp->pointers)
            interp->pointers = interp->bytecodes[i].addresses.count;
        if (interp->bytecodes[i].slots > interp->slots) interp->slots = interp->bytecodes[i].slots;
        if ((size_t)nest->var_count > interp->vars) interp->vars = (size_t)nest->var_count;
    }
    for (size_t i = 0; i < code->kernels.count; i++) interp->selves[i] = (Self){interp, code->kernels.at[i]};
    return interp;
}

const void *interp_self(const Interp *interp, size_t k) {
    ASSERT(k < interp->code->kernels.count);
    return &interp->selves[k];
}

void interp_kernel(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                   const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                   const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts, void *team) {
    const Interp *interp = ((const Self *)self)->interp;
    const size_t words = 2 * interp->vars + interp->pointers;
    const size_t variables = (words * sizeof(int64_t) + SLOT - 1) / SLOT * SLOT;
    char *memory = aligned_alloc(SLOT, variables + (interp->slots + 2) * SLOT);
    if (!memory) out_of_memory();
    Machine machine = {
        .slot = memory + variables,
        .var = (int64_t *)(void *)memory,
        .limit = (int64_t *)(void *)memory + interp->vars,
        .pointer = (uintptr_t *)(void *)memory + 2 * interp->vars,
        /* read-only buffers are never written: loop_verify() */
        .buffer = {param, state, grad, batch, scratch, (void *)(uintptr_t)input, (void *)(uintptr_t)label,
                   (void *)(uintptr_t)target, (void *)(uintptr_t)item, (void *)(uintptr_t)scalar, log},
        .images = n,
        .task = task,
        .part = part,
        .parts = parts,
        .team = team,
        .input_bytes = interp->code->input_bytes,
    };
    run_kernel(interp, &((const Self *)self)->kernel->body, &machine);
    free(memory);
}
