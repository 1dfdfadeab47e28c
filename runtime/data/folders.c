#include "runtime/data/folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/cache.h"
#include "runtime/data/examples.h"
#include "runtime/data/folder.h"
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

static bool read_all(const Pictures *pictures, NetDataFile *file, NetError *error) {
    size_t bytes;
    if (!net_multiply((size_t)pictures->folder->count, pictures->row_bytes, &bytes) ||
        !net_block_grow(&file->block, bytes, error))
        return net_fail(error, NET_ENVIRONMENT, "%s: does not fit into memory", pictures->folder->path[0]);
    file->rows = file->block.base;
    for (int64_t i = 0; i < pictures->folder->count; i++)
        if (!read_picture(pictures, i, file->block.base + (size_t)i * pictures->row_bytes, error)) return false;
    file->count = pictures->folder->count;
    return true;
}

static bool convert(void *context, NetCacheEntry *entry, NetError *error) {
    const Pictures *pictures = context;
    unsigned char *row = net_alloc(pictures->row_bytes, 1, error);
    bool ok = row != NULL;
    for (int64_t i = 0; ok && i < pictures->folder->count; i++)
        ok = read_picture(pictures, i, row, error) && net_cache_add(entry, row, 1, error);
    free(row);
    return ok;
}

static bool read_pictures(Pictures *pictures, const NetData *data, NetDataFile *file, NetError *error) {
    const NetCacheWish wish = {.paths = (const char *const *)pictures->folder->path,
                               .count = (size_t)pictures->folder->count,
                               .form = pictures->input.resample ? "pictures, resampled" : "pictures",
                               .type = data->type,
                               .rank = data->rank,
                               .shape = data->shape};
    pictures->row_bytes = data->row_bytes;
    pictures->x = net_alloc(data->row_bytes, sizeof *pictures->x, error);
    bool large = data->row_bytes >= net_block_small() / (size_t)pictures->folder->count;
    bool ok =
        pictures->x != NULL && (large && net_cache_usable() ? net_cache_rows(&wish, convert, pictures, file, error)
                                                            : read_all(pictures, file, error));
    free(pictures->x);
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
