#include "compiler/model/mend.h"

#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/mend_default.h"
#include "compiler/model/mend_errors.h"
#include "compiler/model/mend_head.h"
#include "compiler/model/mend_let.h"
#include "compiler/model/mend_line.h"
#include "compiler/model/mend_lines.h"
#include "compiler/model/mend_parted.h"
#include "compiler/model/mend_repeat.h"
#include "compiler/model/mend_settle.h"
#include "compiler/model/mend_text.h"
#include "compiler/model/mend_write.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "compiler/model/trial.h"
#include "compiler/syntax/forms.h"

/* ---- a statement ---- */

/* `]` or `)` alone where a block ends. */
static bool closes_wrongly(Scope *scope, Diag *diag, Span at, const char *text, size_t length) {
    if (length == 0 || strspn(text, ")] ;,") < length || strcspn(text, ")]") == length) return false;
    diag->help = NULL;
    diag_help(scope->diags, diag, "a block ends with '}'");
    mend_forget_unclosed(scope->diags, at);
    mend_forget_others(scope->diags, diag, at);
    return true;
}

/* What comes near, as it can be done where the statement stands: the line that is quoted is tried in its place. */
static const char *near_text(Scope *scope, const Absent *absent, MendPlace place, Span at) {
    static const char leave[] = "leave it out";
    const char *near = absent->near ? absent->near : leave;
    const char *begin = strchr(near, '\''), *end = begin ? strchr(begin + 1, '\'') : NULL;
    if (!end || source_of(scope->diags->source, at.lo)->base > 0) return near;
    const char *line = arena_copy(scope->arena, begin + 1, (size_t)(end - begin - 1));
    bool layer = mend_reads_well(scope, true, line);
    if (!layer && !mend_reads_well(scope, false, line)) return near;
    if (!mend_belongs(scope, layer, place, at)) {
        return strstr(near, " block") ? near : arena_format(scope->arena, "%s%s", near, mend_where(layer, place));
    }
    if (strstr(near, "leave ")) return near;
    MendSettled settled = mend_settle(scope, layer, at, line, true);
    if (settled.line && settled.clean) {
        return arena_format(scope->arena, "%.*s%s%s", (int)(begin + 1 - near), near, settled.line, end);
    }
    bool idle = trial_of(scope->trial, scope->arena, at, "", at, NULL) == TRIAL_GOOD; /* nothing takes its place */
    return idle || !settled.line ? leave : near;
}

/* `if depth > 2 {`: it is not the '>' that is wrong. */
static void blame_word(Scope *scope, const Absent *absent, MendPlace place, Diag *diag, Span at) {
    size_t length, word = 0;
    const char *text = source_slice(scope->diags->source, at, &length);
    while (word < length && in_name(text[word])) word++;
    const char *first = arena_copy(scope->arena, text, word);
    static const char *const kinds[] = {"syntax-error", "bad-character", "bad-number"};
    bool syntax = false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) syntax = syntax || string_is(diag->kind->name, kinds[i]);
    if (!syntax || place == PLACE_FILE || !foreign_same(first, absent->word)) return;
    diag->kind = diag_kind_find(place == PLACE_NETWORK ? "unknown-layer" : "unknown-setting");
    diag->at = (Span){at.lo, at.lo + (uint32_t)word};
    diag->message = arena_format(scope->arena, "netc has no %s ('%s')", absent->what, first);
}

