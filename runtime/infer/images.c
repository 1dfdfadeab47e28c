#include "runtime/infer/images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/picture.h"
#include "runtime/data/shape.h"

enum { BUFFER = 1 << 16 };

/* ---- what a file is ---- */

static const struct {
    const char *magic, *name;
} others[] = {
    {"GIF8", "a GIF image"},     {"BM", "a BMP image"},  {"RIFF", "a RIFF file"},
    {"II*", "a TIFF image"},     {"MM", "a TIFF image"}, {"PK\3\4", "a zip or NPZ archive"},
    {"%PDF", "a PDF file"},      {"P5", "a PGM image"},  {"P6", "a PPM image"},
    {"\x89HDF", "an HDF5 file"},
};

/* Letters, digits and marks alone. */
static bool is_text(const unsigned char *head, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (head[i] < ' ' && head[i] != '\n' && head[i] != '\t' && head[i] != '\r') return false;
    return size > 0 && head[0] < 0x7f;
}

static bool unknown_format(NetStream *stream, const unsigned char *head, size_t size, NetError *error) {
    char found[48] = "is empty";
    for (bool more = true; stream->cut && more;) /* a gzip file whose first bytes are all there is */
        if (!net_stream_end(stream, &more, error)) return false;
    if (size > 0) snprintf(found, sizeof found, "begins with 0x");
    for (size_t i = 0; i < size && i < 4; i++) snprintf(found + strlen(found), 3, "%02x", head[i]);
    if (is_text(head, size)) snprintf(found, sizeof found, "is a text");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t length = strlen(others[i].magic);
        if (size >= length && memcmp(head, others[i].magic, length) == 0)
            snprintf(found, sizeof found, "is %s", others[i].name);
    }
    return net_fail(error, NET_ENVIRONMENT,
                    "%s %s, expected PNG, JPEG, IDX or NPY (--raw reads bare floats) [unknown-format]", stream->path,
                    found);
}

static bool idx_magic(const unsigned char *head) {
    return head[0] == 0 && head[1] == 0 && head[2] >= 0x08 && head[2] <= 0x0E;
}

/* What a file is that tells its form at its beginning; *form is NULL where it does not. */
static bool form_by_magic(NetStream *stream, const char **form, NetError *error) {
    unsigned char head[NET_PICTURE_MAGIC] = {0};
    size_t got;
    if (!net_stream_peek(stream, head, sizeof head, &got, error)) return false;
    *form = net_picture_form(head, got);
    if (got >= NET_NPY_MAGIC && net_npy_magic(head)) *form = "a NumPy array";
    return true;
}

static bool find_format(NetImages *images, NetError *error) {
    unsigned char head[NET_PICTURE_MAGIC] = {0};
    size_t got;
    if (!net_stream_peek(&images->stream, head, sizeof head, &got, error)) return false;
    if (net_picture_form(head, got) != NULL)
        images->format = NET_FORMAT_PICTURE;
    else if (got >= NET_NPY_MAGIC && net_npy_magic(head))
        images->format = NET_FORMAT_NPY;
    else if (got >= 4 && idx_magic(head))
        images->format = NET_FORMAT_IDX;
    else
        return unknown_format(&images->stream, head, got, error);
    return true;
}

/* ---- shapes ---- */

static int64_t product(const int64_t *shape, int rank) {
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i]; /* the formats' readers have checked that it fits */
    return count;
}

/* Whether it is one image: what the input takes, or a flat list of as many values. */
static bool is_image(const NetInput *input, const int64_t *shape, int rank) {
    int sides = 0;
    for (int i = 0; i < rank; i++) sides += shape[i] != 1;
    return product(shape, rank) == input->count &&
           (sides <= 1 || net_shape_match(input->shape, input->rank, shape, rank) == NET_SHAPE_SUITS);
}

/* Rows, columns, channels. */
static bool is_channels_last(const NetInput *input, const int64_t *shape, int rank) {
    return net_shape_match(input->shape, input->rank, shape, rank) == NET_SHAPE_LAST;
}

