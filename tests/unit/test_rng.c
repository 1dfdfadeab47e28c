/* Random numbers: known answers, ranges, independence of chunking, and bits that must never change. */
#include "tests/unit/unit.h"

#include "runtime/base/init.h"
#include "runtime/base/rng.h"

#include <math.h>

/* The lines "philox4x32 10" of Random123's known-answer file: counter, key, result. */
static void philox_known_answers(void **state) {
    (void)state;
    static const uint32_t vectors[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
         0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
         0x24126ea1},
    };
    for (size_t i = 0; i < 3; i++) {
        uint32_t out[4];
        net_philox(vectors[i], vectors[i] + 4, out);
        assert_memory_equal(out, vectors[i] + 6, sizeof out);
    }
}

static void net_random_is_philox_by_item(void **state) {
    (void)state;
    enum { COUNT = 7 };
    uint32_t item[NET_LANES];
    for (uint32_t lane = 0; lane < NET_LANES; lane++) item[lane] = 1000 - 3 * lane;
    uint32_t out[(COUNT + 1) * NET_LANES];
    memset(out, 0xA5, sizeof out);
    net_random(out, item, 17, 4, 9, 3, 0, 2); /* in parts, wherever they begin */
    net_random(out, item, 17, 4, 9, 3, 3, COUNT);
    net_random(out, item, 17, 4, 9, 3, 2, 3);
    for (uint32_t e = 0; e < COUNT; e++)
        for (uint32_t lane = 0; lane < NET_LANES; lane++) {
            uint32_t block[4];
            net_rng_block((uint64_t)4 << 32 | 17, NET_RNG_LAYER, 3, e / 4, item[lane], 9, block);
            assert_int_equal(out[e * NET_LANES + lane], block[e % 4]);
        }
    for (uint32_t lane = 0; lane < NET_LANES; lane++) assert_int_equal(out[COUNT * NET_LANES + lane], 0xA5A5A5A5u);
}

static void blocks_come_side_by_side(void **state) {
    (void)state;
    uint32_t many[4][NET_LANES], one[4];
    net_rng_blocks(UINT64_C(0x123456789ABC), NET_RNG_AUGMENT, 3, 48, 9, 2, many);
    for (uint32_t lane = 0; lane < NET_LANES; lane++) {
        net_rng_block(UINT64_C(0x123456789ABC), NET_RNG_AUGMENT, 3, 48 + lane, 9, 2, one);
        for (int word = 0; word < 4; word++) assert_int_equal(many[word][lane], one[word]);
    }
}

static void uniforms_stay_in_range(void **state) {
    (void)state;
    assert_true(net_rng_uniform(0, 0) == 0.0);
    assert_true(net_rng_uniform(UINT32_MAX, UINT32_MAX) == 1.0 - 0x1p-53);
    assert_true(net_rng_open(0, 0) == 0x1p-53);
    assert_true(net_rng_open(UINT32_MAX, UINT32_MAX) == 1.0 - 0x1p-53);
    double sum = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t block[4];
        net_rng_block(7, NET_RNG_AUGMENT, 0, i, 0, 0, block);
        sum += net_rng_uniform(block[0], block[1]);
    }
    assert_true(fabs(sum / 100000 - 0.5) < 0.005);
}

static void logarithm_is_accurate(void **state) {
    (void)state;
    assert_true(net_rng_log(1.0) == 0.0);
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t block[4];
        net_rng_block(1, NET_RNG_AUGMENT, 1, i, 0, 0, block);
        double x = ldexp(net_rng_open(block[0], block[1]), (int)(block[2] % 200) - 100);
        double want = log(x);
        assert_true(fabs(net_rng_log(x) - want) <= 4.5e-16 * fabs(want) + 1e-300);
    }
}

