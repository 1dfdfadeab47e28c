#include "runtime/data/arrays.h"

#include "runtime/data/examples.h"
#include "runtime/data/format.h"
#include "runtime/data/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    struct stat about;
    bool regular = path != NULL && stat(path, &about) == 0 && S_ISREG(about.st_mode);
    if (regular && net_stream_open(&stream, path, NULL)) {
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