static bool wrong_shape(const NetImages *images, const int64_t *shape, int rank, NetError *error) {
    const NetInput *input = images->input;
    char found[NET_SHAPE_TEXT], expected[NET_SHAPE_TEXT];
    net_shape(found, shape, rank);
    net_shape(expected, input->shape, input->rank);
    if (images->format == NET_FORMAT_NPY && rank >= 3 && is_channels_last(input, shape + rank - 3, 3) && rank <= 4)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; its channels come last: save np.moveaxis(x, -1, -3) [channel-order]",
                        images->stream.path, found, expected);
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, input is %s [image-size]", images->stream.path, found, expected);
}

/* ---- opening ---- */

static bool open_idx(NetImages *images, NetError *error) {
    NetIdxHeader *idx = &images->idx;
    if (!net_idx_begin(&images->stream, idx, error)) return false;
    images->count = idx->shape[0];
    images->element = idx->element;
    images->big_endian = true;
    return is_image(images->input, idx->shape + 1, idx->rank - 1) ||
           wrong_shape(images, idx->shape + 1, idx->rank - 1, error);
}

static bool open_npy(NetImages *images, NetError *error) {
    NetNpy *npy = &images->npy;
    if (!net_npy_begin(&images->stream, npy, error)) return false;
    if (!(npy->kind == 'f' && npy->size >= 4) && !(npy->kind == 'u' && npy->size == 1))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s holds values of type %s, expected float32, float64 or uint8 [type-mismatch]",
                        images->stream.path, npy->type);
    images->element = (size_t)npy->size;
    images->big_endian = npy->big_endian;
    images->one = is_image(images->input, npy->shape, npy->rank);
    images->count = images->one ? 1 : npy->rank > 0 ? npy->shape[0] : 0;
    return images->one || (npy->rank > 0 && is_image(images->input, npy->shape + 1, npy->rank - 1)) ||
           wrong_shape(images, npy->shape, npy->rank, error);
}

/* Where the length is known, whether it is one of whole images. */
static bool cut_in_an_image(const NetImages *images, size_t rest, int64_t whole, NetError *error) {
    char left[NET_COUNT_TEXT], before[NET_COUNT_TEXT], bytes[NET_COUNT_TEXT];
    size_t row = (size_t)images->input->count * images->element;
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: %s byte%s after %s image%s of %s bytes (%lld floats); the file is cut short [short-file]",
                    images->stream.path, net_count(left, rest), rest == 1 ? "" : "s",
                    net_count(before, (uint64_t)whole), whole == 1 ? "" : "s", net_count(bytes, row),
                    (long long)images->input->count);
}

static bool open_raw(NetImages *images, NetError *error) {
    images->element = sizeof(float);
    images->count = -1;
    const char *form;
    if (!form_by_magic(&images->stream, &form, error)) return false;
    if (form != NULL)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, and --raw is about bare floats; leave --raw out [unknown-format]",
                        images->stream.path, form);
    int64_t left = net_stream_left(&images->stream);
    int64_t row = images->input->count * (int64_t)sizeof(float);
    if (left == 0 || (left > 0 && left % row != 0))
        return cut_in_an_image(images, (size_t)(left % row), left / row, error);
    return true;
}

static bool open_format(NetImages *images, bool raw, NetError *error) {
    images->format = NET_FORMAT_RAW;
    if (!raw && !find_format(images, error)) return false;
    images->buffer = net_alloc(BUFFER, 1, error);
    if (images->buffer == NULL) return false;
    switch (images->format) {
    case NET_FORMAT_PICTURE: images->count = 1; return images->one = true;
    case NET_FORMAT_IDX: return open_idx(images, error);
    case NET_FORMAT_NPY: return open_npy(images, error);
    case NET_FORMAT_RAW: break;
    }
    return open_raw(images, error);
}

bool net_images_open(NetImages *images, const char *path, const NetInput *input, bool raw, NetError *error) {
    *images = (NetImages){.input = input};
    bool ok = strcmp(path, "-") == 0 ? net_stream_open_input(&images->stream, error)
                                     : net_stream_open(&images->stream, path, error);
    if (!ok) return false;
    ok = open_format(images, raw, error);
    if (!ok) net_images_close(images);
    return ok;
}

