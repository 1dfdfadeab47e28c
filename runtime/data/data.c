#include "runtime/data/data.h"

#include "runtime/base/utf8.h"
#include "runtime/data/examples.h"
#include "runtime/data/hash.h"
#include "runtime/data/kinds.h"
#include "runtime/data/order.h"
#include "runtime/data/sets.h"
#include "runtime/data/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Parts have rows of a drawn order in place of the file's. */
static bool draw(const NetDataRequest *request, NetData *data, NetError *error) {
    data->seed = request->seed;
    for (int i = 0; i < NET_FILES; i++) {
        const NetDataFile *file = &data->file[i];
        if (file->count == 0) continue;
        data->order[i] = net_order_draw(file, request->classes, request->seed, (uint32_t)i, error);
        if (data->order[i] == NULL) return false;
    }
    for (int i = 0; i < NET_PARTS; i++)
        if (data->part[i].count > 0) data->part[i].order = data->order[data->part[i].file] + data->part[i].first;
    return true;
}

static bool split(const NetDataRequest *request, bool mixed, NetData *data, NetError *error) {
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
    return !mixed || draw(request, data, error);
}

/* ---- class names ---- */

/* classes=["a", "b"] of the data line. */
static bool name_classes(const NetDataRequest *request, NetData *data, NetError *error) {
    const json_t *list = json_object_get(request->options, "classes");
    size_t count = json_array_size(list);
    if (count == 0 || request->classes == 0) return true;
    if (count != (size_t)request->classes)
        return net_fail(error, NET_ENVIRONMENT, "classes= names %zu class%s, there are %lld [count-mismatch]", count,
                        count == 1 ? "" : "es", (long long)request->classes);
    const char **names = net_alloc(count, sizeof *names, error);
    for (size_t i = 0; names != NULL && i < count; i++) names[i] = json_string_value(json_array_get(list, i));
    bool ok = names != NULL && net_examples_name_classes(data, names, error);
    free(names);
    return ok;
}

/* ---- answers ---- */

/* Several labels are each 0 or 1. */
static bool check_answers(const NetData *data, NetError *error) {
    for (int part = 0; part < NET_PARTS; part++) {
        for (int64_t row = 0; row < data->part[part].count; row++) {
            const NetExample example = net_data_example(data, (NetPartName)part, row);
            for (int64_t i = 0; i < data->targets; i++) {
                double value = (double)example.targets[i];
                if (value != 0 && value != 1)
                    return net_fail(error, NET_ENVIRONMENT,
                                    "%s: example %u has %g for output %lld; target labels takes 0 and 1, target values "
                                    "any number [label-range]",
                                    data->source, example.item, value, (long long)i);
            }
        }
    }
    return true;
}

/* ---- the public face ---- */

static bool is_mixed(const NetDataRequest *request, const NetDataKind *kind) {
    return request->order != NULL ? strcmp(request->order, "shuffled") == 0 : kind->mixed;
}

/* Files are read from their beginning once more where the cache fails one of them (cache.h), without it. */
static bool read_files(const NetDataRequest *request, const NetDataKind *kind, NetData *data, NetError *error) {
    bool ok = false, uncached[NET_FILES] = {false};
    for (bool again = true; again;) {
        *data = (NetData){.licence = ""};
        snprintf(data->name, sizeof data->name, "%s", request->kind);
        for (int i = 0; i < NET_FILES; i++) data->file[i].uncached = uncached[i];
        ok = kind->read(request, data, error);
        again = false;
        for (int i = 0; i < NET_FILES && !ok; i++) {
            again = again || data->file[i].uncached != uncached[i];
            uncached[i] = data->file[i].uncached;
        }
        if (again) net_data_close(data);
    }
    return ok;
}

bool net_data_open(const NetDataRequest *request, NetData *data, NetError *error) {
    const NetDataKind *kind = net_data_kind(request->kind);
    *data = (NetData){0};
    if (kind == NULL) return net_fail(error, NET_USAGE, "unknown data set '%s' [unknown-data]", request->kind);
    bool ok = read_files(request, kind, data, error);
    net_utf8_clean(data->source);
    ok = ok && name_classes(request, data, error) && split(request, is_mixed(request, kind), data, error) &&
         (!request->answers || check_answers(data, error));
    if (ok) data->hash = net_data_hash_start(data, error);
    if (data->hash != NULL) return true;
    net_data_close(data);
    return false;
}

bool net_data_look(NetDataRequest *request, NetError *error) {
    return net_data_kind(request->kind)->look(request, error);
}

bool net_data_check(const NetDataRequest *request, NetError *error) {
    const NetDataKind *kind = net_data_kind(request->kind);
    return kind->check == NULL || kind->check(request, error);
}

void net_data_close(NetData *data) {
    net_data_hash_free(data->hash);
    for (int i = 0; i < NET_FILES; i++) {
        net_block_free(&data->file[i].block);
        free(data->file[i].labels);
        free(data->file[i].targets);
        free(data->file[i].hash_path);
        free(data->order[i]);
    }
    for (char **name = data->own_names; name != NULL && *name != NULL; name++) free(*name);
    for (int64_t i = 0; i < data->columns; i++) free(data->column[i]);
    free(data->own_names);
    free(data->column);
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
