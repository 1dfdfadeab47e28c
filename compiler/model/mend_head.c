#include "compiler/model/mend_head.h"

#include <string.h>

#include "compiler/model/value.h"
#include "runtime/base/words.h"

/* The set that a value names as others do: mnist of ./mnist, mnist/train and mnist + fashion_mnist. */
static const char *set_of(Arena *arena, const LooseValue *value) {
    static const char *const sets[] = {"mnist", "fashion_mnist", "digits"};
    const char *at = value->raw ? value->raw : value->text, *set = NULL;
    if (!at || strchr(at + strspn(at, "./"), '.')) return NULL; /* a file */
    while (*at && !set) {
        size_t length = 0;
        bool turned;
        while (in_name(at[length]) || at[length] == '-') length++;
        set = length > 0 ? word_alias(arena_copy(arena, at, length), sets, COUNT_OF(sets), &turned) : NULL;
        at += length > 0 ? length : 1;
    }
    return set;
}

/* `data train=mnist test=mnist`, `data mnist/train`: the set is all there is to say. */
static bool take_set(Arena *arena, LooseLine *line) {
    const LooseArg *first = line->args.count > 0 ? &line->args.at[0] : NULL;
    if (!line->head || !foreign_same(line->head, "data") || !first) return false;
    bool plain = !first->key && first->value->kind == LOOSE_WORD && !strchr(first->value->text, '/');
    const char *set = plain ? NULL : set_of(arena, first->value);
    if (!set) return false;
    LooseValue *word = NEW(arena, LooseValue);
    *word = (LooseValue){.kind = LOOSE_WORD, .text = set, .raw = set};
    memset(&line->args, 0, sizeof line->args);
    vec_push(arena, &line->args, ((LooseArg){.value = word}));
    return true;
}

/* `data csv "sensor.csv"`: the word is the form's row of foreign.c, and goes: the file is named by an option. NULL: it
 * is no form, or nothing is left to be named. */
static const ForeignHead *take_form(Arena *arena, LooseLine *line) {
    static const char *const forms[][2] = {
        {"csv", "datatable"}, {"npy", "dataarray"}, {"images", "datafolder"}, {"idx", "datafile"}};
    bool data = line->head && foreign_same(line->head, "data") && line->args.count > 1;
    const LooseArg *first = data ? &line->args.at[0] : NULL, *file = data ? first + 1 : NULL;
    if (!first || first->key || first->value->kind != LOOSE_WORD || file->key ||
        (file->value->kind != LOOSE_STRING && file->value->kind != LOOSE_WORD))
        return NULL;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (!string_is(first->value->text, forms[i][0])) continue;
        LooseLine all = *line;
        memset(&line->args, 0, sizeof line->args);
        for (size_t k = 1; k < all.args.count; k++) vec_push(arena, &line->args, all.args.at[k]);
        return foreign_setting(forms[i][1]);
    }
    return NULL;
}

/* The form of data that a path's ending promises, as a row of foreign.c: a folder has none. */
static const char *form_of(const char *path) {
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path, *dot = strrchr(last, '.');
    if (dot && string_is(dot, ".npy")) return "dataarray";
    if (dot && (string_is(dot, ".csv") || string_is(dot, ".tsv"))) return "datatable";
    return !dot && slash && !strstr(last, "idx") && !strstr(last, "ubyte") ? "datafolder" : "datafile";
}

/* `data "train.idx"`, `data x.npy`, `data train="a.csv"` and `data images="a.idx"`: files are named by options. Which
 * row of foreign.c it is; NULL: it names none. */
static const char *names_file(const LooseLine *line) {
    static const char *const files[] = {"images", "labels", "test_images", "test_labels"};
    static const char *const arrays[] = {"x", "y", "test_x", "test_y"};
    bool data = line->head && foreign_same(line->head, "data"), other;
    if (data && line->args.count > 0 && line->args.at[0].key) {
        const char *key = line->args.at[0].key;
        for (size_t i = 0; i < COUNT_OF(arrays); i++)
            if (string_is(arrays[i], key)) return "dataarray";
        const LooseValue *value = line->args.at[0].value;
        bool train = string_is(key, "train") && (value->kind == LOOSE_STRING || value->kind == LOOSE_WORD);
        if (train && !string_is(form_of(value->text), "datafile")) return form_of(value->text);
        return word_alias(key, files, COUNT_OF(files), &other) != NULL ? "datafile" : NULL;
    }
    const LooseValue *first = line->args.count > 0 && !line->args.at[0].key ? line->args.at[0].value : NULL;
    if (!first || !data) return NULL;
    bool named = first->kind == LOOSE_STRING || first->kind == LOOSE_WORD, turned;
    static const char *const sets[] = {"mnist", "fashion_mnist", "digits", "cifar10"};
    if (named && word_alias(mend_word(first), sets, COUNT_OF(sets), &turned)) return NULL; /* ./mnist */
    if (first->kind != LOOSE_OTHER && !(named && strpbrk(first->text, "./"))) return NULL;
    return named ? form_of(first->text) : "datafile";
}

