#include "runtime/data/folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/examples.h"
#include "runtime/data/folder.h"
#include "runtime/data/request.h"

/* ---- pictures ---- */

static void take_bytes(const float *x, size_t count, unsigned char *to) {
    for (size_t i = 0; i < count; i++) to[i] = (unsigned char)(x[i] * 255 + 0.5f); /* they are bytes: picture.h */
}

static bool read_pictures(const NetFolder *folder, const NetInput *input, NetData *data, NetDataFile *file,
                          NetError *error) {
    size_t bytes;
    if (!net_multiply((size_t)folder->count, data->row_bytes, &bytes))
        return net_fail(error, NET_ENVIRONMENT, "%s: does not fit into memory", folder->path[0]);
    float *x = net_alloc((size_t)input->count, sizeof *x, error);
    bool ok = x != NULL && net_block_grow(&file->block, bytes, error);
    file->rows = file->block.base;
    for (int64_t i = 0; ok && i < folder->count; i++) {
        ok = net_folder_read(folder, i, input, x, error);
        if (ok) take_bytes(x, data->row_bytes, file->block.base + (size_t)i * data->row_bytes);
    }
    file->count = ok ? folder->count : 0;
    free(x);
    return ok;
}

/* ---- classes ---- */

static bool check_classes(const NetDataRequest *request, const char *path, const NetFolder *folder, NetError *error) {
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT];
    return request->classes == 0 || folder->classes == request->classes ||
           net_fail(error, NET_ENVIRONMENT,
                    "%s has %s folder%s, each of a class, but the last layer has %s output%s [label-range]", path,
                    net_count(have, (uint64_t)folder->classes), net_plural((uint64_t)folder->classes),
                    net_count(want, (uint64_t)request->outputs), net_plural((uint64_t)request->outputs));
}

/* The folders' names are the data's from now on. */
static bool keep_names(NetFolder *folder, NetData *data, NetError *error) {
    size_t count = (size_t)folder->classes;
    data->own_names = net_alloc(count + 1, sizeof *data->own_names, error); /* ended by NULL */
    if (data->own_names == NULL) return false;
    memcpy(data->own_names, folder->class_name, count * sizeof *data->own_names);
    memset(folder->class_name, 0, count * sizeof *data->own_names);
    data->class_names = (const char *const *)data->own_names;
    return true;
}

/* ---- files ---- */

static bool read_folder(const NetDataRequest *request, const char *path, NetDataFileName which, NetFolder *folder,
                        const NetFolder *like, NetData *data, NetError *error) {
    NetInput input = net_request_input(request);
    input.bytes = true;
    input.resample = net_request_text(request, "size") != NULL;
    if (!net_folder_list(folder, path, like, error) || (like == NULL && !check_classes(request, path, folder, error)) ||
        !net_examples_settle(request, NET_ROWS_U8, path, which, data, error) ||
        !read_pictures(folder, &input, data, &data->file[which], error))
        return false;
    data->file[which].labels = folder->label;
    folder->label = NULL;
    return true;
}

bool net_read_images(const NetDataRequest *request, NetData *data, NetError *error) {
    static const char *const option[NET_FILES] = {"train", "test"};
    NetFolder folder[NET_FILES] = {{0}};
    bool ok = net_request_text(request, option[0]) != NULL ||
              net_fail(error, NET_ENVIRONMENT, "data images needs train= [missing-option]");
    if (ok && request->targets > 0)
        ok = net_fail(error, NET_ENVIRONMENT,
                      "data images: folders are classes, and 'target' asks for values; an NPY "
                      "array or a table can give them [missing-option]");
    for (int i = NET_FILE_TRAIN; ok && i < NET_FILES; i++) {
        if (net_request_text(request, option[i]) == NULL) continue;
        char *path = net_request_path(request, option[i], error);
        if (path != NULL && i == NET_FILE_TRAIN) snprintf(data->source, sizeof data->source, "%s", path);
        ok = path != NULL && read_folder(request, path, (NetDataFileName)i, &folder[i],
                                         i == NET_FILE_TRAIN ? NULL : &folder[NET_FILE_TRAIN], data, error);
        free(path);
    }
    ok = ok && keep_names(&folder[NET_FILE_TRAIN], data, error);
    for (int i = 0; i < NET_FILES; i++) net_folder_free(&folder[i]);
    return ok;
}

NetRowType net_type_images(const NetDataRequest *request) {
    (void)request;
    return NET_ROWS_U8;
}
