#include "compiler/driver/run_network.h"

#include <string.h>

static const char NOT_COMPILED[] = "The network could not be compiled; why was printed then.";

/* The lets and the lines of the train block that the run was given, as -D and --set give them. */
static void take_changes(Arena *arena, const json_t *model, Options *options) {
    const char *key;
    size_t index;
    json_t *value;
    json_object_foreach(json_object_get(model, "lets"), key, value) {
        if (json_is_string(value)) {
            Define define = {key, json_string_value(value)};
            vec_push(arena, &options->defines, define);
        }
    }
    json_array_foreach(json_object_get(model, "sets"), index, value) {
        if (json_is_string(value)) {
            vec_push(arena, &options->sets, json_string_value(value));
        }
    }
}

static const char *first_error(const Diags *diags) {
    for (size_t i = 0; i < diags->list.count; i++) {
        if (diags->list.at[i]->severity == SEVERITY_ERROR) {
            return diags->list.at[i]->message;
        }
    }
    return NULL;
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
    take_changes(arena, model, &network->options);
    network->missing = NOT_COMPILED;
    if (!pipeline_open_source(arena, "report", &network->options, source, compilation, &status)) {
        return;
    }
    compilation->goal = &goal_infer;
    compilation->printed = true; /* its warnings were printed when it was trained */
    if (pipeline_target(compilation, &status) && pipeline_run(compilation, LEVEL_MODEL, &status)) {
        network->model = compilation->model;
        network->missing = NULL;
        return;
    }
    const char *why = first_error(&compilation->diags);
    if (why != NULL) {
        network->missing = arena_format(arena, "this netc does not take the run's model: %s", why);
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
        *missing = NOT_COMPILED;
        return false;
    }
    return true;
}
