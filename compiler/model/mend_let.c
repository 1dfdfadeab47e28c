#include "compiler/model/mend_let.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/model/foreign.h"
#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/trial.h"

const char *mend_power(Arena *arena, const char *text) {
    const char *sign = strstr(text, "**"), *caret = strchr(text, '^');
    if (!sign) sign = caret;
    if (!sign) return NULL;
    const char *left = sign, *right = sign + (*sign == '*' ? 2 : 1);
    while (left > text && left[-1] == ' ') left--;
    const char *end = left;
    while (left > text && (in_name(left[-1]) || left[-1] == '.')) left--;
    right += strspn(right, " ");
    if (left == end || *right < '2' || *right > '8' || in_name(right[1]) || right[1] == '.') return NULL;
    const char *factor = arena_copy(arena, left, (size_t)(end - left)), *product = factor;
    for (int i = '2'; i <= *right; i++) product = arena_format(arena, "%s*%s", product, factor);
    return arena_format(arena, "%.*s%s%s", (int)(left - text), text, product, right + 1);
}

/* `let a, b = 8, 128`: a let for each. NULL: it is one, or as many names as values are not there. */
static const char *each_let(Arena *arena, const char *text) {
    const char *name = text + 3, *value = strchr(text, '='), *lets = NULL;
    if (!value || !memchr(text, ',', (size_t)(value - text))) return NULL;
    for (value++; name && value;) {
        name += strspn(name, " \t,");
        value += strspn(value, " \t,");
        size_t letters = 0, length = strcspn(value, ",");
        while (in_name(name[letters])) letters++;
        while (length > 0 && strchr(" \t\r", value[length - 1])) length--;
        if (letters == 0 || length == 0) return NULL;
        lets = arena_format(arena, "%s%slet %.*s = %.*s", lets ? lets : "", lets ? "; " : "", (int)letters, name,
                            (int)length, value);
        name += letters + strspn(name + letters, " \t");
        value += length + strspn(value + length, " \t\r");
        if (*name == '=' && !*value) return lets;
        if (*name != ',' || *value != ',') return NULL;
    }
    return NULL;
}

static bool is_let(Arena *arena, const char *text) {
    Source *source = source_from_text(arena, "hint", text, strlen(text));
    Diags diags = {.arena = arena, .source = source};
    ast_parse(arena, source, &diags);
    return diags.errors == 0;
}

const char *mend_let(Scope *scope, char *text, size_t length, bool file) {
    static const char *const words[] = {"let",      "const",  "var",   "val",   "int",   "float", "double",
                                        "export",   "define", "set",   "local", "final", "mut",   "static",
                                        "unsigned", "long",   "short", "char",  "bool",  "auto"};
    LooseLine line;
    if (mend_begins_let(text, length)) {
        const char *several = each_let(scope->arena, text), *product = mend_power(scope->arena, text);
        if (several && is_let(scope->arena, several)) return several;
        if (product && is_let(scope->arena, product)) return product;
    }
    char *quotient = strstr(text, "//"); /* Python's 7 // 2 */
    if (quotient && strspn(quotient + 2, " ") + strspn(quotient + 2 + strspn(quotient + 2, " "), "0123456789") ==
                        strlen(quotient + 2)) {
        memmove(quotient, quotient + 1, strlen(quotient));
        length = strlen(text);
    }
    size_t start = strspn(text, " \t");
    bool declared = false, known = true;
    while (known) { /* const int k = 5 */
        size_t word = strspn(text + start, "abcdefghijklmnopqrstuvwxyz");
        known = false;
        for (size_t i = 0; i < (file || declared ? COUNT_OF(words) : 1) && strchr(" \t", text[start + word]); i++) {
            known = known || (strlen(words[i]) == word && memcmp(words[i], text + start, word) == 0);
        }
        if (known) start += word + strspn(text + start + word, " \t");
        declared = declared || known;
    }
    if ((!declared && !file) || start > length) return NULL;
    if (!loose_read(scope->arena, text + start, length - start, &line)) return NULL;
    const char *name = line.marked ? line.marked : line.head;
    while (line.args.count > 1 && !line.args.at[line.args.count - 1].key) { /* let width = 30 units */
        const LooseValue *last = line.args.at[line.args.count - 1].value;
        if (last->kind != LOOSE_WORD || !foreign_is_idle(last->text)) break;
        line.args.count--;
    }
    size_t first = line.marked && line.head ? 0 : 1; /* the values after it: let k = 5, j = 6 */
    if ((!declared && !line.marked) || !name || line.args.count < first) return NULL;
    const char *more = "";
    for (size_t i = first; i < line.args.count; i++) {
        const LooseArg *arg = &line.args.at[i];
        const char *value =
            arg->key ? mend_any(&(MendWords){.arena = scope->arena}, mend_as_expression(scope, arg->value)) : NULL;
        if (!value) return NULL;
        more = arena_format(scope->arena, "%s; let %s = %s", more, mend_name(scope->arena, arg->key), value);
    }
    line.args.count = first;
    const char *written = line.head;
    if (line.args.count == 1 && line.args.at[0].key) { /* let layer width = 30 */
        name = arena_format(scope->arena, "%s_%s", name, line.args.at[0].key);
    }
    if (line.args.count == 1) {
        const LooseValue *value = mend_as_expression(scope, line.args.at[0].value);
        written = mend_any(&(MendWords){.arena = scope->arena}, value);
    }
    const char *usable = mend_name(scope->arena, name);
    if (!written || word_is_known(usable) || (!declared && mend_is_remark(usable))) return NULL;
    const char *let = arena_format(scope->arena, "let %s = %s%s", usable, written, more);
    return is_let(scope->arena, let) ? let : NULL;
}

