#include "runtime/data/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/atomic.h"
#include "runtime/base/signals.h"
#include "runtime/data/cache_entry.h"
#include "runtime/data/cache_folder.h"

enum {
    PIECE = 1 << 20,
    LEAST_DIGITS = 64,
    STATE = 96,
    FORM = 2 /* of entries: raised when it changes */
};

/* An entry on its way to be found. */
typedef struct {
    const NetCacheWish *wish;
    char *folder, *index, *path; /* of the file that stands for the sources, and of the entry; owned */
} Search;

struct NetCacheSink {
    NetCacheWriter *writer; /* NULL: rows go into memory */
    NetDataFile *file;
    const char *name; /* of what is converted */
    size_t row_bytes;
    bool failed; /* the writer has */
};

/* A signal asks to stop: nobody wants the rest. */
static bool is_stopped(NetError *error) {
    int signal = net_signals_pending();
    return signal != 0 && !net_fail(error, 128 + signal, "interrupted");
}

bool net_cache_add(NetCacheSink *sink, const void *rows, int64_t count, NetError *error) {
    NetDataFile *file = sink->file;
    size_t room;
    if (is_stopped(error)) return false;
    if (sink->writer != NULL) {
        sink->failed = !net_cache_writer_add(sink->writer, rows, count, error);
        return !sink->failed;
    }
    if (!net_multiply((size_t)(file->count + count), sink->row_bytes, &room) ||
        !net_block_grow(&file->block, room, error))
        return net_fail(error, NET_ENVIRONMENT, "%s: does not fit into memory", sink->name);
    memcpy(file->block.base + (size_t)file->count * sink->row_bytes, rows, (size_t)count * sink->row_bytes);
    file->count += count;
    return true;
}

/* ---- names ---- */

static void hash_text(SHA2_CTX *context, const char *text) {
    SHA256Update(context, (const uint8_t *)text, strlen(text) + 1);
}

static void hash_wish(SHA2_CTX *context, const NetCacheWish *wish) {
    char shape[NET_SHAPE_TEXT], head[NET_SHAPE_TEXT + 96];
    snprintf(head, sizeof head, "netc data %d %s %s %" PRId64 " %" PRId64, FORM,
             wish->type == NET_ROWS_U8 ? "U8" : "F32", net_shape(shape, wish->shape, wish->rank), wish->classes,
             wish->targets);
    SHA256Init(context);
    hash_text(context, head);
    hash_text(context, wish->form);
}

