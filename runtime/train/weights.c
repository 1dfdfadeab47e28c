#include <inttypes.h>
#include <math.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/train/trainer.h"

enum { LISTED = 4 }; /* names a message lists of each sort */

/* Whether a tensor of the model is one of the weights file: the input's statistics are metadata. */
static bool is_stored(const NetParam *param) { return param->role == NET_ROLE_PARAM || param->role == NET_ROLE_STATE; }

static float *place_of(const NetParam *param, float *params, float *state) {
    return (param->in_state ? state : params) + param->offset;
}

/* A JSON list of floats, each with the digits that give it back. */
static char *statistics_text(const float *values, int64_t count, NetError *error) {
    size_t room = (size_t)count * 20 + 3;
    char *text = net_alloc(room, 1, error);
    size_t length = 0;
    for (int64_t i = 0; text != NULL && i < count; i++) {
        length += (size_t)snprintf(text + length, room - length, "%s%.9g", i == 0 ? "[" : ", ", (double)values[i]);
    }
    if (text != NULL) {
        snprintf(text + length, room - length, "]");
    }
    return text;
}

static char *classes_text(const NetData *data, NetError *error) {
    json_t *list = json_array();
    for (int64_t i = 0; i < data->classes; i++) {
        json_array_append_new(list, json_string(data->class_names[i]));
    }
    char *text = json_dumps(list, 0);
    json_decref(list);
    if (text == NULL) {
        net_fail(error, NET_ENVIRONMENT, "out of memory");
    }
    return text;
}

bool net_trainer_save_weights(NetTrainer *trainer, const char *name, const float *param, const float *state,
                              NetError *error) {
    const NetModel *model = trainer->model;
    char hash[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)model->text, strlen(model->text), hash);
    NetPair metadata[8] = {{"format", "pt"},
                           {"name", model->name},
                           {"netc", model->netc},
                           {"model_sha256", hash},
                           {"order_hash", model->order_hash}};
    size_t pairs = 5;
    char *owned[3] = {NULL, NULL, NULL}; /* metadata that is made here */
    size_t count = 0;
    NetTensor *tensors = net_alloc((size_t)model->tensors, sizeof *tensors, error);
    char *path = net_run_path(&trainer->run, name, error);
    bool ok = tensors != NULL && path != NULL;
    for (int i = 0; i < model->tensors && ok; i++) {
        const NetParam *from = &model->tensor[i];
        const float *values = (from->in_state ? state : param) + from->offset;
        if (is_stored(from)) {
            tensors[count] = (NetTensor){.name = from->name, .type = NET_F32, .rank = from->dims, .data = values};
            memcpy(tensors[count++].shape, from->shape, sizeof from->shape);
            continue;
        }
        size_t which = from->role == NET_ROLE_INPUT_MEAN ? 0 : 1;
        if (owned[which] == NULL) {
            owned[which] = statistics_text(values, from->size, error);
            ok = owned[which] != NULL;
            metadata[pairs++] = (NetPair){which == 0 ? "input_mean" : "input_std", owned[which]};
        }
    }
    if (ok && trainer->data.class_names != NULL && model->classes == trainer->data.classes) {
        owned[2] = classes_text(&trainer->data, error);
        ok = owned[2] != NULL;
        metadata[pairs++] = (NetPair){"classes", owned[2]};
    }
    ok = ok && net_safetensors_write(path, tensors, count, metadata, pairs, false, error);
    for (int i = 0; i < 3; i++) {
        free(owned[i]);
    }
    free(tensors);
    free(path);
    return ok;
}

/* The file that --weights means: itself, or of a run the best weights if it has such, else the last. */
static char *weights_path(const NetTrainer *trainer, NetError *error) {
    const char *word = trainer->options.weights;
    char *folder = net_run_find(trainer->options.run_dir, word, error);
    if (folder == NULL) {
        return net_text(error, "%s", word);
    }
    char *path = net_path_join(folder, "best.safetensors", error);
    if (path != NULL && access(path, F_OK) != 0) {
        free(path);
        path = net_path_join(folder, "weights.safetensors", error);
    }
    free(folder);
    return path;
}

/* A growing list of names for a message: "a [6,1,5,5], b [6] and 3 more". */
typedef struct {
    char text[400];
    size_t length;
    int count;
} NameList;

static void list_add(NameList *list, const char *name, const int64_t *shape, int rank) {
    if (list->count++ >= LISTED) {
        return;
    }
    char line[160];
    int length = snprintf(line, sizeof line, "%s%.80s [", list->length > 0 ? ", " : "", name);
    for (int i = 0; i < rank && length > 0 && (size_t)length < sizeof line; i++) {
        length += snprintf(line + length, sizeof line - (size_t)length, "%s%" PRId64, i > 0 ? "," : "", shape[i]);
    }
    int added = snprintf(list->text + list->length, sizeof list->text - list->length, "%s]", line);
    size_t room = sizeof list->text - list->length - 1;
    list->length += (size_t)added < room ? (size_t)added : room;
}

