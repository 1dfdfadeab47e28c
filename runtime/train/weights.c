#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/mean_image.h"
#include "runtime/train/network.h"
#include "runtime/train/param.h"
#include "runtime/train/trainer.h"
#include "runtime/train/weight_file.h"
#include "runtime/train/weight_hash.h"
#include "runtime/train/weight_member.h"

/* Whether it is a tensor of weights files. */
static bool is_tensor(const NetParam *param) { return param->kept != NULL && !param->metadata; }

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

/* A JSON list of texts. */
static char *list_text(const char *const *texts, int64_t count, NetError *error) {
    json_t *list = json_array();
    for (int64_t i = 0; i < count; i++) {
        json_array_append_new(list, json_string(texts[i]));
    }
    char *text = json_dumps(list, 0);
    json_decref(list);
    if (text == NULL) {
        net_fail(error, NET_ENVIRONMENT, "out of memory");
    }
    return text;
}

static void free_tensors(const NetModel *model, NetTensor *tensors, size_t count) {
    size_t next = 0;
    for (int i = 0; i < model->tensors && next < count; i++) {
        if (is_tensor(&model->tensor[i])) {
            net_param_close(&model->tensor[i], tensors[next++].data);
        }
    }
    free(tensors);
}

/* The tensors of a weights file, in the order of the network; free_tensors releases them. */
static NetTensor *list_tensors(const NetModel *model, const float *param, const float *state, size_t *count,
                               NetError *error) {
    NetTensor *tensors = net_alloc((size_t)model->tensors, sizeof *tensors, error);
    *count = 0;
    for (int i = 0; i < model->tensors && tensors != NULL; i++) {
        const NetParam *from = &model->tensor[i];
        if (!is_tensor(from)) {
            continue;
        }
        const float *values = net_param_open(from, from->in_state ? state : param, error);
        if (values == NULL) {
            free_tensors(model, tensors, *count);
            *count = 0;
            return NULL;
        }
        NetTensor *to = &tensors[(*count)++];
        *to = (NetTensor){.name = from->kept, .type = NET_F32, .rank = from->dims, .data = values};
        memcpy(to->shape, from->shape, sizeof from->shape);
    }
    return tensors;
}

bool net_trainer_weights_hash(NetTrainer *trainer, NetError *error) {
    size_t count = 0;
    NetTensor *tensors = list_tensors(trainer->model, trainer->param, trainer->state, &count, error);
    bool ok = tensors != NULL && net_weights_hash(NULL, tensors, count, trainer->weights_hash, error);
    free_tensors(trainer->model, tensors, count);
    return ok;
}

/* Adds a text that was made for it, and is freed with the list; false when there is none. */
static bool add_metadata(NetPair *metadata, size_t *pairs, const char *key, char *text) {
    if (text != NULL) {
        metadata[(*pairs)++] = (NetPair){key, text};
    }
    return text != NULL;
}

NetOutcome net_trainer_describe_pictures(NetTrainer *trainer, NetError *error) {
    NetMeanImage image;
    float *values = NULL;
    if (trainer->described) {
        return NET_WENT_ON;
    }
    bool ok = net_mean_image_make(&trainer->data, trainer->model->augment.shift, &image, &values, error);
    if (ok && values != NULL) {
        trainer->mean_image = net_mean_image_text(&image, error);
        ok = trainer->mean_image != NULL;
    }
    free(values);
    trainer->described = ok;
    return ok ? NET_WENT_ON : net_signals_pending() != 0 ? NET_STOPPED : NET_FAILED;
}

