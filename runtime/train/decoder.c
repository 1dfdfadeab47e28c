#include "runtime/train/decoder.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void net_reject(NetDecoder *d, const char *format, ...) {
    if (d->failed) {
        return;
    }
    d->failed = true;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    net_fail(d->error, NET_ENVIRONMENT, "this trainer's model descriptor is broken: %s; build it again with netc",
             text);
}

const char *net_get_string(NetDecoder *d, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value)) {
        net_reject(d, "'%s' is not a string", key);
        return "";
    }
    return json_string_value(value);
}

bool net_get_bool(NetDecoder *d, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_boolean(value)) {
        net_reject(d, "'%s' is not true or false", key);
    }
    return json_is_true(value);
}

int64_t net_get_integer(NetDecoder *d, const json_t *object, const char *key, int64_t low, int64_t high) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > high) {
        net_reject(d, "'%s' is not an integer from %lld to %lld", key, (long long)low, (long long)high);
        return low;
    }
    return json_integer_value(value);
}

double net_get_number(NetDecoder *d, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return 0;
    }
    double number = json_number_value(value);
    if (!json_is_number(value) || !isfinite(number)) {
        net_reject(d, "'%s' is not a number", key);
        return 0;
    }
    return number;
}

const json_t *net_get_object(NetDecoder *d, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_object(value)) {
        net_reject(d, "'%s' is not an object", key);
    }
    return value;
}

const json_t *net_get_array(NetDecoder *d, const json_t *object, const char *key, size_t limit, int *count) {
    const json_t *value = json_object_get(object, key);
    *count = 0;
    if (!json_is_array(value) || json_array_size(value) > limit) {
        net_reject(d, "'%s' is not a list of at most %zu", key, limit);
    } else {
        *count = (int)json_array_size(value);
    }
    return value;
}

int net_get_word(NetDecoder *d, const json_t *object, const char *key, const char *const *table, int count) {
    const char *word = net_get_string(d, object, key);
    for (int i = 0; i < count; i++) {
        if (strcmp(word, table[i]) == 0) {
            return i;
        }
    }
    net_reject(d, "'%s' has an unknown value '%s'", key, word);
    return -1;
}

int net_get_shape(NetDecoder *d, const json_t *object, int64_t shape[NET_MAX_DIMS], int64_t *product) {
    int dims = 0;
    const json_t *list = net_get_array(d, object, "shape", NET_MAX_DIMS, &dims);
    *product = 1;
    for (int i = 0; i < dims; i++) {
        const json_t *side = json_array_get(list, (size_t)i);
        int64_t value = json_is_integer(side) ? json_integer_value(side) : 0;
        if (value < 1 || value > NET_SIZE_LIMIT / *product) {
            net_reject(d, "'shape' has a side that is no size");
            value = 1;
        }
        shape[i] = value;
        *product *= value;
    }
    return dims;
}

void net_get_augment(NetDecoder *d, const json_t *root, NetAugment *augment) {
    if (json_object_get(root, "augment") == NULL) {
        return;
    }
    const json_t *object = net_get_object(d, root, "augment");
    const struct {
        const char *key;
        double *to, below; /* from 0 on */
    } amounts[] = {{"shift", &augment->shift, 65537}, {"rotate", &augment->rotate, 181},
                   {"shear", &augment->shear, 90},    {"scale", &augment->scale, 1},
                   {"alpha", &augment->alpha, 1e7},   {"sigma", &augment->sigma, 101},
                   {"erase", &augment->erase, 1},     {"noise", &augment->noise, 1e30}};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        *amounts[i].to = net_get_number(d, object, amounts[i].key);
        if (!(*amounts[i].to >= 0 && *amounts[i].to < amounts[i].below)) {
            net_reject(d, "'%s' of 'augment' is out of its range", amounts[i].key);
        }
    }
    if (augment->sigma > 0 && augment->sigma < NET_AUGMENT_SIGMA_LEAST) {
        net_reject(d, "'sigma' of 'augment' is out of its range");
    }
    augment->flip = net_get_bool(d, object, "flip");
    augment->alternating = net_get_bool(d, object, "alternating");
    augment->edge = net_get_bool(d, object, "edge");
    augment->expand = net_get_bool(d, object, "expand");
    if (augment->expand && net_augment_draws(augment)) {
        net_reject(d, "'augment' draws and expands");
    }
}
