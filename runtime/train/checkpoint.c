#include "runtime/train/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/base/words.h"
#include "runtime/train/network.h"
#include "runtime/train/param.h"

static const char newest[] = "checkpoint.safetensors";
static const char previous[] = "checkpoint-1.safetensors";
static const char fresh[] = NET_RUN_FRESH;
static const char no_words[] = "nothing"; /* the text of an empty list */

enum {
    SCORES = 4,
    PLACES = 6,
    COUNTERS = PLACES + SCORES,
    TOTALS = 2 + NET_LOG_SCORES * SCORES,
    TENSORS = 7,
    VALUE = NET_SETTING_TEXT
};

/* What a run is started with and keeps, in the order of the metadata: two texts of the command line, then the model's
 * settings. */
enum { KEPT_DATA, KEPT_FOLDER, KEPT_TEXTS, KEPT_MAX = KEPT_TEXTS + NET_SETTINGS_MAX };

static int kept_count(const NetModel *model) { return KEPT_TEXTS + model->settings; }

/* NULL: it is a text. */
static const NetSetting *kept_setting(const NetModel *model, int kept) {
    return kept < KEPT_TEXTS ? NULL : &model->setting[kept - KEPT_TEXTS];
}

static const char *kept_name(const NetModel *model, int kept) {
    const NetSetting *setting = kept_setting(model, kept);
    return setting != NULL ? setting->name : net_option_name(kept == KEPT_DATA ? NET_OPTION_DATA : NET_OPTION_DATA_DIR);
}

static const char *kept_text(const NetOptions *options, int kept, char out[NET_SETTING_TEXT]) {
    const NetSetting *setting = kept_setting(options->model, kept);
    if (setting != NULL) {
        return net_setting_text(setting, options->value[kept - KEPT_TEXTS], out);
    }
    const char *text = kept == KEPT_DATA ? options->data : options->data_dir;
    return text != NULL ? text : "";
}

/* The option of the command line that says something about it; NULL: none does. */
static const char *kept_given(const NetOptions *options, int kept) {
    const NetModel *model = options->model;
    const NetSetting *setting = kept_setting(model, kept);
    if (setting == NULL) {
        NetOptionId id = kept == KEPT_DATA ? NET_OPTION_DATA : NET_OPTION_DATA_DIR;
        return options->given[id] ? net_option_name(id) : NULL;
    }
    const char *given = NULL;
    for (int i = 0; i < model->settings; i++) {
        const NetSetting *other = &model->setting[i];
        if (options->changed[i] && (other == setting || net_setting_same(other, setting))) {
            given = other->flag;
        }
    }
    return given;
}

double net_checkpoint_interval(void) {
    const char *text = getenv("NET_CHECKPOINT_SECONDS");
    char *end = NULL;
    double seconds = text != NULL ? strtod(text, &end) : 10;
    return text == NULL || (end != text && *end == '\0' && seconds >= 0) ? seconds : 10;
}

/* The scores of a place, in the order they are stored. */
static void place_scores(NetPlace *place, NetScore *scores[SCORES]) {
    scores[0] = &place->running;
    scores[1] = &place->train;
    scores[2] = &place->validation;
    scores[3] = &place->best;
}

/* Copies a place to or from its two arrays: one list of fields for both ways. */
static void place_copy(NetPlace *place, int64_t counters[COUNTERS], double totals[TOTALS], bool store) {
    NetScore *scores[SCORES];
    place_scores(place, scores);
    int64_t *integers[COUNTERS] = {&place->epoch,      &place->position, &place->step,
                                   &place->best_epoch, &place->cuts,     &place->cut_epoch};
    double *reals[TOTALS] = {&place->seconds, &place->epoch_seconds};
    for (int i = 0; i < SCORES; i++) {
        integers[PLACES + i] = &scores[i]->n;
        for (int k = 0; k < NET_LOG_SCORES; k++) {
            reals[2 + NET_LOG_SCORES * i + k] = &scores[i]->sum[k];
        }
    }
    for (int i = 0; i < COUNTERS; i++) {
        *(store ? &counters[i] : integers[i]) = *(store ? integers[i] : &counters[i]);
    }
    for (int i = 0; i < TOTALS; i++) {
        *(store ? &totals[i] : reals[i]) = *(store ? reals[i] : &totals[i]);
    }
}

