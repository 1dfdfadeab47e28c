/* Checks the elementary functions of compiler/loop/math.h: against the C library in double, for monotony, for what
 * they promise of zeros, infinities and NaN; and that every backend, and a scalar beside a vector, gives the same bits.
 *
 *     check_math [--all | --step N] [BACKEND ...]
 *
 * A backend is interp, llvm or the name of a C compiler; without any, all that are there (with --all the fastest).
 * The first is measured, the others are compared with it bit by bit. --all tries every float, --step every Nth (997)
 * and all around the places where something changes. Ends with 1 when anything is wrong. */
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/link.h"
#include "compiler/driver/target.h"
#include "compiler/emit/emit.h"
#include "compiler/loop/interp.h"
#include "compiler/loop/math.h"

enum { BLOCK = 4096, UNIT = 1 << 20, AROUND = 2048, MAX_BACKENDS = 8, MAX_REPORTS = 8, MAX_THREADS = 64 };

/* ---- the functions and what is asked of them ---- */

typedef struct {
    const char *name;
    int (*build)(LoopBuilder *builder, int x);
    double (*reference)(double x);
    double bound;    /* ulp, for x in low .. high */
    float low, high; /* below low the absolute error is at most 2^-126, above high the value is that at high */
    float least, most;
    bool monotone, odd;
    float at_zero;
} Function;

static double logistic(double x) { return 1 / (1 + exp(-x)); }

static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

/* As good as the library's in double and several times faster. */
static double quick_tanh(double x) { return fabs(x) < 0.05 ? tanh(x) : copysign(1 - 2 / (exp(2 * fabs(x)) + 1), x); }

static const Function functions[] = {
    {"exp", math_exp, exp, 1.01, -87.68F, 88.375F, 0, INFINITY, true, false, 1},
    {"expm1", math_expm1, expm1, 1.46, -INFINITY, 88.375F, -1, INFINITY, true, false, 0},
    {"log", math_log, log, 0.88, -INFINITY, INFINITY, -INFINITY, INFINITY, true, false, -INFINITY},
    {"tanh", math_tanh, quick_tanh, 1.95, -INFINITY, INFINITY, -1, 1, true, true, 0},
    {"sigmoid", math_sigmoid, logistic, 2.49, -88.37F, INFINITY, 0, 1, true, false, 0.5F},
    {"softplus", math_softplus, softplus, 2.45, -87.68F, INFINITY, 0, INFINITY, false, false, 0x1.62e43p-1F},
};
enum { FUNCTIONS = COUNT_OF(functions) };

/* Where something changes: bounds, thresholds, multiples of ln 2 / 2 (added when used), ends of the float range. */
static const float edges[] = {0,       0x1p-149F, 0x1p-126F, 0x1p-24F, 0.5F,   0.55F,           0.575F,  0.6F,   1,
                              1.4142F, 2,         9.01F,     10,       16.64F, 17.33F,          87.34F,  87.68F, 88,
                              88.375F, 88.5F,     88.72F,    100,      128,    0x1.fffffep127F, INFINITY};

/* ---- floats in their order, NaN at both ends ---- */

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_at(uint64_t place) {
    const uint32_t bits = place < UINT64_C(0x80000000) ? ~(uint32_t)place : (uint32_t)(place - UINT64_C(0x80000000));
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t place_of(float x) {
    const uint32_t bits = bits_of(x);
    return bits >> 31 ? ~bits : (uint64_t)bits + UINT64_C(0x80000000);
}

static bool same_float(float a, float b) { return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b)); }

/* Distance of y from the exact value in units of the last place there. */
static double ulp_error(float y, double exact) {
    if ((double)y == exact) return 0;
    uint64_t bits; /* the exponent is taken and the scale made from bits: this runs for every float */
    memcpy(&bits, &exact, sizeof bits);
    const uint64_t exponent = bits >> 52 & 2047, least = 1023 - 126;
    bits = (2 * 1023 + 23 - (exponent < least ? least : exponent)) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return fabs((double)y - exact) * scale;
}

/* ---- one kernel a function and width: scratch[i] = f(batch[i]) for BLOCK floats ---- */