/* Says it of the word itself where that is what was found wrong, else of the statement as a whole. */
static void say_absent(Scope *scope, const Absent *absent, MendPlace place, Diag *first, Span at) {
    Diags *diags = scope->diags;
    Diag *diag = NULL;
    for (size_t i = 0; i < diags->list.count && !diag; i++) {
        Diag *other = diags->list.at[i];
        size_t length;
        const char *text = source_slice(diags->source, other->at, &length);
        bool inside = mend_lies_in(other, at) && foreign_same(arena_copy(diags->arena, text, length), absent->word);
        if (inside) diag = other;
    }
    bool corrected = first->help && strncmp(first->help, "did you mean", 12) == 0;
    if (!diag || (diag->kind == first->kind && !corrected)) diag = first; /* log loss accuracy: all of it */
    if (diag == first) {
        mend_forget_others(diags, first, at); /* the rest was meant for it */
        blame_word(scope, absent, place, diag, at);
    }
    diag->help = NULL;
    if (!strstr(diag->message, "netc has no")) diag_note(diags, diag, "netc has no %s", absent->what);
    diag_help(diags, diag, "%s", near_text(scope, absent, place, at));
    if (string_is(absent->what, "word that ends a block")) mend_forget_unclosed(diags, at);
}

static bool reads_labels(const ForeignHead *head) { return strcmp(head->order, "labels") == 0; }

/* Nothing better is known than what such a line looks like. */
static void give_example(Scope *scope, const LooseLine *line, MendPlace place, Diag *diag, Span at) {
    bool layer = place == PLACE_NETWORK;
    LooseLine changed;
    const ForeignHead *head = mend_head(scope->arena, line, layer, &changed);
    if (!head || line->standard) return;
    const char *word = changed.head ? changed.head : changed.marked;
    bool own = word && word_begins_statement(word);
    bool form = string_is(diag->kind->name, "syntax-error") || string_is(diag->kind->name, "extra-value") ||
                (reads_labels(head) && string_is(diag->kind->name, "unknown-name"));
    if (!form && reads_labels(head) && !diag->help)
        diag_help(scope->diags, diag, "a label names what flows where it stands: 'x:', in a line of its own above");
    if (!form || (own && diag->help)) return; /* the message says what is expected */
    LooseLine bare = {.head = head->here};
    MendWords words = {.arena = scope->arena};
    const char *own_labels = reads_labels(head) ? mend_line(scope, layer, head, &changed, &words) : NULL;
    if (own_labels && mend_reads_well(scope, layer, own_labels)) { /* whose shapes are another matter */
        diag->help = NULL;
        const char *flows = trial_of(scope->trial, scope->arena, at, own_labels, at, NULL) == TRIAL_GOOD
                                ? NULL
                                : mend_without_flow(scope, own_labels, at);
        diag_help(scope->diags, diag, "labels stand beside each other%s: write '%s'",
                  flows ? ", and what flows here is read anyway" : "", flows ? flows : own_labels);
        return;
    }
    const char *example = mend_line(scope, layer, head, &bare, &words);
    if (example && mend_belongs(scope, layer, place, diag->at))
        example = mend_settle(scope, layer, at, example, true).line;
    if (!example || !mend_reads_well(scope, layer, example)) return;
    diag->help = NULL;
    diag_help(scope->diags, diag, "for example '%s'", example);
}

/* A line behind a '}' that closes its block too early: the rest is good without that. */
static bool closed_early(Scope *scope, Diag *diag, Span at) {
    const Source *source = scope->diags->source;
    uint32_t brace = at.lo;
    while (brace > 0 && source->text[brace - 1] != '}') brace--;
    if (brace == 0) return false;
    Span sign = {brace - 1, brace};
    if (trial_of(scope->trial, scope->arena, sign, "", (Span){sign.lo, at.hi}, NULL) != TRIAL_GOOD) return false;
    uint32_t line, column;
    source_position(source, sign.lo, &line, &column);
    diag->help = NULL;
    diag_help(scope->diags, diag, "the '}' of line %u closes the block too early: leave it out", (unsigned)line);
    mend_forget_others(scope->diags, diag, at);
    return true;
}

