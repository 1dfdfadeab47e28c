#include "runtime/data/label_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/body.h"
#include "runtime/data/format.h"
#include "runtime/data/idx.h"
#include "runtime/data/npy.h"

bool net_labels_file(const char *path) {
    unsigned char head[NET_IDX_MAGIC];
    size_t got;
    return net_stream_head(path, head, sizeof head, &got) && got == sizeof head && net_idx_magic_labels(head);
}

/* Values an example has one side besides those of 1. What has more is told from images by its size. */
static bool is_list(const NetStream *stream, const NetArray *array, const NetInput *input, NetError *error) {
    int sides = 0;
    int64_t all = 1, image = 1;
    for (int i = 0; i < array->rank; i++) {
        sides += array->shape[i] != 1;
        all *= array->shape[i];
        if (i > 0) image *= array->shape[i];
    }
    if (sides <= 1) return true;
    char found[NET_SHAPE_TEXT];
    bool images = all == input->count || image == input->count;
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, expected one label an image%s", stream->path,
                    net_shape(found, array->shape, array->rank),
                    images ? "; are images and labels swapped? [swapped-files]" : " [count-mismatch]");
}

static bool begin(NetStream *stream, const NetLabelForm *form, NetArray *array, NetError *error) {
    unsigned char head[NET_NPY_MAGIC] = {0};
    size_t got;
    if (!net_stream_peek(stream, head, sizeof head, &got, error)) return false;
    bool npy = net_npy_magic(head), other = form->only != NULL && strcmp(form->only, npy ? "NPY" : "IDX") != 0;
    if (other && (npy || strcmp(form->only, "NPY") == 0)) return net_format_unknown(stream, form->only, error);
    bool some = form->only == NULL && !net_idx_magic(head); /* nobody has said of which form it is */
    if (!npy && some) return net_format_unknown(stream, "labels as IDX or NPY", error);
    if (!npy) return net_idx_begin(stream, true, array, error);
    if (!net_npy_begin(stream, array, error)) return false;
    return array->kind != 0 ||
           net_fail(error, NET_ENVIRONMENT, "%s holds values of type %s, expected numbers [type-mismatch]",
                    stream->path, array->type);
}

/* The labels of an array; a float is none, as it is a value. */
static bool read_labels(NetLabels *labels, NetStream *stream, const NetArray *array, const NetLabelForm *form,
                        NetError *error) {
    if (array->kind == 'f')
        return net_fail(error, NET_ENVIRONMENT, "%s holds values of type %s, expected integers [type-mismatch]",
                        stream->path, array->type);
    unsigned char *body;
    if (!net_body_read(stream, array, &body, error)) return false;
    labels->count = (int64_t)array->count;
    labels->at = net_alloc(array->count, sizeof *labels->at, error);
    bool ok = labels->at != NULL;
    for (int64_t i = 0; ok && i < labels->count; i++) {
        bool large;
        int64_t label = net_array_integer(array, body + (size_t)i * (size_t)array->size, &large);
        if (form->classes.count > 0 && large) {
            char text[32];
            snprintf(text, sizeof text, "%llu", (unsigned long long)label);
            ok = net_label_wrong(stream->path, i, text, &form->classes, error);
        } else if (form->classes.count > 0) {
            ok = net_label_check(stream->path, i, label, &form->classes, error);
        }
        labels->at[i] = (uint32_t)label;
    }
    free(body);
    return ok;
}

bool net_labels_read(NetLabels *labels, const NetLabelForm *form, NetError *error) {
    NetStream stream;
    NetArray array;
    *labels = (NetLabels){.path = form->source.path};
    if (!net_stream_open_source(&stream, &form->source, error)) return false;
    bool ok = begin(&stream, form, &array, error) && is_list(&stream, &array, form->input, error) &&
              read_labels(labels, &stream, &array, form, error);
    net_stream_close(&stream);
    if (!ok) net_labels_free(labels);
    return ok;
}

void net_labels_free(NetLabels *labels) {
    free(labels->at);
    labels->at = NULL;
}

/* ---- values ---- */

/* One number, or a row of them, for each example. */
static bool check_values(const NetStream *stream, const NetArray *array, int64_t values, NetError *error) {
    int64_t each = 1;
    for (int i = 1; i < array->rank; i++) each *= array->shape[i];
    char found[NET_SHAPE_TEXT];
    return (array->rank > 0 && each == values) ||
           net_fail(error, NET_ENVIRONMENT,
                    "%s is %s, expected %lld value%s an example, one for each output "
                    "[target-mismatch]",
                    stream->path, net_shape(found, array->shape, array->rank), (long long)values,
                    net_plural((uint64_t)values));
}

static bool read_values(NetStream *stream, const NetArray *array, int64_t values, float **out, NetError *error) {
    unsigned char *body;
    const float *beyond = NULL;
    if (!net_body_read(stream, array, &body, error)) return false;
    *out = net_alloc(array->count, sizeof **out, error);
    bool ok = *out != NULL;
    int64_t rows = (int64_t)array->count / values;
    for (size_t i = 0; ok && i < array->count; i++) {
        size_t from = array->fortran ? i % (size_t)values * (size_t)rows + i / (size_t)values : i;
        const unsigned char *at = body + from * (size_t)array->size;
        if (net_array_samples(array)) /* no sample of a picture here */
            (*out)[i] = (float)*at;
        else
            net_array_floats(array, at, 1, *out + i, &beyond);
        char item[NET_COUNT_TEXT];
        ok =
            isfinite((*out)[i]) || net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is %s [not-a-number]",
                                            stream->path, net_count(item, i / (uint64_t)values),
                                            beyond == *out + i ? "beyond what a 32-bit float holds" : "not finite");
    }
    free(body);
    return ok;
}

bool net_targets_read(const NetLabelForm *form, int64_t values, float **out, int64_t *count, NetError *error) {
    NetStream stream;
    NetArray array;
    *out = NULL;
    if (!net_stream_open_source(&stream, &form->source, error)) return false;
    bool ok = begin(&stream, form, &array, error) && check_values(&stream, &array, values, error) &&
              read_values(&stream, &array, values, out, error);
    net_stream_close(&stream);
    *count = ok ? array.shape[0] : 0;
    if (ok) return true;
    free(*out);
    *out = NULL;
    return false;
}
