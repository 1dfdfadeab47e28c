/* The words of other frameworks: whatever a row calls by its name here must exist here. */
#include "compiler/model/foreign.h"
#include "compiler/model/statement.h"
#include "compiler/syntax/words.h"
#include "tests/unit/unit.h"

/* ---- names ---- */

static bool has_option(const OptionOwner *owner, const char *name, size_t length) {
    for (size_t i = 0; i < option_count(owner); i++) {
        const char *option = option_at(owner, i)->name;
        if (strlen(option) == length && memcmp(option, name, length) == 0) return true;
    }
    return false;
}

/* Of any layer or setting. */
static bool is_option(Arena *arena, const char *name, size_t length) {
    for (const LayerKind *const *kind = layer_kinds; *kind; kind++) {
        OptionOwner owner = layer_kind_owner(*kind);
        if (has_option(&owner, name, length)) return true;
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        OptionOwner owner;
        if (setting_owner(arena, setting_kinds[i].name, NULL, &owner) && has_option(&owner, name, length)) return true;
    }
    return false;
}

static bool is_word(const char *word) {
    return word_is_known(word) || setting_kind_find(word) || fixed_word_token(word, strlen(word)) != 0;
}

/* ---- statements ---- */

/* Whether the text is written as netc has it: one statement or several. `begun`: what must be there may be missing. */
static bool is_netc(Arena *arena, const char *text, bool begun) {
    const char *wrapped = arena_format(arena, "network a {\n%s\n}", text);
    Source *source = source_from_text(arena, "row", wrapped, strlen(wrapped));
    Diags diags = {.arena = arena, .source = source};
    Scope scope;
    scope_init(&scope, arena, &diags);
    const AstFile *file = ast_parse(arena, source, &diags);
    const AstBody *body = diags.errors == 0 && file->top.count == 1 ? &file->top.at[0]->body : NULL;
    for (size_t i = 0; body && i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        OptionOwner owner;
        if (stmt->kind == AST_LET) continue;
        if (stmt->kind == AST_REPEAT) {
            for (size_t k = 0; k < stmt->body.count; k++) {
                if (!layer_statement_good(&scope, stmt->body.at[k])) return false;
            }
        } else if (begun) {
            if (!layer_owner(stmt->name, &owner) && !setting_owner(arena, stmt->name, NULL, &owner)) return false;
            if (!options_read(&scope, &owner, stmt, options_new(arena, &owner))) return false;
        } else if (!layer_statement_good(&scope, stmt) && !setting_line_good(&scope, stmt)) {
            return false;
        }
    }
    return body && body->count > 0;
}

/* The names in capitals of a usage, and the words that mend_put_channels takes, with values in their place. */
static const char *filled(Arena *arena, const char *usage) {
    static const char *const places[][2] = {{"CxHxW", "1x28x28"}, {"HxW", "5x5"},      {"MAPS", "6"}, {"UNITS", "10"},
                                            {", then ", "\n"},    {" P", " 0.5"},      {"=G", "=2"},  {"CHANNELS", "2"},
                                            {"=channels", "=2"},  {"=separable", "=2"}};
    Text text = {0};
    while (*usage) {
        size_t i = 0;
        while (i < COUNT_OF(places) && strncmp(usage, places[i][0], strlen(places[i][0])) != 0) i++;
        text_add(&text, i < COUNT_OF(places) ? places[i][1] : usage, i < COUNT_OF(places) ? strlen(places[i][1]) : 1);
        usage += i < COUNT_OF(places) ? strlen(places[i][0]) : 1;
    }
    const char *copy = arena_copy(arena, text.data, text.length);
    text_free(&text);
    return copy;
}

/* ---- rows: what is wrong with one, NULL: nothing ---- */

static const char *wrong_order(Arena *arena, const OptionOwner *owner, const char *order) {
    while (*order) {
        size_t length = strcspn(order, " ");
        bool idle = length == 1 && *order == '-';
        if (!idle && !has_option(owner, order, length)) {
            return arena_format(arena, "%s has no option '%.*s'", owner->name, (int)length, order);
        }
        order += length + strspn(order + length, " ");
    }
    return NULL;
}

static const char *wrong_head(Arena *arena, const ForeignHead *row, bool layer) {
    OptionOwner owner;
    const char *name = arena_copy(arena, row->here, strcspn(row->here, " "));
    if (!(layer ? layer_owner(name, &owner) : setting_owner(arena, name, NULL, &owner))) {
        return arena_format(arena, "there is no '%s'", name);
    }
    if (!is_netc(arena, filled(arena, row->here), true))
        return arena_format(arena, "no line begins with '%s'", row->here);
    if (row->usage && !is_netc(arena, filled(arena, row->usage), false)) {
        return arena_format(arena, "nothing is written '%s'", row->usage);
    }
    return wrong_order(arena, &owner, row->order);
}

