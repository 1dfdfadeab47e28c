#include "compiler/syntax/reader.h"
#include "parse.h"

#include "compiler/base/utf8.h"

/* ---- the encoding ---- */

static bool is_utf16(const Source *source) {
    const unsigned char *bytes = (const unsigned char *)source->text;
    if (source->size < 2) return false;
    bool mark = (bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF);
    return mark || (bytes[0] == 0) != (bytes[1] == 0);
}

/* Reports the first ill-formed or NUL byte of each line. False when the text is no UTF-8 at all. */
static bool check_encoding(Reader *reader) {
    const Source *source = reader->source;
    if (is_utf16(source)) {
        Span start = {source->base, source->base + 2};
        Diag *diag = reader_error(reader, start, "bad-encoding", "the text is UTF-16, expected UTF-8");
        diag_help(reader->diags, diag, "save the file as UTF-8");
        return false;
    }
    bool reported = false;
    for (uint32_t i = 0; i < source->size;) {
        uint32_t code = 0;
        size_t length = net_utf8_decode(source->text + i, source->size - i, &code);
        if (length && code == '\n') reported = false;
        if ((length == 0 || code == 0) && !reported) {
            Span at = {source->base + i, source->base + i + 1};
            unsigned byte = (unsigned char)source->text[i];
            if (byte == 0) {
                reader_error(reader, at, "bad-encoding", "NUL byte; expected text");
            } else {
                reader_error(reader, at, "bad-encoding", "byte 0x%02x is not valid UTF-8", byte);
            }
            reported = true;
        }
        i += length ? (uint32_t)length : 1;
    }
    return true;
}

void reader_run(Reader *reader, int start) {
    if (!check_encoding(reader)) return;
    scanner_open(reader);
    tokens_begin(reader, start);
    if (net_yyparse(reader) != 0) reader->failed = true;
    scanner_close(reader);
}