/* `x`, `label x`, `x =` where a layer below reads x: a label, which is but a name and ':'. */
static bool write_label(Scope *scope, Diag *diag, Span at, const char *text, size_t length) {
    static const char *const words[] = {"label ", "let ", "name ", "mark "}, *const readers[] = {"add ", "concat ",
                                                                                                 "from=", "+ "};
    const char *name = text + strspn(text, ": ");
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strncmp(name, words[i], strlen(words[i])) == 0) name += strlen(words[i]);
    }
    size_t letters = 0;
    while (in_name(name[letters])) letters++;
    const char *word = arena_copy(scope->arena, name, letters), *end = name + letters;
    size_t sign = strspn(end, " =\r"), flows = 0; /* identity = x: what flows here, in PyTorch */
    while (in_name(end[sign + flows])) flows++;
    if (memchr(end, '=', sign) && !word_is_known(arena_copy(scope->arena, end + sign, flows))) sign += flows;
    bool only = letters > 0 && !is_digit(*name) && end <= text + length && !word_is_known(word) &&
                sign >= (size_t)(text + length - end);
    bool read = false;
    for (size_t i = 0; i < COUNT_OF(readers) && only; i++) {
        const char *reader = strstr(text, arena_format(scope->arena, "%s%s", readers[i], word));
        read = read || (reader && !in_name(reader[strlen(readers[i]) + letters]));
    }
    const char *label = arena_format(scope->arena, "%s:", word);
    if (!read || trial_of(scope->trial, scope->arena, at, label, at, NULL) != TRIAL_GOOD) return false;
    diag->help = NULL;
    diag_help(scope->diags, diag, "write '%s'", label);
    mend_forget_others(scope->diags, diag, at);
    return true;
}

/* Whether the name that ends there is given a value: `z = `, `z += `. */
static bool is_assigned(const char *end) {
    end += strspn(end, " \t");
    return *end == '=' || (*end == '+' && end[1] == '=');
}

/* `x = x + skip`, `out += skip`, `x = F.relu(x + skip)`: the layer that adds a label. */
static bool write_sum(Scope *scope, Diag *diag, Span at, const char *text, size_t length) {
    static const char signs[] = "+=(). \t\r";
    if (strncmp(text, "return ", 7) == 0) return write_sum(scope, diag, at, text + 7, length - 7);
    const char *line = arena_copy(scope->arena, text, length), *sign = strchr(line, '+'), *found = NULL;
    const char *function = "";
    for (const char *name = line; sign && *(name += strspn(name, signs));) {
        size_t letters = 0;
        while (in_name(name[letters])) letters++;
        const char *word = arena_copy(scope->arena, name, letters);
        bool called = name[letters] == '(', part = name[letters] == '.';
        name += letters;
        if (letters == 0 || is_digit(*word)) return false;
        if (called && mend_activation(scope->arena, word)) {
            function = arena_format(scope->arena, " activation=%s", mend_activation(scope->arena, word));
        } else if (called || (!part && word_is_known(word))) {
            return false;
        } else if (!part && !is_assigned(name)) { /* either of the two may be what flows here */
            const char *add = arena_format(scope->arena, "add %s", word);
            found = trial_of(scope->trial, scope->arena, at, add, at, NULL) == TRIAL_GOOD ? add : found;
        }
    }
    const char *written = found ? arena_format(scope->arena, "%s%s", found, function) : NULL;
    if (!written || trial_of(scope->trial, scope->arena, at, written, at, NULL) != TRIAL_GOOD) return false;
    diag->help = NULL;
    diag_help(scope->diags, diag, "write '%s'", written);
    mend_forget_others(scope->diags, diag, at);
    return true;
}

