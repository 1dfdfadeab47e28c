/* The loop level: builder, printer, and the bits of the interpreter, the C printer (gcc and clang) and the LLVM
 * printer on random nests that use every operation on edge values; of the C printer's plain C99 on all that an
 * inference program may hold.
 *
 * NETC_TEST_SEEDS=N tries N random codes instead of one. Compilers that are not installed are left out. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <math.h>
#include <spawn.h>
#include <sys/wait.h>

#include "compiler/emit/emit.h"
#include "compiler/loop/interp.h"
#include "compiler/loop/loop_build.h"

extern char **environ;

enum { NESTS = 5, OPERATIONS = 60, WORDS = 1 << 15, LOGS = 1 << 13, ROWS = 48, IMAGES = 37, PARTS = 3 };

/* ---- random nests ---- */

typedef VEC(int) Pool;
enum { POOL_F32, POOL_I32, POOL_F64, POOL_MASK, POOLS };

typedef struct {
    Arena *arena;
    LoopBuilder *b;
    uint64_t random;
    Pool pool[POOLS][2]; /* by kind and vector */
    struct {
        int var, extent;
    } loop[8];
    int loops;
    int64_t next_word, next_log; /* free places of batch and log */
    bool *is_integer;            /* words of batch to be compared as integers */
    bool plain;                  /* nothing that plain C99 has not: fused multiply-adds, labels, random numbers */
} Generator;

static uint32_t draw(Generator *g, uint32_t below) {
    g->random = g->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(g->random >> 33) % below;
}

static int pick(Generator *g, int kind, bool vector) {
    const Pool *pool = &g->pool[kind][vector];
    if (kind == POOL_I32 && draw(g, 8) == 0 && g->pool[POOL_MASK][vector].count) kind = POOL_MASK;
    pool = &g->pool[kind][vector];
    return pool->at[draw(g, (uint32_t)pool->count)];
}

static void keep(Generator *g, int kind, int value) {
    vec_push(g->arena, &g->pool[kind][loop_type(g->b, value).vector], value);
}

/* Writes the value, for each round of the loops, to a place of its own. */
static void record(Generator *g, int value) {
    const Type type = loop_type(g->b, value);
    const bool wide = type.element == TYPE_F64;
    int64_t *next = wide ? &g->next_log : &g->next_word;
    Address address = loop_address(wide ? BUFFER_LOG : BUFFER_BATCH, *next);
    int64_t stride = type.vector ? 16 : 1;
    for (int i = g->loops - 1; i >= 0; i--) {
        address = loop_address_term(address, g->loop[i].var, stride);
        stride *= g->loop[i].extent;
    }
    if (*next + stride > (wide ? LOGS : WORDS)) return;
    for (int64_t w = 0; type.element == TYPE_I32 && w < stride; w++) g->is_integer[*next + w] = true;
    *next += stride;
    if (type.vector && draw(g, 4) == 0) {
        loop_scatter(g->b, address, 1, value);
    } else {
        loop_store(g->b, address, value, false);
    }
}

static Address somewhere(Generator *g, Buffer buffer, int64_t limit) {
    Address address = loop_address(buffer, (int64_t)draw(g, (uint32_t)limit));
    for (int i = 0; i < g->loops; i++)
        if (draw(g, 2)) address = loop_address_term(address, g->loop[i].var, (int64_t)draw(g, 4) - 1);
    address.base += 64;
    return address;
}

static void make_leaf(Generator *g) {
    LoopBuilder *b = g->b;
    const bool vector = draw(g, 2);
    static const Buffer floats[] = {BUFFER_PARAM, BUFFER_STATE, BUFFER_GRAD, BUFFER_SCRATCH, BUFFER_TARGET};
    const Buffer buffer = floats[draw(g, COUNT_OF(floats))];
    static const float constants[] = {0.0f, -0.0f, 1.0f, 0.1f, -1.5f, 0x1p-140f, 0x1p120f, INFINITY, -INFINITY, NAN};
    switch (draw(g, 13)) {
    case 0: keep(g, POOL_F32, loop_const_f32(b, constants[draw(g, COUNT_OF(constants))], vector)); return;
    case 1: keep(g, POOL_F64, loop_const_f64(b, (double)constants[draw(g, COUNT_OF(constants))] * 0.7, vector)); return;
    case 2: keep(g, POOL_I32, loop_const_i32(b, (int32_t)(draw(g, 65536) * 65536u + draw(g, 3)), vector)); return;
    case 3: keep(g, POOL_I32, loop_lane(b)); return;
    case 4: keep(g, POOL_I32, loop_index(b, somewhere(g, BUFFER_PARAM, 100))); return;
    case 5: keep(g, POOL_I32, loop_images(b)); return;
    case 6: keep(g, POOL_F32, loop_load(b, (Type){TYPE_F32, vector}, somewhere(g, buffer, 256), false)); return;
    case 7: keep(g, POOL_F32, loop_load(b, loop_vector(TYPE_F32), loop_address(buffer, 16 * draw(g, 9)), true)); return;
    case 8: {
        if (g->plain) return;
        const Address label = loop_address(BUFFER_LABEL, (int64_t)draw(g, ROWS - 16));
        keep(g, POOL_I32, loop_load(b, (Type){TYPE_I32, vector}, label, false));
        return;
    }
    case 9: keep(g, POOL_I32, loop_load_u8(b, vector, somewhere(g, BUFFER_INPUT, 256))); return;
    case 10: keep(g, POOL_I32, loop_gather_u8(b, somewhere(g, BUFFER_INPUT, 64), (int64_t)draw(g, 9))); return;
    case 11: keep(g, POOL_F32, loop_gather(b, TYPE_F32, somewhere(g, buffer, 64), (int64_t)draw(g, 9))); return;
    default: keep(g, POOL_F32, loop_splat(b, pick(g, POOL_F32, false))); return;
    }
}

