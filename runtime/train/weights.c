#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/train/trainer.h"
#include "runtime/train/weight_file.h"

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

/* Reads the tensors that were found into the buffers, and the input's statistics where the model leaves them to the
 * data; a file without them leaves the data's own. */
static bool load_tensors(NetTrainer *trainer, const NetSafetensors *file, const NetTensor *const *found,
                         NetError *error) {
    const NetModel *model = trainer->model;
    const char *converted = NULL;
    size_t next = 0;
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        float *out = place_of(param, trainer->param, trainer->state);
        if (!is_stored(param)) {
            bool given;
            const char *key = param->role == NET_ROLE_INPUT_MEAN ? "input_mean" : "input_std";
            if (param->init.kind == NET_INIT_DATA &&
                !net_weights_statistics(file, key, out, param->size, &given, error)) {
                return false;
            }
            continue;
        }
        const NetTensor *tensor = found[next++];
        if (tensor == NULL) {
            continue;
        }
        if (!net_weights_values(file, tensor, param->name, out, param->size, error)) {
            return false;
        }
        converted = tensor->type != NET_F32 ? net_type_name(tensor->type) : converted;
    }
    if (converted != NULL) {
        char note[128];
        snprintf(note, sizeof note, "the weights are %s in the file and were converted to F32", converted);
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
    return true;
}

static bool match_and_load(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    const NetWeightWords words = {options->weights, &options->rename, &options->skip};
    NetWanted *wanted = net_alloc((size_t)model->tensors, sizeof *wanted, error);
    const NetTensor **found = net_alloc((size_t)model->tensors, sizeof *found, error);
    size_t count = 0;
    for (int i = 0; i < model->tensors && wanted != NULL; i++) {
        const NetParam *param = &model->tensor[i];
        if (is_stored(param)) {
            wanted[count++] = (NetWanted){param->name, param->shape, param->dims};
        }
    }
    bool ok = wanted != NULL && found != NULL && net_weights_match(file, &words, wanted, count, found, error) &&
              load_tensors(trainer, file, found, error);
    free(wanted);
    free(found);
    return ok;
}

bool net_trainer_load_weights(NetTrainer *trainer, NetError *error) {
    char *path = net_weights_path(trainer->options.run_dir, trainer->options.weights, error);
    NetSafetensors file;
    if (path == NULL) {
        return false;
    }
    bool ok = net_safetensors_read(path, &file, error);
    if (ok) {
        ok = match_and_load(trainer, &file, error);
        net_safetensors_free(&file);
    }
    if (ok) {
        net_progress_line(trainer->progress, "weights", "from %s", path);
    }
    free(path);
    return ok;
}
