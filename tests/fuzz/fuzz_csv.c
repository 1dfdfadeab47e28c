/* libFuzzer target: the reader of CSV. The first byte chooses the separator; the rest is the file. Rows that are read,
 * written with every cell in quotes, are read again as the same. */
#include "runtime/base/utf8.h"
#include "runtime/data/csv.h"
#include "runtime/data/number.h"
#include "tests/fuzz/file.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SIZE = 1 << 16 };

static void check_number(const NetCsvCell *cell) {
    double value;
    char text[32];
    if (!net_number_read(cell->text, cell->length, &value) || isinf(value)) return;
    double again;
    int length = snprintf(text, sizeof text, "%.17g", value);
    require(net_number_read(text, (size_t)length, &again) && again == value, "a number comes back");
}

static void check_row(const NetCsvRow *row, size_t cells, int64_t line) {
    require(row->count == cells, "all rows have as many cells");
    require(row->line > line, "rows are in lines of their own");
    for (size_t i = 0; i < row->count; i++) {
        require(strlen(row->cell[i].text) == row->cell[i].length, "a cell ends where it says");
        require(net_utf8_is_valid(row->cell[i].text), "a cell is UTF-8");
        check_number(&row->cell[i]);
    }
}

static void write_row(FILE *out, const NetCsvRow *row, char separator) {
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0) fputc(separator, out);
        fputc('"', out);
        for (const char *at = row->cell[i].text; *at != '\0'; at++) {
            if (*at == '"') fputc('"', out);
            fputc(*at, out);
        }
        fputc('"', out);
    }
    fputs("\r\n", out);
}

/* Reads a file, and writes its rows where `out` is given: whether all is well with it. */
static bool read_file(const char *path, char separator, FILE *out) {
    NetStream stream;
    NetCsv csv;
    NetCsvRow row = {0};
    NetError error = {0};
    size_t cells = 0;
    int64_t line = 0;
    require(net_stream_open(&stream, path, &error), "the file is opened");
    bool ok = net_csv_begin(&csv, &stream, separator, &error);
    while (ok && (ok = net_csv_next(&csv, &row, &error)) && row.count > 0) {
        if (cells == 0) cells = row.count;
        check_row(&row, cells, line);
        line = row.line;
        if (out != NULL) write_row(out, &row, separator);
    }
    if (!ok) check_error(&error);
    net_csv_end(&csv);
    net_stream_close(&stream);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > MAX_SIZE) return -1;
    char separator = ",;\t|"[data[0] % 4], path[32], *text = NULL, *second = NULL;
    size_t length = 0, second_length = 0;
    int file = open_bytes(path, data + 1, size - 1);
    FILE *out = open_memstream(&text, &length);
    bool ok = read_file(path, separator, out);
    fclose(out);
    close(file);
    if (ok) {
        file = open_bytes(path, (const uint8_t *)text, length);
        out = open_memstream(&second, &second_length);
        require(read_file(path, separator, out), "what is written is read");
        fclose(out);
        close(file);
        require(second_length == length && memcmp(text, second, length) == 0, "what is read comes back");
    }
    free(text);
    free(second);
    return 0;
}
