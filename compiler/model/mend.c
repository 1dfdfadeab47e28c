#include "compiler/model/mend.h"

#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/mend_value.h"
#include "compiler/model/options.h"
#include "compiler/model/settings.h"
#include "compiler/model/vocabulary.h"

/* One statement in the making. */
typedef struct {
    Scope *scope;
    Arena *arena;
    OptionOwner owner;
    const char **slots; /* the values, as text, parallel to the owner's options */
    bool layer;
    VEC(const char *) extra; /* statements that options became: `lambda=5` is a line of its own */
    MendWords words;         /* with what was left out */
} Mend;

/* ---- which option a value is for ---- */

static const OptionSpec *spec_at(const Mend *mend, size_t place) { return owner_spec(&mend->owner, place); }
static size_t spec_count(const Mend *mend) { return owner_count(&mend->owner); }

/* The place of the option a word names; spec_count(): none. */
static size_t find_spec(const Mend *mend, const char *word, bool *turned) {
    size_t count = spec_count(mend);
    const char **names = NEW_ARRAY(mend->arena, const char *, count);
    for (size_t i = 0; i < count; i++) names[i] = spec_at(mend, i)->name;
    const char *name = word_alias(word, names, count, turned);
    for (size_t i = 0; name && i < count; i++) {
        if (string_is(names[i], name)) return i;
    }
    return count;
}

/* The option that a bare value can only be for, by its form: `5x5` a window, `relu` an activation. */
static size_t spec_by_form(const Mend *mend, const LooseValue *value) {
    const char *word = mend_word(value);
    bool turned;
    bool function = word && word_alias(word, activation_names, ACTIVATION_COUNT, &turned);
    for (size_t i = 0; i < spec_count(mend); i++) {
        const OptionSpec *spec = spec_at(mend, i);
        if (mend->slots[i]) continue;
        if (spec->type == OPTION_ACTIVATION && function) return i;
        if (spec->type == OPTION_PAD && word && (foreign_same(word, "same") || foreign_same(word, "valid"))) return i;
        bool shape = value->kind == LOOSE_NUMBER && mend_is_shape(value->text);
        if (spec->type == OPTION_WINDOW && shape) return i;
    }
    return spec_count(mend);
}

/* The next name of an order, "" at its end. */
static const char *next_name(Arena *arena, const char **order) {
    const char *at = *order + strspn(*order, " ");
    size_t length = strcspn(at, " ");
    *order = at + length;
    return arena_copy(arena, at, length);
}

static bool put(Mend *mend, size_t place, const LooseValue *value, bool turned) {
    const char *text = mend_value(&mend->words, spec_at(mend, place), value, turned);
    bool more = spec_at(mend, place)->type == OPTION_WORDS && mend->slots[place];
    if (!text || (mend->slots[place] && !more)) return false;
    mend->slots[place] = more ? arena_format(mend->arena, "%s %s", mend->slots[place], text) : text;
    return true;
}

static const char *make_line(Scope *scope, bool layer, const ForeignHead *head, const LooseLine *line,
                             const Absent **absent);

/* An option that is a statement of its own here: dropout=0.5 of a layer, lambda=5 of the optimizer. */
static bool put_elsewhere(Mend *mend, const LooseArg *arg) {
    const ForeignHead *head = mend->layer ? foreign_layer(arg->key) : foreign_setting(arg->key);
    if (!head || strncmp(head->here, mend->owner.name, strlen(mend->owner.name)) == 0) return false;
    LooseLine line = {.head = head->here};
    vec_push(mend->arena, &line.args, ((LooseArg){.value = arg->value}));
    const char *text = make_line(mend->scope, mend->layer, head, &line, &mend->words.absent);
    if (text) vec_push(mend->arena, &mend->extra, text);
    return text != NULL;
}

static bool put_named(Mend *mend, const LooseArg *arg) {
    bool turned = false;
    size_t place = find_spec(mend, arg->key, &turned);
    if (place < spec_count(mend)) return put(mend, place, arg->value, turned);
    if (put_elsewhere(mend, arg)) return true;
    const Absent *absent = foreign_absent(arg->key);
    if (absent) {
        bool off =
            arg->value->text && (mend_truth(arg->value, false) && string_is(mend_truth(arg->value, false), "false"));
        if (!off) mend->words.absent = absent;
        return true;
    }
    return foreign_is_idle(arg->key);
}

