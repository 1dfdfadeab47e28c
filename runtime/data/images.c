#include "runtime/data/images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/area.h"
#include "runtime/data/body.h"
#include "runtime/data/like_mnist.h"
#include "runtime/data/picture.h"

/* ---- shapes ---- */

static int64_t product(const int64_t *shape, int rank) {
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i]; /* the formats' readers have checked that it fits */
    return count;
}

/* How an example suits the input, one whose channels come last where the input's examples do so. */
static NetShapeMatch match(const NetInput *input, const int64_t *shape, int rank) {
    if (!input->channels_last || rank != 3) return net_shape_match(input->shape, input->rank, shape, rank);
    const int64_t moved[] = {shape[2], shape[0], shape[1]};
    return net_shape_match(input->shape, input->rank, moved, 3);
}

/* Whether it is one image: what the input takes, or a flat list of as many values. */
static bool is_image(const NetInput *input, const int64_t *shape, int rank) {
    int sides = 0;
    for (int i = 0; i < rank; i++) sides += shape[i] != 1;
    return product(shape, rank) == input->count && (sides <= 1 || match(input, shape, rank) == NET_SHAPE_SUITS);
}

/* What a data set to train on is told: the file and its examples are as they are, the network can be another one. */
static bool wrong_example(const NetImages *images, const int64_t *shape, int rank, NetError *error) {
    const NetInput *input = images->input;
    const char *path = images->stream.path;
    char have[NET_SHAPE_TEXT], want[NET_SHAPE_TEXT], right[NET_SHAPE_TEXT] = "";
    int64_t maps[3];
    net_shape(have, shape, rank);
    net_shape(want, input->shape, input->rank);
    bool npy = images->format != NULL && strcmp(images->format->name, "NPY") == 0;
    if (net_shape_maps(shape, rank, maps)) {
        net_shape(right, maps, 3);
    } else {
        net_shape(right, shape, rank);
    }
    switch (match(input, shape, rank)) {
    case NET_SHAPE_SUITS: return true;
    case NET_SHAPE_LAST:
    case NET_SHAPE_LAST_INPUT_ORDER: {
        const int64_t moved[] = {shape[2], shape[0], shape[1]};
        char also[NET_SHAPE_TEXT + 32] = "";
        net_shape(right, moved, 3);
        if (match(input, shape, rank) != NET_SHAPE_LAST) snprintf(also, sizeof also, ", and 'input %s'", right);
        if (npy)
            return net_fail(error, NET_ENVIRONMENT,
                            "%s: its examples are %s, input is %s; if the channels come last write "
                            "order=channels_last in the data line%s [channel-order]",
                            path, have, want, also);
        if (also[0] != '\0') snprintf(also, sizeof also, ", and write 'input %s'", right);
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; its channels come last, and netc reads them first (CxHxW): store "
                        "np.moveaxis(x, -1, -3)%s [channel-order]",
                        path, have, want, also);
    }
    case NET_SHAPE_INPUT_ORDER:
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; channels come first (CxHxW): write 'input %s' [image-size]", path, have,
                        want, right);
    case NET_SHAPE_OTHER: break;
    }
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, input is %s; write 'input %s' [image-size]", path, have, want,
                    right);
}

/* An array that is to be a list of examples: which of its sides counts them? Only where it is clear; else true. */
static bool check_list(const NetImages *images, const int64_t *shape, int rank, NetError *error) {
    enum { CHANNELS = 4 }; /* that pictures have at most: a last side of more is none of theirs */
    const NetInput *input = images->input;
    char found[NET_SHAPE_TEXT], expected[NET_SHAPE_TEXT];
    net_shape(found, shape, rank);
    net_shape(expected, input->shape, input->rank);
    if (is_image(input, shape, rank))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, one example without a list around it; save x[None], and one label [image-size]",
                        images->stream.path, found);
    if (rank == 1)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s single values, and an example is %s; are images and labels swapped? [swapped-files]",
                        images->stream.path, found, expected);
    if (shape[rank - 1] > CHANNELS && is_image(input, shape, rank - 1))
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; its last side counts the examples, and the first is to: save "
                        "np.moveaxis(x, -1, 0) [image-size]",
                        images->stream.path, found, expected);
    return true;
}