/* Places and shapes of all tensors in one line: equal lines, equal layout. free() releases it. */
static char *layout_text(const NetModel *model, NetError *error) {
    size_t room = 1;
    for (int i = 0; i < model->tensors; i++) {
        room += 24 * (NET_MAX_DIMS + 1);
    }
    char *text = net_alloc(room, 1, error);
    size_t length = 0;
    for (int i = 0; i < model->tensors && text != NULL; i++) {
        const NetParam *param = &model->tensor[i];
        length += (size_t)snprintf(text + length, room - length, "%s@%" PRId64, param->in_state ? "state" : "param",
                                   param->place);
        for (int k = 0; k < param->dims; k++) {
            length += (size_t)snprintf(text + length, room - length, "%c%" PRId64, k == 0 ? '[' : ',', param->shape[k]);
        }
        length += (size_t)snprintf(text + length, room - length, "] ");
    }
    return text;
}

/* The sizes of the parts: "50000/10000/10000". */
static const char *parts_text(const NetData *data, char out[VALUE]) {
    char drawn[48] = "";
    if (data->order[NET_FILE_TRAIN] != NULL) snprintf(drawn, sizeof drawn, ", drawn by seed %" PRIu64, data->seed);
    snprintf(out, VALUE, "%" PRId64 "/%" PRId64 "/%" PRId64 "%s", data->part[NET_PART_TRAIN].count,
             data->part[NET_PART_VALIDATION].count, data->part[NET_PART_TEST].count, drawn);
    return out;
}

static void add_tensor(NetTensor *tensors, size_t *count, const char *name, NetType type, int64_t size,
                       const void *data) {
    if (size > 0 && data != NULL) {
        tensors[(*count)++] = (NetTensor){.name = name, .type = type, .rank = 1, .shape = {size}, .data = data};
    }
}

/* The trainer's buffers in a checkpoint, in the order of the file. */
enum { BUFFER_PARAM, BUFFER_STATE, BUFFER_BEST_PARAM, BUFFER_BEST_STATE, BUFFERS };

typedef struct {
    const char *name;
    bool in_state;
    int64_t size; /* there; 0: the run has none */
    float *at;
} Buffer;

static Buffer buffer_of(const NetTrainer *trainer, int which) {
    const NetModel *model = trainer->model;
    bool best = trainer->best_param != NULL;
    switch (which) {
    case BUFFER_PARAM: return (Buffer){"param", false, model->plain.param, trainer->param};
    case BUFFER_STATE: return (Buffer){"state", true, model->plain.state, trainer->state};
    case BUFFER_BEST_PARAM: return (Buffer){"best.param", false, best ? model->plain.param : 0, trainer->best_param};
    default: return (Buffer){"best.state", true, best ? model->plain.kept : 0, trainer->best_state};
    }
}

/* Where kernels have some tensors by columns, the file has a copy in which all are in their order, which is then
 * *copy. */
static bool add_buffer(const NetTrainer *trainer, int which, NetTensor *tensors, size_t *count, float **copy,
                       NetError *error) {
    Buffer buffer = buffer_of(trainer, which);
    if (buffer.size > 0 && trainer->model->by_columns[buffer.in_state]) {
        *copy = net_alloc((size_t)buffer.size, sizeof **copy, error);
        if (*copy == NULL) {
            return false;
        }
        net_params_get(trainer->model, buffer.in_state, buffer.at, buffer.size, *copy);
        buffer.at = *copy;
    }
    add_tensor(tensors, count, buffer.name, NET_F32, buffer.size, buffer.at);
    return true;
}

/* Everything but the metadata. What is made for it are the copies, which the caller frees. */
static bool collect_tensors(NetTrainer *trainer, const int64_t counters[COUNTERS], const double totals[TOTALS],
                            NetTensor tensors[TENSORS], size_t *collected, float *copies[BUFFERS], NetError *error) {
    size_t count = 0;
    size_t sums = 0;
    const double *gradients = net_logs_state(trainer->logs, &sums);
    add_tensor(tensors, &count, "counters", NET_I64, COUNTERS, counters);
    add_tensor(tensors, &count, "totals", NET_F64, TOTALS, totals);
    add_tensor(tensors, &count, "gradients", NET_F64, (int64_t)sums, gradients);
    bool ok = true;
    for (int i = 0; i < BUFFERS && ok; i++) {
        ok = add_buffer(trainer, i, tensors, &count, &copies[i], error);
    }
    *collected = count;
    return ok;
}

