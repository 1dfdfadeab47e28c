#include "runtime/data/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/area.h"
#include "runtime/data/resample.h"

enum { MOST_CHANNELS = 4 };

static const NetPictureForm *const forms[] = {&net_picture_png, &net_picture_jpeg};

static const NetPictureForm *form_of(const unsigned char *head, size_t size) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i]->magic(head, size)) return forms[i];
    return NULL;
}

const char *net_picture_form(const unsigned char *head, size_t size) {
    const NetPictureForm *form = form_of(head, size);
    return form != NULL ? form->name : NULL;
}

/* ---- sizes ---- */

/* The channels that a picture of this size is to have as it is: 0 when it does not fit the input. */
static size_t channels_of(const NetInput *input, size_t height, size_t width) {
    size_t plane;
    if (!net_multiply(height, width, &plane) || plane == 0) return 0;
    if (input->rank == 1) {
        size_t count = (size_t)input->count;
        return count % plane == 0 && count / plane <= MOST_CHANNELS ? count / plane : 0;
    }
    bool fits = input->shape[1] == (int64_t)height && input->shape[2] == (int64_t)width;
    return fits && input->shape[0] <= MOST_CHANNELS ? (size_t)input->shape[0] : 0;
}

/* Whether pictures of any size can become this input. */
static bool resamples(const NetInput *input) {
    return input->resample && input->rank > 1 && input->shape[0] <= MOST_CHANNELS;
}

enum { UPRIGHT = 1, TURNED = 5 }; /* orientations: from the latter on rows are columns */

/* Before the pixels are read, and before any memory is taken for them. The camera may have lain on its side, and what
 * is noted of that may stand behind the pixels. */
static bool may_fit(const NetInput *input, const NetPixels *pixels) {
    size_t plane, height = pixels->height, width = pixels->width;
    if (resamples(input)) return net_multiply(height, width, &plane) && plane > 0 && plane <= NET_AREA_MOST;
    bool known = pixels->orientation > 0, turned = pixels->orientation >= TURNED;
    return ((!known || !turned) && channels_of(input, height, width) > 0) ||
           ((!known || turned) && channels_of(input, width, height) > 0);
}

/* Message 28. */
static bool wrong_size(const char *path, const NetInput *input, size_t height, size_t width, NetError *error) {
    const int64_t have[2] = {(int64_t)height, (int64_t)width};
    bool many = input->rank > 1 && input->shape[0] > MOST_CHANNELS;
    char found[NET_SHAPE_TEXT], expected[NET_SHAPE_TEXT], most[NET_COUNT_TEXT];
    net_shape(found, have, 2);
    if (resamples(input))
        return net_fail(error, NET_ENVIRONMENT, "%s is %s, which is more than %s pixels [image-size]", path, found,
                        net_count(most, NET_AREA_MOST));
    if (input->rank == 1)
        net_shape(expected, input->shape, 1);
    else
        net_shape(expected, input->shape + (many ? 0 : 1), many ? 3 : 2);
    return net_fail(error, NET_ENVIRONMENT, "%s is %s%s, input is %s [image-size]", path, found,
                    many ? " of at most 4 channels" : "", expected);
}

/* ---- reading ---- */

static bool convert(const NetStream *stream, const NetInput *input, const NetPixels *pixels, float *x,
                    NetError *error) {
    NetUpright seen = net_pixels_upright(pixels);
    const int64_t *shape = input->shape;
    size_t channels = channels_of(input, seen.height, seen.width);
    if (channels > 0 && input->bytes) return net_pixels_resample(pixels, channels, seen.height, seen.width, x, error);
    if (channels > 0) {
        net_pixels_convert(pixels, channels, x);
        return true;
    }
    if (!resamples(input)) return wrong_size(stream->path, input, seen.height, seen.width, error);
    return net_pixels_resample(pixels, (size_t)shape[0], (size_t)shape[1], (size_t)shape[2], x, error);
}

static bool read_form(const NetPictureForm *form, NetStream *stream, const NetInput *input, float *x, NetError *error) {
    NetPixels pixels = {0};
    void *reader = form->begin(stream, &pixels, error);
    if (reader == NULL) return false;
    bool turned = pixels.orientation >= TURNED;
    bool ok = may_fit(input, &pixels) || wrong_size(stream->path, input, turned ? pixels.width : pixels.height,
                                                    turned ? pixels.height : pixels.width, error);
    ok = ok && form->read(reader, &pixels, error) && convert(stream, input, &pixels, x, error);
    form->end(reader);
    free(pixels.samples);
    return ok;
}

/* NULL: it is none. */
static const NetPictureForm *find_form(NetStream *stream, NetError *error) {
    unsigned char head[NET_PICTURE_MAGIC];
    size_t got;
    if (!net_stream_peek(stream, head, sizeof head, &got, error)) return NULL;
    const NetPictureForm *form = form_of(head, got);
    if (form == NULL)
        net_fail(error, NET_ENVIRONMENT, "%s %s, expected a PNG or JPEG image [unknown-format]", stream->path,
                 got == 0 ? "is empty" : "is neither PNG nor JPEG");
    return form;
}

