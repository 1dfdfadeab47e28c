#include "compiler/driver/race.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/driver/report.h"
#include "runtime/abi.h"

/* Of each half: seconds that rounds are run for, and how many there are at least and at most. */
static const double HALF_SECONDS = 0.7;
enum { LEAST_ROUNDS = 4, MOST_ROUNDS = 100 };

typedef struct {
    void *library;
    NetKernel *const *kernel; /* by step */
} Racer;

struct Race {
    Arena *arena;
    size_t steps;
    int64_t *images;              /* that a step is given */
    int64_t size[BUFFER_COUNT];   /* elements, as many as some code takes: blocks of terms may take more than none */
    size_t element[BUFFER_COUNT]; /* bytes of one */
    void *buffer[BUFFER_COUNT];
    Racer *racer;
    int racers, most;
    double *least[2]; /* by half: of each racer the steps */
};

/* ---- code that can be timed ---- */
/* The statements around the one that runs a nest, and that. */
static bool copy_way(Arena *arena, const Block *from, int nest, Block *to) {
    for (size_t i = 0; i < from->count; i++) {
        Stmt way = *from->at[i];
        way.body = (Block){0};
        if (way.kind == STMT_NEST ? way.nest == nest : copy_way(arena, &from->at[i]->body, nest, &way.body)) {
            Stmt *copy = NEW(arena, Stmt);
            *copy = way;
            vec_push(arena, to, copy);
            return true;
        }
    }
    return false;
}

/* A kernel a step, in the table of a trainer; nests that none runs are empty. */
static Code *code_of_steps(Arena *arena, const Code *code, const Step *steps, size_t count) {
    Code *made = NEW(arena, Code);
    *made = *code;
    made->exports = NULL;
    made->descriptor = "";
    memset(&made->nests, 0, sizeof made->nests);
    memset(&made->kernels, 0, sizeof made->kernels);
    bool *runs = NEW_ARRAY(arena, bool, code->nests.count);
    for (size_t i = 0; i < count; i++) {
        Kernel *kernel = NEW(arena, Kernel);
        *kernel = *code->kernels.at[steps[i].kernel];
        kernel->name = arena_format(arena, "step_%zu", i);
        memset(&kernel->body, 0, sizeof kernel->body);
        if (!copy_way(arena, &code->kernels.at[steps[i].kernel]->body, steps[i].nest, &kernel->body))
            BUG("kernel %d does not run nest %d", steps[i].kernel, steps[i].nest);
        vec_push(arena, &made->kernels, kernel);
        runs[steps[i].nest] = runs[code->nests.at[steps[i].nest]->same] = true;
    }
    for (size_t i = 0; i < code->nests.count; i++) {
        Nest *nest = NEW(arena, Nest);
        *nest = *code->nests.at[i];
        if (!runs[i]) memset(&nest->body, 0, sizeof nest->body);
        vec_push(arena, &made->nests, nest);
    }
    return made;
}

/* ---- entering ---- */
static size_t element_size(const Code *code, int buffer) {
    return buffer == BUFFER_LOG ? sizeof(double) : buffer == BUFFER_INPUT && code->input_bytes ? 1 : sizeof(float);
}

Race *race_new(Arena *arena, size_t steps, int most) {
    Race *race = NEW(arena, Race);
    *race = (Race){.arena = arena, .steps = steps, .most = most};
    race->images = NEW_ARRAY(arena, int64_t, steps);
    race->racer = NEW_ARRAY(arena, Racer, most);
    for (int half = 0; half < 2; half++) race->least[half] = NEW_ARRAY(arena, double, steps *(size_t)most);
    return race;
}

static bool make_buffers(Race *race) {
    for (int b = 0; b < BUFFER_COUNT; b++) {
        NetError error;
        race->buffer[b] = net_alloc((size_t)race->size[b], race->element[b], &error);
        if (race->buffer[b] == NULL) {
            report_environment("--tune: %s", error.text);
            return false;
        }
    }
    float *scalar = race->buffer[BUFFER_SCALAR]; /* what is divided by one of them stays a number */
    for (int64_t i = 0; i < race->size[BUFFER_SCALAR]; i++) scalar[i] = 1;
    return true;
}

