#include "runtime/data/idx.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum {
    TYPE_BYTES = 0x08,
    TYPE_FLOATS = 0x0D,
    LABELS_MAGIC = 0x00000801,
    IMAGES_MAGIC = 0x00000803,
    FIRST_PIECE = 1 << 20, /* a header alone never makes us ask for more memory than this */
    CHUNK = 1 << 30        /* zlib counts in 32 bits */
};

/* A stream of uncompressed bytes, from a file (plain or gzip) or from gzip in memory. */
typedef struct {
    const char *path;
    gzFile file;
    z_stream memory;
    bool ended;
    bool cut; /* the compressed bytes ended too early: their checksum was not seen */
} Stream;

static bool stream_open(Stream *stream, const NetIdxSource *source, NetError *error) {
    *stream = (Stream){.path = source->path};
    if (source->bytes == NULL) {
        struct stat about;
        if (stat(source->path, &about) == 0 && S_ISDIR(about.st_mode))
            return net_fail(error, NET_ENVIRONMENT, "%s: cannot read: it is a folder", source->path);
        errno = 0;
        stream->file = gzopen(source->path, "rbe");
        if (stream->file == NULL) return net_fail_system(error, source->path, "open", errno == 0 ? ENOMEM : errno);
        gzbuffer(stream->file, 1 << 18);
        return true;
    }
    if (source->size > UINT32_MAX || inflateInit2(&stream->memory, 15 + 16) != Z_OK)
        return net_fail(error, NET_ENVIRONMENT, "%s: cannot unpack: out of memory", source->path);
    stream->memory.next_in = (z_const Bytef *)source->bytes;
    stream->memory.avail_in = (uInt)source->size;
    return true;
}

static void stream_close(Stream *stream) {
    if (stream->file != NULL)
        gzclose_r(stream->file);
    else
        inflateEnd(&stream->memory);
}

static bool damaged(const Stream *stream, NetError *error) {
    return net_fail(error, NET_ENVIRONMENT, "%s: is damaged: not a whole gzip file [damaged-file]", stream->path);
}

static bool read_memory(Stream *stream, unsigned char *out, size_t size, size_t *got, NetError *error) {
    stream->memory.next_out = out;
    stream->memory.avail_out = (uInt)size;
    int result = stream->ended ? Z_STREAM_END : inflate(&stream->memory, Z_NO_FLUSH);
    stream->ended = result == Z_STREAM_END;
    stream->cut = result == Z_BUF_ERROR;
    *got = size - stream->memory.avail_out;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR || damaged(stream, error);
}

/* Reads at most `size` bytes, fewer only at the end. A gzip file that is cut short just ends: the caller's message
 * about missing bytes says it better. */
static bool stream_read(Stream *stream, unsigned char *out, size_t size, size_t *got, NetError *error) {
    *got = 0;
    while (*got < size) {
        size_t part = size - *got < CHUNK ? size - *got : CHUNK;
        size_t now = 0;
        if (stream->file == NULL) {
            if (!read_memory(stream, out + *got, part, &now, error)) return false;
        } else {
            int read = gzread(stream->file, out + *got, (unsigned)part);
            int code = Z_OK;
            gzerror(stream->file, &code);
            if (read < 0 && code == Z_ERRNO) return net_fail_system(error, stream->path, "read", errno);
            stream->cut = code == Z_BUF_ERROR;
            if (read < 0 && stream->cut) return true;
            if (read < 0) return damaged(stream, error);
            now = (size_t)read;
        }
        if (now == 0) return true;
        *got += now;
    }
    return true;
}

static uint32_t big_endian(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The header: magic and dimensions. */
typedef struct {
    uint32_t magic;
    int rank;
    int64_t shape[4];
    size_t element; /* bytes */
    size_t row;     /* bytes of one image or label */
    size_t size;    /* bytes after the header */
} Header;

static bool images_magic(uint32_t magic) {
    uint32_t type = magic >> 8;
    uint32_t rank = magic & 0xFF;
    return (type == TYPE_BYTES || type == TYPE_FLOATS) && rank >= 2 && rank <= 4;
}

/* Says what else the file is by its magic, and whether images and labels may be swapped. */
static bool wrong_magic(const Stream *stream, uint32_t magic, bool labels, NetError *error) {
    const char *is = images_magic(magic) ? "an image file" : "no IDX file of bytes or floats";
    if (magic == LABELS_MAGIC) is = "a label file";
    bool swapped = labels ? images_magic(magic) : magic == LABELS_MAGIC;
    return net_fail(error, NET_ENVIRONMENT, "%s: magic 0x%08x is %s, expected %s 0x%08x%s", stream->path, magic, is,
                    labels ? "labels" : "images", labels ? LABELS_MAGIC : IMAGES_MAGIC,
                    swapped ? "; are images and labels swapped? [swapped-files]" : " [not-idx]");
}

static bool header_sizes(const Stream *stream, Header *header, NetError *error) {
    header->row = header->element;
    bool fits = true;
    for (int i = 1; i < header->rank; i++)
        fits = fits && header->shape[i] > 0 && net_multiply(header->row, (size_t)header->shape[i], &header->row);
    fits = fits && header->shape[0] > 0 && header->shape[0] < INT32_MAX &&
           net_multiply(header->row, (size_t)header->shape[0], &header->size) && header->size <= PTRDIFF_MAX;
    char shape[NET_SHAPE_TEXT];
    return fits || net_fail(error, NET_ENVIRONMENT, "%s: the header promises %s values, which cannot be [bad-header]",
                            stream->path, net_shape(shape, header->shape, header->rank));
}

static bool read_header(Stream *stream, bool labels, Header *header, NetError *error) {
    unsigned char bytes[20];
    size_t got;
    if (!stream_read(stream, bytes, 4, &got, error)) return false;
    if (got < 4)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu bytes, too few for an IDX header [short-file]",
                        stream->path, got);
    header->magic = big_endian(bytes);
    header->rank = (int)(header->magic & 0xFF);
    header->element = header->magic >> 8 == TYPE_FLOATS ? sizeof(float) : 1;
    if (labels ? header->magic != LABELS_MAGIC : !images_magic(header->magic))
        return wrong_magic(stream, header->magic, labels, error);
    size_t rest = 4 * (size_t)header->rank;
    if (!stream_read(stream, bytes + 4, rest, &got, error)) return false;
    if (got < rest)
        return net_fail(error, NET_ENVIRONMENT, "%s: has %zu bytes, too few for an IDX header [short-file]",
                        stream->path, 4 + got);
    for (int i = 0; i < header->rank; i++) header->shape[i] = big_endian(bytes + 4 + 4 * i);
    return header_sizes(stream, header, error);
}