bool mend_reads_let(Scope *scope, const LooseValue *value) {
    if (value->kind == LOOSE_WORD) return scope_find(scope, value->text) != NULL;
    if (value->kind == LOOSE_NUMBER) return mend_as_expression(scope, value) != value;
    bool expression = value->kind == LOOSE_PRODUCT || value->kind == LOOSE_OTHER, found = false;
    for (size_t i = 0; expression && i < value->items.count; i++) {
        found = found || mend_reads_let(scope, value->items.at[i].value);
    }
    return found;
}

/* The number that a value is where it stands, with its lets. */
static bool number_of(Scope *scope, const LooseValue *value, double *number) {
    const Let *let = value->kind == LOOSE_WORD ? scope_find(scope, value->text) : NULL;
    char *end = "?";
    if (value->kind == LOOSE_NUMBER) *number = strtod(value->text, &end);
    if (let && let->value && let->value->kind == AST_NUMBER) *number = let->value->number;
    return *end == '\0' || (let && let->value && let->value->kind == AST_NUMBER);
}

/* max(a, b) is the one of its arguments that is larger; NULL: that is not told. */
static const LooseValue *extreme_of(Scope *scope, const LooseValue *call) {
    bool larger = foreign_same(loose_last_part(call->text), "max");
    if ((!larger && !foreign_same(loose_last_part(call->text), "min")) || call->items.count == 0) return NULL;
    const LooseValue *best = NULL;
    double most = 0, number = 0;
    for (size_t i = 0; i < call->items.count; i++) {
        const LooseValue *value = call->items.at[i].value;
        if (call->items.at[i].key || !number_of(scope, value, &number)) return NULL;
        if (!best || (larger ? number > most : number < most)) {
            best = value;
            most = number;
        }
    }
    return best;
}

const LooseValue *mend_as_expression(Scope *scope, const LooseValue *value) {
    const LooseValue *extreme = value->kind == LOOSE_CALL ? extreme_of(scope, value) : NULL;
    if (extreme) return extreme;
    size_t digits = value->kind == LOOSE_NUMBER ? strspn(value->text, "0123456789.") : 0;
    if (digits == 0 || !value->text[digits] || !scope_find(scope, value->text + digits)) return value;
    LooseValue *product = NEW(scope->arena, LooseValue);
    const char *text = arena_format(scope->arena, "%.*s*%s", (int)digits, value->text, value->text + digits);
    *product = (LooseValue){.kind = LOOSE_OTHER, .text = text, .raw = text};
    return product;
}

bool mend_begins_let(const char *text, size_t length) {
    return strncmp(text, "let", 3) == 0 && (length == 3 || text[3] == ' ');
}

const char *mend_let_name(Arena *arena, const char *text) {
    text += strspn(text, " ");
    size_t length = 0;
    while (in_name(text[length])) length++;
    return length > 0 && !is_digit(text[0]) ? arena_copy(arena, text, length) : NULL;
}