/* By what the system says of the sources. */
static char *name_index(const Search *search, NetError *error) {
    SHA2_CTX context;
    char digits[SHA256_DIGEST_STRING_LENGTH];
    hash_wish(&context, search->wish);
    for (size_t i = 0; i < search->wish->count; i++) {
        struct stat about;
        char *real = realpath(search->wish->paths[i], NULL);
        if (real == NULL || stat(real, &about) != 0) {
            free(real);
            net_fail_system(error, search->wish->paths[i], "open", errno);
            return NULL;
        }
        const int64_t identity[] = {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
        hash_text(&context, real);
        SHA256Update(&context, (const uint8_t *)identity, sizeof identity);
        free(real);
    }
    SHA256End(&context, digits);
    return net_text(error, "%s/%s", search->folder, digits);
}

static bool hash_file(SHA2_CTX *context, const char *path, NetError *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return net_fail_system(error, path, "open", errno);
    unsigned char *piece = net_alloc(PIECE, 1, error);
    uint64_t length = 0;
    ssize_t got = piece != NULL ? 1 : 0;
    bool stopped = false;
    while (got > 0 && !(stopped = is_stopped(error))) {
        got = read(fd, piece, PIECE);
        if (got > 0) SHA256Update(context, piece, (size_t)got);
        length += got > 0 ? (uint64_t)got : 0;
    }
    bool ok = piece != NULL && !stopped && (got == 0 || net_fail_system(error, path, "read", errno));
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
    free(search->path);
    search->path = net_text(error, "%s/%s" NET_CACHE_SUFFIX, search->folder, digits);
    return search->path != NULL;
}

/* ---- the index ---- */

/* "KEY SIZE SECONDS NANOSECONDS\n": the entry, and how it stood when its checksum was last seen to be right. */
static bool entry_state(const char *path, char out[STATE]) {
    struct stat about;
    out[0] = '\0';
    if (stat(path, &about) != 0) return false;
    snprintf(out, STATE, "%" PRId64 " %" PRId64 " %ld", (int64_t)about.st_size, (int64_t)about.st_mtim.tv_sec,
             about.st_mtim.tv_nsec);
    return true;
}

/* Where it cannot be written, the entry is found by its content. */
static void write_index(const Search *search) {
    char state[STATE], text[256];
    if (!entry_state(search->path, state)) return;
    int length = snprintf(text, sizeof text, "%.*s %s\n", LEAST_DIGITS, strrchr(search->path, '/') + 1, state);
    net_file_save(search->index, text, (size_t)length, NULL);
}

/* Finds the entry's name in the index; *state is how it stood. False: the index does not know. */
static bool read_index(Search *search, char state[STATE]) {
    size_t size;
    char *text = net_file_read(search->index, 512, &size, NULL);
    bool ok = text != NULL && size > LEAST_DIGITS + 1 && text[LEAST_DIGITS] == ' ' && text[size - 1] == '\n' &&
              strspn(text, "0123456789abcdef") == LEAST_DIGITS && size - LEAST_DIGITS - 2 < STATE;
    if (ok) {
        snprintf(state, STATE, "%.*s", (int)(size - LEAST_DIGITS - 2), text + LEAST_DIGITS + 1);
        free(search->path);
        search->path = net_text(NULL, "%s/%.*s" NET_CACHE_SUFFIX, search->folder, LEAST_DIGITS, text);
    }
    free(text);
    return ok && search->path != NULL;
}

/* ---- finding ---- */

/* By the index, and only as long as the entry stands as it says. */
static bool find_known(Search *search, NetDataFile *file) {
    char state[STATE], now[STATE];
    return read_index(search, state) && entry_state(search->path, now) && strcmp(state, now) == 0 &&
           net_cache_entry_open(search->wish, search->path, true, file);
}

static bool is_changed(const Search *search, NetError *error) {
    char *now = name_index(search, error);
    bool same = now != NULL && strcmp(now, search->index) == 0;
    if (now != NULL && !same)
        net_fail(error, NET_ENVIRONMENT, "%s: changed while it was read [damaged-file]", search->wish->paths[0]);
    free(now);
    return !same;
}

/* What comes of an entry. Only what has gone wrong with the sources is for the user: the rest can be had without. */
typedef enum { ENTRY_THERE, ENTRY_WRONG, ENTRY_NOT_KEPT } Entry;

static Entry write_entry(const Search *search, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    NetCacheSink sink = {.writer = net_cache_writer_new(search->wish, search->path, error), .file = file};
    if (sink.writer == NULL) return ENTRY_NOT_KEPT;
    bool made = make(context, &sink, error) && !is_changed(search, error);
    if (made) return net_cache_writer_commit(sink.writer, file, error) ? ENTRY_THERE : ENTRY_NOT_KEPT;
    net_cache_writer_discard(sink.writer);
    return sink.failed ? ENTRY_NOT_KEPT : ENTRY_WRONG;
}

/* What was made goes with the rows that are in the entry now. */
static void forget(const NetCacheWish *wish, NetDataFile *file) {
    free(file->labels);
    free(file->targets);
    *file = (NetDataFile){0};
    if (wish->names != NULL) net_class_names_free(wish->names);
}

/* With the folder locked: another process may have made the entry while this one waited. */
static Entry find_or_make(Search *search, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    if (find_known(search, file)) return ENTRY_THERE;
    if (!name_entry(search, error)) return ENTRY_WRONG;
    bool found = net_cache_entry_open(search->wish, search->path, false, file);
    Entry entry = found ? ENTRY_THERE : write_entry(search, make, context, file, error);
    if (entry != ENTRY_THERE) return entry;
    write_index(search);
    if (found) return ENTRY_THERE;
    forget(search->wish, file);
    net_cache_trim(search->folder, search->path);
    return net_cache_entry_open(search->wish, search->path, true, file) ? ENTRY_THERE : ENTRY_NOT_KEPT;
}

static Entry lock_and_find(Search *search, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    char *path = net_text(NULL, "%s/lock", search->folder);
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1, locked = -1;
    if (fd >= 0) locked = flock(fd, LOCK_EX);
    bool stopped = fd >= 0 && locked != 0 && errno == EINTR; /* by a signal that asks to end: others restart the call */
    if (stopped && !is_stopped(error))
        net_fail(error, NET_ENVIRONMENT, "%s: interrupted while another program made it", search->folder);
    Entry entry = locked == 0 ? find_or_make(search, make, context, file, error)
                  : stopped   ? ENTRY_WRONG
                              : ENTRY_NOT_KEPT;
    if (fd >= 0) close(fd); /* and so unlocks */
    free(path);
    return entry;
}

/* ---- the choice ---- */

/* Whether converting takes so long, or so much memory, that it is worth keeping. What can be read only once cannot be
 * told by its content. */
static bool is_worth(const NetCacheWish *wish) {
    uint64_t bytes = wish->bytes;
    for (size_t i = 0; i < wish->count; i++) {
        struct stat about;
        if (stat(wish->paths[i], &about) != 0 || !S_ISREG(about.st_mode)) return false; /* opening it says why */
        bytes += (uint64_t)about.st_size;
    }
    return wish->count > 0 && bytes >= net_block_limit(NET_CACHE_LEAST);
}

/* The folder, made where it is missing; NULL: there is none that can be written, or the bound is 0. */
static char *usable_folder(void) {
    char *folder = net_cache_bound() > 0 ? net_cache_folder() : NULL;
    if (folder != NULL && net_folder_make(folder, NULL) && access(folder, W_OK) == 0) return folder;
    free(folder);
    return NULL;
}

static bool make_in_memory(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file,
                           NetError *error) {
    NetCacheSink sink = {.file = file, .name = wish->paths[0], .row_bytes = net_cache_row_bytes(wish)};
    if (!make(context, &sink, error)) return false;
    file->rows = file->block.base;
    return true;
}

static bool find_rows(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    Search search = {.wish = wish, .folder = !file->uncached && is_worth(wish) ? usable_folder() : NULL};
    if (search.folder == NULL) return make_in_memory(wish, make, context, file, error);
    search.index = name_index(&search, error);
    Entry entry = search.index == NULL        ? ENTRY_WRONG
                  : find_known(&search, file) ? ENTRY_THERE
                                              : lock_and_find(&search, make, context, file, error);
    file->uncached = entry == ENTRY_NOT_KEPT;
    free(search.folder);
    free(search.index);
    free(search.path);
    return entry == ENTRY_THERE;
}

bool net_cache_rows(const NetCacheWish *wish, NetCacheMake *make, void *context, NetDataFile *file, NetError *error) {
    NetSignalsHeld held;
    net_signals_hold(&held);
    bool found = net_cache_bound_check(error) && find_rows(wish, make, context, file, error);
    net_signals_release(&held);
    return found;
}

/* ---- hashes of what is not converted ---- */

void net_cache_find_hash(const NetCacheWish *wish, NetDataFile *file) {
    Search search = {.wish = wish, .folder = is_worth(wish) ? usable_folder() : NULL};
    char *index = search.folder != NULL ? name_index(&search, NULL) : NULL, *text = NULL;
    size_t size = 0;
    if (index != NULL) file->hash_path = net_text(NULL, "%s" NET_CACHE_HASH, index);
    if (file->hash_path != NULL) text = net_file_read(file->hash_path, NET_HASH_TEXT, &size, NULL);
    if (text != NULL && size == NET_HASH_TEXT - 1 && strspn(text, "0123456789abcdef") == size)
        memcpy(file->rows_sha256, text, NET_HASH_TEXT);
    free(text);
    free(index);
    free(search.folder);
}

void net_cache_keep_hash(const NetDataFile *file) {
    if (file->hash_path != NULL) net_file_save(file->hash_path, file->rows_sha256, NET_HASH_TEXT - 1, NULL);
}