/* How many values without a name the owner cannot do without. */
static size_t required_count(const Mend *mend, const LooseLine *line) {
    size_t count = 0;
    for (size_t i = 0; i < spec_count(mend); i++) {
        bool given = mend->slots[i] != NULL;
        for (size_t k = 0; k < line->args.count && !given; k++) {
            bool turned;
            given = line->args.at[k].key && find_spec(mend, line->args.at[k].key, &turned) == i;
        }
        count += spec_at(mend, i)->required && !given;
    }
    return count;
}

/* PyTorch's layers begin with what they read, Conv2d(1, 6, 5) and Linear(784, 100): netc knows it. */
static bool begins_with_inputs(const Mend *mend, const LooseLine *line) {
    size_t bare = 0;
    while (bare < line->args.count && !line->args.at[bare].key && line->args.at[bare].value->kind != LOOSE_WORD) bare++;
    bool weights = string_is(mend->owner.name, "conv") || string_is(mend->owner.name, "dense");
    return line->called && weights && !strstr(line->head, "2D") && !strstr(line->head, "Dense") &&
           bare > required_count(mend, line);
}

/* `input 1 28 28`: all numbers from here on are sides of one shape. */
static LooseValue *gather_sides(const Mend *mend, const LooseLine *line, size_t *i) {
    LooseValue *group = NEW(mend->arena, LooseValue);
    group->kind = LOOSE_GROUP;
    for (; *i < line->args.count && !line->args.at[*i].key; ++*i) {
        const LooseValue *value = line->args.at[*i].value;
        if (value->kind == LOOSE_WORD && foreign_is_idle(value->text)) break; /* 784 neurons */
        vec_push(mend->arena, &group->items, line->args.at[*i]);
    }
    --*i;
    return group;
}

/* A word that some option takes: the class of `target class 10`. */
static bool is_value(const Mend *mend, const char *word) {
    for (size_t i = 0; i < spec_count(mend); i++) {
        for (const char *const *known = spec_at(mend, i)->words; known && *known; known++) {
            if (foreign_same(*known, word)) return true;
        }
    }
    return false;
}

/* `activation=leaky_relu alpha=0.2`, `activation=leaky_relu 0.2`: the number of the function before. */
static bool put_parameter(Mend *mend, const LooseArg *arg) {
    static const char *const names[] = {"alpha", "slope", "negativeslope", "beta"};
    bool named = !arg->key;
    for (size_t i = 0; i < COUNT_OF(names); i++) named = named || foreign_same(arg->key, names[i]);
    if (!named || arg->value->kind != LOOSE_NUMBER) return false;
    for (size_t i = 0; i < spec_count(mend); i++) {
        const char *slot = mend->slots[i];
        if (!slot || spec_at(mend, i)->type != OPTION_ACTIVATION || strchr(slot, '(')) continue;
        LooseValue *call = NEW(mend->arena, LooseValue);
        *call = (LooseValue){.kind = LOOSE_CALL, .text = slot, .raw = slot};
        vec_push(mend->arena, &call->items, ((LooseArg){.value = arg->value}));
        const char *text = mend_value(&mend->words, spec_at(mend, i), call, false);
        if (!text || !strchr(text, '(')) return false;
        mend->slots[i] = text;
        return true;
    }
    return false;
}

/* `conv 6 5 5`: two equal numbers are the sides of one window. */
static bool put_square(Mend *mend, const LooseLine *line, size_t *i) {
    if (line->called || *i + 1 >= line->args.count || line->args.at[*i + 1].key) return false;
    const LooseValue *side = line->args.at[*i].value, *other = line->args.at[*i + 1].value;
    bool equal = side->kind == LOOSE_NUMBER && other->kind == LOOSE_NUMBER && string_is(side->text, other->text);
    for (size_t place = 0; equal && place < spec_count(mend); place++) {
        const OptionSpec *spec = spec_at(mend, place);
        if (spec->type != OPTION_WINDOW || !spec->required || mend->slots[place]) continue;
        bool units = false; /* the number of maps comes first */
        for (size_t k = 0; k < spec_count(mend); k++) {
            units =
                units || (spec_at(mend, k)->positional && spec_at(mend, k)->required && k != place && !mend->slots[k]);
        }
        if (units) return false;
        mend->slots[place] = arena_format(mend->arena, "%sx%s", side->text, other->text);
        ++*i;
        return true;
    }
    return false;
}