static int multiply_add(Generator *g, int a, int b, int c) {
    if (!g->plain) return loop_fma(g->b, a, b, c);
    return loop_op2(g->b, OP_ADD, loop_op2(g->b, OP_MUL, a, b), c);
}

static void make_float_op(Generator *g) {
    LoopBuilder *b = g->b;
    const int kind = draw(g, 4) ? POOL_F32 : POOL_F64;
    const bool vector = draw(g, 2);
    const int x = pick(g, kind, vector), y = pick(g, kind, draw(g, 2) && vector), z = pick(g, kind, vector);
    static const Op ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MAX, OP_MIN};
    switch (draw(g, 9)) {
    case 8: {
        const int first = pick(g, POOL_F32, true), second = pick(g, POOL_F32, true), block = 1 << draw(g, 4);
        const Op op = draw(g, 2) ? OP_LOW : OP_HIGH;
        keep(g, POOL_F32, draw(g, 3) ? loop_blocks(b, op, first, second, block) : loop_op2(b, OP_EVEN, first, second));
        return;
    }
    case 0: keep(g, kind, multiply_add(g, x, y, z)); return;
    case 1: keep(g, kind, loop_op1(b, OP_SQRT, x)); return;
    case 2: keep(g, kind, loop_op3(b, OP_SELECT, pick(g, POOL_MASK, vector), x, z)); return;
    case 3: {
        static const Op compare[] = {OP_LESS, OP_LESS_EQUAL, OP_EQUAL};
        keep(g, POOL_MASK, loop_op2(b, compare[draw(g, 3)], x, y));
        return;
    }
    case 4: {
        static const Op reduce[] = {OP_SUM_LANES, OP_MAX_LANES, OP_MIN_LANES};
        keep(g, kind, loop_op1(b, reduce[draw(g, 3)], pick(g, kind, true)));
        return;
    }
    default: keep(g, kind, loop_op2(b, ops[draw(g, COUNT_OF(ops))], x, y)); return;
    }
}

static void make_integer_op(Generator *g) {
    LoopBuilder *b = g->b;
    const bool vector = draw(g, 2);
    const int x = pick(g, POOL_I32, vector), y = pick(g, POOL_I32, vector);
    static const Op ops[] = {OP_IADD, OP_ISUB, OP_IMUL, OP_AND, OP_OR, OP_XOR};
    switch (draw(g, 6)) {
    case 0: {
        const Op op = draw(g, 2) ? OP_SHIFT_LEFT : OP_SHIFT_RIGHT;
        keep(g, POOL_I32, loop_shift(b, op, x, (int32_t)draw(g, 32)));
        return;
    }
    case 1: keep(g, POOL_MASK, loop_op2(b, draw(g, 2) ? OP_ILESS : OP_IEQUAL, x, y)); return;
    case 2: {
        const int m = pick(g, POOL_MASK, vector), k = pick(g, POOL_MASK, vector);
        keep(g, POOL_MASK, loop_op2(b, draw(g, 2) ? OP_AND : OP_XOR, m, k));
        return;
    }
    case 3: keep(g, POOL_I32, loop_op3(b, OP_SELECT, pick(g, POOL_MASK, vector), x, y)); return;
    default: keep(g, POOL_I32, loop_op2(b, ops[draw(g, COUNT_OF(ops))], x, y)); return;
    }
}

static void make_conversion(Generator *g) {
    LoopBuilder *b = g->b;
    const bool vector = draw(g, 2);
    switch (draw(g, 5)) {
    case 0: keep(g, POOL_F32, loop_op1(b, OP_AS_F32, pick(g, POOL_I32, vector))); return;
    case 1: { /* the bits of a NaN are not the same everywhere */
        const int x = pick(g, POOL_F32, vector);
        const int safe = loop_op3(b, OP_SELECT, loop_op2(b, OP_EQUAL, x, x), x, loop_const_f32(b, 1.0f, vector));
        keep(g, POOL_I32, loop_op1(b, OP_AS_I32, safe));
        return;
    }
    case 2: keep(g, POOL_F32, loop_op1(b, OP_TO_F32, pick(g, POOL_I32, vector))); return;
    case 3: keep(g, POOL_F64, loop_op1(b, OP_TO_F64, pick(g, POOL_F32, vector))); return;
    default: keep(g, POOL_F32, loop_op1(b, OP_ROUND_F32, pick(g, POOL_F64, vector))); return;
    }
}

/* Something newly made, of any kind. */
static int newest(Generator *g, int before[POOLS][2]) {
    for (int kind = 0; kind < POOLS; kind++)
        for (int vector = 0; vector < 2; vector++)
            if ((int)g->pool[kind][vector].count > before[kind][vector])
                return g->pool[kind][vector].at[g->pool[kind][vector].count - 1];
    return LOOP_NONE;
}

