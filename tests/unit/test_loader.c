/* The loader: order, padding, resuming inside an epoch, giving up, and both row types; run under TSan as well. */
#include "tests/unit/digits.h"

#include "runtime/abi.h"
#include "runtime/base/rng.h"
#include "runtime/data/loader.h"

static int open_digits(void **state) {
    (void)state;
    return unit_open_digits((NetDataRequest){.rank = 3, .shape = {1, 28, 28}, .validation = 1000});
}

static NetLoader *new_loader(NetRowType type) {
    NetError error = {0};
    NetLoader *loader = net_loader_new(&digits, type, &error);
    if (loader == NULL) fail_msg("%s", error.text);
    return loader;
}

/* The batch holds the rows of the part that order[] names (file order when NULL), padded with zeros. */
static void expect_batch(const NetBatch *batch, NetPartName part, const uint32_t *order, int64_t first, int64_t n) {
    assert_non_null(batch);
    assert_int_equal(batch->n, n);
    assert_int_equal((uintptr_t)batch->input % 64, 0);
    assert_int_equal((uintptr_t)batch->label % 64, 0);
    assert_int_equal((uintptr_t)batch->item % 64, 0);
    static const unsigned char zeros[784];
    for (int64_t i = 0; i < (n + 15) / 16 * 16; i++) {
        const unsigned char *row = (const unsigned char *)batch->input + i * 784;
        if (i >= n) {
            assert_memory_equal(row, zeros, 784);
            assert_int_equal(batch->label[i] | batch->item[i], 0);
            continue;
        }
        int64_t at = order == NULL ? first + i : order[first + i];
        const NetExample example = net_data_example(&digits, part, at);
        assert_memory_equal(row, example.values, 784);
        assert_int_equal(batch->label[i], example.label);
        assert_int_equal(batch->item[i], example.item);
    }
}

static void expect_pass(NetLoader *loader, const NetPass *pass, int64_t rows) {
    NetError error = {0};
    uint32_t *order = NULL;
    if (pass->shuffle) {
        order = net_alloc((size_t)rows, sizeof *order, &error);
        net_rng_permutation(pass->seed, NET_RNG_SHUFFLE, 0, pass->epoch, (uint32_t)rows, order);
    }
    assert_true(net_loader_start(loader, pass, &error));
    int64_t size = pass->batch == 0 || pass->batch > rows ? rows : pass->batch;
    int64_t step = pass->first_step;
    for (; step * size < rows; step++) {
        int64_t n = rows - step * size < size ? rows - step * size : size;
        const NetBatch *batch = net_loader_next(loader);
        expect_batch(batch, pass->part, order, step * size, n);
        assert_int_equal(batch->step, step);
    }
    assert_int_equal(step, net_loader_steps(&digits, pass));
    assert_null(net_loader_next(loader));
    assert_null(net_loader_next(loader));
    free(order);
}

static void passes_have_the_right_rows(void **state) {
    (void)state;
    NetLoader *loader = new_loader(NET_ROWS_U8);
    expect_pass(loader, &(NetPass){.part = NET_PART_TRAIN, .shuffle = true, .seed = 3, .epoch = 1, .batch = 64}, 5000);
    expect_pass(loader, &(NetPass){.part = NET_PART_VALIDATION, .batch = 256}, 1000);
    expect_pass(loader, &(NetPass){.part = NET_PART_TEST, .batch = 1000}, 1000);
    expect_pass(loader, &(NetPass){.part = NET_PART_TRAIN, .shuffle = true, .seed = 3, .epoch = 2, .batch = 0}, 5000);
    expect_pass(loader, &(NetPass){.part = NET_PART_TRAIN, .batch = 7, .limit = 100}, 100);
    expect_pass(loader, &(NetPass){.part = NET_PART_TRAIN, .batch = 1, .limit = 1}, 1);
    expect_pass(loader, &(NetPass){.part = NET_PART_TEST, .shuffle = true, .batch = 9000, .epoch = 8}, 1000);
    net_loader_free(loader);
}

static void resuming_gives_the_same_batches(void **state) {
    (void)state;
    NetLoader *loader = new_loader(NET_ROWS_U8);
    NetPass pass = {.part = NET_PART_TRAIN, .shuffle = true, .seed = 1, .epoch = 5, .batch = 100};
    for (pass.first_step = 0; pass.first_step < 50; pass.first_step += 7) expect_pass(loader, &pass, 5000);
    NetError error = {0};
    pass.first_step = 50;
    assert_true(net_loader_start(loader, &pass, &error));
    assert_null(net_loader_next(loader));
    net_loader_free(loader);
}

