#include "runtime/data/cache_entry.h"

#include <fcntl.h>
#include <jansson.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/base/utf8.h"

enum { HEADER = 4096, PREFIX = 8, PIECE = 1 << 20, NAMES_MOST = 1 << 28 };

size_t net_cache_row_bytes(const NetCacheWish *wish) {
    size_t bytes = wish->type == NET_ROWS_U8 ? 1 : sizeof(float);
    for (int i = 0; i < wish->rank; i++) bytes *= (size_t)wish->shape[i]; /* an input's shape: it fits */
    return bytes;
}

/* What of each row besides its values. */
static size_t rest_bytes(const NetCacheWish *wish) {
    return wish->targets > 0 ? (size_t)wish->targets * sizeof(float) : wish->classes > 0 ? sizeof(uint32_t) : 0;
}

/* ---- headers ---- */

/* A tensor, whose first side is `count`; *at is where it begins among the values, and then where it ends. */
static json_t *tensor(const char *type, int64_t count, int rank, const int64_t *shape, size_t bytes, int64_t *at) {
    json_t *sides = json_pack("[I]", (json_int_t)count);
    for (int i = 0; i < rank; i++) json_array_append_new(sides, json_integer(shape[i]));
    int64_t begin = *at;
    *at += (int64_t)bytes;
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", type, "shape", sides, "data_offsets", (json_int_t)begin,
                     (json_int_t)*at);
}

/* The bytes of so many of a file's rows; false: no file has as many. */
static bool bytes_of(int64_t count, size_t each, size_t *bytes) {
    return net_multiply((size_t)count, each, bytes) && *bytes <= INT64_MAX / 4; /* of which a header counts a few */
}

/* What a header says with so many rows and bytes of names, but for the metadata; *size: of all values. NULL: a file
 * cannot have so many. */
static json_t *describe(const NetCacheWish *wish, int64_t count, int64_t names, int64_t *size) {
    size_t rows, rest;
    *size = 0;
    if (!bytes_of(count, net_cache_row_bytes(wish), &rows) || !bytes_of(count, rest_bytes(wish), &rest)) return NULL;
    json_t *object = json_object();
    json_object_set_new(object, "x",
                        tensor(wish->type == NET_ROWS_U8 ? "U8" : "F32", count, wish->rank, wish->shape, rows, size));
    if (wish->targets > 0)
        json_object_set_new(object, "y", tensor("F32", count, 1, &wish->targets, rest, size));
    else if (wish->classes > 0)
        json_object_set_new(object, "y", tensor("I32", count, 0, NULL, rest, size));
    if (names > 0) json_object_set_new(object, "names", tensor("U8", names, 0, NULL, (size_t)names, size));
    return object;
}

static int64_t first_side(const json_t *header, const char *name) {
    return json_integer_value(json_array_get(json_object_get(json_object_get(header, name), "shape"), 0));
}

static const char *metadata(const json_t *header, const char *name) {
    return json_string_value(json_object_get(json_object_get(header, "__metadata__"), name));
}

static json_t *read_header(int fd) {
    unsigned char header[HEADER];
    if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header) return NULL;
    return json_loadb((const char *)header + PREFIX, HEADER - PREFIX, 0, NULL);
}

bool net_cache_describe(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    json_t *header = fd >= 0 ? read_header(fd) : NULL;
    const json_t *shape = json_object_get(json_object_get(header, "x"), "shape");
    const char *type = json_string_value(json_object_get(json_object_get(header, "x"), "dtype"));
    const char *source = metadata(header, "source");
    int64_t sides[8];
    int rank = 0;
    char sides_text[NET_SHAPE_TEXT];
    for (; rank < 8 && rank < (int)json_array_size(shape); rank++)
        sides[rank] = json_integer_value(json_array_get(shape, (size_t)rank));
    if (fd >= 0) close(fd);
    bool known = type != NULL && source != NULL;
    if (known) snprintf(text, size, "%s  %s %s", source, net_shape(sides_text, sides, rank), type);
    json_decref(header);
    return known;
}

/* ---- writing ---- */

struct NetCacheWriter {
    const NetCacheWish *wish;
    NetFile *file;
    int64_t count, names; /* of rows, and bytes of names */
    SHA2_CTX rows, rest;
};

