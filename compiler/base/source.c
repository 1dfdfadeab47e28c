#include "compiler/base/source.h"
#include "compiler/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD_BYTES = 4096 };

static void find_lines(Arena *arena, Source *source) {
    uint32_t count = 1;
    for (uint32_t i = 0; i < source->size; i++) count += source->text[i] == '\n';
    source->line_start = NEW_ARRAY(arena, uint32_t, count);
    source->line_count = count;
    uint32_t line = 1;
    for (uint32_t i = 0; i < source->size; i++) {
        if (source->text[i] == '\n') source->line_start[line++] = i + 1;
    }
}

Source *source_from_text(Arena *arena, const char *path, const char *text, size_t size) {
    if (size > SOURCE_MAX_BYTES) return NULL;
    Source *source = NEW(arena, Source);
    source->path = arena_copy(arena, path, strlen(path));
    source->text = arena_copy(arena, text, size);
    source->size = (uint32_t)size;
    find_lines(arena, source);
    return source;
}

const char *source_folder(Arena *arena, const Source *source) {
    const char *slash = strrchr(source->path, '/');
    int length = slash == NULL ? 1 : slash == source->path ? 1 : (int)(slash - source->path);
    char *real = realpath(arena_format(arena, "%.*s", length, slash == NULL ? "." : source->path), NULL);
    const char *folder = real == NULL ? "" : arena_copy(arena, real, strlen(real));
    free(real);
    return folder;
}

Source *source_read_file(Arena *arena, FILE *file, const char *path, Source **head, const char **why) {
    Text text = {0};
    char block[1 << 14];
    size_t got;
    while (text.length <= SOURCE_MAX_BYTES && (got = fread(block, 1, sizeof block, file)) > 0) {
        text_add(&text, block, got);
    }
    int error = ferror(file) ? errno : 0;
    bool large = error == 0 && text.length > SOURCE_MAX_BYTES;
    Source *source = NULL;
    if (error != 0) {
        *why = arena_format(arena, "%s", strerror(error));
    } else if (large) {
        *why = arena_format(arena, "is larger than %d MiB, the limit for a model", SOURCE_MAX_BYTES >> 20);
    } else {
        source = source_from_text(arena, path, text.data == NULL ? "" : text.data, text.length);
    }
    if (head != NULL) {
        *head = large ? source_from_text(arena, path, text.data, HEAD_BYTES) : NULL;
    }
    text_free(&text);
    return source;
}

Source *source_read(Arena *arena, const char *path, Source **head, const char **why) {
    FILE *file = fopen(path, "rb");
    if (head != NULL) *head = NULL;
    if (!file) {
        *why = arena_format(arena, "%s", strerror(errno));
        return NULL;
    }
    struct stat status;
    bool folder = fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode);
    if (folder) *why = "is a folder, not a .net file";
    Source *source = folder ? NULL : source_read_file(arena, file, path, head, why);
    fclose(file);
    return source;
}

bool source_attach(Source *first, Source *extra) {
    Source *last = first;
    while (last->next) last = last->next;
    /* one offset more than bytes: the end of a text is a place in it */
    uint64_t base = (uint64_t)last->base + last->size + 1;
    if (base + extra->size >= UINT32_MAX) return false;
    extra->base = (uint32_t)base;
    last->next = extra;
    return true;
}

const Source *source_of(const Source *first, uint32_t offset) {
    while (first->next && offset >= first->next->base) first = first->next;
    return first;
}

const char *source_slice(const Source *first, Span span, size_t *length) {
    const Source *source = source_of(first, span.lo);
    uint32_t lo = span.lo - source->base, hi = span.hi - source->base;
    if (lo > source->size) lo = source->size;
    if (hi > source->size) hi = source->size;
    *length = hi > lo ? hi - lo : 0;
    return source->text + lo;
}

void source_position(const Source *first, uint32_t offset, uint32_t *line, uint32_t *column) {
    const Source *source = source_of(first, offset);
    uint32_t at = offset - source->base;
    if (at > source->size) at = source->size;
    uint32_t low = 0, high = source->line_count; /* line_start[low] <= at < line_start[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_start[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *line = low + 1;
    *column = 1;
    for (uint32_t i = source->line_start[low]; i < at;) {
        uint32_t code;
        size_t length = net_utf8_decode(source->text + i, source->size - i, &code);
        bool mark = length == 3 && i == 0 && code == 0xFEFF; /* a byte-order mark takes no column */
        *column += !mark;
        i += length ? (uint32_t)length : 1;
    }
}
