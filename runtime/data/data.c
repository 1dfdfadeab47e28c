#include "runtime/data/data.h"

#include "runtime/base/utf8.h"
#include "runtime/data/digits.h"
#include "runtime/data/hash.h"
#include "runtime/data/idx.h"
#include "runtime/data/labels.h"
#include "runtime/data/sets.h"
#include "runtime/data/shape.h"
#include "runtime/data/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the four files are: training images and labels, test images and labels. A source without a path is absent. */
typedef struct {
    NetIdxSource file[NET_SET_FILES];
    char *owned[NET_SET_FILES]; /* paths to free */
} Sources;

static bool is_text(const char *text) { return text != NULL && text[0] != '\0'; }

/* ---- finding the files ---- */

static bool find_named(const NetDataRequest *request, const NetDataSet *set, Sources *sources, NetData *data,
                       NetError *error) {
    char *looked = NULL;
    char *folder = net_data_find(set, request->model_folder, request->data_dir, &looked, error);
    if (folder == NULL) {
        net_fail(error, NET_ENVIRONMENT,
                 "data set '%s' is not on this machine (looked in %s); 'netc data %s' fetches it (%s), '--data digits' "
                 "trains on the set that ships with netc [no-data]",
                 set->name, looked == NULL ? "" : looked, set->name, set->size);
        free(looked);
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < NET_SET_FILES; i++) {
        sources->owned[i] = net_data_file(set, i, folder, error);
        sources->file[i].path = sources->owned[i];
        ok = sources->owned[i] != NULL;
    }
    if (!ok) net_fail(error, NET_ENVIRONMENT, "%s: the files of '%s' vanished while they were read", folder, set->name);
    snprintf(data->source, sizeof data->source, "%s", folder);
    free(folder);
    return ok;
}

/* A path of `data idx` under the folder it is relative to, or with .gz added, or by its last part alone when --data-dir
 * names the folder. What is not there keeps its plain name, which reading then reports. */
static char *find_path(const NetDataRequest *request, const char *path, NetError *error) {
    const char *folder = request->data_dir != NULL ? request->data_dir : request->model_folder;
    const char *last = strrchr(path, '/');
    const char *names[2] = {path, request->data_dir != NULL && last != NULL ? last + 1 : path};
    for (int i = 0; i < 4; i++) {
        char *name = net_path_join(folder, names[i / 2], error);
        char *full = name == NULL || i % 2 == 0 ? name : net_text(error, "%s.gz", name);
        if (full != name) free(name);
        if (full == NULL || access(full, R_OK) == 0) return full;
        free(full);
    }
    return net_path_join(folder, path, error);
}

static bool find_idx(const NetDataRequest *request, Sources *sources, NetData *data, NetError *error) {
    const char *paths[NET_SET_FILES] = {request->images, request->labels, request->test_images, request->test_labels};
    bool labelled = request->classes > 0;
    if (!is_text(paths[0]) || (labelled && !is_text(paths[1])))
        return net_fail(error, NET_ENVIRONMENT, "data idx needs images= and labels= [missing-option]");
    if (is_text(paths[2]) != is_text(paths[3]) && labelled)
        return net_fail(error, NET_ENVIRONMENT,
                        "data idx needs both test_images= and test_labels=, or neither "
                        "[missing-option]");
    for (int i = 0; i < NET_SET_FILES; i++) {
        if (!is_text(paths[i])) continue;
        sources->owned[i] = find_path(request, paths[i], error);
        sources->file[i].path = sources->owned[i];
        if (sources->owned[i] == NULL) return false;
    }
    snprintf(data->source, sizeof data->source, "%s", sources->owned[0]);
    return true;
}

static bool find_sources(const NetDataRequest *request, Sources *sources, NetData *data, NetError *error) {
    const char *kind = request->kind;
    snprintf(data->name, sizeof data->name, "%s", kind);
    data->licence = "";
    if (strcmp(kind, "idx") == 0) return find_idx(request, sources, data, error);
    const NetDataSet *set = net_data_set(kind);
    if (set == NULL) return net_fail(error, NET_USAGE, "unknown data set '%s' [unknown-data]", kind);
    data->licence = set->licence;
    data->class_names = request->classes == 10 ? set->class_names : NULL;
    if (!set->built_in) return find_named(request, set, sources, data, error);
    net_digits_sources(sources->file);
    snprintf(data->source, sizeof data->source, "built in");
    return request->data_dir == NULL ||
           net_fail(error, NET_USAGE, "--data-dir %s: %s is built in, no folder holds it; leave --data-dir out",
                    request->data_dir, kind);
}

