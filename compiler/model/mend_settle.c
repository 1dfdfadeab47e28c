#include "compiler/model/mend_settle.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "compiler/model/trial.h"

static bool statement_good(Scope *scope, bool layer, const AstStmt *stmt) {
    bool good = stmt->kind != AST_REPEAT || layer;
    for (size_t i = 0; stmt->kind == AST_REPEAT && i < stmt->body.count; i++) {
        good = good && statement_good(scope, layer, stmt->body.at[i]);
    }
    if (stmt->kind == AST_REPEAT) return good;
    return layer ? layer_statement_good(scope, stmt) : setting_line_good(scope, stmt);
}

bool mend_reads_well(Scope *scope, bool layer, const char *text) {
    const char *wrapped = arena_format(scope->arena, "network hint {\n%s\n}", text);
    Source *source = source_from_text(scope->arena, "hint", wrapped, strlen(wrapped));
    Diags diags = {.arena = scope->arena, .source = source};
    const AstFile *file = ast_parse(scope->arena, source, &diags);
    if (diags.errors > 0 || file->top.count != 1) return false;
    Scope copy = *scope;
    copy.diags = &diags;
    copy.file = NULL;
    const AstStmt *block = file->top.at[0];
    for (size_t i = 0; i < block->body.count; i++) {
        if (!statement_good(&copy, layer, block->body.at[i])) return false;
    }
    return block->body.count > 0 && diags.errors == 0;
}

/* `dense 64; dropout 0.5` without its last statement, of which *head is the first word. NULL: it is one. */
static const char *without_last(Arena *arena, const char *text, const char **head) {
    const char *mark = NULL;
    for (const char *at = strstr(text, "; "); at && !strchr(text, '{'); at = strstr(at + 2, "; ")) mark = at;
    if (!mark) return NULL;
    *head = arena_copy(arena, mark + 2, strcspn(mark + 2, " "));
    return arena_copy(arena, text, (size_t)(mark - text));
}

/* Whether a text has the number, or as its last digits: a share of 0.1 is one of 1 to some. */
static bool has_number(const char *whole, const char *number, size_t length, bool last) {
    for (const char *text = whole; *text; text++) {
        bool begins = text == whole || (!is_digit(text[-1]) && text[-1] != '.');
        bool same = (begins || last) && strncmp(text, number, length) == 0;
        if (same && !is_digit(text[length]) && text[length] != '.') return true;
    }
    return false;
}

/* Whether a better line has every number of the tried one that the user wrote: a warning of it is for him to read. */
static bool keeps_numbers(const Scope *scope, Span at, const char *tried, const char *better) {
    size_t length;
    const char *text = source_slice(scope->diags->source, at, &length);
    const char *written = arena_copy(scope->arena, text, length);
    while (*(tried += strcspn(tried, "0123456789"))) {
        size_t digits = strspn(tried, "0123456789.");
        if (has_number(written, tried, digits, false) && !has_number(better, tried, digits, true)) return false;
        tried += digits;
    }
    return true;
}

MendSettled mend_settle(Scope *scope, bool layer, Span at, const char *text, bool example) {
    enum { MAX_TURNS = 4 };
    MendSettled first = {0};
    const char *dropped = NULL;
    for (int turn = 0; text && turn < MAX_TURNS && mend_reads_well(scope, layer, text); turn++) {
        const char *better, *head;
        TrialOutcome outcome = trial_of(scope->trial, scope->arena, at, text, at, &better);
        bool clean = outcome == TRIAL_GOOD || outcome == TRIAL_UNKNOWN;
        if (clean && !(outcome == TRIAL_UNKNOWN && first.line)) return (MendSettled){text, dropped, true};
        if (outcome == TRIAL_DOUBTFUL && !first.line) first = (MendSettled){text, dropped, false};
        if (first.line && !layer && better && !keeps_numbers(scope, at, text, better)) return first;
        const char *less = without_last(scope->arena, text, &head);
        bool adds = better && strncmp(better, text, strlen(text)) == 0;
        if (less && !string_is(head, "default")) dropped = head; /* one that no layer reads is no loss */
        text = less ? less : adds && !example ? NULL : better;
    }
    return first;
}

bool mend_belongs(Scope *scope, bool layer, MendPlace place, Span at) {
    return place == (layer ? PLACE_NETWORK : PLACE_TRAIN) && source_of(scope->diags->source, at.lo)->base == 0;
}

/* ---- what is kept ---- */

/* The next word of netc's from *at on, which goes behind it, that begins a statement or is an activation; NULL: none
 * follows. A word before '=' is the name of an option, one behind it its value. */
static const char *next_own(Arena *arena, const char **at, bool activation) {
    const char *text = *at, *begin = text;
    while (*text) {
        size_t length = 0;
        while (in_name(text[length])) length++;
        const char *word = arena_copy(arena, text, length), *sign = text + length + strspn(text + length, " \t");
        char before = text > begin ? text[-1] : ' ';
        text += length > 0 ? length : 1;
        if (length == 0 || *sign == '=' || *sign == ':' || before == '(') continue;
        if (activation ? !activation_find(word) : before == '=' || !word_begins_statement(word)) continue;
        *at = text;
        return word;
    }
    return NULL;
}

static size_t count_own(Arena *arena, const char *text, const char *word, bool activation) {
    size_t count = 0;
    for (const char *own; (own = next_own(arena, &text, activation)) != NULL;) count += !word || string_is(own, word);
    return count;
}

bool mend_keeps(Scope *scope, Span at, const char *text) {
    size_t length;
    const char *slice = source_slice(scope->diags->source, at, &length);
    const char *written = arena_copy(scope->arena, slice, length), *end = strpbrk(written, "\n{");
    if (end) written = arena_copy(scope->arena, written, (size_t)(end - written));
    const char *rest = written;
    for (const char *own; (own = next_own(scope->arena, &rest, false)) != NULL;) {
        if (count_own(scope->arena, text, own, false) < count_own(scope->arena, written, own, false)) return false;
    }
    return count_own(scope->arena, written, NULL, true) == 0 || count_own(scope->arena, text, NULL, true) > 0;
}
