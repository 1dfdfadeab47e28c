/* Values of given types out of the model descriptor's JSON. What is not as it has to be is noted once, the first of
 * all, and a value that does no harm is given in its place: whoever decodes asks `failed` at the end. */
#ifndef NET_TRAIN_DECODER_H
#define NET_TRAIN_DECODER_H

#include "runtime/train/model.h"

/* The largest buffer a descriptor may ask for, in elements: 2^40 floats are 4 TiB; sums of a few cannot overflow. */
#define NET_SIZE_LIMIT ((int64_t)1 << 40)
#define NET_COUNT_LIMIT ((int64_t)1 << 31)

typedef struct {
    const NetCode *code;
    NetModel *model;
    int64_t kernels; /* entries of the kernel table; INT64_MAX when the descriptor does not say */
    NetError *error;
    bool failed;
} NetDecoder;

/* Keeps the first failure; later ones are its consequences. */
__attribute__((format(printf, 2, 3))) void net_reject(NetDecoder *d, const char *format, ...);
const char *net_get_string(NetDecoder *d, const json_t *object, const char *key);
bool net_get_bool(NetDecoder *d, const json_t *object, const char *key);
int64_t net_get_integer(NetDecoder *d, const json_t *object, const char *key, int64_t low, int64_t high);
/* A number that may be left out: then 0. */
double net_get_number(NetDecoder *d, const json_t *object, const char *key);
const json_t *net_get_object(NetDecoder *d, const json_t *object, const char *key);
/* The array under a key and its length, at most `limit`. */
const json_t *net_get_array(NetDecoder *d, const json_t *object, const char *key, size_t limit, int *count);
/* The place of a word in a table, or -1 with the failure noted. */
int net_get_word(NetDecoder *d, const json_t *object, const char *key, const char *const *table, int count);
/* The setting `augment`: an object that may be left out. */
void net_get_augment(NetDecoder *d, const json_t *root, NetAugment *augment);
/* A shape and the product of its sides. */
int net_get_shape(NetDecoder *d, const json_t *object, int64_t shape[NET_MAX_DIMS], int64_t *product);

#endif
