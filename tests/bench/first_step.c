/* Linked into a trainer with -Wl,--wrap=net_workers_run,--wrap=net_model_decode: says at what time the first training
 * step is about to begin (nanoseconds of CLOCK_MONOTONIC, on standard error) and ends the process there. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "runtime/train/workers.h"

void __real_net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call);
void __wrap_net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call);
bool __real_net_model_decode(const NetCode *code, NetModel *model, NetError *error);
bool __wrap_net_model_decode(const NetCode *code, NetModel *model, NetError *error);

static const NetModel *decoded;

bool __wrap_net_model_decode(const NetCode *code, NetModel *model, NetError *error) {
    decoded = model;
    return __real_net_model_decode(code, model, error);
}

void __wrap_net_workers_run(NetWorkers *workers, const NetProgram *program, int first, int end, const NetCall *call) {
    if (program == &decoded->train || program == &decoded->train_log) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        fprintf(stderr, "\nfirst step %lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
        _exit(0);
    }
    __real_net_workers_run(workers, program, first, end, call);
}
