/* libFuzzer target: a PNG given to an inference binary. The first byte chooses the network's input and whether it is
 * resampled; the rest is the file. Checksums are mended where they are wrong, so that more than the first chunk is
 * looked at. */
#include "tests/fuzz/infer.h"

#include <zlib.h>

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void mend(uint8_t *file, size_t size) {
    for (size_t at = 8; at + 12 <= size;) {
        size_t length = big_endian(file + at);
        if (length > size - at - 12) return;
        uint32_t sum = (uint32_t)crc32(0, file + at + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++) file[at + 8 + length + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += length + 12;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t copy[FUZZ_MAX_SIZE];
    if (size < 1 || size > FUZZ_MAX_SIZE) return -1;
    memcpy(copy, data + 1, size - 1);
    if ((data[0] & 4) == 0) mend(copy, size - 1);
    fuzz_picture(&net_picture_png, data[0], copy, size - 1);
    return 0;
}
