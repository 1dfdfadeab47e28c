/* Histograms: edges, bins, and values that are alike or no numbers. */
#include "tests/unit/unit.h"

#include <math.h>

#include "runtime/log/histogram.h"

static void values_lie_in_bins(void **state) {
    (void)state;
    NetHistogram histogram;
    double values[61];
    for (int i = 0; i <= 60; i++) values[i] = i; /* two a bin, and the largest in the last */
    net_histogram_fill(&histogram, values, 61, 4);
    assert_int_equal(histogram.bins, NET_HISTOGRAM_BINS);
    for (int i = 0; i < NET_HISTOGRAM_BINS; i++) {
        assert_true(histogram.edge[i] == i / 2.0);
        assert_int_equal(histogram.count[i], i + 1 < NET_HISTOGRAM_BINS ? 2 : 3);
    }
    assert_true(histogram.edge[NET_HISTOGRAM_BINS] == 15);
    assert_true(histogram.sum == 1830 / 4.0 && histogram.squares == 73810 / 16.0);
}

static void values_may_be_alike(void **state) {
    (void)state;
    NetHistogram histogram;
    const double values[] = {-2, -2, -2};
    net_histogram_fill(&histogram, values, 3, 1);
    assert_int_equal(histogram.bins, 1);
    assert_true(histogram.edge[0] == -2 && histogram.edge[1] == -2);
    assert_int_equal(histogram.count[0], 3);
}

static void only_numbers_count(void **state) {
    (void)state;
    NetHistogram histogram;
    const double values[] = {NAN, 1, INFINITY, -INFINITY, 3};
    net_histogram_fill(&histogram, values, 5, 1);
    assert_true(histogram.edge[0] == 1 && histogram.edge[NET_HISTOGRAM_BINS] == 3 && histogram.sum == 4);
    assert_int_equal(histogram.count[0], 1);
    assert_int_equal(histogram.count[NET_HISTOGRAM_BINS - 1], 1);
    net_histogram_fill(&histogram, values, 1, 1);
    assert_int_equal(histogram.bins, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_lie_in_bins),
        cmocka_unit_test(values_may_be_alike),
        cmocka_unit_test(only_numbers_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