/* `kernel_size 5`: the value that follows an option's name. */
static bool names_next(Mend *mend, const LooseLine *line, size_t i, LooseArg *pair) {
    if (i + 1 >= line->args.count || line->args.at[i].value->kind != LOOSE_WORD) return false;
    const LooseArg *next = &line->args.at[i + 1];
    bool turned;
    const char *word = line->args.at[i].value->text;
    size_t place = find_spec(mend, word, &turned);
    bool known = place < spec_count(mend) || (foreign_absent(word) && !is_value(mend, word));
    bool names = place < spec_count(mend) && !spec_at(mend, place)->positional;
    if (next->key || !known || (next->value->kind == LOOSE_WORD && !names)) return false;
    *pair = (LooseArg){.key = word, .value = next->value};
    return true;
}

static bool put_args(Mend *mend, const LooseLine *line, const char *order);

/* What a layer of PyTorch or Keras is applied to: x, self.conv1(x). The line above gives it here. */
static bool is_applied_to(const LooseLine *line, const LooseValue *value) {
    bool name = value->kind == LOOSE_WORD && (strlen(value->text) == 1 || foreign_same(value->text, "inputs"));
    return line->called && (name || value->kind == LOOSE_CALL);
}

/* l2(0.01) and sgd(rate=0.1): what is in the brackets belongs to the whole line. */
static bool put_call(Mend *mend, const LooseValue *call) {
    bool turned;
    if (call->items.count == 1 && !call->items.at[0].key && find_spec(mend, call->text, &turned) < spec_count(mend)) {
        LooseArg arg = {.key = call->text, .value = call->items.at[0].value};
        return put_named(mend, &arg);
    }
    LooseLine inside = {.head = call->text, .called = true};
    LooseValue *word = NEW(mend->arena, LooseValue);
    *word = (LooseValue){.kind = LOOSE_WORD, .text = call->text, .raw = call->text};
    vec_push(mend->arena, &inside.args, ((LooseArg){.value = word}));
    for (size_t i = 0; i < call->items.count; i++) vec_push(mend->arena, &inside.args, call->items.at[i]);
    const ForeignHead *head = mend->layer ? foreign_layer(mend->owner.name) : foreign_setting(mend->owner.name);
    return head && put_args(mend, &inside, head->order);
}

/* Tries the options of the order, then those that have no name. */
static bool put_in_order(Mend *mend, const LooseLine *line, size_t *i, const char **order) {
    const LooseValue *value = line->args.at[*i].value;
    for (const char *name = next_name(mend->arena, order); *name; name = next_name(mend->arena, order)) {
        if (string_is(name, "-")) return true; /* of no importance here */
        bool turned;
        size_t place = find_spec(mend, name, &turned);
        const OptionSpec *spec = spec_at(mend, place);
        if (spec->type == OPTION_WORDS) *order = name; /* it takes all that follow */
        if (mend->slots[place] && spec->type != OPTION_WORDS) continue;
        if (spec->type == OPTION_SHAPE) value = gather_sides(mend, line, i);
        if (put(mend, place, value, false)) return true;
        if (spec->type == OPTION_WORDS) return false;
    }
    for (size_t place = 0; place < mend->owner.count; place++) {
        bool free = mend->owner.options[place].positional && !mend->slots[place];
        if (free && put(mend, place, value, false)) return true;
    }
    return false;
}

