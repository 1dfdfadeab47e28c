/* Singular values of matrices whose values are known, and what is said of them. */
#include "tests/unit/unit.h"

#include <math.h>

#include "runtime/base/singular.h"

static void near(double found, double expected) { assert_true(fabs(found - expected) <= 1e-14 * fmax(1, expected)); }

static void wide_and_tall_are_alike(void **state) {
    (void)state;
    NetError error = {0};
    double wide[] = {3, 0, 0, 4, 0, 5, 0, 0}, tall[] = {3, 0, 0, 5, 0, 0, 4, 0}, values[2];
    assert_true(net_singular_values(wide, 2, 4, values, &error));
    near(values[0], 5), near(values[1], 5);
    assert_true(net_singular_values(tall, 4, 2, values, &error));
    near(values[0], 5), near(values[1], 5);
}

static void rank_may_be_short(void **state) {
    (void)state;
    NetError error = {0};
    double matrix[] = {1, 2, 2, 2, 4, 4, -1, -2, -2}, values[3], one[] = {-7}, none[] = {0, 0};
    assert_true(net_singular_values(matrix, 3, 3, values, &error));
    near(values[0], sqrt(54)), near(values[1], 0), near(values[2], 0);
    assert_true(net_singular_values(one, 1, 1, values, &error));
    near(values[0], 7);
    assert_true(net_singular_values(none, 1, 2, values, &error));
    assert_true(values[0] == 0);
    assert_true(net_spectrum_figures(values, 1).effective_rank == 0);
}

static void what_is_not_finite_has_none(void **state) {
    (void)state;
    NetError error = {0};
    double matrix[] = {1, INFINITY, 2, 3}, values[4] = {0, 0, 1, 2};
    assert_true(net_singular_values(matrix, 2, 2, values, &error));
    assert_true(isnan(values[0]) && isnan(values[1]));
    NetSpectrumFigures figures = net_spectrum_figures(values, 4); /* of two matrices together */
    assert_true(isnan(figures.largest) && isnan(figures.median) && isnan(figures.smallest) &&
                isnan(figures.effective_rank));
}

static void quantiles_lie_between(void **state) {
    (void)state;
    double values[] = {1, 4, 2, 8}, alike[] = {3, 3, 3};
    NetSpectrumFigures figures = net_spectrum_figures(values, 4);
    assert_true(values[0] == 8 && values[3] == 1);
    near(figures.largest, 8), near(figures.upper, 5), near(figures.median, 3), near(figures.lower, 1.75);
    near(figures.smallest, 1);
    near(figures.effective_rank,
         exp(-(8 * log(8 / 15.0) + 4 * log(4 / 15.0) + 2 * log(2 / 15.0) + log(1 / 15.0)) / 15));
    near(net_spectrum_figures(alike, 3).effective_rank, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_and_tall_are_alike),
        cmocka_unit_test(rank_may_be_short),
        cmocka_unit_test(what_is_not_finite_has_none),
        cmocka_unit_test(quantiles_lie_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
