/* A source text with its lines. Positions are byte offsets; lines and columns are made only for people.
 *
 * Texts given on the command line (`-D depth=4`, `--set …`) are sources too. source_attach() appends one to the model's
 * source: its offsets then begin after that one's, so that a Span alone says which text it lies in. */
#ifndef NETC_SOURCE_H
#define NETC_SOURCE_H

#include "compiler/base/base.h"

typedef struct {
    uint32_t lo, hi; /* bytes lo .. hi-1 of the source */
} Span;
#define SPAN_NONE ((Span){UINT32_MAX, UINT32_MAX}) /* a finding that belongs to no place */
static inline bool span_is_none(Span span) { return span.lo == UINT32_MAX; }

typedef struct Source Source;
struct Source {
    const char *path; /* as the user gave it */
    const char *text; /* NUL after the last byte; may hold NULs of its own */
    uint32_t size;
    uint32_t *line_start; /* offset of each line's first byte */
    uint32_t line_count;
    uint32_t base; /* what the offsets of this text begin with: 0 unless it was attached to another */
    Source *next;  /* the text attached after this one */
};

enum { SOURCE_MAX_BYTES = 1 << 24 }; /* 16 MiB */

/* NULL and *why (static text or in the arena) when the file cannot be read or is too large. Of one that is too large
 * *head, unless it is NULL, is the beginning, else NULL: a pipe can be read but once. */
Source *source_read(Arena *arena, const char *path, Source **head, const char **why);
/* The same of an open file, which stays open. */
Source *source_read_file(Arena *arena, FILE *file, const char *path, Source **head, const char **why);
/* The folder the file lies in, from the root on; "" when that cannot be told. A text that is no file's lies in the
 * current folder. */
const char *source_folder(Arena *arena, const Source *source);
/* A copy of the text; NULL when it is too large. */
Source *source_from_text(Arena *arena, const char *path, const char *text, size_t size);
/* Puts `extra` behind `first` and all attached to it. False when there are too many bytes in all. */
bool source_attach(Source *first, Source *extra);
/* The text, `first` or one attached to it, in which the offset lies. */
const Source *source_of(const Source *first, uint32_t offset);
/* The bytes of a span (not NUL-terminated) and how many. */
const char *source_slice(const Source *first, Span span, size_t *length);
/* Line from 1; column from 1, counted in code points, within the text in which the offset lies. */
void source_position(const Source *source, uint32_t offset, uint32_t *line, uint32_t *column);
static inline Span span_join(Span a, Span b) { return (Span){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi}; }

#endif
