/* Formulas: their values to the bit, and all that can be wrong with one. */
#include "unit.h"

#include <math.h>

#include "runtime/base/elementary.h"
#include "runtime/base/formula.h"

static const char *const names[] = {"rate", "l2", "weight_decay", "beta"};
/* m, n, t, s, S, c, then the settings */
static const double values[] = {7, 1000, 12, 11, 4, 3, 0.3, 5, 0.01, 0.9};

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
    assert_true(value_of("max(beta, 1)") == 1 && value_of("max(1, beta)") == 1);
    assert_true(value_of("floor(s / S)") == 2 && value_of("floor(0 - rate)") == -1 &&
                value_of("rate^c") == rate * rate * rate);
    assert_true(value_of("if(beta < 1, 2, 3)") == 2 && value_of("if(1 < 1, 2, 3) * 2") == 6);
    assert_true(value_of("1 + if(s < S, s / 0, if(S < s, max(rate, l2), 7)) * 2") == 11);
    assert_true(value_of("2 * 3^2 * 2") == 36);
    assert_true(value_of("rate^0") == 1 && value_of("rate^1") == rate);
    double squared = beta * beta, fourth = squared * squared;
    assert_true(value_of("1 - beta^t") == 1 - fourth * (fourth * fourth)); /* 12 = 4 + 8 */
    assert_true(value_of("2 / 0") == INFINITY);
    NetFormula none = {.parts = 0};
    assert_true(net_formula_value(&none, values) == 0);
}

/* Against values of 40 digits, rounded. */
static void test_elementary(void **state) {
    (void)state;
    static const double powers[][3] = {
        {0.5, 0.5, 0x1.6a09e667f3bcdp-1},
        {0.9, 12.75, 0x1.0b3bf116e480dp-2},
        {0.1, 7.3, 0x1.ae843cfb8a8e3p-25},
        {0.71, 100.5, 0x1.447de9f258820p-50},
        {0.7071067811865476, 33.0, 0x1.6a09e667f3bdbp-17},
        {1.5, 80.25, 0x1.ec3f69e3ededap+46},
        {1e-06, 3.9, 0x1.34053fbf9012dp-78},
        {0.999999, 12345.678, 0x1.f9b7c63437ed3p-1},
        {2.0, 0.001, 0x1.002d711c79a96p+0},
        {1e-300, 0.04, 0x1.19799812dea0ep-40},
        {1.0000001, 10000000.0, 0x1.5bf0a790ce6f2p+1},
    };
    static const double sines[][2] = {
        {1e-09, 0x1.12e0be826d695p-30},
        {0.1, 0x1.98eaecb8bcb2cp-4},
        {0.7853981633974483, 0x1.6a09e667f3bccp-1},
        {1.0, 0x1.aed548f090ceep-1},
        {1.5707963267948966, 0x1.0000000000000p+0},
        {2.0, 0x1.d18f6ead1b446p-1},
        {3.0, 0x1.210386db6d55bp-3},
        {3.25, -0x1.bb2ad2464a48cp-4},
        {-4.5, 0x1.f47ed3dc74080p-1},
        {10.0, -0x1.1689ef5f34f52p-1},
        {100.0, -0x1.03425b78c4db8p-1},
        {12345.6, -0x1.83b9626da2d7ep-1},
    };
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        double value = net_power(powers[i][0], powers[i][1]);
        if (!(fabs(value / powers[i][2] - 1) < 2e-15)) fail_msg("%a^%a = %a", powers[i][0], powers[i][1], value);
    }
    for (size_t i = 0; i < sizeof sines / sizeof *sines; i++) {
        double value = net_sine(sines[i][0]);
        if (!(fabs(value / sines[i][1] - 1) < 1e-15)) fail_msg("sin %a = %a", sines[i][0], value);
    }
    assert_true(net_power(1, 1e9) == 1 && net_power(0.3, 0) == 1 && net_power(0.5, 10) == 0x1p-10);
    assert_true(net_power(1e300, 2) == INFINITY && net_power(1e-300, 2) == 0 && isnan(net_power(-1, 2)));
    assert_true(isnan(net_power(0, 2)) && net_sine(0) == 0);
    assert_true(value_of("pow(rate, 2.5)") == net_power(0.3, 2.5) && value_of("sin(m)") == net_sine(7));
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
        {"if(l2, 1, 2)", "expected '<'"},
        {"if(1 < l2, 1)", "expected ','"},
        {"pow 2", "no setting has that name"},
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
                                       cmocka_unit_test(test_elementary), cmocka_unit_test(test_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