static void passes_can_be_given_up(void **state) {
    (void)state;
    NetError error = {0};
    NetLoader *loader = new_loader(NET_ROWS_U8);
    assert_null(net_loader_next(loader));
    for (int round = 0; round < 40; round++) {
        NetPass pass = {.part = NET_PART_TRAIN, .shuffle = true, .epoch = (uint32_t)round, .batch = 10 + round};
        assert_true(net_loader_start(loader, &pass, &error));
        for (int i = 0; i < round % 5; i++) assert_non_null(net_loader_next(loader));
        if (round % 3 == 0) {
            net_loader_stop(loader);
            assert_null(net_loader_next(loader));
        }
    }
    expect_pass(loader, &(NetPass){.part = NET_PART_TEST, .batch = 33}, 1000);
    NetPass last = {.part = NET_PART_TRAIN, .shuffle = true, .batch = 64};
    assert_true(net_loader_start(loader, &last, &error));
    net_loader_free(loader);
    net_loader_free(NULL);
}

static void bytes_become_floats(void **state) {
    (void)state;
    NetError error = {0};
    NetLoader *loader = new_loader(NET_ROWS_F32);
    NetPass pass = {.part = NET_PART_TEST, .batch = 20};
    assert_true(net_loader_start(loader, &pass, &error));
    const NetBatch *batch = net_loader_next(loader);
    const float *values = batch->input;
    for (int i = 0; i < 20 * 784; i++) {
        const unsigned char *bytes = net_data_example(&digits, NET_PART_TEST, i / 784).values;
        assert_true(values[i] == (float)bytes[i % 784] * (float)(1.0 / 255));
    }
    for (int i = 20 * 784; i < 32 * 784; i++) assert_true(values[i] == 0);
    net_loader_free(loader);
}

static void empty_parts_have_no_batches(void **state) {
    (void)state;
    NetError error = {0};
    NetData none = digits;
    none.part[NET_PART_VALIDATION] = (NetPart){0};
    NetLoader *loader = net_loader_new(&none, NET_ROWS_U8, &error);
    NetPass pass = {.part = NET_PART_VALIDATION, .batch = 256};
    assert_int_equal(net_loader_steps(&none, &pass), 0);
    assert_true(net_loader_start(loader, &pass, &error));
    assert_null(net_loader_next(loader));
    net_loader_free(loader);
}

/* A part of rows in any order of a file, with real numbers to give; what pads a batch is 0. */
static void rows_come_in_any_order_with_targets(void **state) {
    (void)state;
    enum { ROWS = 40, TARGETS = 3, TAKEN = 20 };
    NetError error = {0};
    unsigned char rows[ROWS][4];
    float targets[ROWS][TARGETS];
    uint32_t order[TAKEN];
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < 4; k++) rows[i][k] = (unsigned char)(10 * i + k);
        for (int k = 0; k < TARGETS; k++) targets[i][k] = (float)i + 0.25f * (float)k;
    }
    for (uint32_t i = 0; i < TAKEN; i++) order[i] = (7 * i + 3) % ROWS;
    const NetData data = {.row_elements = 4,
                          .row_bytes = 4,
                          .rank = 1,
                          .shape = {4, 1, 1},
                          .targets = TARGETS,
                          .file = {{.count = 1000}, {.count = ROWS, .rows = rows[0], .targets = targets[0]}},
                          .part = {[NET_PART_TEST] = {.file = NET_FILE_TEST, .count = TAKEN, .order = order}}};
    NetLoader *loader = net_loader_new(&data, NET_ROWS_U8, &error);
    const NetPass pass = {.part = NET_PART_TEST};
    assert_non_null(loader);
    assert_true(net_loader_start(loader, &pass, &error));
    const NetBatch *batch = net_loader_next(loader);
    assert_non_null(batch);
    assert_int_equal(batch->n, TAKEN);
    assert_int_equal((uintptr_t)batch->target % 64, 0);
    for (int i = 0; i < TAKEN; i++) {
        assert_int_equal(batch->item[i], 1000 + order[i]);
        assert_int_equal(batch->label[i], 0);
        assert_memory_equal((const unsigned char *)batch->input + (ptrdiff_t)4 * i, rows[order[i]], 4);
        assert_memory_equal(batch->target + (ptrdiff_t)TARGETS * i, targets[order[i]], sizeof targets[0]);
    }
    for (int i = TARGETS * TAKEN; i < TARGETS * 32; i++) assert_true(batch->target[i] == 0);
    net_loader_free(loader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_have_the_right_rows),  cmocka_unit_test(resuming_gives_the_same_batches),
        cmocka_unit_test(passes_can_be_given_up),      cmocka_unit_test(bytes_become_floats),
        cmocka_unit_test(empty_parts_have_no_batches), cmocka_unit_test(rows_come_in_any_order_with_targets),
    };
    return cmocka_run_group_tests_name("loader", tests, open_digits, unit_close_digits);
}
