#include "runtime/train/joint.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/combine.h"

typedef struct {
    float *param, *state;
} Member;

typedef struct {
    NetTrainer *trainer;
    Member *member;
    float *sum, *votes; /* of a batch's outputs */
} Joint;

static float *copy_of(const float *values, int64_t count, NetError *error) {
    float *copy = net_alloc((size_t)count, sizeof *copy, error);
    if (copy != NULL) {
        memcpy(copy, values, (size_t)count * sizeof *copy);
    }
    return copy;
}

static void use(NetTrainer *trainer, const Member *member) {
    trainer->param = member->param;
    trainer->state = member->state;
}

/* Each with what the file keeps of it; the rest, such as the mean of the data, is the trainer's. */
static bool load(Joint *joint, const NetSafetensors *file, NetError *error) {
    NetTrainer *trainer = joint->trainer;
    const NetModel *model = trainer->model;
    const Member own = {trainer->param, trainer->state};
    int64_t members = model->compiled.members, number = trainer->options.member;
    bool ok = true;
    for (int64_t k = 0; k < members && ok; k++) {
        Member *member = &joint->member[k];
        member->param = copy_of(own.param, model->param_size, error);
        member->state = copy_of(own.state, model->kept_size, error);
        ok = member->param != NULL && member->state != NULL;
        if (ok) {
            use(trainer, member);
            trainer->options.member = k + 1;
            ok = net_trainer_take_weights(trainer, file, error) && net_trainer_copy_tensors(trainer, error);
        }
    }
    use(trainer, &own);
    trainer->options.member = number;
    return ok;
}

static bool open_joint(Joint *joint, NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    size_t values;
    *joint = (Joint){.trainer = trainer};
    if (!net_multiply(NET_EVAL_BATCH, (size_t)model->outputs, &values)) {
        return net_fail(error, NET_ENVIRONMENT, "out of memory");
    }
    joint->member = net_alloc((size_t)model->compiled.members, sizeof *joint->member, error);
    joint->sum = joint->member != NULL ? net_alloc(values, sizeof *joint->sum, error) : NULL;
    joint->votes = joint->sum != NULL ? net_alloc(values, sizeof *joint->votes, error) : NULL;
    return joint->votes != NULL;
}

static void close_joint(Joint *joint) {
    for (int64_t k = 0; joint->member != NULL && k < joint->trainer->model->compiled.members; k++) {
        free(joint->member[k].param);
        free(joint->member[k].state);
    }
    free(joint->member);
    free(joint->sum);
    free(joint->votes);
}

/* The outputs for a batch, in `sum`. */
static void answer(const Joint *joint, const NetBatch *batch) {
    NetTrainer *trainer = joint->trainer;
    const NetModel *model = trainer->model;
    const Member own = {trainer->param, trainer->state};
    int64_t outputs = model->outputs, members = model->compiled.members;
    for (int64_t k = 0; k < members; k++) {
        use(trainer, &joint->member[k]);
        net_trainer_run(trainer, &model->predict, batch);
        for (int64_t i = 0; i < batch->n; i++) {
            net_combine_add(model->compiled.combine, k, outputs, trainer->values + i * outputs,
                            joint->sum + i * outputs, joint->votes + i * outputs);
        }
    }
    for (int64_t i = 0; i < batch->n; i++) {
        net_combine_end(model->compiled.combine, members, outputs, joint->sum + i * outputs,
                        joint->votes + i * outputs);
    }
    use(trainer, &own);
}

static NetOutcome score_part(const Joint *joint, NetPartName part, NetScore *score, NetError *error) {
    NetTrainer *trainer = joint->trainer;
    NetPass pass = {.part = part, .batch = NET_EVAL_BATCH};
    *score = (NetScore){0};
    if (trainer->data.part[part].count == 0) {
        return NET_WENT_ON;
    }
    if (!net_loader_start(trainer->loader, &pass, error)) {
        return NET_FAILED;
    }
    for (const NetBatch *batch; (batch = net_loader_next(trainer->loader)) != NULL;) {
        answer(joint, batch);
        net_score_add_outputs(trainer->model, batch, joint->sum, trainer->spread[part], score);
        if (net_signals_pending() != 0) {
            net_loader_stop(trainer->loader);
            return NET_STOPPED;
        }
    }
    return NET_WENT_ON;
}

NetOutcome net_joint_scores(NetTrainer *trainer, const NetSafetensors *file, NetPartName first, NetFinal *final,
                            NetError *error) {
    NetScore *const scores[] = {
        [NET_PART_TRAIN] = &final->train, [NET_PART_VALIDATION] = &final->validation, [NET_PART_TEST] = &final->test};
    Joint joint;
    *final = (NetFinal){.train = {.n = 0}};
    NetOutcome outcome = open_joint(&joint, trainer, error) && load(&joint, file, error) ? NET_WENT_ON : NET_FAILED;
    for (int part = (int)first; part < NET_PARTS && outcome == NET_WENT_ON; part++) {
        outcome = score_part(&joint, (NetPartName)part, scores[part], error);
    }
    close_joint(&joint);
    return outcome;
}
