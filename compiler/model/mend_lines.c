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

/* Whether a line begins as an option does: pad=2; or with another mark, as in YAML: pad: 2. */
static bool begins_with_pair(const char *text, char other) {
    size_t name = strspn(text, "\"'"), quotes = name;
    while (in_name(text[name])) name++;
    const char *mark = text + name + strspn(text + name, " \t\"'");
    return name > quotes && (*mark == '=' || *mark == other);
}

static bool begins_with_option(const char *text) { return begins_with_pair(text, '='); }

/* How far from the margin the text of a line begins, behind the sign of a list. */
static size_t indent_of(const Source *source, const char *line) {
    const char *begin = line;
    while (begin > source->text && begin[-1] != '\n') begin--;
    return (size_t)(line - begin) + strspn(line, "- ");
}

/* `split:` or `- type: conv`, which takes the pairs that are indented more. */
static bool opens_map(const char *text, size_t length) {
    while (length > 0 && strchr(" \t\r", text[length - 1])) length--;
    if (length == 0 || memchr(text, '{', length)) return false;
    return text[length - 1] == ':' || (text[0] == '-' && text[1] == ' ') || begins_with_pair(text, ':');
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
    bool map = opens_map(begin, length);
    size_t indent = indent_of(source, begin), list = begin[0] == '-' ? 1 : 0; /* - type: conv, and maps: below type */
    for (int i = 0; i < MAX_LINES; i++) {
        size_t kept = without_mark(line, length);
        depth += open_brackets(line, length);
        const char *next = line + length < end ? line + length + 1 : end;
        const char *first = next + strspn(next, " \t");
        bool inside = map && indent_of(source, first) + list > indent;
        bool item = inside && first[0] == '-' && first[1] == ' ' && begin[0] != '-'; /* log:, and - gradients below */
        if (item) first += 2;
        bool pair = item || (inside && begins_with_pair(first, ':'));
        bool more = next < end && !strchr("\r\n}", *first) &&
                    (pair || (!begins_statement(arena, first) && (depth > 0 || (kept && begins_with_option(first)))));
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

/* The line above, without its margin; NULL: there is none. */
static const char *line_above(const Source *source, const char *line) {
    while (line > source->text && line[-1] != '\n') line--;
    if (line == source->text) return NULL;
    line--;
    while (line > source->text && line[-1] != '\n') line--;
    return line + strspn(line, " \t");
}

bool mend_map_above(Arena *arena, const Source *source, Span *at) {
    const char *line = source->text + (at->lo - source->base), *above = line_above(source, line);
    if (!above || !begins_with_pair(line, ':') || !opens_map(above, strcspn(above, "#\n"))) return false;
    if (indent_of(source, above) >= indent_of(source, line) || !begins_statement(arena, above)) return false;
    at->lo = (uint32_t)(above - source->text) + source->base;
    return true;
}

const char *mend_with_line_above(Arena *arena, const Source *source, Span *at, const char *text, size_t length) {
    const char *line = source->text + (at->lo - source->base);
    line = line_above(source, line);
    if (!line || !begins_with_option(text)) return NULL;
    size_t above = strcspn(line, "#\n");
    if (above == 0 || memchr(line, '{', above) || memchr(line, '}', above)) return NULL;
    at->lo = (uint32_t)(line - source->text) + source->base;
    return arena_format(arena, "%.*s %.*s", (int)above, line, (int)length, text);
}
