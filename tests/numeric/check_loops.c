/* Checks lowered loops against the double evaluator: every program of every model in models/ and in
 * tests/gradients/Inputs/ runs once by the loop interpreter on made-up data, as the runtime would run it, and must
 * leave what the evaluator finds in the program as it was built, before any pass: changes of what is stored, logs,
 * outputs.
 *
 * Other schedules must leave the same bits: the order of every sum is part of the program.
 *
 * The error of a vector is ||difference|| / ||expected||, at most 1e-5. Buffers hold NaN before, so that nothing
 * unwritten is read; the step is large, and a parameter's change may err by the parameter's own rounding too.
 *
 *     check_loops [FILE.net]        one file alone, from the project's root */
#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"
#include "compiler/loop/schedule.h"
#include "compiler/model/activation.h"
#include "runtime/train/param.h"
#include "runtime/train/scalars.h"
#include "tests/gradients/example.h"

#include <float.h>

enum { PARTS = 3, SCHEDULED = 13 }; /* SCHEDULED: the batch that other schedules are tried with */
#define TOLERANCE 1e-5

/* Aligned and filled with NaN, with room behind that must stay as it is. */
enum { ALIGNMENT = 64, GUARD = 64 };

typedef struct {
    Arena *arena;
    const char *title;
    Programs *programs;
    NetModel net;
    EvalInput input;
    float *param, *state, *grad, *batch, *scratch, *scalar;
    double *log;
    void *rows;
    uint32_t *label, *item;
    float *target;
    int64_t chunks, values;        /* floats of `batch` */
    Eval *expected[PROGRAM_COUNT]; /* what the programs compute, evaluated before the passes */
    int failures;
} Check;

static void *buffer(Check *check, int64_t count, size_t size) {
    char *at = arena_alloc(check->arena, (size_t)count * size + ALIGNMENT + GUARD, 1);
    at += (ALIGNMENT - (uintptr_t)at % ALIGNMENT) % ALIGNMENT;
    memset(at, 0xff, (size_t)count * size + GUARD); /* NaN, in float and in double */
    return at;
}

static void check_guard(Check *check, const char *name, const void *at, int64_t count, size_t size) {
    const unsigned char *guard = (const unsigned char *)at + (size_t)count * size;
    for (int i = 0; i < GUARD; i++)
        if (guard[i] != 0xff) {
            printf("FAILED: %s: %s is written beyond its end\n", check->title, name);
            check->failures++;
            return;
        }
}

static void fill_scalars(Check *check) {
    const EvalInput *in = &check->input;
    NetStep step = {.value = in->value + NET_COUNTS,
                    .m = (int64_t)in->value[NET_COUNT_M],
                    .n = (int64_t)in->value[NET_COUNT_N],
                    .done = (int64_t)in->value[NET_COUNT_S],
                    .epoch = in->epoch};
    net_scalars_fill(&check->net, &step, check->scalar);
}

/* As the loader leaves them: rows from n on are 0. */
static void fill_rows(Check *check) {
    const EvalInput *in = &check->input;
    int64_t size = check->net.input_size, rows = check->chunks * NET_LANES;
    check->rows = buffer(check, rows * size, check->net.input_bytes ? 1 : sizeof(float));
    check->label = buffer(check, rows, sizeof(uint32_t));
    check->item = buffer(check, rows, sizeof(uint32_t));
    int64_t targets = check->net.targets;
    check->target = targets > 0 ? buffer(check, rows * targets, sizeof(float)) : NULL;
    for (int64_t i = 0; i < rows * targets; i++) check->target[i] = (float)(i < in->n * targets ? in->target[i] : 0);
    for (int64_t i = 0; i < rows * size; i++) {
        double value = i < in->n * size ? in->batch[i] : 0;
        if (check->net.input_bytes)
            ((uint8_t *)check->rows)[i] = (uint8_t)value;
        else
            ((float *)check->rows)[i] = (float)value;
    }
    for (int64_t i = 0; i < rows; i++) {
        check->label[i] = i < in->n ? in->label[i] : 0;
        check->item[i] = i < in->n ? in->item[i] : 0;
    }
}