static bool wrong_shape(const NetImages *images, const int64_t *shape, int rank, NetError *error) {
    const NetInput *input = images->input;
    char found[NET_SHAPE_TEXT], expected[NET_SHAPE_TEXT];
    if (images->list && rank > 0 && !check_list(images, shape, rank, error)) return false;
    if (images->list && rank > 1) return wrong_example(images, shape + 1, rank - 1, error);
    net_shape(found, shape, rank);
    net_shape(expected, input->shape, input->rank);
    if (rank >= 3 && rank <= 4 && net_shape_match(input->shape, input->rank, shape + rank - 3, 3) == NET_SHAPE_LAST)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, input is %s; its channels come last: save np.moveaxis(x, -1, -3) [channel-order]",
                        images->stream.path, found, expected);
    return net_fail(error, NET_ENVIRONMENT, "%s is %s, input is %s [image-size]", images->stream.path, found, expected);
}

/* ---- opening ---- */

static size_t row_bytes(const NetImages *images) { return (size_t)images->input->count * (size_t)images->array.size; }

/* Sides of an image that are not 1: one row of values has no order. */
static bool has_order(const int64_t *shape, int rank) {
    int sides = 0;
    for (int i = 0; i < rank; i++) sides += shape[i] != 1;
    return sides > 1;
}

static bool open_whole(NetImages *images, NetError *error) {
    NetBlock *whole = &images->whole;
    int64_t place = images->stream.read;
    if (net_stream_left(&images->stream) >= 0) { /* an unpacked file, as long as its header says */
        if (!net_block_map(whole, images->stream.path, (size_t)place, images->array.bytes, error)) return false;
        images->values = whole->base + place;
        return true;
    }
    if (!net_body_read(&images->stream, &images->array, &whole->base, error)) return false;
    whole->size = images->array.bytes;
    images->values = whole->base;
    return true;
}

/* The size of images where any will do: their last two sides, unless what the network takes stands there. */
static bool take_any_size(NetImages *images, NetError *error) {
    const int64_t *shape = images->array.shape;
    int rank = images->array.rank;
    if (is_image(images->input, shape, rank) || (rank > 1 && is_image(images->input, shape + 1, rank - 1))) return true;
    if (rank > 2 && shape[rank - 1] == 1) rank--; /* the channel comes last */
    if (rank < 2) return true;
    NetInput *own = &images->own;
    memcpy(own->shape + 1, shape + rank - 2, 2 * sizeof *shape);
    own->count = own->shape[1] * own->shape[2];
    char size[NET_SHAPE_TEXT], most[NET_COUNT_TEXT];
    return own->count <= NET_AREA_MOST ||
           net_fail(error, NET_ENVIRONMENT, "%s holds images of %s, which is more than %s pixels [image-size]",
                    images->stream.path, net_shape(size, own->shape + 1, 2), net_count(most, NET_AREA_MOST));
}

static bool open_array(NetImages *images, NetError *error) {
    NetArray *array = &images->array;
    if (!images->format->begin(&images->stream, array, error)) return false;
    if (images->like_mnist && !take_any_size(images, error)) return false;
    images->one = !images->list && is_image(images->input, array->shape, array->rank);
    images->count = images->one ? 1 : array->rank > 0 ? array->shape[0] : 0;
    int first = images->one ? 0 : 1;
    if (!images->one && (array->rank < 1 || !is_image(images->input, array->shape + 1, array->rank - 1)))
        return wrong_shape(images, array->shape, array->rank, error);
    const int64_t *example = array->shape + first;
    bool last = images->input->channels_last && array->rank - first == 3 && has_order(example, 3);
    images->moved = last || (array->fortran && has_order(array->shape, array->rank));
    if (array->fortran && images->moved && !open_whole(images, error)) return false;
    images->row = net_alloc(row_bytes(images), 1, error);
    images->turned = images->moved ? net_alloc(row_bytes(images), 1, error) : NULL;
    return images->row != NULL && (!images->moved || images->turned != NULL);
}

/* Where the length is known, whether it is one of whole images. */
static bool cut_in_an_image(const NetImages *images, size_t rest, int64_t whole, NetError *error) {
    char left[NET_COUNT_TEXT], before[NET_COUNT_TEXT], bytes[NET_COUNT_TEXT];
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: %s byte%s after %s image%s of %s bytes (%lld %s); the file is cut short [short-file]",
                    images->stream.path, net_count(left, rest), rest == 1 ? "" : "s",
                    net_count(before, (uint64_t)whole), whole == 1 ? "" : "s",
                    net_count(bytes, images->before + row_bytes(images)), (long long)images->input->count,
                    images->before > 0 ? "values" : "floats");
}

