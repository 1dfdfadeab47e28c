#include "compiler/model/trained.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/model/layer.h"
#include "compiler/model/network.h"
#include "runtime/data/columns.h"
#include "runtime/data/mean_image.h"
#include "runtime/train/network.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_member.h"

static bool compare_function(Arena *arena, const NetSafetensors *file, const NetWanted *wanted,
                             const NetTensor *const *found, size_t count, Trained *trained, NetError *error) {
    const Model *model = trained->model;
    NetFunction function = NET_FUNCTION_SAME;
    NetDifference difference;
    json_t *network = network_json(model);
    const char *text = arena_format(arena, "%.*s", (int)model->source->size, model->source->text);
    bool ok = net_network_compare(file, wanted, found, count, network, text, &function, &difference, error);
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
    NetWanted *wanted = NEW_ARRAY(arena, NetWanted, model->stored.count);
    const NetTensor **found = NEW_ARRAY(arena, const NetTensor *, model->stored.count);
    size_t count = 0;
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        if (stored_is_tensor(stored)) wanted[count++] = (NetWanted){stored->kept, stored->dim, stored->rank};
    }
    if (!net_weights_match(file, words, wanted, count, found, error) ||
        !compare_function(arena, file, wanted, found, count, trained, error))
        return false;
    for (size_t i = 0, next = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        if (!stored_is_tensor(stored)) continue;
        int64_t size = stored_count(stored);
        float *values = NEW_ARRAY(arena, float, size);
        const NetTensor *tensor = found[next++];
        if (!net_weights_values(file, tensor, stored->kept, values, size, error)) return false;
        trained->values[i] = values;
        if (tensor->type != NET_F32) trained->converted = net_type_name(tensor->type);
    }
    return true;
}

/* Those that files keep among their metadata: the numbers that the model lists, or the file's where it says `data`. */
static bool load_metadata(Arena *arena, const NetSafetensors *file, Trained *trained, NetError *error) {
    const Model *model = trained->model;
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *stored = model->stored.at[i];
        if (!stored->metadata) continue;
        int64_t count = stored_count(stored);
        float *values = NEW_ARRAY(arena, float, count);
        bool found = stored->recipe.kind == RECIPE_VALUES;
        for (int64_t k = 0; found && k < count; k++) values[k] = (float)stored->recipe.values[k];
        if (!found && !net_weights_statistics(file, stored->kept, values, count, &found, error)) return false;
        if (!found && string_is(stored->part, stored->kept)) /* target_mean */
            return net_fail(
                error, NET_ENVIRONMENT,
                "%s: it keeps no %s, which 'target values scale=true' takes from training [weights-mismatch]",
                file->path, stored->kept);
        if (!found)
            return net_fail(error, NET_ENVIRONMENT,
                            "%s: it keeps no %s, which 'input %s=data' takes from training; write the numbers in the "
                            "model [weights-mismatch]",
                            file->path, stored->kept, stored->part);
        trained->values[i] = values;
    }
    return true;
}

/* A list of texts among the metadata; NULL: the file has none of that key, or something else. */
static const char *const *load_texts(Arena *arena, const NetSafetensors *file, const char *key, size_t *count) {
    const char *text = net_safetensors_metadata(file, key);
    json_t *list = text != NULL ? json_loads(text, 0, NULL) : NULL;
    *count = json_array_size(list);
    const char **texts = NEW_ARRAY(arena, const char *, *count + 1);
    bool ok = json_is_array(list);
    for (size_t i = 0; ok && i < *count; i++) {
        const char *item = json_string_value(json_array_get(list, i));
        ok = item != NULL;
        if (ok) texts[i] = arena_format(arena, "%s", item);
    }
    json_decref(list);
    return ok ? texts : NULL;
}

static bool load_classes(Arena *arena, const NetSafetensors *file, Trained *trained, NetError *error) {
    size_t count = (size_t)model_classes(trained->model);
    if (net_safetensors_metadata(file, "classes") == NULL || count == 0) return true;
    trained->classes = load_texts(arena, file, "classes", &trained->class_count);
    return (trained->classes != NULL && trained->class_count == count) ||
           net_fail(error, NET_ENVIRONMENT, "%s: its classes are not a list of %zu names, one a class", file->path,
                    count);
}