static const char *wrong_word(Arena *arena, const ForeignWord *row) {
    bool known = is_option(arena, row->here, strlen(row->here)) || is_word(row->here);
    return known ? NULL : arena_format(arena, "nothing is called '%s'", row->here);
}

/* Each key=value of an advice, those in capitals excepted: NAME=VALUE. */
static const char *wrong_pair(Arena *arena, const char *text) {
    for (const char *equals = strchr(text, '='); equals; equals = strchr(equals + 1, '=')) {
        const char *key = equals;
        while (key > text && in_name(key[-1])) key--;
        size_t length = (size_t)(equals - key), value = 0;
        bool written = length > 0 && strspn(key, "abcdefghijklmnopqrstuvwxyz_0123456789") == length;
        if (!written) continue;
        if (!is_option(arena, key, length)) return arena_format(arena, "there is no option '%.*s='", (int)length, key);
        while (in_name(equals[1 + value])) value++;
        const char *word = arena_copy(arena, equals + 1, value);
        if (value > 0 && !is_digit(*word) && !is_word(word)) return arena_format(arena, "there is no '%s'", word);
    }
    return NULL;
}

/* Each line or word in quotes of an advice; a sign may stand there too, or a command. */
static const char *wrong_quote(Arena *arena, const char *text) {
    for (const char *open = strchr(text, '\''); open; open = strchr(open + 1, '\'')) {
        if (open > text && in_name(open[-1])) continue; /* MNIST's */
        size_t length = strcspn(open + 1, "'");
        const char *quote = arena_copy(arena, open + 1, length);
        bool sign = length == 1 && !in_name(*quote), command = strncmp(quote, "netc ", 5) == 0;
        bool line = strpbrk(quote, " ") || layer_kind_find(quote);
        if (!sign && !command && !(line ? is_netc(arena, quote, false) : is_word(quote))) {
            return arena_format(arena, "netc does not take '%s'", quote);
        }
        open += length + 1;
    }
    return NULL;
}

static const char *wrong_absence(Arena *arena, const Absent *row) {
    if (!row->near) return NULL;
    const char *wrong = wrong_pair(arena, row->near);
    return wrong ? wrong : wrong_quote(arena, row->near);
}

/* ---- the tests ---- */

static void rows_name_what_there_is(void **state) {
    (void)state;
    Arena *arena = arena_new();
    int wrong = 0;
    const ForeignTables *all = &foreign_tables;
    size_t absences = foreign_absence_count + foreign_absent_activation_count;
    for (size_t i = 0; i < all->layer_count + all->setting_count + foreign_word_count + absences; i++) {
        size_t setting = i - all->layer_count, word = setting - all->setting_count, absence = word - foreign_word_count;
        const char *name, *what;
        if (i < all->layer_count) {
            name = all->layers[i].word;
            what = wrong_head(arena, &all->layers[i], true);
        } else if (setting < all->setting_count) {
            name = all->settings[setting].word;
            what = wrong_head(arena, &all->settings[setting], false);
        } else if (word < foreign_word_count) {
            name = foreign_words[word].word;
            what = wrong_word(arena, &foreign_words[word]);
        } else {
            const Absent *row = absence < foreign_absence_count
                                    ? &foreign_absences[absence]
                                    : &foreign_absent_activations[absence - foreign_absence_count];
            name = row->word;
            what = wrong_absence(arena, row);
        }
        if (what) print_error("the row of '%s': %s\n", name, what);
        wrong += what != NULL;
        arena_reset(arena);
    }
    assert_int_equal(wrong, 0);
    arena_free(arena);
}

static void rows_that_name_what_is_not_are_found(void **state) {
    (void)state;
    Arena *arena = arena_new();
    static const ForeignHead heads[] = {
        {"x", NULL, "convolve", "maps"},      {"x", NULL, "conv depth=3", "maps"},
        {"x", NULL, "pool median", "window"}, {"x", NULL, "activation maxout", "-"},
        {"x", NULL, "conv", "maps depth"},    {"x", "conv MAPS size=HxW", "conv", "maps"},
    };
    for (size_t i = 0; i < COUNT_OF(heads); i++) assert_non_null(wrong_head(arena, &heads[i], true));
    assert_non_null(wrong_head(arena, &(ForeignHead){"x", NULL, "dense", "units"}, false));
    assert_non_null(wrong_head(arena, &(ForeignHead){"x", NULL, "optimizer newton", "rate"}, false));
    assert_non_null(wrong_word(arena, &(ForeignWord){"x", "depth", false}));
    static const char *const advice[] = {"give each layer spin=5",   "activation=maxout comes near",
                                         "'dense 100 size=3'",       "'optimizer newton'",
                                         "'orthonormal' comes near", "'repeat 3 { lstm 5 }'"};
    for (size_t i = 0; i < COUNT_OF(advice); i++) {
        assert_non_null(wrong_absence(arena, &(Absent){"x", "x", advice[i]}));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_name_what_there_is),
        cmocka_unit_test(rows_that_name_what_is_not_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
