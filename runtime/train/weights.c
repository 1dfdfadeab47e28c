#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/train/network.h"
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

bool net_trainer_save_weights(NetTrainer *trainer, const char *name, double epoch, const float *param,
                              const float *state, NetError *error) {
    enum { MEAN, STD, CLASSES, NETWORK, OWNED };
    const NetModel *model = trainer->model;
    char hash[SHA256_DIGEST_STRING_LENGTH], epochs[32];
    SHA256Data((const uint8_t *)model->text, strlen(model->text), hash);
    snprintf(epochs, sizeof epochs, "%.6g", epoch);
    NetPair metadata[6 + OWNED] = {{"format", "pt"},  {"name", model->name},  {"netc", model->netc},
                                   {"epoch", epochs}, {"model_sha256", hash}, {"order_hash", model->order_hash}};
    size_t pairs = 6;
    char *owned[OWNED] = {NULL}; /* metadata that is made here */
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
        size_t which = from->role == NET_ROLE_INPUT_MEAN ? MEAN : STD;
        if (owned[which] == NULL) {
            owned[which] = statistics_text(values, from->size, error);
            ok = owned[which] != NULL;
            metadata[pairs++] = (NetPair){which == MEAN ? "input_mean" : "input_std", owned[which]};
        }
    }
    if (ok && trainer->data.class_names != NULL && model->classes == trainer->data.classes) {
        owned[CLASSES] = classes_text(&trainer->data, error);
        ok = owned[CLASSES] != NULL;
        metadata[pairs++] = (NetPair){"classes", owned[CLASSES]};
    }
    if (ok && model->network != NULL) {
        owned[NETWORK] = net_network_text(model->network, false, error);
        ok = owned[NETWORK] != NULL;
        metadata[pairs++] = (NetPair){"network", owned[NETWORK]};
    }
    ok = ok && net_safetensors_write(path, tensors, count, metadata, pairs, false, error);
    for (int i = 0; i < OWNED; i++) {
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

/* Says when the weights are of another function than the model's. */
static bool check_function(NetTrainer *trainer, const NetSafetensors *file, const NetWanted *wanted,
                           const NetTensor *const *found, size_t count, NetError *error) {
    NetFunction function;
    NetDifference difference;
    NetError text;
    const NetModel *model = trainer->model;
    if (!net_network_compare(file, wanted, found, count, model->network, model->text, &function, &difference, error)) {
        return false;
    }
    if (function == NET_FUNCTION_OTHER) {
        net_fail(&text, NET_OK, "warning: %s: these weights are of another function: %s [other-function]", file->path,
                 difference.text);
    } else if (function == NET_FUNCTION_UNKNOWN) {
        net_fail(&text, NET_OK, NET_UNKNOWN_FUNCTION, file->path);
    }
    if (function != NET_FUNCTION_SAME) {
        net_progress_note(trainer->progress, trainer->options.program, text.text);
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
              check_function(trainer, file, wanted, found, count, error) && load_tensors(trainer, file, found, error);
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
        char epoch[NET_WEIGHTS_EPOCH];
        ok = match_and_load(trainer, &file, error);
        if (ok) {
            net_progress_line(trainer->progress, "weights", "from %s%s", path, net_weights_epoch(&file, epoch));
        }
        net_safetensors_free(&file);
    }
    free(path);
    return ok;
}
