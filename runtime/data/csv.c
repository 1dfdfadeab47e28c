#include "runtime/data/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/utf8.h"

enum { BUFFER = 1 << 16, FIRST_TEXT = 1 << 12, FIRST_CELLS = 64 };
enum { END = -1, FAILED = -2 }; /* instead of a byte */

__attribute__((format(printf, 4, 5))) static bool wrong(const NetCsv *csv, int64_t line, NetError *error,
                                                        const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return net_fail(error, NET_ENVIRONMENT, "%s:%lld: %s [bad-csv]", csv->stream->path, (long long)line, text);
}

/* ---- bytes ---- */

static void advance(NetCsv *csv, NetError *error) {
    if (csv->next == '\n') csv->line++;
    if (csv->at == csv->end) {
        csv->at = 0;
        if (!net_stream_read(csv->stream, csv->buffer, BUFFER, &csv->end, error)) {
            csv->next = FAILED;
            return;
        }
        bool more = false; /* a packed file that is cut short is an error */
        if (csv->end == 0) {
            csv->next = net_stream_end(csv->stream, &more, error) ? END : FAILED;
            return;
        }
    }
    csv->next = csv->buffer[csv->at++];
}

/* Room for `count` elements, at least twice as many as before. */
static bool grow(void **memory, size_t *capacity, size_t count, size_t size, size_t first, NetError *error) {
    if (count <= *capacity) return true;
    size_t wanted = *capacity == 0 ? first : 2 * *capacity;
    void *larger = net_alloc(wanted < count ? count : wanted, size, error);
    if (larger == NULL) return false;
    if (*capacity > 0) memcpy(larger, *memory, *capacity * size);
    free(*memory);
    *memory = larger;
    *capacity = wanted < count ? count : wanted;
    return true;
}

static bool put(NetCsv *csv, int byte, NetError *error) {
    void *text = csv->text;
    if (!grow(&text, &csv->capacity, csv->length + 1, 1, FIRST_TEXT, error)) return false;
    csv->text = text;
    csv->text[csv->length++] = (char)byte;
    return true;
}

/* ---- cells ---- */

static bool ends_cell(const NetCsv *csv) {
    return csv->next == (unsigned char)csv->separator || csv->next == '\n' || csv->next == '\r' || csv->next < 0;
}

/* Takes the next byte into the cell that begins at `from` of the text. */
static bool take(NetCsv *csv, size_t from, NetError *error) {
    if (csv->next == '\0')
        return wrong(csv, csv->line, error, "a NUL byte, which no text has; is it a CSV file, in UTF-8?");
    if (csv->length - from == NET_CSV_CELL)
        return wrong(csv, csv->line, error, "a cell of more than %d bytes; is a quote before it not closed?",
                     NET_CSV_CELL);
    if (csv->length >= NET_CSV_ROW) return wrong(csv, csv->line, error, "a row of more than %d bytes", NET_CSV_ROW);
    if (!put(csv, csv->next, error)) return false;
    advance(csv, error);
    return csv->next != FAILED;
}

static bool read_quoted(NetCsv *csv, NetError *error) {
    int64_t line = csv->line;
    size_t from = csv->length;
    for (advance(csv, error);;) {
        if (csv->next == FAILED) return false;
        if (csv->next == END) return wrong(csv, line, error, "a quote is opened here that is never closed");
        if (csv->next == '"') {
            advance(csv, error);
            if (csv->next != '"') break;
        }
        if (!take(csv, from, error)) return false;
    }
    if (csv->next == FAILED) return false;
    return ends_cell(csv) ||
           wrong(csv, csv->line, error,
                 "cell %zu goes on behind its closing quote; a quote within quotes is written twice", csv->count);
}

static bool read_bare(NetCsv *csv, NetError *error) {
    size_t from = csv->length;
    while (!ends_cell(csv)) {
        if (csv->next == '"')
            return wrong(csv, csv->line, error,
                         "cell %zu has a quote in it but does not begin with one; put the whole cell in quotes, and "
                         "each quote in it twice",
                         csv->count);
        if (!take(csv, from, error)) return false;
    }
    return csv->next != FAILED;
}

static bool check_text(const NetCsv *csv, const char *text, size_t length, NetError *error) {
    uint32_t code;
    for (size_t i = 0, size; i < length; i += size) {
        size = net_utf8_decode(text + i, length - i, &code);
        if (size == 0)
            return wrong(csv, csv->line, error,
                         "cell %zu is not UTF-8 (byte 0x%02x); 'iconv -f LATIN1 -t UTF-8' makes it that", csv->count,
                         (unsigned char)text[i]);
    }
    return true;
}

