/* A trainer, for one kind of processor. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"

static bool find_target(Compilation *compilation, int *status) {
    const char *why = NULL;
    compilation->targets = 1;
    if (!target_find(compilation->arena, compilation->options->cpu, compilation->backend->host, &compilation->target[0],
                     &why)) {
        *status = why == NULL ? STATUS_ENVIRONMENT : report_usage(compilation->command, "--cpu: %s", why);
        return false;
    }
    return true;
}

static Programs *build(const Compilation *compilation) {
    return programs_build(compilation->arena, compilation->model);
}

static void lower(Compilation *compilation) {
    const LowerOptions options = {
        .target = compilation->target[0],
        .backend = compilation->backend->name,
        .given = compilation->given,
        .schedule_out = pipeline_schedule_out(compilation, &compilation->target[0]),
    };
    compilation->code = lower_programs(compilation->arena, compilation->programs, &options);
}

static void dump(const Compilation *compilation, FILE *out) { loop_print(compilation->code, out); }

const Goal goal_train = {.target = find_target, .build = build, .lower = lower, .dump = dump};
