#include "runtime/base/utf8.h"

#include <string.h>

size_t net_utf8_decode(const char *text, size_t size, uint32_t *code) {
    if (size == 0) return 0;
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80) {
        *code = byte[0];
        return 1;
    }
    size_t length;
    uint32_t value, smallest;
    if (byte[0] >= 0xC2 && byte[0] <= 0xDF) {
        length = 2, smallest = 0x80, value = byte[0] & 0x1FU;
    } else if (byte[0] >= 0xE0 && byte[0] <= 0xEF) {
        length = 3, smallest = 0x800, value = byte[0] & 0x0FU;
    } else if (byte[0] >= 0xF0 && byte[0] <= 0xF4) {
        length = 4, smallest = 0x10000, value = byte[0] & 0x07U;
    } else {
        return 0;
    }
    if (size < length) return 0;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80) return 0;
        value = value << 6 | (byte[i] & 0x3FU);
    }
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    *code = value;
    return length;
}

bool net_utf8_is_valid(const char *text) {
    uint32_t code;
    size_t left = strlen(text);
    for (size_t length; left > 0; text += length, left -= length) {
        length = net_utf8_decode(text, left, &code);
        if (length == 0) return false;
    }
    return true;
}

char *net_utf8_clean(char *text) {
    uint32_t code;
    size_t left = strlen(text);
    for (char *at = text; left > 0;) {
        size_t length = net_utf8_decode(at, left, &code);
        if (length == 0) {
            *at = '?';
            length = 1;
        }
        at += length;
        left -= length;
    }
    return text;
}