bool net_picture_read(NetStream *stream, const NetInput *input, float *x, NetError *error) {
    const NetPictureForm *form = find_form(stream, error);
    return form != NULL && read_form(form, stream, input, x, error);
}

/* ---- of any size ---- */

/* Puts paper behind what is transparent: grey and alpha are planes of `count` values. */
static void lay_on_paper(float *grey, const float *alpha, size_t count) {
    double ink = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        ink += (double)grey[i] * (double)alpha[i];
        all += (double)alpha[i];
    }
    float paper = ink < all / 2 ? 1 : 0;
    for (size_t i = 0; i < count; i++) grey[i] = grey[i] * alpha[i] + paper * (1 - alpha[i]);
}

bool net_picture_read_grey(NetStream *stream, float **grey, size_t *height, size_t *width, NetError *error) {
    static const NetInput any = {.rank = 3, .shape = {1, 1, 1}, .count = 1, .resample = true};
    const NetPictureForm *form = find_form(stream, error);
    NetPixels pixels = {0};
    void *reader = form != NULL ? form->begin(stream, &pixels, error) : NULL;
    *grey = NULL;
    if (reader == NULL) return false;
    bool ok = (may_fit(&any, &pixels) || wrong_size(stream->path, &any, pixels.height, pixels.width, error)) &&
              form->read(reader, &pixels, error);
    if (ok) {
        size_t channels = pixels.channels % 2 == 0 ? 2 : 1;
        NetUpright seen = net_pixels_upright(&pixels);
        *height = seen.height;
        *width = seen.width;
        *grey = net_alloc(seen.height * seen.width, channels * sizeof **grey, error);
        if (*grey != NULL) net_pixels_convert(&pixels, channels, *grey);
        if (*grey != NULL && channels > 1)
            lay_on_paper(*grey, *grey + seen.height * seen.width, seen.height * seen.width);
    }
    form->end(reader);
    free(pixels.samples);
    return *grey != NULL;
}

bool net_picture_size(const char *path, int64_t shape[NET_INPUT_RANK], NetError *error) {
    NetStream stream;
    NetPixels pixels = {0};
    if (!net_stream_open(&stream, path, error)) return false;
    const NetPictureForm *form = find_form(&stream, error);
    void *reader = form != NULL ? form->begin(&stream, &pixels, error) : NULL;
    bool turned = pixels.orientation >= TURNED;
    shape[0] = pixels.channels < 3 ? 1 : 3; /* without alpha */
    shape[1] = (int64_t)(turned ? pixels.width : pixels.height);
    shape[2] = (int64_t)(turned ? pixels.height : pixels.width);
    if (reader != NULL) form->end(reader);
    net_stream_close(&stream);
    free(pixels.samples);
    return reader != NULL;
}

static bool is_picture(const char *path) {
    unsigned char head[NET_PICTURE_MAGIC];
    size_t got;
    return !net_stream_head(path, head, sizeof head, &got) || form_of(head, got) != NULL;
}

/* Whether the picture in a file begins as one that net_picture_read takes, as far as its size goes; true for what is
 * none: its fault is another one. */
static bool fits_input(const char *path, const NetInput *input) {
    unsigned char head[NET_PICTURE_MAGIC];
    size_t got;
    NetStream stream;
    NetPixels pixels = {0};
    if (!net_stream_open(&stream, path, NULL)) return true;
    const NetPictureForm *form = net_stream_peek(&stream, head, sizeof head, &got, NULL) ? form_of(head, got) : NULL;
    void *reader = form != NULL ? form->begin(&stream, &pixels, NULL) : NULL;
    if (pixels.orientation == 0) pixels.orientation = UPRIGHT; /* a camera notes it in front of the pixels */
    bool fits = reader == NULL || may_fit(input, &pixels);
    if (reader != NULL) form->end(reader);
    net_stream_close(&stream);
    return fits;
}

void net_picture_count_others(char *const *paths, int64_t count, const NetInput *input, NetError *error) {
    uint64_t others = 0;
    char text[NET_COUNT_TEXT], *kind = strrchr(error->text, '[');
    bool size = kind != NULL && strcmp(kind, "[image-size]") == 0;
    if (!size && (kind == NULL || strcmp(kind, "[unknown-format]") != 0)) return;
    for (int64_t i = 0; i < count; i++) others += size ? !fits_input(paths[i], input) : !is_picture(paths[i]);
    if (others == 0) return;
    kind[-1] = '\0';
    net_fail(error, error->status, "%s (%s other file%s too) %s", error->text, net_count(text, others),
             net_plural(others), size ? "[image-size]" : "[unknown-format]");
}