static bool has_number(const LooseLine *line) {
    for (size_t i = 0; i < line->args.count; i++) {
        if (!line->args.at[i].key && line->args.at[i].value->kind == LOOSE_NUMBER) return true;
    }
    return false;
}

/* The same of a size: no window. */
static bool has_size(const LooseLine *line) {
    for (size_t i = 0; i < line->args.count; i++) {
        const LooseValue *value = line->args.at[i].value;
        if (!line->args.at[i].key && value->kind == LOOSE_NUMBER && !mend_is_shape(value->text)) return true;
    }
    return false;
}

static bool has_window(const LooseLine *line) {
    for (size_t i = 0; i < line->args.count; i++) {
        const LooseValue *value = line->args.at[i].value;
        if (value->kind == LOOSE_PRODUCT || (value->kind == LOOSE_NUMBER && mend_is_shape(value->text))) return true;
    }
    return false;
}

/* `6 conv 5x5`, `30 relu`, `3 epochs`: the number came first. */
static void find_later_head(Arena *arena, bool layer, LooseLine *line) {
    bool number = line->args.count > 1 && !line->args.at[0].key && line->args.at[0].value->kind == LOOSE_NUMBER;
    LooseLine all = *line;
    if (number && mend_word(line->args.at[1].value) && string_is(mend_word(line->args.at[1].value), "x"))
        return; /* 3 x dense 30 */
    for (size_t i = 1; number && i < all.args.count && !line->head && !line->marked; i++) {
        const LooseArg *arg = &all.args.at[i];
        const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : NULL;
        bool head = word && (layer ? foreign_layer(word) != NULL : foreign_setting(word) != NULL);
        if (layer && word && !head && mend_activation(arena, word) && !has_window(line)) line->head = "dense";
        if (!head) continue;
        line->head = word;
        memset(&line->args, 0, sizeof line->args);
        for (size_t k = 0; k < all.args.count; k++) {
            if (k != i) vec_push(arena, &line->args, all.args.at[k]);
        }
    }
}

/* `relu dense 30`, `activation=relu dense 30`: what belongs to the layer came first. */
static void find_layer_behind(Arena *arena, LooseLine *line) {
    bool option = line->marked && foreign_same(line->marked, "activation");
    if (!line->head || line->called || !mend_activation(arena, line->head) || (line->marked && !option)) return;
    LooseLine all = *line;
    for (size_t i = 0; i < all.args.count; i++) {
        const LooseArg *arg = &all.args.at[i];
        const char *word = !arg->key && arg->value->kind == LOOSE_WORD ? arg->value->text : NULL;
        if (!word || !foreign_layer(word) || mend_activation(arena, word)) continue;
        LooseValue *first = NEW(arena, LooseValue);
        *first = (LooseValue){.kind = LOOSE_WORD, .text = line->head, .raw = line->head};
        *line = (LooseLine){.head = word};
        for (size_t k = 0; k < all.args.count; k++) {
            if (k != i) vec_push(arena, &line->args, all.args.at[k]);
        }
        vec_push(arena, &line->args, ((LooseArg){.key = "activation", .value = first}));
        return;
    }
}

/* ---- words that are no head ---- */

enum { KIND_MAX = 20 };

/* conv1, as netc itself calls the first one. */
static bool is_numbered(const char *word) {
    size_t letters = strcspn(word, "0123456789");
    char kind[KIND_MAX + 1] = "";
    if (letters > KIND_MAX || !word[letters]) return false;
    memcpy(kind, word, letters);
    return word_is_known(kind);
}

/* `left branch: conv 8`: a label of two words. */
static bool take_parted_label(Arena *arena, LooseLine *line) {
    const LooseArg *first = line->args.count > 0 ? &line->args.at[0] : NULL;
    if (!first || !first->key || first->value->kind != LOOSE_WORD || !foreign_layer(first->value->text)) return false;
    LooseLine all = *line;
    line->label = arena_format(arena, "%s_%s", line->head, first->key);
    line->head = first->value->text;
    memset(&line->args, 0, sizeof line->args);
    for (size_t i = 1; i < all.args.count; i++) vec_push(arena, &line->args, all.args.at[i]);
    return true;
}