static const NetProgram *program_of(const NetModel *net, ProgramKind kind) {
    switch (kind) {
    case PROGRAM_INIT: return &net->init;
    case PROGRAM_TRAIN: return &net->train;
    case PROGRAM_TRAIN_LOG: return &net->train_log;
    case PROGRAM_PROBE: return &net->probe;
    case PROGRAM_JACOBIAN: return &net->jacobian;
    case PROGRAM_EVAL: return &net->eval;
    case PROGRAM_DIAGNOSE: return &net->diagnose;
    case PROGRAM_PREDICT:
    case PROGRAM_COUNT: break;
    }
    BUG("no such program");
}

/* The values of all that is stored in one of the buffers, as the model lays them out. */
static float *stored_values(const Check *check, const double *from, int64_t size) {
    float *values = NEW_ARRAY(check->arena, float, size + 1);
    for (int64_t i = 0; i < size; i++) values[i] = (float)from[i];
    return values;
}

static void fill_buffers(Check *check) {
    const NetModel *net = &check->net;
    const int64_t params = check->programs->model->param_size, states = check->programs->model->state_size;
    check->values = 0;
    for (ProgramKind kind = 0; kind < PROGRAM_PREDICT; kind++) {
        int64_t values = program_of(net, kind)->batch_chunk * check->chunks;
        check->values = values > check->values ? values : check->values;
    }
    check->param = buffer(check, net->param_size, sizeof(float));
    check->state = buffer(check, net->state_size, sizeof(float));
    check->grad = buffer(check, net->grad_size, sizeof(float));
    check->batch = buffer(check, check->values, sizeof(float));
    check->scratch = buffer(check, net->scratch_size, sizeof(float));
    check->scalar = buffer(check, NET_SCALARS_ROOM, sizeof(float));
    check->log = buffer(check, net->log_once + net->log_chunk * check->chunks, sizeof(double));
    net_params_put(net, false, stored_values(check, check->input.param, params), params, check->param);
    net_params_put(net, true, stored_values(check, check->input.state, states), states, check->state);
    fill_scalars(check);
}

static void check_guards(Check *check) {
    const NetModel *net = &check->net;
    check_guard(check, "param", check->param, net->param_size, sizeof(float));
    check_guard(check, "state", check->state, net->state_size, sizeof(float));
    check_guard(check, "grad", check->grad, net->grad_size, sizeof(float));
    check_guard(check, "batch", check->batch, check->values, sizeof(float));
    check_guard(check, "scratch", check->scratch, net->scratch_size, sizeof(float));
    check_guard(check, "log", check->log, net->log_once + net->log_chunk * check->chunks, sizeof(double));
}

static void run_phase(Check *check, const NetPhase *phase) {
    bool images = phase->tasks == NET_TASKS_CHUNK || phase->tasks == NET_TASKS_SLOT;
    int64_t tasks = !images                                                       ? 1
                    : phase->tasks == NET_TASKS_SLOT && check->chunks > NET_SLOTS ? NET_SLOTS
                                                                                  : check->chunks;
    int64_t parts = phase->tasks == NET_TASKS_PART || phase->tasks == NET_TASKS_MERGE ? PARTS : 1;
    for (int64_t task = tasks * parts; task-- > 0;) /* tasks are independent: backwards is as good */
        phase->kernel(phase->self, check->param, check->state, check->grad, check->batch, check->scratch, check->rows,
                      check->label, check->target, check->item, check->scalar, check->log, check->input.n, task / parts,
                      task % parts, parts, NULL);
}