NetCacheWriter *net_cache_writer_new(const NetCacheWish *wish, const char *path, NetError *error) {
    static const char blank[HEADER];
    NetCacheWriter *writer = net_alloc(1, sizeof *writer, error);
    if (writer == NULL) return NULL;
    writer->wish = wish;
    writer->file = net_file_create(path, error);
    SHA256Init(&writer->rows);
    SHA256Init(&writer->rest);
    if (writer->file != NULL && net_file_write(writer->file, blank, sizeof blank, error)) return writer;
    net_cache_writer_discard(writer);
    return NULL;
}

bool net_cache_writer_add(NetCacheWriter *writer, const void *rows, int64_t count, NetError *error) {
    size_t bytes = (size_t)count * net_cache_row_bytes(writer->wish);
    SHA256Update(&writer->rows, rows, bytes);
    writer->count += count;
    return net_file_write(writer->file, rows, bytes, error);
}

static bool add_rest(NetCacheWriter *writer, const void *bytes, size_t size, NetError *error) {
    SHA256Update(&writer->rest, bytes, size);
    return net_file_write(writer->file, bytes, size, error);
}

static bool write_rest(NetCacheWriter *writer, const NetDataFile *file, NetError *error) {
    const NetCacheWish *wish = writer->wish;
    const NetClassNames *names = wish->names;
    const void *answers = wish->targets > 0 ? (const void *)file->targets : file->labels;
    size_t bytes = (size_t)writer->count * rest_bytes(wish);
    if (bytes > 0 && !add_rest(writer, answers, bytes, error)) return false;
    for (int64_t i = 0; names != NULL && i < names->count; i++) {
        size_t length = strlen(names->at[i].name) + 1;
        if (!add_rest(writer, names->at[i].name, length, error)) return false;
        writer->names += (int64_t)length;
    }
    return true;
}

static bool write_header(NetCacheWriter *writer, NetError *error) {
    const NetCacheWish *wish = writer->wish;
    char rows[SHA256_DIGEST_STRING_LENGTH], rest[SHA256_DIGEST_STRING_LENGTH];
    unsigned char header[HEADER];
    int64_t size;
    SHA256End(&writer->rows, rows);
    SHA256End(&writer->rest, rest);
    const char *slash = strrchr(wish->paths[0], '/');
    char *source = net_text(error, "%s", slash != NULL ? slash + 1 : wish->paths[0]);
    if (source == NULL) return false;
    json_t *about = json_pack("{s:s, s:s, s:s, s:s}", "rows_sha256", rows, "rest_sha256", rest, "form", wish->form,
                              "source", net_utf8_plain(source)); /* a file's name can be any bytes */
    free(source);
    json_t *object = describe(wish, writer->count, writer->names, &size);
    char *text = about != NULL && json_object_set_new(object, "__metadata__", about) == 0
                     ? json_dumps(object, JSON_COMPACT)
                     : NULL;
    json_decref(object);
    size_t length = text != NULL ? strlen(text) : 0;
    if (text == NULL || length > HEADER - PREFIX) {
        free(text);
        return net_fail(error, NET_ENVIRONMENT, "%s: what it is made of is too much for the header", wish->paths[0]);
    }
    memset(header, ' ', sizeof header);
    for (int i = 0; i < PREFIX; i++) header[i] = (unsigned char)((uint64_t)(HEADER - PREFIX) >> 8 * i);
    memcpy(header + PREFIX, text, length);
    free(text);
    return net_file_overwrite(writer->file, 0, header, sizeof header, error);
}

bool net_cache_writer_commit(NetCacheWriter *writer, const NetDataFile *file, NetError *error) {
    bool ok = write_rest(writer, file, error) && write_header(writer, error);
    NetFile *written = writer->file;
    if (!ok) {
        net_cache_writer_discard(writer);
        return false;
    }
    free(writer);
    return net_file_commit(written, error);
}

void net_cache_writer_discard(NetCacheWriter *writer) {
    if (writer == NULL) return;
    net_file_discard(writer->file);
    free(writer);
}

/* ---- reading ---- */

