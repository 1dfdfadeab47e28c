#include "runtime/infer/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/idx.h"
#include "runtime/data/labels.h"
#include "runtime/infer/npy.h"

enum { FIRST_PIECE = 1 << 16 /* labels: a header alone never makes us ask for more memory than this */ };

bool net_labels_file(const char *path) {
    unsigned char head[4];
    size_t got;
    return net_stream_head(path, head, sizeof head, &got) && got == sizeof head &&
           memcmp(head, "\0\0\x08\x01", sizeof head) == 0;
}

/* The bits of a value of 1, 2, 4 or 8 bytes; those of a signed one as an int64_t has them. */
static uint64_t load(const unsigned char *at, const NetNpy *npy) {
    uint64_t bits = 0;
    for (int i = 0; i < npy->size; i++) bits |= (uint64_t)at[npy->big_endian ? npy->size - 1 - i : i] << 8 * i;
    uint64_t sign = (uint64_t)1 << (8 * npy->size - 1);
    return npy->kind == 'u' ? bits : (bits ^ sign) - sign;
}

static bool grow(NetLabels *labels, size_t *capacity, size_t count, NetError *error) {
    size_t more = *capacity == 0 ? FIRST_PIECE : 2 * *capacity;
    *capacity = more < count ? more : count;
    uint32_t *larger = net_alloc(*capacity, sizeof *larger, error);
    if (larger != NULL && labels->count > 0) memcpy(larger, labels->at, (size_t)labels->count * sizeof *larger);
    free(labels->at);
    labels->at = larger;
    return larger != NULL;
}

static bool read_values(NetLabels *labels, NetStream *stream, const NetNpy *npy, const NetClasses *classes,
                        NetError *error) {
    size_t capacity = 0;
    size_t size = (size_t)npy->size;
    size_t got;
    while ((size_t)labels->count < npy->count) {
        unsigned char bytes[8];
        if (!net_stream_read(stream, bytes, size, &got, error)) return false;
        if (got < size)
            return net_npy_wrong_length(stream->path, npy, (size_t)labels->count * size + got, false, error);
        uint64_t label = load(bytes, npy);
        if (npy->kind == 'u' && label > INT64_MAX) {
            char text[32];
            snprintf(text, sizeof text, "%llu", (unsigned long long)label);
            return net_label_wrong(stream->path, labels->count, text, classes, error);
        }
        if (!net_label_check(stream->path, labels->count, (int64_t)label, classes, error)) return false;
        if ((size_t)labels->count == capacity && !grow(labels, &capacity, npy->count, error)) return false;
        labels->at[labels->count++] = (uint32_t)label;
    }
    bool more;
    if (!net_stream_end(stream, &more, error)) return false;
    return !more || net_npy_wrong_length(stream->path, npy, npy->bytes, true, error);
}

/* Labels have one side besides those of 1. What has more is told from images by its size. */
static bool is_list(const NetStream *stream, const NetNpy *npy, const NetInput *input, NetError *error) {
    int sides = 0;
    int64_t all = 1, image = 1;
    for (int i = 0; i < npy->rank; i++) {
        sides += npy->shape[i] != 1;
        all *= npy->shape[i];
        if (i > 0) image *= npy->shape[i];
    }
    if (sides <= 1) return true;
    char found[NET_SHAPE_TEXT];
    net_shape(found, npy->shape, npy->rank);
    bool images = all == input->count || image == input->count;
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, expected one label an image%s", stream->path, found,
                    images ? "; are images and labels swapped? [swapped-files]" : " [count-mismatch]");
}

static bool read_npy(NetLabels *labels, NetStream *stream, const NetNetwork *network, const NetClasses *classes,
                     NetError *error) {
    NetNpy npy;
    if (!net_npy_begin(stream, &npy, error) || !is_list(stream, &npy, &network->input, error)) return false;
    if (npy.kind != 'u' && npy.kind != 'i')
        return net_fail(error, NET_ENVIRONMENT, "%s holds values of type %s, expected integers [type-mismatch]",
                        stream->path, npy.type);
    return read_values(labels, stream, &npy, classes, error);
}

static bool read_idx(NetLabels *labels, NetStream *stream, const NetClasses *classes, NetError *error) {
    if (!net_idx_read_labels(stream, &labels->at, &labels->count, error)) return false;
    for (int64_t i = 0; i < labels->count; i++) {
        if (!net_label_check(stream->path, i, labels->at[i], classes, error)) return false;
    }
    return true;
}

bool net_labels_read(NetLabels *labels, const char *path, const NetNetwork *network, NetError *error) {
    const NetClasses classes = {.count = network->classes, .outputs = network->outputs};
    NetStream stream;
    unsigned char head[NET_NPY_MAGIC] = {0};
    size_t got;
    *labels = (NetLabels){.path = path};
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = net_stream_peek(&stream, head, sizeof head, &got, error);
    if (ok)
        ok = net_npy_magic(head) ? read_npy(labels, &stream, network, &classes, error)
                                 : read_idx(labels, &stream, &classes, error);
    net_stream_close(&stream);
    if (!ok) net_labels_free(labels);
    return ok;
}

void net_labels_free(NetLabels *labels) {
    free(labels->at);
    labels->at = NULL;
}