static bool put_args(Mend *mend, const LooseLine *line, const char *order) {
    for (size_t i = begins_with_inputs(mend, line) ? 1 : 0; i < line->args.count; i++) {
        const LooseArg *arg = &line->args.at[i];
        LooseArg pair;
        size_t form = arg->key ? spec_count(mend) : spec_by_form(mend, arg->value);
        if (put_parameter(mend, arg) || (!arg->key && put_square(mend, line, &i))) continue;
        if (arg->key) {
            if (!put_named(mend, arg)) return false;
        } else if (names_next(mend, line, i, &pair)) {
            if (!put_named(mend, &pair)) return false;
            i++;
        } else if (form < spec_count(mend)) {
            if (!put(mend, form, arg->value, false)) return false;
        } else if (is_applied_to(line, arg->value) ||
                   (i > 0 && arg->value->kind == LOOSE_WORD && foreign_is_idle(arg->value->text))) {
            continue;
        } else if (!mend->layer && arg->value->kind == LOOSE_CALL) {
            if (!put_call(mend, arg->value)) return false;
        } else if (!put_in_order(mend, line, &i, &order) && !mend->words.absent) {
            return false;
        }
    }
    return true;
}

/* ---- the line ---- */

static bool any_slot(const Mend *mend) {
    for (size_t i = 0; i < spec_count(mend); i++) {
        if (mend->slots[i]) return true;
    }
    return false;
}

/* What must be there and is not, from the example that the reader shows when it is missing. */
static bool fill_required(Mend *mend) {
    for (size_t i = 0; i < spec_count(mend); i++) {
        const OptionSpec *spec = spec_at(mend, i);
        bool only = !spec->required && spec->example && !any_slot(mend); /* split and regularize need one of several */
        if ((!spec->required && !only) || mend->slots[i]) continue;
        const LooseValue *value = NULL;
        LooseLine example;
        if (!spec->positional) {
            value = loose_value(mend->arena, strchr(spec->example, '=') + 1);
        } else if (loose_read(mend->arena, spec->example, strlen(spec->example), &example) && i < example.args.count) {
            value = example.args.at[i].value;
        }
        mend->slots[i] = value ? value->raw : NULL;
        if (!mend->slots[i]) return false;
    }
    return true;
}

/* fc-1 as a name: fc_1 */
static const char *name_text(Arena *arena, const char *name) {
    char *usable = arena_copy(arena, name, strlen(name));
    for (char *c = usable; *c; c++) *c = *c == '-' ? '_' : *c;
    return usable;
}

static const char *print(const Mend *mend, const LooseLine *line) {
    Text text = {0};
    if (line->standard) text_puts(&text, "default ");
    if (mend->layer && line->label) text_printf(&text, "%s: ", name_text(mend->arena, line->label));
    text_puts(&text, mend->owner.name);
    for (size_t i = 0; i < spec_count(mend); i++) {
        const OptionSpec *spec = spec_at(mend, i);
        if (!mend->slots[i]) continue;
        text_printf(&text, spec->positional ? " " : " %s=", spec->name);
        text_puts(&text, mend->slots[i]);
    }
    for (size_t i = 0; i < mend->extra.count; i++) text_printf(&text, "; %s", mend->extra.at[i]);
    const char *copy = arena_copy(mend->arena, text.data, text.length);
    text_free(&text);
    return copy;
}

/* The line of a layer or setting; NULL: it cannot be told. */
static const char *make_line(Scope *scope, bool layer, const ForeignHead *head, const LooseLine *line,
                             const Absent **absent) {
    Mend mend = {.scope = scope, .arena = scope->arena, .layer = layer, .words = {.arena = scope->arena}};
    LooseLine here;
    if (!loose_read(mend.arena, head->here, strlen(head->here), &here)) return NULL;
    bool found = layer ? layer_owner(here.head, &mend.owner) : setting_owner(scope->arena, here.head, &mend.owner);
    if (!found) return NULL;
    mend.slots = NEW_ARRAY(mend.arena, const char *, spec_count(&mend) + 1);
    size_t place = 0;
    for (size_t i = 0; i < here.args.count && !here.args.at[i].key; i++) {
        if (!put(&mend, place++, here.args.at[i].value, false)) return NULL;
    }
    bool good = put_args(&mend, line, head->order);
    if (mend.words.absent) *absent = mend.words.absent;
    for (size_t i = place; i < here.args.count; i++) { /* unless the line says otherwise */
        bool turned;
        size_t option = find_spec(&mend, here.args.at[i].key, &turned);
        if (!mend.slots[option]) put(&mend, option, here.args.at[i].value, false);
    }
    if (!good || (!line->standard && !fill_required(&mend))) return NULL;
    return print(&mend, line);
}

