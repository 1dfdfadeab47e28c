/* libFuzzer target: from text to a trained step.
 *
 * The input is a .net file. A model within bounds goes the whole road: tensor programs, passes, loop nests, and a run
 * of every program by the interpreter; then the program for use, for one image and for sixteen. Besides crashes, and
 * compilations that take long for such small networks, it finds broken promises: nests that loop_verify() refuses,
 * descriptors the runtime does not read, reads beyond a buffer, bits that depend on the schedule or on the number of
 * images. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"
#include "compiler/model/layer.h"
#include "runtime/train/param.h"
#include "runtime/train/scalars.h"
#include "runtime/train/workers.h"
#include "tests/fuzz/networks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

enum {
    MAX_TEXT = 1 << 12,
    MAX_LAYERS = 64,
    MAX_VALUES = 1 << 12, /* of a layer's output */
    MAX_PARAMETERS = 1 << 13,
    MAX_WORK = 1 << 16, /* multiply-adds of an example, forward */
    MAX_IMAGES = 2 * NET_LANES + 1,
};

/* ---- inputs ---- */

/* One network in four is new, one edit in eight is anyone's. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    Drawing d = {.random = seed};
    int kind = draw(&d, 8);
    if (kind == 0) return LLVMFuzzerMutate(data, size, max_size);
    if (kind < 3 || size < 2)
        draw_network(&d);
    else
        edit_network(&d, (const char *)data, size);
    size_t length = d.text.length < max_size ? d.text.length : max_size;
    memcpy(data, d.text.data, length);
    text_free(&d.text);
    return length;
}

/* ---- made-up numbers ---- */

typedef struct {
    int64_t images;
    float *param, *state, *rows; /* rows: floats, as a network in use has them */
    uint8_t *bytes;              /* the same images as the trainer has them */
    uint32_t *label, *item;
} Example;

static double uniform(Drawing *d) { return draw(d, 1 << 16) / 65536.0; }

/* Exactly `count` of them, so that a step beyond is seen; zeroed, aligned as kernels expect. */
static void *buffer(int64_t count, size_t size) {
    void *memory = NULL;
    if (posix_memalign(&memory, 64, (size_t)count * size) != 0) out_of_memory();
    return memset(memory, 0, (size_t)count * size);
}

static Example example_new(Drawing *d, const Programs *programs) {
    const Model *model = programs->model;
    int64_t inputs = shape_count(model->layers.at[0]->out), classes = model_classes(model);
    int64_t images = 1 + draw(d, MAX_IMAGES), rows = net_padded(images);
    Example x = {.images = images,
                 .param = buffer(model->param_size, sizeof(float)),
                 .state = buffer(model->state_size, sizeof(float)),
                 .rows = buffer(rows * inputs, sizeof(float)),
                 .bytes = buffer(rows * inputs, 1),
                 .label = buffer(rows, sizeof(uint32_t)),
                 .item = buffer(rows, sizeof(uint32_t))};
    for (int64_t i = 0; i < images * inputs; i++) {
        x.bytes[i] = (uint8_t)draw(d, 256);
        x.rows[i] = (float)x.bytes[i] * (float)(1.0 / 255);
    }
    for (int64_t i = 0; i < images; i++) {
        x.label[i] = classes > 0 ? (uint32_t)draw(d, (int)classes) : 0;
        x.item[i] = (uint32_t)(3 * i + 5);
    }
    for (size_t t = 0; t < model->stored.count; t++) {
        const Stored *stored = model->stored.at[t];
        bool parameter = stored_is_parameter(stored);
        int64_t size = stored_count(stored);
        double reach = sqrt(3.0 * (double)stored->dim[0] / (double)size);
        for (int64_t i = 0; i < size; i++) {
            double u = uniform(d);
            float *at = (parameter ? x.param : x.state) + stored->offset + i;
            *at = (float)(parameter ? (2 * u - 1) * reach : 0.3 + 0.4 * u);
        }
    }
    return x;
}

static void example_free(const Example *x) {
    free(x->param), free(x->state), free(x->rows), free(x->bytes), free(x->label), free(x->item);
}

/* ---- a step ---- */

/* What a run leaves: all that is stored, and the log of each program. */
typedef struct {
    float *param, *state;
    double *log;
    int64_t params, states, logs;
} Outcome;

