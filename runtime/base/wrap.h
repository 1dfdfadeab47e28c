/* Texts for people, in lines that fit: messages, help, tables. Nothing here can fail but the stream.
 *
 * A text is wrapped at its blanks. A newline in it is a blank too, so that sources may hold texts in lines of their
 * own; but an empty line stays empty, and a line that begins with blanks is code, which is printed as it is. Of what
 * stands in quotes ('netc train FILE') no line holds a part, as long as it fits into one: it is to be typed again. */
#ifndef NET_BASE_WRAP_H
#define NET_BASE_WRAP_H

#include <stdarg.h>
#include <stdio.h>

/* Columns of the terminal that a stream goes to; 0: it goes to none. */
int net_terminal_width(FILE *stream);
/* Its lines. */
int net_terminal_height(FILE *stream);

/* Columns of a page of help or of a table: the terminal's, at most 100; 80 where the stream goes to none. */
int net_page_width(FILE *stream);

/* Columns of a message: the terminal's, at most 100; 0, which is any number, where the stream goes to none: programs
 * and editors read a message from one line. */
int net_message_width(FILE *stream);

/* Columns that a text takes in a terminal. */
int net_text_width(const char *text);

/* Prints the text, of which the first line begins at `column`, where the stream stands, and each further one behind
 * `indent` blanks. Without a newline at its end. Returns the column behind it. */
int net_wrap(FILE *out, const char *text, int column, int indent, int width);

/* "PROGRAM: text" and a newline: a message. */
void net_print_message(FILE *out, const char *program, const char *format, ...) __attribute__((format(printf, 3, 4)));
void net_vprint_message(FILE *out, const char *program, const char *format, va_list arguments);

/* A formatted text as net_wrap prints it. */
void net_wrap_format(FILE *out, int column, int indent, int width, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void net_vwrap_format(FILE *out, int column, int indent, int width, const char *format, va_list arguments);

/* "  left    doc": a row of a table whose second column begins at `column`, in lines of its own width. */
void net_print_row(FILE *out, const char *left, int column, const char *doc, int width);

#endif