bool net_trainer_save_weights(NetTrainer *trainer, const char *name, double epoch, const float *param,
                              const float *state, NetError *error) {
    enum { FIXED = 6, MADE = 4 };
    const NetModel *model = trainer->model;
    const NetData *data = &trainer->data;
    char hash[SHA256_DIGEST_STRING_LENGTH], epochs[32];
    SHA256Data((const uint8_t *)model->text, strlen(model->text), hash);
    snprintf(epochs, sizeof epochs, "%.6g", epoch);
    const NetPair fixed[FIXED] = {{"format", "pt"},  {"name", model->name},  {"netc", model->netc},
                                  {"epoch", epochs}, {"model_sha256", hash}, {"order_hash", model->order_hash}};
    size_t pairs = FIXED, count = 0;
    NetTensor *tensors = list_tensors(model, param, state, &count, error);
    NetPair *metadata = net_alloc((size_t)model->tensors + FIXED + MADE, sizeof *metadata, error);
    char *path = net_run_path(&trainer->run, name, error);
    bool ok = tensors != NULL && metadata != NULL && path != NULL;
    if (metadata != NULL) {
        memcpy(metadata, fixed, sizeof fixed);
    }
    for (int i = 0; i < model->tensors && ok; i++) {
        const NetParam *from = &model->tensor[i];
        if (from->kept != NULL && from->metadata) {
            const float *values = net_param_open(from, from->in_state ? state : param, error);
            char *text = values != NULL ? statistics_text(values, from->size, error) : NULL;
            ok = add_metadata(metadata, &pairs, from->kept, text);
            net_param_close(from, values);
        }
    }
    if (ok && data->class_names != NULL && model->classes == data->classes) {
        ok = add_metadata(metadata, &pairs, "classes", list_text(data->class_names, data->classes, error));
    }
    if (ok && data->columns > 0) {
        ok = add_metadata(metadata, &pairs, "columns",
                          list_text((const char *const *)data->column, data->columns, error));
    }
    if (ok && trainer->mean_image != NULL) {
        ok = add_metadata(metadata, &pairs, "mean_image", net_text(error, "%s", trainer->mean_image));
    }
    if (ok && model->network != NULL) {
        ok = add_metadata(metadata, &pairs, "network", net_network_text(model->network, false, error));
    }
    ok = ok && net_safetensors_write(path, tensors, count, metadata, pairs, false, error);
    while (metadata != NULL && pairs-- > FIXED) {
        free((char *)(uintptr_t)metadata[pairs].value);
    }
    free(metadata);
    free_tensors(model, tensors, count);
    free(path);
    return ok;
}

/* Reads what a weights file has of a tensor into the buffers: the values, unless `tensor` is NULL, and the statistics
 * that the metadata may have. Of a copy they go to the one that it is made of, once that has its values. */
static bool load_tensor(const NetTrainer *trainer, const NetSafetensors *file, const NetParam *param,
                        const NetTensor *tensor, NetError *error) {
    const NetParam *to = param->init.kind == NET_INIT_COPY ? &trainer->model->tensor[param->init.of] : param;
    bool given, statistics = param->metadata && param->init.kind == NET_INIT_DATA;
    if (tensor == NULL && !statistics) {
        return true;
    }
    float *buffer = net_trainer_buffer(trainer, to);
    float *out = net_param_edit(to, buffer, error);
    bool ok = out != NULL &&
              (!statistics || net_weights_statistics(file, param->kept, out, param->size, &given, error)) &&
              (tensor == NULL || net_weights_values(file, tensor, param->kept, out, param->size, error));
    net_param_settle(to, out, buffer);
    return ok;
}

/* Reads the tensors that were found into the buffers, and from the metadata what the model leaves to the data; a file
 * without it leaves the data's own. */
static bool load_tensors(NetTrainer *trainer, const NetSafetensors *file, const NetTensor *const *found,
                         NetError *error) {
    const NetModel *model = trainer->model;
    const char *converted = NULL;
    size_t next = 0;
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        const NetTensor *tensor = is_tensor(param) ? found[next++] : NULL;
        if (!load_tensor(trainer, file, param, tensor, error)) {
            return false;
        }
        converted = tensor != NULL && tensor->type != NET_F32 ? net_type_name(tensor->type) : converted;
    }
    if (converted != NULL && trainer->options.member <= 1) { /* it is said of the others, too */
        char note[128];
        snprintf(note, sizeof note, "the weights are %s in the file and were converted to F32", converted);
        net_progress_note(trainer->progress, trainer->options.program, note);
    }
    return true;
}

