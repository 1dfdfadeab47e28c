#include "runtime/data/idx.h"

#include "runtime/data/labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TYPE_BYTES = 0x08,
    TYPE_FLOATS = 0x0D,
    LABELS_MAGIC = 0x00000801,
    IMAGES_MAGIC = 0x00000803,
    FIRST_PIECE = 1 << 20 /* a header alone never makes us ask for more memory than this */
};

static uint32_t big_endian(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool images_magic(uint32_t magic) {
    uint32_t type = magic >> 8;
    uint32_t rank = magic & 0xFF;
    return (type == TYPE_BYTES || type == TYPE_FLOATS) && rank >= 2 && rank <= 4;
}

/* Bytes or floats, one or several an example. */
static bool numbers_magic(uint32_t magic) { return images_magic(magic) || (magic & ~0x500u) == LABELS_MAGIC; }

/* Says what else the file is by its magic, and whether images and labels may be swapped. */
static bool wrong_magic(const NetStream *stream, uint32_t magic, bool labels, NetError *error) {
    const char *is = images_magic(magic) ? "an image file" : "no IDX file of bytes or floats";
    if (magic == LABELS_MAGIC) is = "a label file";
    bool swapped = labels ? images_magic(magic) : magic == LABELS_MAGIC;
    return net_fail(error, NET_ENVIRONMENT, "%s: magic 0x%08x is %s, expected %s 0x%08x%s", stream->path, magic, is,
                    labels ? "labels" : "images", labels ? LABELS_MAGIC : IMAGES_MAGIC,
                    swapped ? "; are images and labels swapped? [swapped-files]" : " [not-idx]");
}

static bool header_sizes(const NetStream *stream, NetIdxHeader *header, NetError *error) {
    header->row = header->element;
    bool fits = true;
    for (int i = 1; i < header->rank; i++)
        fits = fits && header->shape[i] > 0 && net_multiply(header->row, (size_t)header->shape[i], &header->row);
    fits = fits && header->shape[0] > 0 && header->shape[0] < INT32_MAX &&
           net_multiply(header->row, (size_t)header->shape[0], &header->size) && header->size <= PTRDIFF_MAX;
    char shape[NET_SHAPE_TEXT];
    return fits || net_fail(error, NET_ENVIRONMENT, "%s: the header promises %s values, which cannot be [bad-header]",
                            stream->path, net_shape(shape, header->shape, header->rank));
}

typedef enum { IMAGES, LABELS, NUMBERS } Content;

static bool read_header(NetStream *stream, Content content, NetIdxHeader *header, NetError *error) {
    unsigned char bytes[20];
    size_t got;
    if (!net_stream_read(stream, bytes, 4, &got, error)) return false;
    if (got < 4)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu byte%s, too few for an IDX header [short-file]",
                        stream->path, got, net_plural(got));
    header->magic = big_endian(bytes);
    header->rank = (int)(header->magic & 0xFF);
    header->element = header->magic >> 8 == TYPE_FLOATS ? sizeof(float) : 1;
    bool good = content == LABELS   ? header->magic == LABELS_MAGIC
                : content == IMAGES ? images_magic(header->magic)
                                    : numbers_magic(header->magic);
    if (!good) return wrong_magic(stream, header->magic, content != IMAGES, error);
    size_t rest = 4 * (size_t)header->rank;
    if (!net_stream_read(stream, bytes + 4, rest, &got, error)) return false;
    if (got < rest)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu bytes, too few for an IDX header [short-file]",
                        stream->path, 4 + got);
    for (int i = 0; i < header->rank; i++) header->shape[i] = big_endian(bytes + 4 + 4 * i);
    return header_sizes(stream, header, error);
}

bool net_idx_wrong_length(const char *path, const NetIdxHeader *header, size_t got, bool more, NetError *error) {
    char count[NET_COUNT_TEXT], shape[NET_SHAPE_TEXT], what[NET_COUNT_TEXT + NET_SHAPE_TEXT + 8];
    net_shape(shape, header->shape + 1, header->rank - 1);
    snprintf(what, sizeof what, "%s%s%s", net_count(count, (uint64_t)header->shape[0]),
             header->rank > 1 ? " of " : " labels", header->rank > 1 ? shape : "");
    return net_stream_wrong_length(path, header->size, what, got, more, error);
}

/* The bytes after the header. Memory grows with what has been read, so that a header's promise alone costs nothing. */
static unsigned char *read_body(NetStream *stream, const NetIdxHeader *header, NetError *error) {
    size_t capacity = header->size < FIRST_PIECE ? header->size : FIRST_PIECE;
    size_t filled = 0;
    unsigned char *body = net_alloc(capacity, 1, error);
    while (body != NULL) {
        size_t got = 0;
        if (!net_stream_read(stream, body + filled, capacity - filled, &got, error)) break;
        filled += got;
        if (filled < capacity) {
            net_idx_wrong_length(stream->path, header, filled, false, error);
            break;
        }
        if (filled == header->size) {
            bool more;
            if (!net_stream_end(stream, &more, error)) break;
            if (!more) return body;
            net_idx_wrong_length(stream->path, header, filled, true, error);
            break;
        }
        capacity = header->size - filled < 3 * filled ? header->size : 4 * filled;
        unsigned char *larger = net_alloc(capacity, 1, error);
        if (larger != NULL) memcpy(larger, body, filled);
        free(body);
        body = larger;
    }
    free(body);
    return NULL;
}