static bool read_cell(NetCsv *csv, NetError *error) {
    void *cells = csv->cell;
    if (csv->count == NET_CSV_CELLS) return wrong(csv, csv->line, error, "more than %d cells in a row", NET_CSV_CELLS);
    if (!grow(&cells, &csv->cell_capacity, csv->count + 1, sizeof *csv->cell, FIRST_CELLS, error)) return false;
    csv->cell = cells;
    size_t from = csv->length;
    csv->count++;
    if (!(csv->next == '"' ? read_quoted(csv, error) : read_bare(csv, error))) return false;
    size_t length = csv->length - from;
    csv->cell[csv->count - 1].length = length;
    return put(csv, '\0', error) && check_text(csv, csv->text + from, length, error);
}

/* ---- rows ---- */

static bool end_line(NetCsv *csv, NetError *error) {
    if (csv->next == '\r') {
        advance(csv, error);
        if (csv->next != '\n' && csv->next != FAILED)
            return wrong(csv, csv->line, error, "a carriage return that no line feed follows");
    }
    if (csv->next == '\n') advance(csv, error);
    return csv->next != FAILED;
}

static bool is_empty(const NetCsv *csv, bool quoted) { return csv->count == 1 && csv->cell[0].length == 0 && !quoted; }

/* One line, or more with quotes, into csv->cell. */
static bool read_row(NetCsv *csv, bool *empty, NetError *error) {
    bool quoted = csv->next == '"';
    csv->length = csv->count = 0;
    while (read_cell(csv, error)) {
        if (csv->next != (unsigned char)csv->separator) {
            *empty = is_empty(csv, quoted);
            return end_line(csv, error);
        }
        advance(csv, error);
        if (csv->next == FAILED) return false;
    }
    return false;
}

static bool check_count(NetCsv *csv, int64_t line, NetError *error) {
    if (csv->cells == 0) csv->cells = csv->count;
    return csv->count == csv->cells ||
           net_fail(error, NET_ENVIRONMENT, "%s:%lld: %zu cell%s, expected %zu as in the first row [ragged-row]",
                    csv->stream->path, (long long)line, csv->count, net_plural(csv->count), csv->cells);
}

bool net_csv_next(NetCsv *csv, NetCsvRow *row, NetError *error) {
    int64_t gap = 0; /* the first of some empty lines */
    *row = (NetCsvRow){.line = csv->line};
    for (bool empty = true; empty && csv->next != END;) {
        row->line = csv->line;
        if (!read_row(csv, &empty, error)) return false;
        if (empty && gap == 0) gap = row->line;
        if (!empty) row->count = csv->count;
    }
    if (row->count == 0) return true;
    if (gap != 0) return wrong(csv, gap, error, "an empty line between rows");
    if (!check_count(csv, row->line, error)) return false;
    const char *text = csv->text;
    for (size_t i = 0; i < csv->count; i++) {
        csv->cell[i].text = text;
        text += csv->cell[i].length + 1;
    }
    row->cell = csv->cell;
    return true;
}

static bool skip_mark(NetCsv *csv, NetError *error) {
    unsigned char head[3];
    size_t got;
    if (!net_stream_peek(csv->stream, head, sizeof head, &got, error)) return false;
    if (got >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0))
        return wrong(csv, 1, error, "the file is UTF-16, expected UTF-8; 'iconv -f UTF-16 -t UTF-8' makes it that");
    bool marked = got == sizeof head && memcmp(head, "\xef\xbb\xbf", sizeof head) == 0;
    return !marked || net_stream_read(csv->stream, head, sizeof head, &got, error);
}

bool net_csv_begin(NetCsv *csv, NetStream *stream, char separator, NetError *error) {
    *csv = (NetCsv){.stream = stream, .separator = separator, .line = 1};
    csv->buffer = net_alloc(BUFFER, 1, error);
    if (csv->buffer == NULL || !skip_mark(csv, error)) return false;
    advance(csv, error);
    return csv->next != FAILED;
}

void net_csv_end(NetCsv *csv) {
    free(csv->buffer);
    free(csv->text);
    free(csv->cell);
    *csv = (NetCsv){0};
}