static bool load_columns(Arena *arena, const NetSafetensors *file, Trained *trained, NetError *error) {
    if (net_safetensors_metadata(file, "columns") == NULL) return true;
    NetColumns columns = {0};
    int64_t inputs = shape_count(trained->model->layers.at[0]->out);
    trained->columns = load_texts(arena, file, "columns", &trained->column_count);
    bool ok = trained->columns != NULL && net_columns_parse(&columns, trained->columns, trained->column_count, NULL) &&
              (int64_t)columns.inputs == inputs;
    net_columns_free(&columns);
    return ok || net_fail(error, NET_ENVIRONMENT, "%s: its columns are not those of a table with %lld inputs",
                          file->path, (long long)inputs);
}

Trained trained_member(const Trained *trained, int64_t member) {
    Trained own = *trained;
    own.values += member * (int64_t)trained->model->stored.count;
    return own;
}

/* The values of all networks, each as a file of its own has them. What is said of them is said of the first. */
static bool load_members(Arena *arena, const NetSafetensors *file, const NetWeightWords *words, Trained *trained,
                         NetError *error) {
    int64_t members = trained->model->settings.members;
    bool ok = true;
    for (int64_t k = 0; k < members && ok; k++) {
        NetSafetensors view;
        Trained member = trained_member(trained, k);
        if (!net_weights_view(file, members, k + 1, &view, error)) return false;
        ok = load_tensors(arena, &view, words, &member, error) && load_metadata(arena, &view, &member, error);
        net_weights_view_free(&view);
        if (k > 0) continue;
        member.values = trained->values;
        *trained = member;
    }
    return ok;
}

/* What pictures looked like in training. A network that now reads inputs of another size is compared with none. */
static bool load_mean_image(Arena *arena, const NetSafetensors *file, Trained *trained, NetError *error) {
    const char *text = net_safetensors_metadata(file, "mean_image");
    const Shape in = trained->model->layers.at[0]->out;
    NetMeanImage image;
    float *values;
    if (text == NULL) return true;
    if (!net_mean_image_parse(text, &image, &values))
        return net_fail(error, NET_ENVIRONMENT, "%s: its mean_image is not one: a shape, four numbers and values",
                        file->path);
    bool same = image.shape[0] * image.shape[1] * image.shape[2] == shape_count(in);
    for (int d = 0; in.rank == 3 && d < 3; d++) same = same && image.shape[d] == in.dim[d];
    size_t count = (size_t)net_mean_image_count(image.shape);
    float *kept = NEW_ARRAY(arena, float, count);
    memcpy(kept, values, count * sizeof *kept);
    free(values);
    image.values = kept;
    if (same) trained->mean_image = image;
    return true;
}

bool trained_load(Arena *arena, const Model *model, const NetWeightWords *words, Trained *trained, NetError *error) {
    size_t rows;
    if (!net_multiply(model->stored.count, (size_t)model->settings.members, &rows)) BUG("too many networks");
    *trained = (Trained){.model = model, .values = NEW_ARRAY(arena, const float *, rows)};
    char *path = net_weights_path(NET_RUN_DIR, words->weights, error);
    NetSafetensors file;
    if (path == NULL) return false;
    trained->path = arena_format(arena, "%s", path);
    free(path);
    if (!net_safetensors_read(trained->path, &file, error)) return false;
    char epoch[NET_WEIGHTS_EPOCH];
    trained->epoch = arena_format(arena, "%s", net_weights_epoch(&file, epoch));
    bool ok = net_weights_suit(&file, model->settings.members, words->command, error) &&
              load_members(arena, &file, words, trained, error) && load_classes(arena, &file, trained, error) &&
              load_columns(arena, &file, trained, error) && load_mean_image(arena, &file, trained, error);
    char combined[NET_COMBINE_TEXT];
    if (ok && trained->difference == NULL &&
        net_weights_combine_differs(&file, model->settings.members, model->settings.votes ? "vote" : "mean", combined))
        trained->difference = arena_format(arena, "%s", combined);
    net_safetensors_free(&file);
    return ok;
}
