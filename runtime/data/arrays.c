#include "runtime/data/arrays.h"

#include "runtime/data/examples.h"
#include "runtime/data/format.h"
#include "runtime/data/idx.h"
#include "runtime/data/images.h"
#include "runtime/data/label_file.h"
#include "runtime/data/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { X, Y, TEST_X, TEST_Y, FILES };

typedef struct {
    const char *name, *format;
    const char *option[FILES]; /* of examples and what they are to give, to train on and to test */
} Form;

static const Form idx = {"idx", "IDX", {"images", "labels", "test_images", "test_labels"}};
static const Form npy = {"npy", "NPY", {"x", "y", "test_x", "test_y"}};

static bool check_options(const NetDataRequest *request, const Form *form, NetError *error) {
    bool wanted = request->classes > 0 || request->targets > 0, given[FILES];
    for (int i = 0; i < FILES; i++) given[i] = net_request_text(request, form->option[i]) != NULL;
    if (!given[X] || (wanted && !given[Y]))
        return net_fail(error, NET_ENVIRONMENT, "data %s needs %s= and %s= [missing-option]", form->name,
                        form->option[X], form->option[Y]);
    if (given[TEST_X] != given[TEST_Y] && wanted)
        return net_fail(error, NET_ENVIRONMENT, "data %s needs both %s= and %s=, or neither [missing-option]",
                        form->name, form->option[TEST_X], form->option[TEST_Y]);
    return true;
}

static bool read_files(const NetDataRequest *request, const Form *form, char *path[FILES], NetData *data,
                       NetError *error) {
    const char *order = net_request_text(request, "order");
    for (int i = 0; i < FILES; i++) {
        path[i] = net_request_path(request, form->option[i], error);
        if (path[i] == NULL && net_request_text(request, form->option[i]) != NULL) return false;
    }
    snprintf(data->source, sizeof data->source, "%s", path[X]);
    for (int i = NET_FILE_TRAIN; i <= NET_FILE_TEST; i++) {
        const NetExampleFiles files = {.x = {.path = path[i == NET_FILE_TRAIN ? X : TEST_X]},
                                       .y = {.path = path[i == NET_FILE_TRAIN ? Y : TEST_Y]},
                                       .only = form->format,
                                       .channels_last = order != NULL && strcmp(order, "channels_last") == 0};
        if (files.x.path != NULL && !net_examples_read(request, &files, (NetDataFileName)i, data, error)) return false;
    }
    return true;
}

static bool read_form(const NetDataRequest *request, const Form *form, NetData *data, NetError *error) {
    char *path[FILES] = {NULL};
    bool ok = check_options(request, form, error) && read_files(request, form, path, data, error);
    for (int i = 0; i < FILES; i++) free(path[i]);
    return ok;
}

bool net_read_idx(const NetDataRequest *request, NetData *data, NetError *error) {
    return read_form(request, &idx, data, error);
}

bool net_read_npy(const NetDataRequest *request, NetData *data, NetError *error) {
    return read_form(request, &npy, data, error);
}

/* Of the examples to train on, as their header says. Only a regular file can be looked at without waiting. */
static NetRowType type_of(const NetDataRequest *request, const Form *form, NetRowType unseen) {
    char *path = net_request_path(request, form->option[X], NULL);
    NetStream stream;
    NetArray array;
    const NetFormat *format = NULL;
    NetRowType type = unseen;
    if (path != NULL && net_request_there(path) && net_stream_open(&stream, path, NULL)) {
        if (net_format_find(&stream, &format, NULL) && format != NULL && format->begin != NULL &&
            format->begin(&stream, &array, NULL))
            type = net_array_samples(&array) ? NET_ROWS_U8 : NET_ROWS_F32;
        net_stream_close(&stream);
    }
    free(path);
    return type;
}

NetRowType net_type_idx(const NetDataRequest *request) { return type_of(request, &idx, NET_ROWS_U8); }
NetRowType net_type_npy(const NetDataRequest *request) { return type_of(request, &npy, NET_ROWS_F32); }

/* ---- what they are ---- */

enum { LOOK_CLASSES = 1 << 16 }; /* integers beyond are values */

/* A header alone, of examples or of what they are to give. */
static bool read_header(const Form *form, const char *path, bool labels, NetArray *array, NetError *error) {
    NetStream stream;
    const NetFormat *format;
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = net_format_find(&stream, &format, error);
    bool known = ok && format != NULL && strcmp(format->name, form->format) == 0;
    if (ok && !known) ok = net_format_unknown(&stream, form->format, error);
    if (known && labels && form == &idx) ok = net_idx_begin(&stream, true, array, error);
    if (known && (!labels || form == &npy)) ok = format->begin(&stream, array, error);
    net_stream_close(&stream);
    return ok;
}