/* ---- comparisons ---- */
/* `rounding`: what the difference may be beyond the tolerance. */
static void compare(Check *check, const char *program, const char *what, int64_t count, const double *found,
                    const double *expected, double rounding) {
    double difference = 0, norm = 0;
    for (int64_t i = 0; i < count; i++) {
        difference += (found[i] - expected[i]) * (found[i] - expected[i]);
        norm += expected[i] * expected[i];
    }
    if (sqrt(difference) <= TOLERANCE * sqrt(norm) + rounding) return; /* not if it is NaN */
    double error = sqrt(difference) / fmax(sqrt(norm), 1e-30);
    printf("FAILED: %s, batch of %lld: %s: %s: error %.2g (%lld values, first %.8g instead of %.8g)\n", check->title,
           (long long)check->input.n, program, what, error, (long long)count, found[0], expected[0]);
    check->failures++;
}

/* How the program changed what is stored. */
static void compare_stored(Check *check, ProgramKind kind) {
    const Program *p = check->programs->program[kind];
    const Model *model = check->programs->model;
    for (size_t t = 0; t < model->stored.count; t++) {
        const Stored *stored = model->stored.at[t];
        int64_t count = stored_count(stored);
        const double *before = (stored_is_parameter(stored) ? check->input.param : check->input.state) + stored->offset;
        float *after = NEW_ARRAY(check->arena, float, count);
        net_param_get(&check->net.tensor[t], stored_is_parameter(stored) ? check->param : check->state, after);
        double *found = NEW_ARRAY(check->arena, double, count), *expected = NEW_ARRAY(check->arena, double, count);
        const double *next = NULL;
        for (size_t i = 0; i < p->tensors.count; i++) {
            const Tensor *tensor = p->tensors.at[i];
            if (tensor->stored == stored->row && eval_next(check->expected[kind], tensor))
                next = eval_next(check->expected[kind], tensor);
        }
        double size = 0;
        for (int64_t i = 0; i < count; i++) {
            size += before[i] * before[i];
            found[i] = after[i] - before[i];
            expected[i] = next ? next[i] - before[i] : 0;
        }
        compare(check, program_names[kind], stored->name, count, found, expected, FLT_EPSILON * sqrt(size));
    }
}

/* The largest of the chunks' values where a maximum is logged; net_log_value adds them. */
static double logged(const Check *check, ProgramKind kind, const LogEntry *row, const NetLogEntry *entry, int64_t k) {
    const NetModel *net = &check->net;
    const Compute *writer = program_writer(check->programs->program[kind], row->tensor);
    if (row->per != LOG_CHUNK || writer->reduce != REDUCE_MAX)
        return net_log_value(net, entry, check->log, check->chunks, k);
    double most = -INFINITY;
    for (int64_t chunk = 0; chunk < check->chunks; chunk++)
        most = fmax(most, check->log[net->log_once + chunk * net->log_chunk + entry->at]);
    return most;
}

/* The k-th value, counted through all images. */
static double in_row(const Check *check, const NetProgram *program, const LogEntry *row, int64_t k) {
    int64_t width = program->batch_chunk / NET_LANES;
    return (double)check->batch[k / row->count * width + row->at + k % row->count];
}

/* What is read by a normalisation alone loses what all values of a channel have in common: the sum of its deltas is 0,
 * and what is found is rounding. */
static bool sums_to_nothing(const Model *model, const LogEntry *row) {
    if (!string_is(row->name, "delta") && !string_is(row->name, "bias_grad_sq")) return false;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        const Layer *from = layer->normalised ? layer->from.at[0] : NULL;
        if (from && string_is(from->name, row->layer)) return activation_is_linear(from->activation);
    }
    return false;
}