/* What the model has is small, so that one step goes nowhere, in an epoch of 1,024 examples. */
static void fill_scalars(const NetModel *model, int64_t images, float scalar[NET_SCALARS_ROOM]) {
    double value[NET_SETTINGS_MAX];
    for (int i = 0; i < model->settings; i++) value[i] = model->setting[i].value != 0 ? 0.125 : 0;
    value[model->known[NET_KNOWN_SEED]] = 11 + 7 * 0x1p32;
    net_scalars_fill(model, &(NetStep){.value = value, .m = images, .n = 1024, .epoch = 3}, scalar);
}

/* Trains one step, and runs every other program. */
static Outcome run_programs(const NetModel *model, const Example *x) {
    const NetProgram *programs[] = {&model->init,     &model->train, &model->train_log, &model->probe,
                                    &model->jacobian, &model->eval,  &model->diagnose};
    int64_t chunks = (x->images + NET_LANES - 1) / NET_LANES, logs = model->log_once + chunks * model->log_chunk;
    float scalar[NET_SCALARS_ROOM] = {0};
    fill_scalars(model, x->images, scalar);
    Outcome outcome = {
        .params = model->plain.param, .states = model->plain.state, .logs = logs * (int64_t)COUNT_OF(programs)};
    float *param = buffer(model->param_size, sizeof(float)), *state = buffer(model->state_size, sizeof(float));
    outcome.param = buffer(outcome.params, sizeof(float));
    outcome.state = buffer(outcome.states, sizeof(float));
    outcome.log = buffer(outcome.logs, sizeof(double));
    net_params_put(model, false, x->param, outcome.params, param);
    net_params_put(model, true, x->state, outcome.states, state);
    int64_t values = 0; /* for each chunk */
    for (size_t p = 0; p < COUNT_OF(programs); p++)
        values = programs[p]->batch_chunk > values ? programs[p]->batch_chunk : values;
    NetCall call = {.param = param,
                    .state = state,
                    .grad = buffer(model->grad_size, sizeof(float)),
                    .batch = buffer(chunks * values, sizeof(float)),
                    .input = model->input_bytes ? (const void *)x->bytes : x->rows,
                    .label = x->label,
                    .item = x->item,
                    .scalar = scalar,
                    .log = outcome.log,
                    .n = x->images};
    NetError error;
    NetWorkers *workers = net_workers_new(1, model, &error);
    if (!workers) out_of_memory();
    for (size_t p = 0; p < COUNT_OF(programs); p++, call.log += logs)
        if (programs[p]->present) net_workers_run(workers, programs[p], 0, programs[p]->phases, &call);
    net_workers_free(workers);
    net_params_get(model, false, param, outcome.params, outcome.param);
    net_params_get(model, true, state, outcome.states, outcome.state);
    free(param), free(state), free(call.grad), free(call.batch);
    return outcome;
}

static Outcome train(Arena *arena, Programs *programs, const LowerOptions *options, const Example *x) {
    Code *code = lower_programs(arena, programs, options);
    Interp *interp = interp_new(arena, code, true);
    NetKernel **kernels = NEW_ARRAY(arena, NetKernel *, code->kernels.count);
    const void **selves = NEW_ARRAY(arena, const void *, code->kernels.count);
    for (size_t k = 0; k < code->kernels.count; k++) kernels[k] = interp_kernel, selves[k] = interp_self(interp, k);
    NetCode net_code = {NET_ABI, code->descriptor, strlen(code->descriptor), kernels, selves};
    NetModel model;
    NetError error = {0};
    if (!net_model_decode(&net_code, &model, &error)) BUG("the descriptor does not decode: %s", error.text);
    Outcome outcome = run_programs(&model, x);
    net_model_free(&model);
    return outcome;
}

static bool same_number(double a, double b) { return a == b ? signbit(a) == signbit(b) : isnan(a) && isnan(b); }

