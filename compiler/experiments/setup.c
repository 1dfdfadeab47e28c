#include "compiler/driver/examples.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/set_line.h"
#include "compiler/driver/shipped.h"
#include "compiler/experiments/key.h"
#include "compiler/experiments/plan.h"

#include <stdlib.h>

#include "compiler/model/settings.h"
#include "runtime/data/sets.h"

/* A line of the plan takes the place of the row's. */
static Words lines_of(Arena *arena, const Plan *plan, const Row *row) {
    Words lines = {0};
    for (size_t i = 0; i < ROW_WORDS && row->sets[i] != NULL; i++) {
        bool kept = true;
        for (size_t k = 0; k < plan->sets.count; k++) {
            kept = kept && !set_line_replaces(arena, plan->sets.at[k], row->sets[i]);
        }
        if (kept) {
            vec_push(arena, &lines, row->sets[i]);
        }
    }
    for (size_t k = 0; k < plan->sets.count; k++) {
        vec_push(arena, &lines, plan->sets.at[k]);
    }
    return lines;
}

static Words words_of(Arena *arena, const Setup *setup, const char *path, bool epochs) {
    Words words = {0};
    vec_push(arena, &words, path);
    for (size_t i = 0; i < ROW_WORDS && setup->row->lets[i] != NULL; i++) {
        vec_push(arena, &words, "-D");
        vec_push(arena, &words, setup->row->lets[i]);
    }
    for (size_t i = 0; i < setup->sets.count; i++) {
        if (epochs || !string_is(set_line_name(arena, setup->sets.at[i]), "epochs")) {
            vec_push(arena, &words, "--set");
            vec_push(arena, &words, setup->sets.at[i]);
        }
    }
    return words;
}

Words setup_words(Arena *arena, const Setup *setup, const char *path) { return words_of(arena, setup, path, false); }

const char *setup_key(Arena *arena, const Setup *setup, int64_t seed, double rate) {
    return key_of(arena, setup->identity, seed, setup->epochs, rate > 0 ? rate : setup->rate);
}

const char *setup_run(Arena *arena, const Setup *setup, int64_t seed, double rate) {
    const char *all = arena_format(arena, "%s%s", setup_key(arena, setup, seed, rate), setup->logs);
    return arena_format(arena, "%s-%s", setup->row->model, key_digits(arena, all));
}

/* ---- the data ---- */

/* Where --data-dir has the files of a model's data: of several experiments some may need none. */
static const char *data_folder(const Plan *plan, const Model *model) {
    const NetDataSet *set = net_data_set(model->settings.data_kind);
    return plan->data == NULL && set != NULL && set->built_in ? NULL : plan->data_dir;
}

/* The hash of a model's data, read once for all rows; NULL after printing why. */
static const char *hash_of_data(Plan *plan, const Model *model, const char *folder) {
    Arena *arena = plan->arena;
    NetError error = {.status = NET_OK};
    NetData data;
    NetDataRequest request = examples_request(arena, model);
    json_t *line_options = (json_t *)(uintptr_t)request.options;
    if (plan->data != NULL) { /* as trainers take it: the split is that of the model's set */
        request.kind = plan->data;
        request.options = NULL;
    }
    request.data_dir = folder;
    char *options = json_dumps(request.options, JSON_COMPACT | JSON_SORT_KEYS);
    const char *line = arena_format(arena, "%s %s %d", request.kind, options == NULL ? "" : options, request.rank);
    const char *hash = NULL;
    free(options);
    for (size_t i = 0; i < plan->hashed.count && hash == NULL; i += 2) {
        hash = string_is(plan->hashed.at[i], line) ? plan->hashed.at[i + 1] : NULL;
    }
    if (hash == NULL && net_data_open(&request, &data, &error)) {
        hash = arena_format(arena, "%s", net_data_hash(&data));
        vec_push(arena, &plan->hashed, line);
        vec_push(arena, &plan->hashed, hash);
        net_data_close(&data);
    } else if (hash == NULL) {
        report_environment("%s", error.text);
    }
    json_decref(line_options);
    return hash;
}

/* ---- the model ---- */

static bool says_epochs(Arena *arena, const Words *lines) {
    bool says = false;
    for (size_t i = 0; i < lines->count; i++) {
        says = says || string_is(set_line_name(arena, lines->at[i]), "epochs");
    }
    return says;
}

/* Compiles the model as `netc train` does, as far as its numbers are settled. */
static bool resolve(Plan *plan, Setup *setup, int *status) {
    Arena *arena = plan->arena;
    Words words = words_of(arena, setup, setup->path, true);
    Options options;
    Compilation compilation;
    if (!options_parse(arena, command_find("train"), (int)words.count, (char **)(uintptr_t)words.at, &options,
                       status) ||
        !pipeline_open(arena, "experiments", &options, setup->path, &compilation, status)) {
        return false;
    }
    compilation.goal = &goal_train;
    compilation.printed = true; /* what there is to be said of it is said when it is trained */
    if (!pipeline_target(&compilation, status)) {
        return false;
    }
    if (!pipeline_run(&compilation, LEVEL_MODEL, status)) {
        pipeline_report(&compilation, status);
        return false;
    }
    setup->data_dir = data_folder(plan, compilation.model);
    setup->data_hash = hash_of_data(plan, compilation.model, setup->data_dir);
    if (setup->data_hash == NULL || !pipeline_run(&compilation, LEVEL_LOOPS, status)) {
        *status = setup->data_hash == NULL ? STATUS_ENVIRONMENT : *status;
        return false;
    }
    json_t *descriptor = json_loads(compilation.code->descriptor, 0, NULL);
    setup->identity = key_identity(arena, compilation.model, descriptor, setup->data_hash);
    setup->logs = key_logs(arena, &compilation.model->settings);
    setup->rate = settings_number(&compilation.model->settings, "rate");
    setup->looks_ahead = key_looks_ahead(arena, &compilation.model->settings);
    bool own = setup->row->epochs > 0 && !says_epochs(arena, &plan->sets);
    setup->epochs = own ? setup->row->epochs : (int64_t)settings_number(&compilation.model->settings, "epochs");
    setup->order_hash = arena_format(arena, "%s", json_string_value(json_object_get(descriptor, "order_hash")));
    json_decref(descriptor);
    return true;
}

bool setup_open(Plan *plan, const Row *row, Setup *setup, int *status) {
    *setup = (Setup){.row = row, .sets = lines_of(plan->arena, plan, row)};
    if (row->model == NULL) {
        return true;
    }
    setup->path = shipped_model(plan->arena, row->model);
    if (setup->path == NULL) {
        *status = report_environment("the model %s.net is one of those that ship with netc, and %s", row->model,
                                     shipped_advice(plan->arena));
        return false;
    }
    if (!resolve(plan, setup, status)) {
        return false;
    }
    if (setup->epochs < 1) {
        setup_close(setup);
        *status = report_usage("experiments", "--set 'epochs 0': expected at least one, for example --set 'epochs 1'");
        return false;
    }
    return true;
}

void setup_close(Setup *setup) { json_decref(setup->identity); }
