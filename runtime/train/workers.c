#include "runtime/train/workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CACHE_LINE = 64,
    SMALL_MODEL = 65536,
    SPIN_LIMIT = 4000 /* pauses before a waiting worker parks: some 50 to 150 microseconds */
};

struct NetWorkers {
    _Alignas(CACHE_LINE) atomic_uint generation; /* of the barrier: raised by whoever arrives last */
    _Alignas(CACHE_LINE) atomic_int arrived;
    atomic_int expected; /* workers that take part: fewer than `count` only when one could not be started */
    _Alignas(CACHE_LINE) atomic_int parked;
    int count, spin;
    int started; /* threads that exist: count - 1 unless creation failed half way */
    bool small;  /* the model has so few weights that one worker updates them sooner than two can meet */
    bool quit;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t *thread;
    float *scratch;
    size_t slab; /* floats between two workers' scratch */
    /* the job, written by worker 0 before the barrier that starts it: a function, or without one a program */
    void (*work)(void *argument, int worker);
    void *argument;
    const NetProgram *program;
    int first, end; /* its phases to run */
    NetCall call;
    atomic_llong next[NET_MAX_PHASES]; /* next task of each phase */
};

typedef struct {
    NetWorkers *workers;
    int index;
} Start;

static inline void spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The last to arrive raises the generation and wakes those that parked. Generation and `parked` are sequentially
 * consistent: either the parking worker sees the new generation, or the last worker sees that it has parked. */
static void barrier_wait(NetWorkers *workers) {
    unsigned before = atomic_load_explicit(&workers->generation, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&workers->arrived, 1, memory_order_acq_rel) + 1 ==
        atomic_load_explicit(&workers->expected, memory_order_relaxed)) {
        atomic_store_explicit(&workers->arrived, 0, memory_order_relaxed);
        atomic_store(&workers->generation, before + 1);
        if (atomic_load(&workers->parked) > 0) {
            pthread_mutex_lock(&workers->mutex);
            pthread_cond_broadcast(&workers->wake);
            pthread_mutex_unlock(&workers->mutex);
        }
        return;
    }
    for (int i = 0; i < workers->spin; i++) {
        if (atomic_load_explicit(&workers->generation, memory_order_acquire) != before) {
            return;
        }
        spin_pause();
    }
    pthread_mutex_lock(&workers->mutex);
    atomic_fetch_add(&workers->parked, 1);
    while (atomic_load(&workers->generation) == before) {
        pthread_cond_wait(&workers->wake, &workers->mutex);
    }
    atomic_fetch_sub(&workers->parked, 1);
    pthread_mutex_unlock(&workers->mutex);
}

static int64_t task_count(NetTasks tasks, int64_t n, int64_t workers) {
    int64_t chunks = net_chunks(n);
    switch (tasks) {
    case NET_TASKS_ONCE: return 1;
    case NET_TASKS_CHUNK: return chunks;
    case NET_TASKS_SLOT: return chunks < NET_SLOTS ? chunks : NET_SLOTS;
    case NET_TASKS_PART: return workers;
    }
    return 0;
}

static void run_task(NetWorkers *workers, const NetPhase *phase, int worker, int64_t task, int64_t parts) {
    const NetCall *call = &workers->call;
    phase->kernel(phase->self, call->param, call->state, call->grad, call->batch,
                  workers->scratch + (size_t)worker * workers->slab, call->input, call->label, call->target, call->item,
                  call->scalar, call->log, call->n, task, parts);
}

/* One worker's share of all phases, with a barrier after each. */
static void run_phases(NetWorkers *workers, int worker) {
    const NetProgram *program = workers->program;
    const int end = workers->end; /* the next run's is written once the last barrier is passed */
    for (int i = workers->first; i < end; i++) {
        const NetPhase *phase = &program->phase[i];
        int64_t parts = task_count(phase->tasks, workers->call.n, workers->count);
        if (phase->tasks == NET_TASKS_PART) {
            run_task(workers, phase, worker, worker, parts); /* the same rows each step: they stay in its cache */
        } else {
            for (;;) {
                int64_t task = atomic_fetch_add_explicit(&workers->next[i], 1, memory_order_relaxed);
                if (task >= parts) {
                    break;
                }
                run_task(workers, phase, worker, task, parts);
            }
        }
        barrier_wait(workers);
    }
}

