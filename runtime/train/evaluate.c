#include <stdio.h>

#include "runtime/train/trainer.h"

/* What the outputs for a batch add to a score, those of the one network. They stay in its program, which logs sums of
 * what is asked of them. */
static void score_batch(NetTrainer *trainer, const NetBatch *batch, const double *spread, NetScore *score) {
    const NetProgram *program = &trainer->model->eval;
    net_trainer_run(trainer, program, batch);
    net_score_add(trainer->model, program, trainer->log, batch->n, spread, score);
}

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
        score_batch(trainer, batch, trainer->spread[part], score);
        if (net_signals_pending() != 0) {
            net_loader_stop(trainer->loader);
            *score = (NetScore){0};
            return NET_STOPPED;
        }
    }
    return NET_WENT_ON;
}

NetOutcome net_trainer_evaluate_all(NetTrainer *trainer, NetFinal *final, NetError *error) {
    static const char *const tags[] = {
        [NET_PART_TRAIN] = "train", [NET_PART_VALIDATION] = "valid.", [NET_PART_TEST] = "test"};
    NetScore *const scores[] = {
        [NET_PART_TRAIN] = &final->train, [NET_PART_VALIDATION] = &final->validation, [NET_PART_TEST] = &final->test};
    *final = (NetFinal){.train = {.n = 0}};
    for (int part = NET_PART_TRAIN; part <= NET_PART_TEST; part++) {
        char cost[64] = "";
        NetOutcome outcome = net_trainer_evaluate(trainer, (NetPartName)part, scores[part], error);
        if (outcome != NET_WENT_ON) {
            return outcome;
        }
        if (scores[part]->n > 0) {
            snprintf(cost, sizeof cost, "cost %.4g", net_score_cost(scores[part]));
            net_progress_score(trainer->progress, tags[part], scores[part], cost);
        }
    }
    return NET_WENT_ON;
}