static void count_pools(const Generator *g, int counts[POOLS][2]) {
    for (int kind = 0; kind < POOLS; kind++)
        for (int vector = 0; vector < 2; vector++) counts[kind][vector] = (int)g->pool[kind][vector].count;
}

static void make_statements(Generator *g, int operations, int depth);

static Bound random_low(Generator *g) { return loop_bound((int64_t)draw(g, 2)); }

/* A loop or an `if` around some statements; what they define is forgotten afterwards. */
static void make_block(Generator *g, int operations, int depth) {
    int before[POOLS][2];
    count_pools(g, before);
    const bool vector = draw(g, 2);
    const int variable = loop_declare(g->b, pick(g, POOL_F32, vector));
    const bool loop = g->loops < 3 && draw(g, 3);
    if (loop) {
        const int extent = 1 + (int)draw(g, 4);
        Bound high = loop_bound(extent);
        g->loop[g->loops].extent = extent;
        if (g->loops && draw(g, 4) == 0) {
            high = loop_bound_var(g->loop[g->loops - 1].var, 1);
            g->loop[g->loops].extent = g->loop[g->loops - 1].extent;
        }
        g->loop[g->loops].var = loop_for_begin(g->b, random_low(g), high, 1 + (int64_t)draw(g, 2));
        g->loops++;
    } else {
        static const BoundKind kinds[] = {BOUND_IMAGES, BOUND_CHUNKS,   BOUND_CHUNK_IMAGES, BOUND_SLOTS,
                                          BOUND_TASK,   BOUND_PART_LOW, BOUND_PART_HIGH};
        const BoundKind kind = kinds[draw(g, COUNT_OF(kinds))];
        const Bound low = kind == BOUND_CHUNK_IMAGES ? loop_bound_images_of(LOOP_VAR_CHUNK)
                                                     : loop_bound_of(kind, 1 + (int64_t)draw(g, 20));
        if (draw(g, 2))
            loop_if_begin(g->b, low, loop_bound((int64_t)draw(g, 30)));
        else
            loop_if_equal_begin(g->b, low, loop_bound((int64_t)draw(g, 4)));
    }
    keep(g, POOL_F32, loop_get(g->b, variable));
    make_statements(g, operations, depth + 1);
    loop_set(g->b, variable,
             multiply_add(g, pick(g, POOL_F32, vector), loop_const_f32(g->b, 0.5f, vector), loop_get(g->b, variable)));
    for (int kind = 0; kind < POOLS; kind++)
        for (int v = 0; v < 2; v++) g->pool[kind][v].count = (size_t)before[kind][v];
    if (loop) {
        loop_for_end(g->b);
        g->loops--;
    } else {
        loop_if_end(g->b);
    }
    const int value = loop_get(g->b, variable);
    keep(g, POOL_F32, value);
    record(g, value);
}

static void make_statements(Generator *g, int operations, int depth) {
    for (int i = 0; i < operations; i++) {
        int before[POOLS][2];
        count_pools(g, before);
        const uint32_t what = draw(g, 16);
        if (what == 0 && depth < 3)
            make_block(g, operations / 3, depth);
        else if (what < 5)
            make_leaf(g);
        else if (what < 11)
            make_float_op(g);
        else if (what < 14)
            make_integer_op(g);
        else
            make_conversion(g);
        const int value = newest(g, before);
        if (value != LOOP_NONE && draw(g, 2)) record(g, value);
    }
}

/* Sums of lanes, some of which go to memory or are added to it. */
static void make_lane_sums(Generator *g) {
    LoopBuilder *b = g->b;
    int vector[LOOP_LANES];
    const int count = 2 + (int)draw(g, LOOP_LANES - 1), first = (int)draw(g, (uint32_t)count);
    const int lanes = 1 + (int)draw(g, (uint32_t)(count - first));
    for (int k = 0; k < count; k++) vector[k] = pick(g, POOL_F32, true);
    const int sums = loop_lane_sums(b, vector, count);
    const Address at = loop_address(BUFFER_SCRATCH, 1025);
    loop_store(b, at, pick(g, POOL_F32, true), false);
    loop_store_lanes(b, loop_address_plus(at, 3), sums, first, lanes, false);
    loop_store_lanes(b, loop_address_plus(at, 4), sums, first, lanes, true);
    record(g, loop_load(b, loop_vector(TYPE_F32), at, false));
    record(g, loop_load(b, loop_vector(TYPE_F32), loop_address_plus(at, 10), false));
}

