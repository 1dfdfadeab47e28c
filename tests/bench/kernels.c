/* Runs the training steps of one model again and again on made-up data, and says how long they took.
 *
 *     kernels THREADS BATCH
 *
 * Linked with the model's object and the runtime. Commands come on standard input, one a line, so that several such
 * programs can take turns; between two commands nothing runs.
 *
 *     limit          prints "limit LANES8 LANES16", GFLOP/s
 *     steps SECONDS  prints "steps COUNT SECONDS"
 *     nests SECONDS  prints "nest NAME CALLS MEDIAN MIN MAX" for each nest (calls a step; microseconds a step), "step
 *                    - 1 MEDIAN MIN MAX", "limit ..." measured in between, "end". Only of an object whose calls of
 *                    nests are enclosed in time stamps (nests.py)
 *
 * The batches lie in memory, padded as the runtime's loader pads them; a step is the program `train` whole, update
 * included. The step size is small: weights stay near where they began, and so do the values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/train/param.h"
#include "runtime/train/scalars.h"
#include "runtime/train/workers.h"
#include "tests/bench/limit.h"

enum { BATCHES = 32, SAMPLES_MAX = 8192, EMPTY_CALLS = 1000 };

/* What nests.py adds to the object. */
extern const uint64_t net_nest_count __attribute__((weak));
extern const char *const net_nest_name[] __attribute__((weak));
extern uint64_t net_nest_ticks[] __attribute__((weak));
extern uint64_t net_nest_calls[] __attribute__((weak));
void net_nest_empty(void) __attribute__((weak)); /* a nest that does nothing, number net_nest_count */

typedef struct {
    NetModel model;
    NetWorkers *workers;
    float *param, *state, *grad, *values;
    double *log;
    unsigned char *input; /* BATCHES of `rows` rows */
    uint32_t *label, *item;
    float scalar[NET_SCALARS_ROOM];
    int64_t batch, rows, row_size, step;
} Bench;

static void fail(const char *text) {
    fprintf(stderr, "kernels: %s\n", text);
    exit(3);
}

