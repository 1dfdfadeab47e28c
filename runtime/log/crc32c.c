#include "runtime/log/crc32c.h"

enum { BITS = 4 };

/* The remainders of four bits, of the polynomial with its bits the other way round. */
static const uint32_t table[1 << BITS] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t net_crc32c(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        crc = (crc >> BITS) ^ table[crc & 15];
        crc = (crc >> BITS) ^ table[crc & 15];
    }
    return ~crc;
}
