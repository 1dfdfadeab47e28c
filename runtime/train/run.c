#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/train/checkpoint.h"
#include "runtime/train/main.h"

/* Scores the last weights on the test part and, with a validation part, the best ones too. */
static NetOutcome test(NetTrainer *trainer, NetTestScores *scores, NetError *error) {
    const NetPlace *place = &trainer->place;
    char which[64];
    *scores = (NetTestScores){.last = {0}};
    NetOutcome outcome = net_trainer_evaluate(trainer, NET_PART_TEST, &scores->last, error);
    if (outcome != NET_WENT_ON || scores->last.n == 0) {
        return outcome;
    }
    int64_t last = place->epoch - 1;
    snprintf(which, sizeof which, last > 0 ? "last epoch" : "initial weights");
    net_progress_test(trainer->progress, true, &scores->last, which);
    if (place->best.n == 0 || place->best_epoch == last) {
        scores->best = place->best.n > 0 ? scores->last : scores->best;
        return outcome;
    }
    float *param = trainer->param;
    float *state = trainer->state;
    trainer->param = trainer->best_param;
    trainer->state = trainer->best_state;
    outcome = net_trainer_evaluate(trainer, NET_PART_TEST, &scores->best, error);
    trainer->param = param;
    trainer->state = state;
    if (outcome == NET_WENT_ON) {
        snprintf(which, sizeof which, "epoch %" PRId64 ", best on validation", place->best_epoch);
        net_progress_test(trainer->progress, false, &scores->best, which);
    }
    return outcome;
}

/* Says why there are fewer epochs than were asked for. */
static void tell_early_stop(NetTrainer *trainer) {
    const NetPlace *place = &trainer->place;
    if (place->epoch <= trainer->options.epochs && net_trainer_out_of_patience(trainer)) {
        net_progress_line(trainer->progress, "stop",
                          "after epoch %" PRId64 ": no better %s on the validation part since epoch %" PRId64,
                          place->epoch - 1, net_model_monitor(trainer->model), place->best_epoch);
    }
}

/* After the last epoch: test, weight files, result.json. */
static NetOutcome finish(NetTrainer *trainer, NetError *error) {
    NetTestScores scores;
    tell_early_stop(trainer);
    NetOutcome outcome = test(trainer, &scores, error);
    if (outcome != NET_WENT_ON) {
        return outcome;
    }
    net_trainer_tick(trainer);
    bool ok = net_csv_close(&trainer->csv, error) &&
              net_trainer_save_weights(trainer, "weights.safetensors", trainer->param, trainer->state, error) &&
              (trainer->place.best.n == 0 || net_trainer_save_weights(trainer, "best.safetensors", trainer->best_param,
                                                                      trainer->best_state, error)) &&
              net_trainer_write_result(trainer, "done", &scores, error);
    if (ok) {
        net_progress_saved(trainer->progress, trainer->run.folder);
    }
    return ok ? NET_WENT_ON : NET_FAILED;
}

/* Whether a resumed run has nothing left to do; says so, and prints its result under --json. */
static bool is_finished(NetTrainer *trainer) {
    enum { RESULT_LIMIT = 1 << 20 };
    const NetOptions *options = &trainer->options;
    char *path = net_run_path(&trainer->run, "result.json", NULL);
    bool early = trainer->place.epoch <= options->epochs && net_trainer_out_of_patience(trainer);
    bool finished = trainer->resumed && (early || trainer->place.epoch > options->epochs) && path != NULL &&
                    access(path, F_OK) == 0;
    if (finished) {
        char note[512];
        int64_t done = trainer->place.epoch - 1;
        bool more = !early;
        int64_t asked = more && options->epochs < done ? done : options->epochs;
        snprintf(note, sizeof note,
                 "%.300s is finished: %" PRId64 " of %" PRId64 " epochs%s; --%s %" PRId64
                 " goes on with it [finished-run]",
                 trainer->run.folder, done, asked, more ? "" : ", no gain on the validation part",
                 more ? "epochs" : "patience", 2 * (more ? done > 0 ? done : 1 : options->patience));
        net_progress_note(trainer->progress, options->program, note);
        size_t size = 0;
        char *text = options->json ? net_file_read(path, RESULT_LIMIT, &size, NULL) : NULL;
        if (text != NULL) {
            fputs(text, stdout);
        }
        free(text);
    } else if (path != NULL && trainer->run.folder != NULL) {
        unlink(path); /* of a run that goes on: the result is what is written last */
    }
    free(path);
    return finished;
}

static int stopped(NetTrainer *trainer) {
    int signal = net_signals_pending();
    const NetPlace *place = &trainer->place;
    NetError note;
    net_fail(&note, NET_OK,
             "stopped in epoch %" PRId64 " after step %" PRId64 " of %" PRId64 "; %s --resume %s goes on from there",
             place->epoch, place->position, trainer->steps, trainer->options.command, trainer->run.folder);
    net_progress_note(trainer->progress, trainer->options.program, note.text);
    return 128 + signal;
}

/* A run that failed: a diverged one leaves its result, any other only its checkpoint. */
static void failed(NetTrainer *trainer, NetError *error) {
    NetTestScores none = {.last = {0}};
    if (error->status == NET_MODEL && trainer->run.folder != NULL) {
        NetError second = {0};
        net_trainer_tick(trainer);
        net_csv_close(&trainer->csv, NULL);
        if (!net_trainer_write_result(trainer, "diverged", &none, &second)) {
            net_progress_note(trainer->progress, trainer->options.program, second.text);
        }
    }
}

static int train(NetTrainer *trainer, const NetModel *model, const NetOptions *options, NetError *error) {
    if (!net_trainer_new(trainer, model, options, error)) {
        return error->status;
    }
    if (is_finished(trainer)) {
        return NET_OK;
    }
    NetOutcome outcome = net_trainer_train(trainer, error);
    outcome = outcome == NET_WENT_ON ? finish(trainer, error) : outcome;
    switch (outcome) {
    case NET_WENT_ON: return NET_OK;
    case NET_STOPPED: return stopped(trainer);
    case NET_FAILED: break;
    }
    failed(trainer, error);
    return error->status;
}

int net_trainer_main(int argc, char **argv, const NetCode *code) {
    NetError error = {0};
    NetModel model;
    NetOptions options;
    int status = NET_OK;
    const char *program = net_options_program(argc > 0 ? argv[0] : "trainer");
    if (!net_model_decode(code, &model, &error)) {
        fprintf(stderr, "%s: %s\n", program, error.text);
        return error.status;
    }
    NetCommand command = net_options_parse(argc, argv, &model, &options, &error);
    if (command == NET_COMMAND_WRONG) {
        status = error.status;
    } else if (command == NET_COMMAND_TRAIN) {
        NetTrainer trainer;
        net_signals_install();
        status = train(&trainer, &model, &options, &error);
        net_trainer_free(&trainer);
    }
    if (status == error.status && status != NET_OK) {
        fprintf(stderr, "%s: %s\n", program, error.text);
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == NET_OK) {
        fprintf(stderr, "%s: standard output: %s\n", program, strerror(errno));
        status = NET_ENVIRONMENT;
    }
    net_model_free(&model);
    return status;
}
