#include "compiler/model/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/suggest.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/model/initialiser.h"

/* The budget in units of a few nanoseconds: far more than any real model needs, less than a second. */
#define WORK_LIMIT INT64_C(50000000)
enum { WORK_NODE = 100, VALUE_TEXT_MAX = 60 };

/* ---- scopes ---- */

void scope_init(Scope *scope, Arena *arena, Diags *diags) {
    *scope = (Scope){.arena = arena, .diags = diags, .work = WORK_LIMIT};
}

void scope_enter(Scope *scope) { scope->block++; }

void scope_leave(Scope *scope) {
    scope->block--;
    while (scope->lets.count > 0 && scope->lets.at[scope->lets.count - 1].block > scope->block) scope->lets.count--;
}

bool scope_spent(const Scope *scope) { return scope->work < 0; }

void scope_report_spent(Scope *scope, Span at) {
    diag_report(scope->diags, at, "too-large",
                "the model has too many statements and values once its repeats are expanded");
}

bool scope_spend(Scope *scope, int64_t work, Span at) {
    if (scope_spent(scope)) return false;
    scope->work -= work;
    if (!scope_spent(scope)) return true;
    scope_report_spent(scope, at);
    return false;
}

const Let *scope_find(Scope *scope, const char *name) {
    uint64_t hash = hash_bytes(0, name, strlen(name));
    size_t i = scope->lets.count;
    while (i > 0) {
        const Let *let = &scope->lets.at[--i];
        if (let->hash == hash && string_is(let->name, name)) {
            scope->work -= (int64_t)(scope->lets.count - i);
            return let;
        }
    }
    scope->work -= (int64_t)scope->lets.count;
    return NULL;
}

const char *const *scope_names(Scope *scope, size_t *count) {
    const char **names = NEW_ARRAY(scope->arena, const char *, scope->lets.count + 1);
    for (size_t i = 0; i < scope->lets.count; i++) names[i] = scope->lets.at[i].name;
    *count = scope->lets.count;
    return names;
}

/* A let of that name after a place, in any block. */
static const AstStmt *later_let(const AstBody *body, const char *name, uint32_t after) {
    for (size_t i = 0; i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        if (stmt->kind == AST_LET && stmt->name_at.lo > after && string_is(stmt->name, name)) return stmt;
        const AstStmt *inside = later_let(&stmt->body, name, after);
        if (inside) return inside;
    }
    return NULL;
}

void scope_advise(Scope *scope, Diag *diag, const char *name, Span at) {
    const AstStmt *later = scope->file ? later_let((const AstBody *)&scope->file->top, name, at.lo) : NULL;
    if (later) {
        uint32_t line, column;
        source_position(scope->diags->source, later->at.lo, &line, &column);
        diag_note(scope->diags, diag, "'let %s' stands in line %u; a let holds from its line on", name, (unsigned)line);
        diag_help(scope->diags, diag, "move that line up");
        return;
    }
    bool usable = scope->file && !word_is_known(name);
    const AstStmt *inside = usable ? later_let((const AstBody *)&scope->file->top, name, 0) : NULL;
    if (inside) {
        uint32_t line, column;
        source_position(scope->diags->source, inside->at.lo, &line, &column);
        diag->message = arena_format(scope->arena, "there is no 'let %s' here", name);
        diag_note(scope->diags, diag, "'let %s' stands in line %u; a let holds to the end of its block", name,
                  (unsigned)line);
        diag_help(scope->diags, diag, "move that line to the top of the file, where it holds for all blocks");
        return;
    }
    size_t count;
    const char *const *names = scope_names(scope, &count);
    diag_suggest(scope->diags, diag, name, names, count);
}

/* A word that only becomes a let further down is reported here, not where the let that reads it is used. */
static bool reads_later_let(Scope *scope, const AstValue *value) {
    bool found = false;
    for (size_t i = 0; i < value->items.count; i++) found = reads_later_let(scope, value->items.at[i]) || found;
    const AstBody *top = scope->file ? (const AstBody *)&scope->file->top : NULL;
    if (value->kind != AST_NAME || !top || word_is_known(value->name)) return found;
    if (!later_let(top, value->name, value->at.lo)) return found;
    Diag *diag = diag_report(scope->diags, value->at, "unknown-name", "there is no 'let %s'", value->name);
    scope_advise(scope, diag, value->name, value->at);
    return true;
}

/* A call that no option could take. */
static bool calls_nothing(Scope *scope, const AstValue *value) {
    if (value->kind != AST_CALL) return false;
    if (initialiser_find(value->name) || activation_find(value->name)) return false;
    const char **names = NEW_ARRAY(scope->arena, const char *, activation_count + initialiser_count);
    for (size_t i = 0; i < activation_count; i++) names[i] = activations[i].name;
    for (size_t i = 0; i < initialiser_count; i++) names[activation_count + i] = initialisers[i].name;
    Diag *diag = diag_report(scope->diags, value->at, "unknown-word", "there is no function '%s'", value->name);
    suggest_word(scope->diags, diag, value->name, names, activation_count + initialiser_count);
    if (!diag->help) diag_help(scope->diags, diag, "expressions know + - * / and sqrt( )");
    return true;
}

