/* The worker threads of a trainer.
 *
 * A program is a list of phases, a phase a number of independent tasks. The caller of net_workers_run is worker 0;
 * between phases all workers meet at a barrier that spins shortly and then parks, so an idle trainer takes no
 * processor time. Whichever worker runs a task, the task computes the same bits: every sum's order belongs to the
 * task, none to the worker. With one thread nothing is synchronised at all.
 *
 * NetWorkers owns its threads and each worker's scratch: 64-byte aligned, zeroed once, never cleared again. Creating
 * them can fail (memory, threads); running cannot. */
#ifndef NET_TRAIN_WORKERS_H
#define NET_TRAIN_WORKERS_H

#include "runtime/base/error.h"
#include "runtime/train/model.h"

typedef struct NetWorkers NetWorkers;

/* What the kernels of one run share; see NetKernel for the meaning and the size of each. */
typedef struct {
    float *param, *state, *grad, *batch;
    const void *input;
    const uint32_t *label;
    const float *target;
    const uint32_t *item;
    const float *scalar;
    double *log;
    int64_t n; /* images, at least 1 */
} NetCall;

/* Processors this process may run on, at least 1: the default number of threads. */
int net_workers_processors(void);

/* Starts count - 1 threads for a model; count is at least 1. NULL with *error filled when that fails. */
NetWorkers *net_workers_new(int count, const NetModel *model, NetError *error);

/* Runs the phases first .. end-1 of a program over call->n images and returns when the last task has ended. One run at
 * a time; the program must outlive the workers. */
void net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call);

/* Has every worker call work(argument, its number), and returns when the last has come back. */
void net_workers_each(NetWorkers *workers, void (*work)(void *argument, int worker), void *argument);

int net_workers_count(const NetWorkers *workers);

/* Ends the threads and frees all. NULL is allowed. */
void net_workers_free(NetWorkers *workers);

#endif
