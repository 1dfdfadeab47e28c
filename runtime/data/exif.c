#include "runtime/data/exif.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { HEADER = 8, ENTRY = 12, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };

typedef struct {
    const unsigned char *bytes;
    size_t size;
    bool big_endian;
} Tiff;

static uint32_t number(const Tiff *tiff, size_t at, size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | tiff->bytes[at + (tiff->big_endian ? i : size - 1 - i)];
    return value;
}

int net_exif_orientation(const unsigned char *bytes, size_t size) {
    if (size < HEADER || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0)) return 1;
    const Tiff tiff = {bytes, size, bytes[0] == 'M'};
    size_t at = number(&tiff, 4, 4);
    if (at < HEADER || at > size - 2) return 1;
    size_t entries = number(&tiff, at, 2);
    at += 2;
    if (entries > (size - at) / ENTRY) return 1;
    for (size_t end = at + entries * ENTRY; at < end; at += ENTRY) {
        if (number(&tiff, at, 2) != TAG_ORIENTATION) continue;
        bool right = number(&tiff, at + 2, 2) == TYPE_SHORT && number(&tiff, at + 4, 4) == 1;
        uint32_t value = number(&tiff, at + 8, 2);
        return right && value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
