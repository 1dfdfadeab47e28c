#include "runtime/data/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEADER = 1 << 16 };

static const char magic[NET_NPY_MAGIC + 1] = "\x93NUMPY";

bool net_npy_magic(const unsigned char bytes[NET_NPY_MAGIC]) { return memcmp(bytes, magic, NET_NPY_MAGIC) == 0; }

/* ---- the dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (10, 28, 28), } ---- */

typedef struct {
    const char *at; /* ends with a NUL */
    NetArray *array;
    bool descr, order, shape; /* seen */
} Header;

static void skip_blanks(Header *header) { header->at += strspn(header->at, " \t\n"); }

static bool take(Header *header, const char *text) {
    skip_blanks(header);
    size_t length = strlen(text);
    if (strncmp(header->at, text, length) != 0) return false;
    header->at += length;
    return true;
}

/* A string in either kind of quotes, without escapes. */
static bool take_string(Header *header, char *out, size_t size) {
    skip_blanks(header);
    char quote = *header->at;
    if (quote != '\'' && quote != '"') return false;
    const char *end = strchr(header->at + 1, quote);
    size_t length = end == NULL ? size : (size_t)(end - header->at - 1);
    if (length >= size) return false;
    memcpy(out, header->at + 1, length);
    out[length] = '\0';
    header->at = end + 1;
    return true;
}

static bool take_shape(Header *header) {
    NetArray *array = header->array;
    if (!take(header, "(")) return false;
    for (array->rank = 0; !take(header, ")"); array->rank++) {
        size_t digits = strspn(header->at, "0123456789");
        if (digits == 0 || digits > 18 || array->rank == NET_ARRAY_RANK) return false;
        array->shape[array->rank] = strtoll(header->at, NULL, 10);
        header->at += digits;
        take(header, "L"); /* Python 2 wrote long integers so */
        if (!take(header, ",") && (skip_blanks(header), *header->at != ')')) return false;
    }
    return true;
}

/* A type that is not a string is a list of fields: its text is kept for the message. */
static bool take_type(Header *header) {
    NetArray *array = header->array;
    skip_blanks(header);
    if (*header->at == '[') {
        snprintf(array->type, sizeof array->type, "records");
        char *end = strstr(header->at, "]");
        while (end != NULL && end[1] != ',' && end[1] != '}') end = strstr(end + 1, "]");
        if (end != NULL) header->at = end + 1;
        return end != NULL;
    }
    return take_string(header, array->type, sizeof array->type);
}

static bool take_entry(Header *header) {
    char key[16];
    if (!take_string(header, key, sizeof key) || !take(header, ":")) return false;
    if (strcmp(key, "descr") == 0 && !header->descr) return header->descr = take_type(header);
    if (strcmp(key, "shape") == 0 && !header->shape) return header->shape = take_shape(header);
    if (strcmp(key, "fortran_order") != 0 || header->order) return false;
    header->order = true;
    header->array->fortran = take(header, "True");
    return header->array->fortran || take(header, "False");
}

static bool take_dictionary(Header *header) {
    if (!take(header, "{")) return false;
    while (!take(header, "}")) {
        if (!take_entry(header)) return false;
        if (!take(header, ",") && (skip_blanks(header), *header->at != '}')) return false;
    }
    skip_blanks(header);
    return *header->at == '\0' && header->descr && header->order && header->shape;
}

/* "<f4": byte order, kind, bytes of a value. Other types keep the kind 0: who needs values says what it expects. */
static void decode_type(NetArray *array) {
    const char *type = array->type;
    char *end = NULL;
    if (type[0] == '\0' || strchr("<>|=", type[0]) == NULL || strchr("fuib", type[1]) == NULL || type[1] == '\0')
        return;
    long size = strtol(type + 2, &end, 10);
    if (*end != '\0' || (size != 1 && size != 2 && size != 4 && size != 8)) return;
    if ((type[1] == 'f' && size == 1) || (type[1] == 'b' && size != 1)) return;
    array->kind = type[1];
    array->size = (int)size;
    array->big_endian = type[0] == '>';
}

/* ---- the file ---- */

static bool cut_short(const NetStream *stream, NetError *error) {
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: ends within the header of an NPY file; the file is cut short [short-file]", stream->path);
}

/* Version and length, then the text; free() releases *text. */
static bool read_text(NetStream *stream, char **text, NetError *error) {
    unsigned char head[NET_NPY_MAGIC + 6];
    size_t got;
    if (!net_stream_read(stream, head, NET_NPY_MAGIC + 4, &got, error)) return false;
    if (got < NET_NPY_MAGIC + 4) return cut_short(stream, error);
    unsigned version = head[NET_NPY_MAGIC];
    size_t length = head[NET_NPY_MAGIC + 2] | (size_t)head[NET_NPY_MAGIC + 3] << 8;
    if (version < 1 || version > 3)
        return net_fail(error, NET_ENVIRONMENT, "%s: version %u of the NPY format, expected 1, 2 or 3 [bad-header]",
                        stream->path, version);
    if (version > 1) {
        if (!net_stream_read(stream, head, 2, &got, error)) return false;
        if (got < 2) return cut_short(stream, error);
        length |= (size_t)head[0] << 16 | (size_t)head[1] << 24;
    }
    char count[NET_COUNT_TEXT];
    if (length > LONGEST_HEADER)
        return net_fail(error, NET_ENVIRONMENT, "%s: an NPY header of %s bytes, which cannot be [bad-header]",
                        stream->path, net_count(count, length));
    *text = net_alloc(length + 1, 1, error);
    if (*text == NULL || !net_stream_read(stream, *text, length, &got, error)) return false;
    return got == length || cut_short(stream, error);
}

bool net_npy_begin(NetStream *stream, NetArray *array, NetError *error) {
    *array = (NetArray){0};
    char *text = NULL;
    Header header = {.array = array};
    bool ok = read_text(stream, &text, error);
    if (ok) {
        header.at = text;
        ok = take_dictionary(&header) ||
             net_fail(error, NET_ENVIRONMENT,
                      "%s: the NPY header is no dictionary of descr, fortran_order and shape [bad-header]",
                      stream->path);
    }
    free(text);
    if (!ok) return false;
    decode_type(array);
    array->fortran = array->fortran && array->rank > 1;
    return net_array_sizes(array, stream->path, error) && net_array_length(array, stream, error);
}

void net_npy_header(char out[NET_NPY_HEADER], int64_t rows, int64_t columns) {
    enum { TEXT = NET_NPY_HEADER - NET_NPY_MAGIC - 4 };
    memset(out, ' ', NET_NPY_HEADER);
    memcpy(out, magic, NET_NPY_MAGIC);
    memcpy(out + NET_NPY_MAGIC, (const char[]){1, 0, TEXT, 0}, 4);
    char text[TEXT];
    int length = snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (%lld, %lld), }",
                          (long long)rows, (long long)columns);
    memcpy(out + NET_NPY_HEADER - TEXT, text, (size_t)length);
    out[NET_NPY_HEADER - 1] = '\n';
}