void net_images_close(NetImages *images) {
    net_stream_close(&images->stream);
    free(images->buffer);
}

/* ---- values ---- */

static float load_float(const unsigned char *at, bool big_endian) {
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++) bits |= (uint32_t)at[i] << (big_endian ? 24 - 8 * i : 8 * i);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double load_double(const unsigned char *at, bool big_endian) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) bits |= (uint64_t)at[i] << (big_endian ? 56 - 8 * i : 8 * i);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void convert(NetImages *images, size_t count, float *out) {
    static const float scale = (float)(1.0 / 255);
    const unsigned char *at = images->buffer;
    for (size_t i = 0; i < count; i++) {
        if (images->element == 1)
            out[i] = (float)at[i] * scale;
        else if (images->element == 4)
            out[i] = load_float(at + 4 * i, images->big_endian);
        else {
            double value = load_double(at + 8 * i, images->big_endian);
            out[i] = (float)value;
            if (images->beyond == NULL && isfinite(value) && isinf(out[i])) images->beyond = out + i;
        }
    }
}

/* Reads `count` values; *got of them, fewer at the end of the stream, and bytes of a value that was begun. */
static bool read_values(NetImages *images, float *out, size_t count, size_t *got, size_t *rest, NetError *error) {
    *got = *rest = 0;
    while (*got < count) {
        size_t part = BUFFER / images->element;
        if (part > count - *got) part = count - *got;
        size_t bytes;
        if (!net_stream_read(&images->stream, images->buffer, part * images->element, &bytes, error)) return false;
        size_t now = bytes / images->element;
        convert(images, now, out + *got);
        *got += now;
        *rest = bytes % images->element;
        if (now < part) break;
    }
    return true;
}

static bool check_finite(const NetImages *images, const float *x, size_t count, NetError *error) {
    for (size_t i = 0; images->element > 1 && i < count; i++) {
        if (isfinite(x[i])) continue;
        char item[NET_COUNT_TEXT];
        net_count(item, (uint64_t)images->done + i / (size_t)images->input->count);
        return net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is %s [not-a-number]",
                        images->stream.path, item,
                        x + i == images->beyond ? "beyond what a 32-bit float holds" : "not finite");
    }
    return true;
}

static bool wrong_length(const NetImages *images, size_t got, bool more, NetError *error) {
    return images->format == NET_FORMAT_IDX ? net_idx_wrong_length(images->stream.path, &images->idx, got, more, error)
                                            : net_npy_wrong_length(images->stream.path, &images->npy, got, more, error);
}

/* After the last image: nothing may follow, and a packed file must be whole. Bare floats end where the file does: of
 * them only the latter can be wrong. */
static bool check_end(NetImages *images, NetError *error) {
    bool more;
    if (!net_stream_end(&images->stream, &more, error)) return false;
    return !more ||
           wrong_length(images, images->format == NET_FORMAT_IDX ? images->idx.size : images->npy.bytes, true, error);
}

bool net_images_next(NetImages *images, float *x, int64_t most, int64_t *got, NetError *error) {
    *got = 0;
    size_t row = (size_t)images->input->count;
    int64_t want = images->count >= 0 && images->count - images->done < most ? images->count - images->done : most;
    if (want == 0) return true;
    if (images->format == NET_FORMAT_PICTURE) {
        if (!net_picture_read(&images->stream, images->input, x, error)) return false;
        *got = images->done = 1;
        return true;
    }
    size_t values, rest;
    images->beyond = NULL;
    if (!read_values(images, x, (size_t)want * row, &values, &rest, error)) return false;
    size_t whole = values / row;
    if (images->count >= 0 && whole < (size_t)want)
        return wrong_length(images, ((size_t)images->done * row + values) * images->element + rest, false, error);
    bool partial = values % row != 0 || rest != 0 || (values == 0 && images->done == 0);
    if (partial)
        return cut_in_an_image(images, values % row * images->element + rest, images->done + (int64_t)whole, error);
    if (!check_finite(images, x, values, error)) return false;
    *got = (int64_t)whole;
    images->done += *got;
    bool last = images->count >= 0 ? images->done == images->count : whole < (size_t)want;
    return !last || check_end(images, error);
}