/* A word written and read again, gathered and scattered with strides; random words. */
static void make_memory(Generator *g) {
    LoopBuilder *b = g->b;
    const Address at = loop_address(BUFFER_SCRATCH, 1024);
    if (!g->plain) loop_random(b, loop_address(BUFFER_SCRATCH, 1600), 3, 7, 5, false);
    record(g, loop_load(b, loop_vector(TYPE_I32), loop_address(BUFFER_SCRATCH, 1632), true));
    loop_scatter(b, at, 3, pick(g, POOL_F32, true));
    loop_store(b, loop_address_plus(at, 3), pick(g, POOL_F32, false), false);
    record(g, loop_load(b, loop_vector(TYPE_F32), loop_address_plus(at, 1), false));
    record(g, loop_gather(b, TYPE_F32, at, 3));
    loop_scatter(b, at, 2, pick(g, POOL_I32, true));
    record(g, loop_gather(b, TYPE_I32, at, 2));
    loop_store(b, at, pick(g, POOL_I32, true), true);
    record(g, loop_load(b, loop_vector(TYPE_I32), at, true));
    record(g, loop_load(b, loop_scalar(TYPE_I32), loop_address_plus(at, 5), true));
    const Address log = loop_address(BUFFER_LOG, LOGS);
    loop_store(b, log, pick(g, POOL_F64, true), true);
    loop_scatter(b, loop_address_plus(log, 16), 2, pick(g, POOL_F64, true));
    record(g, loop_load(b, loop_vector(TYPE_F64), loop_address_plus(log, 16), false));
    record(g, loop_gather(b, TYPE_F64, log, 2));
    record(g, loop_load(b, loop_scalar(TYPE_F64), loop_address_plus(log, 1), false));
    make_lane_sums(g);
    loop_prefetch(b, somewhere(g, BUFFER_PARAM, 1 << 20));
}

static Nest *random_nest(Generator *g, const char *name) {
    LoopBuilder *b = g->b = loop_nest_begin(g->arena, name, (Span){2, 3}); /* line 2 */
    for (int kind = 0; kind < POOLS; kind++) g->pool[kind][0].count = g->pool[kind][1].count = 0;
    for (int vector = 0; vector < 2; vector++) {
        const Address param = loop_address(BUFFER_PARAM, 16);
        const int x = loop_load(b, (Type){TYPE_F32, vector}, param, false);
        const int k = loop_load(b, (Type){TYPE_I32, vector}, param, false);
        keep(g, POOL_F32, x);
        keep(g, POOL_I32, k);
        keep(g, POOL_F64, loop_op1(b, OP_TO_F64, x));
        keep(g, POOL_MASK, loop_op2(b, OP_LESS, x, loop_const_f32(b, 0.5f, vector)));
    }
    make_statements(g, OPERATIONS, 0);
    make_memory(g);
    return loop_nest_end(b);
}

static Code *random_code(Arena *arena, uint64_t seed, bool *is_integer, bool plain) {
    Generator g = {.arena = arena, .random = seed, .is_integer = is_integer, .plain = plain};
    static const char model[] = "a\nb\n";
    Source *source = source_from_text(arena, "models/\"random\".net", model, strlen(model));
    Code *code = loop_code_new(arena, "random", source);
    code->descriptor = "{\"text\":\"a \\\"model\\\"?\?/ caf\xc3\xa9\"}\n";
    code->input_bytes = true;
    for (int i = 0; i < NESTS; i++) {
        const int nest = loop_add_nest(arena, code, random_nest(&g, arena_format(arena, "nest%d", i)));
        LoopBuilder *b = loop_kernel_begin(arena, arena_format(arena, "test_%d", i), TASKS_ONCE);
        loop_for_begin(b, loop_bound_of(BOUND_TASK, 0), loop_bound_of(BOUND_CHUNKS, 1), 1 + i % 2);
        loop_if_begin(b, loop_bound(0), loop_bound_images_of(LOOP_VAR_CHUNK));
        loop_run_nest(b, nest);
        loop_if_end(b);
        loop_for_end(b);
        loop_add_kernel(arena, code, loop_kernel_end(b));
    }
    loop_verify(code);
    return code;
}

/* ---- running them ---- */

typedef struct {
    float *param, *state, *grad, *batch, *scratch, *scalar, *target;
    uint8_t *input;
    uint32_t *label, *item;
    double *log;
} Buffers;

static void *buffer_new(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(memory);
    return memset(memory, 0, (bytes + 63) / 64 * 64);
}

static void fill(float *to, size_t count, uint32_t salt) {
    static const float edges[] = {0.0f,      -0.0f, NAN,   INFINITY, -INFINITY, 0x1p-149f, -0x1p-149f, 0x1.fffffep-127f,
                                  0x1p-126f, 1.0f,  -1.0f, 3e38f,    -3e38f,    0.3f,      7.0f,       0x1.000002p0f};
    for (size_t i = 0; i < count; i++) {
        salt = salt * 1664525u + 1013904223u;
        const uint32_t bits = salt >> 9 | 0x3f000000u;
        float number;
        memcpy(&number, &bits, sizeof number);
        to[i] = salt % 3 == 0 ? edges[(salt >> 8) % COUNT_OF(edges)] : (number - 0.75f) * 8.0f;
    }
}

static Buffers buffers_new(void) {
    Buffers m = {buffer_new(8192), buffer_new(8192), buffer_new(8192),           buffer_new(WORDS * 4),
                 buffer_new(8192), buffer_new(64),   buffer_new(8192),           buffer_new(ROWS * 64),
                 buffer_new(512),  buffer_new(512),  buffer_new((LOGS + 64) * 8)};
    fill(m.param, 2048, 1);
    fill(m.state, 2048, 2);
    fill(m.grad, 2048, 3);
    fill(m.scratch, 2048, 4);
    fill(m.scalar, 16, 5);
    fill(m.target, 2048, 6);
    for (uint32_t i = 0; i < ROWS * 64; i++) m.input[i] = (uint8_t)(i * 37u);
    for (uint32_t i = 0; i < ROWS; i++) {
        m.label[i] = i % 10;
        m.item[i] = i * 17;
    }
    return m;
}