/* Writes under the third name, then moves the newest to the previous and the third to the newest. */
static bool write_and_rotate(NetTrainer *trainer, const NetTensor *tensors, size_t count, const NetPair *metadata,
                             size_t pairs, NetError *error) {
    char *path = net_run_path(&trainer->run, fresh, error);
    char *first = net_run_path(&trainer->run, newest, error);
    char *second = net_run_path(&trainer->run, previous, error);
    bool ok = path != NULL && first != NULL && second != NULL &&
              net_safetensors_write(path, tensors, count, metadata, pairs, true, error) &&
              (access(first, F_OK) != 0 || net_file_rename(first, second, error)) &&
              net_file_rename(path, first, error);
    if (!ok && path != NULL) {
        unlink(path);
    }
    free(second);
    free(first);
    free(path);
    return ok;
}

bool net_checkpoint_save(NetTrainer *trainer, NetError *error) {
    enum { PAIRS = 2 * KEPT_MAX + NET_CSV_FILES + 5 };
    char parts[VALUE];
    static const char *const prefix[] = {"set", "default"};
    char keys[PAIRS][16 + NET_SETTING_NAME];
    char values[PAIRS][VALUE];
    NetPair metadata[PAIRS];
    size_t pairs = 0;
    net_trainer_tick(trainer);
    if (!net_csv_sync(&trainer->csv, error) ||
        !net_spectrum_save(trainer->spectrum, trainer->run.folder,
                           error)) { /* before the checkpoint, which may lack rows */
        return false;
    }
    for (int i = 0; i < 2 * kept_count(trainer->model); i++) {
        const NetOptions *from = i % 2 == 0 ? &trainer->options : &trainer->defaults;
        snprintf(keys[pairs], sizeof keys[pairs], "%s.%s", prefix[i % 2], kept_name(trainer->model, i / 2));
        metadata[pairs] = (NetPair){keys[pairs], kept_text(from, i / 2, values[pairs])};
        pairs++;
    }
    for (int i = 0; i < NET_CSV_FILES; i++) {
        char name[NET_CSV_NAME];
        snprintf(keys[pairs], sizeof keys[pairs], "log.%s", net_csv_name((NetCsvFile)i, name));
        snprintf(values[pairs], VALUE, "%" PRId64, net_csv_length(&trainer->csv, (NetCsvFile)i));
        metadata[pairs] = (NetPair){keys[pairs], values[pairs]};
        pairs++;
    }
    char *layout = layout_text(trainer->model, error);
    char *network = layout != NULL ? net_network_text(trainer->model->network, true, error) : NULL;
    if (network == NULL) {
        free(layout);
        return false;
    }
    metadata[pairs++] = (NetPair){"network", network};
    metadata[pairs++] = (NetPair){"tensors", layout};
    metadata[pairs++] = (NetPair){"order_hash", trainer->model->order_hash};
    metadata[pairs++] = (NetPair){"data_hash", net_data_hash(&trainer->data)};
    metadata[pairs++] = (NetPair){"parts", parts_text(&trainer->data, parts)};
    int64_t counters[COUNTERS];
    double totals[TOTALS];
    NetTensor tensors[TENSORS];
    place_copy(&trainer->place, counters, totals, true);
    size_t count = 0;
    float *copies[BUFFERS] = {NULL};
    bool ok = collect_tensors(trainer, counters, totals, tensors, &count, copies, error) &&
              write_and_rotate(trainer, tensors, count, metadata, pairs, error);
    for (int i = 0; i < BUFFERS; i++) {
        free(copies[i]);
    }
    free(layout);
    free(network);
    trainer->saved = net_clock();
    return ok;
}

bool net_checkpoint_open(NetTrainer *trainer, NetSafetensors *file, bool *found, NetError *error) {
    static const char *const names[] = {newest, previous};
    NetError first = {0}; /* why the newest is not good */
    bool present = false;
    *found = false;
    for (int i = 0; i < 2 && !*found; i++) {
        char *path = net_run_path(&trainer->run, names[i], error);
        if (path == NULL) {
            return false;
        }
        if (access(path, F_OK) == 0) {
            NetError *why = present ? error : &first;
            present = true;
            *found = net_safetensors_read(path, file, why);
            if (*found && !net_safetensors_verify(file, why)) {
                net_safetensors_free(file);
                *found = false;
            }
        }
        free(path);
    }
    if (*found && first.status != NET_OK) {
        net_progress_note(trainer->progress, trainer->options.program, first.text);
    }
    return *found || !present || net_fail(error, first.status, "%s", first.text);
}

