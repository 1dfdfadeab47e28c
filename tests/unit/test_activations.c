/* The rows of activations.c, and the curves that predictions and logs take from them. */
#include "unit.h"

#include <math.h>

#include "compiler/model/curve.h"

static Activation row(size_t i) { return (Activation){&activations[i], activations[i].standard}; }

/* Numerically, away from 0, where some have a corner. */
static void test_slopes(void **state) {
    (void)state;
    enum { PLACES = 6, SIDES = 3 };
    static const double z[PLACES] = {-90, -4.5, -0.3, 0.2, 2.5, 90}, h = 1e-5;
    for (size_t i = 0; i < activation_count; i++) {
        Arena *arena = arena_new();
        Curve *curve = curve_new(arena, row(i), PLACES * SIDES);
        for (int k = 0; k < PLACES * SIDES; k++) curve->z[k] = z[k / SIDES] + h * (k % SIDES - 1);
        curve_run(curve);
        for (int k = 0; k < PLACES * SIDES; k += SIDES) {
            double change = (curve->value[k + 2] - curve->value[k]) / (2 * h), error = curve->slope[k + 1] - change;
            if (!(fabs(error) <= 1e-6))
                fail_msg("%s: slope %g at %g, not %g", activations[i].name, curve->slope[k + 1], curve->z[k + 1],
                         change);
        }
        arena_free(arena);
    }
}

/* docs/formats.md names two of them. */
static void test_ranges(void **state) {
    (void)state;
    double low, high;
    curve_range((Activation){activation_find("sigmoid"), 0}, &low, &high);
    assert_true(fabs(high - log((1 + sqrt(0.99)) / (1 - sqrt(0.99)))) < 1e-9 && fabs(low + high) < 1e-9);
    curve_range((Activation){activation_find("tanh"), 0}, &low, &high);
    assert_true(fabs(high - atanh(sqrt(0.99))) < 1e-9 && fabs(low + high) < 1e-9);
    curve_range((Activation){activation_find("elu"), 1}, &low, &high);
    assert_true(fabs(low - log(0.01)) < 1e-9 && isinf(high));
    curve_range((Activation){activation_find("leaky_relu"), 0.2}, &low, &high);
    assert_true(isinf(low) && isinf(high));
}

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < activation_count; i++) {
        const ActivationKind *kind = &activations[i];
        double low, high;
        curve_range(row(i), &low, &high);
        bool linear = activation_is_linear(row(i)), saturates = isfinite(low) && isfinite(high);
        assert_ptr_equal(activation_find(kind->name), kind); /* no name twice */
        assert_true(kind->doc && (linear || kind->pytorch));
        assert_true(!kind->across || (kind->onnx && !kind->value));
        assert_true(kind->counted != UNITS_SATURATED || saturates);
        assert_true(!kind->parameter || kind->standard >= kind->low);
    }
    assert_null(activation_find("identity"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_slopes), cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