static void compare_logs(Check *check, ProgramKind kind) {
    const NetProgram *program = program_of(&check->net, kind);
    for (size_t i = 0; i < check->programs->log[kind].count; i++) {
        const LogEntry *row = &check->programs->log[kind].at[i];
        if (sums_to_nothing(check->programs->model, row)) continue;
        int64_t count = row->per == LOG_ROW ? row->count * check->input.n : row->count;
        double *found = NEW_ARRAY(check->arena, double, count);
        for (int64_t k = 0; k < count; k++)
            found[k] =
                row->per == LOG_ROW ? in_row(check, program, row, k) : logged(check, kind, row, &program->entry[i], k);
        const char *what = arena_format(check->arena, "%s of '%s'", row->name, row->layer);
        compare(check, program_names[kind], what, count, found, eval_values(check->expected[kind], row->tensor), 0);
    }
}

/* ---- inference ---- */
/* The program `predict`: for chunks of 16 images, with what is left over one by one, it must leave the evaluator's
 * outputs; for all of them one by one, the same bits. */
static void check_inference(Check *check, const LowerOptions *options) {
    Arena *arena = check->arena;
    const Model *model = check->programs->model;
    Programs *programs = programs_build_inference(arena, model, model->layers.at[model->layers.count - 1]);
    Program *p = programs->program[PROGRAM_PREDICT];
    int64_t n = check->input.n, size = check->net.input_size, outputs = check->net.outputs;
    float *rows = buffer(check, n * size, sizeof(float)), *found = buffer(check, n * outputs, sizeof(float));
    double *batch = NEW_ARRAY(arena, double, n *size), *values = NEW_ARRAY(arena, double, n *outputs);
    for (int64_t i = 0; i < n * size; i++) {
        float value = (float)check->input.batch[i];
        batch[i] = rows[i] = check->net.input_bytes ? (float)(1.0 / 255) * value : value;
    }
    EvalInput input = check->input;
    input.batch = batch;
    Eval *expected = eval_new(arena, p, &input);
    eval_run(expected, NULL);
    lower_passes(arena, programs);
    Inference *inference = lower_inference(arena, programs, options, true);
    Interp *interp = interp_new(arena, inference->code, true);
    float *packed = buffer(check, inference->packing.size, sizeof(float));
    float *state = buffer(check, inference->state_size, sizeof(float));
    float *scratch = buffer(check, inference->scratch_size, sizeof(float));
    float *chunks = NEW_ARRAY(arena, float, n *outputs);
    memcpy(state, stored_values(check, check->input.state, model->state_size),
           (size_t)model->state_size * sizeof(float));
    inference_fill(arena, inference, stored_values(check, check->input.param, model->param_size), packed, state);
    int64_t whole = n / NET_LANES * NET_LANES;
    for (int64_t chunk = 0; chunk < n / NET_LANES; chunk++)
        interp_kernel(interp_self(interp, (size_t)inference->batch), packed, state, NULL, found, scratch, rows, NULL,
                      NULL, NULL, NULL, NULL, whole, chunk, 0, 1, NULL);
    for (int pass = 0; pass < 2; pass++) { /* what is left over, then all by themselves */
        for (int64_t i = pass == 0 ? whole : 0; i < n; i++) {
            memset(scratch, 0xff, (size_t)inference->scratch_size * sizeof(float));
            interp_kernel(interp_self(interp, (size_t)inference->one), packed, state, NULL, found + i * outputs,
                          scratch, rows + i * size, NULL, NULL, NULL, NULL, NULL, 1, 0, 0, 1, NULL);
        }
        check_guard(check, "inference: outputs", found, n * outputs, sizeof(float));
        check_guard(check, "inference: scratch", scratch, inference->scratch_size, sizeof(float));
        if (pass == 0) memcpy(chunks, found, (size_t)(n * outputs) * sizeof(float));
    }
    if (memcmp(found, chunks, (size_t)(n * outputs) * sizeof(float)) != 0) {
        printf("FAILED: %s, %lld images: inference one by one: other bits than in chunks\n", check->title,
               (long long)n);
        check->failures++;
    }
    for (int64_t i = 0; i < n * outputs; i++) values[i] = chunks[i];
    for (size_t t = 0; t < p->tensors.count; t++)
        if (p->tensors.at[t]->role == ROLE_OUTPUT)
            compare(check, "predict", "output", n * outputs, values, eval_values(expected, p->tensors.at[t]), 0);
}