/* Trains with one schedule and with another: no bit may differ. */
static void check_training(Arena *arena, Drawing *d, const Model *model) {
    static const char *const processors[] = {"generic", "generic", "x86-64-v3", "x86-64-v4"};
    LowerOptions options = {
        .backend = "interp", .target = {.cpu = "generic", .fma = true}, .body_max = 8 << draw(d, 4)};
    Programs *programs = programs_build(arena, model);
    lower_passes(arena, programs);
    Example x = example_new(d, programs);
    const char *name = processors[draw(d, COUNT_OF(processors))];
    options.target.processor = *processor_named(MACHINE_X86_64, name);
    Outcome one = train(arena, programs, &options, &x);
    options.target.processor = *processor_named(MACHINE_X86_64, string_is(name, "generic") ? "x86-64-v3" : "generic");
    Outcome other = draw(d, 4) ? one : train(arena, programs, &options, &x);
    ASSERT(one.params == other.params && one.states == other.states && one.logs == other.logs);
    for (int64_t i = 0; i < one.params; i++) ASSERT(same_number((double)one.param[i], (double)other.param[i]));
    for (int64_t i = 0; i < one.states; i++) ASSERT(same_number((double)one.state[i], (double)other.state[i]));
    for (int64_t i = 0; i < one.logs; i++) ASSERT(same_number(one.log[i], other.log[i]));
    if (other.param != one.param) free(other.param), free(other.state), free(other.log);
    free(one.param), free(one.state), free(one.log);
    example_free(&x);
}

/* ---- a network in use ---- */

typedef struct {
    const Interp *interp;
    float *param, *state, *scratch;
} Predictor;

static void predict(const Predictor *p, int kernel, const float *x, float *y, int64_t images) {
    for (int64_t chunk = 0; chunk * NET_LANES < images; chunk++)
        interp_kernel(interp_self(p->interp, (size_t)kernel), p->param, p->state, NULL, y, p->scratch, x, NULL, NULL,
                      NULL, NULL, NULL, images, chunk, 0, 1, NULL);
}

/* Image by image and sixteen at once: no bit may differ. */
static void check_inference(Arena *arena, Drawing *d, const Model *model) {
    static const char *const processors[] = {"generic", "x86-64-v3", "x86-64-v4"};
    const Layer *last = model->layers.at[model->layers.count - 1];
    int64_t inputs = shape_count(model->layers.at[0]->out), outputs = shape_count(last->out);
    const LowerOptions options = {
        .backend = "interp",
        .target = {.cpu = "generic",
                   .fma = true,
                   .processor = *processor_named(MACHINE_X86_64, processors[draw(d, COUNT_OF(processors))])}};
    Programs *programs = programs_build_inference(arena, model, last);
    lower_passes(arena, programs);
    Inference *inference = lower_inference(arena, programs, &options, true);
    Example x = example_new(d, programs);
    int64_t rows = net_padded(x.images);
    float *one = buffer(rows * outputs, sizeof(float)), *batch = buffer(rows * outputs, sizeof(float));
    Predictor p = {.interp = interp_new(arena, inference->code, true),
                   .state = buffer(inference->state_size, sizeof(float)),
                   .param = buffer(inference->packing.size, sizeof(float)),
                   .scratch = buffer(inference->scratch_size, sizeof(float))};
    memcpy(p.state, x.state, (size_t)model->state_size * sizeof(float));
    inference_fill(arena, inference, x.param, p.param, p.state);
    for (int64_t i = 0; i < rows; i++) predict(&p, inference->one, x.rows + i * inputs, one + i * outputs, 1);
    predict(&p, inference->batch, x.rows, batch, rows);
    for (int64_t i = 0; i < rows * outputs; i++) ASSERT(same_number((double)one[i], (double)batch[i]));
    free(one), free(batch), free(p.param), free(p.state), free(p.scratch);
    example_free(&x);
}

static bool within_bounds(const Model *model) {
    int64_t work = 0;
    if (model->layers.count > MAX_LAYERS || model->parameter_count > MAX_PARAMETERS) return false;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (shape_count(layer->out) > MAX_VALUES || layer->multiply_adds > MAX_WORK) return false;
        work += layer->multiply_adds;
    }
    return work <= MAX_WORK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Arena *arena; /* kept: its memory serves again */
    if (size > MAX_TEXT) return -1;
    if (!arena) arena = arena_new();
    Source *source = source_from_text(arena, "fuzz.net", (const char *)data, size);
    Diags diags = {.arena = arena, .source = source};
    const Model *model = model_check(arena, source, ast_parse(arena, source, &diags), NULL, &diags);
    Drawing d = {.random = hash_bytes(0, data, size)};
    if (model && within_bounds(model)) {
        if (draw(&d, 3))
            check_training(arena, &d, model);
        else
            check_inference(arena, &d, model);
    }
    arena_reset(arena);
    return 0;
}