static void *worker_main(void *argument) {
    Start start = *(Start *)argument;
    free(argument);
    for (;;) {
        barrier_wait(start.workers);
        if (start.workers->quit) {
            return NULL;
        }
        if (start.workers->work != NULL) {
            start.workers->work(start.workers->argument, start.index);
            barrier_wait(start.workers);
        } else {
            run_phases(start.workers, start.index);
        }
    }
}

int net_workers_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return CPU_COUNT(&set);
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
    return online > 0 && online < 4096 ? (int)online : 1;
}

/* Signals are the main thread's: the others block them all, from birth. */
static bool start_thread(NetWorkers *workers, int index) {
    Start *start = malloc(sizeof *start);
    if (start == NULL) {
        return false;
    }
    *start = (Start){workers, index};
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&workers->thread[index - 1], NULL, worker_main, start);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed != 0) {
        free(start);
        return false;
    }
    workers->started++;
    return true;
}

NetWorkers *net_workers_new(int count, const NetModel *model, NetError *error) {
    NetWorkers *workers = net_alloc(1, sizeof *workers, error);
    if (workers == NULL) {
        return NULL;
    }
    workers->count = count;
    workers->small = model->param_size < SMALL_MODEL;
    atomic_store_explicit(&workers->expected, count, memory_order_relaxed);
    workers->spin = count <= net_workers_processors() ? SPIN_LIMIT : 0;
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->wake, NULL);
    /* a line between two slabs, so that prefetching one worker's end does not pull at the next one's start */
    workers->slab = ((size_t)model->scratch_size + 15) / 16 * 16 + 32;
    workers->scratch = net_alloc(workers->slab * sizeof(float), (size_t)count, error);
    workers->thread = net_alloc((size_t)count, sizeof *workers->thread, error);
    if (workers->scratch == NULL || workers->thread == NULL) {
        net_workers_free(workers);
        return NULL;
    }
    for (int i = 1; i < count; i++) {
        if (!start_thread(workers, i)) {
            net_fail(error, NET_ENVIRONMENT, "cannot start thread %d of %d; try a smaller --threads", i + 1, count);
            net_workers_free(workers);
            return NULL;
        }
    }
    return workers;
}

void net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call) {
    if (first >= end) {
        return; /* no last barrier would keep the workers from reading the next run's phases */
    }
    workers->work = NULL;
    workers->program = program;
    workers->first = first;
    workers->end = end;
    workers->call = *call;
    /* a single chunk has nothing to share but the update */
    if (workers->count > 1 && !(workers->small && call->n <= NET_LANES)) {
        for (int i = first; i < end; i++) {
            atomic_store_explicit(&workers->next[i], 0, memory_order_relaxed);
        }
        barrier_wait(workers);
        run_phases(workers, 0);
        return;
    }
    for (int i = first; i < end; i++) {
        const NetPhase *phase = &program->phase[i];
        int64_t parts = task_count(phase->tasks, call->n, 1);
        for (int64_t task = 0; task < parts; task++) {
            run_task(workers, phase, 0, task, parts);
        }
    }
}

void net_workers_each(NetWorkers *workers, void (*work)(void *argument, int worker), void *argument) {
    workers->work = work;
    workers->argument = argument;
    if (workers->count > 1) {
        barrier_wait(workers);
    }
    work(argument, 0);
    if (workers->count > 1) {
        barrier_wait(workers);
    }
}

int net_workers_count(const NetWorkers *workers) { return workers->count; }

void net_workers_free(NetWorkers *workers) {
    if (workers == NULL) {
        return;
    }
    if (workers->started > 0) {
        workers->quit = true;
        atomic_store_explicit(&workers->expected, workers->started + 1, memory_order_relaxed);
        barrier_wait(workers);
        for (int i = 0; i < workers->started; i++) {
            pthread_join(workers->thread[i], NULL);
        }
    }
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->mutex);
    free(workers->thread);
    free(workers->scratch);
    free(workers);
}
