/* Worker threads: every part of every task of every phase runs exactly once, phases in order, for any number of
 * threads. */
#include "unit.h"

#include "runtime/train/workers.h"

enum { LARGEST = 40 * NET_LANES, TASKS = LARGEST / NET_LANES, PARTS = 16, ROUNDS = 40 };

/* The log counts the runs of each part of each task: [phase][task][part]. A worker that shares a task sees, behind each
 * meeting, what all others of its team had written before. */
typedef struct {
    double runs[TASKS][PARTS];
    double sum; /* of the phase before, as each run has found it */
} Counts;

static void count_part(int phase, void *log, float *scratch, int64_t task, int64_t part, int64_t parts, void *team) {
    Counts *counts = (Counts *)log + phase;
    assert_in_range(parts, 1, PARTS);
    assert_in_range(part, 0, parts - 1);
    double found = 0;
    for (int64_t i = 0; phase > 0 && i < TASKS * PARTS; i++)
        found += (counts - 1)->runs[i / PARTS][i % PARTS]; /* a race, unless the phase before has ended */
    for (int round = 0; round < 3; round++) {
        scratch[part] = (float)(10 * task + part + round);
        net_meet(team, part, parts);
        for (int64_t i = 0; i < parts; i++) assert_true(scratch[i] == (float)(10 * task + i + round));
        net_meet(team, part, parts);
    }
    counts->runs[task][part] += 1;
    if (task == 0 && part == 0) counts->sum = found;
}

#define KERNEL(name, phase)                                                                                    \
    static void name(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,  \
                     const void *input, const uint32_t *label, const float *target, const uint32_t *item,      \
                     const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,   \
                     void *team) {                                                                             \
        (void)self, (void)param, (void)state, (void)grad, (void)batch, (void)input, (void)label, (void)target; \
        (void)item, (void)scalar, (void)n;                                                                     \
        count_part(phase, log, scratch, task, part, parts, team);                                              \
    }

KERNEL(first, 0)
KERNEL(second, 1)
KERNEL(third, 2)
KERNEL(fourth, 3)
KERNEL(fifth, 4)

static NetPhase phases[] = {{first, NULL, NET_TASKS_CHUNK, 1, false},
                            {second, NULL, NET_TASKS_PART, 1, false},
                            {third, NULL, NET_TASKS_SLOT, 1, false},
                            {fourth, NULL, NET_TASKS_MERGE, 1, false},
                            {fifth, NULL, NET_TASKS_ONCE, 1, false}};
enum { PHASES = sizeof phases / sizeof *phases };

/* What a phase is split into, told afresh. */
static void expect(const NetPhase *phase, int64_t n, int threads, int64_t *tasks, int64_t *parts) {
    int64_t chunks = (n + NET_LANES - 1) / NET_LANES;
    bool images = phase->tasks == NET_TASKS_CHUNK || phase->tasks == NET_TASKS_SLOT;
    if (phase->tasks == NET_TASKS_ONCE) {
        *tasks = *parts = 1;
        return;
    }
    *tasks = phase->tasks == NET_TASKS_SLOT && chunks > NET_SLOTS ? NET_SLOTS : images ? chunks : 1;
    if (phase->tasks == NET_TASKS_MERGE && chunks == 1) *tasks = 0; /* nothing to add up */
    *parts = images && *tasks > threads ? 1 : images ? threads / *tasks : threads;
    if (*parts > phase->workers) *parts = phase->workers;
    if (phase->spread && chunks == 1) *parts = 1;
}

static void run_once(NetWorkers *workers, int threads, const NetProgram *program, int64_t n, int cut) {
    Counts *counts = calloc(PHASES, sizeof *counts);
    NetCall call = {.log = (double *)(void *)counts, .n = n};
    net_workers_run(workers, program, 0, cut, &call); /* in two runs, one of them often of no phase at all */
    net_workers_run(workers, program, cut, PHASES, &call);
    double before = 0;
    for (int p = 0; p < PHASES; p++) {
        int64_t tasks, parts;
        expect(&program->phase[p], n, threads, &tasks, &parts);
        for (int64_t i = 0; i < TASKS * PARTS; i++)
            assert_true(counts[p].runs[i / PARTS][i % PARTS] == (i / PARTS < tasks && i % PARTS < parts ? 1 : 0));
        assert_true(tasks == 0 || counts[p].sum == before);
        before = (double)(tasks * parts);
    }
    free(counts);
}

static void run_rounds(int threads, int64_t most) {
    for (int p = 0; p < PHASES; p++) phases[p].workers = most;
    phases[1].spread = most == 3;
    NetProgram program = {.present = true, .phases = PHASES, .phase = phases};
    NetModel model = {.scratch_size = PARTS};
    NetError error = {0};
    NetWorkers *workers = net_workers_new(threads, &model, &error);
    assert_non_null(workers);
    assert_int_equal(net_workers_count(workers), threads);
    static const int64_t batches[] = {10, 20, 64, 256};
    for (int round = 0; round < ROUNDS; round++) {
        size_t b = (size_t)round;
        run_once(workers, threads, &program, b < 4 ? batches[b] : 1 + round * 37 % LARGEST, round % (PHASES + 1));
        if (round % 20 == 19) usleep(2000); /* long enough for the others to park */
    }
    net_workers_free(workers);
}

static void test_tasks_run_once(void **state) {
    (void)state;
    for (int threads = 1; threads <= PARTS; threads++) {
        run_rounds(threads, 1);
        run_rounds(threads, 3);
        run_rounds(threads, PARTS);
    }
}

enum { MOST_WORKERS = 5 };

static void count_worker(void *argument, int worker) { ((int *)argument)[worker]++; }

/* A function is called by each worker, between the runs of programs. */
static void test_each_works_once(void **state) {
    (void)state;
    NetPhase phase[] = {{first, NULL, NET_TASKS_CHUNK, 1, false}};
    NetProgram program = {.present = true, .phases = 1, .phase = phase};
    for (int threads = 1; threads <= MOST_WORKERS; threads++) {
        NetModel model = {.scratch_size = PARTS};
        NetError error = {0};
        NetWorkers *workers = net_workers_new(threads, &model, &error);
        int calls[MOST_WORKERS] = {0};
        assert_non_null(workers);
        for (int round = 0; round < ROUNDS; round++) {
            Counts counts = {.sum = 0};
            NetCall call = {.log = (double *)(void *)&counts, .n = LARGEST};
            net_workers_each(workers, count_worker, calls);
            for (int worker = 0; worker < MOST_WORKERS; worker++)
                assert_int_equal(calls[worker], worker < threads ? round + 1 : 0);
            if (round % 3 == 0) net_workers_run(workers, &program, 0, 1, &call);
            for (int64_t task = 0; task < TASKS; task++) assert_true(counts.runs[task][0] == (round % 3 == 0 ? 1 : 0));
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