static void normal_quantiles(void **state) {
    (void)state;
    static const double known[][2] = {{0.5, 0.0},
                                      {0.25, -0.67448975019608174320},
                                      {0.975, 1.95996398454005423552},
                                      {0.001, -3.0902323061678135415},
                                      {1e-10, -6.3613409024040562047},
                                      {1e-20, -9.2623400897984075780}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(fabs(net_rng_normal(known[i][0]) - known[i][1]) <= 4e-15 * fabs(known[i][1]));
    for (double p = 0.01; p < 0.5; p += 0.01) assert_true(fabs(net_rng_normal(p) + net_rng_normal(1 - p)) < 1e-14);
}

static void permutation_holds_each_item_once(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    uint32_t first[COUNT], again[COUNT], other[COUNT];
    bool seen[COUNT] = {false};
    net_rng_permutation(5, NET_RNG_SHUFFLE, 0, 3, COUNT, first);
    net_rng_permutation(5, NET_RNG_SHUFFLE, 0, 3, COUNT, again);
    net_rng_permutation(5, NET_RNG_SHUFFLE, 0, 4, COUNT, other);
    for (int i = 0; i < COUNT; i++) {
        assert_true(first[i] < COUNT && !seen[first[i]]);
        seen[first[i]] = true;
    }
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    net_rng_permutation(5, NET_RNG_SHUFFLE, 0, 3, 0, first);
    net_rng_permutation(5, NET_RNG_SHUFFLE, 0, 3, 1, first);
    assert_int_equal(first[0], 0);
}

/* All 24 orders of four items, each within five standard deviations of its share. */
static void permutations_are_equally_likely(void **state) {
    (void)state;
    enum { TRIALS = 48000 };
    int counts[256] = {0};
    int orders = 0;
    for (uint32_t epoch = 0; epoch < TRIALS; epoch++) {
        uint32_t p[4];
        net_rng_permutation(1, NET_RNG_SHUFFLE, 0, epoch, 4, p);
        counts[p[0] << 6 | p[1] << 4 | p[2] << 2 | p[3]]++;
    }
    for (int i = 0; i < 256; i++)
        if (counts[i] > 0) {
            orders++;
            assert_in_range(counts[i], 2000 - 220, 2000 + 220);
        }
    assert_int_equal(orders, 24);
}

static void purposes_are_separate_streams(void **state) {
    (void)state;
    uint32_t a[4], b[4];
    net_rng_block(1, NET_RNG_INIT, 2, 0, 0, 0, a);
    net_rng_block(1, NET_RNG_LAYER, 2, 0, 0, 0, b);
    assert_memory_not_equal(a, b, sizeof a);
    net_rng_block(1ull << 32, NET_RNG_INIT, 2, 0, 0, 0, b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void init_does_not_depend_on_pieces(void **state) {
    (void)state;
    enum { SIZE = 1001 };
    float whole[SIZE], pieces[SIZE];
    const NetInit kinds[] = {{.kind = NET_INIT_NORMAL, .a = 0, .b = 1},
                             {.kind = NET_INIT_UNIFORM, .a = -0.25, .b = 0.5}};
    for (size_t k = 0; k < 2; k++) {
        net_init_fill(&kinds[k], 11, 4, 0, SIZE, whole);
        for (int64_t at = 0, step = 1; at < SIZE; at += step, step = step % 7 + 1)
            net_init_fill(&kinds[k], 11, 4, at, at + step < SIZE ? step : SIZE - at, pieces + at);
        assert_memory_equal(whole, pieces, sizeof whole);
    }
}

static void init_has_the_right_moments(void **state) {
    (void)state;
    enum { SIZE = 100000 };
    float *values = net_alloc(SIZE, sizeof *values, NULL);
    assert_non_null(values);
    NetInit init = {.kind = NET_INIT_NORMAL, .a = 1, .b = 2};
    net_init_fill(&init, 3, 0, 0, SIZE, values);
    double sum = 0, squares = 0;
    for (int i = 0; i < SIZE; i++) {
        sum += values[i];
        squares += (values[i] - 1.0) * (values[i] - 1.0);
    }
    assert_true(fabs(sum / (double)SIZE - 1) < 0.03 && fabs(squares / (double)SIZE - 4) < 0.1);
    init = (NetInit){.kind = NET_INIT_UNIFORM, .a = 1, .b = 1.0000001};
    net_init_fill(&init, 3, 0, 0, SIZE, values);
    for (int i = 0; i < SIZE; i++) assert_true(values[i] >= 1.0f && values[i] < 1.0000001f);
    init = (NetInit){.kind = NET_INIT_CONSTANT, .a = 0.25, .b = 0};
    net_init_fill(&init, 3, 0, 0, 3, values);
    assert_true(values[0] == 0.25f && values[2] == 0.25f);
    free(values);
}

/* Bits that files of users depend on: the same on every machine, in every version. */
static void bits_are_pinned(void **state) {
    (void)state;
    float values[4];
    NetInit init = {.kind = NET_INIT_NORMAL, .a = 0, .b = 1};
    net_init_fill(&init, 1, 0, 0, 4, values);
    uint32_t bits[4];
    memcpy(bits, values, sizeof bits);
    static const uint32_t want[4] = {0x3e9f2d2c, 0xbc6a538f, 0x3af909e2, 0x3e0ab656};
    assert_memory_equal(bits, want, sizeof bits);
    uint32_t order[8];
    net_rng_permutation(1, NET_RNG_SHUFFLE, 0, 1, 8, order);
    static const uint32_t want_order[8] = {6, 7, 3, 1, 2, 0, 5, 4};
    assert_memory_equal(order, want_order, sizeof order);
}

static void recipes_are_checked(void **state) {
    (void)state;
    NetInit init;
    NetError error = {0};
    assert_true(net_init_recipe("normal", 0, 0.2, &init, &error));
    assert_int_equal(init.kind, NET_INIT_NORMAL);
    assert_true(net_init_recipe("centre", 0, 0, &init, &error));
    assert_false(net_init_recipe("sparse", 1, 0, &init, &error));
    unit_says(&error, "unknown init 'sparse'");
    assert_false(net_init_recipe("normal", NAN, 0, &init, &error));
    assert_false(net_init_recipe("uniform", 1, -1, &init, &error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
        cmocka_unit_test(net_random_is_philox_by_item),
        cmocka_unit_test(uniforms_stay_in_range),
        cmocka_unit_test(blocks_come_side_by_side),
        cmocka_unit_test(logarithm_is_accurate),
        cmocka_unit_test(normal_quantiles),
        cmocka_unit_test(permutation_holds_each_item_once),
        cmocka_unit_test(permutations_are_equally_likely),
        cmocka_unit_test(purposes_are_separate_streams),
        cmocka_unit_test(init_does_not_depend_on_pieces),
        cmocka_unit_test(init_has_the_right_moments),
        cmocka_unit_test(bits_are_pinned),
        cmocka_unit_test(recipes_are_checked),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
