#include "runtime/train/weight_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/base/words.h"
#include "runtime/train/runs.h"

enum { LISTED = 4 }; /* names a message lists of each sort */

static const NetWords no_words;

static const NetWords *skips(const NetWeightWords *words) { return words->skip != NULL ? words->skip : &no_words; }

/* ---- runs ---- */

/* A run's file as JSON, NULL where there is none that can be read. */
static json_t *read_json(const char *folder, const char *name) {
    enum { LIMIT = 1 << 26 };
    size_t size;
    char *path = net_path_join(folder, name, NULL);
    char *text = path != NULL ? net_file_read(path, LIMIT, &size, NULL) : NULL;
    json_t *object = text != NULL ? json_loads(text, 0, NULL) : NULL;
    free(text);
    free(path);
    return object;
}

/* " -D 'depth=4'" behind a text, in quotes where a shell takes them. */
static void add_option(char *out, size_t room, const char *option, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.";
    const char *quote = word[strspn(word, plain)] == '\0' ? "" : "'";
    size_t length = strlen(out);
    snprintf(out + length, room - length, " %s %s", option, quote);
    for (; *word != '\0'; word++) {
        length = strlen(out);
        snprintf(out + length, room - length, "%.*s", *word == '\'' ? 4 : 1, *word == '\'' ? "'\\''" : word);
    }
    length = strlen(out);
    snprintf(out + length, room - length, "%s", quote);
}

/* What a run's network was compiled with: " -D depth=4" for each let, " --set 'batch 5'" for each such line. */
static void print_changes(json_t *model, char *out, size_t room) {
    const char *name;
    json_t *value;
    size_t index;
    *out = '\0';
    json_object_foreach(json_object_get(model, "lets"), name, value) {
        char *let = json_is_string(value) ? net_text(NULL, "%s=%s", name, json_string_value(value)) : NULL;
        if (let != NULL) {
            add_option(out, room, "-D", let);
        }
        free(let);
    }
    json_array_foreach(json_object_get(model, "sets"), index, value) {
        if (json_is_string(value)) {
            add_option(out, room, "--set", json_string_value(value));
        }
    }
}

/* Says why a run has no weights, if it was stopped or diverged: they are written at its end. */
static bool is_unfinished(const char *folder, NetError *error) {
    json_t *config = read_json(folder, "config.json"), *result = read_json(folder, "result.json");
    const char *status = json_string_value(json_object_get(result, "status"));
    json_t *model = json_object_get(config, "model");
    const char *path = json_string_value(json_object_get(model, "path"));
    char changes[512];
    print_changes(model, changes, sizeof changes);
    bool diverged = status != NULL && strcmp(status, "diverged") == 0;
    bool part = status != NULL && strcmp(status, "time_limit") == 0; /* of an ensemble: some networks are trained */
    bool stopped = (status == NULL || part) && path != NULL, runs = status == NULL && net_run_locked(folder);
    if (runs) {
        net_fail(error, NET_ENVIRONMENT, "%s: this run still goes on, and has weights at its end [unfinished-run]",
                 folder);
    } else if (diverged) {
        net_fail(error, NET_ENVIRONMENT,
                 "%s: this run diverged and left no weights; train anew with a lower --rate [unfinished-run]", folder);
    } else if (stopped) {
        net_fail(error, NET_ENVIRONMENT,
                 "%s: this run is not finished and has no weights yet; 'netc train %s%s --resume %s' finishes it "
                 "[unfinished-run]",
                 folder, path, changes, folder);
    }
    json_decref(config);
    json_decref(result);
    return runs || diverged || stopped;
}

char *net_weights_path(const char *run_dir, const char *word, NetError *error) {
    char *folder = net_run_find(run_dir, word, error);
    if (folder == NULL) {
        return net_text(error, "%s", word);
    }
    char *path = net_path_join(folder, "best.safetensors", error);
    if (path != NULL && access(path, F_OK) != 0) {
        free(path);
        path = net_path_join(folder, "weights.safetensors", error);
    }
    bool none = path != NULL && access(path, F_OK) != 0;
    if (none && !is_unfinished(folder, error)) {
        net_fail(error, NET_ENVIRONMENT,
                 "%s: the folder holds no weights, so it is no run's; 'netc runs' lists the runs there are", folder);
    }
    if (none) {
        free(path);
        path = NULL;
    }
    free(folder);
    return path;
}

/* ---- names ---- */

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

static bool same_shape(const NetWanted *wanted, const NetTensor *tensor) {
    return wanted->rank == tensor->rank &&
           memcmp(wanted->shape, tensor->shape, (size_t)wanted->rank * sizeof *wanted->shape) == 0;
}

