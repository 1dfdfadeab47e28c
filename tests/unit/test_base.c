/* Arenas, growable text, checked sizes, words, UTF-8, source positions, the collecting of diagnostics, and tables that
 * must agree. */
#include "compiler/base/diag.h"
#include "compiler/base/utf8.h"
#include "compiler/model/settings.h"
#include "runtime/base/words.h"
#include "runtime/data/kinds.h"
#include "runtime/data/sets.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void arenas_give_zeroed_aligned_memory(void **state) {
    (void)state;
    Arena *arena = arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 100000; size = size * 3 + 1) {
            unsigned char *bytes = arena_alloc(arena, size, 1);
            assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++) assert_int_equal(bytes[i], 0);
            memset(bytes, 0xFF, size);
        }
        arena_reset(arena);
    }
    assert_string_equal(arena_format(arena, "%s-%d", "a", 5), "a-5");
    assert_string_equal(arena_copy(arena, "abcdef", 3), "abc");
    arena_free(arena);
    arena_free(NULL);
}

static void vectors_and_text_grow(void **state) {
    (void)state;
    Arena *arena = arena_new();
    VEC(int) numbers = {0};
    Text text = {0};
    for (int i = 0; i < 1000; i++) {
        vec_push(arena, &numbers, i);
        text_printf(&text, "%d,", i);
    }
    assert_int_equal(numbers.count, 1000);
    for (int i = 0; i < 1000; i++) assert_int_equal(numbers.at[i], i);
    assert_int_equal(text.length, strlen(text.data));
    assert_memory_equal(text.data, "0,1,2,", 6);
    text_free(&text);
    arena_free(arena);
}

static void numbers_are_kept_by_name(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Numbers numbers = {0};
    for (int i = 1; i <= 1000; i++) {
        int *number = numbers_at(arena, &numbers, arena_format(arena, "name %d", i));
        assert_int_equal(*number, 0);
        *number = i;
    }
    for (int i = 1; i <= 1000; i++)
        assert_int_equal(*numbers_at(arena, &numbers, arena_format(arena, "name %d", i)), i);
    assert_int_equal(numbers.count, 1000);
    arena_free(arena);
}

static void sizes_are_checked(void **state) {
    (void)state;
    int64_t result = 0;
    assert_true(size_mul(1 << 20, 1 << 20, &result));
    assert_true(result == INT64_C(1) << 40);
    assert_false(size_mul(INT64_MAX, 2, &result));
    assert_false(size_mul(-1, 2, &result));
    assert_true(size_add(INT64_MAX - 1, 1, &result));
    assert_false(size_add(INT64_MAX, 1, &result));
    assert_false(size_add(5, -1, &result));
}

static void near_words_are_found(void **state) {
    (void)state;
    static const char *const words[] = {"kernel", "stride", "relu", "bias", "init"};
    assert_int_equal(net_edit_distance("kernel", "kernal"), 1);
    assert_int_equal(net_edit_distance("kernel", "kenrel"), 1);
    assert_int_equal(net_edit_distance("", "abc"), 3);
    assert_string_equal(net_nearest_word("kernal", words, COUNT_OF(words)), "kernel");
    assert_string_equal(net_nearest_word("ReLU", words, COUNT_OF(words)), "relu");
    assert_null(net_nearest_word("dilation", words, COUNT_OF(words)));
    assert_null(net_nearest_word("it", words, COUNT_OF(words)));
    assert_true(net_words_hold("steps gradients", "gradients") && net_words_hold("steps gradients", "gradients steps"));
    assert_true(net_words_hold("", "") && net_words_hold("steps", ""));
    assert_false(net_words_hold("gradients", "gradient") || net_words_hold("steps", "steps gradients"));
    char huge[1000];
    memset(huge, 'x', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    assert_null(net_nearest_word(huge, words, COUNT_OF(words)));
}

static void utf8_is_decoded(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        uint32_t code;
    } cases[] = {{"a", 1, 'a'},
                 {"\xC3\xA9", 2, 0xE9},
                 {"\xE4\xB8\xAD", 3, 0x4E2D},
                 {"\xF0\x9F\x98\x80", 4, 0x1F600},
                 {"\x80", 0, 0},
                 {"\xC0\xAF", 0, 0},
                 {"\xC3", 0, 0},
                 {"\xE0\x80\x80", 0, 0},
                 {"\xED\xA0\x80", 0, 0},
                 {"\xF4\x90\x80\x80", 0, 0},
                 {"\xFF", 0, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t code = 0;
        assert_int_equal(net_utf8_decode(cases[i].text, strlen(cases[i].text), &code), cases[i].length);
        if (cases[i].length) assert_int_equal(code, cases[i].code);
    }
    char cut[] = "\xC3\xA9\xFF-\xE4\xB8"; /* in the middle of a character */
    assert_false(net_utf8_is_valid(cut));
    assert_string_equal(net_utf8_clean(cut), "\xC3\xA9?-??");
    assert_true(net_utf8_is_valid(cut));
    assert_int_equal(net_utf8_width('a'), 1);
    assert_int_equal(net_utf8_width(0x4E2D), 2);
    assert_int_equal(net_utf8_width(0x0301), 0);
    Arena *arena = arena_new();
    assert_string_equal(utf8_clean(arena, "a\n\xC3\xA9\xFF\x1B", 6), "a\\x0a\xC3\xA9\\xff\\x1b");
    assert_string_equal(utf8_clean(arena, "\xE2\x80\xAE", 3), "\\u{202e}");
    arena_free(arena);
}

static void positions_count_code_points(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Source *source = source_from_text(arena, "a.net", "ab\n\xC3\xA9x\n", 7);
    Source *extra = source_from_text(arena, "-D depth", "4\n5", 3);
    assert_true(source_attach(source, extra));
    static const struct {
        uint32_t offset, line, column;
    } cases[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {5, 2, 2}, {7, 3, 1}, {8, 1, 1}, {10, 2, 1}, {11, 2, 2}, {999, 2, 2}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t line = 0, column = 0;
        source_position(source, cases[i].offset, &line, &column);
        assert_int_equal(line, cases[i].line);
        assert_int_equal(column, cases[i].column);
    }
    assert_ptr_equal(source_of(source, 7), source);
    assert_ptr_equal(source_of(source, 8), extra);
    size_t length = 0;
    const char *slice = source_slice(source, (Span){10, 11}, &length);
    assert_int_equal(length, 1);
    assert_int_equal(slice[0], '5');
    arena_free(arena);
}

/* What diags_print writes, in the arena. */
static const char *printed(const Diags *diags, DiagFormat format) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    diags_print(diags, out, format, false);
    fclose(out);
    const char *copy = arena_copy(diags->arena, text, size);
    free(text);
    return copy;
}

static void diagnostics_are_sorted_silenced_and_limited(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Diags diags = {.arena = arena, .source = source_from_text(arena, "m.net", "dense 10\nconv 5\n", 16)};
    assert_true(diags_allow(&diags, "rows-dropped"));
    assert_false(diags_allow(&diags, "syntax-error"));
    diag_note(&diags, diag_report(&diags, (Span){9, 13}, "missing-option", "needs %s", "kernel="), "a\nb");
    diag_report(&diags, (Span){9, 13}, "missing-option", "needs %s", "kernel=");
    diag_report(&diags, (Span){0, 5}, "rows-dropped", "silenced");
    diag_help(&diags, diag_report(&diags, (Span){0, 5}, "large-dropout", "first"), "mend it");
    diag_report(&diags, SPAN_NONE, "unknown-let", "nowhere");
    assert_int_equal(diags.errors, 2);
    assert_int_equal(diags.warnings, 1);
    assert_string_equal(printed(&diags, DIAG_FORMAT_TEXT), "m.net:1:1: warning: first [large-dropout]\n"
                                                           "    1 | dense 10\n"
                                                           "      | ^~~~~\n"
                                                           "  help: mend it\n"
                                                           "m.net:2:1: error: needs kernel= [missing-option]\n"
                                                           "    2 | conv 5\n"
                                                           "      | ^~~~\n"
                                                           "  note: a\\x0ab\n"
                                                           "m.net: error: nowhere [unknown-let]\n"
                                                           "2 errors, 1 warning\n");
    diags.warnings_are_errors = true;
    assert_int_equal(diag_report(&diags, (Span){1, 2}, "large-dropout", "now an error")->severity, SEVERITY_ERROR);
    for (int i = 0; i < 100; i++) diag_report(&diags, (Span){0, 1}, "bad-shape", "number %d", i);
    assert_true(diags_full(&diags));
    assert_int_equal(diags.errors, DIAG_MAX_ERRORS);
    assert_int_equal(diags.list.count, DIAG_MAX_ERRORS + 1);
    arena_free(arena);
}

static void every_kind_is_documented_once(void **state) {
    (void)state;
    for (size_t i = 0; i < diag_kind_count; i++) {
        assert_ptr_equal(diag_kind_find(diag_kinds[i].name), &diag_kinds[i]);
        assert_true(strlen(diag_kinds[i].doc) > 20);
        const char *name = diag_kinds[i].name;
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
    }
    assert_null(diag_kind_find("no-such-kind"));
}

/* The runtime's table of sets and the compiler's of kinds name the same. */
static void every_data_set_is_a_data_kind(void **state) {
    (void)state;
    size_t sets = 0;
    for (const NetDataSet *set = net_data_sets; set->name; set++, sets++) {
        const DataKind *kind = data_kind_find(set->name);
        assert_non_null(kind);
        assert_null(kind->x);
    }
    for (size_t i = 0; i < data_kind_count; i++) {
        assert_non_null(net_data_kind(data_kinds[i].variant.name));
        assert_true((data_kinds[i].x != NULL) != (net_data_set(data_kinds[i].variant.name) != NULL));
    }
}

/* A setting's first words are its rows, in their order. */
static void every_word_is_a_variant(void **state) {
    (void)state;
    size_t settings = 0;
    for (size_t k = 0; k < setting_kind_count; k++) {
        const SettingKind *kind = &setting_kinds[k];
        if (!kind->variant) continue;
        settings++;
        size_t i = 0;
        for (const Variant *variant; (variant = kind->variant(i)); i++)
            assert_string_equal(kind->options[0].words[i], variant->name);
        assert_true(i > 0);
        assert_null(kind->options[0].words[i]);
    }
    assert_int_equal(settings, 4); /* data, target, optimizer, schedule */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arenas_give_zeroed_aligned_memory),
        cmocka_unit_test(vectors_and_text_grow),
        cmocka_unit_test(numbers_are_kept_by_name),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(near_words_are_found),
        cmocka_unit_test(utf8_is_decoded),
        cmocka_unit_test(positions_count_code_points),
        cmocka_unit_test(diagnostics_are_sorted_silenced_and_limited),
        cmocka_unit_test(every_kind_is_documented_once),
        cmocka_unit_test(every_data_set_is_a_data_kind),
        cmocka_unit_test(every_word_is_a_variant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
