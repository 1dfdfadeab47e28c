#include "compiler/base/diag.h"
#include "compiler/base/utf8.h"
#include "runtime/base/words.h"
#include "runtime/base/wrap.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const DiagKind diag_kinds[] = {
#define KIND(name, severity, doc) {name, severity, doc},
#include "compiler/base/diag_kinds.def"
#undef KIND
};
const size_t diag_kind_count = COUNT_OF(diag_kinds);

const DiagKind *diag_kind_find(const char *name) {
    for (size_t i = 0; i < diag_kind_count; i++) {
        if (string_is(diag_kinds[i].name, name)) return &diag_kinds[i];
    }
    return NULL;
}

/* ---- reporting ---- */

static bool is_allowed(const Diags *diags, const char *kind) {
    for (size_t i = 0; i < diags->allowed.count; i++) {
        if (string_is(diags->allowed.at[i], kind)) return true;
    }
    return false;
}

/* A value of -D may be used in many places: what is wrong with it is said once. */
static bool is_from_command_line(const Diags *diags, Span at) {
    return diags->source && !span_is_none(at) && source_of(diags->source, at.lo)->base > 0;
}

static bool is_reported(const Diags *diags, const Diag *diag) {
    for (size_t i = 0; i < diags->list.count; i++) {
        const Diag *other = diags->list.at[i];
        bool same_place = other->at.lo == diag->at.lo && other->at.hi == diag->at.hi;
        if (!same_place) continue;
        if (string_is(other->message, diag->message) || is_from_command_line(diags, diag->at)) return true;
    }
    return false;
}

/* Texts of diagnostics quote the user's own: they are made safe to print once, here. */
static const char *clean_vformat(Arena *arena, const char *format, va_list args) {
    const char *text = arena_vformat(arena, format, args);
    return utf8_clean(arena, text, strlen(text));
}

Diag *diag_report(Diags *diags, Span at, const char *kind, const char *format, ...) {
    Diag *diag = NEW(diags->arena, Diag);
    diag->kind = diag_kind_find(kind);
    if (!diag->kind) BUG("diagnostic of unknown kind '%s'", kind);
    diag->severity = diag->kind->severity;
    diag->at = at;
    va_list args;
    va_start(args, format);
    diag->message = clean_vformat(diags->arena, format, args);
    va_end(args);
    if (diag->severity == SEVERITY_WARNING && is_allowed(diags, kind)) return diag;
    if (is_reported(diags, diag)) return diag;
    if (diags->warnings_are_errors) diag->severity = SEVERITY_ERROR;
    bool error = diag->severity == SEVERITY_ERROR;
    size_t *count = error ? &diags->errors : &diags->warnings;
    if (*count >= (error ? DIAG_MAX_ERRORS : DIAG_MAX_WARNINGS)) return diag;
    ++*count;
    vec_push(diags->arena, &diags->list, diag);
    return diag;
}

void diag_note(Diags *diags, Diag *diag, const char *format, ...) {
    DiagNote *note = NEW(diags->arena, DiagNote);
    va_list args;
    va_start(args, format);
    note->text = clean_vformat(diags->arena, format, args);
    va_end(args);
    DiagNote **end = &diag->notes;
    while (*end) end = &(*end)->next;
    *end = note;
}

void diag_help(Diags *diags, Diag *diag, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *help = clean_vformat(diags->arena, format, args);
    va_end(args);
    diag->help = diag->help ? arena_format(diags->arena, "%s; %s", diag->help, help) : help;
}

void diag_suggest(Diags *diags, Diag *diag, const char *word, const char *const *candidates, size_t count) {
    const char *nearest = net_nearest_word(word, candidates, count);
    if (nearest && !string_is(nearest, word)) diag_help(diags, diag, "did you mean '%s'?", nearest);
}

bool diags_full(const Diags *diags) { return diags->errors >= DIAG_MAX_ERRORS; }

bool diags_allow(Diags *diags, const char *kind) {
    const DiagKind *known = diag_kind_find(kind);
    if (!known || known->severity != SEVERITY_WARNING) return false;
    vec_push(diags->arena, &diags->allowed, known->name);
    return true;
}

/* ---- places ---- */

typedef struct {
    const Source *source; /* NULL: no place */
    const char *path;
    uint32_t line, column, end_line, end_column;
} Place;

static Place place_of(const Diags *diags, Span at) {
    Place place = {.path = "netc"};
    if (!diags->source) return place;
    if (span_is_none(at)) {
        place.path = utf8_clean(diags->arena, diags->source->path, strlen(diags->source->path));
        return place;
    }
    place.source = source_of(diags->source, at.lo);
    place.path = utf8_clean(diags->arena, place.source->path, strlen(place.source->path));
    uint32_t hi = at.hi > at.lo ? at.hi : at.lo;
    source_position(diags->source, at.lo, &place.line, &place.column);
    source_position(diags->source, hi, &place.end_line, &place.end_column);
    return place;
}

static const char *severity_name(Severity severity) { return severity == SEVERITY_ERROR ? "error" : "warning"; }