/* `fc1 dense 30`: what stands before a kind is its label; `my new dense layer`: or nothing. */
static bool take_label(Arena *arena, LooseLine *line) {
    static const char *const articles[] = {"the", "a",     "an",     "layer", "new", "add",
                                           "my",  "first", "second", "last",  "next"};
    size_t i = 0;
    while (i < line->args.count && !line->args.at[i].key && line->args.at[i].value->kind == LOOSE_WORD &&
           !foreign_layer(line->args.at[i].value->text))
        i++;
    bool kind = i < 3 && i < line->args.count && !line->args.at[i].key && line->args.at[i].value->text &&
                line->args.at[i].value->kind != LOOSE_NUMBER && foreign_layer(line->args.at[i].value->text);
    bool article = false;
    for (size_t k = 0; k < COUNT_OF(articles); k++) article = article || foreign_same(articles[k], line->head);
    const char **kinds = NEW_ARRAY(arena, const char *, foreign_tables.layer_count);
    for (size_t k = 0; k < foreign_tables.layer_count; k++) kinds[k] = foreign_tables.layers[k].word;
    bool misspelt = !article && net_nearest_word(line->head, kinds, foreign_tables.layer_count); /* pol max 2x2 */
    if (!kind || misspelt || (foreign_absent(line->head) && !article)) return false;
    if (foreign_layer(line->head) == foreign_layer("add") && /* add x skip: a label of that name */
        string_is(foreign_layer(line->args.at[i].value->text)->here, "add"))
        return false;
    LooseLine all = *line;
    if (!article && !is_numbered(line->head)) line->label = line->head;
    line->head = all.args.at[i].value->text;
    line->called = all.args.at[i].value->kind == LOOSE_CALL;
    memset(&line->args, 0, sizeof line->args);
    for (size_t k = 0; line->called && k < all.args.at[i].value->items.count; k++) {
        vec_push(arena, &line->args, all.args.at[i].value->items.at[k]);
    }
    for (size_t k = i + 1; k < all.args.count; k++) vec_push(arena, &line->args, all.args.at[k]);
    return true;
}

/* `conv3x3 6`, `dense30`, `batch32`: a number that grew to its word; `conv1 6 5x5`: or the number of a layer. */
static bool take_glued(Arena *arena, bool layer, LooseLine *line) {
    size_t letters = strlen(line->head);
    while (letters > 0 && (is_digit(line->head[letters - 1]) || strchr("xX", line->head[letters - 1]))) letters--;
    while (line->head[letters] && !is_digit(line->head[letters])) letters++;
    const char *number = line->head + letters;
    const char *word = arena_copy(arena, line->head, letters);
    bool known = *number && letters > 1 && (layer ? foreign_layer(word) != NULL : foreign_setting(word) != NULL);
    if (!known) return false;
    bool maps = layer && strncmp(foreign_layer(word)->order, "maps", 4) == 0; /* conv6 5x5 */
    if (layer && !strpbrk(number, "xX") && (maps ? has_size(line) : has_number(line))) {
        if (!is_numbered(line->head)) line->label = line->head;
    } else {
        LooseValue *value = loose_value(arena, number);
        if (!value) return false;
        LooseLine all = *line;
        memset(&line->args, 0, sizeof line->args);
        vec_push(arena, &line->args, ((LooseArg){.value = value}));
        for (size_t i = 0; i < all.args.count; i++) vec_push(arena, &line->args, all.args.at[i]);
    }
    line->head = word;
    return true;
}

/* `batch norm`, `global average pool`, `early stopping 5`: one word in several. */
static bool take_words(Arena *arena, bool layer, LooseLine *line) {
    const char *word = line->head;
    for (size_t i = 0; i < 2 && i < line->args.count; i++) {
        const LooseArg *arg = &line->args.at[i];
        if (arg->key || arg->value->kind != LOOSE_WORD) return false;
        word = arena_format(arena, "%s%s", word, arg->value->text);
        if (layer ? !foreign_layer(word) : !foreign_setting(word)) continue;
        LooseLine all = *line;
        line->head = word;
        memset(&line->args, 0, sizeof line->args);
        for (size_t k = i + 1; k < all.args.count; k++) vec_push(arena, &line->args, all.args.at[k]);
        return true;
    }
    return false;
}

/* `dense_layer 30`, `conv_block 6`: a word that ends as others do that mean a layer. */
static bool take_ending(Arena *arena, bool layer, LooseLine *line) {
    static const char *const endings[] = {"layers", "layer", "block", "op",    "unit", "2d",
                                          "s",      "size",  "rate",  "value", "count"};
    size_t length = strlen(line->head);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length <= ending + 1 || !foreign_same(line->head + length - ending, endings[i])) continue;
        const char *word = arena_copy(arena, line->head, length - ending);
        if (layer ? !foreign_layer(word) : !foreign_setting(word)) continue;
        line->head = word;
        return true;
    }
    return false;
}

