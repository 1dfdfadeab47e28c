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
