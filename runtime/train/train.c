#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "runtime/train/checkpoint.h"
#include "runtime/train/param.h"
#include "runtime/train/rate.h"

/* The penalty of the present weights, of those that learn and decay: the descriptor's `penalty`. */
static bool take_penalty(const NetTrainer *trainer, double *penalty, NetError *error) {
    const NetModel *model = trainer->model;
    double squares = 0;
    double sizes = 0;
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        if (!param->decays || !param->trained) {
            continue;
        }
        const float *w = net_param_open(param, net_trainer_buffer(trainer, param), error);
        if (w == NULL) {
            return false;
        }
        for (int64_t k = 0; k < param->size; k++) {
            squares += (double)w[k] * (double)w[k];
            sizes += fabs((double)w[k]);
        }
        net_param_close(param, w);
    }
    NetStep step = net_trainer_step(trainer, trainer->batch);
    *penalty = net_scalars_value(model, &model->squares, &step) * squares +
               net_scalars_value(model, &model->sizes, &step) * sizes;
    return true;
}

/* The first tensor with a value that is not finite, or NULL. */
static const NetParam *first_broken(const NetTrainer *trainer) {
    for (int i = 0; i < trainer->model->tensors; i++) {
        const NetParam *param = &trainer->model->tensor[i];
        if (!net_param_finite(param, net_trainer_buffer(trainer, param))) {
            return param;
        }
    }
    return NULL;
}

/* The first layer whose weighted inputs are not finite for this batch, or else the one with the largest; -1: not known.
 * Half the largest float counts as not finite: that is where the next layer's sums overflow. */
static int first_overflow(NetTrainer *trainer, const NetBatch *batch, double *largest) {
    const NetModel *model = trainer->model;
    int64_t chunks = net_chunks(batch->n);
    int found = -1;
    *largest = -1;
    net_trainer_run(trainer, &model->diagnose, batch);
    for (int i = 0; i < model->diagnose.entries; i++) {
        const NetLogEntry *entry = &model->diagnose.entry[i];
        double most = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++) {
            most = fmax(most, trainer->log[model->log_once + chunk * model->log_chunk + entry->at]);
        }
        if (most > *largest) {
            *largest = most;
            found = entry->layer;
        }
        if (most > (double)FLT_MAX / 2) {
            break;
        }
    }
    return found;
}

/* Whether the steps are clipped already. */
static bool clips(const NetModel *model) {
    bool found = false;
    for (int i = 0; i < model->settings; i++) {
        found = found || (strcmp(model->setting[i].line, "clip") == 0 && model->setting[i].used);
    }
    return found;
}

/* `what` is not finite: names the place in time and in the network. The batch, where there is one, shows the layer. */
static NetOutcome diverged(NetTrainer *trainer, const char *what, const NetBatch *batch, NetError *error) {
    const NetPlace *place = &trainer->place;
    const NetParam *broken = first_broken(trainer);
    double largest = 0;
    double rate = net_options_number(&trainer->options, NET_KNOWN_RATE);
    char where[200] = "";
    char advice[160];
    int layer = broken == NULL && batch != NULL ? first_overflow(trainer, batch, &largest) : -1;
    net_spectrum_save(trainer->spectrum, trainer->run.folder, NULL); /* no checkpoint comes any more */
    if (broken != NULL) {
        snprintf(where, sizeof where, "first in '%.120s'; ", broken->name);
    } else if (layer >= 0) {
        snprintf(where, sizeof where, "first in '%.120s' (weighted input %.2g); ", trainer->model->layer[layer].name,
                 largest);
    }
    if (trainer->model->explodes && trainer->options.weights == NULL) { /* a smaller rate would not do */
        snprintf(advice, sizeof advice,
                 "the initial weights are too large: try init=he_normal with relu, lecun_normal with tanh");
    } else {
        snprintf(advice, sizeof advice, "try --rate %g (now %g)%s", rate / 10, rate,
                 clips(trainer->model) ? "" : ", or 'clip norm=1' in the train block");
    }
    net_fail(error, NET_MODEL,
             "%s is not finite at epoch %" PRId64 ", step %" PRId64 "; %s%s; the last good checkpoint is "
             "%s/checkpoint.safetensors [diverged]",
             what, place->epoch, place->position, where, advice, trainer->run.folder);
    return NET_FAILED;
}

