/* Formulas: their values to the bit, and all that can be wrong with one. */
#include "unit.h"

#include <math.h>

#include "runtime/base/formula.h"

static const char *const names[] = {"rate", "l2", "weight_decay", "beta"};
/* m, n, t, s, then the settings */
static const double values[] = {7, 1000, 12, 11, 0.3, 5, 0.01, 0.9};

static double value_of(const char *text) {
    NetFormula formula;
    NetError error;
    if (!net_formula_parse(text, names, 4, &formula, &error)) fail_msg("%s", error.text);
    return net_formula_value(&formula, values);
}

/* The same sum in C, in its order. */
static void test_values(void **state) {
    (void)state;
    double rate = 0.3, l2 = 5, weight_decay = 0.01, beta = 0.9, n = 1000, m = 7;
    assert_true(value_of("rate / m") == rate / m);
    assert_true(value_of("1 - rate * (l2 / n + weight_decay)") == 1 - rate * (l2 / n + weight_decay));
    assert_true(value_of("rate * l2 / n") == rate * l2 / n);
    assert_true(value_of("rate-l2-m+2") == rate - l2 - m + 2);
    assert_true(value_of(" 2 * ( 3 + 4 ) ") == 14);
    assert_true(value_of("1e-3 + .5 + 2.") == 1e-3 + .5 + 2.);
    assert_true(value_of("sqrt(l2 + 4)") == 3);
    assert_true(value_of("min(beta, (1 + s) / (10 + s))") == 12. / 21);
    assert_true(value_of("min(beta, 1)") == beta);
    assert_true(value_of("2 * 3^2 * 2") == 36);
    assert_true(value_of("rate^0") == 1 && value_of("rate^1") == rate);
    double squared = beta * beta, fourth = squared * squared;
    assert_true(value_of("1 - beta^t") == 1 - fourth * (fourth * fourth)); /* 12 = 4 + 8 */
    assert_true(value_of("2 / 0") == INFINITY);
    NetFormula none = {.parts = 0};
    assert_true(net_formula_value(&none, values) == 0);
}

static void test_reads(void **state) {
    (void)state;
    NetFormula formula;
    assert_true(net_formula_parse("rate * l2 / n", names, 4, &formula, NULL));
    assert_true(net_formula_reads(&formula, NET_COUNTS + 1) && net_formula_reads(&formula, NET_COUNT_N));
    assert_false(net_formula_reads(&formula, NET_COUNTS + 2) || net_formula_reads(&formula, NET_COUNT_M));
}

static void test_wrong(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"", "expected a value"},
        {"rate +", "expected a value"},
        {"rate * / m", "expected a value"},
        {"(rate", "expected ')'"},
        {"rate)", "expected an operation"},
        {"rate l2", "expected an operation"},
        {"momentum", "at 'momentum': no setting has that name"},
        {"rat", "no setting has that name"},
        {"sqrt", "no setting has that name"},
        {"sqrt(l2, 2)", "expected ')'"},
        {"min(l2)", "expected ','"},
        {"exp(l2)", "no setting has that name"},
        {"beta^rate", "expected a whole number"},
        {"beta^1.5", "expected a whole number"},
        {"beta^(2)", "expected a whole number"},
        {"beta^12345678901", "expected a whole number"},
        {"beta^2^2", "expected an operation"},
        {"0x10", "expected a number"},
        {"1e999", "expected a number"},
        {"((((((((((((((((((1))))))))))))))))))", "too deep"},
        {"1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", "too long"},
    };
    NetFormula formula;
    NetError error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (net_formula_parse(texts[i][0], names, 4, &formula, &error)) fail_msg("'%s' is taken", texts[i][0]);
        if (strstr(error.text, texts[i][1]) == NULL) fail_msg("'%s': %s", texts[i][0], error.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_reads),
                                       cmocka_unit_test(test_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
