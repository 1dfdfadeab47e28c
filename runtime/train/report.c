#include <math.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/atomic.h"
#include "runtime/train/require.h"
#include "runtime/train/trainer.h"

/* Fractions and settings with the digits people wrote: 0.1, not 0.10000000000000001. */
enum { JSON_STYLE = JSON_INDENT(2) | JSON_REAL_PRECISION(15) };

/* A number, or null where it is none. */
static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *versions(const NetModel *model) {
    return json_pack("{s:s, s:i, s:s, s:s, s:s}", "netc", model->netc, "abi", NET_ABI, "order_hash", model->order_hash,
                     "backend", model->backend, "cpu", model->cpu);
}

/* Writes an object to a file of the run, if there is a run; prints it too when asked. */
static bool save_json(const NetRun *run, const char *name, const json_t *object, bool print, NetError *error) {
    char *text = object != NULL ? json_dumps(object, JSON_STYLE) : NULL;
    char *line = text != NULL ? net_text(error, "%s\n", text) : NULL;
    char *path = net_run_path(run, name, error);
    free(text);
    bool ok = line != NULL && path != NULL;
    if (!ok) {
        net_fail(error, NET_ENVIRONMENT, "%s: out of memory", name);
    }
    ok = ok && (run->folder == NULL || net_file_save(path, line, strlen(line), error));
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
    for (int i = 0; i < trainer->model->settings; i++) {
        const NetSetting *setting = &trainer->model->setting[i];
        double value = options->value[i];
        json_object_set_new(object, setting->name,
                            setting->kind == NET_SETTING_WORD   ? json_string(setting->word)
                            : setting->kind == NET_SETTING_REAL ? json_real(value)
                                                                : json_integer((json_int_t)value));
    }
    json_object_set_new(object, "threads", json_integer(options->threads));
    if (object != NULL && options->weights != NULL) {
        json_object_set_new(object, "weights", json_string(options->weights));
    }
    if (object != NULL && options->time_limit > 0) {
        json_object_set_new(object, "time_limit", json_real(options->time_limit));
    }
    return object;
}

bool net_trainer_write_config(NetTrainer *trainer, const NetRun *run, NetError *error) {
    const NetModel *model = trainer->model;
    char hash[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)model->text, strlen(model->text), hash);
    json_t *object =
        json_pack("{s:s, s:o, s:o, s:{s:s, s:s, s:s}}", "name", trainer->options.name, "settings", settings(trainer),
                  "versions", versions(model), "model", "path", model->path, "sha256", hash, "text", model->text);
    if (model->lets != NULL) {
        json_object_set(json_object_get(object, "model"), "lets", model->lets);
    }
    if (model->sets != NULL) {
        json_object_set(json_object_get(object, "model"), "sets", model->sets);
    }
    bool ok = save_json(run, "config.json", object, false, error);
    json_decref(object);
    return ok;
}

/* PREFIX_cost, PREFIX_accuracy and what else there is, from the figure at `first` on. */
static void add_figures(json_t *object, const NetModel *model, const char *prefix, const NetScore *score, int first) {
    NetFigure figures[NET_FIGURES];
    int count = net_model_figures(model, figures);
    for (int i = first; i < count && score->n > 0; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s_%s", prefix, net_figure_name(figures[i]));
        json_object_set_new(object, key, number(net_score_figure(model, score, figures[i])));
    }
}

static void add_score(json_t *object, const NetModel *model, const char *prefix, const NetScore *score) {
    add_figures(object, model, prefix, score, 0);
}

static void add_run(json_t *object, const NetTrainer *trainer, const NetFinal *final) {
    const NetPlace *place = &trainer->place;
    double images = (double)(place->epoch - 1) * (double)trainer->n + (double)place->running.n;
    if (place->best.n > 0) {
        json_object_set_new(object, "best_epoch", json_integer(place->best_epoch));
        add_score(object, trainer->model, "best_validation", &place->best);
        add_score(object, trainer->model, "best_test", &final->best_test);
    }
    json_object_set_new(object, "seconds", number(place->seconds));
    json_object_set_new(object, "images_per_second", number(place->seconds > 0 ? images / place->seconds : 0));
}