/* Saves a checkpoint, unless the weights are no longer worth it. */
static NetOutcome save(NetTrainer *trainer, NetError *error) {
    if (first_broken(trainer) != NULL) {
        return diverged(trainer, "a weight", NULL, error);
    }
    return net_checkpoint_save(trainer, error) ? NET_WENT_ON : NET_FAILED;
}

/* Logs what the first examples give, where that is due before the next step. */
static NetOutcome probe(NetTrainer *trainer, NetError *error) {
    const NetBatch *batch = trainer->probe;
    const NetPlace *place = &trainer->place;
    NetLogged at = {.program = &trainer->model->probe,
                    .log = trainer->log,
                    .step = place->step,
                    .epoch = place->epoch - 1,
                    .step_in_epoch = place->position};
    if (batch != NULL && net_logs_spectrum_due(trainer->logs, &at) && !net_trainer_spectrum(trainer, error)) {
        return NET_FAILED;
    }
    if (batch == NULL || !net_logs_probe_due(trainer->logs, &at)) {
        return NET_WENT_ON;
    }
    at.n = batch->n;
    net_trainer_run(trainer, at.program, batch);
    return net_logs_probe(trainer->logs, &at, &trainer->csv, error) ? NET_WENT_ON : NET_FAILED;
}

/* Seconds until the end of the last epoch, or the time limit when that comes first. */
static double time_left(const NetTrainer *trainer) {
    double now = net_clock();
    double done = (double)(trainer->place.step - trainer->begun_step);
    double all =
        (double)(net_options_count(&trainer->options, NET_KNOWN_EPOCHS) * trainer->steps - trainer->begun_step);
    double left = done > 0 ? (now - trainer->begun) / done * (all - done) : -1;
    double limit = trainer->options.time_limit;
    double rest = trainer->started + limit - now;
    return limit > 0 && left > rest ? rest : left;
}

/* Whether a signal or the time limit ends the training here. However short the limit, a step is done first: resumed
 * again and again, a run comes to its end. */
static NetOutcome stop_wanted(const NetTrainer *trainer) {
    if (net_signals_pending() != 0) {
        return NET_STOPPED;
    }
    double limit = trainer->options.time_limit;
    bool moved = trainer->place.step > trainer->begun_step;
    return limit > 0 && moved && net_clock() - trainer->started >= limit ? NET_TIMED_OUT : NET_WENT_ON;
}

static void show_bar(NetTrainer *trainer) {
    const NetPlace *place = &trainer->place;
    if (!net_progress_due(trainer->progress)) {
        return;
    }
    net_trainer_tick(trainer);
    NetBar bar = {
        .epoch = place->epoch,
        .epochs = net_options_count(&trainer->options, NET_KNOWN_EPOCHS),
        .share = (double)place->position / (double)trainer->steps,
        .speed = (double)place->running.n / place->epoch_seconds,
        .score = place->running,
        .left = time_left(trainer),
        .seed = net_options_several(&trainer->options) ? net_options_count(&trainer->options, NET_KNOWN_SEED) : -1,
        .speeds = trainer->options.watch ? net_logs_speeds(trainer->logs) : NULL,
    };
    net_progress_bar(trainer->progress, &bar);
}

static NetOutcome train_step(NetTrainer *trainer, const NetBatch *batch, NetError *error) {
    NetPlace *place = &trainer->place;
    NetLogged at = {
        .log = trainer->log,
        .n = batch->n,
        .step = place->step,
        .epoch = place->epoch,
        .step_in_epoch = place->position,
        .steps_in_epoch = trainer->steps,
    };
    NetStep step = net_trainer_step(trainer, batch->n);
    at.rate = net_rate(trainer->model, &step);
    at.program = net_logs_program(trainer->logs, &at);
    net_trainer_run_to_commit(trainer, at.program, batch);
    net_score_add(trainer->model, at.program, trainer->log, batch->n, trainer->spread[NET_PART_TRAIN], &place->running);
    place->position++;
    place->step++;
    if (!isfinite(place->running.sum[NET_LOG_COST])) { /* before the step: the weights are those that gave this cost */
        return diverged(trainer, "cost", batch, error);
    }
    net_trainer_run_commit(trainer, at.program, batch);
    return net_logs_step(trainer->logs, &at, &trainer->csv, error) ? NET_WENT_ON : NET_FAILED;
}

