#include "compiler/driver/examples.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/shipped.h"
#include "compiler/experiments/plan.h"

#include <sha256.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/json.h"

/* The setting that a line says, its first word. */
static size_t word_length(const char *line) { return strcspn(line, " "); }

static bool same_setting(const char *a, const char *b) {
    return word_length(a) == word_length(b) && strncmp(a, b, word_length(a)) == 0;
}

/* A line of the plan takes the place of the row's. */
static Words lines_of(Arena *arena, const Plan *plan, const Row *row) {
    Words lines = {0};
    for (size_t i = 0; i < ROW_WORDS && row->sets[i] != NULL; i++) {
        bool kept = true;
        for (size_t k = 0; k < plan->sets.count; k++) {
            kept = kept && !same_setting(row->sets[i], plan->sets.at[k]);
        }
        if (kept) {
            vec_push(arena, &lines, row->sets[i]);
        }
    }
    for (size_t k = 0; k < plan->sets.count; k++) {
        if (!same_setting(plan->sets.at[k], "epochs")) { /* given by an option: the first one is trained by itself */
            vec_push(arena, &lines, plan->sets.at[k]);
        }
    }
    return lines;
}

Words setup_words(Arena *arena, const Setup *setup, const char *path) {
    Words words = {0};
    vec_push(arena, &words, path);
    for (size_t i = 0; i < ROW_WORDS && setup->row->lets[i] != NULL; i++) {
        vec_push(arena, &words, "-D");
        vec_push(arena, &words, setup->row->lets[i]);
    }
    for (size_t i = 0; i < setup->sets.count; i++) {
        vec_push(arena, &words, "--set");
        vec_push(arena, &words, setup->sets.at[i]);
    }
    return words;
}

/* ---- what numbers depend on ---- */

static json_t *setting_values(const json_t *settings) {
    json_t *values = json_object();
    size_t index;
    const json_t *row;
    json_array_foreach(settings, index, row) {
        json_put(values, json_string_value(json_object_get(row, "name")), json_incref(json_object_get(row, "value")));
    }
    return values;
}

/* Tensors without their places. */
static json_t *tensor_rows(const json_t *tensors) {
    json_t *rows = json_deep_copy(tensors);
    size_t index;
    json_t *row;
    json_array_foreach(rows, index, row) {
        json_object_del(row, "offset");
        json_object_del(row, "buffer");
    }
    return rows;
}

/* What is logged, by program. */
static json_t *logged(const json_t *programs) {
    json_t *names = json_object();
    const char *key;
    json_t *program;
    json_object_foreach((json_t *)(uintptr_t)programs, key, program) {
        json_t *list = json_array();
        size_t index;
        const json_t *row;
        json_array_foreach(json_object_get(program, "log"), index, row) {
            json_array_append(list, json_object_get(row, "name"));
            json_array_append(list, json_object_get(row, "layer"));
        }
        json_put(names, key, list);
    }
    return names;
}

/* Of the descriptor of a trainer, which has all that was resolved. */
static json_t *identity_of(const json_t *descriptor, const char *data_hash) {
    static const char *const taken[] = {"target",  "outputs",  "classes", "layers",  "network",   "scalars",
                                        "penalty", "schedule", "split",   "augment", "order_hash"};
    json_t *identity = json_object();
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        json_put(identity, taken[i], json_incref(json_object_get(descriptor, taken[i])));
    }
    json_put(identity, "tensors", tensor_rows(json_object_get(descriptor, "tensors")));
    json_put(identity, "settings", setting_values(json_object_get(descriptor, "settings")));
    json_put(identity, "logged", logged(json_object_get(descriptor, "programs")));
    json_put(identity, "data_sha256", json_string(data_hash));
    return identity;
}

const char *setup_key(Arena *arena, const Setup *setup, int64_t seed, double rate) {
    json_t *settings = json_object_get(setup->identity, "settings");
    json_put(settings, "seed", json_integer((json_int_t)seed));
    json_put(settings, "epochs", json_integer((json_int_t)setup->epochs));
    json_put(settings, "rate", json_real(rate > 0 ? rate : setup->rate));
    char *text = json_dumps(setup->identity, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    char digits[SHA256_DIGEST_STRING_LENGTH];
    if (text == NULL) {
        out_of_memory();
    }
    SHA256Data((const uint8_t *)text, strlen(text), digits);
    free(text);
    return arena_copy(arena, digits, KEY_DIGITS);
}

/* ---- the data ---- */

/* The hash of a model's data, read once for all rows; NULL after printing why. */
static const char *hash_of_data(Plan *plan, const Model *model) {
    Arena *arena = plan->arena;
    NetError error = {.status = NET_OK};
    NetData data;
    NetDataRequest request = examples_request(arena, model);
    json_t *line_options = (json_t *)(uintptr_t)request.options;
    if (plan->data != NULL) { /* as trainers take it: the split is that of the model's set */
        request.kind = plan->data;
        request.options = NULL;
    }
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

static double setting_of(const json_t *identity, const char *name) {
    return json_number_value(json_object_get(json_object_get(identity, "settings"), name));
}

/* Compiles the model as `netc train` does, as far as its numbers are settled. */
static bool resolve(Plan *plan, Setup *setup, int *status) {
    Arena *arena = plan->arena;
    Words words = setup_words(arena, setup, setup->path);
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
    setup->data_hash = hash_of_data(plan, compilation.model);
    if (setup->data_hash == NULL || !pipeline_run(&compilation, LEVEL_LOOPS, status)) {
        *status = setup->data_hash == NULL ? STATUS_ENVIRONMENT : *status;
        return false;
    }
    json_t *descriptor = json_loads(compilation.code->descriptor, 0, NULL);
    setup->identity = identity_of(descriptor, setup->data_hash);
    setup->order_hash = arena_format(arena, "%s", json_string_value(json_object_get(descriptor, "order_hash")));
    json_decref(descriptor);
    return true;
}

/* "epochs N" of the plan, the row's or the model's. */
static int64_t epochs_of(const Plan *plan, const Setup *setup) {
    int64_t epochs = setup->row->epochs > 0 ? setup->row->epochs : (int64_t)setting_of(setup->identity, "epochs");
    for (size_t i = 0; i < plan->sets.count; i++) {
        const char *line = plan->sets.at[i];
        epochs = same_setting(line, "epochs") ? strtoll(line + word_length(line), NULL, 10) : epochs;
    }
    return epochs;
}

bool setup_open(Plan *plan, const Row *row, Setup *setup, int *status) {
    *setup = (Setup){.row = row, .sets = lines_of(plan->arena, plan, row)};
    if (row->model == NULL) {
        return true;
    }
    setup->path = shipped_model(plan->arena, row->model);
    if (setup->path == NULL) {
        *status = report_environment("the model %s.net, which ships with netc, is not installed", row->model);
        return false;
    }
    if (!resolve(plan, setup, status)) {
        return false;
    }
    setup->rate = setting_of(setup->identity, "rate");
    setup->epochs = epochs_of(plan, setup);
    if (setup->epochs < 1) {
        *status = report_usage("experiments", "--set 'epochs N': expected a whole number from 1");
        return false;
    }
    return true;
}

void setup_close(Setup *setup) { json_decref(setup->identity); }
