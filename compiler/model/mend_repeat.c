#include "compiler/model/mend_repeat.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/model/foreign.h"

enum { MAX_ROUNDS = 1000 };

static bool begins_loop(const char *word) {
    static const char *const words[] = {"repeat", "for", "foreach", "loop", "while", "times", "stack", "repeated"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (foreign_same(words[i], word)) return true;
    }
    return false;
}

static size_t word_at(const char *text, size_t length) {
    size_t count = 0;
    while (count < length && ((text[count] >= 'a' && text[count] <= 'z') ||
                              (text[count] >= 'A' && text[count] <= 'Z') || text[count] == '_'))
        count++;
    return count;
}

/* The rounds of "i=1..3", "i in range(3)", "3 times", "i = 1 to 3", "i < 3"; 0: they are not told. */
static long rounds_of(const char *head) {
    long first = 0, last = 0;
    int count = 0;
    for (const char *at = head; *at && count < 3; at++) {
        if (*at < '0' || *at > '9' || (at > head && word_at(at - 1, 1) > 0)) continue; /* not of i1 */
        char *end;
        long number = strtol(at, &end, 10);
        first = count == 0 ? number : first;
        last = number;
        count++;
        at = end - 1;
    }
    if (count > 2 || last > MAX_ROUNDS) return 0; /* with a step: nobody knows */
    bool below = strstr(head, "range") || (strchr(head, '<') && !strstr(head, "<="));
    long rounds = count < 2 ? last : below ? last - first : last - first + 1;
    return rounds > 0 ? rounds : 0;
}

/* The length with the rest of `for (int i = 0; i < 3; i++) {`, whose signs end a statement here. */
static size_t whole_header(const char *text, size_t length) {
    size_t line = strcspn(text, "\n");
    while (line > 0 && strchr(" \t\r", text[line - 1])) line--;
    bool parted = length < line && text[length] == ';' && text[line - 1] == '{';
    return parted ? line : length;
}

/* ---- rounds that a let tells ---- */

static const char *trimmed(Arena *arena, const char *text, size_t length) {
    while (length > 0 && strchr(" \t(=", *text)) text++, length--;
    while (length > 0 && strchr(" \t", text[length - 1])) length--;
    return arena_copy(arena, text, length);
}

/* Whether a text is one expression with a let: depth, 2*depth; no `layer in layers`. */
static bool is_expression(const char *text) {
    size_t length = strlen(text);
    bool letter = false, good = length > 0 && in_name(text[0]);
    for (size_t i = 0; i < length && good; i++) {
        letter = letter || word_at(text + i, 1) > 0;
        bool blank = text[i] == ' ' && in_name(text[i - 1]) && in_name(text[i + strspn(text + i, " ")]);
        bool unit = is_digit(text[i]) && in_name(text[i + 1]) && !is_digit(text[i + 1]); /* 2x */
        bool within = i > 0 && in_name(text[i - 1]);
        good = !blank && !(unit && !within) && (in_name(text[i]) || strchr("+-*/ ", text[i]));
    }
    return good && letter;
}

/* What stands between the ends of a range, and whether it goes up to below the second. */
static const struct {
    const char *mark;
    bool below;
} range_marks[] = {
    {"range(", true}, {"..<", true}, {"..=", false}, {"...", false}, {"..", false},
    {" to ", false},  {"<=", false}, {"<", true},    {":", false},   {",", false},
};

/* The rounds of range(depth), `depth times`, `i in 1..depth`, `i = 0; i < 2*depth; i++`, as they are written in terms
 * of the let; NULL: there is none. */
static const char *expression_of(Arena *arena, const char *head, bool opens) {
    const char *times = strstr(head, " times"), *member = strstr(head, " in "), *equals = strchr(head, '=');
    size_t kind = 0;
    while (kind < COUNT_OF(range_marks) && !strstr(head, range_marks[kind].mark)) kind++;
    const char *first = "", *last = head;
    bool below = true;
    if (times) {
        last = trimmed(arena, head, (size_t)(times - head));
    } else if (kind < COUNT_OF(range_marks)) {
        const char *mark = strstr(head, range_marks[kind].mark), *end = mark + strlen(range_marks[kind].mark);
        size_t length = strcspn(end, ";)");
        const char *comma = kind == 0 ? memchr(end, ',', length) : NULL;
        const char *begin = strchr(range_marks[kind].mark, '<') && equals && equals < mark ? equals : mark;
        while (begin == mark && begin > head && is_digit(begin[-1])) begin--;
        first = comma ? trimmed(arena, end, (size_t)(comma - end)) : trimmed(arena, begin, (size_t)(mark - begin));
        if (begin < mark && *begin == '=') first = arena_copy(arena, first, strcspn(first, ";, "));
        last = trimmed(arena, comma ? comma + 1 : end, length - (comma ? (size_t)(comma + 1 - end) : 0));
        below = range_marks[kind].below;
    } else if (opens) {
        last = member ? member + 4 : equals ? equals + 1 : head;
        if (strncmp(last, " x ", 3) == 0) last += 3;
        last = trimmed(arena, last, strcspn(last, ")"));
    }
    if (!is_expression(last) || strspn(first, "0123456789") < strlen(first)) return NULL;
    long more = (below ? 0 : 1) - strtol(first, NULL, 10);
    return more == 0 ? last : arena_format(arena, "%s%+ld", last, more);
}

const char *mend_repeat(Arena *arena, const char *text, size_t length, size_t *header, bool *counted) {
    size_t word = word_at(text, length), end = 0;
    while (end < length && text[end] != '{' && text[end] != '\n') end++;
    if (word == 0 || !begins_loop(arena_copy(arena, text, word))) return NULL;
    length = whole_header(text, length);
    while (end < length && text[end] != '{' && text[end] != '\n') end++;
    bool opens = end < length && text[end] == '{';
    while (!opens && end > 0 && strchr(" \t\r[:", text[end - 1])) end--;
    const char *head = arena_copy(arena, text + word, end - word);
    bool own = strncmp(text, "repeat ", 7) == 0; /* repeat 3 dense 30: the block in one line is told as such */
    size_t rest = strspn(head, " ()0123456789");
    if (own && !opens && head[rest]) return NULL;
    const char *expression = expression_of(arena, head, opens);
    long rounds = expression ? 0 : rounds_of(head);
    *counted = rounds > 0 || expression;
    *header = opens ? end + 1 : strcspn(text, "\n");
    if (*header > length) *header = length;
    if (expression) return arena_format(arena, "repeat %s {", expression);
    return arena_format(arena, "repeat %ld {", rounds > 0 ? rounds : 3);
}
