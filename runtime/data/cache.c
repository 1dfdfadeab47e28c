#include "runtime/data/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/data/cache_folder.h"

/* The header has a fixed size, so that rows begin at a page. */
enum {
    HEADER = 4096,
    PREFIX = 8,
    PIECE = 1 << 20,
    LEAST_DIGITS = 64,
    FORM = 1 /* of entries: raised when it changes */
};

struct NetCacheEntry {
    NetFile *file;
    size_t row_bytes;
    int64_t count;
    SHA2_CTX sum; /* of the rows */
};

/* An entry on its way to be found. */
typedef struct {
    const NetCacheWish *wish;
    char *folder, *index, *path; /* of the file that stands for the sources, and of the entry; owned */
} Search;

bool net_cache_usable(void) {
    char *folder = net_cache_folder();
    bool usable = folder != NULL && net_cache_bound() > 0;
    free(folder);
    return usable;
}

static size_t row_bytes(const NetCacheWish *wish) {
    size_t bytes = wish->type == NET_ROWS_U8 ? 1 : sizeof(float);
    for (int i = 0; i < wish->rank; i++) bytes *= (size_t)wish->shape[i]; /* an input's shape: it fits */
    return bytes;
}

/* ---- names ---- */

static void hash_text(SHA2_CTX *context, const char *text) {
    SHA256Update(context, (const uint8_t *)text, strlen(text) + 1);
}

static void hash_wish(SHA2_CTX *context, const NetCacheWish *wish) {
    char shape[NET_SHAPE_TEXT], head[NET_SHAPE_TEXT + 64];
    snprintf(head, sizeof head, "netc data %d %s %s", FORM, wish->type == NET_ROWS_U8 ? "U8" : "F32",
             net_shape(shape, wish->shape, wish->rank));
    SHA256Init(context);
    hash_text(context, head);
    hash_text(context, wish->form);
}

/* By what the system says of the sources. */
static bool name_index(Search *search, NetError *error) {
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    hash_wish(&context, search->wish);
    for (size_t i = 0; i < search->wish->count; i++) {
        struct stat about;
        char *real = realpath(search->wish->paths[i], NULL);
        if (real == NULL || stat(real, &about) != 0) {
            free(real);
            return net_fail_system(error, search->wish->paths[i], "open", errno);
        }
        const int64_t identity[] = {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
        hash_text(&context, real);
        SHA256Update(&context, (const uint8_t *)identity, sizeof identity);
        free(real);
    }
    SHA256End(&context, digits);
    search->index = net_text(error, "%s/%s", search->folder, digits);
    return search->index != NULL;
}

static bool hash_file(SHA2_CTX *context, const char *path, NetError *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return net_fail_system(error, path, "open", errno);
    unsigned char *piece = net_alloc(PIECE, 1, error);
    uint64_t length = 0;
    ssize_t got = piece != NULL ? 1 : 0;
    while (got > 0) {
        got = read(fd, piece, PIECE);
        if (got > 0) SHA256Update(context, piece, (size_t)got);
        length += got > 0 ? (uint64_t)got : 0;
    }
    bool ok = piece != NULL && (got == 0 || net_fail_system(error, path, "read", errno));
    SHA256Update(context, (const uint8_t *)&length, sizeof length);
    free(piece);
    close(fd);
    return ok;
}

/* By the sources' content. */
static bool name_entry(Search *search, NetError *error) {
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    hash_wish(&context, search->wish);
    for (size_t i = 0; i < search->wish->count; i++)
        if (!hash_file(&context, search->wish->paths[i], error)) return false;
    SHA256End(&context, digits);
    search->path = net_text(error, "%s/%s" NET_CACHE_SUFFIX, search->folder, digits);
    return search->path != NULL;
}

/* ---- headers ---- */

/* What a header says, with `count` rows. */
static json_t *describe(const NetCacheWish *wish, int64_t count, const char *sum) {
    json_t *shape = json_pack("[I]", (json_int_t)count);
    for (int i = 0; i < wish->rank; i++) json_array_append_new(shape, json_integer(wish->shape[i]));
    const char *slash = strrchr(wish->paths[0], '/');
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:o, s:[i, I]}}", "__metadata__", "rows_sha256", sum, "form",
                     wish->form, "source", slash != NULL ? slash + 1 : wish->paths[0], "x", "dtype",
                     wish->type == NET_ROWS_U8 ? "U8" : "F32", "shape", shape, "data_offsets", 0,
                     (json_int_t)((size_t)count * row_bytes(wish)));
}