/* Whether a label is all of a tensor's name or the part before a point: "fc" of "fc.weight". */
static bool is_label(const char *label, size_t length, const char *name) {
    return strncmp(label, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* The --rename of a tensor of the file: of those that fit the one of the longest label, of equals the first; else NULL.
 */
static const char *rename_of(const NetWords *rename, const char *in_file) {
    const char *found = NULL;
    for (int i = 0; i < rename->count; i++) {
        const char *old = rename->at[i];
        size_t length = strcspn(old, "=");
        if (is_label(old, length, in_file) && (found == NULL || length > strcspn(found, "="))) {
            found = old;
        }
    }
    return found;
}

/* Whether a tensor of the file is what the network calls `name`. A --rename to nothing takes the label and its point
 * away. */
static bool is_called(const NetWords *rename, const char *in_file, const char *name) {
    const char *old = rename_of(rename, in_file);
    if (old == NULL) {
        return strcmp(in_file, name) == 0;
    }
    size_t length = strcspn(old, "=");
    const char *label = old + length + 1, *rest = in_file + length;
    size_t new_length = strlen(label);
    rest += new_length == 0 && *rest == '.';
    return strncmp(label, name, new_length) == 0 && strcmp(name + new_length, rest) == 0;
}

/* The file's tensor of that name, from place `first` on. */
static const NetTensor *find_tensor(const NetSafetensors *file, const NetWords *rename, size_t first,
                                    const char *name) {
    for (size_t i = first; i < file->count; i++) {
        if (is_called(rename, file->tensors[i].name, name)) {
            return &file->tensors[i];
        }
    }
    return NULL;
}

static bool is_skipped(const NetWords *skip, const char *name) {
    for (int i = 0; i < skip->count; i++) {
        if (is_label(skip->at[i], strlen(skip->at[i]), name)) {
            return true;
        }
    }
    return false;
}

/* A tensor of the file that no tensor of the network takes, and that nobody said to pass over. */
static bool is_unexpected(const NetWeightWords *words, const NetWanted *wanted, size_t count, const char *name) {
    if (ends_with(name, ".num_batches_tracked") || is_skipped(skips(words), name)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_called(words->rename, name, wanted[i].name)) {
            return false;
        }
    }
    return true;
}

/* Letters of a tensor's name before its last point, which is what --rename and --skip take: "features.0" of a
 * Sequential of PyTorch's. */
static int label_length(const char *name) {
    const char *point = strrchr(name, '.');
    return point != NULL ? (int)(point - name) : (int)strlen(name);
}

/* Fails when --rename OLD=NEW gives a name that the network does not have; without a NEW a prefix is taken away. */
static bool check_new_name(const char *word, const NetWanted *wanted, size_t count, NetError *error) {
    const char *new = strchr(word, '=') + 1;
    char nearest[80] = "";
    for (size_t i = 0; i < count; i++) {
        char label[80];
        const char *candidate = label;
        snprintf(label, sizeof label, "%.*s", label_length(wanted[i].name), wanted[i].name);
        if (*new == '\0' || is_label(new, strlen(new), wanted[i].name)) {
            return true;
        }
        if (net_nearest_word(new, &candidate, 1) != NULL &&
            (*nearest == '\0' || net_edit_distance(new, label) < net_edit_distance(new, nearest))) {
            memcpy(nearest, label, sizeof nearest);
        }
    }
    bool known = *nearest != '\0';
    return net_fail(error, NET_USAGE, "--rename %s: there is no layer '%s'%s%s%s [weights-mismatch]", word, new,
                    known ? "; did you mean '" : "", nearest, known ? "'?" : "");
}

/* Each --rename and --skip must mean something: a slip of the pen would else train a layer from nothing. */
static bool check_words(const NetSafetensors *file, const NetWeightWords *words, const NetWanted *wanted, size_t count,
                        NetError *error) {
    const NetWords *rename = words->rename, *skip = skips(words);
    for (int i = 0; i < rename->count + skip->count; i++) {
        bool skips_it = i >= rename->count;
        const char *word = skips_it ? skip->at[i - rename->count] : rename->at[i];
        size_t length = skips_it ? strlen(word) : strcspn(word, "=");
        bool found = false;
        for (size_t k = 0; k < file->count && !found; k++) {
            found = is_label(word, length, file->tensors[k].name);
        }
        for (size_t k = 0; skips_it && k < count && !found; k++) {
            found = is_label(word, length, wanted[k].name);
        }
        if (!found && skips_it && strchr(word, ',') != NULL) {
            int first = (int)strcspn(word, ",");
            return net_fail(error, NET_USAGE,
                            "--skip %s: one layer each; write --skip %.*s --skip %s [weights-mismatch]", word, first,
                            word, word + first + 1);
        }
        if (!found) {
            const char *name = skips_it ? "skip" : "rename";
            const char *place = skips_it ? "neither the weights file nor the network has anything" : file->path;
            NameList has = {.count = 0};
            for (size_t k = 0; k < file->count; k++) {
                list_add(&has, file->tensors[k].name, file->tensors[k].shape, file->tensors[k].rank);
            }
            return net_fail(error, NET_ENVIRONMENT, "--%s %s: %s%s called '%.*s'; the file has %s [weights-mismatch]",
                            name, word, place, skips_it ? "" : " has nothing", (int)length, word, list_end(&has));
        }
        if (!skips_it && !check_new_name(word, wanted, count, error)) {
            return false;
        }
    }
    return true;
}

static bool wrong_shape(const NetWeightWords *words, const NetWanted *wanted, const NetTensor *tensor,
                        NetError *error) {
    NameList has = {.count = 0};
    NameList wants = {.count = 0};
    list_add(&has, tensor->name, tensor->shape, tensor->rank);
    list_add(&wants, wanted->name, wanted->shape, wanted->rank);
    char advice[200];
    if (words->skip != NULL) {
        snprintf(advice, sizeof advice, "; use --skip %.*s to start it fresh", (int)strcspn(wanted->name, "."),
                 wanted->name);
    } else { /* a network in use has no layer that starts fresh */
        snprintf(advice, sizeof advice, "; 'netc show %.150s' prints the network they are of", words->weights);
    }
    return net_fail(error, NET_ENVIRONMENT, "--weights %s: it has %s, this network needs %s%s [weights-mismatch]",
                    words->weights, has.text, wants.text, advice);
}

/* Whether the network has tensors of the label of this one of the file. */
static bool is_shared(const char *name, const NetWanted *wanted, size_t count) {
    bool shared = false;
    for (size_t i = 0; i < count && !shared; i++) {
        shared = is_label(name, (size_t)label_length(name), wanted[i].name);
    }
    return shared;
}

/* What to do about a missing tensor and an unexpected one, either of which may be NULL. Labels are enough where they
 * differ; where both sides have a layer `c`, c.gamma and c.bias are named whole. */
static void advise(const NetWeightWords *words, const NetWanted *wanted, size_t count, const NetWanted *missing,
                   const NetTensor *unexpected, char *out, size_t room) {
    const char *new = missing != NULL ? missing->name : "", *old = unexpected != NULL ? unexpected->name : "";
    int new_length = label_length(new), old_length = label_length(old);
    int prefix = old_length - new_length - 1; /* of "module.fc", which torch.nn.DataParallel makes of fc */
    if (new_length > 0 && prefix > 0 && old[prefix] == '.' && strncmp(old + prefix + 1, new, (size_t)new_length) == 0) {
        snprintf(out, room, "use --rename %.*s= to read the names without that prefix", prefix, old);
        return;
    }
    if (unexpected != NULL &&
        (is_shared(old, wanted, count) || (missing != NULL && strcmp(new + new_length, old + old_length) != 0))) {
        new_length = (int)strlen(new), old_length = (int)strlen(old);
    }
    if (words->skip == NULL) { /* a network in use has no layer that starts fresh */
        if (missing != NULL && unexpected != NULL && same_shape(missing, unexpected)) {
            snprintf(out, room, "use --rename %.*s=%.*s", old_length, old, new_length, new);
        } else {
            snprintf(out, room, "they are another network's");
        }
    } else if (missing == NULL) {
        snprintf(out, room, "use --skip %.*s to pass it over", old_length, old);
    } else if (unexpected == NULL) {
        snprintf(out, room, "use --skip %.*s to start it fresh", new_length, new);
    } else if (same_shape(missing, unexpected)) {
        snprintf(out, room, "use --rename %.*s=%.*s, or --skip %.*s --skip %.*s to start it fresh", old_length, old,
                 new_length, new, new_length, new, old_length, old);
    } else {
        snprintf(out, room, "use --skip %.*s --skip %.*s to start it fresh", new_length, new, old_length, old);
    }
}

/* The file's only tensor that is called like `wanted`, NULL without one; false when there are two. */
static bool find_only(const NetSafetensors *file, const NetWeightWords *words, const NetWanted *wanted,
                      const NetTensor **found, NetError *error) {
    *found = find_tensor(file, words->rename, 0, wanted->name);
    if (*found == NULL) {
        return true;
    }
    size_t next = (size_t)(*found - file->tensors) + 1;
    const NetTensor *second = find_tensor(file, words->rename, next, wanted->name);
    return second == NULL ||
           net_fail(error, NET_ENVIRONMENT,
                    "--weights %s: %.80s and %.80s would both be %.80s; change --rename [weights-mismatch]",
                    words->weights, (*found)->name, second->name, wanted->name);
}

bool net_weights_match(const NetSafetensors *file, const NetWeightWords *words, const NetWanted *wanted, size_t count,
                       const NetTensor **found, NetError *error) {
    NameList missing = {.count = 0};
    NameList unexpected = {.count = 0};
    const NetWanted *lacks = NULL; /* the first of each; of those in the file rather the first of the same shape */
    const NetTensor *extra = NULL;
    if (!check_words(file, words, wanted, count, error)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool skipped = is_skipped(skips(words), wanted[i].name);
        found[i] = NULL;
        if (!skipped && !find_only(file, words, &wanted[i], &found[i], error)) {
            return false;
        }
        if (found[i] != NULL && !same_shape(&wanted[i], found[i])) {
            return wrong_shape(words, &wanted[i], found[i], error);
        }
        if (found[i] == NULL && !skipped) {
            lacks = lacks == NULL ? &wanted[i] : lacks;
            list_add(&missing, wanted[i].name, wanted[i].shape, wanted[i].rank);
        }
    }
    for (size_t i = 0; i < file->count; i++) {
        const NetTensor *tensor = &file->tensors[i];
        if (is_unexpected(words, wanted, count, tensor->name)) {
            bool fits = lacks != NULL && same_shape(lacks, tensor);
            extra = extra == NULL || (fits && !same_shape(lacks, extra)) ? tensor : extra;
            list_add(&unexpected, tensor->name, tensor->shape, tensor->rank);
        }
    }
    if (missing.count == 0 && unexpected.count == 0) {
        return true;
    }
    char advice[400];
    advise(words, wanted, count, lacks, extra, advice, sizeof advice);
    return net_fail(error, NET_ENVIRONMENT, "--weights %s: %s%s%s%s%s; %s [weights-mismatch]", words->weights,
                    missing.count > 0 ? "missing " : "", list_end(&missing),
                    missing.count > 0 && unexpected.count > 0 ? "; " : "", unexpected.count > 0 ? "unexpected " : "",
                    list_end(&unexpected), advice);
}

const char *net_weights_epoch(const NetSafetensors *file, char out[NET_WEIGHTS_EPOCH]) {
    const char *epoch = net_safetensors_metadata(file, "epoch");
    char *end = NULL;
    double number = epoch != NULL ? strtod(epoch, &end) : 0;
    bool known = epoch != NULL && end != epoch && *end == '\0';
    *out = '\0';
    if (known) {
        snprintf(out, NET_WEIGHTS_EPOCH, ", epoch %.6g", number);
    }
    return out;
}

/* ---- values ---- */

bool net_weights_values(const NetSafetensors *file, const NetTensor *tensor, const char *name, float *out,
                        int64_t count, NetError *error) {
    if (!net_tensor_floats(file, tensor, out, count, error)) {
        return false;
    }
    for (int64_t i = 0; i < count; i++) {
        double value = out[i];
        if (isinf(out[i]) && tensor->type == NET_F64) {
            memcpy(&value, (const char *)tensor->data + 8 * i, sizeof value);
        }
        if (isfinite(value) && !isfinite(out[i])) {
            return net_fail(error, NET_ENVIRONMENT, "%s: value %" PRId64 " of %s is %g, too large for a 32-bit float",
                            file->path, i, name, value);
        }
        if (!isfinite(out[i])) {
            return net_fail(error, NET_ENVIRONMENT, "%s: value %" PRId64 " of %s is not finite", file->path, i, name);
        }
    }
    return true;
}

bool net_weights_statistics(const NetSafetensors *file, const char *key, float *out, int64_t count, bool *found,
                            NetError *error) {
    const char *text = net_safetensors_metadata(file, key);
    *found = text != NULL;
    if (text == NULL) {
        return true;
    }
    json_t *list = json_loads(text, JSON_DECODE_ANY, NULL);
    bool ok = json_is_array(list) && json_array_size(list) == (size_t)count;
    for (int64_t i = 0; ok && i < count; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        out[i] = (float)json_number_value(value);
        ok = json_is_number(value) && isfinite(out[i]);
    }
    json_decref(list);
    if (!ok) {
        return net_fail(error, NET_ENVIRONMENT, "%s: its %s is not a list of %" PRId64 " numbers", file->path, key,
                        count);
    }
    const char *last = strrchr(key, '_');
    for (int64_t i = 0; last != NULL && strcmp(last, "_std") == 0 && i < count; i++) {
        if (!(out[i] > 0)) {
            return net_fail(error, NET_ENVIRONMENT, "%s: its %s has %g, expected numbers above 0", file->path, key,
                            (double)out[i]);
        }
    }
    return true;
}