/* The file is shorter or longer than its header promises. */
static bool wrong_length(const Stream *stream, const Header *header, size_t got, bool more, NetError *error) {
    char have[NET_COUNT_TEXT], promised[NET_COUNT_TEXT], count[NET_COUNT_TEXT], shape[NET_SHAPE_TEXT];
    const char *of = header->rank > 1 ? " of " : "";
    net_shape(shape, header->shape + 1, header->rank - 1);
    return net_fail(error, NET_ENVIRONMENT, "%s: %s%s bytes after the header promised %s (%s%s%s); %s", stream->path,
                    more ? "more than " : "", net_count(have, got), net_count(promised, header->size),
                    net_count(count, (uint64_t)header->shape[0]), of, header->rank > 1 ? shape : " labels",
                    more ? "there is something after the data [long-file]" : "the file is cut short [short-file]");
}

/* The bytes after the header. Memory grows with what has been read, so that a header's promise alone costs nothing. */
static unsigned char *read_body(Stream *stream, const Header *header, NetError *error) {
    size_t capacity = header->size < FIRST_PIECE ? header->size : FIRST_PIECE;
    size_t filled = 0;
    unsigned char *body = net_alloc(capacity, 1, error);
    while (body != NULL) {
        size_t got = 0;
        if (!stream_read(stream, body + filled, capacity - filled, &got, error)) break;
        filled += got;
        if (filled < capacity) {
            wrong_length(stream, header, filled, false, error);
            break;
        }
        if (filled == header->size) {
            unsigned char extra;
            if (!stream_read(stream, &extra, 1, &got, error)) break;
            if (got == 0 && !stream->cut) return body;
            if (got == 0)
                damaged(stream, error);
            else
                wrong_length(stream, header, filled, true, error);
            break;
        }
        capacity = header->size - filled < 3 * filled ? header->size : 4 * filled;
        unsigned char *larger = net_alloc(capacity, 1, error);
        if (larger != NULL) memcpy(larger, body, filled);
        free(body);
        body = larger;
    }
    free(body);
    return NULL;
}

static unsigned char *read_source(const NetIdxSource *source, bool labels, Header *header, NetError *error) {
    Stream stream;
    if (!stream_open(&stream, source, error)) return NULL;
    unsigned char *body = NULL;
    if (read_header(&stream, labels, header, error)) body = read_body(&stream, header, error);
    stream_close(&stream);
    return body;
}

/* Big-endian floats into the machine's; an infinity or a NaN is an error. */
static bool convert_floats(const NetIdxSource *source, const Header *header, unsigned char *rows, NetError *error) {
    for (size_t at = 0; at < header->size; at += sizeof(float)) {
        uint32_t bits = big_endian(rows + at);
        float value;
        memcpy(&value, &bits, sizeof value);
        memcpy(rows + at, &value, sizeof value);
        if (!isfinite(value)) {
            char row[NET_COUNT_TEXT];
            return net_fail(error, NET_ENVIRONMENT, "%s: item %s has a value that is not finite [not-a-number]",
                            source->path, net_count(row, at / header->row));
        }
    }
    return true;
}

bool net_idx_images(const NetIdxSource *source, NetIdxImages *out, NetError *error) {
    Header header = {0};
    *out = (NetIdxImages){0};
    unsigned char *rows = read_source(source, false, &header, error);
    if (rows == NULL) return false;
    out->type = header.element == 1 ? NET_ROWS_U8 : NET_ROWS_F32;
    if (out->type == NET_ROWS_F32 && !convert_floats(source, &header, rows, error)) {
        free(rows);
        return false;
    }
    out->count = header.shape[0];
    out->rank = header.rank - 1;
    memcpy(out->shape, header.shape + 1, (size_t)out->rank * sizeof out->shape[0]);
    out->row_bytes = header.row;
    out->rows = rows;
    return true;
}

bool net_idx_labels(const NetIdxSource *source, int64_t images, uint32_t **out, NetError *error) {
    Header header = {0};
    *out = NULL;
    unsigned char *bytes = read_source(source, true, &header, error);
    if (bytes == NULL) return false;
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT];
    if (header.shape[0] != images)
        net_fail(error, NET_ENVIRONMENT, "%s: %s labels for %s images [count-mismatch]", source->path,
                 net_count(have, header.size), net_count(want, (uint64_t)images));
    else
        *out = net_alloc(header.size, sizeof **out, error);
    for (size_t i = 0; *out != NULL && i < header.size; i++) (*out)[i] = bytes[i];
    free(bytes);
    return *out != NULL;
}
