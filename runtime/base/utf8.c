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

static bool is_control(uint32_t code) { return code < ' ' || (code >= 0x7F && code <= 0x9F); }

/* Puts '?' in place of bytes that are no character, and of control characters too. */
static char *replace(char *text, bool controls) {
    uint32_t code;
    size_t left = strlen(text);
    for (char *at = text; left > 0;) {
        size_t length = net_utf8_decode(at, left, &code);
        bool wrong = length == 0 || (controls && is_control(code));
        if (length == 0) length = 1;
        if (wrong) memset(at, '?', length);
        at += length;
        left -= length;
    }
    return text;
}

char *net_utf8_clean(char *text) { return replace(text, false); }
char *net_utf8_plain(char *text) { return replace(text, true); }

typedef struct {
    uint32_t first, last;
} Range;

static bool in_ranges(uint32_t code, const Range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    return false;
}

int net_utf8_width(uint32_t code) {
    static const Range combining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                      {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
                                      {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};
    static const Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                                 {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                                 {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                                 {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (code < 0x0300) return 1;
    if (in_ranges(code, combining, sizeof combining / sizeof *combining)) return 0;
    return in_ranges(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}
