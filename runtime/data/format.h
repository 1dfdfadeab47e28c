/* The table of file formats that examples come in, for trainers and inference binaries alike. A new format is a row
 * here, and a reader. */
#ifndef NET_DATA_FORMAT_H
#define NET_DATA_FORMAT_H

#include "runtime/data/array.h"

typedef struct {
    const char *name; /* "IDX" */
    const char *what; /* "an IDX file" */
    /* Whether a file that begins with these bytes, at most NET_STREAM_PEEK, is one. */
    bool (*begins)(const unsigned char *head, size_t size);
    /* Reads the header of an array of images: the stream is then at its first value. NULL: a file is one picture, see
     * picture.h. */
    bool (*begin)(NetStream *stream, NetArray *array, NetError *error);
} NetFormat;

/* The formats, ended by a row without a name. */
extern const NetFormat net_formats[];

/* The format of a file, seen from its first bytes; NULL when it is none of these. False when it cannot be read. */
bool net_format_find(NetStream *stream, const NetFormat **format, NetError *error);

/* Whether a file begins with letters, digits and marks alone, as tables do, and as no other known form does. */
bool net_format_is_text(NetStream *stream, bool *text, NetError *error);

/* Whether a file may be a table: it has no form that is known to be another. */
bool net_format_check_table(NetStream *stream, NetError *error);

/* The message for a file that is none of what is `expected`: says what it is. Always false. */
bool net_format_unknown(NetStream *stream, const char *expected, NetError *error);

#endif