/* The value as messages show it: 0.1 rather than 0.10000000000000001, and 0 by its name where it has one. */
static const char *shown(const NetSetting *setting, const char *text, char out[NET_SETTING_TEXT]) {
    bool number = setting != NULL && setting->kind != NET_SETTING_WORD;
    return number ? net_setting_shown(setting, strtod(text, NULL), out) : text;
}

/* Takes a value from its text. */
static bool adopt(NetTrainer *trainer, int kept, const char *text, NetError *error) {
    NetOptions *options = &trainer->options;
    if (kept >= KEPT_TEXTS) {
        options->value[kept - KEPT_TEXTS] = strtod(text, NULL);
        return true;
    }
    char **own = kept == KEPT_DATA ? &trainer->kept_data : &trainer->kept_folder;
    free(*own);
    *own = *text != '\0' ? net_text(error, "%s", text) : NULL;
    *(kept == KEPT_DATA ? &options->data : &options->data_dir) = *own;
    return *text == '\0' || *own != NULL;
}

static bool broken(const NetSafetensors *file, const char *what, NetError *error) {
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: it has no %s: the checkpoint was written by another netc; resume it with that one, or begin "
                    "anew [other-network]",
                    file->path, what);
}

/* Whether the rates of the steps depend on a setting that a resumed run may change otherwise: how long the training is
 * (schedule cosine), which would have had other rates from the start. */
static bool bends_rate(const NetModel *model, int kept) {
    const NetSetting *setting = kept_setting(model, kept);
    bool changes = setting != NULL && setting->changes == NET_CHANGES_FREELY;
    return changes && net_formula_reads(&model->schedule.rate, NET_COUNTS + kept - KEPT_TEXTS);
}

static bool may_change(const NetTrainer *trainer, int kept, const char *used, const char *wanted) {
    const NetSetting *setting = kept_setting(trainer->model, kept);
    if (bends_rate(trainer->model, kept)) {
        return false;
    }
    switch (setting != NULL ? setting->changes : kept == KEPT_FOLDER ? NET_CHANGES_FREELY : NET_CHANGES_NEVER) {
    case NET_CHANGES_FREELY: return true;
    case NET_CHANGES_ADDS: return strcmp(used, no_words) == 0 || net_words_hold(wanted, used);
    case NET_CHANGES_BEGINS:
    case NET_CHANGES_NEVER: break;
    }
    return false;
}

static bool settle(NetTrainer *trainer, int kept, const char *used, const char *usual, NetError *error) {
    char now[NET_SETTING_TEXT];
    char out[2][NET_SETTING_TEXT];
    char said[96];
    char leave[64] = "the model says otherwise now";
    const NetOptions *options = &trainer->options;
    const NetSetting *setting = kept_setting(trainer->model, kept);
    const char *name = kept_name(trainer->model, kept);
    const char *given = kept_given(options, kept);
    if (given == NULL && strcmp(kept_text(&trainer->defaults, kept, now), usual) == 0) {
        return adopt(trainer, kept, used, error);
    }
    const char *wanted = kept_text(options, kept, now);
    bool allowed = may_change(trainer, kept, used, wanted), same = strcmp(wanted, used) == 0;
    if (allowed && given == NULL && !same) { /* by the model, perhaps without a thought of the run */
        net_progress_line(trainer->progress, "resume", "with %s %s, as the model says now; %s had %s", name,
                          shown(setting, wanted, out[0]), trainer->run.folder, shown(setting, used, out[1]));
    }
    if (allowed || same) {
        return true;
    }
    if (setting != NULL &&
        (setting->flag == NULL || setting->changes == NET_CHANGES_BEGINS)) { /* its flag is several's */
        size_t head =
            *setting->key != '\0' ? strlen(setting->line) : strcspn(setting->line, " "); /* its word is told */
        snprintf(said, sizeof said, "%.*s %s%s", (int)head, setting->line, setting->key,
                 *setting->key != '\0' ? "=" : "");
    } else {
        snprintf(said, sizeof said, "--%s ", setting != NULL ? setting->flag : name);
    }
    if (given != NULL) {
        snprintf(leave, sizeof leave, "leave --%s out", given);
    }
    char why[64] = "";
    if (bends_rate(trainer->model, kept)) {
        snprintf(why, sizeof why, "; the rates of schedule %s depend on it", trainer->model->schedule.name);
    }
    return net_fail(error, NET_USAGE,
                    "%s was trained with %s%s, not %s%s; a run is resumed with its own settings (%s), another value is "
                    "a new run [other-settings]",
                    trainer->run.folder, said, shown(setting, used, out[0]), shown(setting, wanted, out[1]), why,
                    leave);
}