/* The number of rows, if the header is that of the wish; -1: it is not. */
static int64_t count_rows(const NetCacheWish *wish, const json_t *header, int64_t size) {
    static const char *const tensors[] = {"x", "y", "names"};
    int64_t count = first_side(header, "x"), names = first_side(header, "names"), values;
    const char *rows = metadata(header, "rows_sha256");
    if (rows == NULL || strlen(rows) != NET_HASH_TEXT - 1 || metadata(header, "rest_sha256") == NULL || count < 1 ||
        count >= INT32_MAX || names < 0 || names > (wish->names != NULL ? NAMES_MOST : 0))
        return -1;
    json_t *right = describe(wish, count, names, &values);
    bool same = right != NULL && size == HEADER + values;
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        json_t *have = json_object_get(header, tensors[i]), *want = json_object_get(right, tensors[i]);
        same = same && (want == NULL ? have == NULL : json_equal(have, want) != 0);
    }
    json_decref(right);
    return same ? count : -1;
}

/* Whether values have the checksum that the header names. */
static bool is_sound(const json_t *header, const char *name, const unsigned char *bytes, size_t size) {
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    SHA256Init(&context);
    for (size_t at = 0; at < size; at += PIECE)
        SHA256Update(&context, bytes + at, size - at < PIECE ? size - at : PIECE);
    SHA256End(&context, digits);
    return strcmp(metadata(header, name), digits) == 0;
}

/* Labels, which must be classes even where nobody looked at the checksum, or targets. */
static bool copy_answers(const NetCacheWish *wish, const unsigned char *at, NetDataFile *file) {
    size_t bytes = (size_t)file->count * rest_bytes(wish);
    void *copy = bytes > 0 ? net_alloc(bytes, 1, NULL) : NULL;
    if (bytes == 0) return true;
    if (copy == NULL) return false;
    memcpy(copy, at, bytes);
    if (wish->targets > 0) {
        file->targets = copy;
        return true;
    }
    file->labels = copy;
    for (int64_t i = 0; i < file->count; i++)
        if (file->labels[i] >= wish->classes) return false;
    return true;
}

static bool copy_names(NetClassNames *names, const char *text, size_t size) {
    if (size > 0 && text[size - 1] != '\0') return false;
    for (const char *at = text; at < text + size;
         at += strlen(at) + 1) /* they are sorted: each one is the next class */
        if (names->count == NET_CLASS_NAMES_MOST || !net_class_names_add(names, at, strlen(at), 0, NULL)) return false;
    return true;
}

static bool take(const NetCacheWish *wish, const json_t *header, bool checked, NetDataFile *file) {
    const unsigned char *rows = file->block.base + HEADER;
    size_t bytes = (size_t)file->count * net_cache_row_bytes(wish), answers = (size_t)file->count * rest_bytes(wish);
    size_t rest = file->block.size - HEADER - bytes;
    if (!checked &&
        (!is_sound(header, "rows_sha256", rows, bytes) || !is_sound(header, "rest_sha256", rows + bytes, rest)))
        return false;
    file->rows = rows;
    memcpy(file->rows_sha256, metadata(header, "rows_sha256"), NET_HASH_TEXT);
    return copy_answers(wish, rows + bytes, file) &&
           (wish->names == NULL || copy_names(wish->names, (const char *)rows + bytes + answers, rest - answers));
}

/* As it was before. */
static void give_up(const NetCacheWish *wish, NetDataFile *file) {
    net_block_free(&file->block);
    free(file->labels);
    free(file->targets);
    *file = (NetDataFile){0};
    if (wish->names != NULL) net_class_names_free(wish->names);
}

bool net_cache_entry_open(const NetCacheWish *wish, const char *path, bool checked, NetDataFile *file) {
    struct stat about;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return false;
    json_t *header = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? read_header(fd) : NULL;
    file->count = header != NULL ? count_rows(wish, header, about.st_size) : -1;
    bool ok = file->count > 0 && net_block_map(&file->block, path, 0, (size_t)about.st_size, NULL) &&
              take(wish, header, checked, file);
    const struct timespec used[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
    if (ok) futimens(fd, used);
    if (!ok) give_up(wish, file);
    json_decref(header);
    close(fd);
    return ok;
}
