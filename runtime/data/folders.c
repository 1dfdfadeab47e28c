#include "runtime/data/folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/cache.h"
#include "runtime/data/examples.h"
#include "runtime/data/folder.h"
#include "runtime/data/labels.h"
#include "runtime/data/picture.h"
#include "runtime/data/request.h"

/* ---- pictures ---- */

typedef struct {
    const NetFolder *folder;
    NetInput input;
    float *x; /* of one picture */
    size_t row_bytes;
} Pictures;

static bool read_picture(const Pictures *pictures, int64_t place, unsigned char *row, NetError *error) {
    if (!net_folder_read(pictures->folder, place, &pictures->input, pictures->x, error)) return false;
    for (size_t i = 0; i < pictures->row_bytes; i++)
        row[i] = (unsigned char)(pictures->x[i] * 255 + 0.5f); /* they are bytes: picture.h */
    return true;
}

static bool convert(void *context, NetCacheSink *sink, NetError *error) {
    const Pictures *pictures = context;
    unsigned char *row = net_alloc(pictures->row_bytes, 1, error);
    bool ok = row != NULL;
    for (int64_t i = 0; ok && i < pictures->folder->count; i++)
        ok = read_picture(pictures, i, row, error) && net_cache_add(sink, row, 1, error);
    free(row);
    return ok;
}

static bool read_pictures(Pictures *pictures, const NetData *data, NetDataFile *file, NetError *error) {
    size_t bytes;
    if (!net_multiply((size_t)pictures->folder->count, data->row_bytes, &bytes))
        return net_fail(error, NET_ENVIRONMENT, "%s: does not fit into memory", data->source);
    const NetCacheWish wish = {.paths = (const char *const *)pictures->folder->path,
                               .count = (size_t)pictures->folder->count,
                               .form = pictures->input.resample ? "pictures, resampled" : "pictures",
                               .type = data->type,
                               .rank = data->rank,
                               .shape = data->shape,
                               .bytes = bytes};
    pictures->row_bytes = data->row_bytes;
    pictures->x = net_alloc(data->row_bytes, sizeof *pictures->x, error);
    bool ok = pictures->x != NULL && net_cache_rows(&wish, convert, pictures, file, error);
    free(pictures->x);
    return ok;
}

/* ---- classes ---- */

static bool check_classes(const NetDataRequest *request, const char *path, const NetFolder *folder, NetError *error) {
    const NetClasses classes = {request->classes, request->outputs};
    char *place = net_text(error, "%s has", path);
    const char *what = folder->classes == 1 ? "folder, which is one class" : "folders, each of a class";
    bool ok = place != NULL &&
              (request->classes == 0 || net_classes_match(place, folder->classes, what, "", &classes, error));
    free(place);
    return ok;
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
    Pictures pictures = {.folder = folder, .input = net_request_input(request)};
    pictures.input.bytes = true;
    pictures.input.resample = net_request_text(request, "size") != NULL;
    if (!net_folder_list(folder, path, like, error) || (like == NULL && !check_classes(request, path, folder, error)) ||
        !net_examples_settle(request, NET_ROWS_U8, path, which, data, error) ||
        !read_pictures(&pictures, data, &data->file[which], error))
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

/* ---- what they are ---- */

/* size=HxW, with the channels of the first picture, or the size that it has. */
static bool look_at_first(NetDataRequest *request, const NetFolder *folder, NetError *error) {
    const char *size = net_request_text(request, "size");
    long long height, width;
    if (!net_picture_size(folder->path[0], request->shape, error)) return false;
    request->rank = 3;
    if (size == NULL || sscanf(size, "%lldx%lld", &height, &width) != 2) return true;
    request->shape[1] = height;
    request->shape[2] = width;
    return true;
}

bool net_look_images(NetDataRequest *request, NetError *error) {
    NetFolder folder = {0};
    char *path = net_request_path(request, "train", error);
    bool ok = path != NULL || net_request_text(request, "train") != NULL ||
              net_fail(error, NET_ENVIRONMENT, "data images needs train= [missing-option]");
    ok = ok && path != NULL && net_folder_list(&folder, path, NULL, error) && look_at_first(request, &folder, error);
    request->classes = request->outputs = folder.classes;
    request->targets = 0;
    net_folder_free(&folder);
    free(path);
    return ok;
}

bool net_check_images(const NetDataRequest *request, NetError *error) {
    NetFolder folder = {0};
    char *path = net_request_path(request, "train", NULL);
    bool ok = path == NULL || !net_request_there(path) ||
              (net_folder_list(&folder, path, NULL, error) && check_classes(request, path, &folder, error));
    net_folder_free(&folder);
    free(path);
    return ok;
}
