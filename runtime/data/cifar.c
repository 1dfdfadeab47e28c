#include "runtime/data/cifar.h"

#include "runtime/data/cache.h"
#include "runtime/data/examples.h"
#include "runtime/data/labels.h"
#include "runtime/data/shape.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, CHANNELS = 3, IMAGE = CHANNELS * SIDE * SIDE, FIRST_LABELS = 1 << 14, BYTE_VALUES = 256 };

typedef struct {
    const NetClasses classes;
    const NetSource *files;
    int count;
    NetDataFile *file;
    int64_t done, room; /* labels that are there, and that there is memory for */
} Batches;

static bool add_label(Batches *batches, unsigned char label, NetError *error) {
    NetDataFile *file = batches->file;
    if (batches->done == batches->room) {
        int64_t room = batches->room == 0 ? FIRST_LABELS : 2 * batches->room;
        uint32_t *larger = realloc(file->labels, (size_t)room * sizeof *larger);
        if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory");
        file->labels = larger;
        batches->room = room;
    }
    file->labels[batches->done++] = label;
    return true;
}

static bool read_batch(Batches *batches, NetStream *stream, NetCacheSink *sink, NetError *error) {
    for (int64_t item = 0;; item++) {
        unsigned char bytes[1 + IMAGE];
        size_t got;
        if (!net_stream_read(stream, bytes, sizeof bytes, &got, error)) return false;
        if (got < sizeof bytes && (got > 0 || item == 0)) {
            char count[NET_COUNT_TEXT], rest[NET_COUNT_TEXT];
            return net_fail(error, NET_ENVIRONMENT,
                            "%s: %s byte%s after %s image%s of 3,073 bytes; the file is cut short [short-file]",
                            stream->path, net_count(rest, got), net_plural(got), net_count(count, (uint64_t)item),
                            net_plural((uint64_t)item));
        }
        if (got == 0) break;
        if (batches->classes.count > 0 && !net_label_check(stream->path, item, bytes[0], &batches->classes, error))
            return false;
        if (!add_label(batches, bytes[0], error) || !net_cache_add(sink, bytes + 1, 1, error)) return false;
    }
    bool more;
    return net_stream_end(stream, &more, error);
}

static bool read_batches(void *context, NetCacheSink *sink, NetError *error) {
    Batches *batches = context;
    bool ok = true;
    for (int i = 0; ok && i < batches->count; i++) {
        NetStream stream;
        if (!net_stream_open_source(&stream, &batches->files[i], error)) return false;
        ok = read_batch(batches, &stream, sink, error);
        net_stream_close(&stream);
    }
    return ok;
}

bool net_cifar_read(const NetDataRequest *request, const NetSource *files, int count, NetDataFileName which,
                    NetData *data, NetError *error) {
    static const int64_t shape[] = {CHANNELS, SIDE, SIDE};
    char want[NET_SHAPE_TEXT];
    if (net_shape_match(request->shape, request->rank, shape, 3) != NET_SHAPE_SUITS)
        return net_fail(error, NET_ENVIRONMENT, "%s is 3x32x32, input is %s; write 'input 3x32x32' [image-size]",
                        files->path, net_shape(want, request->shape, request->rank));
    if (!net_examples_settle(request, NET_ROWS_U8, files->path, which, data, error)) return false;
    net_shape_maps(shape, 3, data->picture);
    Batches batches = {{request->classes, request->outputs}, files, count, &data->file[which], 0, 0};
    const char *paths[NET_CIFAR_FILES];
    for (int i = 0; i < count; i++) paths[i] = files[i].path;
    const NetCacheWish wish = {.paths = paths,
                               .count = (size_t)count,
                               .form = "CIFAR-10",
                               .type = data->type,
                               .rank = data->rank,
                               .shape = data->shape,
                               .classes = request->classes > 0 ? request->classes : BYTE_VALUES};
    return net_cache_rows(&wish, read_batches, &batches, &data->file[which], error);
}
