/* libFuzzer target: a JPEG given to an inference binary. The first byte chooses the network's input and whether it is
 * resampled; the rest is the file. */
#include "tests/fuzz/infer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > FUZZ_MAX_SIZE) return -1;
    fuzz_picture(&net_picture_jpeg, data[0], data + 1, size - 1);
    return 0;
}
