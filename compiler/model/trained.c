#include "compiler/model/trained.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/model/layer.h"
#include "compiler/model/network.h"
#include "runtime/train/network.h"
#include "runtime/train/runs.h"

static void want(Arena *arena, Trained *trained, const Param *param) {
    if (param == NULL) return;
    vec_push(arena, &trained->tensors, ((TrainedTensor){.param = param, .count = param_count(param)}));
}

static bool compare_function(Arena *arena, const NetSafetensors *file, const NetWanted *wanted,
                             const NetTensor *const *found, Trained *trained, NetError *error) {
    const Model *model = trained->model;
    NetFunction function = NET_FUNCTION_SAME;
    NetDifference difference;
    json_t *network = network_json(model);
    const char *text = arena_format(arena, "%.*s", (int)model->source->size, model->source->text);
    bool ok =
        net_network_compare(file, wanted, found, trained->tensors.count, network, text, &function, &difference, error);
    json_decref(network);
    trained->undescribed = function == NET_FUNCTION_UNKNOWN;
    if (function != NET_FUNCTION_OTHER) return ok;
    trained->difference = utf8_clean(arena, difference.text, strlen(difference.text));
    for (size_t i = 0; i < model->layers.count; i++)
        if (string_is(model->layers.at[i]->name, difference.layer)) trained->differing = model->layers.at[i];
    return ok;
}

static bool load_tensors(Arena *arena, const NetSafetensors *file, const NetWeightWords *words, Trained *trained,
                         NetError *error) {
    const Model *model = trained->model;
    for (size_t i = 0; i < model->layers.count; i++) {
        want(arena, trained, model->layers.at[i]->weight);
        want(arena, trained, model->layers.at[i]->bias);
    }
    size_t count = trained->tensors.count;
    NetWanted *wanted = NEW_ARRAY(arena, NetWanted, count);
    const NetTensor **found = NEW_ARRAY(arena, const NetTensor *, count);
    for (size_t i = 0; i < count; i++) {
        const Param *param = trained->tensors.at[i].param;
        wanted[i] = (NetWanted){param->name, param->dim, param->rank};
    }
    if (!net_weights_match(file, words, wanted, count, found, error) ||
        !compare_function(arena, file, wanted, found, trained, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        TrainedTensor *tensor = &trained->tensors.at[i];
        float *values = NEW_ARRAY(arena, float, tensor->count);
        if (!net_weights_values(file, found[i], tensor->param->name, values, tensor->count, error)) return false;
        tensor->values = values;
        if (found[i]->type != NET_F32) trained->converted = net_type_name(found[i]->type);
    }
    return true;
}

/* The input's mean or std, NULL where the model has one number for all. */
static bool load_statistic(Arena *arena, const NetSafetensors *file, const Model *model, const char *option,
                           const char *key, const float **out, NetError *error) {
    const Layer *input = model->layers.at[0];
    const OptionValue *value = layer_option(input, option);
    if (!value->flag && value->number_count == 1) return true;
    int64_t count = input->out.dim[0];
    float *values = NEW_ARRAY(arena, float, count);
    for (int64_t i = 0; !value->flag && i < count; i++) values[i] = (float)value->numbers[i];
    bool found = true;
    if (value->flag && !net_weights_statistics(file, key, values, count, &found, error)) return false;
    if (!found)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: it keeps no %s, which 'input %s=data' takes from training; write the numbers in the model "
                        "[weights-mismatch]",
                        file->path, key, option);
    *out = values;
    return true;
}

static bool load_classes(Arena *arena, const NetSafetensors *file, Trained *trained, NetError *error) {
    const char *text = net_safetensors_metadata(file, "classes");
    size_t count = (size_t)model_classes(trained->model);
    if (text == NULL || count == 0) return true;
    json_t *list = json_loads(text, 0, NULL);
    const char **names = NEW_ARRAY(arena, const char *, count);
    bool ok = json_array_size(list) == count;
    for (size_t i = 0; ok && i < count; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        ok = name != NULL;
        if (ok) names[i] = arena_format(arena, "%s", name);
    }
    json_decref(list);
    if (!ok)
        return net_fail(error, NET_ENVIRONMENT, "%s: its classes are not a list of %zu names, one a class", file->path,
                        count);
    trained->classes = names;
    trained->class_count = count;
    return true;
}

bool trained_load(Arena *arena, const Model *model, const NetWeightWords *words, Trained *trained, NetError *error) {
    *trained = (Trained){.model = model};
    char *path = net_weights_path(NET_RUN_DIR, words->weights, error);
    NetSafetensors file;
    if (path == NULL) return false;
    trained->path = arena_format(arena, "%s", path);
    free(path);
    if (!net_safetensors_read(trained->path, &file, error)) return false;
    char epoch[NET_WEIGHTS_EPOCH];
    trained->epoch = arena_format(arena, "%s", net_weights_epoch(&file, epoch));
    bool ok = load_tensors(arena, &file, words, trained, error) &&
              load_statistic(arena, &file, model, "mean", "input_mean", &trained->mean, error) &&
              load_statistic(arena, &file, model, "std", "input_std", &trained->std, error) &&
              load_classes(arena, &file, trained, error);
    net_safetensors_free(&file);
    return ok;
}

const TrainedTensor *trained_find(const Trained *trained, const Param *param) {
    for (size_t i = 0; i < trained->tensors.count; i++)
        if (trained->tensors.at[i].param == param) return &trained->tensors.at[i];
    BUG("no values of %s", param->name);
}