/* `residual { conv 8 kernel=3x3 }`: a block of layers that something goes around. */
static bool say_around(Scope *scope, Diag *diag, Span at, const char *text, size_t length) {
    const char *whole = arena_copy(scope->arena, text, length), *brace = strchr(whole, '{');
    size_t letters = strcspn(whole, " \t{");
    const ForeignHead *head = foreign_layer(arena_copy(scope->arena, whole, letters));
    if (!head || !reads_labels(head) || !brace || whole + letters + strspn(whole + letters, " \t") != brace)
        return false;
    const char *first = brace + 1 + strspn(brace + 1, " \t\r\n"), *end = strchr(first, '}');
    size_t kind = 0;
    while (in_name(first[kind])) kind++;
    if (!layer_kind_find(arena_copy(scope->arena, first, kind))) return false; /* add {x, y} */
    while (end && end > first && strchr(" \t", end[-1])) end--;
    const char *inside = arena_copy(scope->arena, first, end ? (size_t)(end - first) : 0);
    const char *line = arena_format(scope->arena, "x:; %s; %s x", inside, head->here);
    bool good = end && !strchr(inside, '\n') && trial_of(scope->trial, scope->arena, at, line, at, NULL) == TRIAL_GOOD;
    diag->help = NULL;
    if (good) diag_help(scope->diags, diag, "write '%s'", line);
    if (!good)
        diag_help(scope->diags, diag, "a label names what is to go around: 'x:', then its layers, then '%s x'",
                  head->here);
    mend_forget_others(scope->diags, diag, at);
    return true;
}