/* An example as an input: what has two or three sides is a picture, all else is flat. */
static void set_shape(NetDataRequest *request, const NetArray *array) {
    const char *order = net_request_text(request, "order");
    int64_t maps[3], count = 1;
    for (int i = 1; i < array->rank; i++) count *= array->shape[i];
    request->rank = 1;
    request->shape[0] = count;
    request->shape[1] = request->shape[2] = 1;
    if (array->rank < 3 || !net_shape_maps(array->shape + 1, array->rank - 1, maps)) return;
    bool last = array->rank == 4 && order != NULL && strcmp(order, "channels_last") == 0;
    request->rank = 3;
    for (int i = 0; i < 3; i++) request->shape[i] = maps[last ? (i + 2) % 3 : i];
}

/* The largest label; LOOK_CLASSES where it is beyond what classes are. */
static bool largest_label(const NetDataRequest *request, const Form *form, const char *path, int64_t *largest,
                          NetError *error) {
    const NetInput input = net_request_input(request);
    const NetLabelForm labels_form = {.source = {.path = path}, .only = form->format, .input = &input};
    NetLabels labels;
    *largest = 0;
    if (!net_labels_read(&labels, &labels_form, error)) return false;
    for (int64_t i = 0; i < labels.count; i++) *largest = labels.at[i] > *largest ? labels.at[i] : *largest;
    if (*largest > LOOK_CLASSES) *largest = LOOK_CLASSES;
    net_labels_free(&labels);
    return true;
}

static bool look_at_answers(NetDataRequest *request, const Form *form, const char *path, NetError *error) {
    NetArray array;
    int64_t values = 1, largest = 0;
    if (!read_header(form, path, true, &array, error)) return false;
    for (int i = 1; i < array.rank; i++) values *= array.shape[i];
    bool numbers = array.kind == 'f' || values > 1 || request->targets > 0;
    if (!numbers && !largest_label(request, form, path, &largest, error)) return false;
    numbers = numbers || largest == LOOK_CLASSES;
    request->targets = numbers ? values : 0;
    request->classes = numbers ? 0 : largest + 1;
    request->outputs = numbers ? values : request->classes;
    return true;
}

static bool look(NetDataRequest *request, const Form *form, NetError *error) {
    char *x = net_request_path(request, form->option[X], error), *y = net_request_path(request, form->option[Y], error);
    NetArray array;
    bool ok = x != NULL || net_request_text(request, form->option[X]) != NULL ||
              net_fail(error, NET_ENVIRONMENT, "data %s needs %s= [missing-option]", form->name, form->option[X]);
    ok = ok && x != NULL && read_header(form, x, false, &array, error);
    if (ok) set_shape(request, &array);
    if (y == NULL) request->classes = request->outputs = request->targets = 0;
    ok = ok && (y == NULL || look_at_answers(request, form, y, error));
    free(x);
    free(y);
    return ok;
}

bool net_look_idx(NetDataRequest *request, NetError *error) { return look(request, &idx, error); }
bool net_look_npy(NetDataRequest *request, NetError *error) { return look(request, &npy, error); }

/* ---- whether they begin as they should ---- */

static bool check_examples(const NetDataRequest *request, const Form *form, const char *path, NetError *error) {
    const char *order = net_request_text(request, "order");
    NetInput input = net_request_input(request);
    input.channels_last = order != NULL && strcmp(order, "channels_last") == 0;
    const NetImagesForm images_form = {.source = {.path = path}, .list = true, .only = form->format};
    NetImages images;
    if (!net_images_open(&images, &images_form, &input, error)) return false;
    net_images_close(&images);
    return true;
}

static bool check(const NetDataRequest *request, const Form *form, NetError *error) {
    static const int examples[] = {X, TEST_X};
    bool ok = true;
    for (int i = 0; ok && i < 2; i++) {
        char *path = net_request_path(request, form->option[examples[i]], NULL);
        if (path != NULL && net_request_there(path)) ok = check_examples(request, form, path, error);
        free(path);
    }
    return ok;
}

bool net_check_idx(const NetDataRequest *request, NetError *error) { return check(request, &idx, error); }
bool net_check_npy(const NetDataRequest *request, NetError *error) { return check(request, &npy, error); }
