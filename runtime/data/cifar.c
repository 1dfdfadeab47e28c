#include "runtime/data/cifar.h"

#include "runtime/data/examples.h"
#include "runtime/data/labels.h"
#include "runtime/data/request.h"
#include "runtime/data/shape.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, CHANNELS = 3, IMAGE = CHANNELS * SIDE * SIDE, FIRST_LABELS = 1 << 14 };

/* Makes room for one more example. */
static bool reserve(NetDataFile *file, int64_t *labels, NetError *error) {
    if (!net_block_grow(&file->block, (size_t)(file->count + 1) * IMAGE, error)) return false;
    if (file->count < *labels) return true;
    int64_t room = *labels == 0 ? FIRST_LABELS : 2 * *labels;
    uint32_t *larger = realloc(file->labels, (size_t)room * sizeof *larger);
    if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory");
    file->labels = larger;
    *labels = room;
    return true;
}

static bool read_file(const NetDataRequest *request, NetStream *stream, NetDataFile *file, int64_t *labels,
                      NetError *error) {
    const NetClasses classes = {request->classes, request->outputs};
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
        if (classes.count > 0 && !net_label_check(stream->path, item, bytes[0], &classes, error)) return false;
        if (!reserve(file, labels, error)) return false;
        memcpy(file->block.base + (size_t)file->count * IMAGE, bytes + 1, IMAGE);
        file->labels[file->count++] = bytes[0];
    }
    bool more;
    return net_stream_end(stream, &more, error);
}

bool net_cifar_read(const NetDataRequest *request, const NetSource *files, int count, NetDataFileName which,
                    NetData *data, NetError *error) {
    static const int64_t shape[] = {CHANNELS, SIDE, SIDE};
    char want[NET_SHAPE_TEXT];
    NetDataFile *file = &data->file[which];
    int64_t labels = 0;
    if (net_shape_match(request->shape, request->rank, shape, 3) != NET_SHAPE_SUITS)
        return net_fail(error, NET_ENVIRONMENT, "%s is 3x32x32, input is %s; write 'input 3x32x32' [image-size]",
                        files->path, net_shape(want, request->shape, request->rank));
    bool ok = net_examples_settle(request, NET_ROWS_U8, files->path, which, data, error);
    if (ok) net_shape_maps(shape, 3, data->picture);
    for (int i = 0; ok && i < count; i++) {
        NetStream stream;
        ok = net_stream_open_source(&stream, &files[i], error);
        if (!ok) break;
        ok = read_file(request, &stream, file, &labels, error);
        net_stream_close(&stream);
    }
    file->rows = file->block.base;
    return ok;
}