static bool write_header(const NetCacheWish *wish, const NetCacheEntry *entry, const char *sum, NetError *error) {
    unsigned char header[HEADER];
    json_t *object = describe(wish, entry->count, sum);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    size_t length = text != NULL ? strlen(text) : 0;
    if (text == NULL || length > HEADER - PREFIX) {
        free(text);
        return net_fail(error, NET_ENVIRONMENT, "the source's name is no text, or too long, for a file of the cache");
    }
    memset(header, ' ', sizeof header);
    for (int i = 0; i < PREFIX; i++) header[i] = (unsigned char)((uint64_t)(HEADER - PREFIX) >> 8 * i);
    memcpy(header + PREFIX, text, length);
    free(text);
    return net_file_overwrite(entry->file, 0, header, sizeof header, error);
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
    const char *source = json_string_value(json_object_get(json_object_get(header, "__metadata__"), "source"));
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

/* ---- finding ---- */

/* "KEY SIZE SECONDS NANOSECONDS\n": the entry, and how it stood when its checksum was last seen to be right. */
static void entry_state(const struct stat *about, char out[96]) {
    snprintf(out, 96, "%" PRId64 " %" PRId64 " %ld", (int64_t)about->st_size, (int64_t)about->st_mtim.tv_sec,
             about->st_mtim.tv_nsec);
}

static bool write_index(const Search *search, NetError *error) {
    struct stat about;
    char state[96], text[256];
    if (stat(search->path, &about) != 0) return net_fail_system(error, search->path, "open", errno);
    entry_state(&about, state);
    int length = snprintf(text, sizeof text, "%.*s %s\n", LEAST_DIGITS, strrchr(search->path, '/') + 1, state);
    return net_file_save(search->index, text, (size_t)length, error);
}

/* Finds the entry's name in the index; *state is how it stood. False: the index does not know. */
static bool read_index(Search *search, char state[96]) {
    size_t size;
    char *text = net_file_read(search->index, 512, &size, NULL);
    bool ok = text != NULL && size > LEAST_DIGITS + 1 && text[LEAST_DIGITS] == ' ' && text[size - 1] == '\n' &&
              strspn(text, "0123456789abcdef") == LEAST_DIGITS && size - LEAST_DIGITS - 2 < 96;
    if (ok) {
        snprintf(state, 96, "%.*s", (int)(size - LEAST_DIGITS - 2), text + LEAST_DIGITS + 1);
        free(search->path);
        search->path = net_text(NULL, "%s/%.*s" NET_CACHE_SUFFIX, search->folder, LEAST_DIGITS, text);
    }
    free(text);
    return ok && search->path != NULL;
}

/* Whether the rows have the checksum that the header names. */
static bool is_sound(const NetBlock *block, const json_t *header) {
    const char *sum = json_string_value(json_object_get(json_object_get(header, "__metadata__"), "rows_sha256"));
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    SHA256Init(&context);
    for (size_t at = HEADER; at < block->size; at += PIECE)
        SHA256Update(&context, block->base + at, block->size - at < PIECE ? block->size - at : PIECE);
    SHA256End(&context, digits);
    return sum != NULL && strcmp(sum, digits) == 0;
}

/* The number of rows, if the header is that of the wish; -1: it is not. */
static int64_t count_rows(const NetCacheWish *wish, const json_t *header, int64_t size) {
    const json_t *tensor = json_object_get(header, "x");
    const char *sum = json_string_value(json_object_get(json_object_get(header, "__metadata__"), "rows_sha256"));
    int64_t count = json_integer_value(json_array_get(json_object_get(tensor, "shape"), 0));
    if (sum == NULL || count < 1 || count >= INT32_MAX) return -1;
    json_t *right = describe(wish, count, sum);
    bool same =
        json_equal(tensor, json_object_get(right, "x")) != 0 && size == HEADER + count * (int64_t)row_bytes(wish);
    json_decref(right);
    return same ? count : -1;
}

/* Maps the entry, if it is there and whole. Its time of use becomes now. */
static bool take(Search *search, const char *state, NetDataFile *file, NetError *error) {
    struct stat about;
    char now[96];
    int fd = open(search->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return false;
    json_t *header = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? read_header(fd) : NULL;
    int64_t count = header != NULL ? count_rows(search->wish, header, about.st_size) : -1;
    bool ok = count > 0 && net_block_map(&file->block, search->path, 0, (size_t)about.st_size, NULL);
    const struct timespec used[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
    if (ok) entry_state(&about, now);
    if (ok && (state == NULL || strcmp(state, now) != 0)) {
        ok = is_sound(&file->block, header);
        if (ok && !write_index(search, error)) ok = false;
    }
    if (ok) futimens(fd, used);
    if (ok) file->rows = file->block.base + HEADER;
    if (ok) file->count = count;
    if (!ok) net_block_free(&file->block);
    json_decref(header);
    close(fd);
    return ok;
}

/* ---- making ---- */

bool net_cache_add(NetCacheEntry *entry, const void *rows, int64_t count, NetError *error) {
    size_t bytes = (size_t)count * entry->row_bytes;
    SHA256Update(&entry->sum, rows, bytes);
    entry->count += count;
    return net_file_write(entry->file, rows, bytes, error);
}

static bool write_entry(const Search *search, NetCacheMake *make, void *context, NetError *error) {
    static const char blank[HEADER];
    char digits[SHA256_DIGEST_STRING_LENGTH];
    NetCacheEntry entry = {.row_bytes = row_bytes(search->wish), .file = net_file_create(search->path, error)};
    if (entry.file == NULL) return false;
    SHA256Init(&entry.sum);
    bool ok = net_file_write(entry.file, blank, sizeof blank, error) && make(context, &entry, error);
    SHA256End(&entry.sum, digits);
    ok = ok && write_header(search->wish, &entry, digits, error);
    if (ok) return net_file_commit(entry.file, error);
    net_file_discard(entry.file);
    return false;
}

/* With the folder locked: another process may have made the entry while this one waited. */
static bool find_or_make(Search *search, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    char state[96];
    if (read_index(search, state) && take(search, state, file, NULL)) return true;
    free(search->path);
    search->path = NULL;
    if (!name_entry(search, error)) return false;
    if (take(search, NULL, file, NULL)) return true;
    if (!write_entry(search, make, context, error)) return false;
    net_cache_trim(search->folder, search->path);
    return take(search, NULL, file, error) ||
           (error->status != NET_OK
                ? false
                : net_fail(error, NET_ENVIRONMENT, "%s: changed while it was read [damaged-file]", search->path));
}

static bool lock_and_find(Search *search, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    char *path = net_text(error, "%s/lock", search->folder);
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (path != NULL && fd < 0) net_fail_system(error, path, "open", errno);
    free(path);
    if (fd < 0) return false;
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) continue;
    bool ok = find_or_make(search, make, context, file, error);
    close(fd); /* and so unlocks */
    return ok;
}

bool net_cache_rows(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    Search search = {.wish = wish, .folder = net_cache_folder()};
    char state[96];
    error->status = NET_OK;
    bool ok = search.folder != NULL && net_folder_make(search.folder, error) && name_index(&search, error);
    if (ok && !(read_index(&search, state) && take(&search, state, file, NULL)))
        ok = lock_and_find(&search, make, context, file, error);
    free(search.folder);
    free(search.index);
    free(search.path);
    return ok;
}