static Code *make_code(Arena *arena) {
    Code *code = loop_code_new(arena, "math", source_from_text(arena, "check_math", "", 0));
    for (int i = 0; i < 2 * FUNCTIONS; i++) {
        const bool vector = i % 2 == 0;
        const Function *f = &functions[i / 2];
        const char *name = arena_format(arena, "%s_%s", f->name, vector ? "vector" : "scalar");
        LoopBuilder *b = loop_nest_begin(arena, name, (Span){0});
        const int var = loop_for_begin(b, loop_bound(0), loop_bound(BLOCK), vector ? LOOP_LANES : 1);
        const Address in = loop_address_term(loop_address(BUFFER_BATCH, 0), var, 1);
        const Address out = loop_address_term(loop_address(BUFFER_SCRATCH, 0), var, 1);
        loop_store(b, out, f->build(b, loop_load(b, (Type){TYPE_F32, vector}, in, false)), false);
        loop_for_end(b);
        const int nest = loop_add_nest(arena, code, loop_nest_end(b));
        b = loop_kernel_begin(arena, arena_format(arena, "%s_%d", f->name, i % 2), TASKS_ONCE);
        loop_run_nest(b, nest);
        loop_add_kernel(arena, code, loop_kernel_end(b));
    }
    loop_verify(code);
    return code;
}

typedef struct {
    const char *name;
    NetKernel *const *kernels; /* NULL: the interpreter */
    const Interp *interp;
} Backend;

static void evaluate(const Backend *backend, int function, bool vector, float in[BLOCK], float out[BLOCK]) {
    const size_t k = (size_t)(2 * function + !vector);
    NetKernel *kernel = backend->kernels ? backend->kernels[k] : interp_kernel;
    const void *self = backend->interp ? interp_self(backend->interp, k) : NULL;
    kernel(self, NULL, NULL, NULL, in, out, NULL, NULL, NULL, NULL, NULL, NULL, 1, 0, 0, 1, NULL);
}

/* ---- making a backend ---- */

static bool emit_object(const Tools *tools, const Code *code, const char *name, const Target *target,
                        const char *object) {
    const char *why = "";
#if NETC_LLVM
    if (string_is(name, "llvm")) {
        if (emit_llvm(tools->arena, &(LlvmInput){code, target, 2}, LLVM_OUTPUT_OBJECT, object, &why)) return true;
        fprintf(stderr, "check_math: LLVM could not write %s: %s\n", object, why);
        return false;
    }
#endif
    const char *text = tools_path(tools, arena_format(tools->arena, "%s.c", name));
    FILE *file = fopen(text, "wb");
    const bool good = file && emit_c(code, target, false, file, &why);
    if ((file && fclose(file) != 0) || !good) {
        fprintf(stderr, "check_math: cannot write %s: %s\n", text, file ? why : strerror(errno));
        return false;
    }
    VEC(const char *) command = {0};
    vec_push(tools->arena, &command, name);
    for (const char *const *flag = emit_c_flags(); *flag; flag++) vec_push(tools->arena, &command, *flag);
    const char *march = arena_format(tools->arena, "-march=%s", target->cpu);
    const char *const rest[] = {"-O2", march, "-c", text, "-o", object, NULL};
    for (size_t i = string_is(target->cpu, "generic") ? 2 : 0; i < COUNT_OF(rest); i++)
        vec_push(tools->arena, &command, rest[i]);
    return tools_run(tools, command.at);
}

static bool make_backend(const Tools *tools, const Code *code, const char *name, Backend *backend) {
    *backend = (Backend){.name = name};
    if (string_is(name, "interp")) {
        backend->interp = interp_new(tools->arena, code, true);
        return true;
    }
    Target target;
    const char *why = "";
#if NETC_LLVM
    HostName *host = string_is(name, "llvm") ? emit_llvm_host : NULL;
#else
    HostName *host = NULL;
#endif
    if (!target_find(tools->arena, NULL, host, &target, &why)) return false;
    const char *object = tools_path(tools, arena_format(tools->arena, "%s.o", name));
    const char *library = tools_path(tools, arena_format(tools->arena, "%s.so", name));
    const char *const link[] = {tools->cc, "-shared", object, "-o", library, NULL};
    if (!emit_object(tools, code, name, &target, object) || !tools_run(tools, link)) return false;
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    backend->kernels = handle ? (NetKernel *const *)dlsym(handle, "net_kernel") : NULL;
    if (!backend->kernels) fprintf(stderr, "check_math: %s: %s\n", name, dlerror());
    return backend->kernels != NULL;
}

/* ---- checking ---- */

typedef struct {
    uint64_t first, count, step; /* places */
} Range;

typedef struct {
    const Range *ranges;
    size_t range_count;
    const Backend *backends;
    size_t backend_count;
    bool scalars; /* compare every block's scalars, else one block in 64 */
    atomic_size_t next;
    atomic_int faults;
    pthread_mutex_t lock; /* of what follows */
    int function;
    double worst;
    float worst_at;
} Check;

static void fault(Check *check, float x, float y, const char *what, const char *backend) {
    if (atomic_fetch_add(&check->faults, 1) >= MAX_REPORTS) return;
    printf("%s(%a) = %a in %s: %s\n", functions[check->function].name, (double)x, (double)y, backend, what);
}