void scope_let(Scope *scope, const char *name, Span name_at, const AstValue *value) {
    if (!scope_spend(scope, WORK_NODE, name_at)) return;
    if (word_is_known(name)) {
        Diag *diag = diag_report(scope->diags, name_at, "reserved-name",
                                 "'%s' means something in the language; give the let another name", name);
        diag_help(scope->diags, diag, "for example 'let my_%s = ...'", name);
        return;
    }
    const AstValue *evaluated = value ? scope_evaluate(scope, value) : NULL;
    if (evaluated && (reads_later_let(scope, evaluated) || calls_nothing(scope, evaluated))) evaluated = NULL;
    const Let *other = scope_find(scope, name);
    bool taken =
        other && other->at.lo <= name_at.lo && name_at.hi <= other->at.hi; /* from this line, as it was mended */
    if (other && other->block == scope->block && !taken) {
        Diag *diag =
            diag_report(scope->diags, name_at, "duplicate-let", "'%s' already has a value in this block", name);
        uint32_t line, column;
        source_position(scope->diags->source, other->at.lo, &line, &column);
        diag_note(scope->diags, diag, "first in line %u", (unsigned)line);
        return;
    }
    Let let = {name, hash_bytes(0, name, strlen(name)), evaluated, name_at, scope->block};
    vec_push(scope->arena, &scope->lets, let);
}

/* ---- expressions ---- */

static AstValue *make_number(Scope *scope, Span at, double number) {
    AstValue *value = NEW(scope->arena, AstValue);
    value->kind = AST_NUMBER;
    value->at = at;
    value->number = number;
    value->integral = number == floor(number) && fabs(number) <= 9007199254740992.0;
    return value;
}

static const AstValue *evaluate_name(Scope *scope, const AstValue *value) {
    const Let *let = scope_find(scope, value->name);
    if (!let) return value;
    if (!let->value || !scope_spend(scope, WORK_NODE, value->at)) return NULL;
    AstValue *copy = NEW(scope->arena, AstValue);
    *copy = *let->value;
    if (source_of(scope->diags->source, copy->at.lo)->base == 0) copy->at = value->at; /* -D: what is wrong is there */
    return copy;
}

/* The number an operand stands for; false after reporting that it is none. */
static bool operand_number(Scope *scope, const AstValue *operand, double *number) {
    const AstValue *value = scope_evaluate(scope, operand);
    if (!value) return false;
    *number = value->number;
    if (value->kind == AST_NUMBER) return true;
    if (value->kind == AST_NAME) {
        Diag *diag = diag_report(scope->diags, value->at, "unknown-name", "there is no 'let %s'", value->name);
        scope_advise(scope, diag, value->name, value->at);
    } else {
        diag_report(scope->diags, value->at, "bad-value", "arithmetic needs numbers, this is %s",
                    value_text(scope->arena, value));
    }
    return false;
}

static const AstValue *finite_number(Scope *scope, Span at, double number) {
    if (isfinite(number)) return make_number(scope, at, number);
    diag_report(scope->diags, at, "bad-arithmetic", "the result is too large to be a number");
    return NULL;
}

static const AstValue *apply(Scope *scope, const AstValue *value, double left, double right) {
    Span at = value->at;
    switch (value->kind) {
    case AST_ADD: return finite_number(scope, at, left + right);
    case AST_SUBTRACT: return finite_number(scope, at, left - right);
    case AST_MULTIPLY: return finite_number(scope, at, left * right);
    case AST_DIVIDE:
        if (right != 0) return finite_number(scope, at, left / right);
        diag_report(scope->diags, value->right->at, "bad-arithmetic", "division by zero");
        return NULL;
    case AST_NUMBER:
    case AST_NAME:
    case AST_CALL:
    case AST_NEGATE:
    case AST_SHAPE:
    case AST_STRING:
    case AST_BOOL:
    case AST_LIST: break;
    }
    BUG("value kind %d is no operator", (int)value->kind);
}

/* The parser bounds how deep a value is, so that it may be walked by recursion. */
static const AstValue *evaluate_binary(Scope *scope, const AstValue *value) {
    double left, right;
    if (!operand_number(scope, value->left, &left)) return NULL;
    if (!scope_spend(scope, WORK_NODE, value->at)) return NULL;
    if (!operand_number(scope, value->right, &right)) return NULL;
    return apply(scope, value, left, right);
}

static const AstValue *evaluate_root(Scope *scope, const AstValue *call) {
    if (call->items.count != 1) {
        diag_report(scope->diags, call->at, "bad-value", "sqrt takes one number");
        return NULL;
    }
    double number;
    if (!operand_number(scope, call->items.at[0], &number)) return NULL;
    if (number < 0) {
        diag_report(scope->diags, call->items.at[0]->at, "bad-arithmetic", "sqrt of %s, a negative number",
                    number_text(scope->arena, number));
        return NULL;
    }
    return make_number(scope, call->at, sqrt(number));
}

