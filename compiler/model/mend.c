#include "compiler/model/mend.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_head.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "compiler/syntax/forms.h"

/* ---- is it good? ---- */

static bool statement_good(Scope *scope, bool layer, const AstStmt *stmt) {
    bool good = stmt->kind != AST_REPEAT || layer;
    for (size_t i = 0; stmt->kind == AST_REPEAT && i < stmt->body.count; i++) {
        good = good && statement_good(scope, layer, stmt->body.at[i]);
    }
    if (stmt->kind == AST_REPEAT) return good;
    return layer ? layer_statement_good(scope, stmt) : setting_line_good(scope, stmt);
}

static bool reads_well(Scope *scope, bool layer, const char *text) {
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

/* ---- a statement ---- */

static bool lies_in(const Diag *diag, Span at) {
    return diag->severity == SEVERITY_ERROR && diag->at.lo >= at.lo && diag->at.lo <= at.hi;
}

/* The first error that lies in the statement. */
static Diag *first_error(const Diags *diags, Span at) {
    for (size_t i = 0; i < diags->list.count; i++) {
        if (lies_in(diags->list.at[i], at)) return diags->list.at[i];
    }
    return NULL;
}

/* One line mends the whole statement: its other errors would say the same again. */
static void forget_others(Diags *diags, const Diag *kept, Span at) {
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool other = diag != kept && lies_in(diag, at);
        diags->errors -= other;
        if (!other) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}

static const char *where_text(bool layer, MendPlace place) {
    if (layer == (place == PLACE_NETWORK) && place != PLACE_FILE) return "";
    return layer ? ", in the network block" : ", in the train block";
}

/* A word that ends a block elsewhere: the '{' is closed with it. */
static void forget_unclosed(Diags *diags, Span at) {
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool echo = string_is(diag->kind->name, "unclosed-block") && diag->at.lo < at.lo;
        diags->errors -= echo;
        if (!echo) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}

/* `]` or `)` alone where a block ends. */
static bool closes_wrongly(Scope *scope, Diag *diag, Span at, const char *text, size_t length) {
    if (length == 0 || strspn(text, ")] ;,") < length || strcspn(text, ")]") == length) return false;
    diag->help = NULL;
    diag_help(scope->diags, diag, "a block ends with '}'");
    forget_unclosed(scope->diags, at);
    forget_others(scope->diags, diag, at);
    return true;
}

/* Says it of the word itself where that is what was found wrong, else of the statement as a whole. */
static void say_absent(Diags *diags, const Absent *absent, Diag *first, Span at) {
    Diag *diag = NULL;
    for (size_t i = 0; i < diags->list.count && !diag; i++) {
        Diag *other = diags->list.at[i];
        size_t length;
        const char *text = source_slice(diags->source, other->at, &length);
        bool inside = lies_in(other, at) && foreign_same(arena_copy(diags->arena, text, length), absent->word);
        if (inside) diag = other;
    }
    if (!diag) diag = first;
    if (diag == first) forget_others(diags, first, at); /* the rest was meant for it */
    diag->help = NULL;
    if (!strstr(diag->message, "netc has no")) diag_note(diags, diag, "netc has no %s", absent->what);
    diag_help(diags, diag, "%s", absent->near ? absent->near : "leave it out");
    if (string_is(absent->what, "word that ends a block")) forget_unclosed(diags, at);
}

/* Nothing better is known than what such a line looks like. */
static void give_example(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag) {
    bool layer = place == PLACE_NETWORK;
    LooseLine changed;
    const ForeignHead *head = mend_head(scope->arena, line, layer, &changed);
    if (!head || line->standard) return;
    const char *word = changed.head ? changed.head : changed.marked;
    bool own = word && word_begins_statement(word);
    bool form = string_is(diag->kind->name, "syntax-error") || string_is(diag->kind->name, "extra-value");
    if (!form || (own && diag->help)) return; /* the message says what is expected */
    LooseLine bare = {.head = head->here};
    MendWords words = {.arena = scope->arena};
    const char *example = mend_line(scope, layer, head, &bare, &words);
    if (!example || !reads_well(scope, layer, example)) return;
    diag->help = NULL;
    diag_help(scope->diags, diag, "for example '%s'", example);
}

/* ---- lets ---- */

/* `let k: 3`, `let my-width = 5,5`, and at file level `k = 3` and `const k = 3`, as netc writes them. */
static const char *let_text(Scope *scope, char *text, size_t length, bool file) {
    static const char *const words[] = {"let",    "const",  "var", "val",   "int",   "float", "double",
                                        "export", "define", "set", "local", "final", "mut",   "static"};
    LooseLine line;
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
    size_t first = line.marked && line.head ? 0 : 1; /* the values after it: let k = 5, j = 6 */
    if ((!declared && !line.marked) || !name || line.args.count < first) return NULL;
    const char *more = "";
    for (size_t i = first; i < line.args.count; i++) {
        const LooseArg *arg = &line.args.at[i];
        const char *value = arg->key ? mend_any(&(MendWords){.arena = scope->arena}, arg->value) : NULL;
        if (!value) return NULL;
        more = arena_format(scope->arena, "%s; let %s = %s", more, mend_name(scope->arena, arg->key), value);
    }
    line.args.count = first;
    const char *written = line.head;
    if (line.args.count == 1 && line.args.at[0].key) return NULL;
    if (line.args.count == 1) written = mend_any(&(MendWords){.arena = scope->arena}, line.args.at[0].value);
    const char *usable = mend_name(scope->arena, name);
    if (!written || word_is_known(usable)) return NULL;
    const char *let = arena_format(scope->arena, "let %s = %s%s", usable, written, more);
    Source *source = source_from_text(scope->arena, "hint", let, strlen(let));
    Diags diags = {.arena = scope->arena, .source = source};
    ast_parse(scope->arena, source, &diags);
    return diags.errors == 0 ? let : NULL;
}

static bool begins_let(const char *text, size_t length) {
    return strncmp(text, "let", 3) == 0 && (length == 3 || text[3] == ' ');
}

/* The name that a let begins with; NULL: none. */
static const char *let_name(Arena *arena, const char *text) {
    text += strspn(text, " ");
    size_t length = 0;
    while (in_name(text[length])) length++;
    return length > 0 && !is_digit(text[0]) ? arena_copy(arena, text, length) : NULL;
}

/* Says of a line what it looks like; `at` takes all that belongs to it. */
static void say_form(Scope *scope, const Form *form, Diag *diag, Span at) {
    diag->help = NULL;
    diag_note(scope->diags, diag, "this looks like %s", form->name);
    diag_help(scope->diags, diag, "%s", form->help);
    forget_others(scope->diags, diag, at);
}

/* What stands in brackets behind the line: that a part was left out, or replaced, and why. */
static const char *remark_text(Arena *arena, const MendWords *words, const char *replaced) {
    if (words->absent) return arena_format(arena, " (netc has no %s)", words->absent->what);
    if (words->remark) return arena_format(arena, " (%s)", words->remark);
    return replaced ? arena_format(arena, " (%s does not suit the last layer)", replaced) : "";
}

/* `repeat 3 dense 30`: the block that is meant. */
static bool take_rounds(Arena *arena, const LooseLine *line, LooseLine *inner, const char **rounds) {
    static const char *const words[] = {"repeat", "times", "loop"};
    bool repeats = false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        repeats = repeats || (line->head && foreign_same(line->head, words[i]));
    bool good = repeats && line->args.count > 1 && !line->args.at[0].key && !line->args.at[1].key;
    if (!good || line->args.at[0].value->kind != LOOSE_NUMBER || !mend_word(line->args.at[1].value)) return false;
    const LooseValue *head = line->args.at[1].value;
    *rounds = mend_any(&(MendWords){.arena = arena}, line->args.at[0].value);
    *inner = (LooseLine){.head = mend_word(head), .called = head->kind == LOOSE_CALL};
    for (size_t i = 0; i < head->items.count; i++) vec_push(arena, &inner->args, head->items.at[i]);
    for (size_t i = 2; i < line->args.count; i++) vec_push(arena, &inner->args, line->args.at[i]);
    return *rounds != NULL;
}

/* Whether a value lists the units of several layers: [30, 20], or 30,20 where it is no number. */
static bool lists_units(const LooseArg *arg) {
    static const char *const units[] = {"units"};
    bool turned, named = !arg->key || word_alias(arg->key, units, 1, &turned);
    if (!named || arg->value->kind != LOOSE_GROUP || arg->value->items.count < 2) return false;
    for (size_t i = 0; i < arg->value->items.count; i++) {
        const LooseArg *item = &arg->value->items.at[i];
        if (item->key || item->value->kind != LOOSE_NUMBER) return false;
        if (i > 0 && string_is(arg->value->text, ",") && strlen(item->value->text) == 3) return false;
    }
    return true;
}

/* `dense [30, 20] relu`: a line for each. NULL: it is one. */
static const char *each_text(Scope *scope, const ForeignHead *head, const LooseLine *line, MendWords *words) {
    size_t list = 0;
    while (list < line->args.count && !lists_units(&line->args.at[list])) list++;
    if (list == line->args.count || strncmp(head->here, "dense", 5) != 0) return NULL;
    const char *text = NULL;
    const LooseValue *sizes = line->args.at[list].value;
    for (size_t i = 0; i < sizes->items.count; i++) {
        LooseLine one = {.head = line->head};
        for (size_t k = 0; k < line->args.count; k++) {
            vec_push(scope->arena, &one.args, k == list ? sizes->items.at[i] : line->args.at[k]);
        }
        const char *layer = mend_line(scope, true, head, &one, words);
        if (!layer) return NULL;
        text = text ? arena_format(scope->arena, "%s; %s", text, layer) : layer;
    }
    return text;
}

/* The line in one of the blocks. `known`: its head is one of that block, so that nothing else is meant. */
static const char *line_text(Scope *scope, const LooseLine *line, bool layer, MendWords *words, bool *known) {
    LooseLine changed;
    const char *rounds;
    if (layer && take_rounds(scope->arena, line, &changed, &rounds)) {
        const char *inner = line_text(scope, &changed, true, words, known);
        return inner ? arena_format(scope->arena, "repeat %s { %s }", rounds, inner) : NULL;
    }
    const ForeignHead *head = mend_head(scope->arena, line, layer, &changed);
    *known = head != NULL;
    bool standard = layer && (line->standard || (!head && !(line->head && foreign_absent(line->head))));
    if (standard) return mend_default(scope, line, words);
    const char *several = head && layer ? each_text(scope, head, &changed, words) : NULL;
    return several ? several : head ? mend_line(scope, layer, head, &changed, words) : NULL;
}

/* The line in the place where it stands, then in the other block. */
static bool write_line(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag, Span at, MendWords *words,
                       const char *behind) {
    bool set = source_of(scope->diags->source, at.lo)->base > 0; /* of --set, which has settings alone */
    for (int turn = 0; turn < (set ? 1 : 2); turn++) {
        bool layer = (place != PLACE_TRAIN) == (turn == 0), known = false;
        const char *written = line_text(scope, line, layer, words, &known);
        const char *suits =
            written && strncmp(written, "cost ", 5) == 0 ? cost_that_suits(scope->model, written) : NULL;
        const char *replaced = suits ? written + strlen("cost ") : NULL;
        if (suits) written = suits;
        if ((known || written) && (!written || !reads_well(scope, layer, written))) return false;
        if (!written) continue;
        const char *verb = words->guess ? "for example" : "write";
        bool said = words->guess && diag->help && strncmp(diag->help, "did you mean", 12) != 0 &&
                    !strstr(diag->help, "VALUE"); /* what is expected */
        const char *help = arena_format(scope->arena, "%s%s%s %s'%s'%s%s%s", said ? diag->help : "", said ? "; " : "",
                                        verb, set ? "--set " : "", written, where_text(layer, place),
                                        remark_text(scope->arena, words, replaced), behind);
        diag->help = NULL;
        diag_help(scope->diags, diag, "%s", help);
        forget_others(scope->diags, diag, at);
        return true;
    }
    return false;
}

/* ---- statements of several lines ---- */

enum { MAX_LINES = 20 };
#define IN_ONE_LINE ", in one line; a line that ends in '\\' goes on in the next"

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

/* A statement that goes on in further lines as other languages let it: the lines as one, and `at` takes them all.
 * NULL: it stands in one line. */
static const char *join_lines(Arena *arena, const Source *source, Span *at, bool *joined) {
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

/* `pad=2` in a line of its own: an option of the statement above it. NULL: there is none. */
static const char *with_line_above(Arena *arena, const Source *source, Span at, const char *text, size_t length) {
    const char *line = source->text + (at.lo - source->base);
    while (line > source->text && line[-1] != '\n') line--;
    if (line == source->text || !begins_with_option(text)) return NULL;
    const char *end = --line;
    while (line > source->text && line[-1] != '\n') line--;
    line += strspn(line, " \t");
    size_t above = strcspn(line, "#\n");
    if (line + above > end) above = (size_t)(end - line);
    if (above == 0 || memchr(line, '{', above) || memchr(line, '}', above)) return NULL;
    return arena_format(arena, "%.*s %.*s", (int)above, line, (int)length, text);
}

/* The statement, or where it opens a block that makes no sense its first line alone. */
static bool read_loosely(Arena *arena, const char *text, size_t length, LooseLine *line) {
    if (loose_read(arena, text, length, line)) return true;
    const char *brace = memchr(text, '{', length);
    return brace && loose_read(arena, text, (size_t)(brace - text), line);
}

/* The length of what --set itself says already: --set 'train epochs 3'. */
static size_t set_prefix(const char *text) {
    static const char *const words[] = {"train ", "train.", "let ", "set "};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strncmp(text, words[i], strlen(words[i])) == 0) return strlen(words[i]);
    }
    return 0;
}