/* Settles all settings, before the order of sums is compared: that follows from some of them. */
static bool settle_all(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    static const char *const prefix[] = {"set", "default"};
    for (int i = 0; i < kept_count(trainer->model); i++) {
        const NetSetting *setting = kept_setting(trainer->model, i);
        bool begins = setting != NULL && setting->changes == NET_CHANGES_BEGINS;
        const char *text[2];
        for (int k = 0; k < 2; k++) {
            char key[16 + NET_SETTING_NAME];
            snprintf(key, sizeof key, "%s.%s", prefix[k], kept_name(trainer->model, i));
            text[k] = net_safetensors_metadata(file, key);
            if (text[k] == NULL && !begins) {
                return broken(file, key, error);
            }
        }
        if (text[0] != NULL && text[1] != NULL && !settle(trainer, i, text[0], text[1], error)) {
            return false;
        }
    }
    return true;
}

/* Whether the run's network is the trainer's: names the first change. */
static bool same_network(const NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const char *text = net_safetensors_metadata(file, "network");
    json_t *network = text != NULL ? json_loads(text, 0, NULL) : NULL;
    NetDifference difference;
    bool changed = network != NULL && net_network_changed(network, trainer->model->network, &difference);
    json_decref(network);
    if (network == NULL) {
        return broken(file, "network", error);
    }
    return !changed || net_fail(error, NET_ENVIRONMENT,
                                "%s is a run of another network: %s; what it was trained with is in its config.json "
                                "[other-network]",
                                trainer->run.folder, difference.text);
}

bool net_checkpoint_settings(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const char *order = net_safetensors_metadata(file, "order_hash");
    const char *layout = net_safetensors_metadata(file, "tensors");
    if (order == NULL || layout == NULL) {
        return broken(file, order == NULL ? "order_hash" : "tensors", error);
    }
    if (!same_network(trainer, file, error) || !settle_all(trainer, file, error)) {
        return false;
    }
    /* text and settings are equal: what is left is how this netc lays out tensors and orders sums */
    char *expected = layout_text(trainer->model, error);
    bool same = expected != NULL && strcmp(expected, layout) == 0 && strcmp(order, trainer->model->order_hash) == 0;
    free(expected);
    return same ||
           (expected != NULL &&
            net_fail(error, NET_ENVIRONMENT,
                     "%s was trained with order_hash %s, this trainer's is %s: its sums are added in another order, so "
                     "the run would not go on with the same bits; build it with the netc it had [other-network]",
                     trainer->run.folder, order, trainer->model->order_hash));
}

/* Copies a tensor that must be there with exactly this many elements; 0 elements need none. */
static bool take(const NetSafetensors *file, const char *name, NetType type, void *out, int64_t elements,
                 NetError *error) {
    if (elements == 0) {
        return true;
    }
    const NetTensor *tensor = net_safetensors_find(file, name);
    return tensor != NULL ? net_tensor_copy(file, tensor, type, out, elements, error) : broken(file, name, error);
}

static bool take_buffer(const NetTrainer *trainer, const NetSafetensors *file, int which, NetError *error) {
    Buffer buffer = buffer_of(trainer, which);
    if (!trainer->model->by_columns[buffer.in_state]) {
        return take(file, buffer.name, NET_F32, buffer.at, buffer.size, error);
    }
    float *copy = net_alloc((size_t)buffer.size, sizeof *copy, error);
    bool ok = copy != NULL && take(file, buffer.name, NET_F32, copy, buffer.size, error);
    if (ok) {
        net_params_put(trainer->model, buffer.in_state, copy, buffer.size, buffer.at);
    }
    free(copy);
    return ok;
}

/* How long a log was; 0: the run did not have it, and only epochs.csv must be there. */
static bool log_length(const NetSafetensors *file, NetCsvFile log, int64_t *length, NetError *error) {
    char name[NET_CSV_NAME];
    char key[8 + NET_CSV_NAME];
    snprintf(key, sizeof key, "log.%s", net_csv_name(log, name));
    const char *text = net_safetensors_metadata(file, key);
    *length = text != NULL ? strtoll(text, NULL, 10) : 0;
    return (text != NULL && (log != NET_CSV_EPOCHS || *length > 0)) || broken(file, key, error);
}