bool race_enter(Race *race, const Tools *tools, const Generation *from, const Course *course, const Step *steps) {
    ASSERT(race->racers < race->most);
    Arena *arena = arena_new();
    Generation own = *from;
    own.code = code_of_steps(arena, course->code, steps, race->steps);
    for (int b = 0; b < BUFFER_COUNT; b++) {
        if (course->size[b] > race->size[b]) race->size[b] = course->size[b];
        race->element[b] = element_size(course->code, b);
    }
    for (size_t i = 0; i < race->steps; i++) {
        const Tasks tasks = own.code->kernels.at[i]->tasks;
        const bool chunk = tasks == TASKS_SLOT || tasks == TASKS_CHUNK; /* one is enough */
        race->images[i] = chunk && course->images > NET_LANES ? NET_LANES : course->images;
    }
    const char *object = tools_path(tools, "steps.o");
    const char *path = tools_path(tools, arena_format(arena, "steps-%d.so", race->racers));
    const char *const link[] = {tools->cc, "-shared", "-o", path, object, NULL};
    const bool made = from->backend->write(tools, &own, EMIT_OBJ, object) && tools_run(tools, link);
    Racer racer = {made ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL, NULL};
    if (made && racer.library == NULL)
        report_environment("--tune cannot run what it measures: %s; a variable TMPDIR names a folder that programs can "
                           "run from",
                           dlerror());
    if (racer.library != NULL) {
        racer.kernel = dlsym(racer.library, "net_kernel");
        ASSERT(racer.kernel != NULL);
        race->racer[race->racers++] = racer;
    }
    arena_free(arena);
    return racer.library != NULL;
}

void race_end(Race *race) {
    for (int r = 0; r < race->racers; r++) dlclose(race->racer[r].library);
    for (int b = 0; b < BUFFER_COUNT; b++) free(race->buffer[b]);
}

/* ---- running ---- */
static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* All steps of a racer once; keeps the times that are less than what is there, unless that is NULL. */
static void run_steps(const Race *race, const Racer *racer, double *least) {
    void *const *b = race->buffer;
    double before = now();
    for (size_t i = 0; i < race->steps; i++) {
        racer->kernel[i](NULL, b[BUFFER_PARAM], b[BUFFER_STATE], b[BUFFER_GRAD], b[BUFFER_BATCH], b[BUFFER_SCRATCH],
                         b[BUFFER_INPUT], b[BUFFER_LABEL], b[BUFFER_TARGET], b[BUFFER_ITEM], b[BUFFER_SCALAR],
                         b[BUFFER_LOG], race->images[i], 0, 0, 1, NULL);
        const double after = now();
        if (least != NULL && after - before < least[i]) least[i] = after - before;
        before = after;
    }
}

bool race_run(Race *race) {
    if (!make_buffers(race)) return false;
    double start = now();
    for (int r = 0; r < race->racers; r++) run_steps(race, &race->racer[r], NULL); /* pages come in */
    const double round = now() - start;
    int rounds = MOST_ROUNDS;
    if (rounds * round > HALF_SECONDS) rounds = (int)(HALF_SECONDS / round);
    if (rounds < LEAST_ROUNDS) rounds = LEAST_ROUNDS;
    for (int half = 0; half < 2; half++) {
        for (size_t i = 0; i < race->steps * (size_t)race->most; i++) race->least[half][i] = INFINITY;
        for (int k = 0; k < rounds && tools_interrupted() == 0; k++) {
            for (int i = 0; i < race->racers; i++) {
                const int r = (k + i) % race->racers;
                run_steps(race, &race->racer[r], race->least[half] + (size_t)r * race->steps);
            }
        }
    }
    return tools_interrupted() == 0;
}

double race_time(const Race *race, int racer, size_t step, int half) {
    return race->least[half][(size_t)racer * race->steps + step];
}
