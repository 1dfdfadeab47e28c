/* What the fuzz targets of inference binaries share. */
#ifndef NET_TESTS_FUZZ_INFER_H
#define NET_TESTS_FUZZ_INFER_H

#include "runtime/data/pixels.h"
#include "runtime/data/images.h"
#include "runtime/data/like_mnist.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MAX_SIZE = 1 << 16, FUZZ_BATCH = 16, FUZZ_INPUTS = 4, FUZZ_PIXELS = 1 << 20 };

static const NetInput fuzz_inputs[FUZZ_INPUTS] = {
    {.rank = 3, .shape = {1, 4, 4}, .count = 16},
    {.rank = 3, .shape = {3, 4, 4}, .count = 48},
    {.rank = 1, .shape = {48, 1, 1}, .count = 48},
    {.rank = 3, .shape = {2, 4, 4}, .count = 32},
};

static inline void fuzz_require(bool condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "violated: %s\n", what);
    abort();
}

static inline void fuzz_check_error(const NetError *error) {
    fuzz_require(error->status == NET_ENVIRONMENT && error->text[0] != '\0', "a failure has a status and a text");
    for (const char *at = error->text; *at != '\0'; at++)
        fuzz_require((unsigned char)*at >= ' ', "the text is one line");
}

/* A file in memory that has a path. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[32]) {
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(file >= 0 && write(file, data, size) == (ssize_t)size, "the file is written");
    snprintf(path, 32, "/proc/self/fd/%d", file);
    return file;
}

/* `like_mnist`: whatever the input, images become what MNIST's are. */
static inline void fuzz_read(const char *path, const NetInput *input, bool raw, bool like_mnist) {
    float x[FUZZ_BATCH * NET_LIKE_MNIST_VALUES];
    NetImages images;
    NetError error = {0};
    const NetImagesForm form = {.source = {.path = path}, .raw = raw, .like_mnist = like_mnist};
    const int64_t count = like_mnist ? NET_LIKE_MNIST_VALUES : input->count;
    if (!net_images_open(&images, &form, input, &error)) {
        fuzz_check_error(&error);
        return;
    }
    int64_t sum = 0, got = 0;
    bool ok;
    while ((ok = net_images_next(&images, x, FUZZ_BATCH, &got, &error)) && got > 0) {
        sum += got;
        for (int64_t i = 0; i < got * count; i++)
            fuzz_require(like_mnist ? x[i] >= 0 && x[i] <= 1 : isfinite(x[i]), "values are finite");
    }
    if (!ok) fuzz_check_error(&error);
    fuzz_require(!ok || (sum == images.done && (images.count < 0 || sum == images.count)), "all are handed out");
    net_images_close(&images);
}

static inline void fuzz_images(const char *path, const NetInput *input, bool raw) {
    fuzz_read(path, input, raw, false);
}

/* Whether it would take longer to decode than there is to be found in it. */
static inline bool fuzz_is_large(const NetPictureForm *form, const char *path) {
    NetStream stream;
    NetPixels pixels = {0};
    if (!net_stream_open(&stream, path, NULL)) return false;
    void *reader = form->begin(&stream, &pixels, NULL);
    if (reader != NULL) form->end(reader);
    net_stream_close(&stream);
    return reader != NULL && (double)pixels.height * (double)pixels.width > (double)FUZZ_PIXELS;
}

/* A picture of this form. `choice` has the number of the input, and 8 where other sizes are resampled to it. */
static inline void fuzz_picture(const NetPictureForm *form, unsigned choice, const uint8_t *data, size_t size) {
    NetInput input = fuzz_inputs[choice % FUZZ_INPUTS];
    char path[32];
    int file = fuzz_file(data, size, path);
    input.resample = (choice & 8) != 0;
    if (!fuzz_is_large(form, path)) {
        fuzz_images(path, &input, false);
        fuzz_read(path, &input, false, true);
    }
    close(file);
}

#endif