static void check_value(Check *check, const Function *f, float x, float y, float at_high, double *worst, float *at) {
    const char *name = check->backends[0].name;
    if (isnan(x) || (f->build == math_log && x < 0)) {
        if (!isnan(y)) fault(check, x, y, "should be NaN", name);
        return;
    }
    if (!(y >= f->least && y <= f->most)) {
        fault(check, x, y, "out of its range, or NaN", name);
        return;
    }
    if (x == 0 && !same_float(y, f->odd ? x : f->at_zero)) fault(check, x, y, "wrong at zero", name);
    if (x > f->high) {
        if (!same_float(y, at_high)) fault(check, x, y, "should be the largest value", name);
        return;
    }
    const double exact = f->reference((double)x);
    if (x < f->low) {
        if (fabs((double)y - exact) > 0x1p-126) fault(check, x, y, "should be as good as 0", name);
        return;
    }
    const double error = ulp_error(y, exact);
    if (!(error <= f->bound)) fault(check, x, y, "is not accurate enough", name);
    if (error > *worst) {
        *worst = error;
        *at = x;
    }
}

/* The other backends' bits, and those of scalars; the slow interpreter's in some blocks alone. */
static void compare_block(Check *check, float in[BLOCK], const float out[BLOCK], uint64_t block) {
    _Alignas(64) float other[BLOCK];
    const bool scalars = check->scalars || block % 64 == 0;
    for (size_t k = 0; k < check->backend_count; k++) {
        if (check->backends[k].interp && block % 8 != 0) continue;
        for (int vector = k == 0 ? 0 : 1; vector >= (scalars ? 0 : 1); vector--) {
            evaluate(&check->backends[k], check->function, vector, in, other);
            for (int i = 0; i < BLOCK; i++)
                if (!same_float(out[i], other[i]))
                    fault(check, in[i], other[i], vector ? "not the first backend's bits" : "a scalar's bits differ",
                          check->backends[k].name);
        }
    }
}

static void check_odd(Check *check, float in[BLOCK], const float out[BLOCK]) {
    _Alignas(64) float negative[BLOCK], other[BLOCK];
    for (int i = 0; i < BLOCK; i++) negative[i] = -in[i];
    evaluate(&check->backends[0], check->function, true, negative, other);
    for (int i = 0; i < BLOCK; i++)
        if (!same_float(-out[i], other[i])) fault(check, in[i], out[i], "is not odd", check->backends[0].name);
}

static void check_range(Check *check, const Range *range, float at_high, double *worst, float *at) {
    const Function *f = &functions[check->function];
    _Alignas(64) float in[BLOCK], out[BLOCK];
    float before = -INFINITY; /* the last value of the block before */
    for (uint64_t done = 0, block = 0; done < range->count; block++) {
        int count = 0; /* the rest of the last block repeats its last float */
        for (; count < BLOCK && done < range->count; count++) in[count] = float_at(range->first + done++ * range->step);
        for (int i = count; i < BLOCK; i++) in[i] = in[count - 1];
        evaluate(&check->backends[0], check->function, true, in, out);
        for (int i = 0; i < count; i++) {
            check_value(check, f, in[i], out[i], at_high, worst, at);
            if (f->monotone && out[i] < before) fault(check, in[i], out[i], "is not monotone", check->backends[0].name);
            if (!isnan(out[i])) before = out[i];
        }
        compare_block(check, in, out, block);
        if (f->odd && in[0] > 0) check_odd(check, in, out);
    }
}

static void *work(void *argument) {
    Check *check = argument;
    _Alignas(64) float in[BLOCK] = {0}, out[BLOCK];
    in[0] = functions[check->function].high;
    evaluate(&check->backends[0], check->function, true, in, out);
    double worst = 0;
    float at = 0;
    for (size_t i; (i = atomic_fetch_add(&check->next, 1)) < check->range_count;)
        check_range(check, &check->ranges[i], out[0], &worst, &at);
    pthread_mutex_lock(&check->lock);
    if (worst > check->worst) {
        check->worst = worst;
        check->worst_at = at;
    }
    pthread_mutex_unlock(&check->lock);
    return NULL;
}