static void *make(int64_t count, size_t size) {
    NetError error = {0};
    void *memory = net_alloc((size_t)count, size, &error);
    if (memory == NULL) fail(error.text);
    return memory;
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void fill_input(Bench *bench) {
    const NetModel *model = &bench->model;
    uint32_t seed = 1;
    for (int64_t b = 0; b < BATCHES; b++) {
        for (int64_t i = 0; i < bench->batch; i++) {
            int64_t row = b * bench->rows + i;
            unsigned char *to = bench->input + row * bench->row_size;
            for (int64_t k = 0; k < model->input_size; k++) {
                uint32_t bits = next_random(&seed);
                float value = (float)(bits & 0xFFFF) / 65536;
                if (model->input_bytes)
                    to[k] = (unsigned char)bits;
                else
                    memcpy(to + 4 * k, &value, sizeof value);
            }
            bench->label[row] = model->classes > 0 ? (uint32_t)(row % model->classes) : 0;
            bench->item[row] = (uint32_t)row;
        }
    }
}

/* Steps so small that the weights stay as they are, however many are timed. */
static void fill_scalars(Bench *bench) {
    const NetModel *model = &bench->model;
    double value[NET_SETTINGS_MAX];
    for (int i = 0; i < model->settings; i++) value[i] = model->setting[i].value;
    value[model->known[NET_KNOWN_RATE]] = 1e-5;
    net_scalars_fill(model, &(NetStep){.value = value, .m = bench->batch, .n = 50000, .epoch = 1}, bench->scalar);
}

static void fill_tensors(Bench *bench) {
    for (int i = 0; i < bench->model.tensors; i++) {
        const NetParam *param = &bench->model.tensor[i];
        float *out = make(param->size, sizeof(float));
        if (param->init.kind != NET_INIT_DATA) net_init_fill(&param->init, 1, (uint32_t)i, 0, param->size, out);
        for (int64_t k = 0; k < param->size && param->init.kind == NET_INIT_DATA; k++)
            out[k] = param->init.statistic == NET_STATISTIC_DEVIATION ? 1 : 0;
        net_param_put(param, out, param->in_state ? bench->state : bench->param);
        free(out);
    }
}

static void run_program(Bench *bench, const NetProgram *program) {
    int64_t first = bench->step++ % BATCHES * bench->rows;
    int64_t chunks = bench->rows / NET_LANES;
    memset(bench->log, 0, (size_t)(bench->model.log_once + chunks * bench->model.log_chunk) * sizeof *bench->log);
    NetCall call = {.param = bench->param,
                    .state = bench->state,
                    .grad = bench->grad,
                    .batch = bench->values,
                    .input = bench->input + first * bench->row_size,
                    .label = bench->label + first,
                    .item = bench->item + first,
                    .scalar = bench->scalar,
                    .log = bench->log,
                    .n = bench->batch};
    net_workers_run(bench->workers, program, 0, program->phases, &call);
}

static void bench_open(Bench *bench, int threads, int64_t batch) {
    NetError error = {0};
    NetCode code = {net_abi, net_model, (size_t)net_model_size, net_kernel, NULL};
    if (!net_model_decode(&code, &bench->model, &error)) fail(error.text);
    const NetModel *model = &bench->model;
    int64_t chunks = (batch + NET_LANES - 1) / NET_LANES;
    bench->batch = batch;
    bench->rows = chunks * NET_LANES;
    bench->row_size = model->input_size * (model->input_bytes ? 1 : 4);
    bench->param = make(model->param_size, sizeof(float));
    bench->state = make(model->state_size, sizeof(float));
    bench->grad = make(model->grad_size, sizeof(float));
    int64_t train = model->train.batch_chunk, eval = model->eval.batch_chunk;
    bench->values = make(chunks * (train > eval ? train : eval), sizeof(float));
    bench->log = make(model->log_once + chunks * model->log_chunk, sizeof(double));
    bench->input = make(BATCHES * bench->rows, (size_t)bench->row_size);
    bench->label = make(BATCHES * bench->rows, sizeof(uint32_t));
    bench->item = make(BATCHES * bench->rows, sizeof(uint32_t));
    bench->workers = net_workers_new(threads, model, &error);
    if (bench->workers == NULL) fail(error.text);
    fill_input(bench);
    fill_scalars(bench);
    fill_tensors(bench);
    if (model->init.present) run_program(bench, &bench->model.init);
}

static void raise_limit(double *best_8, double *best_16) {
    double now_8 = limit_measure(8), now_16 = limit_measure(16);
    *best_8 = now_8 > *best_8 ? now_8 : *best_8;
    *best_16 = now_16 > *best_16 ? now_16 : *best_16;
}

static void run_steps(Bench *bench, double seconds) {
    double start = limit_clock(), now = start;
    int64_t count = 0;
    while (now - start < seconds) {
        run_program(bench, &bench->model.train);
        count++;
        now = limit_clock();
    }
    printf("steps %lld %.9f\n", (long long)count, now - start);
}

/* ---- nests ---- */

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_samples(const char *kind, const char *name, double calls, double *sample, size_t count) {
    qsort(sample, count, sizeof *sample, compare);
    printf("%s %s %g %.6f %.6f %.6f\n", kind, name, calls, sample[count / 2], sample[0], sample[count - 1]);
}

/* Ticks the time stamps themselves take. */
static double empty_ticks(void) {
    double least = 1e9;
    for (int run = 0; run < 5; run++) {
        net_nest_ticks[net_nest_count] = 0;
        for (int i = 0; i < EMPTY_CALLS; i++) net_nest_empty();
        double ticks = (double)net_nest_ticks[net_nest_count] / (double)EMPTY_CALLS;
        least = ticks < least ? ticks : least;
    }
    return least;
}

static uint64_t ticks_now(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

static void run_nests(Bench *bench, double seconds) {
    if (&net_nest_count == NULL) fail("this object has no time stamps");
    size_t nests = net_nest_count, count = 0;
    double *sample = make((int64_t)(nests + 1) * SAMPLES_MAX, sizeof *sample);
    double limit_8 = 0, limit_16 = 0, began = limit_clock(), empty = empty_ticks();
    uint64_t began_ticks = ticks_now();
    memset(net_nest_calls, 0, nests * sizeof *net_nest_calls);
    for (double limit_at = 0; limit_clock() - began < seconds && count < SAMPLES_MAX; count++) {
        if (limit_clock() > limit_at) {
            raise_limit(&limit_8, &limit_16);
            limit_at = limit_clock() + 0.1;
        }
        memset(net_nest_ticks, 0, nests * sizeof *net_nest_ticks);
        double start = limit_clock();
        run_program(bench, &bench->model.train);
        sample[nests * SAMPLES_MAX + count] = (limit_clock() - start) * 1e6;
        for (size_t k = 0; k < nests; k++) sample[k * SAMPLES_MAX + count] = (double)net_nest_ticks[k];
    }
    double microseconds = (limit_clock() - began) * 1e6 / (double)(ticks_now() - began_ticks);
    for (size_t k = 0; k < nests && count > 0; k++) {
        double calls = (double)net_nest_calls[k] / (double)count;
        for (size_t i = 0; i < count; i++) {
            double ticks = sample[k * SAMPLES_MAX + i] - empty * calls;
            sample[k * SAMPLES_MAX + i] = ticks > 0 ? ticks * microseconds : 0;
        }
        if (calls > 0) print_samples("nest", net_nest_name[k], calls, sample + k * SAMPLES_MAX, count);
    }
    if (count > 0) print_samples("step", "-", 1, sample + nests * SAMPLES_MAX, count);
    printf("limit %.3f %.3f\nend\n", limit_8, limit_16);
    free(sample);
}

static void run_command(Bench *bench, const char *line) {
    double seconds = 0, limit_8 = 0, limit_16 = 0;
    if (strcmp(line, "limit\n") == 0) {
        raise_limit(&limit_8, &limit_16);
        printf("limit %.3f %.3f\n", limit_8, limit_16);
    } else if (sscanf(line, "steps %lf", &seconds) == 1) {
        run_steps(bench, seconds);
    } else if (sscanf(line, "nests %lf", &seconds) == 1) {
        run_nests(bench, seconds);
    } else {
        fail("the commands are: limit, steps SECONDS, nests SECONDS");
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    long threads = argc == 3 ? strtol(argv[1], NULL, 10) : 0, batch = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (threads < 1 || threads > 1024 || batch < 1 || batch > 1 << 20) {
        fputs("usage: kernels THREADS BATCH\n", stderr);
        return 2;
    }
    Bench bench = {0};
    bench_open(&bench, (int)threads, batch);
    char line[80];
    while (fgets(line, sizeof line, stdin) != NULL) run_command(&bench, line);
    net_workers_free(bench.workers);
    return 0;
}