/* ---- reading and checking ---- */

static bool check_shape(const NetDataRequest *request, const char *path, const NetIdxImages *images, NetError *error) {
    char have[NET_SHAPE_TEXT], want[NET_SHAPE_TEXT], right[NET_SHAPE_TEXT] = "";
    int64_t maps[3];
    NetShapeMatch match = net_shape_match(request->shape, request->rank, images->shape, images->rank);
    net_shape(have, images->shape, images->rank);
    net_shape(want, request->shape, request->rank);
    if (net_shape_maps(images->shape, images->rank, maps)) {
        net_shape(right, maps, 3);
    } else {
        net_shape(right, images->shape, images->rank);
    }
    switch (match) {
    case NET_SHAPE_SUITS: return true;
    case NET_SHAPE_LAST:
    case NET_SHAPE_LAST_INPUT_ORDER: {
        const int64_t moved[] = {images->shape[2], images->shape[0], images->shape[1]};
        char also[NET_SHAPE_TEXT + 32] = "";
        net_shape(right, moved, 3);
        if (match != NET_SHAPE_LAST) snprintf(also, sizeof also, ", and write 'input %s'", right);
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; its channels come last, and netc reads them first (CxHxW): store "
                        "np.moveaxis(x, -1, -3)%s [channel-order]",
                        path, have, want, also);
    }
    case NET_SHAPE_INPUT_ORDER:
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; channels come first (CxHxW): write 'input %s' [image-size]", path, have,
                        want, right);
    case NET_SHAPE_OTHER: break;
    }
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, input is %s; write 'input %s' [image-size]", path, have, want,
                    right);
}

static bool check_labels(const NetDataRequest *request, const char *path, const uint32_t *labels, int64_t count,
                         NetError *error) {
    const NetClasses classes = {request->classes, request->outputs};
    for (int64_t i = 0; classes.count > 0 && i < count; i++)
        if (!net_label_check(path, i, labels[i], &classes, error)) return false;
    return true;
}

/* Reads one pair of files; rows and labels belong to the caller even after a failure. */
static bool read_pair(const NetDataRequest *request, const NetIdxSource *image_file, const NetIdxSource *label_file,
                      NetIdxImages *images, uint32_t **labels, NetError *error) {
    if (!net_idx_images(image_file, images, error) || !check_shape(request, image_file->path, images, error))
        return false;
    if (label_file->path == NULL) {
        *labels = net_alloc((size_t)images->count, sizeof **labels, error);
        return *labels != NULL;
    }
    return net_idx_labels(label_file, images->count, labels, error) &&
           check_labels(request, label_file->path, *labels, images->count, error);
}

static bool read_files(const NetDataRequest *request, const Sources *sources, NetData *data, NetError *error) {
    NetIdxImages train = {0}, test = {0};
    bool ok =
        read_pair(request, &sources->file[0], &sources->file[1], &train, &data->file[NET_FILE_TRAIN].labels, error);
    data->file[NET_FILE_TRAIN].rows = train.rows;
    if (ok && sources->file[2].path != NULL)
        ok = read_pair(request, &sources->file[2], &sources->file[3], &test, &data->file[NET_FILE_TEST].labels, error);
    data->file[NET_FILE_TEST].rows = test.rows;
    if (!ok) return false;
    if (test.count > 0 && test.type != train.type)
        return net_fail(error, NET_ENVIRONMENT, "%s holds %s, the training images are %s [type-mismatch]",
                        sources->file[2].path, test.type == NET_ROWS_U8 ? "bytes" : "floats",
                        train.type == NET_ROWS_U8 ? "bytes" : "floats");
    data->type = train.type;
    data->row_bytes = train.row_bytes;
    data->row_elements = (int64_t)(train.row_bytes / (train.type == NET_ROWS_U8 ? 1 : sizeof(float)));
    data->rank = request->rank;
    memcpy(data->shape, request->shape, sizeof data->shape);
    data->classes = request->classes;
    data->file[NET_FILE_TRAIN].count = train.count;
    data->file[NET_FILE_TEST].count = test.count;
    return true;
}

/* ---- splitting ---- */