/* True when the function is as it should be; prints its line of the table. */
static bool check_function(Check *check, int function) {
    check->function = function;
    check->worst = 0;
    atomic_store(&check->next, 0);
    atomic_store(&check->faults, 0);
    pthread_t threads[MAX_THREADS];
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const int wanted = processors < 1 ? 1 : processors > MAX_THREADS ? MAX_THREADS : (int)processors;
    int started = 0;
    while (started < wanted && pthread_create(&threads[started], NULL, work, check) == 0) started++;
    if (started == 0) work(check);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    const int faults = atomic_load(&check->faults);
    printf("%-9s %7.4f ulp at %-14a (bound %.2f)%s", functions[function].name, check->worst, (double)check->worst_at,
           functions[function].bound, faults ? "" : "\n");
    if (faults) printf(", %d FAULTS\n", faults);
    fflush(stdout);
    return faults == 0;
}

/* ---- which floats ---- */

typedef VEC(Range) Ranges;

static void add_around(Arena *arena, Ranges *ranges, double x) {
    const uint64_t place = place_of((float)x), last = UINT32_MAX;
    const Range range = {place < AROUND ? 0 : place - AROUND, 2 * AROUND, 1};
    if (range.first + range.count <= last) vec_push(arena, ranges, range);
}

static Ranges make_ranges(Arena *arena, uint64_t step) {
    Ranges ranges = {0};
    const uint64_t all = UINT64_C(1) << 32;
    for (uint64_t first = 0; first < all;) {
        const uint64_t left = (all - first + step - 1) / step;
        /* one more than the next range begins with, so that the step between them is seen */
        const Range range = {first, left <= UNIT ? left : UNIT + 1, step};
        vec_push(arena, &ranges, range);
        first += UNIT * step;
    }
    for (int sign = -1; sign <= 1 && step > 1; sign += 2) {
        for (size_t i = 0; i < COUNT_OF(edges); i++) add_around(arena, &ranges, sign * (double)edges[i]);
        for (int half = 1; half < 256; half++) add_around(arena, &ranges, sign * half * log(2) / 4);
    }
    return ranges;
}

/* ---- command line ---- */

static size_t default_backends(Arena *arena, bool all, const char *names[MAX_BACKENDS]) {
    size_t count = 0;
    Target target;
    const char *why;
    if (target_find(arena, NULL, NULL, &target, &why) && !target.fma) {
        puts("this processor has no fused multiply-add: compiled code has other bits and errors, and is left out");
        names[count++] = "interp";
        return count;
    }
#if NETC_LLVM
    names[count++] = "llvm";
    if (all) return count;
#endif
    const char *const gcc[] = {"gcc"}, *const clang[] = {"clang", "clang-19"};
    const char *const found[] = {program_find(arena, gcc, 1), program_find(arena, clang, COUNT_OF(clang))};
    for (size_t i = 0; i < COUNT_OF(found) && !(all && count); i++)
        if (found[i]) names[count++] = strrchr(found[i], '/') ? strrchr(found[i], '/') + 1 : found[i];
    if (!all || count == 0) names[count++] = "interp";
    return count;
}

static int usage(void) {
    fputs("usage: check_math [--all | --step N] [interp | llvm | C-COMPILER ...]\n", stderr);
    return 2;
}

static bool run_checks(const Tools *tools, uint64_t step, const char *const *names, size_t count) {
    const Code *code = make_code(tools->arena);
    Backend backends[MAX_BACKENDS];
    for (size_t i = 0; i < count; i++)
        if (!make_backend(tools, code, names[i], &backends[i])) return false;
    const Ranges ranges = make_ranges(tools->arena, step);
    Check check = {.ranges = ranges.at,
                   .range_count = ranges.count,
                   .backends = backends,
                   .backend_count = count,
                   .scalars = step > 1,
                   .lock = PTHREAD_MUTEX_INITIALIZER};
    printf("one float in %" PRIu64 ", backends", step);
    for (size_t i = 0; i < count; i++) printf(" %s", names[i]);
    printf("\n");
    bool good = true;
    for (int i = 0; i < FUNCTIONS; i++) good = check_function(&check, i) && good;
    return good;
}

int main(int argc, char **argv) {
    Arena *arena = arena_new();
    uint64_t step = 997;
    const char *names[MAX_BACKENDS];
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        if (string_is(argv[i], "--all"))
            step = 1;
        else if (string_is(argv[i], "--step") && i + 1 < argc)
            step = strtoull(argv[++i], NULL, 10);
        else if (argv[i][0] != '-' && count < MAX_BACKENDS)
            names[count++] = argv[i];
        else
            return usage();
    }
    if (step < 1 || step > UINT32_MAX) return usage();
    if (count == 0) count = default_backends(arena, step == 1, names);
    Tools tools;
    if (!tools_open(arena, NULL, false, &tools)) return 3;
    const bool good = run_checks(&tools, step, names, count);
    tools_close(&tools);
    arena_free(arena);
    return good ? 0 : 1;
}
