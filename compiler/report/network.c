#include "compiler/report/network.h"

#include <string.h>

/* The lets that the run was given, as -D gives them. */
static void take_lets(Arena *arena, const json_t *lets, Options *options) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)lets, key, value) {
        if (json_is_string(value)) {
            Define define = {key, json_string_value(value)};
            vec_push(arena, &options->defines, define);
        }
    }
}

void network_open(Arena *arena, const Run *run, const char *until, Network *network) {
    const json_t *model = json_object_get(run->config, "model");
    const char *text = json_string_value(json_object_get(model, "text"));
    const char *path = json_string_value(json_object_get(model, "path"));
    int status;
    *network = (Network){.options = {.infer = true, .emit = "shared", .cpu = "native", .until = until}};
    network->missing = run->config == NULL ? "the run has no config.json, which holds its model"
                                           : "config.json does not hold the model";
    Source *source =
        text == NULL ? NULL : source_from_text(arena, path == NULL ? "model.net" : path, text, strlen(text));
    if (source == NULL) {
        return;
    }
    Compilation *compilation = &network->compilation;
    take_lets(arena, json_object_get(model, "lets"), &network->options);
    if (!pipeline_open_source(arena, "report", &network->options, source, compilation, &status)) {
        return;
    }
    compilation->goal = &goal_infer;
    compilation->printed = true; /* its warnings were printed when it was trained */
    if (pipeline_target(compilation, &status) && pipeline_run(compilation, LEVEL_MODEL, &status)) {
        network->model = compilation->model;
        network->missing = NULL;
    } else if (compilation->diags.list.count > 0) {
        network->missing =
            arena_format(arena, "this netc does not take the run's model: %s", compilation->diags.list.at[0]->message);
    }
}

static bool load_weights(Arena *arena, const Network *network, const char *weights, Trained *trained,
                         const char **missing) {
    NetError error = {.status = NET_OK};
    const NetWords none = {.count = 0};
    const NetWeightWords words = {.weights = weights, .rename = &none};
    *missing = NULL;
    if (!trained_load(arena, network->model, &words, trained, &error)) {
        *missing = arena_format(arena, "%s", error.text);
    } else if (trained->difference != NULL) {
        *missing = arena_format(arena, "The weights are of another function than the text in config.json: %s",
                                trained->difference);
    }
    return *missing == NULL;
}

bool network_compile(Arena *arena, Network *network, const char *weights, Predictor *predictor, const char **missing) {
    Compilation *compilation = &network->compilation;
    Shipment shipment = {.compilation = compilation, .stem = network->model->name};
    Trained trained;
    int status;
    if (!load_weights(arena, network, weights, &trained, missing)) {
        return false;
    }
    if (!ship_until(compilation, &status) || !pipeline_run(compilation, LEVEL_LOOPS, &status) ||
        !ship_open(&shipment, &trained, predictor)) {
        *missing = "The network could not be compiled here; the message above says why.";
        return false;
    }
    return true;
}