/* Whether a checkpoint is due inside an epoch: when the epoch itself lasts longer than the interval. */
static bool save_due(const NetTrainer *trainer, double epoch_began) {
    double since = trainer->saved > epoch_began ? trainer->saved : epoch_began;
    return trainer->place.position < trainer->steps && net_clock() - since >= trainer->checkpoint_interval;
}

/* The steps of the present epoch that are not done. */
static NetOutcome train_epoch(NetTrainer *trainer, NetError *error) {
    NetPlace *place = &trainer->place;
    NetOutcome outcome = NET_WENT_ON;
    double began = net_clock();
    NetPass pass = {
        .part = NET_PART_TRAIN,
        .shuffle = true,
        .seed = (uint64_t)net_options_count(&trainer->options, NET_KNOWN_SEED),
        .epoch = (uint32_t)place->epoch,
        .batch = trainer->batch,
        .first_step = place->position,
        .augmenter = trainer->augmenter,
    };
    if (!net_loader_start(trainer->loader, &pass, error)) {
        return NET_FAILED;
    }
    while (outcome == NET_WENT_ON && place->position < trainer->steps) {
        outcome = stop_wanted(trainer);
        if (outcome == NET_WENT_ON) { /* no checkpoint comes between a probe and its step */
            outcome = probe(trainer, error);
        }
        if (outcome == NET_WENT_ON) {
            outcome = train_step(trainer, net_loader_next(trainer->loader), error);
        }
        if (outcome == NET_WENT_ON && save_due(trainer, began)) {
            outcome = save(trainer, error);
        }
        if (outcome == NET_WENT_ON) {
            show_bar(trainer);
        }
    }
    net_loader_stop(trainer->loader);
    return outcome;
}

/* The figures from `first` on, of those before `end`. */
static void score_cells(NetCsvRow *row, const NetModel *model, const NetScore *score, int first, int end) {
    NetFigure figures[NET_FIGURES];
    int count = net_model_figures(model, figures);
    for (int i = first; i < count && i < end; i++) {
        if (score->n == 0) {
            net_csv_empty(row);
        } else {
            net_csv_number(row, net_score_figure(model, score, figures[i]));
        }
    }
}

static bool write_epoch(NetTrainer *trainer, double train_seconds, NetError *error) {
    const NetPlace *place = &trainer->place;
    NetStep step = net_trainer_step(trainer, trainer->batch);
    step.done -= step.done > 0; /* the last step; before the first one, that */
    NetCsvRow row = {.length = 0};
    double penalty;
    if (!take_penalty(trainer, &penalty, error)) {
        return false;
    }
    net_csv_integer(&row, place->epoch);
    net_csv_integer(&row, place->step);
    net_csv_number(&row, place->seconds);
    if (place->epoch > 0 && train_seconds > 0) {
        net_csv_number(&row, (double)trainer->n / train_seconds);
    } else {
        net_csv_empty(&row);
    }
    net_csv_number(&row, net_rate(trainer->model, &step));
    score_cells(&row, trainer->model, &place->train, 0, 1); /* the cost, beside its penalty */
    net_csv_number(&row, penalty);
    score_cells(&row, trainer->model, &place->train, 1, NET_FIGURES);
    score_cells(&row, trainer->model, &place->validation, 0, NET_FIGURES);
    return net_csv_write(&trainer->csv, NET_CSV_EPOCHS, &row, error) &&
           (place->epoch == 0 || net_logs_epoch(trainer->logs, place->epoch, place->step, &trainer->csv, error)) &&
           net_csv_flush(&trainer->csv, error);
}

static bool keep_best(NetTrainer *trainer) {
    NetPlace *place = &trainer->place;
    if (trainer->best_param == NULL || !net_score_better(trainer->model, &place->validation, &place->best)) {
        return false;
    }
    place->best = place->validation;
    place->best_epoch = place->epoch;
    memcpy(trainer->best_param, trainer->param, (size_t)trainer->model->param_size * sizeof(float));
    memcpy(trainer->best_state, trainer->state, (size_t)trainer->model->kept_size * sizeof(float));
    return true;
}

