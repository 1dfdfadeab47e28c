#include "compiler/base/utf8.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t first, last;
} Range;

static bool in_ranges(uint32_t code, const Range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    }
    return false;
}

int utf8_width(uint32_t code) {
    static const Range combining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                      {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D},
                                      {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};
    static const Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                                 {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                                 {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                                 {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (code < 0x0300) return 1;
    if (in_ranges(code, combining, COUNT_OF(combining))) return 0;
    return in_ranges(code, wide, COUNT_OF(wide)) ? 2 : 1;
}

int utf8_text_width(const char *text) {
    int width = 0;
    for (size_t size = strlen(text), at = 0; at < size;) {
        uint32_t code;
        size_t bytes = net_utf8_decode(text + at, size - at, &code);
        width += bytes == 0 ? 1 : utf8_width(code);
        at += bytes == 0 ? 1 : bytes;
    }
    return width;
}

bool utf8_printable(uint32_t code) {
    static const Range acting[] = {{0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200E, 0x200F},
                                   {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};
    return !in_ranges(code, acting, COUNT_OF(acting));
}

const char *utf8_clean(Arena *arena, const char *text, size_t size) {
    Text clean = {0};
    for (size_t i = 0; i < size;) {
        uint32_t code = 0;
        size_t length = net_utf8_decode(text + i, size - i, &code);
        if (length == 0 || code < 0x20 || code == 0x7F) {
            text_printf(&clean, "\\x%02x", (unsigned)(unsigned char)text[i]);
            length = 1;
        } else if (utf8_printable(code)) {
            text_add(&clean, text + i, length);
        } else {
            text_printf(&clean, "\\u{%x}", (unsigned)code);
        }
        i += length;
    }
    const char *copy = arena_copy(arena, clean.data, clean.length);
    text_free(&clean);
    return copy;
}
