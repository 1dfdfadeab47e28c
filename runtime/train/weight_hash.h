/* What two people compare a training by: one line that says what the values of all tensors are. */
#ifndef NET_TRAIN_WEIGHT_HASH_H
#define NET_TRAIN_WEIGHT_HASH_H

#include "runtime/base/safetensors.h"

enum { NET_WEIGHTS_HASH = 65 }; /* digits and a NUL */

/* SHA-256, in hexadecimal, of the values as little-endian floats of 32 bits, tensors in the order of their names (as
 * bytes). Those of integers, such as PyTorch's num_batches_tracked, are passed over; "" where no others are there.
 * `path` is the file they were read from, for messages. What can fail: memory. */
bool net_weights_hash(const char *path, const NetTensor *tensors, size_t count, char out[NET_WEIGHTS_HASH],
                      NetError *error);

#endif
