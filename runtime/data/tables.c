#include "runtime/data/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/examples.h"
#include "runtime/data/request.h"
#include "runtime/data/table_rows.h"

/* ---- what the data line says ---- */

static NetHeader header_of(const NetDataRequest *request) {
    const json_t *header = json_object_get(request->options, "header"); /* "auto", or a truth value */
    return json_is_true(header) ? NET_HEADER_TRUE : json_is_false(header) ? NET_HEADER_FALSE : NET_HEADER_AUTO;
}

/* A list of names and numbers, which free() releases; NULL without an error: there are none. */
static NetColumnRef *list_columns(const NetDataRequest *request, const char *option, size_t *count, NetError *error) {
    const json_t *list = json_object_get(request->options, option);
    *count = json_array_size(list);
    NetColumnRef *refs = *count > 0 ? net_alloc(*count, sizeof *refs, error) : NULL;
    for (size_t i = 0; refs != NULL && i < *count; i++) {
        const json_t *item = json_array_get(list, i);
        refs[i] = (NetColumnRef){json_string_value(item), json_integer_value(item)};
    }
    return refs;
}

/* ---- what the files have ---- */

typedef struct {
    const NetDataRequest *request;
    NetData *data;
    NetColumns columns;
    NetClassNames names;
    NetTableWish wish;
} Reading;

/* What rows were read becomes the file's. */
static bool take_rows(Reading *reading, NetTableRows *rows, NetDataFileName which, NetError *error) {
    NetDataFile *file = &reading->data->file[which];
    file->count = rows->count;
    file->block = (NetBlock){.base = (unsigned char *)rows->x};
    file->rows = file->block.base;
    file->labels = rows->label;
    file->targets = rows->value;
    *rows = (NetTableRows){0};
    return file->labels != NULL || file->targets != NULL || net_examples_unlabelled(file, error);
}

static bool read_file(Reading *reading, const char *path, NetDataFileName which, NetError *error) {
    NetTableRows rows;
    if (which != NET_FILE_TRAIN) reading->wish.form.choice = NULL; /* the columns are known by now */
    bool ok = net_table_read(&rows, path, &reading->wish, &reading->columns, &reading->names, error) &&
              net_examples_settle(reading->request, NET_ROWS_F32, path, which, reading->data, error) &&
              take_rows(reading, &rows, which, error);
    net_table_rows_free(&rows);
    return ok;
}

static bool read_option(Reading *reading, const char *option, NetDataFileName which, NetError *error) {
    if (net_request_text(reading->request, option) == NULL)
        return which == NET_FILE_TEST ||
               net_fail(error, NET_ENVIRONMENT, "data csv needs %s= [missing-option]", option);
    char *path = net_request_path(reading->request, option, error);
    if (path != NULL && which == NET_FILE_TRAIN)
        snprintf(reading->data->source, sizeof reading->data->source, "%s", path);
    bool ok = path != NULL && read_file(reading, path, which, error);
    free(path);
    return ok;
}

static bool keep_columns(Reading *reading, NetError *error) {
    NetData *data = reading->data;
    size_t count = reading->columns.count;
    data->column = net_alloc(count, sizeof *data->column, error);
    for (size_t i = 0; data->column != NULL && i < count; i++) {
        data->column[i] = net_columns_text(&reading->columns, i, error);
        if (data->column[i] == NULL) return false;
        data->columns++;
    }
    return data->column != NULL;
}

static bool keep_names(Reading *reading, NetError *error) {
    NetData *data = reading->data;
    int64_t count = reading->names.count; /* one a class: settled where they were met */
    if (count == 0) return true;
    if (json_array_size(json_object_get(reading->request->options, "classes")) > 0)
        return net_fail(error, NET_ENVIRONMENT, "%s has names for its classes; leave classes= out [label-range]",
                        data->source);
    data->own_names = net_alloc((size_t)count + 1, sizeof *data->own_names, error); /* ended by NULL */
    data->class_names = (const char *const *)data->own_names;
    for (int64_t i = 0; data->own_names != NULL && i < count; i++) {
        data->own_names[i] = reading->names.at[i].name;
        reading->names.at[i].name = NULL;
    }
    return data->own_names != NULL;
}

static bool read_files(Reading *reading, NetError *error) {
    return read_option(reading, "train", NET_FILE_TRAIN, error) && read_option(reading, "test", NET_FILE_TEST, error) &&
           keep_columns(reading, error) && keep_names(reading, error);
}

static bool check_targets(const NetDataRequest *request, size_t targets, NetError *error) {
    if (request->targets > 0)
        return targets == (size_t)request->targets ||
               net_fail(error, NET_ENVIRONMENT,
                        "data csv: target= names %zu column%s, and the last layer has %lld output%s, one a column "
                        "[missing-option]",
                        targets, net_plural(targets), (long long)request->targets,
                        net_plural((uint64_t)request->targets));
    return request->classes == 0 || targets == 1 ||
           net_fail(error, NET_ENVIRONMENT,
                    "data csv: target= names %zu columns, and a class is in one; 'target values' "
                    "learns several [missing-option]",
                    targets);
}

bool net_read_csv(const NetDataRequest *request, NetData *data, NetError *error) {
    const char *separator = net_request_text(request, "separator");
    NetColumnChoice choice = {0};
    NetColumnRef *target = list_columns(request, "target", &choice.targets, error);
    NetColumnRef *ignore = list_columns(request, "ignore", &choice.ignored, error);
    choice.target = target;
    choice.ignore = ignore;
    Reading reading = {.request = request,
                       .data = data,
                       .wish = {.form = {separator != NULL ? separator[0] : ',', header_of(request), &choice},
                                .inputs = net_request_input(request).count,
                                .target = request->targets > 0   ? NET_TARGET_VALUES
                                          : request->classes > 0 ? NET_TARGET_CLASS
                                                                 : NET_TARGET_NONE,
                                .classes = {request->classes, request->outputs}}};
    bool listed = (choice.targets == 0 || target != NULL) && (choice.ignored == 0 || ignore != NULL);
    bool ok = listed && check_targets(request, choice.targets, error) && read_files(&reading, error);
    net_columns_free(&reading.columns);
    net_class_names_free(&reading.names);
    free(target);
    free(ignore);
    return ok;
}

NetRowType net_type_csv(const NetDataRequest *request) {
    (void)request;
    return NET_ROWS_F32;
}