static void buffers_free(Buffers *m) {
    void *all[] = {m->param,  m->state, m->grad,  m->batch, m->scratch, m->scalar,
                   m->target, m->input, m->label, m->item,  m->log};
    for (size_t i = 0; i < COUNT_OF(all); i++) free(all[i]);
}

static void call(NetKernel *kernel, const void *self, const Buffers *m) {
    for (int64_t task = 0; task < PARTS; task++)
        kernel(self, m->param, m->state, m->grad, m->batch, m->scratch, m->input, m->label, m->target, m->item,
               m->scalar, m->log, IMAGES, task, task, PARTS, NULL);
}

static void compare(const Buffers *want, const Buffers *got, const bool *is_integer, const char *route) {
    for (size_t i = 0; i < WORDS; i++) {
        if (memcmp(&want->batch[i], &got->batch[i], 4) == 0) continue;
        if (!is_integer[i] && isnan(want->batch[i]) && isnan(got->batch[i])) continue;
        fail_msg("%s: word %zu is %a, interpreter has %a", route, i, (double)got->batch[i], (double)want->batch[i]);
    }
    for (size_t i = 0; i < LOGS + 64; i++) {
        if (memcmp(&want->log[i], &got->log[i], 8) == 0 || (isnan(want->log[i]) && isnan(got->log[i]))) continue;
        fail_msg("%s: double %zu is %a, interpreter has %a", route, i, got->log[i], want->log[i]);
    }
}

static bool run_command(const char *const *command) {
    pid_t child;
    int status;
    if (posix_spawnp(&child, command[0], NULL, NULL, (char *const *)(uintptr_t)command, environ) != 0) return false;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return false; /* not installed */
    if (status != 0) fail_msg("%s failed", command[0]);
    return true;
}

static bool installed(const char *compiler) {
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_t quiet;
    const char *const command[] = {compiler, "--version", NULL};
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    const int error = posix_spawnp(&child, compiler, &quiet, NULL, (char *const *)(uintptr_t)command, environ);
    if (error == 0) waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&quiet);
    return error == 0 && status == 0;
}

/* net_random is handed in, since the test program does not export its own. */
static const char shim[] =
    "#include <stdint.h>\n"
    "typedef void Draw(uint32_t *, const uint32_t *, uint32_t, uint32_t, uint32_t, uint32_t,\n"
    "    int64_t, int64_t);\n"
    "Draw *net_random_hook;\n"
    "void net_random(uint32_t *out, const uint32_t *item, uint32_t a, uint32_t b, uint32_t c,\n"
    "    uint32_t layer, int64_t first, int64_t end) {\n"
    "    net_random_hook(out, item, a, b, c, layer, first, end);\n"
    "}\n"
    "void net_meet(void *team, int64_t part, int64_t parts) { (void)team, (void)part, (void)parts; }\n";

static void run_library(const char *path, const Code *code, const Buffers *want, const bool *is_integer,
                        const char *route) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail_msg("%s", dlerror());
    NetKernel *const *kernels = dlsym(library, "net_kernel");
    const int64_t *abi = dlsym(library, "net_abi"), *size = dlsym(library, "net_model_size");
    const char *model = dlsym(library, "net_model");
    void *hook = dlsym(library, "net_random_hook");
    assert_true(kernels && abi && size && model && hook);
    void (*target)(uint32_t *, const uint32_t *, uint32_t, uint32_t, uint32_t, uint32_t, int64_t, int64_t) = net_random;
    memcpy(hook, &target, sizeof target);
    assert_int_equal(*abi, NET_ABI);
    assert_int_equal((size_t)*size, strlen(code->descriptor));
    assert_string_equal(model, code->descriptor);
    Buffers got = buffers_new();
    for (size_t k = 0; k < code->kernels.count; k++) call(kernels[k], NULL, &got);
    compare(want, &got, is_integer, route);
    buffers_free(&got);
    dlclose(library);
}