bool mend_is_remark(const char *word) {
    static const char *const words[] = {"name", "version", "author", "title", "description", "date", "license"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (foreign_same(words[i], word)) return true;
    }
    return false;
}

/* ---- lets that are read ---- */

bool mend_is_read_below(Scope *scope, const char *text, Span at) {
    const char *name = mend_let_name(scope->arena, text), *source = scope->diags->source->text;
    if (!name || word_is_known(name) || source_of(scope->diags->source, at.lo)->base > 0) return false;
    size_t length = strlen(name), before = strspn(text, " ") + length;
    if (text[before + strspn(text + before, " ")] != '=') return false;
    for (const char *found = strstr(source + at.hi, name); found; found = strstr(found + length, name)) {
        const char *left = found - 1, *right = found + length + strspn(found + length, " ");
        if (in_name(*left) || in_name(found[length])) continue;
        while (left > source && *left == ' ') left--;
        if (strchr("=[(,*+-/", *left) && *right != '=' && *right != ':') return true;
    }
    return false;
}

void mend_take_lets(Scope *scope, const char *text, Span at) {
    for (const char *let = text; mend_begins_let(let, strlen(let)); let += 2) {
        const char *name = mend_let_name(scope->arena, let + 3);
        if (name && !word_is_known(name) && !scope_find(scope, name)) scope_let(scope, name, at, NULL);
        let = strstr(let, "; ");
        if (!let) break;
    }
}

/* `#define width 30`, `# let width = 30` above: the line, and the let that it is but for its sign. NULL: there is none.
 */
static const char *let_in_comment(Scope *scope, const char *name, uint32_t before, Span *at) {
    const char *text = scope->diags->source->text, *begins = arena_format(scope->arena, "let %s = ", name);
    for (const char *line = text; line < text + before; line += strcspn(line, "\n") + 1) {
        const char *sign = line + strspn(line, " \t"), *inside = sign + strspn(sign, "# \t");
        size_t length = strcspn(inside, "#\r\n");
        if (*sign != '#' || length == 0 || length > LOOSE_MAX_LENGTH) continue;
        char *comment = arena_copy(scope->arena, inside, length);
        const char *let = strstr(comment, name) ? mend_let(scope, comment, length, true) : NULL;
        if (!let || strncmp(let, begins, strlen(begins)) != 0) continue;
        *at = (Span){(uint32_t)(sign - text), (uint32_t)(inside + length - text)};
        return let;
    }
    return NULL;
}

/* Moves what was found at `at` to where it comes from, if the statement is right with that in place. */
static bool blame_let(Scope *scope, Diag *diag, Span at, Span origin, Span replaced, const char *text) {
    Span both = {origin.lo, at.hi};
    if (trial_of(scope->trial, scope->arena, replaced, text, both, NULL) == TRIAL_WRONG) return false;
    mend_forget_others(scope->diags, diag, at);
    diag->at = origin;
    diag->help = NULL;
    return true;
}

bool mend_read_let(Scope *scope, Diag *diag, Span at) {
    bool missing = string_is(diag->kind->name, "unknown-name"), unfit = string_is(diag->kind->name, "bad-value");
    if ((!missing && !unfit) || source_of(scope->diags->source, diag->at.lo)->base > 0) return false;
    size_t length;
    const char *name = source_slice(scope->diags->source, diag->at, &length);
    name = arena_copy(scope->arena, name, length);
    Span line;
    const char *let = missing ? let_in_comment(scope, name, at.lo, &line) : NULL;
    if (let && blame_let(scope, diag, at, line, line, let)) {
        diag->message = arena_format(scope->arena, "this line is a comment: there is no 'let %s'", name);
        diag_help(scope->diags, diag, "write '%s'", let);
        mend_take_lets(scope, let, line);
        return true;
    }
    for (size_t i = scope->lets.count; unfit && i-- > 0;) {
        Let *known = &scope->lets.at[i];
        if (!string_is(known->name, name)) continue;
        const AstValue *value = known->value;
        bool quoted = value && value->kind == AST_STRING && known->at.lo < value->at.lo && value->at.lo < at.lo;
        if (!quoted || !blame_let(scope, diag, at, value->at, value->at, value->name)) return false;
        diag_help(scope->diags, diag, "write 'let %s = %s', without quotes", name, value->name);
        known->value = NULL; /* it is said */
        return true;
    }
    return false;
}