/* Whether its help says one word for another, which will do when nothing else is wrong. */
static bool is_corrected(const Diags *diags, const Diag *diag, Span at) {
    size_t errors = 0;
    for (size_t i = 0; i < diags->list.count; i++) errors += lies_in(diags->list.at[i], at);
    return errors == 1 && diag->help && strncmp(diag->help, "did you mean '", 14) == 0;
}

/* Of what follows from one slip the first is told: signs and values that cannot stand there, options that are none. */
static void forget_echoes(Diags *diags, const Diag *kept, Span at) {
    static const char *const kinds[] = {"syntax-error", "bad-character", "unknown-option", "extra-value"};
    size_t count = 0;
    for (size_t i = 0; i < diags->list.count; i++) {
        Diag *diag = diags->list.at[i];
        bool echo = false;
        for (size_t k = 0; k < COUNT_OF(kinds); k++) echo = echo || string_is(diag->kind->name, kinds[k]);
        echo = echo && diag != kept && lies_in(diag, at);
        diags->errors -= echo;
        if (!echo) diags->list.at[count++] = diag;
    }
    diags->list.count = count;
}

/* A line that is an option of the statement above. */
static bool write_above(Scope *scope, const Source *source, MendPlace place, Diag *diag, Span at, const char *text,
                        size_t length) {
    LooseLine line;
    const char *whole = with_line_above(scope->arena, source, at, text, length);
    size_t name = strcspn(text, " \t=");
    const char *word = arena_copy(scope->arena, text, name);
    bool own = place == PLACE_TRAIN ? foreign_setting(word) != NULL : foreign_layer(word) != NULL;
    if (!whole || own || !loose_read(scope->arena, whole, strlen(whole), &line)) return false;
    MendWords words = {.arena = scope->arena};
    return write_line(scope, &line, place, diag, at, &words, IN_ONE_LINE);
}

