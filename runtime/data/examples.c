#include "runtime/data/examples.h"

#include "runtime/data/cache.h"
#include "runtime/data/images.h"
#include "runtime/data/label_file.h"
#include "runtime/data/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 20 };

static const char *type_name(NetRowType type) { return type == NET_ROWS_U8 ? "bytes" : "floats"; }

bool net_examples_settle(const NetDataRequest *request, NetRowType type, const char *path, NetDataFileName which,
                         NetData *data, NetError *error) {
    if (which != NET_FILE_TRAIN)
        return type == data->type ||
               net_fail(error, NET_ENVIRONMENT, "%s holds %s, the training images are %s [type-mismatch]", path,
                        type_name(type), type_name(data->type));
    data->type = type;
    data->row_elements = net_request_input(request).count;
    data->row_bytes = (size_t)data->row_elements * (type == NET_ROWS_U8 ? 1 : sizeof(float));
    data->rank = request->rank;
    memcpy(data->shape, request->shape, sizeof data->shape);
    if (request->rank == 3) memcpy(data->picture, request->shape, sizeof data->picture);
    data->classes = request->classes;
    data->targets = request->targets;
    return true;
}

/* ---- values ---- */

/* What lies in the file as it is to be read, checked where a value can be none. */
static bool map_rows(const NetImages *images, int64_t place, const NetData *data, NetDataFile *file, NetError *error) {
    const NetCacheWish wish = {.paths = &images->stream.path,
                               .count = 1,
                               .form = "as it lies there",
                               .type = data->type,
                               .rank = data->rank,
                               .shape = data->shape};
    net_cache_find_hash(&wish, file);
    if (!net_block_map(&file->block, images->stream.path, (size_t)place, images->array.bytes, error)) return false;
    file->rows = file->block.base + place;
    file->count = images->count;
    for (int64_t i = 0; data->type == NET_ROWS_F32 && i < (int64_t)images->array.count; i++) {
        float value;
        memcpy(&value, file->rows + (size_t)i * sizeof value, sizeof value);
        char item[NET_COUNT_TEXT];
        if (!isfinite(value))
            return net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is not finite [not-a-number]",
                            images->stream.path, net_count(item, (uint64_t)(i / data->row_elements)));
    }
    return true;
}

/* ---- what is converted ---- */

typedef struct {
    NetImages *images;
    const NetData *data;
} Conversion;

/* A piece at a time, so that a header's promise alone costs nothing. */
static bool convert(void *context, NetCacheSink *sink, NetError *error) {
    const Conversion *conversion = context;
    const NetData *data = conversion->data;
    int64_t most = PIECE_BYTES / (int64_t)data->row_bytes + 1, got = 1;
    void *piece = net_alloc((size_t)most, data->row_bytes, error);
    bool ok = piece != NULL;
    while (ok && got > 0) {
        ok = data->type == NET_ROWS_U8 ? net_images_samples(conversion->images, piece, most, &got, error)
                                       : net_images_next(conversion->images, piece, most, &got, error);
        ok = ok && (got == 0 || net_cache_add(sink, piece, got, error));
    }
    free(piece);
    return ok;
}

/* What lies in the file as it is read costs no conversion. */
static bool convert_rows(NetImages *images, const NetExampleFiles *files, const NetData *data, NetDataFile *file,
                         NetError *error) {
    Conversion conversion = {images, data};
    char form[64];
    snprintf(form, sizeof form, "%s%s", files->only, files->channels_last ? " channels_last" : "");
    bool kept = files->x.bytes == NULL && net_images_place(images) < 0;
    const NetCacheWish wish = {.paths = &files->x.path,
                               .count = kept ? 1 : 0,
                               .form = form,
                               .type = data->type,
                               .rank = data->rank,
                               .shape = data->shape,
                               .bytes = images->array.bytes};
    return net_cache_rows(&wish, convert, &conversion, file, error);
}

static bool read_values(const NetDataRequest *request, const NetExampleFiles *files, NetDataFileName which,
                        NetData *data, NetError *error) {
    NetInput input = net_request_input(request);
    input.channels_last = files->channels_last;
    const NetImagesForm form = {.source = files->x, .list = true, .only = files->only};
    NetImages images;
    if (!net_images_open(&images, &form, &input, error)) return false;
    NetRowType type = net_images_are_samples(&images) ? NET_ROWS_U8 : NET_ROWS_F32;
    int64_t place = net_images_place(&images);
    bool large = images.array.bytes >= net_block_limit(NET_BLOCK_SMALL);
    bool ok = net_examples_settle(request, type, files->x.path, which, data, error);
    if (ok && which == NET_FILE_TRAIN && request->rank == 1 && !files->channels_last) /* the sides are in the file */
        net_shape_maps(images.array.shape + 1, images.array.rank - 1, data->picture);
    if (ok && place >= 0 && large)
        ok = map_rows(&images, place, data, &data->file[which], error);
    else if (ok)
        ok = convert_rows(&images, files, data, &data->file[which], error);
    net_images_close(&images);
    return ok;
}

/* ---- what they are to give ---- */

bool net_examples_unlabelled(NetDataFile *file, NetError *error) {
    file->labels = net_alloc((size_t)file->count, sizeof *file->labels, error);
    return file->labels != NULL;
}

static bool read_wanted(const NetDataRequest *request, const NetExampleFiles *files, NetDataFile *file,
                        NetError *error) {
    const NetInput input = net_request_input(request);
    const NetLabelForm form = {
        .source = files->y, .only = files->only, .classes = {request->classes, request->outputs}, .input = &input};
    int64_t count = 0;
    if (files->y.path == NULL) return net_examples_unlabelled(file, error);
    if (request->targets > 0) {
        if (!net_targets_read(&form, request->targets, &file->targets, &count, error)) return false;
    } else {
        NetLabels labels;
        if (!net_labels_read(&labels, &form, error)) return false;
        file->labels = labels.at;
        count = labels.count;
    }
    return net_labels_count(files->y.path, count, file->count, error);
}

bool net_examples_read(const NetDataRequest *request, const NetExampleFiles *files, NetDataFileName which,
                       NetData *data, NetError *error) {
    return read_values(request, files, which, data, error) && read_wanted(request, files, &data->file[which], error);
}

/* ---- names ---- */

bool net_examples_name_classes(NetData *data, const char *const *names, NetError *error) {
    data->own_names = net_alloc((size_t)data->classes + 1, sizeof *data->own_names, error); /* ended by NULL */
    bool ok = data->own_names != NULL;
    for (int64_t i = 0; ok && i < data->classes; i++) {
        data->own_names[i] = net_text(error, "%s", names[i]);
        ok = data->own_names[i] != NULL;
    }
    data->class_names = ok ? (const char *const *)data->own_names : NULL;
    return ok;
}