/* Schedule plateau: after so many epochs without a gain since the best one, or since the last cut, the rate is cut. */
static void cut_rate(NetTrainer *trainer) {
    NetPlace *place = &trainer->place;
    NetStep step = net_trainer_step(trainer, trainer->batch);
    int64_t patience = net_rate_patience(trainer->model, &step);
    int64_t since = place->best_epoch > place->cut_epoch ? place->best_epoch : place->cut_epoch;
    if (patience == 0 || place->epoch - since < patience) {
        return;
    }
    double before = net_rate(trainer->model, &step);
    place->cuts++;
    place->cut_epoch = place->epoch;
    step.cuts = place->cuts;
    double rate = net_rate(trainer->model, &step);
    if (rate < before && place->epoch < net_options_count(&trainer->options, NET_KNOWN_EPOCHS)) {
        net_progress_line(trainer->progress, "rate", "%g from epoch %" PRId64 " on: %" PRId64 " epoch%s without a gain",
                          rate, place->epoch + 1, patience, net_plural((uint64_t)patience));
    }
}

/* All steps are done: evaluates, logs and turns to the next epoch. Nothing of the place changes before all that can
 * stop or fail has gone well, but for the clock. */
static NetOutcome close_epoch(NetTrainer *trainer, NetError *error) {
    NetPlace *place = &trainer->place;
    NetScore validation;
    if (first_broken(trainer) != NULL) {
        return diverged(trainer, "a weight", NULL, error);
    }
    net_trainer_tick(trainer);
    double train_seconds = place->epoch_seconds;
    NetOutcome outcome = net_trainer_evaluate(trainer, NET_PART_VALIDATION, &validation, error);
    if (outcome != NET_WENT_ON) {
        return outcome;
    }
    if (validation.n > 0 && !isfinite(validation.sum[NET_LOG_COST])) {
        return diverged(trainer, "cost on the validation part", NULL, error);
    }
    net_trainer_tick(trainer);
    place->train = place->running;
    place->validation = validation;
    bool best = keep_best(trainer);
    if (!write_epoch(trainer, train_seconds, error)) {
        return NET_FAILED;
    }
    if (place->epoch > 0) {
        NetEpochLine line = {
            .epoch = place->epoch,
            .epochs = net_options_count(&trainer->options, NET_KNOWN_EPOCHS),
            .train = place->train,
            .validation = validation,
            .best = best,
            .seconds = place->epoch_seconds,
            .left = time_left(trainer),
        };
        net_progress_epoch(trainer->progress, &line);
        net_trainer_advise_epoch(trainer);
    }
    cut_rate(trainer);
    place->epoch++;
    place->position = 0;
    place->running = (NetScore){0};
    place->epoch_seconds = 0;
    return NET_WENT_ON;
}

/* Derived from what a checkpoint holds, so that a resumed run ends at the same epoch. */
bool net_trainer_out_of_patience(const NetTrainer *trainer) {
    const NetPlace *place = &trainer->place;
    int64_t patience = net_options_count(&trainer->options, NET_KNOWN_PATIENCE);
    return patience > 0 && place->position == 0 && place->epoch - 1 - place->best_epoch >= patience;
}

NetOutcome net_trainer_train(NetTrainer *trainer, NetError *error) {
    NetPlace *place = &trainer->place;
    NetOutcome outcome = NET_WENT_ON;
    bool last =
        place->epoch > net_options_count(&trainer->options, NET_KNOWN_EPOCHS) || net_trainer_out_of_patience(trainer);
    while (!last && outcome == NET_WENT_ON) {
        if (place->position < trainer->steps) {
            outcome = train_epoch(trainer, error);
        }
        if (outcome == NET_WENT_ON) {
            outcome = close_epoch(trainer, error);
        }
        last = place->epoch > net_options_count(&trainer->options, NET_KNOWN_EPOCHS) ||
               net_trainer_out_of_patience(trainer);
        if (outcome == NET_WENT_ON && (last || net_clock() - trainer->saved >= trainer->checkpoint_interval)) {
            outcome = save(trainer, error);
        }
        if (outcome == NET_WENT_ON && !last) {
            outcome = stop_wanted(trainer);
        }
    }
    if ((outcome == NET_STOPPED || outcome == NET_TIMED_OUT) && save(trainer, error) == NET_FAILED) {
        outcome = NET_FAILED;
    }
    if (outcome == NET_WENT_ON && place->epoch == 1 && place->step == 0) { /* of no epochs; one resumed probes again */
        outcome = probe(trainer, error);
        bool written = outcome == NET_WENT_ON && net_csv_flush(&trainer->csv, error) &&
                       net_spectrum_save(trainer->spectrum, trainer->run.folder, error);
        outcome = outcome == NET_WENT_ON && !written ? NET_FAILED : outcome;
    }
    return outcome;
}
