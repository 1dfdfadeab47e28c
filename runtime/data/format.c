#include "runtime/data/format.h"

#include "runtime/data/idx.h"
#include "runtime/data/npy.h"
#include "runtime/data/picture.h"

#include <stdio.h>
#include <string.h>

static bool begins_picture(const unsigned char *head, size_t size) { return net_picture_form(head, size) != NULL; }
static bool begins_npy(const unsigned char *head, size_t size) { return size >= NET_NPY_MAGIC && net_npy_magic(head); }
static bool begins_idx(const unsigned char *head, size_t size) { return size >= NET_IDX_MAGIC && net_idx_magic(head); }

static bool begin_idx(NetStream *stream, NetArray *array, NetError *error) {
    return net_idx_begin(stream, false, array, error);
}

static bool begin_npy(NetStream *stream, NetArray *array, NetError *error) {
    if (!net_npy_begin(stream, array, error)) return false;
    return array->kind != 0 || net_fail(error, NET_ENVIRONMENT,
                                        "%s holds values of type %s, expected floats of 16 to 64 bits, integers or "
                                        "truth values [type-mismatch]",
                                        stream->path, array->type);
}

const NetFormat net_formats[] = {{"PNG and JPEG", "a picture", begins_picture, NULL},
                                 {"NPY", "a NumPy array", begins_npy, begin_npy},
                                 {"IDX", "an IDX file", begins_idx, begin_idx},
                                 {NULL, NULL, NULL, NULL}};

bool net_format_find(NetStream *stream, const NetFormat **format, NetError *error) {
    unsigned char head[NET_STREAM_PEEK] = {0};
    size_t got;
    *format = NULL;
    if (!net_stream_peek(stream, head, sizeof head, &got, error)) return false;
    for (const NetFormat *row = net_formats; row->name != NULL && *format == NULL; row++)
        if (row->begins(head, got)) *format = row;
    return true;
}

/* ---- what else there is ---- */

static const struct {
    const char *magic, *name;
} others[] = {
    {"GIF8", "a GIF image"},
    {"BM", "a BMP image"},
    {"RIFF", "a RIFF file"},
    {"II*", "a TIFF image"},
    {"MM", "a TIFF image"},
    {"PK\3\4", "a zip or NPZ archive"},
    {"%PDF", "a PDF file"},
    {"P5\n", "a PGM image"},
    {"P6\n", "a PPM image"},
    {"P5 ", "a PGM image"},
    {"P6 ", "a PPM image"},
    {"\x89HDF", "an HDF5 file"},
    {"\x80\4\x95", "a Python pickle"},
};

/* Letters, digits and marks alone. */
static bool is_text(const unsigned char *head, size_t size) {
    static const char marks[] = "\xef\xbb\xbf"; /* of UTF-8 */
    if (size >= sizeof marks - 1 && memcmp(head, marks, sizeof marks - 1) == 0) return true;
    for (size_t i = 0; i < size; i++)
        if (head[i] < ' ' && head[i] != '\n' && head[i] != '\t' && head[i] != '\r') return false;
    return size > 0 && head[0] < 0x7f;
}

/* An object or a list of some: no cell begins so. */
static bool is_json(const unsigned char *head, size_t size) {
    size_t at = 0, after;
    while (at < size && head[at] <= ' ') at++;
    for (after = at + 1; after < size && head[after] <= ' ';) after++;
    return after < size &&
           ((head[at] == '{' && head[after] == '"') || (head[at] == '[' && (head[after] == '{' || head[after] == '[')));
}

/* Two letters begin many a text: a table's first column may be called BMI. */
static const char *name_other(const unsigned char *head, size_t size) {
    if (is_text(head, size) && is_json(head, size)) return "JSON";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t length = strlen(others[i].magic);
        bool short_magic = length < 3 && is_text(head, size);
        if (!short_magic && size >= length && memcmp(head, others[i].magic, length) == 0) return others[i].name;
    }
    return NULL;
}

bool net_format_is_text(NetStream *stream, bool *text, NetError *error) {
    unsigned char head[NET_STREAM_PEEK];
    size_t size;
    if (!net_stream_peek(stream, head, sizeof head, &size, error)) return false;
    *text = is_text(head, size) && name_other(head, size) == NULL;
    return true;
}

bool net_format_check_table(NetStream *stream, NetError *error) {
    unsigned char head[NET_STREAM_PEEK];
    size_t size;
    if (!net_stream_peek(stream, head, sizeof head, &size, error)) return false;
    bool other = name_other(head, size) != NULL;
    for (const NetFormat *row = net_formats; row->name != NULL && !other; row++) other = row->begins(head, size);
    return !other || net_format_unknown(stream, "CSV", error);
}

/* How it comes to be a table; "": that is not known. */
static const char *way_to_table(const unsigned char *head, size_t size) {
    if (size >= 4 && memcmp(head, "PK\3\4", 4) == 0) return "; a workbook of Excel is saved as CSV there";
    if (begins_npy(head, size)) return "; 'data npy' reads arrays";
    if (begins_idx(head, size)) return "; 'data idx' reads these";
    return is_text(head, size) ? "; in Python pandas.read_json(\"FILE\").to_csv(\"FILE.csv\", index=False) writes one"
                               : "";
}

bool net_format_unknown(NetStream *stream, const char *expected, NetError *error) {
    unsigned char head[NET_STREAM_PEEK] = {0};
    size_t size;
    char found[48] = "is empty";
    if (!net_stream_peek(stream, head, sizeof head, &size, error)) return false;
    for (bool more = true; stream->cut && more;) /* a gzip file whose first bytes are all there is */
        if (!net_stream_end(stream, &more, error)) return false;
    if (size > 0) snprintf(found, sizeof found, "begins with 0x");
    for (size_t i = 0; i < size && i < 4; i++) snprintf(found + strlen(found), 3, "%02x", head[i]);
    if (is_text(head, size)) snprintf(found, sizeof found, "is a text");
    if (name_other(head, size) != NULL) snprintf(found, sizeof found, "is %s", name_other(head, size));
    for (const NetFormat *row = net_formats; row->name != NULL; row++)
        if (row->begins(head, size)) snprintf(found, sizeof found, "is %s", row->what);
    return net_fail(error, NET_ENVIRONMENT, "%s %s, expected %s%s [unknown-format]", stream->path, found, expected,
                    strcmp(expected, "CSV") == 0 ? way_to_table(head, size) : "");
}