static bool open_raw(NetImages *images, NetError *error) {
    images->array = (NetArray){.kind = 'f', .size = (int)sizeof(float)};
    images->count = -1;
    if (images->format != NULL)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s is %s, and --raw is about bare floats; leave --raw out [unknown-format]",
                        images->stream.path, images->format->what);
    int64_t left = net_stream_left(&images->stream);
    int64_t row = images->input->count * (int64_t)sizeof(float);
    if (left == 0 || (left > 0 && left % row != 0))
        return cut_in_an_image(images, (size_t)(left % row), left / row, error);
    images->row = net_alloc(row_bytes(images), 1, error);
    return images->row != NULL;
}

static bool open_table(NetImages *images, NetError *error) {
    const NetImagesTable *form = images->tabular;
    images->count = -1;
    return net_table_begin(&images->table, &images->stream, &form->form, form->columns, error);
}

/* CIFAR-10's batches: a byte that is the class, then the image. */
enum { BATCH_SIDE = 32, BATCH_CLASSES = 10 };

static bool is_batch(NetImages *images, bool *batch, NetError *error) {
    static const int64_t shape[] = {3, BATCH_SIDE, BATCH_SIDE};
    unsigned char class = BATCH_CLASSES;
    size_t got;
    int64_t left = net_stream_left(&images->stream), bytes = 1 + images->input->count;
    if (!net_stream_peek(&images->stream, &class, 1, &got, error)) return false;
    *batch = got == 1 && class < BATCH_CLASSES && (left < 0 || left % bytes == 0) && images->input->rank == 3 &&
             memcmp(images->input->shape, shape, sizeof shape) == 0;
    return true;
}

static bool open_batch(NetImages *images, NetError *error) {
    int64_t left = net_stream_left(&images->stream);
    images->array = (NetArray){.kind = 'u', .size = 1};
    images->before = 1;
    images->count = left < 0 ? -1 : left / (1 + images->input->count);
    images->row = net_alloc(images->before + row_bytes(images), 1, error);
    return images->row != NULL;
}

static bool open_format(NetImages *images, const NetImagesForm *form, NetError *error) {
    bool text;
    if (!net_format_find(&images->stream, &images->format, error)) return false;
    if (form->raw) return open_raw(images, error);
    bool batch = false;
    if (images->format == NULL && !form->list && !is_batch(images, &batch, error)) return false;
    if (batch) return open_batch(images, error);
    if (images->format == NULL && form->table != NULL) {
        if (!net_format_is_text(&images->stream, &text, error)) return false;
        if (text) images->tabular = form->table;
        if (text) return open_table(images, error);
    }
    bool wrong = form->only != NULL && images->format != NULL && strcmp(images->format->name, form->only) != 0;
    if (images->format == NULL || wrong)
        return net_format_unknown(
            &images->stream, form->only != NULL ? form->only : "PNG, JPEG, IDX, NPY or CSV (--raw reads bare floats)",
            error);
    if (images->format->begin != NULL) return open_array(images, error);
    images->count = 1;
    return images->one = true;
}

bool net_images_open(NetImages *images, const NetImagesForm *form, const NetInput *input, NetError *error) {
    *images = (NetImages){.input = input, .list = form->list, .like_mnist = form->like_mnist};
    if (form->like_mnist) {
        images->own = (NetInput){.rank = 3,
                                 .shape = {1, NET_LIKE_MNIST_SIDE, NET_LIKE_MNIST_SIDE},
                                 .count = NET_LIKE_MNIST_VALUES,
                                 .channels_last = input->channels_last};
        images->input = &images->own;
    }
    bool ok = strcmp(form->source.path, "-") == 0 && form->source.bytes == NULL
                  ? net_stream_open_input(&images->stream, error)
                  : net_stream_open_source(&images->stream, &form->source, error);
    if (!ok) return false;
    ok = open_format(images, form, error);
    if (ok && images->like_mnist) {
        images->grey = net_alloc((size_t)images->input->count, sizeof *images->grey, error);
        ok = images->grey != NULL;
    }
    if (!ok) net_images_close(images);
    return ok;
}