/* `6@5x5`, `6 5x5 relu`: maps and their window, or units and their activation. */
static bool take_nothing(Arena *arena, LooseLine *line) {
    bool window = has_window(line), number = false, function = false;
    for (size_t i = 0; i < line->args.count; i++) {
        const LooseValue *value = line->args.at[i].value;
        number = number || (value->kind == LOOSE_NUMBER && !mend_is_shape(value->text));
        function = function || (mend_word(value) && mend_activation(arena, mend_word(value)));
    }
    if (!number || (!window && !function)) return false;
    line->head = window ? "conv" : "dense";
    line->label = line->marked;
    return true;
}

/* `set rate 0.1`: the word after it is the setting. */
static bool take_next(Arena *arena, LooseLine *line) {
    const LooseArg *first = line->args.count > 0 ? &line->args.at[0] : NULL;
    LooseValue *next = first && !first->key ? first->value : NULL;
    if (first && first->key) { /* int epochs = 3 */
        next = NEW(arena, LooseValue);
        *next = (LooseValue){.kind = LOOSE_WORD, .text = first->key, .raw = first->key};
    }
    bool own = foreign_setting(line->head) || foreign_absent(line->head) || line->marked || line->called;
    if (own || !next || next->kind != LOOSE_WORD || !foreign_setting(next->text)) return false;
    LooseLine all = *line;
    line->head = next->text;
    memset(&line->args, 0, sizeof line->args);
    if (first->key) vec_push(arena, &line->args, ((LooseArg){.value = first->value}));
    for (size_t i = 1; i < all.args.count; i++) vec_push(arena, &line->args, all.args.at[i]);
    return true;
}

/* Gives a line whose first word is none of netc's, nor known to be another's, the head that was meant. */
static void find_hidden_head(Arena *arena, bool layer, LooseLine *line) {
    if (line->standard) return;
    if (!line->head) {
        if (layer && !(line->marked && (foreign_layer(line->marked) || foreign_setting(line->marked))))
            take_nothing(arena, line);
        return;
    }
    bool own = layer ? foreign_layer(line->head) != NULL : foreign_setting(line->head) != NULL;
    if ((!own || !layer) && !line->called && take_words(arena, layer, line)) return; /* early stopping 3 */
    if (!layer && take_next(arena, line)) return;
    bool known = foreign_layer(line->head) || foreign_setting(line->head) || mend_activation(arena, line->head);
    /* layer conv 6 kernel=5x5, add conv 6 kernel=5x5 */
    bool article = layer && (foreign_same(line->head, "layer") || foreign_same(line->head, "add"));
    if ((known && !article) || line->called) return;
    if (layer && !line->marked && (take_parted_label(arena, line) || take_label(arena, line))) return;
    if (take_glued(arena, layer, line)) return;
    take_ending(arena, layer, line);
}

/* `optimizer nesterov rate=0.05`, `optimizer sgd nesterov`: the value is a line of its own to others, with options that
 * go with it. */
static const ForeignHead *take_row(Arena *arena, const ForeignHead *head, LooseLine *line) {
    size_t length = head ? strlen(head->here) : 0;
    for (size_t i = 0; i < 2 && i < line->args.count && length > 0 && !strchr(head->here, ' '); i++) {
        const LooseValue *value = line->args.at[i].value;
        const char *word = line->args.at[i].key ? NULL : mend_word(value);
        const ForeignHead *row = word ? foreign_setting(word) : NULL;
        if (!word) return head;
        if (!row || !strchr(row->here, '=') || strncmp(row->here, head->here, length) != 0) continue;
        LooseLine all = *line;
        memset(&line->args, 0, sizeof line->args);
        for (size_t k = 0; k < value->items.count; k++) vec_push(arena, &line->args, value->items.at[k]);
        for (size_t k = i + 1; k < all.args.count; k++) vec_push(arena, &line->args, all.args.at[k]);
        return row;
    }
    return head;
}

const ForeignHead *mend_head(Arena *arena, const LooseLine *line, bool layer, LooseLine *changed) {
    LooseLine found = *line;
    find_later_head(arena, layer, &found);
    if (layer) find_layer_behind(arena, &found);
    find_hidden_head(arena, layer, &found);
    if (!layer) take_set(arena, &found);
    const ForeignHead *form = layer ? NULL : take_form(arena, &found);
    *changed = found;
    if (form) return form;
    line = &found;
    const char *word = line->head;
    const ForeignHead *head = !word ? NULL : layer ? foreign_layer(word) : foreign_setting(word);
    bool labelled = line->marked && !(layer ? foreign_layer(line->marked) : foreign_setting(line->marked));
    if (!layer && names_file(line)) return foreign_setting(names_file(line));
    if (!layer && !line->marked) head = take_row(arena, head, changed);
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
    return layer ? head : take_row(arena, head, changed);
}
