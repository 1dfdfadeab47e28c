#include "runtime/base/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/base/utf8.h"

/* Longer lines are hard to read, narrower ones hold no more than a word. */
enum { WIDEST = 100, NARROWEST = 20, USUAL = 80, USUAL_ROWS = 24, MESSAGE_INDENT = 2, ROW_INDENT = 2 };

int net_terminal_width(FILE *stream) {
    struct winsize size;
    int file = fileno(stream);
    if (file < 0 || isatty(file) != 1) return 0;
    return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL;
}

int net_terminal_height(FILE *stream) {
    struct winsize size;
    int file = fileno(stream);
    if (file < 0 || isatty(file) != 1) return 0;
    return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : USUAL_ROWS;
}

int net_message_width(FILE *stream) {
    int columns = net_terminal_width(stream);
    if (columns == 0) return 0;
    return columns > WIDEST ? WIDEST : columns < NARROWEST ? NARROWEST : columns;
}

int net_page_width(FILE *stream) {
    int width = net_message_width(stream);
    return width > 0 ? width : USUAL;
}

static int width_of(const char *text, size_t size) {
    int width = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t bytes = net_utf8_decode(text + at, size - at, &code);
        width += bytes == 0 ? 1 : net_utf8_width(code);
        at += bytes == 0 ? 1 : bytes;
    }
    return width;
}

int net_text_width(const char *text) { return width_of(text, strlen(text)); }

/* Bytes of the word at the beginning of a text: what stands in quotes is one, if it takes no more than `room` columns.
 */
static size_t word_size(const char *text, int room) {
    size_t plain = strcspn(text, " \n"), open = strspn(text, "(");
    const char *close = text[open] == '\'' ? strchr(text + open + 1, '\'') : NULL;
    if (close == NULL) return plain;
    size_t size = (size_t)(close - text);
    size += strcspn(text + size, " \n");
    return size > plain && width_of(text, size) <= room ? size : plain;
}

static int begin_line(FILE *out, int indent) {
    fprintf(out, "\n%*s", indent, "");
    return indent;
}

/* The newlines and the code at the beginning of a text; *column becomes -1 where a word has to begin another line. */
static size_t print_break(FILE *out, const char *text, int *column, int indent) {
    size_t size = 0;
    while (text[size] == '\n' && (text[size + 1] == ' ' || text[size + 1] == '\n')) {
        size_t length = strcspn(text + size + 1, "\n");
        fprintf(out, "\n%*s%.*s", length > 0 ? indent : 0, "", (int)length, text + size + 1);
        size += 1 + length;
        *column = -1;
    }
    return size;
}

int net_wrap(FILE *out, const char *text, int column, int indent, int width) {
    bool first = true; /* a word that begins its line is printed however long it is */
    while (*text != '\0') {
        text += print_break(out, text, &column, indent);
        int gap = *text == '\n' ? 1 : (int)strspn(text, " ");
        text += gap;
        size_t size = word_size(text, width - indent);
        int room = width_of(text, size);
        if (size == 0) continue;
        if (column < 0 || (width > 0 && !first && column + gap + room > width)) {
            column = begin_line(out, indent);
        } else {
            column += fprintf(out, "%*s", gap, "");
        }
        fwrite(text, 1, size, out);
        column += room;
        text += size;
        first = false;
    }
    return column < 0 ? 0 : column;
}

void net_vwrap_format(FILE *out, int column, int indent, int width, const char *format, va_list arguments) {
    char *text = NULL;
    va_list again;
    va_copy(again, arguments);
    if (vasprintf(&text, format, arguments) >= 0)
        net_wrap(out, text, column, indent, width);
    else
        vfprintf(out, format, again); /* memory is short: as it is */
    va_end(again);
    free(text);
}

void net_wrap_format(FILE *out, int column, int indent, int width, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    net_vwrap_format(out, column, indent, width, format, arguments);
    va_end(arguments);
}

void net_vprint_message(FILE *out, const char *program, const char *format, va_list arguments) {
    fprintf(out, "%s: ", program);
    net_vwrap_format(out, net_text_width(program) + 2, MESSAGE_INDENT, net_message_width(out), format, arguments);
    fputc('\n', out);
}

void net_print_message(FILE *out, const char *program, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    net_vprint_message(out, program, format, arguments);
    va_end(arguments);
}

void net_print_row(FILE *out, const char *left, int column, const char *doc, int width) {
    int used = ROW_INDENT + net_text_width(left);
    fprintf(out, "%*s%s", ROW_INDENT, "", left);
    if (used >= column) {
        fprintf(out, "\n%*s", column, "");
    } else {
        fprintf(out, "%*s", column - used, "");
    }
    net_wrap(out, doc, column, column, width);
    fputc('\n', out);
}