/* ---- one model with one batch ---- */
static Tensor *stored_tensor(Program *p, const Stored *stored) {
    for (size_t i = 0; stored && i < p->tensors.count; i++)
        if (p->tensors.at[i]->stored == stored->row) return p->tensors.at[i];
    return NULL;
}

/* Where an input has a mean and a deviation a channel, a step follows the data with both, each from what both were:
 *
 *     next mean[c] = mean[c] / 2 + std[c]     next std[c] = std[c] + mean[c] + sum(n, ...) x[n,c,...] / 256 */
static void follow_data(Programs *programs) {
    Program *p = programs->program[PROGRAM_TRAIN];
    const Layer *input = programs->model->layers.at[0];
    Tensor *mean = stored_tensor(p, layer_part(input, "mean")), *std = stored_tensor(p, layer_part(input, "std"));
    if (!mean || !std) return;
    const Tensor *x = NULL;
    for (size_t i = 0; i < p->tensors.count; i++)
        if (p->tensors.at[i]->role == ROLE_INPUT) x = p->tensors.at[i];
    Affine at[TENSOR_MAX_RANK] = {ix(1), ix(0), ix(2), ix(3)};
    const int64_t range[] = {DIM_BATCH, x->dim[2], x->dim[3]};
    Expr *term = e_mul(p, e_const(p, 1.0 / 256), e_read(p, (Tensor *)(uintptr_t)x, 0, at));
    Tensor *sum = program_compute(p, "followed", 1, mean->dim, REDUCE_SUM, x->rank - 1, range, term);
    program_next(p, mean, e_add(p, e_mul(p, e_const(p, 0.5), e_at(p, mean)), e_at(p, std)));
    program_next(p, std, e_add(p, e_add(p, e_at(p, std), e_at(p, mean)), e_at(p, sum)));
    program_verify(p);
}

static Programs *build_programs(Arena *arena, const Model *model) {
    Programs *programs = programs_build(arena, model);
    follow_data(programs);
    return programs;
}

static void lower(Check *check, const LowerOptions *options) {
    Programs *programs = build_programs(check->arena, check->programs->model); /* of its own: lowering changes them */
    lower_passes(check->arena, programs);
    Code *code = lower_programs(check->arena, programs, options);
    Interp *interp = interp_new(check->arena, code, true);
    NetKernel **kernels = NEW_ARRAY(check->arena, NetKernel *, code->kernels.count);
    const void **selves = NEW_ARRAY(check->arena, const void *, code->kernels.count);
    for (size_t k = 0; k < code->kernels.count; k++) {
        kernels[k] = interp_kernel;
        selves[k] = interp_self(interp, k);
    }
    const NetCode net = {.abi = NET_ABI,
                         .descriptor = code->descriptor,
                         .descriptor_size = strlen(code->descriptor),
                         .kernel = kernels,
                         .self = selves};
    NetError error = {0};
    if (!net_model_decode(&net, &check->net, &error)) BUG("%s", error.text);
}

static void run_program(Check *check, ProgramKind kind) {
    const NetProgram *program = program_of(&check->net, kind);
    fill_buffers(check);
    for (int i = 0; i < program->phases; i++) run_phase(check, &program->phase[i]);
    check_guards(check);
}

static LowerOptions options_for(const char *cpu) {
    const Processor *row = processor_named(MACHINE_X86_64, cpu);
    return (LowerOptions){.backend = "interp", .target = {.cpu = row->name, .fma = row->fma, .processor = *row}};
}

