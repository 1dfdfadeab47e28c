#include "runtime/train/trainer.h"

NetOutcome net_trainer_evaluate(NetTrainer *trainer, NetPartName part, NetScore *score, NetError *error) {
    *score = (NetScore){0};
    NetPass pass = {.part = part, .batch = NET_EVAL_BATCH};
    if (trainer->data.part[part].count == 0) {
        return NET_WENT_ON;
    }
    if (!net_loader_start(trainer->loader, &pass, error)) {
        return NET_FAILED;
    }
    for (const NetBatch *batch; (batch = net_loader_next(trainer->loader)) != NULL;) {
        net_trainer_run(trainer, &trainer->model->eval, batch);
        net_score_add(trainer->model, &trainer->model->eval, trainer->log, batch->n, score);
        if (net_signals_pending() != 0) {
            net_loader_stop(trainer->loader);
            *score = (NetScore){0};
            return NET_STOPPED;
        }
    }
    return NET_WENT_ON;
}
