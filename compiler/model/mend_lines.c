#include "compiler/model/mend_lines.h"

#include <string.h>

#include "compiler/model/foreign.h"

enum { MAX_LINES = 20 };

/* How many brackets a line opens more than it closes. */
static int open_brackets(const char *text, size_t length) {
    int depth = 0;
    for (size_t i = 0; i < length && text[i] != '#'; i++) {
        depth += text[i] == '(' || text[i] == '[';
        depth -= text[i] == ')' || text[i] == ']';
    }
    return depth;
}

/* The length of a line without the mark that it goes on in the next: MATLAB's ..., a comma, an ampersand. */
static size_t without_mark(const char *text, size_t length) {
    static const char *const marks[] = {"...", "…", ",", "&", "\\"};
    while (length > 0 && strchr(" \t\r", text[length - 1])) length--;
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t mark = strlen(marks[i]);
        if (length > mark && memcmp(text + length - mark, marks[i], mark) == 0) return length - mark;
    }
    return 0;
}

/* Whether a line begins as an option does: pad=2. */
static bool begins_with_option(const char *text) {
    size_t name = 0;
    while (in_name(text[name])) name++;
    const char *mark = text + name + strspn(text + name, " \t");
    return name > 0 && *mark == '=';
}

/* Whether a line begins a statement of its own. */
static bool begins_statement(Arena *arena, const char *text) {
    size_t length = 0;
    while (in_name(text[length])) length++;
    const char *word = arena_copy(arena, text, length);
    return *word && !begins_with_option(text) &&
           (foreign_layer(word) || foreign_setting(word) || string_is(word, "let"));
}

const char *mend_join_lines(Arena *arena, const Source *source, Span *at, bool *joined) {
    const char *begin = source->text + (at->lo - source->base), *end = source->text + source->size;
    size_t length = strcspn(begin, "\n");
    const char *text = NULL, *line = begin;
    int depth = 0;
    for (int i = 0; i < MAX_LINES; i++) {
        size_t kept = without_mark(line, length);
        depth += open_brackets(line, length);
        const char *next = line + length < end ? line + length + 1 : end;
        const char *first = next + strspn(next, " \t");
        bool more = next < end && !strchr("\r\n}", *first) && !begins_statement(arena, first) &&
                    (depth > 0 || (kept && begins_with_option(first)));
        text = arena_format(arena, "%s%s%.*s", text ? text : "", text ? " " : "", (int)(more && kept ? kept : length),
                            line);
        if (!more) break;
        *joined = true;
        line = first;
        length = strcspn(first, "\n");
        at->hi = (uint32_t)(line + length - source->text) + source->base;
    }
    return text;
}

const char *mend_with_line_above(Arena *arena, const Source *source, Span *at, const char *text, size_t length) {
    const char *line = source->text + (at->lo - source->base);
    while (line > source->text && line[-1] != '\n') line--;
    if (line == source->text || !begins_with_option(text)) return NULL;
    const char *end = --line;
    while (line > source->text && line[-1] != '\n') line--;
    line += strspn(line, " \t");
    size_t above = strcspn(line, "#\n");
    if (line + above > end) above = (size_t)(end - line);
    if (above == 0 || memchr(line, '{', above) || memchr(line, '}', above)) return NULL;
    at->lo = (uint32_t)(line - source->text) + source->base;
    return arena_format(arena, "%.*s %.*s", (int)above, line, (int)length, text);
}