static bool open_source(NetStream *stream, const NetIdxSource *source, NetError *error) {
    if (source->bytes == NULL) return net_stream_open(stream, source->path, error);
    return net_stream_open_memory(stream, source->path, source->bytes, source->size, error);
}

static unsigned char *read_source(const NetIdxSource *source, Content content, NetIdxHeader *header, NetError *error) {
    NetStream stream;
    if (!open_source(&stream, source, error)) return NULL;
    unsigned char *body = NULL;
    if (read_header(&stream, content, header, error)) body = read_body(&stream, header, error);
    net_stream_close(&stream);
    return body;
}

bool net_idx_begin(NetStream *stream, NetIdxHeader *header, NetError *error) {
    if (!read_header(stream, IMAGES, header, error)) return false;
    int64_t left = net_stream_left(stream);
    if (left < 0 || (size_t)left == header->size) return true;
    bool more = (size_t)left > header->size;
    return net_idx_wrong_length(stream->path, header, more ? header->size : (size_t)left, more, error);
}

/* Big-endian floats into the machine's; an infinity or a NaN is an error. */
static bool convert_floats(const NetIdxSource *source, const NetIdxHeader *header, unsigned char *rows,
                           NetError *error) {
    for (size_t at = 0; at < header->size; at += sizeof(float)) {
        uint32_t bits = big_endian(rows + at);
        float value;
        memcpy(&value, &bits, sizeof value);
        memcpy(rows + at, &value, sizeof value);
        if (!isfinite(value)) {
            char row[NET_COUNT_TEXT];
            return net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is not finite [not-a-number]",
                            source->path, net_count(row, at / header->row));
        }
    }
    return true;
}

bool net_idx_images(const NetIdxSource *source, NetIdxImages *out, NetError *error) {
    NetIdxHeader header = {0};
    *out = (NetIdxImages){0};
    unsigned char *rows = read_source(source, IMAGES, &header, error);
    if (rows == NULL) return false;
    out->type = header.element == 1 ? NET_ROWS_U8 : NET_ROWS_F32;
    if (out->type == NET_ROWS_F32 && !convert_floats(source, &header, rows, error)) {
        free(rows);
        return false;
    }
    out->count = header.shape[0];
    out->rank = header.rank - 1;
    memcpy(out->shape, header.shape + 1, (size_t)out->rank * sizeof out->shape[0]);
    out->row_bytes = header.row;
    out->rows = rows;
    return true;
}

bool net_idx_read_labels(NetStream *stream, uint32_t **out, int64_t *count, NetError *error) {
    NetIdxHeader header = {0};
    *out = NULL;
    *count = 0;
    unsigned char *bytes = read_header(stream, LABELS, &header, error) ? read_body(stream, &header, error) : NULL;
    if (bytes == NULL) return false;
    *out = net_alloc(header.size, sizeof **out, error);
    for (size_t i = 0; *out != NULL && i < header.size; i++) (*out)[i] = bytes[i];
    *count = header.shape[0];
    free(bytes);
    return *out != NULL;
}

bool net_idx_labels(const NetIdxSource *source, int64_t images, uint32_t **out, NetError *error) {
    NetStream stream;
    *out = NULL;
    if (!open_source(&stream, source, error)) return false;
    int64_t count;
    bool ok = net_idx_read_labels(&stream, out, &count, error);
    net_stream_close(&stream);
    if (!ok || net_labels_count(source->path, count, images, error)) return ok;
    free(*out);
    *out = NULL;
    return false;
}

bool net_idx_numbers(const NetIdxSource *source, int64_t images, int64_t each, float **out, NetError *error) {
    NetIdxHeader header = {0};
    *out = NULL;
    unsigned char *bytes = read_source(source, NUMBERS, &header, error);
    if (bytes == NULL) return false;
    int64_t row = (int64_t)(header.row / header.element);
    bool floats = header.element == sizeof(float);
    char count[2][NET_COUNT_TEXT];
    bool ok = net_labels_count(source->path, header.shape[0], images, error);
    if (ok && row != each)
        ok = net_fail(error, NET_ENVIRONMENT,
                      "%s: has %s number%s an example, and the network %s output%s; one an output "
                      "[count-mismatch]",
                      source->path, net_count(count[0], (uint64_t)row), net_plural((uint64_t)row),
                      net_count(count[1], (uint64_t)each), net_plural((uint64_t)each));
    ok = ok && (!floats || convert_floats(source, &header, bytes, error));
    if (ok && floats) {
        *out = (float *)(void *)bytes;
        return true;
    }
    *out = ok ? net_alloc(header.size, sizeof **out, error) : NULL;
    for (size_t i = 0; *out != NULL && i < header.size; i++) (*out)[i] = bytes[i];
    free(bytes);
    return *out != NULL;
}
