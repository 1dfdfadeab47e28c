#include "runtime/data/idx.h"

#include <stdio.h>
#include <string.h>

enum { LABELS_MAGIC = 0x00000801, IMAGES_MAGIC = 0x00000803, MOST_DIMENSIONS = 4 };

static const struct {
    uint32_t code;
    char kind;
    int size;
} types[] = {{0x08, 'u', 1}, {0x09, 'i', 1}, {0x0B, 'i', 2}, {0x0C, 'i', 4}, {0x0D, 'f', 4}, {0x0E, 'f', 8}};

static uint32_t big_endian(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The type of its elements, NULL when there is none of that code. */
static bool find_type(uint32_t magic, NetArray *array) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (magic >> 8 != types[i].code) continue;
        array->kind = types[i].kind;
        array->size = types[i].size;
        return true;
    }
    return false;
}

static bool images_magic(uint32_t magic) {
    NetArray array;
    uint32_t rank = magic & 0xFF;
    return find_type(magic, &array) && rank >= 2 && rank <= MOST_DIMENSIONS;
}

static bool labels_magic(uint32_t magic) {
    NetArray array;
    return find_type(magic, &array) && (magic & 0xFF) == 1;
}

bool net_idx_magic(const unsigned char bytes[NET_IDX_MAGIC]) {
    return bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 0x08 && bytes[2] <= 0x0E;
}

bool net_idx_magic_labels(const unsigned char bytes[NET_IDX_MAGIC]) {
    NetArray array;
    return labels_magic(big_endian(bytes)) && find_type(big_endian(bytes), &array) && array.kind != 'f';
}

/* Says what else the file is by its magic, and whether images and labels may be swapped. */
static bool wrong_magic(const NetStream *stream, uint32_t magic, bool labels, NetError *error) {
    const char *is = images_magic(magic)   ? "an image file"
                     : labels_magic(magic) ? "a label file"
                                           : "no IDX file of numbers";
    bool swapped = labels ? images_magic(magic) : labels_magic(magic);
    return net_fail(error, NET_ENVIRONMENT, "%s: magic 0x%08x is %s, expected %s 0x%08x%s", stream->path, magic, is,
                    labels ? "labels" : "images", labels ? LABELS_MAGIC : IMAGES_MAGIC,
                    swapped ? "; are images and labels swapped? [swapped-files]" : " [not-idx]");
}

bool net_idx_begin(NetStream *stream, bool labels, NetArray *array, NetError *error) {
    unsigned char bytes[4 + 4 * MOST_DIMENSIONS];
    size_t got;
    *array = (NetArray){.big_endian = true};
    if (!net_stream_read(stream, bytes, 4, &got, error)) return false;
    if (got < 4)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu byte%s, too few for an IDX header [short-file]",
                        stream->path, got, net_plural(got));
    uint32_t magic = big_endian(bytes);
    if (labels ? !labels_magic(magic) : !images_magic(magic)) return wrong_magic(stream, magic, labels, error);
    find_type(magic, array);
    snprintf(array->type, sizeof array->type, "0x%02x", magic >> 8);
    array->rank = (int)(magic & 0xFF);
    size_t rest = 4 * (size_t)array->rank;
    if (!net_stream_read(stream, bytes + 4, rest, &got, error)) return false;
    if (got < rest)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu bytes, too few for an IDX header [short-file]",
                        stream->path, 4 + got);
    for (int i = 0; i < array->rank; i++) array->shape[i] = big_endian(bytes + 4 + 4 * i);
    return net_array_sizes(array, stream->path, error) && net_array_length(array, stream, error);
}