void net_images_close(NetImages *images) {
    net_stream_close(&images->stream);
    free(images->row);
    free(images->turned);
    free(images->grey);
    net_block_free(&images->whole);
    if (images->tabular != NULL) net_table_end(&images->table);
    free(images->label);
    free(images->value);
}

/* ---- values ---- */

/* Where image `at` of a batch is read to, and what then becomes of it. */
static float *place_of(const NetImages *images, float *x, int64_t at) {
    return images->like_mnist ? images->grey : x + (size_t)at * (size_t)images->input->count;
}

static bool finish(const NetImages *images, float *x, int64_t at, NetError *error) {
    const int64_t *shape = images->input->shape;
    return !images->like_mnist || net_like_mnist(images->grey, (size_t)shape[1], (size_t)shape[2],
                                                 x + (size_t)at * NET_LIKE_MNIST_VALUES, error);
}

/* Copies an image's values, `count` of the last dimension by dimension, from steps in the file to the input's order. */
static void turn(const NetImages *images, const unsigned char *from) {
    const NetArray *array = &images->array;
    int first = images->one ? 0 : 1, rank = array->rank - first;
    int64_t extent[NET_ARRAY_RANK], step[NET_ARRAY_RANK], at[NET_ARRAY_RANK] = {0};
    int64_t all = array->fortran ? product(array->shape, first) : product(array->shape + first, rank);
    for (int i = 0; i < rank; i++) {
        extent[i] = array->shape[first + i];
        if (array->fortran) {
            step[i] = all;
            all *= extent[i];
        } else {
            all /= extent[i];
            step[i] = all;
        }
    }
    if (images->input->channels_last && rank == 3) {
        const int64_t channels[2] = {extent[2], step[2]};
        memmove(extent + 1, extent, 2 * sizeof *extent);
        memmove(step + 1, step, 2 * sizeof *step);
        extent[0] = channels[0];
        step[0] = channels[1];
    }
    size_t size = (size_t)array->size;
    unsigned char *to = images->turned;
    for (int64_t n = 0; n < images->input->count; n++, to += size) {
        int64_t place = 0;
        for (int i = 0; i < rank; i++) place += at[i] * step[i];
        memcpy(to, from + (size_t)place * size, size);
        for (int i = rank - 1; i >= 0 && ++at[i] == extent[i]; i--) at[i] = 0;
    }
}

/* The bytes of the next image in the input's order, NULL after a failure; *end: there is none more. */
static const unsigned char *read_image(NetImages *images, bool *end, NetError *error) {
    size_t bytes = images->before + row_bytes(images), got = 0;
    *end = false;
    if (images->values != NULL) {
        turn(images, images->values + (size_t)images->done * (size_t)images->array.size);
        return images->turned;
    }
    if (!net_stream_read(&images->stream, images->row, bytes, &got, error)) return NULL;
    if (got < bytes) {
        *end = images->format == NULL && got == 0 && images->done > 0;
        if (!*end && images->format == NULL) cut_in_an_image(images, got, images->done, error);
        if (images->format != NULL)
            net_array_wrong_length(&images->array, images->stream.path, (size_t)images->done * bytes + got, false,
                                   error);
        return NULL;
    }
    if (!images->moved) return images->row + images->before;
    turn(images, images->row);
    return images->turned;
}

static bool check_finite(const NetImages *images, const float *x, const float *beyond, NetError *error) {
    int64_t count = images->input->count;
    for (int64_t i = 0; images->array.kind == 'f' && i < count; i++) {
        if (isfinite(x[i])) continue;
        char item[NET_COUNT_TEXT];
        return net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is %s [not-a-number]",
                        images->stream.path, net_count(item, (uint64_t)images->done),
                        x + i == beyond ? "beyond what a 32-bit float holds" : "not finite");
    }
    return true;
}

/* After the last image: nothing may follow, and a packed file must be whole. Bare floats end where the file does: of
 * them only the latter can be wrong. */
static bool check_end(NetImages *images, NetError *error) {
    bool more;
    if (images->values != NULL) return true; /* reading it has seen to that */
    if (!net_stream_end(&images->stream, &more, error)) return false;
    return !more || net_array_wrong_length(&images->array, images->stream.path, images->array.bytes, true, error);
}