/* `input 784 dense 10`: two statements, the second where a value has no place. */
static bool write_parted(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length) {
    size_t first = diag->at.lo - at.lo;
    bool extra = string_is(diag->kind->name, "extra-value") || string_is(diag->kind->name, "positional-after-option");
    if (!extra || first == 0 || first >= length || place == PLACE_FILE) return false;
    while (first > 0 && text[first - 1] == ' ') first--;
    const char *rest = text + first + strspn(text + first, " ");
    const char *parted = arena_format(scope->arena, "%.*s; %.*s", (int)first, text, (int)(text + length - rest), rest);
    if (!reads_well(scope, place == PLACE_NETWORK, parted)) return false;
    diag->help = NULL;
    diag_help(scope->diags, diag, "write '%s'", parted);
    forget_others(scope->diags, diag, at);
    return true;
}

void mend_statement(Scope *scope, MendPlace place, Span at) {
    if (diags_full(scope->diags) || scope_spent(scope)) return;
    Diag *diag = first_error(scope->diags, at);
    if (!diag || diag->advised) return;
    diag->advised = true;
    size_t length, foreign;
    bool joined = false;
    Span whole_at = at;
    const char *text = source_slice(scope->diags->source, at, &length);
    const Source *source = source_of(scope->diags->source, at.lo);
    const Form *form = form_in_block(text, source->size - (at.lo - source->base), &foreign);
    if (form && place != PLACE_FILE) {
        say_form(scope, form, diag, (Span){at.lo, at.lo + (uint32_t)(foreign > length ? foreign : length)});
        return;
    }
    if (length > LOOSE_MAX_LENGTH) return;
    LooseLine line;
    /* what is well written is wrong in another way: a window that does not fit, a name given twice */
    if (reads_well(scope, place == PLACE_NETWORK, arena_copy(scope->arena, text, length))) return;
    bool set = source->base > 0;
    if (place != PLACE_FILE && closes_wrongly(scope, diag, at, text, length)) return;
    if (place != PLACE_FILE && !set) {
        Span lines = at;
        const char *whole = join_lines(scope->arena, source, &lines, &joined);
        if (joined) {
            whole_at = lines;
            text = whole;
            length = strlen(whole);
        } else if (write_above(scope, source, place, diag, at, text, length)) {
            return;
        }
    }
    size_t prefix = set ? set_prefix(text) : 0;
    text += prefix;
    length -= prefix;
    const char *let = set ? NULL : let_text(scope, arena_copy(scope->arena, text, length), length, place == PLACE_FILE);
    bool read = read_loosely(scope->arena, text, length, &line);
    bool setting = read && line.marked && foreign_setting(line.marked); /* lr = 0.1 */
    if (let && !setting) {
        diag->help = NULL;
        diag_help(scope->diags, diag, "write '%s'", let);
        forget_others(scope->diags, diag, at);
        return;
    }
    if (place == PLACE_FILE && !diag->help && string_is(diag->kind->name, "syntax-error") && begins_let(text, length)) {
        const char *name = let_name(scope->arena, text + 3);
        diag_help(scope->diags, diag, "for example 'let %s = 5'", name && !word_is_known(name) ? name : "width");
        return;
    }
    bool opens = length > 0 && text[length - 1] == '{';
    if (place == PLACE_FILE && opens && diag->help) return; /* `solver {`: a block was meant, as was said */
    MendWords words = {.arena = scope->arena};
    if (read && write_line(scope, &line, place, diag, whole_at, &words, joined ? IN_ONE_LINE : "")) return;
    if (!joined && !set && write_parted(scope, place, diag, at, text, length)) return;
    if (place == PLACE_FILE && diag->notes) return; /* the whole is something else, as was said */
    const Absent *absent = words.absent;
    if (read && !absent && line.head) absent = foreign_absent(line.head);
    if (read && !absent && line.marked) absent = foreign_absent(line.marked);
    form = form_of_line(text, length);
    MendWords guess = {.arena = scope->arena, .guess = true};
    if (absent) {
        say_absent(scope->diags, absent, diag, at);
    } else if (form && place != PLACE_FILE) {
        say_form(scope, form, diag, at);
    } else if (read && !is_corrected(scope->diags, diag, at) && !(diag->notes && diag->help) &&
               write_line(scope, &line, place, diag, at, &guess, "")) {
        return;
    } else if (read) {
        give_example(scope, &line, place, diag);
    }
    forget_echoes(scope->diags, diag, at);
}
