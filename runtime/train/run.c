#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/train/checkpoint.h"
#include "runtime/train/require.h"

/* Scores the present weights on the test part and, with a validation part, the best ones too. */
static NetOutcome test(NetTrainer *trainer, NetFinal *final, NetError *error) {
    const NetPlace *place = &trainer->place;
    char which[80];
    NetOutcome outcome = net_trainer_evaluate(trainer, NET_PART_TEST, &final->test, error);
    if (outcome != NET_WENT_ON || final->test.n == 0) {
        return outcome;
    }
    int64_t last = place->epoch - 1;
    if (place->position > 0) {
        snprintf(which, sizeof which, "epoch %" PRId64 ", step %" PRId64, place->epoch, place->position);
    } else {
        snprintf(which, sizeof which, last > 0 ? "last epoch" : "initial weights");
    }
    net_progress_score(trainer->progress, "test", &final->test, which);
    if (place->best.n == 0 || (place->best_epoch == last && place->position == 0)) {
        final->best_test = place->best.n > 0 ? final->test : final->best_test;
        return outcome;
    }
    float *param = trainer->param;
    float *state = trainer->state;
    trainer->param = trainer->best_param;
    trainer->state = trainer->best_state;
    outcome = net_trainer_evaluate(trainer, NET_PART_TEST, &final->best_test, error);
    trainer->param = param;
    trainer->state = state;
    if (outcome == NET_WENT_ON) {
        snprintf(which, sizeof which, "epoch %" PRId64 ", best on validation", place->best_epoch);
        net_progress_score(trainer->progress, "", &final->best_test, which);
    }
    return outcome;
}

/* The figures of the present weights: within an epoch, which the time limit has cut, they are measured here. The place
 * stays as the checkpoint has it, so that a resumed run goes on as if it had not been looked at. */
static NetOutcome final_scores(NetTrainer *trainer, NetFinal *final, NetError *error) {
    const NetPlace *place = &trainer->place;
    *final = (NetFinal){.train = place->train, .validation = place->validation};
    NetOutcome outcome = NET_WENT_ON;
    if (place->position > 0) {
        final->train = place->running;
        outcome = net_trainer_evaluate(trainer, NET_PART_VALIDATION, &final->validation, error);
    }
    return outcome == NET_WENT_ON ? test(trainer, final, error) : outcome;
}

/* Says why there are fewer epochs than were asked for. */
static void tell_early_stop(NetTrainer *trainer) {
    const NetPlace *place = &trainer->place;
    if (place->epoch <= net_options_count(&trainer->options, NET_KNOWN_EPOCHS) &&
        net_trainer_out_of_patience(trainer)) {
        net_progress_line(trainer->progress, "stop",
                          "after epoch %" PRId64 ": no better %s on the validation part since epoch %" PRId64,
                          place->epoch - 1, net_figure_title(net_model_monitor(trainer->model)), place->best_epoch);
    }
}

/* Whether all figures are numbers; the result has been written. */
static bool check_figures(const NetFinal *final, NetError *error) {
    static const char *const names[] = {"training", "validation", "test", "test"};
    const NetScore *const scores[] = {&final->train, &final->validation, &final->test, &final->best_test};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        if (scores[i]->n > 0 && !isfinite(scores[i]->sum[NET_LOG_COST])) {
            return net_fail(error, NET_MODEL,
                            "cost is not finite on the %s part: some outputs of the network are no numbers, or too "
                            "large [not-finite]",
                            names[i]);
        }
    }
    return true;
}

/* After the last step: test, weight files, result.json. */
static NetOutcome finish(NetTrainer *trainer, const char *status, NetError *error) {
    NetFinal final;
    tell_early_stop(trainer);
    NetOutcome outcome = final_scores(trainer, &final, error);
    if (outcome == NET_WENT_ON) {
        outcome = net_trainer_describe_pictures(trainer, error);
    }
    if (outcome != NET_WENT_ON) {
        return outcome;
    }
    net_trainer_tick(trainer);
    const NetPlace *place = &trainer->place;
    double epochs = (double)(place->epoch - 1) + (double)place->position / (double)trainer->steps;
    bool ok = net_csv_close(&trainer->csv, error) && net_trainer_weights_hash(trainer, error) &&
              net_trainer_save_weights(trainer, "weights.safetensors", epochs, trainer->param, trainer->state, error) &&
              (place->best.n == 0 || net_trainer_save_weights(trainer, "best.safetensors", (double)place->best_epoch,
                                                              trainer->best_param, trainer->best_state, error)) &&
              net_trainer_write_result(trainer, status, &final, error);
    if (ok) {
        net_progress_saved(trainer->progress, trainer->run.folder);
        net_progress_line(trainer->progress, "sha256", "%s of the last weights", trainer->weights_hash);
    }
    return ok && check_figures(&final, error) ? NET_WENT_ON : NET_FAILED;
}

/* Whether a resumed run has nothing left to do; says so, and prints its result under --json. A run that goes on loses
 * its result: that is what is written last. */