static bool restore_logs(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    int64_t lengths[NET_CSV_FILES];
    for (int i = 0; i < NET_CSV_FILES; i++) {
        if (!log_length(file, (NetCsvFile)i, &lengths[i], error)) {
            return false;
        }
    }
    const NetCsvFile spectrum = net_csv_of(NET_SUBJECT_SPECTRUM);
    bool has_rows = lengths[spectrum] > (int64_t)strlen(net_subjects[NET_SUBJECT_SPECTRUM].header);
    return (!has_rows || net_spectrum_restore(trainer->spectrum, trainer->run.folder, trainer->place.step, error)) &&
           net_trainer_open_logs(trainer, lengths, error);
}

/* Whether a training on this data can stand there: the checksum of a file says nothing about its numbers. */
static bool place_can_be(const NetTrainer *trainer) {
    enum { EPOCHS_LIMIT = 1000000000 }; /* that of --epochs */
    const NetPlace *place = &trainer->place;
    const NetPart *validation = &trainer->data.part[NET_PART_VALIDATION];
    const int64_t counts[][2] = {{place->running.n, trainer->n},
                                 {place->train.n, trainer->n},
                                 {place->validation.n, validation->count},
                                 {place->best.n, validation->count}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i][0] < 0 || counts[i][0] > counts[i][1]) {
            return false;
        }
    }
    return place->epoch >= 0 && place->epoch <= EPOCHS_LIMIT + 1 && place->position >= 0 &&
           place->position <= trainer->steps && place->step == (place->epoch - 1) * trainer->steps + place->position &&
           place->best_epoch >= 0 && (place->best_epoch < place->epoch || place->best.n == 0) && place->cuts >= 0 &&
           place->cuts <= place->cut_epoch && place->cut_epoch <= place->epoch;
}

bool net_checkpoint_restore(NetTrainer *trainer, const NetSafetensors *file, NetError *error) {
    const char *hash = net_safetensors_metadata(file, "data_hash");
    int64_t counters[COUNTERS];
    double totals[TOTALS];
    size_t sums = 0;
    double *gradients = net_logs_state(trainer->logs, &sums);
    int64_t logged = 0;
    if (hash == NULL || strcmp(hash, net_data_hash(&trainer->data)) != 0) {
        return net_fail(error, NET_ENVIRONMENT,
                        "%s was trained on other data: SHA-256 %.16s..., now %.16s... (%s, %s); --weights %s "
                        "begins a new run with its weights [other-network]",
                        trainer->run.folder, hash != NULL ? hash : "?", net_data_hash(&trainer->data),
                        trainer->data.name, trainer->data.source, trainer->run.folder);
    }
    char now[VALUE];
    const char *parts = net_safetensors_metadata(file, "parts");
    if (parts == NULL || strcmp(parts, parts_text(&trainer->data, now)) != 0) {
        return net_fail(error, NET_ENVIRONMENT,
                        "%s was trained with %s examples to train, validate and test, now %s; a run is resumed with "
                        "its own split [other-settings]",
                        trainer->run.folder, parts != NULL ? parts : "?", now);
    }
    if (!take(file, "counters", NET_I64, counters, COUNTERS, error) ||
        !take(file, "totals", NET_F64, totals, TOTALS, error) ||
        !log_length(file, net_csv_of(NET_SUBJECT_GRADIENTS), &logged, error) ||
        !take(file, "gradients", NET_F64, gradients, logged > 0 ? (int64_t)sums : 0, error)) {
        return false;
    }
    for (int i = 0; i < BUFFERS; i++) {
        if (!take_buffer(trainer, file, i, error)) {
            return false;
        }
    }
    place_copy(&trainer->place, counters, totals, false);
    const NetPlace *place = &trainer->place;
    if (!place_can_be(trainer)) {
        return net_fail(error, NET_ENVIRONMENT,
                        "%s: its counters cannot be: epoch %" PRId64 ", step %" PRId64 " of %" PRId64 ", %" PRId64
                        " in all; it was not written by this trainer [other-network]",
                        file->path, place->epoch, place->position, trainer->steps, place->step);
    }
    return restore_logs(trainer, file, error);
}
