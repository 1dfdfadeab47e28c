/* Worker threads: every task of every phase runs exactly once, phases in order, for any number of threads. */
#include "unit.h"

#include "runtime/train/workers.h"

enum { PHASES = 4, LARGEST = 40 * NET_LANES, ROUNDS = 300 };

/* The log counts the runs of each task: [phase][task]; `batch` holds in element 0 of a phase how many had ended
 * before. */
enum { TASKS = LARGEST / NET_LANES };

static void count_task(int phase, double *log, float *scratch, int64_t task, int64_t parts) {
    double *row = log + phase * TASKS;
    assert_in_range(task, 0, parts - 1);
    row[task] += 1;
    for (int64_t i = 0; phase > 0 && i < TASKS; i++)
        scratch[i % 16] += (float)log[(phase - 1) * TASKS + i]; /* a race, unless the phase before has ended */
}

#define KERNEL(name, phase)                                                                                    \
    static void name(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,  \
                     const void *input, const uint32_t *label, const float *target, const uint32_t *item,      \
                     const float *scalar, double *log, int64_t n, int64_t task, int64_t parts) {               \
        (void)self, (void)param, (void)state, (void)grad, (void)batch, (void)input, (void)label, (void)target; \
        (void)item, (void)scalar, (void)n;                                                                     \
        count_task(phase, log, scratch, task, parts);                                                          \
    }

KERNEL(first, 0)
KERNEL(second, 1)
KERNEL(third, 2)
KERNEL(fourth, 3)

static void run_rounds(int threads, int64_t param_size) {
    NetPhase phase[PHASES] = {{first, NULL, NET_TASKS_CHUNK},
                              {second, NULL, NET_TASKS_PART},
                              {third, NULL, NET_TASKS_SLOT},
                              {fourth, NULL, NET_TASKS_ONCE}};
    NetProgram program = {.present = true, .phases = PHASES, .phase = phase};
    NetModel model = {.scratch_size = 16, .param_size = param_size};
    NetError error = {0};
    NetWorkers *workers = net_workers_new(threads, &model, &error);
    assert_non_null(workers);
    assert_int_equal(net_workers_count(workers), threads);
    for (int round = 0; round < ROUNDS; round++) {
        double log[PHASES * TASKS] = {0};
        int64_t n = 1 + round * 37 % LARGEST;
        int64_t chunks = (n + NET_LANES - 1) / NET_LANES;
        NetCall call = {.log = log, .n = n};
        int cut = round % (PHASES + 1); /* in two runs, one of them often of no phase at all */
        net_workers_run(workers, &program, 0, cut, &call);
        net_workers_run(workers, &program, cut, PHASES, &call);
        bool alone = threads == 1 || (param_size < 65536 && chunks == 1);
        int64_t expected[PHASES] = {chunks, alone ? 1 : threads, chunks < NET_SLOTS ? chunks : NET_SLOTS, 1};
        for (int p = 0; p < PHASES; p++)
            for (int64_t task = 0; task < TASKS; task++)
                assert_true(log[p * TASKS + task] == (task < expected[p] ? 1 : 0));
        if (round % 100 == 99) usleep(2000); /* long enough for the others to park */
    }
    net_workers_free(workers);
}

static void test_tasks_run_once(void **state) {
    (void)state;
    for (int threads = 1; threads <= 5; threads++) {
        run_rounds(threads, 10);
        run_rounds(threads, 1 << 20);
    }
}

enum { MOST_WORKERS = 5 };

static void count_worker(void *argument, int worker) { ((int *)argument)[worker]++; }

/* A function is called by each worker, between the runs of programs. */
static void test_each_works_once(void **state) {
    (void)state;
    NetPhase phase[] = {{first, NULL, NET_TASKS_CHUNK}};
    NetProgram program = {.present = true, .phases = 1, .phase = phase};
    for (int threads = 1; threads <= MOST_WORKERS; threads++) {
        NetModel model = {.scratch_size = 16, .param_size = 1 << 20};
        NetError error = {0};
        NetWorkers *workers = net_workers_new(threads, &model, &error);
        int calls[MOST_WORKERS] = {0};
        assert_non_null(workers);
        for (int round = 0; round < ROUNDS; round++) {
            double log[TASKS] = {0};
            NetCall call = {.log = log, .n = LARGEST};
            net_workers_each(workers, count_worker, calls);
            for (int worker = 0; worker < MOST_WORKERS; worker++)
                assert_int_equal(calls[worker], worker < threads ? round + 1 : 0);
            if (round % 3 == 0) net_workers_run(workers, &program, 0, 1, &call);
            for (int64_t task = 0; task < TASKS; task++) assert_true(log[task] == (round % 3 == 0 ? 1 : 0));
        }
        net_workers_free(workers);
    }
}

static void test_processors(void **state) {
    (void)state;
    assert_in_range(net_workers_processors(), 1, 1 << 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tasks_run_once), cmocka_unit_test(test_each_works_once),
                                       cmocka_unit_test(test_processors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
