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

/* The let that range(depth) and `depth times` count by; NULL: none is told. */
static const char *name_of(Arena *arena, const char *head) {
    const char *call = strstr(head, "range("), *name = call ? call + strlen("range(") : head + strspn(head, " (");
    size_t length = 0;
    while (in_name(name[length])) length++;
    bool only =
        length > 0 && !is_digit(*name) && (call ? name[length] == ')' : strncmp(name + length, " times", 6) == 0);
    return only ? arena_copy(arena, name, length) : NULL;
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
    const char *name = name_of(arena, head);
    long rounds = name ? 0 : rounds_of(head);
    *counted = rounds > 0 || name;
    *header = opens ? end + 1 : strcspn(text, "\n");
    if (*header > length) *header = length;
    if (name) return arena_format(arena, "repeat %s {", name);
    return arena_format(arena, "repeat %ld {", rounds > 0 ? rounds : 3);
}