/* A list, or a call of a word: the same with every item evaluated. */
static const AstValue *evaluate_items(Scope *scope, const AstValue *value) {
    AstValue *copy = NEW(scope->arena, AstValue);
    *copy = *value;
    copy->items.at = NEW_ARRAY(scope->arena, AstValue *, value->items.count);
    copy->items.count = 0;
    copy->items.capacity = value->items.count;
    bool good = true;
    for (size_t i = 0; i < value->items.count; i++) {
        if (!scope_spend(scope, WORK_NODE, value->at)) return NULL;
        AstValue *item = (AstValue *)scope_evaluate(scope, value->items.at[i]);
        if (item) {
            copy->items.at[copy->items.count++] = item;
        } else {
            good = false;
        }
    }
    return good ? copy : NULL;
}

const AstValue *scope_evaluate(Scope *scope, const AstValue *value) {
    if (!scope_spend(scope, 1, value->at)) return NULL;
    switch (value->kind) {
    case AST_NUMBER:
    case AST_SHAPE:
    case AST_STRING:
    case AST_BOOL: return value;
    case AST_NAME: return evaluate_name(scope, value);
    case AST_CALL:
        if (string_is(value->name, "sqrt")) return evaluate_root(scope, value);
        return evaluate_items(scope, value);
    case AST_LIST: return evaluate_items(scope, value);
    case AST_NEGATE: {
        double number;
        if (!operand_number(scope, value->left, &number)) return NULL;
        return make_number(scope, value->at, number == 0 ? 0 : -number);
    }
    case AST_ADD:
    case AST_SUBTRACT:
    case AST_MULTIPLY:
    case AST_DIVIDE: return evaluate_binary(scope, value);
    }
    BUG("unknown value kind %d", (int)value->kind);
}

/* ---- texts ---- */

const char *number_text(Arena *arena, double number) {
    if (number == floor(number) && fabs(number) < 1e16) return arena_format(arena, "%.0f", number);
    for (int digits = 6; digits <= 9; digits += 3) {
        const char *text = arena_format(arena, "%.*g", digits, number);
        if (strtod(text, NULL) == number) return text;
    }
    return arena_format(arena, "%.6g", number);
}

static void add_value(Arena *arena, Text *text, const AstValue *value);

static void add_items(Arena *arena, Text *text, const AstValue *value) {
    for (size_t i = 0; i < value->items.count && text->length <= VALUE_TEXT_MAX; i++) {
        text_puts(text, i ? ", " : "");
        add_value(arena, text, value->items.at[i]);
    }
}

static void add_value(Arena *arena, Text *text, const AstValue *value) {
    switch (value->kind) {
    case AST_NUMBER: text_puts(text, number_text(arena, value->number)); break;
    case AST_NAME: text_printf(text, "'%s'", value->name); break;
    case AST_STRING: text_printf(text, "\"%s\"", value->name); break;
    case AST_BOOL: text_puts(text, value->number != 0 ? "true" : "false"); break;
    case AST_SHAPE:
        for (size_t i = 0; i < value->dims.count; i++) {
            text_printf(text, "%s%lld", i ? "x" : "", (long long)value->dims.at[i]);
        }
        break;
    case AST_CALL:
        text_printf(text, "%s(", value->name);
        add_items(arena, text, value);
        text_puts(text, ")");
        break;
    case AST_LIST:
        text_puts(text, "[");
        add_items(arena, text, value);
        text_puts(text, "]");
        break;
    case AST_NEGATE:
    case AST_ADD:
    case AST_SUBTRACT:
    case AST_MULTIPLY:
    case AST_DIVIDE: BUG("a value that was not evaluated");
    }
}

const char *value_text(Arena *arena, const AstValue *value) {
    Text text = {0};
    add_value(arena, &text, value);
    size_t length = text.length;
    const char *result;
    if (length <= VALUE_TEXT_MAX) {
        result = arena_copy(arena, text.data ? text.data : "", length);
    } else {
        for (length = VALUE_TEXT_MAX; length > 0 && ((unsigned char)text.data[length] & 0xC0) == 0x80;) length--;
        result = arena_format(arena, "%.*s…", (int)length, text.data);
    }
    text_free(&text);
    return result;
}

bool value_is_whole(const AstValue *value) {
    return value->kind == AST_NUMBER && value->number == floor(value->number) &&
           fabs(value->number) <= 9007199254740992.0;
}

/* ---- known words ---- */

static bool options_know(const OptionSpec *options, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++) {
        for (const char *const *known = options[i].words; known && *known; known++) {
            if (string_is(*known, word)) return true;
        }
    }
    return false;
}

bool word_is_known(const char *word) {
    if (string_is(word, "sqrt") || initialiser_find(word) || activation_find(word)) return true;
    for (const LayerKind *const *kind = layer_kinds; *kind; kind++) {
        if (string_is((*kind)->name, word) || options_know((*kind)->options, (*kind)->option_count, word)) return true;
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        const SettingKind *kind = &setting_kinds[i];
        if (options_know(kind->options, kind->option_count, word)) return true;
        const Variant *variant;
        for (size_t v = 0; kind->variant && (variant = kind->variant(v)); v++) {
            if (options_know(variant->options, variant->option_count, word)) return true;
        }
    }
    return false;
}