static bool is_finished(NetTrainer *trainer) {
    enum { RESULT_LIMIT = 1 << 20 };
    const NetOptions *options = &trainer->options;
    char *path = net_run_path(&trainer->run, "result.json", NULL);
    int64_t epochs = net_options_count(options, NET_KNOWN_EPOCHS);
    bool early = trainer->place.epoch <= epochs && net_trainer_out_of_patience(trainer);
    bool finished =
        trainer->resumed && (early || trainer->place.epoch > epochs) && path != NULL && access(path, F_OK) == 0;
    if (finished && options->ensemble == NULL) {
        char note[512];
        int64_t done = trainer->place.epoch - 1;
        bool more = !early;
        int64_t asked = more && epochs < done ? done : epochs;
        NetKnown knob = more ? NET_KNOWN_EPOCHS : NET_KNOWN_PATIENCE;
        snprintf(
            note, sizeof note,
            "%.300s is finished: %" PRId64 " of %" PRId64 " epoch%s%s; --%s %" PRId64 " goes on with it [finished-run]",
            trainer->run.folder, done, asked, net_plural((uint64_t)asked),
            more ? "" : ", no gain on the validation part", trainer->model->setting[trainer->model->known[knob]].flag,
            2 * (more ? done > 0 ? done : 1 : net_options_count(options, knob)));
        net_progress_note(trainer->progress, options->program, note);
    }
    if (finished) {
        size_t size = 0;
        char *text = net_file_read(path, RESULT_LIMIT, &size, NULL);
        if (text != NULL && options->json && options->ensemble == NULL) {
            fputs(text, stdout);
        }
        trainer->result = text != NULL ? json_loads(text, 0, NULL) : NULL;
        free(text);
    } else if (path != NULL) {
        unlink(path);
    }
    free(path);
    return finished;
}

/* Where the training was stopped, `before` and `after` around it, and the command that goes on with it. */
static void note_stop(NetTrainer *trainer, const char *before, const char *after) {
    const NetPlace *place = &trainer->place;
    const NetOptions *options = &trainer->options;
    char member[64] = "";
    if (options->ensemble != NULL) {
        snprintf(member, sizeof member, "network %" PRId64 " of %" PRId64 ", ", options->member,
                 trainer->model->compiled.members);
    }
    char where[96] = "before the first step";
    if (place->step > 0) {
        snprintf(where, sizeof where, "in %sepoch %" PRId64 " after step %" PRId64 " of %" PRId64, member, place->epoch,
                 place->position, trainer->steps);
    }
    NetError note;
    net_fail(&note, NET_OK, "%sstopped %s%s; %s --resume %s goes on from there%s", before,
             place->step > 0 ? "" : member, where, options->command,
             options->ensemble != NULL ? options->ensemble : trainer->run.folder, after);
    net_progress_note(trainer->progress, trainer->options.program, note.text);
}

static int stopped(NetTrainer *trainer) {
    int signal = net_signals_pending();
    note_stop(trainer, "", "");
    return 128 + signal;
}

static void note_limit(NetTrainer *trainer) {
    char limit[64];
    snprintf(limit, sizeof limit, "time limit of %g s: ", trainer->options.time_limit);
    note_stop(trainer, limit, " [time-limit]");
}

/* A run that failed: a diverged one leaves its result, unless it has one, any other only its checkpoint. */
static void failed(NetTrainer *trainer, NetError *error) {
    if (error->status == NET_MODEL && trainer->run.folder != NULL && trainer->result == NULL) {
        NetError second = {0};
        NetFinal final = {.train = trainer->place.train, .validation = trainer->place.validation};
        net_trainer_tick(trainer);
        net_csv_close(&trainer->csv, NULL);
        if (!net_trainer_write_result(trainer, "diverged", &final, &second)) {
            net_progress_note(trainer->progress, trainer->options.program, second.text);
        }
    }
}

static NetOutcome evaluate(NetTrainer *trainer, NetError *error) {
    NetFinal final;
    NetOutcome outcome = net_trainer_evaluate_all(trainer, &final, error);
    if (outcome != NET_WENT_ON) {
        return outcome;
    }
    bool good = net_trainer_write_result(trainer, "evaluated", &final, error) && check_figures(&final, error);
    return good ? NET_WENT_ON : NET_FAILED;
}

static NetOutcome train_and_finish(NetTrainer *trainer, NetError *error) {
    NetOutcome outcome = net_trainer_train(trainer, error);
    if (outcome == NET_TIMED_OUT) {
        note_limit(trainer);
        return finish(trainer, "time_limit", error);
    }
    return outcome == NET_WENT_ON ? finish(trainer, "done", error) : outcome;
}

int net_trainer_go(NetTrainer *trainer, NetError *error) {
    const NetOptions *options = &trainer->options;
    NetOutcome outcome = options->evaluate      ? evaluate(trainer, error)
                         : is_finished(trainer) ? NET_WENT_ON
                                                : train_and_finish(trainer, error);
    if (outcome == NET_WENT_ON && options->quiet && !options->json && !net_options_several(options)) {
        net_report_print(trainer->model, trainer->result);
    }
    switch (outcome) {
    case NET_WENT_ON: return net_require_met(&options->require, trainer->result, error) ? NET_OK : error->status;
    case NET_STOPPED: return options->evaluate ? 128 + net_signals_pending() : stopped(trainer);
    case NET_TIMED_OUT:
    case NET_FAILED: break;
    }
    failed(trainer, error);
    return error->status;
}