/* A sanitizer looks at netc, not at what compilers make of its C: that is compiled as it stands. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LEVEL(level) "-O0"
#else
#define LEVEL(level) (level)
#endif

typedef struct {
    void **state;
    const Code *code;
    const Buffers *want;
    const bool *is_integer;
    int runs;
} Trial;

static void try_c(Trial *trial, const char *compiler, const char *cpu, const char *level) {
    char c[512], so[512], shim_path[512], march[64], route[128], name[64];
    const Target target = {.cpu = cpu, .level = cpu};
    const char *why = NULL;
    unit_path(c, trial->state, "code.c");
    unit_path(shim_path, trial->state, "shim.c");
    FILE *file = fopen(c, "w");
    assert_non_null(file);
    assert_true(emit_c(trial->code, &target, false, file, &why));
    assert_int_equal(fclose(file), 0);
    snprintf(name, sizeof name, "code%d.so", trial->runs++);
    unit_path(so, trial->state, name);
    snprintf(march, sizeof march, "-march=%s", cpu);
    snprintf(route, sizeof route, "%s %s %s", compiler, march, level);
    const char *command[32] = {compiler, level, march, "-shared", "-w", "-o", so, c, shim_path};
    size_t count = 9;
    for (const char *const *flag = emit_c_flags(); *flag; flag++) command[count++] = *flag;
    assert_true(run_command(command));
    run_library(so, trial->code, trial->want, trial->is_integer, route);
}

static void try_plain(Trial *trial, const char *compiler, const char *level) {
    char c[512], so[512], shim_path[512], route[128], name[64];
    const Target target = {.cpu = "generic"};
    const char *why = NULL;
    unit_path(c, trial->state, "plain.c");
    unit_path(shim_path, trial->state, "shim.c");
    FILE *file = fopen(c, "w");
    assert_non_null(file);
    assert_true(emit_c(trial->code, &target, true, file, &why));
    assert_int_equal(fclose(file), 0);
    snprintf(name, sizeof name, "plain%d.so", trial->runs++);
    unit_path(so, trial->state, name);
    snprintf(route, sizeof route, "%s -std=c99 %s", compiler, level);
    const char *const command[] = {compiler, level, "-std=c99", "-pedantic-errors", "-w",  "-shared", "-fPIC",
                                   "-o",     so,    c,          shim_path,          "-lm", NULL};
    assert_true(run_command(command));
    run_library(so, trial->code, trial->want, trial->is_integer, route);
}

#if NETC_LLVM
static void try_llvm(Trial *trial, const char *cpu, const char *instructions, int level) {
    char object[512], so[512], shim_path[512], route[128], name[64];
    const int bytes = strcmp(instructions, "x86-64-v4") == 0 ? 64 : 32;
    const Target target = {.cpu = cpu, .level = instructions, .fma = true, .processor = {.vector_bytes = bytes}};
    const char *why = NULL;
    Arena *arena = arena_new();
    unit_path(object, trial->state, "code.o");
    unit_path(shim_path, trial->state, "shim.c");
    const LlvmInput from = {trial->code, &target, level};
    if (!emit_llvm(arena, &from, LLVM_OUTPUT_OBJECT, object, &why)) fail_msg("%s", why);
    snprintf(name, sizeof name, "code%d.so", trial->runs++);
    unit_path(so, trial->state, name);
    snprintf(route, sizeof route, "LLVM %s -O%d", cpu, level);
    const char *const command[] = {"cc", "-shared", "-fPIC", "-o", so, object, shim_path, NULL};
    assert_true(run_command(command));
    run_library(so, trial->code, trial->want, trial->is_integer, route);
    arena_free(arena);
}
#endif

static bool runs_here(const char *cpu) {
#if defined(__x86_64__)
    if (strcmp(cpu, "x86-64-v3") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(cpu, "x86-64-v4") == 0) return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
    return strcmp(cpu, "native") == 0;
}

static void try_routes(Trial *trial, Arena *arena) {
    static const char *const cpus[] = {"x86-64-v3", "x86-64-v4", "native"};
    static const char *const compilers[] = {"gcc", "clang-19"};
    (void)arena;
    for (size_t i = 0; i < COUNT_OF(cpus); i++) {
        if (!runs_here(cpus[i])) continue;
        for (size_t j = 0; j < COUNT_OF(compilers); j++)
            if (installed(compilers[j])) try_c(trial, compilers[j], cpus[i], LEVEL(i == 1 ? "-O3" : "-O2"));
#if NETC_LLVM
        const bool native = strcmp(cpus[i], "native") == 0;
        const char *instructions = native ? runs_here(cpus[1]) ? cpus[1] : cpus[0] : cpus[i];
        try_llvm(trial, native ? emit_llvm_host(arena) : cpus[i], instructions, 2);
        if (i == 0) try_llvm(trial, cpus[i], instructions, 0);
#endif
    }
}

static void try_plain_routes(Trial *trial, Arena *arena) {
    static const char *const compilers[] = {"gcc", "clang-19"}, *const levels[] = {LEVEL("-O1"), LEVEL("-O3")};
    (void)arena;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2 && installed(compilers[i]); j++) try_plain(trial, compilers[i], levels[j]);
}

static void compare_routes(void **state, bool plain, void (*try_all)(Trial *trial, Arena *arena)) {
    const char *wanted = getenv("NETC_TEST_SEEDS"), *first = getenv("NETC_TEST_SEED");
    const long seeds = wanted ? strtol(wanted, NULL, 10) : 1;
    char shim_path[512];
    unit_write(unit_path(shim_path, state, "shim.c"), shim, sizeof shim - 1);
    for (long seed = 0; seed < seeds; seed++) {
        Arena *arena = arena_new();
        bool *is_integer = NEW_ARRAY(arena, bool, WORDS);
        const Code *code =
            random_code(arena, (uint64_t)seed + (first ? strtoull(first, NULL, 10) : 1), is_integer, plain);
        const Interp *interp = interp_new(arena, code, true);
        Buffers want = buffers_new();
        for (size_t k = 0; k < code->kernels.count; k++) call(interp_kernel, interp_self(interp, k), &want);
        Trial trial = {state, code, &want, is_integer, 0};
        try_all(&trial, arena);
        buffers_free(&want);
        arena_free(arena);
    }
}

static void routes_agree_on_bits(void **state) { compare_routes(state, false, try_routes); }

static void plain_c_has_the_same_bits(void **state) { compare_routes(state, true, try_plain_routes); }

/* ---- the builder ---- */