/* ---- is it good? ---- */

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
        const AstStmt *stmt = block->body.at[i];
        if (!(layer ? layer_statement_good(&copy, stmt) : setting_line_good(&copy, stmt))) return false;
    }
    return block->body.count > 0 && diags.errors == 0;
}

/* ---- a statement ---- */

static const char *activation_word(const char *word) {
    bool turned;
    return word_alias(word, activation_names, ACTIVATION_COUNT, &turned);
}

/* `data "train.idx"`: files are named by options. */
static bool names_file(const LooseLine *line) {
    const LooseValue *first = line->args.count > 0 && !line->args.at[0].key ? line->args.at[0].value : NULL;
    if (!first || !line->head || !foreign_same(line->head, "data")) return false;
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

/* The head of a line in the block where it stands; a foreign activation is one too. */
static const ForeignHead *find_head(const Mend *mend, const LooseLine *line, bool layer, LooseLine *changed) {
    *changed = *line;
    const char *word = line->head;
    const ForeignHead *head = !word ? NULL : layer ? foreign_layer(word) : foreign_setting(word);
    bool labelled = line->marked && !(layer ? foreign_layer(line->marked) : foreign_setting(line->marked));
    if (!layer && names_file(line)) return foreign_setting("datafile");
    if (layer && word && foreign_same(word, "softmax") && !has_number(line)) head = NULL; /* a layer on its own */
    if (head && (labelled || !line->marked)) return head;
    if (layer && word && activation_word(word) && (labelled || !line->marked)) {
        LooseValue *value = NEW(mend->arena, LooseValue);
        *value = (LooseValue){.kind = LOOSE_CALL, .text = word, .raw = word};
        for (size_t i = 0; i < line->args.count; i++) {
            const LooseArg *arg = &line->args.at[i];
            if (arg->value->kind == LOOSE_NUMBER) vec_push(mend->arena, &value->items, *arg);
        }
        memset(&changed->args, 0, sizeof changed->args);
        vec_push(mend->arena, &changed->args, ((LooseArg){.value = value}));
        return foreign_layer("activation");
    }
    /* `epochs: 3`, `loss = mse`, `optimizer = SGD(lr=0.1)`: the head stands before the mark */
    if (!line->marked) return NULL;
    head = layer ? foreign_layer(line->marked) : foreign_setting(line->marked);
    changed->label = NULL;
    if (head && word) {
        LooseValue *value = NEW(mend->arena, LooseValue);
        *value = (LooseValue){.kind = LOOSE_WORD, .text = word, .raw = word};
        memset(&changed->args, 0, sizeof changed->args);
        vec_push(mend->arena, &changed->args, ((LooseArg){.value = value}));
        for (size_t i = 0; i < line->args.count; i++) vec_push(mend->arena, &changed->args, line->args.at[i]);
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
static void give_example(const Mend *mend, const LooseLine *line, MendPlace place, Diag *diag) {
    bool layer = place == PLACE_NETWORK;
    LooseLine changed;
    const ForeignHead *head = find_head(mend, line, layer, &changed);
    if (!head || line->standard) return;
    bool own = word_begins_statement(changed.head ? changed.head : changed.marked);
    bool form = string_is(diag->kind->name, "syntax-error") || string_is(diag->kind->name, "extra-value");
    if (!form || (own && diag->help)) return; /* the message says what is expected */
    LooseLine bare = {.head = head->here};
    const Absent *absent = NULL;
    const char *example = make_line(mend->scope, layer, head, &bare, &absent);
    if (!example || !reads_well(mend->scope, layer, example)) return;
    diag->help = NULL;
    diag_help(mend->scope->diags, diag, "for example '%s'", example);
}

/* ---- lets ---- */

/* `let k: 3`, `let my-width = 5,5`, and at file level `k = 3` and `const k = 3`, as netc writes them. */
static const char *let_text(Scope *scope, char *text, size_t length, bool file) {
    static const char *const words[] = {"let", "const", "var", "int", "float", "double", "set", "export", "define"};
    LooseLine line;
    char *quotient = strstr(text, "//"); /* Python's 7 // 2 */
    if (quotient && strspn(quotient + 2, " ") + strspn(quotient + 2 + strspn(quotient + 2, " "), "0123456789") ==
                        strlen(quotient + 2)) {
        memmove(quotient, quotient + 1, strlen(quotient));
        length = strlen(text);
    }
    size_t start = strspn(text, " \t"), word = strspn(text + start, "abcdefghijklmnopqrstuvwxyz");
    bool declared = false;
    for (size_t i = 0; i < (file ? COUNT_OF(words) : 1) && !declared; i++) {
        declared = strlen(words[i]) == word && memcmp(words[i], text + start, word) == 0;
    }
    if (declared) start += word;
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
        more = arena_format(scope->arena, "%s; let %s = %s", more, name_text(scope->arena, arg->key), value);
    }
    line.args.count = first;
    const char *written = line.head;
    if (line.args.count == 1 && line.args.at[0].key) return NULL;
    if (line.args.count == 1) written = mend_any(&(MendWords){.arena = scope->arena}, line.args.at[0].value);
    const char *usable = name_text(scope->arena, name);
    if (!written || word_is_known(usable)) return NULL;
    const char *let = arena_format(scope->arena, "let %s = %s%s", usable, written, more);
    Source *source = source_from_text(scope->arena, "hint", let, strlen(let));
    Diags diags = {.arena = scope->arena, .source = source};
    ast_parse(scope->arena, source, &diags);
    return diags.errors == 0 ? let : NULL;
}

void mend_statement(Scope *scope, MendPlace place, Span at) {
    if (diags_full(scope->diags) || scope_spent(scope)) return;
    Diag *diag = first_error(scope->diags, at);
    if (!diag || diag->advised) return;
    diag->advised = true;
    Mend mend = {.scope = scope, .arena = scope->arena};
    size_t length;
    const char *text = source_slice(scope->diags->source, at, &length);
    if (length > LOOSE_MAX_LENGTH) return;
    LooseLine line;
    /* what is well written is wrong in another way: a window that does not fit, a name given twice */
    if (reads_well(scope, place == PLACE_NETWORK, arena_copy(scope->arena, text, length))) return;
    const char *let = let_text(scope, arena_copy(scope->arena, text, length), length, place == PLACE_FILE);
    bool read = loose_read(scope->arena, text, length, &line);
    bool setting = read && line.marked && foreign_setting(line.marked); /* lr = 0.1 */
    if (let && !setting) {
        diag->help = NULL;
        diag_help(scope->diags, diag, "write '%s'", let);
        forget_others(scope->diags, diag, at);
        return;
    }
    if (!read) return;
    bool opens = length > 0 && text[length - 1] == '{';
    if (place == PLACE_FILE && opens && diag->help) return; /* `solver {`: a block was meant, as was said */
    const Absent *absent = NULL;
    bool set = source_of(scope->diags->source, at.lo)->base > 0; /* of --set, which has settings alone */
    for (int turn = 0; turn < (set ? 1 : 2); turn++) {
        bool layer = (place != PLACE_TRAIN) == (turn == 0);
        LooseLine changed;
        const ForeignHead *head = find_head(&mend, &line, layer, &changed);
        const char *written = head ? make_line(scope, layer, head, &changed, &absent) : NULL;
        const char *suits = written && string_is(head->here, "cost") ? cost_that_suits(scope->model, written) : NULL;
        const char *left = "";
        if (suits) left = arena_format(scope->arena, " (%s does not suit the last layer)", written + strlen("cost "));
        if (absent) left = arena_format(scope->arena, " (netc has no %s)", absent->what);
        if (suits) written = suits;
        if (head && (!written || !reads_well(scope, layer, written))) break;
        if (!written) continue;
        diag->help = NULL;
        diag_help(scope->diags, diag, "write %s'%s'%s%s", set ? "--set " : "", written, where_text(layer, place), left);
        forget_others(scope->diags, diag, at);
        return;
    }
    if (!absent && line.head) absent = foreign_absent(line.head);
    if (!absent && line.marked) absent = foreign_absent(line.marked);
    if (place == PLACE_FILE && diag->notes) return; /* the whole is something else, as was said */
    if (absent) {
        say_absent(scope->diags, absent, diag, at);
    } else {
        give_example(&mend, &line, place, diag);
    }
}