/* Images of an array or bare floats: as floats to x, or as their bytes to `samples`. */
static bool next(NetImages *images, float *x, unsigned char *samples, int64_t most, int64_t *got, NetError *error) {
    size_t count = (size_t)images->input->count;
    bool end = false;
    *got = 0;
    while (!end && *got < most && (images->count < 0 || images->done < images->count)) {
        const float *beyond = NULL;
        const unsigned char *image = read_image(images, &end, error);
        if (image == NULL && !end) return false;
        if (image == NULL) break;
        if (samples != NULL) {
            memcpy(samples + (size_t)*got * count, image, count);
        } else {
            float *to = place_of(images, x, *got);
            net_array_floats(&images->array, image, count, to, &beyond);
            if (!check_finite(images, to, beyond, error) || !finish(images, x, *got, error)) return false;
        }
        images->done++;
        ++*got;
    }
    bool last = end || (*got > 0 && images->done == images->count);
    return !last || check_end(images, error);
}

/* ---- tables ---- */

static bool reserve_targets(NetImages *images, int64_t most, NetError *error) {
    if (!images->table.places.targets || images->room >= most) return true;
    size_t values;
    free(images->label);
    free(images->value);
    images->label = net_alloc((size_t)most, sizeof *images->label, error);
    images->value = NULL;
    if (!net_multiply((size_t)most, images->table.columns->targets, &values))
        return net_fail(error, NET_ENVIRONMENT, "out of memory");
    if (images->label != NULL) images->value = net_alloc(values, sizeof *images->value, error);
    images->room = most;
    return images->value != NULL;
}

static bool read_targets(NetImages *images, int64_t row, NetError *error) {
    const NetImagesTable *form = images->tabular;
    size_t targets = images->table.columns->targets;
    if (!images->table.places.targets) return true;
    if (form->classes.count > 0)
        return net_table_class(&images->table, &form->classes, form->names, &images->label[row], error);
    for (size_t i = 0; i < targets; i++)
        if (!net_table_value(&images->table, i, &images->value[(size_t)row * targets + i], error)) return false;
    return true;
}

static bool next_rows(NetImages *images, float *x, int64_t most, int64_t *got, NetError *error) {
    *got = 0;
    if (!reserve_targets(images, most, error)) return false;
    for (bool more = true; *got < most; ++*got, images->done++) {
        if (!net_table_next(&images->table, place_of(images, x, *got), &more, error)) return false;
        if (!more) break;
        if (!finish(images, x, *got, error)) return false;
        if (!read_targets(images, *got, error)) return false;
    }
    return images->done > 0 ||
           net_fail(error, NET_ENVIRONMENT, "%s has no rows below its names [short-file]", images->stream.path);
}

static bool next_picture(NetImages *images, float *x, NetError *error) {
    float *grey;
    size_t height, width;
    if (!images->like_mnist) return net_picture_read(&images->stream, images->input, x, error);
    if (!net_picture_read_grey(&images->stream, &grey, &height, &width, error)) return false;
    bool ok = net_like_mnist(grey, height, width, x, error);
    free(grey);
    return ok;
}

bool net_images_next(NetImages *images, float *x, int64_t most, int64_t *got, NetError *error) {
    if (images->tabular != NULL) return next_rows(images, x, most, got, error);
    if (images->format == NULL || images->format->begin != NULL) return next(images, x, NULL, most, got, error);
    *got = 0;
    if (images->done == images->count || most == 0) return true;
    if (!next_picture(images, x, error)) return false;
    *got = images->done = 1;
    return true;
}

bool net_images_are_samples(const NetImages *images) {
    return images->format != NULL && images->format->begin != NULL && net_array_samples(&images->array);
}

bool net_images_samples(NetImages *images, unsigned char *out, int64_t most, int64_t *got, NetError *error) {
    return next(images, NULL, out, most, got, error);
}

bool net_images_could_fit(const NetImages *images) {
    const NetArray *array = &images->array;
    bool grey = array->rank == 4 && (array->shape[1] == 1 || array->shape[3] == 1);
    if (images->format == NULL) return false;
    return images->format->begin == NULL || array->rank == 2 || array->rank == 3 || grey;
}

int64_t net_images_place(const NetImages *images) {
    const NetArray *array = &images->array;
    bool floats = array->kind == 'f' && array->size == (int)sizeof(float) && !array->big_endian;
    if (net_stream_left(&images->stream) < 0 || images->moved || images->done > 0) return -1;
    return floats || net_images_are_samples(images) ? images->stream.read : -1;
}