static const char *list_end(NameList *list) {
    if (list->count > LISTED) {
        snprintf(list->text + list->length, sizeof list->text - list->length, " and %d more", list->count - LISTED);
    }
    return list->text;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static bool same_shape(const NetParam *param, const NetTensor *tensor) {
    return param->dims == tensor->rank &&
           memcmp(param->shape, tensor->shape, (size_t)param->dims * sizeof *param->shape) == 0;
}

/* Names and shapes must be the model's, all of them and no others. */
static bool check_names(const NetModel *model, const NetSafetensors *file, const char *word, NetError *error) {
    NameList missing = {.count = 0};
    NameList unexpected = {.count = 0};
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        const NetTensor *tensor = net_safetensors_find(file, param->name);
        if (is_stored(param) && tensor == NULL) {
            list_add(&missing, param->name, param->shape, param->dims);
        } else if (is_stored(param) && !same_shape(param, tensor)) {
            NameList has = {.count = 0};
            NameList wants = {.count = 0};
            list_add(&has, param->name, tensor->shape, tensor->rank);
            list_add(&wants, "", param->shape, param->dims);
            return net_fail(error, NET_ENVIRONMENT, "--weights %s: it has %s, this network needs%s [weights-mismatch]",
                            word, has.text, wants.text);
        }
    }
    for (size_t i = 0; i < file->count; i++) {
        const NetTensor *tensor = &file->tensors[i];
        bool known = ends_with(tensor->name, "num_batches_tracked");
        for (int k = 0; k < model->tensors && !known; k++) {
            known = is_stored(&model->tensor[k]) && strcmp(model->tensor[k].name, tensor->name) == 0;
        }
        if (!known) {
            list_add(&unexpected, tensor->name, tensor->shape, tensor->rank);
        }
    }
    if (missing.count == 0 && unexpected.count == 0) {
        return true;
    }
    return net_fail(error, NET_ENVIRONMENT, "--weights %s: %s%s%s%s%s [weights-mismatch]", word,
                    missing.count > 0 ? "missing " : "", list_end(&missing),
                    missing.count > 0 && unexpected.count > 0 ? "; " : "", unexpected.count > 0 ? "unexpected " : "",
                    list_end(&unexpected));
}

/* The input's mean or deviation from a file's metadata; without it the data's own stay. */
static bool load_statistics(const NetSafetensors *file, const NetParam *param, float *out, NetError *error) {
    const char *key = param->role == NET_ROLE_INPUT_MEAN ? "input_mean" : "input_std";
    const char *text = net_safetensors_metadata(file, key);
    if (text == NULL) {
        return true;
    }
    json_t *list = json_loads(text, JSON_DECODE_ANY, NULL);
    bool ok = json_is_array(list) && json_array_size(list) == (size_t)param->size;
    for (int64_t i = 0; ok && i < param->size; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        ok = json_is_number(value) && isfinite((float)json_number_value(value));
        out[i] = (float)json_number_value(value);
    }
    json_decref(list);
    return ok || net_fail(error, NET_ENVIRONMENT, "%s: its %s is not a list of %" PRId64 " numbers", file->path, key,
                          param->size);
}

static bool load_tensors(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const NetModel *model = trainer->model;
    const char *converted = NULL;
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        float *out = place_of(param, trainer->param, trainer->state);
        if (!is_stored(param)) {
            if (!load_statistics(file, param, out, error)) {
                return false;
            }
            continue;
        }
        const NetTensor *tensor = net_safetensors_find(file, param->name);
        if (!net_tensor_floats(file, tensor, out, param->size, error)) {
            return false;
        }
        converted = tensor->type != NET_F32 ? net_type_name(tensor->type) : converted;
        for (int64_t k = 0; k < param->size; k++) {
            if (!isfinite(out[k])) {
                return net_fail(error, NET_ENVIRONMENT, "%s: value %" PRId64 " of %s is not finite", file->path, k,
                                param->name);
            }
        }
    }
    if (converted != NULL) {
        char note[128];
        snprintf(note, sizeof note, "the weights are %s in the file and were converted to F32", converted);
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
    return true;
}

bool net_trainer_load_weights(NetTrainer *trainer, NetError *error) {
    char *path = weights_path(trainer, error);
    NetSafetensors file;
    if (path == NULL) {
        return false;
    }
    bool ok = net_safetensors_read(path, &file, error);
    if (ok) {
        ok = check_names(trainer->model, &file, trainer->options.weights, error) && load_tensors(trainer, &file, error);
        net_safetensors_free(&file);
    }
    if (ok) {
        net_progress_line(trainer->progress, "weights", "from %s", path);
    }
    free(path);
    return ok;
}