/* ---- text ---- */

typedef struct {
    const char *bold, *error, *warning, *note, *caret, *off;
} Palette;
static const Palette plain = {"", "", "", "", "", ""};
static const Palette colored = {"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[0m"};

enum { TAB_STOP = 4, WINDOW_COLUMNS = 120, WINDOW_FRAME = 14, NOTE_INDENT = 8, MESSAGE_INDENT = 4 };

/* One line of a source as a terminal shows it. */
typedef struct {
    const char *text;
    uint32_t size;
    uint32_t mark_lo, mark_hi; /* the bytes to underline */
} Line;

typedef struct {
    const char *text; /* what to print for the character, `count` bytes */
    size_t count;     /* bytes of it in `text` */
    uint32_t bytes;   /* bytes of it in the source */
    uint32_t width;   /* columns */
} Cell;

static Cell line_cell(const Line *line, uint32_t at, uint32_t column) {
    uint32_t code = 0;
    size_t length = net_utf8_decode(line->text + at, line->size - at, &code);
    if (length && code == '\t') {
        uint32_t width = TAB_STOP - column % TAB_STOP;
        return (Cell){"    ", width, 1, width};
    }
    if (length == 0 || !utf8_printable(code)) {
        uint32_t bytes = length ? (uint32_t)length : 1;
        if (code == 0xFEFF) return (Cell){"", 0, bytes, 0};
        return (Cell){"\xEF\xBF\xBD", 3, bytes, 1};
    }
    return (Cell){line->text + at, length, (uint32_t)length, (uint32_t)net_utf8_width(code)};
}

static Line line_at(const Source *source, Span at, uint32_t number) {
    uint32_t start = source->line_start[number - 1];
    uint32_t end = number < source->line_count ? source->line_start[number] : source->size;
    while (end > start && strchr("\r\n \t", source->text[end - 1]) && source->text[end - 1]) end--;
    uint32_t lo = at.lo - source->base - start, hi = at.hi - source->base - start;
    return (Line){source->text + start, end - start, lo, hi > lo ? hi : lo};
}

/* Columns before byte `at` of the line; bytes beyond its end (cut blanks, the newline) count one each. */
static uint32_t line_column(const Line *line, uint32_t at) {
    uint32_t column = 0, i = 0;
    while (i < at && i < line->size) {
        Cell cell = line_cell(line, i, column);
        i += cell.bytes;
        column += cell.width;
    }
    return column + (at > i ? at - i : 0);
}

/* Columns of a source line that are shown: those between its number and the dots of what is left out. */
static uint32_t window_columns(FILE *out) {
    int width = net_message_width(out);
    return width > WINDOW_FRAME ? (uint32_t)(width - WINDOW_FRAME) : WINDOW_COLUMNS;
}

static void print_line(FILE *out, const Line *line, uint32_t number, const Palette *palette) {
    uint32_t window = window_columns(out), lead_columns = window / 3;
    uint32_t lo = line_column(line, line->mark_lo);
    uint32_t hi = line->mark_hi > line->size ? line_column(line, line->size) : line_column(line, line->mark_hi);
    if (hi <= lo) hi = lo + 1;
    uint32_t from = lo > window - lead_columns ? lo - lead_columns : 0;
    uint32_t until = from + window;
    Text shown = {0};
    bool cut = false;
    for (uint32_t i = 0, column = 0; i < line->size && !cut;) {
        Cell cell = line_cell(line, i, column);
        i += cell.bytes;
        if (column >= from) text_add(&shown, cell.text, cell.count);
        /* a wide character across the left edge */
        if (column < from && column + cell.width > from) text_puts(&shown, " ");
        column += cell.width;
        cut = column >= until && i < line->size;
    }
    if (cut) text_puts(&shown, "...");
    const char *lead = from ? "..." : "";
    fprintf(out, "%5u |%s%s%s\n", (unsigned)number, shown.length || from ? " " : "", lead,
            shown.data ? shown.data : "");
    text_free(&shown);
    if (hi > until) hi = until;
    fprintf(out, "      | %s%*s%s", lead[0] ? "   " : "", (int)(lo - from), "", palette->caret);
    putc('^', out);
    for (uint32_t i = lo + 1; i < hi; i++) putc('~', out);
    fprintf(out, "%s\n", palette->off);
}

/* "  note: text" */
static void print_remark(FILE *out, const char *what, const char *text, const Palette *palette) {
    fprintf(out, "  %s%s:%s ", palette->note, what, palette->off);
    net_wrap(out, text, NOTE_INDENT, NOTE_INDENT, net_message_width(out));
    fputc('\n', out);
}