static void equal_values_are_made_once(void **state) {
    (void)state;
    Arena *arena = arena_new();
    LoopBuilder *b = loop_nest_begin(arena, "shared", SPAN_NONE);
    const Address at = loop_address(BUFFER_BATCH, 3);
    const int x = loop_load(b, loop_scalar(TYPE_F32), at, false);
    const int two = loop_const_f32(b, 2.0f, false);
    assert_int_equal(loop_load(b, loop_scalar(TYPE_F32), at, false), x);
    assert_int_not_equal(loop_const_f32(b, -0.0f, false), loop_const_f32(b, 0.0f, false));
    const int twice = loop_op2(b, OP_MUL, x, two);
    const int variable = loop_declare(b, twice);
    const int before = loop_get(b, variable);
    const int i = loop_for_begin(b, loop_bound(0), loop_bound(4), 1);
    assert_int_not_equal(loop_load(b, loop_scalar(TYPE_F32), at, false), x); /* the loop may write there */
    assert_int_equal(loop_op2(b, OP_MUL, x, two), twice);
    assert_int_equal(loop_const_f32(b, 2.0f, false), two);
    assert_int_not_equal(loop_get(b, variable), before);
    const int inner = loop_index(b, loop_address_term(loop_address(BUFFER_BATCH, 0), i, 1));
    const int late = loop_const_f32(b, 5.0f, true);
    loop_for_end(b);
    assert_int_equal(loop_const_f32(b, 5.0f, true), late); /* at the top of the nest */
    assert_true(loop_type(b, inner).element == TYPE_I32);
    loop_store(b, loop_address(BUFFER_STATE, 3), twice, false);
    assert_int_equal(loop_load(b, loop_scalar(TYPE_F32), at, false), x);
    loop_store(b, at, twice, false);
    assert_int_not_equal(loop_load(b, loop_scalar(TYPE_F32), at, false), x);
    assert_int_equal(loop_splat(b, two), loop_const_f32(b, 2.0f, true));
    Code *code = loop_code_new(arena, "code", NULL);
    loop_add_nest(arena, code, loop_nest_end(b));
    loop_verify(code);
    arena_free(arena);
}

static void lanes_of_several_vectors_are_summed_as_of_one(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Code *code = loop_code_new(arena, "code", NULL);
    LoopBuilder *b = loop_nest_begin(arena, "sums", SPAN_NONE);
    for (int count = 2; count <= LOOP_LANES; count++) {
        int vector[LOOP_LANES];
        const Address at = loop_address(BUFFER_BATCH, count * 2 * LOOP_LANES);
        for (int k = 0; k < count; k++) {
            vector[k] = loop_load(b, loop_vector(TYPE_F32), loop_address(BUFFER_PARAM, (count + k) * LOOP_LANES), true);
            loop_store(b, loop_address_plus(at, k), loop_op1(b, OP_SUM_LANES, vector[k]), false);
        }
        loop_store_lanes(b, loop_address_plus(at, LOOP_LANES), loop_lane_sums(b, vector, count), 0, count, false);
    }
    const int nest = loop_add_nest(arena, code, loop_nest_end(b));
    b = loop_kernel_begin(arena, "kernel", TASKS_ONCE);
    loop_run_nest(b, nest);
    loop_add_kernel(arena, code, loop_kernel_end(b));
    loop_verify(code);
    Buffers m = buffers_new();
    for (int i = 0; i < 2048; i++) m.param[i] = 1.0f / (float)(i * 7 % 31 + 1);
    const Interp *interp = interp_new(arena, code, true);
    interp_kernel(interp_self(interp, 0), m.param, m.state, m.grad, m.batch, m.scratch, m.input, m.label, m.target,
                  m.item, m.scalar, m.log, IMAGES, 0, 0, 1, NULL);
    for (int count = 2; count <= LOOP_LANES; count++) {
        const float *alone = m.batch + count * 2 * LOOP_LANES;
        assert_memory_equal(alone, alone + LOOP_LANES, (size_t)count * sizeof *alone);
        assert_true(alone[0] > 0 && alone[LOOP_LANES + count] == 0);
    }
    buffers_free(&m);
    arena_free(arena);
}

static void addresses_stay_sorted(void **state) {
    (void)state;
    Address address = loop_address_term(loop_address(BUFFER_PARAM, 1), 3, 5);
    address = loop_address_term(loop_address_term(address, 1, 7), 2, 9);
    assert_int_equal(address.term_count, 3);
    assert_int_equal(address.term[0].var, 1);
    assert_int_equal(address.term[2].stride, 5);
    address = loop_address_term(address, 2, -9);
    assert_int_equal(address.term_count, 2);
    assert_int_equal(address.term[1].var, 3);
}