static void warn_function(NetTrainer *trainer, const char *path, const char *difference) {
    NetError text;
    net_fail(&text, NET_OK, "warning: %s: these weights are of another function: %s [other-function]", path,
             difference);
    net_progress_note(trainer->progress, trainer->options.program, text.text);
}

/* Says when the weights are of another function than the model's. */
static bool check_function(NetTrainer *trainer, const NetSafetensors *file, const NetWanted *wanted,
                           const NetTensor *const *found, size_t count, NetError *error) {
    NetFunction function;
    NetDifference difference;
    const NetModel *model = trainer->model;
    if (!net_network_compare(file, wanted, found, count, model->network, model->text, &function, &difference, error)) {
        return false;
    }
    if (trainer->options.member > 1) {
        return true; /* it was said of the first */
    }
    if (function == NET_FUNCTION_OTHER) {
        warn_function(trainer, file->path, difference.text);
    } else if (function == NET_FUNCTION_UNKNOWN) {
        NetError text;
        net_fail(&text, NET_OK, NET_UNKNOWN_FUNCTION, file->path);
        net_progress_note(trainer->progress, trainer->options.program, text.text);
    }
    return true;
}

static bool match_and_load(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    const NetWeightWords words = {options->weights, &options->rename, &options->skip, NULL};
    NetWanted *wanted = net_alloc((size_t)model->tensors, sizeof *wanted, error);
    const NetTensor **found = net_alloc((size_t)model->tensors, sizeof *found, error);
    size_t count = 0;
    for (int i = 0; i < model->tensors && wanted != NULL; i++) {
        const NetParam *param = &model->tensor[i];
        if (is_tensor(param)) {
            wanted[count++] = (NetWanted){param->kept, param->shape, param->dims};
        }
    }
    bool ok = wanted != NULL && found != NULL && net_weights_match(file, &words, wanted, count, found, error) &&
              check_function(trainer, file, wanted, found, count, error) && load_tensors(trainer, file, found, error);
    free(wanted);
    free(found);
    return ok;
}

bool net_trainer_read_weights(const NetTrainer *trainer, NetSafetensors *file, NetError *error) {
    const NetModel *model = trainer->model;
    char *path = net_weights_path(trainer->options.run_dir, trainer->options.weights, error);
    char *command = net_text(error, "netc train %s", model->path);
    bool ok = path != NULL && command != NULL && net_safetensors_read(path, file, error);
    if (ok && !net_weights_suit(file, model->compiled.members, command, error)) {
        net_safetensors_free(file);
        ok = false;
    }
    free(command);
    free(path);
    return ok;
}

bool net_trainer_take_weights(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    NetSafetensors view;
    if (!net_weights_view(file, trainer->model->compiled.members, trainer->options.member, &view, error)) {
        return false;
    }
    bool ok = match_and_load(trainer, &view, error);
    net_weights_view_free(&view);
    const NetModel *model = trainer->model;
    char combined[NET_COMBINE_TEXT];
    if (ok && trainer->options.member <= 1 &&
        net_weights_combine_differs(file, model->compiled.members, model->setting[model->known[NET_KNOWN_COMBINE]].word,
                                    combined)) {
        warn_function(trainer, file->path, combined);
    }
    return ok;
}

bool net_trainer_load_weights(NetTrainer *trainer, NetError *error) {
    NetSafetensors file;
    char epoch[NET_WEIGHTS_EPOCH];
    if (!net_trainer_read_weights(trainer, &file, error)) {
        return false;
    }
    bool ok = net_trainer_take_weights(trainer, &file, error);
    if (ok) {
        net_progress_line(trainer->progress, "weights", "from %s%s", file.path, net_weights_epoch(&file, epoch));
    }
    net_safetensors_free(&file);
    return ok;
}
