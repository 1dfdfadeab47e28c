#include <math.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/atomic.h"
#include "runtime/train/trainer.h"

/* Fractions and settings with the digits people wrote: 0.1, not 0.10000000000000001. */
enum { JSON_STYLE = JSON_INDENT(2) | JSON_REAL_PRECISION(15) };

/* A number, or null where it is none. */
static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *versions(const NetModel *model) {
    return json_pack("{s:s, s:i, s:s, s:s, s:s}", "netc", model->netc, "abi", NET_ABI, "order_hash", model->order_hash,
                     "backend", model->backend, "cpu", model->cpu);
}

/* Writes an object to a file of the run and drops it; prints it too when asked. */
static bool save_json(const NetTrainer *trainer, const char *name, json_t *object, bool print, NetError *error) {
    char *text = object != NULL ? json_dumps(object, JSON_STYLE) : NULL;
    char *line = text != NULL ? net_text(error, "%s\n", text) : NULL;
    char *path = net_run_path(&trainer->run, name, error);
    json_decref(object);
    free(text);
    bool ok = line != NULL && path != NULL;
    if (!ok) {
        net_fail(error, NET_ENVIRONMENT, "%s: out of memory", name);
    }
    ok = ok && net_file_save(path, line, strlen(line), error);
    if (ok && print) {
        fputs(line, stdout);
    }
    free(path);
    free(line);
    return ok;
}

static json_t *settings(const NetTrainer *trainer) {
    const NetOptions *options = &trainer->options;
    const NetPart *part = trainer->data.part;
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:{s:I, s:I, s:I}}", "data", trainer->data.name, "data_source", trainer->data.source,
        "data_sha256", net_data_hash(&trainer->data), "split", "train", (json_int_t)part[NET_PART_TRAIN].count,
        "validation", (json_int_t)part[NET_PART_VALIDATION].count, "test", (json_int_t)part[NET_PART_TEST].count);
    json_t *more =
        json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cost",
                  trainer->model->settings.cost, "optimizer", trainer->model->settings.optimizer, "rate", options->rate,
                  "l2", options->l2, "l1", options->l1, "weight_decay", options->weight_decay, "batch",
                  (json_int_t)options->batch, "epochs", (json_int_t)options->epochs, "seed", (json_int_t)options->seed,
                  "threads", (json_int_t)options->threads, "patience", (json_int_t)options->patience, "log_every",
                  (json_int_t)options->log_every, "log_probe", (json_int_t)trainer->model->settings.log_probe);
    json_object_update(object, more);
    json_object_set_new(object, "monitor", json_string(trainer->model->settings.monitor_cost ? "cost" : "accuracy"));
    json_decref(more);
    if (object != NULL && options->weights != NULL) {
        json_object_set_new(object, "weights", json_string(options->weights));
    }
    return object;
}

bool net_trainer_write_config(NetTrainer *trainer, NetError *error) {
    const NetModel *model = trainer->model;
    char hash[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)model->text, strlen(model->text), hash);
    json_t *object =
        json_pack("{s:s, s:o, s:o, s:{s:s, s:s, s:s}}", "name", trainer->options.name, "settings", settings(trainer),
                  "versions", versions(model), "model", "path", model->path, "sha256", hash, "text", model->text);
    return save_json(trainer, "config.json", object, false, error);
}

/* PREFIX_cost and PREFIX_accuracy, or PREFIX_rmse and PREFIX_mae. */
static void add_score(json_t *object, const NetModel *model, const char *prefix, const NetScore *score) {
    char key[64];
    if (score->n == 0) {
        return;
    }
    snprintf(key, sizeof key, "%s_cost", prefix);
    json_object_set_new(object, key, number(net_score_cost(score)));
    NetMeasure measure = net_model_measure(model);
    if (measure == NET_MEASURE_COST) {
        return;
    }
    snprintf(key, sizeof key, "%s_%s", prefix, measure == NET_MEASURE_ACCURACY ? "accuracy" : "rmse");
    json_object_set_new(object, key, number(net_score_value(model, score)));
    if (net_program_entry(&model->eval, NET_LOG_ABSOLUTE_ERROR, -1) != NULL) {
        snprintf(key, sizeof key, "%s_mae", prefix);
        json_object_set_new(object, key, number(net_score_mae(model, score)));
    }
}

bool net_trainer_write_result(NetTrainer *trainer, const char *status, const NetTestScores *test, NetError *error) {
    const NetModel *model = trainer->model;
    const NetPlace *place = &trainer->place;
    double images = (double)(place->epoch - 1) * (double)trainer->n + (double)place->running.n;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:I, s:I}", "status", status, "name", trainer->options.name, "run",
                  trainer->run.folder, "epochs", (json_int_t)(place->epoch - 1), "steps", (json_int_t)place->step);
    add_score(object, model, "train", &place->train);
    add_score(object, model, "validation", &place->validation);
    add_score(object, model, "test", &test->last);
    if (place->best.n > 0) {
        json_object_set_new(object, "best_epoch", json_integer(place->best_epoch));
        add_score(object, model, "best_validation", &place->best);
        add_score(object, model, "best_test", &test->best);
    }
    json_object_set_new(object, "seconds", number(place->seconds));
    json_object_set_new(object, "images_per_second", number(place->seconds > 0 ? images / place->seconds : 0));
    json_object_set_new(object, "parameters", json_integer(net_model_parameters(model)));
    json_object_set_new(object, "seed", json_integer(trainer->options.seed));
    json_object_set_new(object, "threads", json_integer(trainer->options.threads));
    json_object_set_new(object, "versions", versions(model));
    return save_json(trainer, "result.json", object, trainer->options.json, error);
}
