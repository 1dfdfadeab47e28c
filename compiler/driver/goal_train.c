/* A trainer, for one kind of processor. */
#include <string.h>

#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/loop/interp.h"
#include "compiler/model/settings.h"
#include "runtime/train/scalars.h"

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

static LowerOptions options_of(const Compilation *compilation) {
    return (LowerOptions){.target = compilation->target[0], .backend = compilation->backend->name};
}

static void lower(Compilation *compilation) {
    LowerOptions options = options_of(compilation);
    options.given = compilation->given;
    options.schedule_out = pipeline_schedule_out(compilation, &compilation->target[0]);
    compilation->code = lower_programs(compilation->arena, compilation->programs, &options);
}

/* ---- what is measured ---- */
enum { IMAGES = 256 }; /* at most: batches of more take as long by the image */

static void measure_sizes(const NetModel *model, int64_t images, int64_t size[BUFFER_COUNT]) {
    const NetProgram *const programs[] = {&model->init, &model->train,    &model->train_log, &model->probe,
                                          &model->eval, &model->diagnose, &model->jacobian,  &model->predict};
    const int64_t chunks = net_chunks(images), rows = net_padded(images);
    int64_t batch = 0;
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        batch = programs[i]->present && programs[i]->batch_chunk > batch ? programs[i]->batch_chunk : batch;
    }
    size[BUFFER_PARAM] = model->param_size;
    size[BUFFER_STATE] = model->state_size;
    size[BUFFER_GRAD] = model->grad_size;
    size[BUFFER_BATCH] = chunks * batch;
    size[BUFFER_SCRATCH] = model->scratch_size;
    size[BUFFER_INPUT] = rows * model->input_size;
    size[BUFFER_LABEL] = size[BUFFER_ITEM] = rows;
    size[BUFFER_TARGET] = rows * model->targets;
    size[BUFFER_SCALAR] = NET_SCALARS_ROOM;
    size[BUFFER_LOG] = model->log_once + chunks * model->log_chunk;
}

static void course(const Compilation *compilation, Arena *arena, GivenSchedules *given, Survey *survey,
                   Course *course) {
    LowerOptions options = options_of(compilation);
    options.given = given;
    options.survey = survey;
    const Code *code = lower_programs(arena, compilation->programs, &options);
    NetKernel **kernels = NEW_ARRAY(arena, NetKernel *, code->kernels.count);
    for (size_t k = 0; k < code->kernels.count; k++) {
        kernels[k] = interp_kernel; /* the descriptor alone is read */
    }
    const NetCode described = {NET_ABI, code->descriptor, strlen(code->descriptor), kernels, NULL};
    const int64_t batch = (int64_t)settings_number(&compilation->model->settings, "batch"); /* 0: all examples */
    NetModel model;
    NetError error;
    if (!net_model_decode(&described, &model, &error)) BUG("%s", error.text);
    *course = (Course){.code = code, .images = batch > 0 && batch < IMAGES ? batch : IMAGES};
    measure_sizes(&model, course->images, course->size);
    net_model_free(&model);
}

static void dump(const Compilation *compilation, FILE *out) { loop_print(compilation->code, out); }

const Goal goal_train = {.target = find_target, .build = build, .lower = lower, .dump = dump, .course = course};