/* Whether both have the same bits of all that is stored there. */
static bool same_stored(const Check *a, const Check *b, bool in_state) {
    const Model *model = a->programs->model;
    const int64_t size = in_state ? model->state_size : model->param_size;
    float *one = NEW_ARRAY(a->arena, float, size + 1), *other = NEW_ARRAY(a->arena, float, size + 1);
    net_params_get(&a->net, in_state, in_state ? a->state : a->param, size, one);
    net_params_get(&b->net, in_state, in_state ? b->state : b->param, size, other);
    return memcmp(one, other, (size_t)size * sizeof(float)) == 0;
}

/* Other schedules must leave the same bits. */
static void check_schedules(Check *check, ProgramKind kind) {
    static const struct {
        const char *cpu, *tile;
    } others[] = {{"x86-64-v3", NULL}, {"x86-64-v4", "1x1"}, {"x86-64-v4", "3x2"}, {"x86-64-v4", "3x2x2"}};
    Check other = *check;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        GivenSchedules given;
        if (others[i].tile) schedules_parse(check->arena, others[i].tile, &given);
        LowerOptions options = options_for(others[i].cpu);
        options.given = others[i].tile ? &given : NULL;
        lower(&other, &options);
        run_program(&other, kind);
        size_t log = (size_t)(check->net.log_once + check->net.log_chunk * check->chunks) * sizeof(double);
        if (!same_stored(&other, check, false) || !same_stored(&other, check, true) ||
            memcmp(other.log, check->log, log) != 0) {
            printf("FAILED: %s, batch of %lld: %s: other bits with %s and tile %s\n", check->title,
                   (long long)check->input.n, program_names[kind], others[i].cpu,
                   others[i].tile ? others[i].tile : "as chosen");
            other.failures++;
        }
        net_model_free(&other.net);
    }
    check->failures = other.failures;
}

static bool check_example(const Example *example, int64_t n) {
    const LowerOptions options = options_for("x86-64-v4");
    Arena *arena = arena_new();
    Check check = {.arena = arena, .title = example_title(arena, example), .chunks = (n + NET_LANES - 1) / NET_LANES};
    check.programs = build_programs(arena, example_model(arena, example));
    example_fill(arena, check.programs, n, &check.input);
    lower(&check, &options);
    fill_rows(&check);
    for (ProgramKind kind = 0; kind < PROGRAM_COUNT; kind++) {
        Program *p = check.programs->program[kind];
        if (!p) continue;
        run_program(&check, kind);
        check.expected[kind] = eval_new(arena, p, &check.input);
        eval_run(check.expected[kind], NULL);
        compare_stored(&check, kind);
        compare_logs(&check, kind);
        if (n == SCHEDULED && kind == PROGRAM_TRAIN) check_schedules(&check, kind);
    }
    check_inference(&check, &options);
    net_model_free(&check.net);
    bool good = check.failures == 0;
    arena_free(arena);
    return good;
}

int main(int argc, char **argv) {
    static const int64_t small[] = {1, 10, 13, 16, 17, 64, 150}, large[] = {2};
    Arena *arena = arena_new();
    Example *list = NULL, one = {.file = argv[1]};
    int cases = 0, failed = 0;
    for (int models = 0; models < 2; models++) {
        size_t count =
            argc > 1 ? (size_t)!models : example_files(arena, models ? "models" : "tests/gradients/Inputs", &list);
        const int64_t *batch = models ? large : small;
        size_t batches = models ? COUNT_OF(large) : COUNT_OF(small);
        for (size_t i = 0; i < count; i++) {
            const Example *example = argc > 1 ? &one : &list[i];
            int bad = 0;
            for (size_t b = 0; b < batches; b++, cases++) bad += !check_example(example, batch[b]);
            printf("%s: %zu batches, %d failed\n", example_title(arena, example), batches, bad);
            fflush(stdout);
            failed += bad;
        }
    }
    printf("%d cases, %d failed\n", cases, failed);
    arena_free(arena);
    return failed > 0 || cases == 0;
}
