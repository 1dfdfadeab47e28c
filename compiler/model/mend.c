#include "compiler/model/mend.h"

#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "compiler/model/vocabulary.h"
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

/* `data "train.idx"` and `data images="a.idx"`: files are named by options. */
static bool names_file(const LooseLine *line) {
    static const char *const files[] = {"images", "labels", "test_images", "test_labels"};
    bool data = line->head && foreign_same(line->head, "data"), other;
    if (data && line->args.count > 0 && line->args.at[0].key) {
        return word_alias(line->args.at[0].key, files, COUNT_OF(files), &other) != NULL;
    }
    const LooseValue *first = line->args.count > 0 && !line->args.at[0].key ? line->args.at[0].value : NULL;
    if (!first || !data) return false;
    bool named = first->kind == LOOSE_STRING || first->kind == LOOSE_WORD, turned;
    static const char *const sets[] = {"mnist", "fashion_mnist", "digits"};
    if (named && word_alias(mend_word(first), sets, COUNT_OF(sets), &turned)) return false; /* ./mnist */
    return first->kind == LOOSE_OTHER || (named && strpbrk(first->text, "./"));
}

static bool has_number(const LooseLine *line) {
    for (size_t i = 0; i < line->args.count; i++) {
        if (!line->args.at[i].key && line->args.at[i].value->kind == LOOSE_NUMBER) return true;
    }
    return false;
}

/* `6 conv 5x5`, `30 relu`, `3 epochs`: the number came first. */
static void find_later_head(Arena *arena, bool layer, LooseLine *line) {
    bool number = line->args.count > 1 && !line->args.at[0].key && line->args.at[0].value->kind == LOOSE_NUMBER;
    LooseLine all = *line;
    for (size_t i = 1; number && i < all.args.count && !line->head && !line->marked; i++) {
        const LooseArg *arg = &all.args.at[i];
        const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : NULL;
        bool head = word && (layer ? foreign_layer(word) != NULL : foreign_setting(word) != NULL);
        if (layer && word && !head && mend_activation(arena, word)) line->head = "dense";
        if (!head) continue;
        line->head = word;
        memset(&line->args, 0, sizeof line->args);
        for (size_t k = 0; k < all.args.count; k++) {
            if (k != i) vec_push(arena, &line->args, all.args.at[k]);
        }
    }
}

/* The head of a line in the block where it stands; a foreign activation is one too. */
static const ForeignHead *find_head(Arena *arena, const LooseLine *line, bool layer, LooseLine *changed) {
    LooseLine found = *line;
    find_later_head(arena, layer, &found);
    *changed = found;
    line = &found;
    const char *word = line->head;
    const ForeignHead *head = !word ? NULL : layer ? foreign_layer(word) : foreign_setting(word);
    bool labelled = line->marked && !(layer ? foreign_layer(line->marked) : foreign_setting(line->marked));
    if (!layer && names_file(line)) return foreign_setting("datafile");
    if (layer && word && foreign_same(word, "softmax") && !has_number(line)) head = NULL; /* a layer on its own */
    bool called = layer && line->called; /* self.drop = nn.Dropout(0.2) */
    if (head && (labelled || called || !line->marked)) return head;
    if (layer && word && mend_activation(arena, word) && (labelled || !line->marked)) {
        LooseValue *value = NEW(arena, LooseValue);
        *value = (LooseValue){.kind = LOOSE_CALL, .text = word, .raw = word};
        for (size_t i = 0; i < line->args.count; i++) {
            const LooseArg *arg = &line->args.at[i];
            if (arg->value->kind == LOOSE_NUMBER) vec_push(arena, &value->items, *arg);
        }
        memset(&changed->args, 0, sizeof changed->args);
        vec_push(arena, &changed->args, ((LooseArg){.value = value}));
        return foreign_layer("activation");
    }
    /* `epochs: 3`, `loss = mse`, `optimizer = SGD(lr=0.1)`: the head stands before the mark */
    if (!line->marked) return NULL;
    head = layer ? foreign_layer(line->marked) : foreign_setting(line->marked);
    changed->label = NULL;
    if (head && word) {
        LooseValue *value = NEW(arena, LooseValue);
        *value = (LooseValue){.kind = LOOSE_WORD, .text = word, .raw = word};
        memset(&changed->args, 0, sizeof changed->args);
        vec_push(arena, &changed->args, ((LooseArg){.value = value}));
        for (size_t i = 0; i < line->args.count; i++) vec_push(arena, &changed->args, line->args.at[i]);
    }
    return head;
}

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
    if (absent->near) diag_help(diags, diag, "%s", absent->near);
}

/* Nothing better is known than what such a line looks like. */
static void give_example(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag) {
    bool layer = place == PLACE_NETWORK;
    LooseLine changed;
    const ForeignHead *head = find_head(scope->arena, line, layer, &changed);
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

/* The line in the place where it stands, then in the other block. */
static bool write_line(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag, Span at, MendWords *words) {
    bool set = source_of(scope->diags->source, at.lo)->base > 0; /* of --set, which has settings alone */
    for (int turn = 0; turn < (set ? 1 : 2); turn++) {
        bool layer = (place != PLACE_TRAIN) == (turn == 0);
        LooseLine changed;
        const ForeignHead *head = find_head(scope->arena, line, layer, &changed);
        bool standard = layer && (line->standard || (!head && !(line->head && foreign_absent(line->head))));
        const char *written = standard ? mend_default(scope, line, words)
                              : head   ? mend_line(scope, layer, head, &changed, words)
                                       : NULL;
        bool cost = written && head && string_is(head->here, "cost");
        const char *suits = cost ? cost_that_suits(scope->model, written) : NULL;
        const char *replaced = suits ? written + strlen("cost ") : NULL;
        if (suits) written = suits;
        if ((head || written) && (!written || !reads_well(scope, layer, written))) return false;
        if (!written) continue;
        diag->help = NULL;
        diag_help(scope->diags, diag, "write %s'%s'%s%s", set ? "--set " : "", written, where_text(layer, place),
                  remark_text(scope->arena, words, replaced));
        forget_others(scope->diags, diag, at);
        return true;
    }
    return false;
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

void mend_statement(Scope *scope, MendPlace place, Span at) {
    if (diags_full(scope->diags) || scope_spent(scope)) return;
    Diag *diag = first_error(scope->diags, at);
    if (!diag || diag->advised) return;
    diag->advised = true;
    size_t length, foreign;
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
    bool opens = length > 0 && text[length - 1] == '{';
    if (place == PLACE_FILE && opens && diag->help) return; /* `solver {`: a block was meant, as was said */
    MendWords words = {.arena = scope->arena};
    if (read && write_line(scope, &line, place, diag, at, &words)) return;
    if (place == PLACE_FILE && diag->notes) return; /* the whole is something else, as was said */
    const Absent *absent = words.absent;
    if (read && !absent && line.head) absent = foreign_absent(line.head);
    if (read && !absent && line.marked) absent = foreign_absent(line.marked);
    form = form_of_line(text, length);
    if (absent) {
        say_absent(scope->diags, absent, diag, at);
    } else if (form && place != PLACE_FILE) {
        say_form(scope, form, diag, at);
    } else if (read) {
        give_example(scope, &line, place, diag);
    }
}
