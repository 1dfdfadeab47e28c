#include "runtime/train/workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CACHE_LINE = 64,
    SPIN_LIMIT = 4000 /* pauses before a waiting worker parks: some 50 to 150 microseconds */
};

/* Where workers meet. All but the first arrive and wait for the next generation; the first waits for them, and begins
 * it. Between these two it is alone. */
typedef struct {
    _Alignas(CACHE_LINE) atomic_uint arrived;
    _Alignas(CACHE_LINE) atomic_uint generation;
} Meeting;

/* Workers that share a task: those from number k * parts on share task k. */
typedef struct {
    NetWorkers *workers;
    Meeting meeting;
} Team;

struct NetWorkers {
    Meeting meeting;
    _Alignas(CACHE_LINE) atomic_int parked;
    int count, spin;
    int started; /* threads that exist: count - 1 unless creation failed half way */
    bool quit;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t *thread;
    Team *team; /* as many as workers; team k uses the scratch of its first worker */
    float *scratch;
    size_t slab; /* floats between two workers' scratch */
    /* the job, written by worker 0 while all others wait: a function, or without one a program */
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

/* ---- meeting ---- */
static inline void spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Waits until *at is `value`, which is the next that it is to have. What is waited for and `parked` are sequentially
 * consistent: either who parks sees the value, or who stores it sees that somebody has parked. */
static void wait_until(NetWorkers *workers, atomic_uint *at, unsigned value) {
    for (int i = 0; i <= workers->spin; i++) {
        if (atomic_load_explicit(at, memory_order_acquire) == value) {
            return;
        }
        spin_pause();
    }
    pthread_mutex_lock(&workers->mutex);
    atomic_fetch_add(&workers->parked, 1);
    while (atomic_load(at) != value) {
        pthread_cond_wait(&workers->wake, &workers->mutex);
    }
    atomic_fetch_sub(&workers->parked, 1);
    pthread_mutex_unlock(&workers->mutex);
}

static void wake_parked(NetWorkers *workers) {
    if (atomic_load(&workers->parked) > 0) {
        pthread_mutex_lock(&workers->mutex);
        pthread_cond_broadcast(&workers->wake);
        pthread_mutex_unlock(&workers->mutex);
    }
}

/* The first one's two halves of a meeting. */
static void gather(NetWorkers *workers, Meeting *meeting, int others) {
    wait_until(workers, &meeting->arrived, (unsigned)others);
    atomic_store_explicit(&meeting->arrived, 0, memory_order_relaxed);
}

static void release(NetWorkers *workers, Meeting *meeting) {
    atomic_fetch_add(&meeting->generation, 1);
    wake_parked(workers);
}

/* The others'. */
static void attend(NetWorkers *workers, Meeting *meeting) {
    unsigned before = atomic_load_explicit(&meeting->generation, memory_order_relaxed);
    atomic_fetch_add(&meeting->arrived, 1);
    wake_parked(workers);
    wait_until(workers, &meeting->generation, before + 1);
}

static void meet(NetWorkers *workers, Meeting *meeting, int64_t number, int64_t count) {
    if (number > 0) {
        attend(workers, meeting);
    } else {
        gather(workers, meeting, (int)count - 1);
        release(workers, meeting);
    }
}

void net_meet(void *team, int64_t part, int64_t parts) {
    Team *ours = team;
    if (parts > 1) {
        meet(ours->workers, &ours->meeting, part, parts);
    }
}

/* ---- tasks ---- */
typedef struct {
    int64_t tasks;
    int64_t parts; /* workers that share each of them */
} Shares;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static Shares shares_of(const NetPhase *phase, int64_t n, int64_t workers) {
    int64_t chunks = net_chunks(n);
    int64_t most = least(phase->spread && chunks == 1 ? 1 : phase->workers, workers);
    int64_t tasks = chunks < NET_SLOTS || phase->tasks == NET_TASKS_CHUNK ? chunks : NET_SLOTS;
    switch (phase->tasks) {
    case NET_TASKS_ONCE: return (Shares){1, 1};
    case NET_TASKS_CHUNK:
    case NET_TASKS_SLOT: return (Shares){tasks, least(phase->workers, tasks < workers ? workers / tasks : 1)};
    case NET_TASKS_PART: return (Shares){1, most};
    case NET_TASKS_MERGE: return (Shares){chunks > 1, most};
    }
    return (Shares){0, 1};
}

/* Whether worker 0 runs the phase by itself. */
static bool is_alone(const NetPhase *phase, int64_t n, int64_t workers) {
    Shares shares = shares_of(phase, n, workers);
    return shares.tasks * shares.parts <= 1;
}

static void run_task(NetWorkers *workers, const NetPhase *phase, int slab, int64_t task, int64_t part, int64_t parts) {
    const NetCall *call = &workers->call;
    phase->kernel(phase->self, call->param, call->state, call->grad, call->batch,
                  workers->scratch + (size_t)slab * workers->slab, call->input, call->label, call->target, call->item,
                  call->scalar, call->log, call->n, task, part, parts, &workers->team[task % workers->count]);
}

/* One worker's share of a phase. Tasks that are shared are settled, so that a worker has the same elements in each
 * step: they stay in its cache. */
static void run_shares(NetWorkers *workers, int i, int worker, Shares shares) {
    const NetPhase *phase = &workers->program->phase[i];
    if (shares.parts > 1) {
        int64_t task = worker / shares.parts;
        if (task < shares.tasks) {
            run_task(workers, phase, (int)(task * shares.parts), task, worker % shares.parts, shares.parts);
        }
        return;
    }
    for (;;) {
        int64_t task = atomic_fetch_add_explicit(&workers->next[i], 1, memory_order_relaxed);
        if (task >= shares.tasks) {
            return;
        }
        run_task(workers, phase, worker, task, 0, 1);
    }
}

static void run_alone(NetWorkers *workers, const NetPhase *phase, int64_t tasks) {
    for (int64_t task = 0; task < tasks; task++) {
        run_task(workers, phase, 0, task, 0, 1);
    }
}

/* One worker's share of all phases. They meet after each but the last, unless worker 0 runs both it and the next. */
static void run_phases(NetWorkers *workers, int worker) {
    const NetPhase *phase = workers->program->phase;
    const int end = workers->end; /* who is done before worker 0 reads the job no more */
    const int64_t n = workers->call.n;
    for (int i = workers->first; i < end; i++) {
        Shares shares = shares_of(&phase[i], n, workers->count);
        bool alone = is_alone(&phase[i], n, workers->count);
        if (!alone) {
            run_shares(workers, i, worker, shares);
        } else if (worker == 0) {
            run_alone(workers, &phase[i], shares.tasks);
        }
        if (i + 1 < end && !(alone && is_alone(&phase[i + 1], n, workers->count))) {
            meet(workers, &workers->meeting, worker, workers->count);
        }
    }
}

/* ---- threads ---- */
static void *worker_main(void *argument) {
    Start start = *(Start *)argument;
    free(argument);
    for (;;) {
        attend(start.workers, &start.workers->meeting);
        if (start.workers->quit) {
            return NULL;
        }
        if (start.workers->work != NULL) {
            start.workers->work(start.workers->argument, start.index);
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
    return online > 0 && online <= NET_WORKERS ? (int)online : 1;
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
    workers->spin = count <= net_workers_processors() ? SPIN_LIMIT : 0;
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->wake, NULL);
    /* a line between two slabs, so that prefetching one worker's end does not pull at the next one's start */
    workers->slab = ((size_t)model->scratch_size + 15) / 16 * 16 + 32;
    workers->scratch = net_alloc(workers->slab * sizeof(float), (size_t)count, error);
    workers->thread = net_alloc((size_t)count, sizeof *workers->thread, error);
    workers->team = net_alloc((size_t)count, sizeof *workers->team, error);
    if (workers->scratch == NULL || workers->thread == NULL || workers->team == NULL) {
        net_workers_free(workers);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        workers->team[i].workers = workers;
    }
    bool started = true;
    for (int i = 1; i < count && started; i++) {
        started = start_thread(workers, i);
    }
    gather(workers, &workers->meeting, workers->started);
    if (!started) {
        net_fail(error, NET_ENVIRONMENT, "cannot start thread %d of %d; try a smaller --threads", workers->started + 2,
                 count);
        net_workers_free(workers);
        return NULL;
    }
    return workers;
}

void net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call) {
    workers->work = NULL;
    workers->program = program;
    workers->first = first;
    workers->end = end;
    workers->call = *call;
    bool alone = true;
    for (int i = first; i < end; i++) {
        alone = alone && is_alone(&program->phase[i], call->n, workers->count);
        atomic_store_explicit(&workers->next[i], 0, memory_order_relaxed);
    }
    if (alone || workers->count == 1) {
        for (int i = first; i < end; i++) {
            run_alone(workers, &program->phase[i], shares_of(&program->phase[i], call->n, 1).tasks);
        }
        return;
    }
    release(workers, &workers->meeting);
    run_phases(workers, 0);
    gather(workers, &workers->meeting, workers->started);
}

void net_workers_each(NetWorkers *workers, void (*work)(void *argument, int worker), void *argument) {
    workers->work = work;
    workers->argument = argument;
    if (workers->count > 1) {
        release(workers, &workers->meeting);
    }
    work(argument, 0);
    if (workers->count > 1) {
        gather(workers, &workers->meeting, workers->started);
    }
}

int net_workers_count(const NetWorkers *workers) { return workers->count; }

void net_workers_free(NetWorkers *workers) {
    if (workers == NULL) {
        return;
    }
    if (workers->started > 0) {
        workers->quit = true;
        release(workers, &workers->meeting);
        for (int i = 0; i < workers->started; i++) {
            pthread_join(workers->thread[i], NULL);
        }
    }
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->mutex);
    free(workers->thread);
    free(workers->team);
    free(workers->scratch);
    free(workers);
}