/* Says of a line what it looks like; `at` takes all that belongs to it. */
static void say_form(Scope *scope, const Form *form, Diag *diag, Span at) {
    diag->help = NULL;
    size_t length;
    const char *text = source_slice(scope->diags->source, at, &length);
    bool empty =
        form_is_code(form) && !strpbrk(arena_copy(scope->arena, text, length), "0123456789"); /* no layer of a size */
    diag_note(scope->diags, diag, "this looks like %s", form->name);
    diag_help(scope->diags, diag, "%s", empty ? "leave it out: layers are lines of their own here" : form->help);
    mend_forget_others(scope->diags, diag, at);
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
static bool is_corrected(Scope *scope, const Diag *diag, Span at) {
    static const char asked[] = "did you mean '";
    size_t errors = 0;
    for (size_t i = 0; i < scope->diags->list.count; i++) errors += mend_lies_in(scope->diags->list.at[i], at);
    if (errors != 1 || !diag->help || strncmp(diag->help, asked, strlen(asked)) != 0) return false;
    const char *word = diag->help + strlen(asked);
    word = arena_copy(scope->arena, word, strcspn(word, "'"));
    return source_of(scope->diags->source, at.lo)->base > 0 ||
           trial_of(scope->trial, scope->arena, diag->at, word, at, NULL) != TRIAL_WRONG;
}

/* Where the line goes, if several are that. */
static const char *lines_text(Scope *scope, Span at) {
    uint32_t first, last, column;
    source_position(scope->diags->source, at.lo, &first, &column);
    source_position(scope->diags->source, at.hi, &last, &column);
    if (first == last) return "";
    return arena_format(scope->arena, ", in place of lines %u to %u", (unsigned)first, (unsigned)last);
}

/* A line that is an option of the statement above. */
static bool write_above(Scope *scope, const Source *source, MendPlace place, Diag *diag, Span at, const char *text,
                        size_t length) {
    LooseLine line;
    const char *whole = mend_with_line_above(scope->arena, source, &at, text, length);
    size_t name = strcspn(text, " \t=");
    const char *word = arena_copy(scope->arena, text, name);
    bool own = place == PLACE_TRAIN ? foreign_setting(word) || foreign_absent(word) : foreign_layer(word) != NULL;
    if (!whole || own || !loose_read(scope->arena, whole, strlen(whole), &line)) return false;
    MendWords words = {.arena = scope->arena};
    return mend_write_line(scope, &line, place, diag, at, &words, lines_text(scope, at));
}

/* A loop as others write it: the line that opens it, which is tried with its block. */
static bool write_repeat(Scope *scope, MendPlace place, Diag *diag, Span at, const char *text, size_t length) {
    size_t header;
    bool counted;
    const char *written = mend_repeat(scope->arena, text, length, &header, &counted);
    if (!written || place != PLACE_NETWORK || (size_t)(diag->at.lo - at.lo) > header) return false;
    const char *said = arena_format(scope->arena, "write '%s'", written);
    if (diag->help && strncmp(diag->help, said, strlen(said)) == 0) return true; /* and where its block ends */
    Span line = {at.lo, at.lo + (uint32_t)header};
    bool opens = text[header - 1] == '{';
    if (opens && trial_of(scope->trial, scope->arena, line, written, line, NULL) == TRIAL_WRONG) return false;
    const Absent *absent = foreign_absent(arena_copy(scope->arena, text, strspn(text, "abcdefghijklmnopqrstuvwxyz")));
    if (absent) blame_word(scope, absent, place, diag, at);
    diag->help = NULL;
    const char *verb = counted ? "write" : "for example";
    if (opens) diag_help(scope->diags, diag, "%s '%s'", verb, written);
    if (!opens) diag_help(scope->diags, diag, "%s %s before its layers, and } behind them", verb, written);
    mend_forget_others(scope->diags, diag, opens ? line : at);
    return true;
}

void mend_statement(Scope *scope, MendPlace place, Span at) {
    if (!scope->trial || diags_full(scope->diags) || scope_spent(scope)) return;
    if (at.lo > scope->told.lo && at.lo < scope->told.hi) {
        mend_forget_others(scope->diags, NULL, at);
        return;
    }
    Diag *diag = mend_first_error(scope->diags, at);
    if (!diag || diag->advised) return;
    diag->advised = true;
    size_t length, foreign;
    bool joined = false;
    Span whole_at = at;
    const char *text = source_slice(scope->diags->source, at, &length);
    const Source *source = source_of(scope->diags->source, at.lo);
    const char *kind = arena_copy(scope->arena, text, strspn(text, "abcdefghijklmnopqrstuvwxyz"));
    if (place == PLACE_NETWORK && mend_missing_default(scope, diag, at, kind)) return;
    if (mend_read_let(scope, diag, at)) return;
    const Form *form = form_in_block(text, source->size - (at.lo - source->base), &foreign);
    if (form && place != PLACE_FILE) {
        say_form(scope, form, diag, (Span){at.lo, at.lo + (uint32_t)(foreign > length ? foreign : length)});
        return;
    }
    if (length > LOOSE_MAX_LENGTH) return;
    LooseLine line;
    /* what is well written is wrong in another way: a window that does not fit, a name given twice */
    bool block = place != PLACE_FILE;
    if (block && mend_reads_well(scope, place == PLACE_NETWORK, arena_copy(scope->arena, text, length))) return;
    bool set = source->base > 0;
    if (place != PLACE_FILE && closes_wrongly(scope, diag, at, text, length)) return;
    if (place == PLACE_NETWORK && write_label(scope, diag, at, text, length)) return;
    if (place == PLACE_NETWORK && write_sum(scope, diag, at, text, length)) return;
    if (place == PLACE_NETWORK && say_around(scope, diag, at, text, length)) return;
    if (mend_remark(scope, place, diag, at, text, length)) return;
    if (text[0] == '{' && memchr(text, '\n', length) && diag->help) return; /* a block, whose lines are told of alone */
    if (write_repeat(scope, place, diag, at, text, length)) return;
    if (place != PLACE_FILE && !set) {
        Span lines = at;
        mend_map_above(scope->arena, source, &lines);
        const char *whole = mend_join_lines(scope->arena, source, &lines, &joined);
        if (joined) {
            whole_at = lines;
            text = whole;
            length = strlen(whole);
        } else if (write_above(scope, source, place, diag, at, text, length)) {
            return;
        }
    }
    bool declares = mend_begins_let(text, length);
    const char *product = declares ? NULL : mend_power(scope->arena, arena_copy(scope->arena, text, length));
    if (product) {
        text = product;
        length = strlen(product);
    }
    size_t prefix = set ? set_prefix(text) : 0;
    text += prefix;
    length -= prefix;
    form = place == PLACE_FILE ? form_of_line(text, length) : NULL; /* net = Sequential() */
    bool lets = place == PLACE_FILE || (block && mend_is_read_below(scope, text, at));
    const char *let = set ? NULL : mend_let(scope, arena_copy(scope->arena, text, length), length, lets);
    const char *value = let && form ? strchr(let, '=') : NULL; /* static const int k = 5 */
    if (form && !(value && is_digit(value[2]))) let = NULL;
    if (form && form_is_code(form) && !let && !diag->help) {
        say_form(scope, form, diag, at);
        return;
    }
    if (length > 0 && text[length - 1] == '=' && text[length] == ';') { /* separator=; */
        const char *sign = arena_format(scope->arena, "%.*s\";\"", (int)length, text);
        bool good = block && mend_reads_well(scope, place == PLACE_NETWORK, sign);
        text = good ? sign : text;
        length += good ? strlen("\";\"") : 0;
    }
    bool read = read_loosely(scope->arena, text, length, &line);
    bool setting = read && line.marked && foreign_setting(line.marked); /* lr = 0.1 */
    if (let && !setting) {
        diag->help = NULL;
        diag_help(scope->diags, diag, "write '%s'", let);
        mend_forget_others(scope->diags, diag, at);
        mend_take_lets(scope, let, at);
        return;
    }
    const char *head = place == PLACE_FILE ? mend_let_name(scope->arena, text) : NULL;
    if (head && mend_is_remark(head)) {
        diag->help = NULL;
        diag_help(scope->diags, diag, "write '# %.*s', or leave it out", (int)length, text);
        mend_forget_others(scope->diags, diag, at);
        return;
    }
    if (place == PLACE_FILE && !diag->help && string_is(diag->kind->name, "syntax-error") &&
        mend_begins_let(text, length)) {
        const char *name = mend_let_name(scope->arena, text + 3);
        diag_help(scope->diags, diag, "for example 'let %s = 5'", name && !word_is_known(name) ? name : "width");
        return;
    }
    if (place == PLACE_FILE && text[0] != '}' && closed_early(scope, diag, at)) return;
    bool opens = length > 0 && text[length - 1] == '{';
    if (place == PLACE_FILE && opens && diag->help) return; /* `solver {`: a block was meant, as was said */
    MendWords words = {.arena = scope->arena};
    if (read && mend_write_line(scope, &line, place, diag, whole_at, &words, lines_text(scope, whole_at))) {
        if (joined) scope->told = whole_at;
        return;
    }
    if (!joined && !set && mend_parted(scope, place, diag, at, text, length)) return;
    if (!joined && !set && (!read || !line.head) && mend_rest(scope, place, diag, at, text, length)) return;
    if (words.elsewhere && place == PLACE_TRAIN) {
        diag->help = NULL;
        diag_help(scope->diags, diag, "leave it out: %s", words.remark);
        mend_forget_others(scope->diags, diag, at);
        return;
    }
    if (place == PLACE_FILE && diag->notes) return; /* the whole is something else, as was said */
    const Absent *absent = words.absent;
    if (read && !absent && line.head && !word_begins_statement(line.head)) absent = foreign_absent(line.head);
    if (read && !absent && line.marked) absent = foreign_absent(line.marked);
    form = form_of_line(text, length);
    MendWords guess = {.arena = scope->arena, .guess = true};
    if (absent) {
        say_absent(scope, absent, place, diag, at);
    } else if (form && place != PLACE_FILE) {
        say_form(scope, form, diag, at);
    } else if (read && !is_corrected(scope, diag, at) && !(diag->notes && diag->help) &&
               mend_write_line(scope, &line, place, diag, at, &guess, "")) {
        return;
    } else if (read) {
        give_example(scope, &line, place, diag, at);
    }
    mend_forget_echoes(scope->diags, diag, at);
    bool word = string_is(diag->kind->name, "unknown-layer") || string_is(diag->kind->name, "unknown-setting");
    bool sign = string_is(diag->kind->name, "bad-character") && strspn(text, ".…!?~*-") > 2;
    if (block && !set && !diag->help && (word || sign) &&
        trial_of(scope->trial, scope->arena, at, "", at, NULL) == TRIAL_GOOD) {
        diag_help(scope->diags, diag, "leave it out: the rest is good without it");
    }
}
