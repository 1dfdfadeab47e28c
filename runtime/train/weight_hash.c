#include "runtime/train/weight_hash.h"

#include <sha256.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(SHA256_DIGEST_STRING_LENGTH == NET_WEIGHTS_HASH, "64 digits and a NUL");

static bool is_counted(const NetTensor *tensor) {
    return tensor->type == NET_F32 || tensor->type == NET_F64 || tensor->type == NET_F16 || tensor->type == NET_BF16;
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(const NetTensor *const *)a)->name, (*(const NetTensor *const *)b)->name);
}

static bool add(SHA2_CTX *context, const char *path, const NetTensor *tensor, NetError *error) {
    int64_t elements = net_tensor_elements(tensor);
    size_t size = (size_t)elements * sizeof(float);
    if (tensor->type == NET_F32) {
        SHA256Update(context, tensor->data, size);
        return true;
    }
    const NetSafetensors file = {.path = (char *)(uintptr_t)path};
    float *values = net_alloc((size_t)elements, sizeof *values, error);
    bool ok = values != NULL && net_tensor_floats(&file, tensor, values, elements, error);
    if (ok) {
        SHA256Update(context, (const uint8_t *)values, size);
    }
    free(values);
    return ok;
}

bool net_weights_hash(const char *path, const NetTensor *tensors, size_t count, char out[NET_WEIGHTS_HASH],
                      NetError *error) {
    SHA2_CTX context;
    size_t counted = 0;
    const NetTensor **sorted = net_alloc(count, sizeof *sorted, error);
    bool ok = sorted != NULL;
    for (size_t i = 0; i < count && ok; i++) {
        if (is_counted(&tensors[i])) {
            sorted[counted++] = &tensors[i];
        }
    }
    if (counted > 0) {
        qsort(sorted, counted, sizeof *sorted, by_name);
    }
    SHA256Init(&context);
    for (size_t i = 0; i < counted && ok; i++) {
        ok = add(&context, path, sorted[i], error);
    }
    free(sorted);
    SHA256End(&context, out);
    if (counted == 0) {
        out[0] = '\0';
    }
    return ok;
}
