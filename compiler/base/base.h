/* Memory, strings, growable arrays, checked sizes and internal faults.
 *
 * An Arena owns everything made from it and frees it at once; nothing is freed one by one. Running out of memory
 * ends the program with a message (status 3), so no function here returns NULL. */
#ifndef NETC_BASE_H
#define NETC_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_LIKE(text, first)
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- faults of netc itself: prints file, line and text, asks for a report, aborts ---- */
_Noreturn void bug_at(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void out_of_memory(void); /* one line, status 3 */
#define ASSERT(condition) ((condition) ? (void)0 : BUG("violated: %s", #condition))

/* ---- arenas ---- */
typedef struct Arena Arena;
Arena *arena_new(void);
void arena_free(Arena *arena);                                   /* NULL is fine */
void arena_reset(Arena *arena);                                  /* forgets everything made so far, keeps the memory */
void *arena_alloc(Arena *arena, size_t count, size_t size);      /* zeroed, aligned for any type */
char *arena_copy(Arena *arena, const char *text, size_t length); /* ends with a NUL */
char *arena_format(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vformat(Arena *arena, const char *format, va_list args);
#define NEW(arena, T) ((T *)arena_alloc((arena), 1, sizeof(T)))
#define NEW_ARRAY(arena, T, count) ((T *)arena_alloc((arena), (size_t)(count), sizeof(T)))

/* ---- growable arrays in an arena:  VEC(int) v = {0};  vec_push(arena, &v, 7);  v.at[0], v.count ---- */
#define VEC(T)                  \
    struct {                    \
        T *at;                  \
        size_t count, capacity; \
    }
#define vec_push(arena, vec, value)                                                                       \
    ((vec)->at = vec_reserve_((arena), (vec)->at, (vec)->count + 1, &(vec)->capacity, sizeof *(vec)->at), \
     (vec)->at[(vec)->count++] = (value))
void *vec_reserve_(Arena *arena, void *at, size_t needed, size_t *capacity, size_t size);

/* ---- growable text, always NUL-terminated once something was added; freed by text_free ---- */
typedef struct {
    char *data;
    size_t length, capacity;
} Text;
void text_add(Text *text, const char *data, size_t length);
void text_puts(Text *text, const char *string);
void text_printf(Text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_free(Text *text);

/* ---- numbers by name, in an arena:  Numbers n = {0};  *numbers_at(arena, &n, "name") = 7; ---- */
typedef struct {
    struct Numbered *at;
    size_t count, capacity; /* a power of 2, at least twice the count */
} Numbers;
/* The number of a key, which is not copied: 0 when it is new. Valid until the next call for these numbers. */
int *numbers_at(Arena *arena, Numbers *numbers, const char *key);

/* ---- checked sizes: false when the result does not fit in int64_t (or an operand is negative) ---- */
bool size_add(int64_t a, int64_t b, int64_t *result);
bool size_mul(int64_t a, int64_t b, int64_t *result);

/* ---- small helpers ---- */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t length); /* FNV-1a 64 */
uint64_t hash_number(uint64_t hash, uint64_t number);                /* a hash of one number more; quicker */
bool string_is(const char *a, const char *b);                        /* both non-NULL and equal */
bool is_digit(char c);
bool in_name(char c); /* a letter from A to Z or a to z, a digit, '_': what names are made of, here and in C */

#endif