static void print_text(const Diags *diags, const Diag *diag, FILE *out, const Palette *palette) {
    Place place = place_of(diags, diag->at);
    const char *color = diag->severity == SEVERITY_ERROR ? palette->error : palette->warning;
    const char *severity = severity_name(diag->severity);
    int column = net_text_width(place.path) + (int)strlen(severity) + 4;
    fprintf(out, "%s%s:", palette->bold, place.path);
    if (place.source) column += fprintf(out, "%u:%u:", (unsigned)place.line, (unsigned)place.column);
    fprintf(out, "%s %s%s:%s ", palette->off, color, severity, palette->off);
    const char *message = arena_format(diags->arena, "%s [%s]", diag->message, diag->kind->name);
    net_wrap(out, message, column - 1, MESSAGE_INDENT, net_message_width(out));
    fputc('\n', out);
    if (place.source) {
        Line line = line_at(place.source, diag->at, place.line);
        print_line(out, &line, place.line, palette);
    }
    for (const DiagNote *note = diag->notes; note; note = note->next) {
        print_remark(out, "note", note->text, palette);
    }
    if (diag->help) print_remark(out, "help", diag->help, palette);
}

static void print_count(FILE *out, size_t count, const char *what, size_t limit) {
    fprintf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
    if (count >= limit) fputs(" (no more are shown)", out);
}

static void print_summary(const Diags *diags, FILE *out) {
    if (diags->errors) print_count(out, diags->errors, "error", DIAG_MAX_ERRORS);
    if (diags->errors && diags->warnings) fputs(", ", out);
    if (diags->warnings) print_count(out, diags->warnings, "warning", DIAG_MAX_WARNINGS);
    if (diags->errors || diags->warnings) putc('\n', out);
}

/* ---- JSON ---- */

static void json_add(json_t *object, const char *key, json_t *value) {
    if (!value || json_object_set_new(object, key, value) != 0) out_of_memory();
}

static void print_json(const Diags *diags, const Diag *diag, FILE *out) {
    Place place = place_of(diags, diag->at);
    json_t *object = json_object();
    json_t *notes = json_array();
    if (!object || !notes) out_of_memory();
    for (const DiagNote *note = diag->notes; note; note = note->next) {
        if (json_array_append_new(notes, json_string(note->text)) != 0) out_of_memory();
    }
    json_add(object, "severity", json_string(severity_name(diag->severity)));
    json_add(object, "kind", json_string(diag->kind->name));
    json_add(object, "path", json_string(place.path));
    json_add(object, "line", place.source ? json_integer(place.line) : json_null());
    json_add(object, "column", place.source ? json_integer(place.column) : json_null());
    json_add(object, "end_line", place.source ? json_integer(place.end_line) : json_null());
    json_add(object, "end_column", place.source ? json_integer(place.end_column) : json_null());
    json_add(object, "message", json_string(diag->message));
    json_add(object, "notes", notes);
    json_add(object, "help", diag->help ? json_string(diag->help) : json_null());
    char *line = json_dumps(object, 0);
    if (!line) out_of_memory();
    fprintf(out, "%s\n", line);
    free(line);
    json_decref(object);
}

/* ---- GitHub workflow commands ---- */

static void print_escaped(FILE *out, const char *text, bool property) {
    for (; *text; text++) {
        bool special = *text == '%' || *text == '\r' || *text == '\n' || (property && (*text == ':' || *text == ','));
        if (special) {
            fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
        } else {
            putc(*text, out);
        }
    }
}

static void print_github(const Diags *diags, const Diag *diag, FILE *out) {
    Place place = place_of(diags, diag->at);
    fprintf(out, "::%s file=", severity_name(diag->severity));
    print_escaped(out, place.path, true);
    if (place.source) {
        fprintf(out, ",line=%u,col=%u,endLine=%u,endColumn=%u", (unsigned)place.line, (unsigned)place.column,
                (unsigned)place.end_line, (unsigned)place.end_column);
    }
    fputs(",title=", out);
    print_escaped(out, diag->kind->name, true);
    fputs("::", out);
    print_escaped(out, diag->message, false);
    for (const DiagNote *note = diag->notes; note; note = note->next) {
        fputs("%0Anote: ", out);
        print_escaped(out, note->text, false);
    }
    if (diag->help) {
        fputs("%0Ahelp: ", out);
        print_escaped(out, diag->help, false);
    }
    putc('\n', out);
}

/* ---- all of them ---- */

typedef struct {
    const Diag *diag;
    size_t order;
} Entry;

static int compare_entries(const void *left, const void *right) {
    const Entry *a = left, *b = right;
    if (a->diag->at.lo != b->diag->at.lo) return a->diag->at.lo < b->diag->at.lo ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

void diags_print(const Diags *diags, FILE *out, DiagFormat format, bool color) {
    size_t count = diags->list.count;
    Entry *entries = NEW_ARRAY(diags->arena, Entry, count);
    for (size_t i = 0; i < count; i++) entries[i] = (Entry){diags->list.at[i], i};
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++) {
        switch (format) {
        case DIAG_FORMAT_TEXT: print_text(diags, entries[i].diag, out, color ? &colored : &plain); break;
        case DIAG_FORMAT_JSON: print_json(diags, entries[i].diag, out); break;
        case DIAG_FORMAT_GITHUB: print_github(diags, entries[i].diag, out); break;
        }
    }
    if (format == DIAG_FORMAT_TEXT) print_summary(diags, out);
}