bool net_report_figure(const NetModel *model, const json_t *result, char name[NET_FIGURE_NAME]) {
    static const char *const parts[] = {"test", "validation", "train"};
    bool found = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !found; i++) {
        snprintf(name, NET_FIGURE_NAME, "%s_%s", parts[i], net_figure_name(net_model_measure(model)));
        found = json_is_number(json_object_get(result, name));
    }
    return found;
}

void net_report_print(const NetModel *model, const json_t *result) {
    char name[NET_FIGURE_NAME];
    if (net_report_figure(model, result, name)) {
        printf("%s %.9g\n", name, json_number_value(json_object_get(result, name)));
    }
}

bool net_trainer_write_result(NetTrainer *trainer, const char *status, const NetFinal *final, NetError *error) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    const NetPlace *place = &trainer->place;
    bool run = trainer->run.folder != NULL;
    json_t *object = json_pack("{s:s, s:s}", "status", status, "name", options->name);
    if (run) {
        json_object_set_new(object, "run", json_string(trainer->run.folder));
        json_object_set_new(object, "epochs", json_integer(place->epoch - 1));
        json_object_set_new(object, "steps", json_integer(place->step));
    } else {
        json_object_set_new(object, "weights", json_string(options->weights));
    }
    add_score(object, model, "train", &final->train);
    add_score(object, model, "validation", &final->validation);
    add_score(object, model, "test", &final->test);
    if (run) {
        add_run(object, trainer, final);
    }
    json_object_set_new(object, "parameters", json_integer(net_model_parameters(model)));
    if (run) {
        json_object_set_new(object, "seed", json_integer(net_options_count(options, NET_KNOWN_SEED)));
    }
    json_object_set_new(object, "threads", json_integer(options->threads));
    if (trainer->weights_hash[0] != '\0') {
        json_object_set_new(object, "weights_sha256", json_string(trainer->weights_hash));
    }
    json_object_set_new(object, "versions", versions(model));
    if (options->require.count > 0) {
        json_object_set_new(object, "required", net_require_list(&options->require, object));
    }
    json_decref(trainer->result);
    trainer->result = object;
    return save_json(&trainer->run, "result.json", object, options->json && !net_options_several(options), error);
}

/* What has no meaning for several networks taken together, such as the cost, is not among the figures. */
json_t *net_report_ensemble(const NetTrainer *trainer, const NetEnsembleResult *result) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    int64_t members = model->compiled.members;
    json_t *object = json_pack("{s:s, s:s}", "status", result->status, "name", options->name);
    double seconds = 0;
    size_t index;
    json_t *member;
    if (result->run != NULL) {
        json_object_set_new(object, "run", json_string(result->run->folder));
    } else {
        json_object_set_new(object, "weights", json_string(options->weights));
    }
    json_object_set_new(object, "networks", json_integer(members));
    json_object_set_new(object, "combine", json_string(model->setting[model->known[NET_KNOWN_COMBINE]].word));
    add_figures(object, model, "train", &result->last.train, 1);
    add_figures(object, model, "validation", &result->last.validation, 1);
    add_figures(object, model, "test", &result->last.test, 1);
    add_figures(object, model, "best_validation", &result->best.validation, 1);
    add_figures(object, model, "best_test", &result->best.test, 1);
    json_object_set_new(object, "parameters", json_integer(members * net_model_parameters(model)));
    if (result->run != NULL) {
        json_array_foreach(result->members, index, member) {
            seconds += json_number_value(json_object_get(member, "seconds"));
        }
        json_object_set_new(object, "seconds", number(seconds));
        json_object_set_new(object, "seed", json_integer(result->seed));
    }
    json_object_set_new(object, "threads", json_integer(options->threads));
    if (result->weights_hash[0] != '\0') {
        json_object_set_new(object, "weights_sha256", json_string(result->weights_hash));
    }
    json_object_set_new(object, "versions", versions(model));
    if (result->run != NULL) {
        json_object_set(object, "members", result->members);
    }
    if (options->require.count > 0) {
        json_object_set_new(object, "required", net_require_list(&options->require, object));
    }
    return object;
}

bool net_report_save_result(const NetOptions *options, const NetRun *run, const json_t *result, NetError *error) {
    return save_json(run, "result.json", result, options->json, error);
}
