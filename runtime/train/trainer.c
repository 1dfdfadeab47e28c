#include "runtime/train/trainer.h"

#include <string.h>

#include "runtime/log/gradients.h"

static void run_phases(NetTrainer *trainer, const NetProgram *program, int first, int end, const NetBatch *batch) {
    NetCall call = {
        .param = trainer->param,
        .state = trainer->state,
        .grad = trainer->grad,
        .batch = trainer->values,
        .input = batch->input,
        .label = batch->label,
        .target = batch->target,
        .item = batch->item,
        .scalar = trainer->scalar,
        .log = trainer->log,
        .n = batch->n,
    };
    net_workers_run(trainer->workers, program, first, end, &call);
}

float *net_trainer_buffer(const NetTrainer *trainer, const NetParam *param) {
    return param->in_state ? trainer->state : trainer->param;
}

NetStep net_trainer_step(const NetTrainer *trainer, int64_t m) {
    const NetPlace *place = &trainer->place;
    return (NetStep){.value = trainer->options.value,
                     .m = m,
                     .n = trainer->n,
                     .steps = trainer->steps,
                     .done = place->step,
                     .cuts = place->cuts,
                     .epoch = (uint32_t)place->epoch};
}

/* The log is empty, and the scalars are those of the batch. */
static void begin(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch) {
    const NetModel *model = trainer->model;
    int64_t chunks = net_chunks(batch->n);
    memset(trainer->log, 0, (size_t)program->log_once * sizeof *trainer->log);
    memset(trainer->log + model->log_once, 0, (size_t)(chunks * model->log_chunk) * sizeof *trainer->log);
    NetStep step = net_trainer_step(trainer, batch->n);
    net_scalars_fill(model, &step, trainer->scalar);
}

void net_trainer_run(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch) {
    begin(trainer, program, batch);
    run_phases(trainer, program, 0, program->phases, batch);
}

void net_trainer_run_to_commit(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch) {
    begin(trainer, program, batch);
    run_phases(trainer, program, 0, program->commit, batch);
}

void net_trainer_run_commit(NetTrainer *trainer, const NetProgram *program, const NetBatch *batch) {
    run_phases(trainer, program, program->commit, program->phases, batch);
}

void net_trainer_tick(NetTrainer *trainer) {
    double now = net_clock();
    trainer->place.seconds += now - trainer->clock;
    trainer->place.epoch_seconds += now - trainer->clock;
    trainer->clock = now;
}

bool net_trainer_open_logs(NetTrainer *trainer, const int64_t lengths[NET_CSV_FILES], NetError *error) {
    bool used[NET_CSV_FILES];
    NetFigure figures[NET_FIGURES];
    const char *names[NET_FIGURES];
    int count = net_model_figures(trainer->model, figures);
    for (int i = 0; i < count; i++) {
        names[i] = net_figure_name(figures[i]);
    }
    net_logs_files(trainer->model, used);
    return net_csv_open(&trainer->csv, trainer->run.folder, used, lengths, names, count, error);
}
