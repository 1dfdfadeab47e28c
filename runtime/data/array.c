#include "runtime/data/array.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool net_array_sizes(NetArray *array, const char *path, NetError *error) {
    char shape[NET_SHAPE_TEXT];
    array->count = 1;
    bool fits = true;
    for (int i = 0; i < array->rank; i++)
        fits = fits && array->shape[i] > 0 && array->shape[i] < INT32_MAX &&
               net_multiply(array->count, (size_t)array->shape[i], &array->count);
    fits = fits && net_multiply(array->count, array->kind == 0 ? 1 : (size_t)array->size, &array->bytes) &&
           array->bytes <= PTRDIFF_MAX;
    return fits || net_fail(error, NET_ENVIRONMENT, "%s: the header promises %s values, which cannot be [bad-header]",
                            path, net_shape(shape, array->shape, array->rank));
}

bool net_array_length(const NetArray *array, const NetStream *stream, NetError *error) {
    int64_t left = net_stream_left(stream);
    if (left < 0 || array->kind == 0 || (size_t)left == array->bytes) return true;
    bool more = (size_t)left > array->bytes;
    return net_array_wrong_length(array, stream->path, more ? array->bytes : (size_t)left, more, error);
}

bool net_array_wrong_length(const NetArray *array, const char *path, size_t got, bool more, NetError *error) {
    char count[NET_COUNT_TEXT], shape[NET_SHAPE_TEXT], what[NET_COUNT_TEXT + NET_SHAPE_TEXT + 8];
    if (array->rank == 0)
        snprintf(what, sizeof what, "a single value");
    else
        snprintf(what, sizeof what, "%s%s%s", net_count(count, (uint64_t)array->shape[0]),
                 array->rank > 1 ? " of " : " values",
                 array->rank > 1 ? net_shape(shape, array->shape + 1, array->rank - 1) : "");
    return net_stream_wrong_length(path, array->bytes, what, got, more, error);
}

bool net_array_samples(const NetArray *array) { return array->kind == 'u' && array->size == 1; }

static uint64_t load(const unsigned char *at, int size, bool big_endian) {
    uint64_t bits = 0;
    for (int i = 0; i < size; i++) bits |= (uint64_t)at[big_endian ? size - 1 - i : i] << 8 * i;
    return bits;
}

/* The bits of a signed integer of so many bytes, as an int64_t has them. */
static int64_t extend(uint64_t bits, int size) {
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    return (int64_t)((bits ^ sign) - sign);
}

/* 16 bits: a sign, 5 of the exponent, 10 of the fraction. */
static float half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31);
    float fraction = (float)(bits & 1023);
    float value = exponent == 31  ? (bits & 1023 ? NAN : INFINITY)
                  : exponent == 0 ? ldexpf(fraction, -24)
                                  : ldexpf(fraction + 1024, exponent - 25);
    return bits >> 15 ? -value : value;
}

static float load_float(uint64_t bits, int size, bool *lost) {
    uint32_t narrow = (uint32_t)bits;
    float value;
    double wide;
    if (size == 2) return half(bits);
    if (size == 4) {
        memcpy(&value, &narrow, sizeof value);
        return value;
    }
    memcpy(&wide, &bits, sizeof wide);
    *lost = isfinite(wide) && isinf((float)wide);
    return (float)wide;
}

void net_array_floats(const NetArray *array, const unsigned char *from, size_t count, float *to, const float **beyond) {
    static const float scale = (float)(1.0 / 255);
    int size = array->size;
    if (net_array_samples(array)) {
        for (size_t i = 0; i < count; i++) to[i] = (float)from[i] * scale;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = load(from + i * (size_t)size, size, array->big_endian);
        bool lost = false;
        to[i] = array->kind == 'f'   ? load_float(bits, size, &lost)
                : array->kind == 'b' ? (float)(bits != 0)
                : array->kind == 'u' ? (float)bits
                                     : (float)extend(bits, size);
        if (lost && *beyond == NULL) *beyond = to + i;
    }
}

int64_t net_array_integer(const NetArray *array, const unsigned char *at, bool *large) {
    uint64_t bits = load(at, array->size, array->big_endian);
    *large = array->kind == 'u' && bits > INT64_MAX;
    return array->kind == 'b' ? bits != 0 : array->kind == 'u' ? (int64_t)bits : extend(bits, array->size);
}