static void text_is_stable(void **state) {
    (void)state;
    Arena *arena = arena_new();
    LoopBuilder *b = loop_nest_begin(arena, "dense", SPAN_NONE);
    const int sum = loop_declare(b, loop_const_f32(b, 0.0f, true));
    const int k = loop_for_begin(b, loop_bound(0), loop_bound(30), 1);
    const int w = loop_load(b, loop_scalar(TYPE_F32), loop_address_term(loop_address(BUFFER_PARAM, 7), k, 1), false);
    const int x = loop_load(b, loop_vector(TYPE_F32), loop_address_term(loop_address(BUFFER_SCRATCH, 0), k, 16), true);
    loop_set(b, sum, loop_fma(b, w, x, loop_get(b, sum)));
    loop_for_end(b);
    loop_store(b, loop_address_term(loop_address(BUFFER_BATCH, 0), LOOP_VAR_CHUNK, 16), loop_get(b, sum), true);
    const Nest *nest = loop_nest_end(b);
    assert_true(nest->uses.chunk);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    loop_print_nest(nest, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "nest dense(i0) {\n"
                              "    v0 = const.f32x16 0\n"
                              "    declare m0: f32x16 = v0\n"
                              "    for i1 = 0 to 30 step 1 {\n"
                              "        v1 = load.f32 param[7 + 1*i1]\n"
                              "        v2 = load.f32x16 scratch[0 + 16*i1] aligned\n"
                              "        v3 = get.f32x16 m0\n"
                              "        v4 = splat.f32x16 v1\n"
                              "        v5 = fma.f32x16 v4, v2, v3\n"
                              "        m0 = v5\n"
                              "    }\n"
                              "    v6 = get.f32x16 m0\n"
                              "    store batch[0 + 16*i0] = v6 aligned\n"
                              "}\n");
    free(text);
    arena_free(arena);
}

/* out[to + 16 i ..] = 2 * scratch[from + 16 i ..] for i below 2. */
static int add_twice(Arena *arena, Code *code, const char *name, int64_t from, Buffer out, int64_t to) {
    Arena *scratch = arena_new();
    LoopBuilder *b = loop_nest_begin(scratch, name, SPAN_NONE);
    const int i = loop_for_begin(b, loop_bound(0), loop_bound(2), 1);
    const Address at = loop_address_term(loop_address(BUFFER_SCRATCH, from), i, 16);
    const int x = loop_load(b, loop_vector(TYPE_F32), at, true);
    loop_store(b, loop_address_term(loop_address(out, to), i, 16), loop_op2(b, OP_ADD, x, x), true);
    loop_for_end(b);
    const int nest = loop_add_nest(arena, code, loop_nest_end(b));
    arena_free(scratch);
    return nest;
}

static void equal_nests_have_one_body(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Code *code = loop_code_new(arena, "code", NULL);
    assert_int_equal(add_twice(arena, code, "first", 0, BUFFER_STATE, 32), 0);
    assert_int_equal(add_twice(arena, code, "second", 64, BUFFER_STATE, 128), 1);
    assert_int_equal(add_twice(arena, code, "again", 64, BUFFER_STATE, 128), 1);
    const Nest *first = code->nests.at[0], *second = code->nests.at[1];
    assert_int_equal(code->nests.count, 2);
    assert_int_equal(second->same, 0);
    assert_ptr_equal(second->body.at, first->body.at);
    LoopBuilder *b = loop_kernel_begin(arena, "both", TASKS_ONCE);
    for (int nest = 0; nest < 2; nest++) loop_run_nest(b, nest);
    loop_add_kernel(arena, code, loop_kernel_end(b));
    loop_verify(code);
    int64_t sizes[BUFFER_COUNT];
    for (int buffer = 0; buffer < BUFFER_COUNT; buffer++) sizes[buffer] = -1;
    sizes[BUFFER_SCRATCH] = 96; /* the second's reads end there */
    sizes[BUFFER_STATE] = 160;
    for (int nest = 0; nest < 2; nest++) loop_verify_reach(code, nest, sizes);

    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    loop_print(code, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "nest second {\n"
                                 "    for i1 = 0 to 2 step 1 {\n"
                                 "        v0 = load.f32x16 scratch[64 + 16*i1] aligned\n"
                                 "        v1 = add.f32x16 v0, v0\n"
                                 "        store state[128 + 16*i1] = v1 aligned\n"));
    free(text);

    Buffers m = buffers_new();
    for (int i = 0; i < 2048; i++) m.scratch[i] = (float)i;
    const Interp *interp = interp_new(arena, code, true);
    call(interp_kernel, interp_self(interp, 0), &m);
    for (int i = 0; i < 32; i++) {
        assert_float_equal(m.state[32 + i], (float)(2 * i), 0);
        assert_float_equal(m.state[128 + i], (float)(2 * (64 + i)), 0);
    }
    buffers_free(&m);
    arena_free(arena);
}

/* The caller of an inference program gives its output, which is aligned as floats are. */
static void memory_of_the_caller_is_its_own_kind(void **state) {
    (void)state;
    Arena *arena = arena_new();
    for (int given = 0; given < 2; given++) {
        Code *code = loop_code_new(arena, "code", NULL);
        code->exports = given ? "net" : NULL;
        add_twice(arena, code, "first", 0, BUFFER_SCRATCH, 64);
        assert_int_equal(add_twice(arena, code, "second", 0, BUFFER_BATCH, 0), 1);
        assert_int_equal(code->nests.at[1]->same, given ? 1 : 0);
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_nests_have_one_body),
        cmocka_unit_test(memory_of_the_caller_is_its_own_kind),
        cmocka_unit_test(equal_values_are_made_once),
        cmocka_unit_test(lanes_of_several_vectors_are_summed_as_of_one),
        cmocka_unit_test(addresses_stay_sorted),
        cmocka_unit_test(text_is_stable),
        cmocka_unit_test_setup_teardown(routes_agree_on_bits, unit_folder_make, unit_folder_remove),
        cmocka_unit_test_setup_teardown(plain_c_has_the_same_bits, unit_folder_make, unit_folder_remove),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
