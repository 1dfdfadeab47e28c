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

/* Whether a label is all of a tensor's name or the part before a point: "fc" of "fc.weight". */
static bool is_label(const char *label, size_t length, const char *name) {
    return strncmp(label, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* What the network calls a tensor of the file: with the first --rename that fits. One to nothing takes the label and
 * its point away. */
static bool is_called(const NetOptions *options, const char *in_file, const char *name) {
    for (int i = 0; i < options->rename.count; i++) {
        const char *old = options->rename.at[i];
        size_t length = strcspn(old, "=");
        if (is_label(old, length, in_file)) {
            const char *label = old + length + 1;
            size_t new_length = strlen(label);
            const char *rest = in_file + length;
            rest += new_length == 0 && *rest == '.';
            return strncmp(label, name, new_length) == 0 && strcmp(name + new_length, rest) == 0;
        }
    }
    return strcmp(in_file, name) == 0;
}

/* The file's tensor of that name here, from place `first` on. */
static const NetTensor *find_tensor(const NetOptions *options, const NetSafetensors *file, size_t first,
                                    const char *name) {
    for (size_t i = first; i < file->count; i++) {
        if (is_called(options, file->tensors[i].name, name)) {
            return &file->tensors[i];
        }
    }
    return NULL;
}

static bool is_skipped(const NetOptions *options, const char *name) {
    for (int i = 0; i < options->skip.count; i++) {
        if (is_label(options->skip.at[i], strlen(options->skip.at[i]), name)) {
            return true;
        }
    }
    return false;
}

/* A tensor of the file that no tensor of the network takes, and that nobody said to pass over. */
static bool is_unexpected(const NetTrainer *trainer, const char *name) {
    const NetModel *model = trainer->model;
    if (ends_with(name, ".num_batches_tracked") || is_skipped(&trainer->options, name)) {
        return false;
    }
    for (int i = 0; i < model->tensors; i++) {
        if (is_stored(&model->tensor[i]) && is_called(&trainer->options, name, model->tensor[i].name)) {
            return false;
        }
    }
    return true;
}

/* Each --rename and --skip must mean something: a slip of the pen would else train a layer from nothing. */
static bool check_words(const NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const NetOptions *options = &trainer->options;
    for (int i = 0; i < options->rename.count + options->skip.count; i++) {
        bool skip = i >= options->rename.count;
        const char *word = skip ? options->skip.at[i - options->rename.count] : options->rename.at[i];
        size_t length = skip ? strlen(word) : strcspn(word, "=");
        bool found = false;
        for (size_t k = 0; k < file->count && !found; k++) {
            found = is_label(word, length, file->tensors[k].name);
        }
        for (int k = 0; skip && k < trainer->model->tensors && !found; k++) {
            found = is_label(word, length, trainer->model->tensor[k].name);
        }
        if (!found) {
            const char *name = skip ? "skip" : "rename";
            const char *place = skip ? "neither the weights file nor the network has anything" : file->path;
            return net_fail(error, NET_ENVIRONMENT, "--%s %s: %s%s called '%.*s' [weights-mismatch]", name, word, place,
                            skip ? "" : " has nothing", (int)length, word);
        }
    }
    return true;
}

static bool wrong_shape(const NetTrainer *trainer, const NetParam *param, const NetTensor *tensor, NetError *error) {
    NameList has = {.count = 0};
    NameList wants = {.count = 0};
    list_add(&has, tensor->name, tensor->shape, tensor->rank);
    list_add(&wants, param->name, param->shape, param->dims);
    return net_fail(error, NET_ENVIRONMENT,
                    "--weights %s: it has %s, this network needs %s; use --skip %.*s to start it fresh "
                    "[weights-mismatch]",
                    trainer->options.weights, has.text, wants.text, (int)strcspn(param->name, "."), param->name);
}

/* Letters of a tensor's name before its last point, which is what --rename and --skip take: "features.0" of a
 * Sequential of PyTorch's. */
static int label_length(const char *name) {
    const char *point = strrchr(name, '.');
    return point != NULL ? (int)(point - name) : (int)strlen(name);
}

/* What to do about a missing tensor and an unexpected one, either of which may be NULL. */
static void advise(char *out, size_t size, const NetParam *missing, const NetTensor *unexpected) {
    const char *new = missing != NULL ? missing->name : "", *old = unexpected != NULL ? unexpected->name : "";
    int new_length = label_length(new), old_length = label_length(old);
    int prefix = old_length - new_length - 1; /* of "module.fc", which torch.nn.DataParallel makes of fc */
    if (new_length > 0 && prefix > 0 && old[prefix] == '.' && strncmp(old + prefix + 1, new, (size_t)new_length) == 0) {
        snprintf(out, size, "use --rename %.*s= to read the names without that prefix", prefix, old);
    } else if (missing != NULL && unexpected != NULL) {
        snprintf(out, size, "use --rename %.*s=%.*s, or --skip %.*s to start it fresh", old_length, old, new_length,
                 new, new_length, new);
    } else if (missing != NULL) {
        snprintf(out, size, "use --skip %.*s to start it fresh", new_length, new);
    } else {
        snprintf(out, size, "use --skip %.*s to pass it over", old_length, old);
    }
}

/* Names and shapes must be the model's, all of them and no others. */
static bool check_names(const NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const NetModel *model = trainer->model;
    const NetOptions *options = &trainer->options;
    NameList missing = {.count = 0};
    NameList unexpected = {.count = 0};
    const NetParam *lacks = NULL; /* the first of each; of those in the file rather the first of the same shape */
    const NetTensor *extra = NULL;
    for (int i = 0; i < model->tensors; i++) {
        const NetParam *param = &model->tensor[i];
        if (!is_stored(param) || is_skipped(options, param->name)) {
            continue;
        }
        const NetTensor *tensor = find_tensor(options, file, 0, param->name);
        const NetTensor *second =
            tensor != NULL ? find_tensor(options, file, (size_t)(tensor - file->tensors) + 1, param->name) : NULL;
        if (second != NULL) {
            return net_fail(error, NET_ENVIRONMENT,
                            "--weights %s: %.80s and %.80s would both be %.80s; change --rename [weights-mismatch]",
                            options->weights, tensor->name, second->name, param->name);
        }
        if (tensor != NULL && !same_shape(param, tensor)) {
            return wrong_shape(trainer, param, tensor, error);
        }
        if (tensor == NULL) {
            lacks = lacks == NULL ? param : lacks;
            list_add(&missing, param->name, param->shape, param->dims);
        }
    }
    for (size_t i = 0; i < file->count; i++) {
        const NetTensor *tensor = &file->tensors[i];
        if (is_unexpected(trainer, tensor->name)) {
            bool fits = lacks != NULL && same_shape(lacks, tensor);
            extra = extra == NULL || (fits && !same_shape(lacks, extra)) ? tensor : extra;
            list_add(&unexpected, tensor->name, tensor->shape, tensor->rank);
        }
    }
    if (missing.count == 0 && unexpected.count == 0) {
        return true;
    }
    char advice[400];
    advise(advice, sizeof advice, lacks, extra);
    return net_fail(error, NET_ENVIRONMENT, "--weights %s: %s%s%s%s%s; %s [weights-mismatch]", options->weights,
                    missing.count > 0 ? "missing " : "", list_end(&missing),
                    missing.count > 0 && unexpected.count > 0 ? "; " : "", unexpected.count > 0 ? "unexpected " : "",
                    list_end(&unexpected), advice);
}

/* The input's mean or deviation from a file's metadata, where the model does not say the numbers itself; without it the
 * data's own stay. */
static bool load_statistics(const NetSafetensors *file, const NetParam *param, float *out, NetError *error) {
    bool divides = param->role == NET_ROLE_INPUT_STD;
    const char *key = divides ? "input_std" : "input_mean";
    const char *text = net_safetensors_metadata(file, key);
    if (text == NULL || param->init.kind != NET_INIT_DATA) {
        return true;
    }
    json_t *list = json_loads(text, JSON_DECODE_ANY, NULL);
    bool ok = json_is_array(list) && json_array_size(list) == (size_t)param->size;
    for (int64_t i = 0; ok && i < param->size; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        out[i] = (float)json_number_value(value);
        ok = json_is_number(value) && isfinite(out[i]) && (!divides || out[i] > 0);
    }
    json_decref(list);
    return ok || net_fail(error, NET_ENVIRONMENT, "%s: its %s is not a list of %" PRId64 " numbers%s", file->path, key,
                          param->size, divides ? " above 0" : "");
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
        if (is_skipped(&trainer->options, param->name)) {
            continue;
        }
        const NetTensor *tensor = find_tensor(&trainer->options, file, 0, param->name);
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
        ok = check_words(trainer, &file, error) && check_names(trainer, &file, error) &&
             load_tensors(trainer, &file, error);
        net_safetensors_free(&file);
    }
    if (ok) {
        net_progress_line(trainer->progress, "weights", "from %s", path);
    }
    free(path);
    return ok;
}
