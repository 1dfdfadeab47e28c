#include "compiler/model/mend_parted.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_settle.h"
#include "compiler/model/mend_text.h"
#include "compiler/model/settings.h"

static void say(Scope *scope, Diag *diag, Span at, const char *line) {
    diag->help = NULL;
    diag_help(scope->diags, diag, "write '%s'", line);
    mend_forget_others(scope->diags, diag, at);
}

/* Whether a word of netc's begins at a place of the text, that may begin a statement: no option's name, nor the kind of
 * layer that a default is of. */
static bool begins_at(Arena *arena, const char *text, size_t at) {
    static const char standard[] = "default ";
    size_t length = 0, before = sizeof standard - 1;
    if (at > 0 && (in_name(text[at - 1]) || text[at - 1] == '.')) return false;
    if (at >= before && memcmp(text + at - before, standard, before) == 0) return false;
    if (strncmp(text + at, standard, before) == 0) return true;
    while (in_name(text[at + length])) length++;
    const char *sign = text + at + length + strspn(text + at + length, " \t");
    bool option = (*sign == '=' && sign[1] != '>') || *sign == ':';
    return length > 0 && !option && word_begins_statement(arena_copy(arena, text + at, length));
}

/* ---- several statements ---- */

/* The length without what joins it to the next: an arrow, a sign, `then`. */
static size_t without_joint(const char *text, size_t length) {
    static const char *const words[] = {"→", "⇒", "·", " then", " and", " into"};
    for (bool more = true; more;) {
        more = length > 0 && strchr(" \t,;|&+>=-/", text[length - 1]);
        length -= more;
        for (size_t i = 0; i < COUNT_OF(words) && !more; i++) {
            size_t word = strlen(words[i]);
            more = length > word && memcmp(text + length - word, words[i], word) == 0;
            if (more) length -= word;
        }
    }
    return length;
}

/* One of them as netc writes it; NULL: it cannot be told. */
static const char *part_text(Scope *scope, bool layer, const char *text, size_t length) {
    LooseLine line;
    MendWords words = {.arena = scope->arena};
    bool known;
    const char *part = arena_copy(scope->arena, text, without_joint(text, length));
    if (!*part || mend_reads_well(scope, layer, part)) return *part ? part : NULL;
    return loose_read(scope->arena, part, strlen(part), &line) ? mend_text(scope, &line, layer, &words, &known) : NULL;
}

bool mend_parted(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length) {
    bool layer = place == PLACE_NETWORK;
    const char *whole = arena_copy(scope->arena, text, length), *parted = NULL;
    if (place == PLACE_FILE || strpbrk(whole, "\n{}\"")) return false;
    if (!begins_at(scope->arena, whole, 0)) return false;
    size_t begin = 0;
    int depth = 0;
    for (size_t i = 1; i <= length; i++) {
        depth += whole[i] == '(' || whole[i] == '[';
        depth -= whole[i] == ')' || whole[i] == ']';
        if (i < length && (depth != 0 || !begins_at(scope->arena, whole, i))) continue;
        const char *part = part_text(scope, layer, whole + begin, i - begin);
        if (!part || (begin == 0 && i == length)) return false;
        parted = parted ? arena_format(scope->arena, "%s; %s", parted, part) : part;
        begin = i;
    }
    if (mend_belongs(scope, layer, place, at)) {
        parted = mend_settle(scope, layer, at, parted, false).line;
    } else if (!mend_reads_well(scope, layer, parted)) {
        return false;
    }
    if (parted) say(scope, diag, at, parted);
    return parted != NULL;
}

/* ---- a statement behind something else ---- */

bool mend_rest(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length) {
    if (place == PLACE_FILE || memchr(text, '\n', length)) return false;
    const char *whole = arena_copy(scope->arena, text, length);
    for (size_t i = 1; i < length; i++) {
        if (!begins_at(scope->arena, whole, i)) continue;
        size_t end = length;
        while (end > i && strchr(" \t\r;}],)", whole[end - 1])) end--;
        bool layer = place == PLACE_NETWORK;
        const char *rest = arena_copy(scope->arena, whole + i, end - i);
        char *after;
        long rounds = strtol(whole, &after, 10);
        bool times = layer && after > whole && rounds > 1 && rounds < 100 && strchr("*x", after[strspn(after, " ")]);
        if (times) rest = arena_format(scope->arena, "repeat %ld { %s }", rounds, rest);
        if (mend_belongs(scope, layer, place, at)) rest = mend_settle(scope, layer, at, rest, false).line;
        if (!rest || !mend_reads_well(scope, layer, rest)) return false;
        say(scope, diag, at, rest);
        return true;
    }
    return false;
}

/* ---- a remark ---- */

bool mend_remark(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length) {
    static const char *const marks[] = {"/*", "--", "%", "–", "—", "//", "<!--", "!", "\""};
    const char *whole = arena_copy(scope->arena, text, strcspn(text, "\r\n"));
    const char *first = NULL;
    size_t mark = 0;
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        const char *found = strstr(whole, arena_format(scope->arena, " %s", marks[i]));
        if (!found || (first && found >= first)) continue;
        first = found;
        mark = strlen(marks[i]) + 1;
    }
    if (!first || place == PLACE_FILE || (size_t)(first - whole) > length) return false;
    const char *rest = first + mark + strspn(first + mark, " \t"), *end = rest + strlen(rest);
    while (end > rest && strchr(" \t*/->\"", end[-1])) end--;
    const char *before = arena_copy(scope->arena, whole, (size_t)(first - whole));
    bool option = strchr(rest, '=') != NULL || (first[1] == '-' && in_name(first[mark])); /* --lr 0.1 */
    if (end == rest || is_digit(*rest) || option || !mend_reads_well(scope, place == PLACE_NETWORK, before))
        return false;
    say(scope, diag, at, arena_format(scope->arena, "%s # %.*s", before, (int)(end - rest), rest));
    diag_note(scope->diags, diag, "a comment begins with '#' and ends with its line");
    return true;
}