static bool split_error(const NetDataRequest *request, const NetData *data, NetError *error) {
    char train[NET_COUNT_TEXT], test[NET_COUNT_TEXT];
    int64_t rows = data->file[NET_FILE_TRAIN].count;
    return net_fail(error, NET_ENVIRONMENT,
                    "split train=%g validation=%g test=%g does not fit data set '%s', which has %s image%s to train "
                    "on and %s to test; each part needs at least one, and 0 stands for not given [split-size]",
                    request->train, request->validation, request->test, data->name, net_count(train, (uint64_t)rows),
                    rows == 1 ? "" : "s", net_count(test, (uint64_t)data->file[NET_FILE_TEST].count));
}

/* A count's share of another number of rows, to the nearest and at least 1; fractions are shares already. */
static double carry_over(double asked, int64_t from, int64_t to) {
    double count = floor(asked * (double)to / (double)from + 0.5);
    return asked < 1 ? asked : count < 1 ? 1 : count;
}

/* A split in counts that was written for another named set: the same shares of this one. */
static NetDataRequest carried_over(const NetDataRequest *request) {
    const NetDataSet *from = request->split_kind != NULL ? net_data_set(request->split_kind) : NULL;
    const NetDataSet *to = net_data_set(request->kind);
    NetDataRequest carried = *request;
    if (from == NULL || to == NULL || from == to) return carried;
    carried.train = carry_over(request->train, from->train_count, to->train_count);
    carried.validation = carry_over(request->validation, from->train_count, to->train_count);
    carried.test = carry_over(request->test, from->test_count, to->test_count);
    bool fitted = request->train + request->validation <= (double)from->train_count;
    double rest = (double)to->train_count - carried.validation;
    if (carried.train >= 1 && carried.validation >= 1 && fitted && carried.train > rest && rest >= 1)
        carried.train = rest; /* both were rounded up */
    return carried;
}

static bool split(const NetDataRequest *request, NetData *data, NetError *error) {
    const NetDataRequest carried = carried_over(request);
    const double asked[NET_PARTS] = {carried.train, carried.validation, carried.test};
    int64_t count[NET_PARTS];
    int64_t rows = data->file[NET_FILE_TRAIN].count, test_rows = data->file[NET_FILE_TEST].count;
    if (!net_split_rows(asked, rows, test_rows, count)) return split_error(&carried, data, error);
    bool test_file = test_rows > 0;
    int64_t end = rows - (test_file ? 0 : count[NET_PART_TEST]);
    int64_t validation = count[NET_PART_VALIDATION];
    data->part[NET_PART_TRAIN] = (NetPart){.count = count[NET_PART_TRAIN]};
    data->part[NET_PART_VALIDATION] = (NetPart){.count = validation, .first = end - validation};
    data->part[NET_PART_TEST] = (NetPart){.file = test_file ? NET_FILE_TEST : NET_FILE_TRAIN,
                                          .count = count[NET_PART_TEST],
                                          .first = test_file ? 0 : end};
    return true;
}

/* ---- the public face ---- */

bool net_data_open(const NetDataRequest *request, NetData *data, NetError *error) {
    *data = (NetData){0};
    Sources sources = {0};
    bool ok = find_sources(request, &sources, data, error);
    net_utf8_clean(data->source);
    ok = ok && read_files(request, &sources, data, error) && split(request, data, error);
    for (int i = 0; i < NET_SET_FILES; i++) free(sources.owned[i]);
    if (ok) data->hash = net_data_hash_start(data, error);
    if (data->hash != NULL) return true;
    net_data_close(data);
    return false;
}

void net_data_close(NetData *data) {
    net_data_hash_free(data->hash);
    for (int i = 0; i < NET_FILES; i++) {
        free(data->file[i].rows);
        free(data->file[i].labels);
        free(data->file[i].targets);
    }
    *data = (NetData){0};
}

NetExample net_data_example(const NetData *data, NetPartName part, int64_t row) {
    const NetPart *of = &data->part[part];
    const NetDataFile *file = &data->file[of->file];
    int64_t at = of->order != NULL ? of->order[row] : of->first + row;
    int64_t before = of->file == NET_FILE_TEST ? data->file[NET_FILE_TRAIN].count : 0;
    return (NetExample){.values = file->rows + (size_t)at * data->row_bytes,
                        .targets = file->targets != NULL ? file->targets + at * data->targets : NULL,
                        .label = file->labels != NULL ? file->labels[at] : 0,
                        .item = (uint32_t)(before + at)};
}

const char *net_data_hash(const NetData *data) { return net_data_hash_wait(data->hash); }
