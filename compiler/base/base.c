#include "compiler/base/base.h"

#include <stdlib.h>
#include <string.h>

/* ---- faults ---- */

void bug_at(const char *file, int line, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "netc: internal fault at %s:%d: ", file, line);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nThis is a mistake in netc, not in the model. Please report it, with the .net file.\n");
    abort();
}

void out_of_memory(void) {
    fputs("netc: error: out of memory\n", stderr);
    exit(3);
}

static void *allocate(size_t size) {
    void *memory = malloc(size);
    if (!memory) out_of_memory();
    return memory;
}

/* ---- arenas ---- */

typedef struct Chunk {
    struct Chunk *next;
    size_t used, capacity; /* of the bytes after this header */
    max_align_t start[];
} Chunk;

struct Arena {
    Chunk *first, *current;
};

enum { ARENA_ALIGN = sizeof(max_align_t) };

/* Under AddressSanitizer only what lies in an object may be touched, and a gap follows each, so that an overrun is
 * seen. */
#if defined(__SANITIZE_ADDRESS__)
#define HIDING 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HIDING 1
#endif
#endif
#ifdef HIDING
#include <sanitizer/asan_interface.h>
enum { GAP = ARENA_ALIGN };
#else
#define ASAN_POISON_MEMORY_REGION(from, size) ((void)(from), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(from, size) ((void)(from), (void)(size))
enum { GAP = 0 };
#endif
enum { CHUNK_BYTES = 1 << 16 };

Arena *arena_new(void) {
    Arena *arena = allocate(sizeof *arena);
    *arena = (Arena){0};
    return arena;
}

static void chunks_free(Chunk *chunk) {
    while (chunk) {
        Chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void arena_free(Arena *arena) {
    if (!arena) return;
    chunks_free(arena->first);
    free(arena);
}

void arena_reset(Arena *arena) {
    for (Chunk *chunk = arena->first; chunk; chunk = chunk->next) {
        ASAN_POISON_MEMORY_REGION(chunk->start, chunk->used);
        chunk->used = 0;
    }
    arena->current = arena->first;
}

/* A chunk with room for `bytes`, made the current one. */
static Chunk *arena_chunk(Arena *arena, size_t bytes) {
    Chunk *chunk = arena->current;
    while (chunk && chunk->capacity - chunk->used < bytes && chunk->next) chunk = chunk->next;
    if (!chunk || chunk->capacity - chunk->used < bytes) {
        size_t capacity = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        if (capacity > SIZE_MAX - sizeof(Chunk)) out_of_memory();
        Chunk *fresh = allocate(sizeof(Chunk) + capacity);
        *fresh = (Chunk){.capacity = capacity};
        ASAN_POISON_MEMORY_REGION(fresh->start, capacity);
        if (chunk) {
            chunk->next = fresh;
        } else {
            arena->first = fresh;
        }
        chunk = fresh;
    }
    arena->current = chunk;
    return chunk;
}

void *arena_alloc(Arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ARENA_ALIGN - GAP) out_of_memory();
    size_t rounded = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN + GAP;
    if (rounded == 0) rounded = ARENA_ALIGN;
    Chunk *chunk = arena_chunk(arena, rounded);
    void *object = (char *)chunk->start + chunk->used;
    chunk->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(object, bytes);
    return memset(object, 0, bytes);
}

char *arena_copy(Arena *arena, const char *text, size_t length) {
    if (length == SIZE_MAX) out_of_memory();
    char *copy = arena_alloc(arena, length + 1, 1);
    if (length) memcpy(copy, text, length);
    return copy;
}

char *arena_vformat(Arena *arena, const char *format, va_list args) {
    ASSERT(format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) BUG("bad format '%s'", format);
    char *text = arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_format(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = arena_vformat(arena, format, args);
    va_end(args);
    return text;
}

void *vec_reserve_(Arena *arena, void *at, size_t needed, size_t *capacity, size_t size) {
    if (needed <= *capacity) return at;
    if (*capacity > SIZE_MAX / 2) out_of_memory();
    size_t grown = *capacity ? *capacity * 2 : 4;
    if (grown < needed) grown = needed;
    void *moved = arena_alloc(arena, grown, size);
    if (*capacity) memcpy(moved, at, *capacity * size);
    *capacity = grown;
    return moved;
}

/* ---- growable text ---- */

static void text_reserve(Text *text, size_t extra) {
    size_t needed;
    if (__builtin_add_overflow(text->length, extra, &needed) || needed == SIZE_MAX) out_of_memory();
    needed++;
    if (needed <= text->capacity) return;
    size_t grown = text->capacity > SIZE_MAX / 2 ? needed : text->capacity * 2;
    if (grown < 64) grown = 64;
    if (grown < needed) grown = needed;
    char *moved = realloc(text->data, grown);
    if (!moved) out_of_memory();
    text->data = moved;
    text->capacity = grown;
}

void text_add(Text *text, const char *data, size_t length) {
    text_reserve(text, length);
    if (length) memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_puts(Text *text, const char *string) { text_add(text, string, strlen(string)); }

void text_printf(Text *text, const char *format, ...) {
    ASSERT(format);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) BUG("bad format '%s'", format);
    text_reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void text_free(Text *text) {
    free(text->data);
    *text = (Text){0};
}

/* ---- numbers by name ---- */

typedef struct Numbered {
    const char *key; /* NULL: empty */
    uint64_t hash;
    int value;
} Numbered;

static Numbered *numbers_find(const Numbers *numbers, uint64_t hash, const char *key) {
    size_t i = hash & (numbers->capacity - 1);
    while (numbers->at[i].key && !(numbers->at[i].hash == hash && string_is(numbers->at[i].key, key)))
        i = (i + 1) & (numbers->capacity - 1);
    return &numbers->at[i];
}

static void numbers_grow(Arena *arena, Numbers *numbers) {
    Numbers grown = {.count = numbers->count, .capacity = numbers->capacity ? 2 * numbers->capacity : 16};
    grown.at = arena_alloc(arena, grown.capacity, sizeof *grown.at);
    for (size_t i = 0; i < numbers->capacity; i++)
        if (numbers->at[i].key) *numbers_find(&grown, numbers->at[i].hash, numbers->at[i].key) = numbers->at[i];
    *numbers = grown;
}

int *numbers_at(Arena *arena, Numbers *numbers, const char *key) {
    uint64_t hash = hash_bytes(0, key, strlen(key));
    if (2 * numbers->count >= numbers->capacity) numbers_grow(arena, numbers);
    Numbered *entry = numbers_find(numbers, hash, key);
    if (!entry->key) {
        *entry = (Numbered){key, hash, 0};
        numbers->count++;
    }
    return &entry->value;
}

/* ---- checked sizes ---- */

bool size_add(int64_t a, int64_t b, int64_t *result) {
    return a >= 0 && b >= 0 && !__builtin_add_overflow(a, b, result);
}

bool size_mul(int64_t a, int64_t b, int64_t *result) {
    return a >= 0 && b >= 0 && !__builtin_mul_overflow(a, b, result);
}

/* ---- small helpers ---- */

uint64_t hash_bytes(uint64_t seed, const void *data, size_t length) {
    const unsigned char *bytes = data;
    uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_number(uint64_t hash, uint64_t number) {
    hash = (hash ^ number) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

bool string_is(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool in_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }
