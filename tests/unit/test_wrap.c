/* Texts in lines that fit: where they break, what stays in one piece. */
#include "runtime/base/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, int column, int indent, int width, const char *expected) {
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);
    assert_non_null(out);
    net_wrap(out, text, column, indent, width);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(made, expected);
    free(made);
}

static void lines_break_at_blanks(void **state) {
    (void)state;
    expect("", 0, 2, 10, "");
    expect("one two three", 0, 2, 13, "one two three");
    expect("one two three", 0, 2, 12, "one two\n  three");
    expect("one two three", 4, 4, 10, "one\n    two\n    three"); /* its first line begins at column 4 */
    expect("one two  three", 0, 0, 0, "one two  three");          /* any width */
    expect("äö ü\u4E2D\u4E2D x", 0, 0, 7, "äö\nü\u4E2D\u4E2D x");
}

static void long_words_stay_whole(void **state) {
    (void)state;
    expect("/a/long/path is", 0, 2, 8, "/a/long/path\n  is");
    expect("at /a/long/path", 0, 2, 8, "at\n  /a/long/path");
}

static void what_is_typed_again_stays_whole(void **state) {
    (void)state;
    expect("now try 'netc help x'.", 0, 2, 20, "now try\n  'netc help x'.");
    expect("now try ('netc help x')", 0, 2, 20, "now try\n  ('netc help x')");
    expect("now try 'netc help x'", 0, 2, 10, "now try\n  'netc\n  help x'"); /* too long for a line */
    expect("the file's name is no quote", 0, 0, 14, "the file's\nname is no\nquote");
}

static void newlines_are_blanks_but_for_code(void **state) {
    (void)state;
    expect("one\ntwo\n\nthree", 0, 0, 80, "one two\n\nthree");
    expect("as in\n\n    dense 10 activation=softmax\n\nand so on", 0, 0, 12,
           "as in\n\n    dense 10 activation=softmax\n\nand so on");
    expect("as in\n    a b c\nand so on", 0, 0, 8, "as in\n    a b c\nand so\non");
}

static void rows_begin_at_a_column(void **state) {
    (void)state;
    char *made = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);
    net_print_row(out, "--name", 10, "one two three", 18);
    net_print_row(out, "--long-name", 10, "one", 18);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(made, "  --name  one two\n          three\n  --long-name\n          one\n");
    free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_break_at_blanks),           cmocka_unit_test(long_words_stay_whole),
        cmocka_unit_test(what_is_typed_again_stays_whole), cmocka_unit_test(newlines_are_blanks_but_for_code),
        cmocka_unit_test(rows_begin_at_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
