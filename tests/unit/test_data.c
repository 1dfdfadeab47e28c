/* Data sets: the digits that ship, finding files, splits, statistics, hashes, and the messages for what is wrong. */
#include "tests/unit/unit.h"

#include "runtime/base/atomic.h"
#include "runtime/data/data.h"
#include "runtime/data/fetch.h"
#include "runtime/data/shape.h"
#include "runtime/data/split.h"

#include <math.h>

static NetDataRequest digits_request(void) {
    return (NetDataRequest){.kind = "digits", .rank = 3, .shape = {1, 28, 28}, .classes = 10, .outputs = 10};
}

static void expect_failure(const NetDataRequest *request, const char *says) {
    NetError error = {0};
    NetData data;
    assert_false(net_data_open(request, &data, &error));
    assert_int_equal(error.status, NET_ENVIRONMENT);
    unit_says(&error, says);
}

/* Writes IDX files of `count` images of 2x2: image i is i, i+1, i+2, i+3; label i % 3. */
static void write_set(void **state, const char *prefix, uint32_t count) {
    char name[64], path[512];
    unsigned char bytes[4096];
    const unsigned char images[16] = {0, 0, 8, 3, 0, 0, 0, (unsigned char)count, 0, 0, 0, 2, 0, 0, 0, 2};
    memcpy(bytes, images, 16);
    for (uint32_t i = 0; i < 4 * count; i++) bytes[16 + i] = (unsigned char)(i / 4 + i % 4);
    snprintf(name, sizeof name, "%s-images", prefix);
    unit_write(unit_path(path, state, name), bytes, 16 + 4 * count);
    const unsigned char labels[8] = {0, 0, 8, 1, 0, 0, 0, (unsigned char)count};
    memcpy(bytes, labels, 8);
    for (uint32_t i = 0; i < count; i++) bytes[8 + i] = (unsigned char)(i % 3);
    snprintf(name, sizeof name, "%s-labels", prefix);
    unit_write(unit_path(path, state, name), bytes, 8 + count);
}

static json_t *options; /* of the data line */

static void set(const char *option, const char *text) {
    if (text != NULL)
        json_object_set_new(options, option, json_string(text));
    else
        json_object_del(options, option);
}

static NetDataRequest small_request(void **state) {
    json_object_clear(options);
    set("images", "train-images");
    set("labels", "train-labels");
    set("test_images", "test-images");
    set("test_labels", "test-labels");
    return (NetDataRequest){.kind = "idx",
                            .options = options,
                            .model_folder = *state,
                            .rank = 3,
                            .shape = {1, 2, 2},
                            .classes = 3,
                            .outputs = 3};
}

static void digits_ship(void **state) {
    (void)state;
    NetError error = {0};
    NetData data, again;
    NetDataRequest request = digits_request();
    if (!net_data_open(&request, &data, &error)) fail_msg("%s", error.text);
    assert_string_equal(data.source, "built in");
    assert_int_equal(data.part[NET_PART_TRAIN].count, 6000);
    assert_int_equal(data.part[NET_PART_VALIDATION].count, 0);
    assert_int_equal(data.part[NET_PART_TEST].count, 1000);
    assert_int_equal(net_data_example(&data, NET_PART_TEST, 0).item, 6000);
    int64_t counts[10];
    net_data_class_counts(&data, NET_PART_TRAIN, counts);
    for (int i = 0; i < 10; i++) assert_in_range(counts[i], 500, 700);
    float mean, sd;
    assert_int_equal(net_data_statistics_count(&data), 1);
    net_data_statistics(&data, &mean, &sd);
    assert_true(fabsf(mean - 0.1307f) < 0.004f && fabsf(sd - 0.3081f) < 0.004f); /* those of MNIST */
    request.rank = 1;
    request.shape[0] = 784;
    request.validation = 1000;
    assert_true(net_data_open(&request, &again, &error));
    assert_int_equal(net_data_statistics_count(&again), 784);
    assert_int_equal(again.part[NET_PART_TRAIN].count, 5000);
    assert_int_equal(strlen(net_data_hash(&data)), 64);
    assert_string_equal(net_data_hash(&data), net_data_hash(&again));
    net_data_close(&again);
    net_data_close(&data);
}

static void splits_keep_file_order(void **state) {
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    request.train = 5;
    request.validation = 0.25; /* of 20 */
    request.test = 4;
    assert_true(net_data_open(&request, &data, &error));
    const NetPart *part = data.part;
    assert_int_equal(part[NET_PART_TRAIN].count, 5);
    assert_int_equal(net_data_example(&data, NET_PART_TRAIN, 0).item, 0);
    assert_int_equal(part[NET_PART_VALIDATION].count, 5);
    const NetExample held = net_data_example(&data, NET_PART_VALIDATION, 0);
    assert_int_equal(held.item, 15);
    assert_int_equal(held.values[1], 16);
    assert_int_equal(held.label, 15 % 3);
    assert_null(held.targets);
    assert_int_equal(part[NET_PART_TEST].count, 4);
    assert_int_equal(net_data_example(&data, NET_PART_TEST, 0).item, 20);
    net_data_close(&data);
    request = small_request(state);
    set("test_images", NULL);
    set("test_labels", NULL);
    request.validation = 3;
    request.test = 0.1;
    assert_true(net_data_open(&request, &data, &error));
    assert_int_equal(part[NET_PART_TRAIN].count, 15);
    assert_int_equal(net_data_example(&data, NET_PART_VALIDATION, 0).item, 15);
    assert_int_equal(part[NET_PART_TEST].count, 2);
    assert_int_equal(net_data_example(&data, NET_PART_TEST, 0).item, 18);
    net_data_close(&data);
}

static void splits_that_do_not_fit(void **state) {
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    request.train = 18;
    request.validation = 3;
    expect_failure(&request, "split train=18 validation=3 test=0 does not fit data set 'idx', which has 20 images");
    request.train = 0;
    request.validation = 20;
    expect_failure(&request, "[split-size]");
    request.validation = 0.01;
    expect_failure(&request, "[split-size]");
    request.validation = 1e300;
    expect_failure(&request, "[split-size]");
    request.validation = 0;
    request.test = 8;
    expect_failure(&request, "7 to test");
    request = digits_request();
    request.train = 50000;
    request.validation = 10000;
    expect_failure(&request, "6,000 images to train on");
    request.split_kind = "mnist";
    assert_true(net_data_open(&request, &data, &error));
    assert_int_equal(data.part[NET_PART_TRAIN].count, 5000);
    assert_int_equal(data.part[NET_PART_VALIDATION].count, 1000);
    net_data_close(&data);
}

/* Shares that add up to 1 take every row of a file; all others are rounded each by itself. */
static void shares_fit_every_file(void **state) {
    static const struct {
        double asked[NET_PARTS];
        int64_t rows, test_rows, becomes[NET_PARTS];
    } cases[] = {{{0.9, 0.1, 0}, 55, 0, {50, 5, 0}},       {{0.5, 0.5, 0}, 1001, 0, {501, 500, 0}},
                 {{0.7, 0.1, 0.2}, 25, 0, {18, 2, 5}},     {{0.4, 0.4, 0.2}, 11, 0, {5, 4, 2}},
                 {{0.9, 0.1, 0}, 6000, 0, {5400, 600, 0}}, {{0.9, 0.1, 0.5}, 55, 7, {50, 5, 4}},
                 {{0, 0.1, 0}, 55, 0, {49, 6, 0}},         {{0.8, 0.1, 0}, 55, 0, {44, 6, 0}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t count[NET_PARTS];
        assert_true(net_split_rows(cases[i].asked, cases[i].rows, cases[i].test_rows, count));
        for (int part = 0; part < NET_PARTS; part++) assert_int_equal(count[part], cases[i].becomes[part]);
    }
    for (int64_t rows = 10; rows < 3000; rows++) {
        for (int tenths = 1; tenths < 9; tenths++) {
            const double share = tenths / 10.0, asked[NET_PARTS] = {share, 0.9 - share, 0.1};
            int64_t count[NET_PARTS];
            assert_true(net_split_rows(asked, rows, 0, count));
            assert_int_equal(count[0] + count[1] + count[2], rows);
            for (int part = 0; part < NET_PARTS; part++)
                assert_true(fabs((double)count[part] - asked[part] * (double)rows) < 1);
        }
    }
}

/* A split that was written for MNIST, on the digits: no part is lost, and two that filled MNIST fit. */
static void splits_of_another_set(void **state) {
    static const struct {
        double train, validation, test;
        int64_t becomes[NET_PARTS];
    } cases[] = {{9, 9, 9, {1, 1, 1}},
                 {0, 5, 0, {5999, 1, 1000}},
                 {50000, 10000, 10000, {5000, 1000, 1000}},
                 {55555, 4445, 1005, {5555, 445, 101}},
                 {0, 0.1, 0, {5400, 600, 1000}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        NetError error = {0};
        NetData data;
        NetDataRequest request = digits_request();
        request.split_kind = "mnist";
        request.train = cases[i].train;
        request.validation = cases[i].validation;
        request.test = cases[i].test;
        if (!net_data_open(&request, &data, &error)) fail_msg("%s", error.text);
        for (int part = 0; part < NET_PARTS; part++) assert_int_equal(data.part[part].count, cases[i].becomes[part]);
        net_data_close(&data);
    }
    NetDataRequest request = digits_request();
    request.split_kind = "mnist";
    request.train = 60001;
    request.validation = 10000;
    expect_failure(&request, "split train=6000 validation=1000 test=0 does not fit");
}

static void statistics_are_per_channel_or_feature(void **state) {
    NetError error = {0};
    NetData data;
    float mean[4], sd[4];
    NetDataRequest request = small_request(state);
    request.train = 3; /* 0..2, 1..3, 2..4, 3..5 */
    assert_true(net_data_open(&request, &data, &error));
    net_data_statistics(&data, mean, sd);
    assert_true(fabs(mean[0] - 2.5 / 255) < 1e-9);
    assert_true(fabs(sd[0] - sqrt(23.0 / 12) / 255) < 1e-9);
    net_data_close(&data);
    request.rank = 1;
    request.shape[0] = 4;
    assert_true(net_data_open(&request, &data, &error));
    net_data_statistics(&data, mean, NULL);
    net_data_statistics(&data, NULL, sd);
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(mean[i] - (i + 1) / 255.0) < 1e-8);
        assert_true(fabs(sd[i] - sqrt(2.0 / 3) / 255) < 1e-8);
    }
    net_data_close(&data);
    request.train = 1;
    assert_true(net_data_open(&request, &data, &error));
    net_data_statistics(&data, mean, sd);
    assert_true(sd[0] == 1 && sd[3] == 1); /* one image: no spread */
    net_data_close(&data);
}

static void channels_come_first(void **state) {
    const struct {
        int64_t input[3], example[3];
        int input_rank, rank;
        NetShapeMatch match;
    } cases[] = {
        {{1, 28, 28}, {28, 28}, 3, 2, NET_SHAPE_SUITS},
        {{784}, {28, 28}, 1, 2, NET_SHAPE_SUITS},
        {{3072}, {3, 32, 32}, 1, 3, NET_SHAPE_SUITS},
        {{1, 1, 784}, {784}, 3, 1, NET_SHAPE_SUITS},
        {{784, 1, 1}, {784}, 3, 1, NET_SHAPE_SUITS},
        {{1, 28, 28}, {28, 28, 1}, 3, 3, NET_SHAPE_SUITS}, /* one channel, wherever it stands */
        {{3, 32, 32}, {3, 32, 32}, 3, 3, NET_SHAPE_SUITS},
        {{28, 28, 1}, {28, 28}, 3, 2, NET_SHAPE_INPUT_ORDER},
        {{28, 1, 28}, {28, 28}, 3, 2, NET_SHAPE_INPUT_ORDER},
        {{28, 28, 1}, {1, 28, 28}, 3, 3, NET_SHAPE_INPUT_ORDER},
        {{28, 1, 28}, {1, 28, 28}, 3, 3, NET_SHAPE_INPUT_ORDER},
        {{32, 32, 3}, {3, 32, 32}, 3, 3, NET_SHAPE_INPUT_ORDER},
        {{3, 32, 32}, {32, 32, 3}, 3, 3, NET_SHAPE_LAST},
        {{64, 8, 8}, {8, 8, 64}, 3, 3, NET_SHAPE_LAST}, /* more channels than rows */
        {{8, 3, 8}, {8, 8, 3}, 3, 3, NET_SHAPE_LAST_INPUT_ORDER},
        {{32, 3, 24}, {24, 32, 3}, 3, 3, NET_SHAPE_LAST_INPUT_ORDER},
        {{8, 3, 8}, {3, 8, 8}, 3, 3, NET_SHAPE_INPUT_ORDER},
        {{783}, {28, 28}, 1, 2, NET_SHAPE_OTHER},
        {{1, 32, 32}, {28, 28}, 3, 2, NET_SHAPE_OTHER},
        {{1, 1, 28}, {28, 28}, 3, 2, NET_SHAPE_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        NetShapeMatch match = net_shape_match(cases[i].input, cases[i].input_rank, cases[i].example, cases[i].rank);
        if (match != cases[i].match) fail_msg("case %zu: %d", i, (int)match);
    }
}

static void messages_for_what_does_not_match(void **state) {
    NetDataRequest request = small_request(state);
    request.shape[1] = request.shape[2] = 32;
    expect_failure(&request, "train-images is 2x2, input is 1x32x32; write 'input 1x2x2' [image-size]");
    request.shape[0] = request.shape[1] = 2;
    request.shape[2] = 1;
    expect_failure(&request, "train-images is 2x2, input is 2x2x1; channels come first (CxHxW): write 'input 1x2x2' "
                             "[image-size]");
    request = small_request(state);
    request.classes = request.outputs = 2;
    expect_failure(&request,
                   "train-labels: item 2: label 2, but the last layer has 2 outputs (classes 0 to 1); are the "
                   "labels numbered from 1? [label-range]");
    request.outputs = 1;
    expect_failure(&request, "the last layer has 1 output (classes 0 to 1)");
    request = small_request(state);
    set("test_labels", "train-labels");
    expect_failure(&request, "train-labels: 20 labels for 7 images [count-mismatch]");
    set("test_labels", NULL);
    expect_failure(&request, "both test_images= and test_labels=");
    set("labels", NULL);
    expect_failure(&request, "[missing-option]");
    request = small_request(state);
    set("images", "absent");
    expect_failure(&request, "absent: cannot open: No such file");
}

static void unknown_sets_are_told_apart(void **state) {
    (void)state;
    NetError error = {0};
    NetData data;
    NetDataRequest request = digits_request();
    request.kind = "minst";
    assert_false(net_data_open(&request, &data, &error));
    assert_int_equal(error.status, NET_USAGE);
    unit_says(&error, "unknown data set 'minst'");
}

static void named_sets_are_searched(void **state) {
    char path[512], home[512];
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    request.kind = "mnist";
    request.data_dir = unit_path(path, state, "sets");
    expect_failure(&request, "data set 'mnist' is not on this machine (looked in ");
    expect_failure(&request,
                   "/sets/mnist); 'netc data mnist' fetches it (11 MB), '--data digits' trains on the set that "
                   "ships with netc [no-data]");
    request.data_dir = NULL;
    setenv("XDG_DATA_HOME", unit_path(home, state, "home"), 1);
    expect_failure(&request, "/home/netc/mnist)");
    char folder[600], from[600], to[700];
    snprintf(folder, sizeof folder, "%s/netc/mnist", home);
    assert_true(net_folder_make(folder, &error));
    static const char *const names[4][2] = {{"train-images", "train-images.idx3-ubyte"},
                                            {"train-labels", "train-labels-idx1-ubyte"},
                                            {"test-images", "t10k-images-idx3-ubyte"},
                                            {"test-labels", "t10k-labels.idx1-ubyte"}};
    for (int i = 0; i < 4; i++) {
        expect_failure(&request, "[no-data]");
        snprintf(from, sizeof from, "%s/%s", (const char *)*state, names[i][0]);
        snprintf(to, sizeof to, "%s/%s", folder, names[i][1]);
        assert_int_equal(symlink(from, to), 0);
    }
    assert_true(net_data_open(&request, &data, &error));
    assert_string_equal(data.source, folder);
    assert_int_equal(data.part[NET_PART_TEST].count, 7);
    net_data_close(&data);
    request.kind = "fashion_mnist"; /* another set with the same names: its own folder only */
    request.model_folder = folder;
    if (access("/usr/share/datasets/fashion-mnist", F_OK) != 0) expect_failure(&request, "[no-data]");
    unsetenv("XDG_DATA_HOME");
}

static void hash_sees_labels_and_rows(void **state) {
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    char hashes[3][NET_HASH_TEXT];
    const char *const labels[3] = {"train-labels", "train-labels", "other-labels"};
    char path[512];
    unsigned char bytes[28] = {0, 0, 8, 1, 0, 0, 0, 20};
    unit_write(unit_path(path, state, "other-labels"), bytes, sizeof bytes);
    for (int i = 0; i < 3; i++) {
        set("labels", labels[i]);
        request.validation = i; /* the split does not count */
        assert_true(net_data_open(&request, &data, &error));
        memcpy(hashes[i], net_data_hash(&data), NET_HASH_TEXT);
        net_data_close(&data);
    }
    assert_string_equal(hashes[0], hashes[1]);
    assert_string_not_equal(hashes[0], hashes[2]);
}

static void sets_are_listed(void **state) {
    char path[512];
    NetError error = {0};
    setenv("XDG_DATA_HOME", *state, 1);
    FILE *out = fopen(unit_path(path, state, "list"), "w");
    assert_true(net_data_list(out, false, &error));
    fclose(out);
    size_t size;
    char *text = net_file_read(path, 10000, &size, &error);
    assert_non_null(strstr(text, "digits"));
    assert_non_null(strstr(text, "built in"));
    assert_non_null(strstr(text, "'netc data mnist' fetches it"));
    free(text);
    assert_true(net_data_fetch("digits", NULL, NULL, &error));
    assert_false(net_data_fetch("nothing", NULL, NULL, &error));
    assert_int_equal(error.status, NET_USAGE);
    unsetenv("XDG_DATA_HOME");
}

/* Rows of every class are in every part by their share, to a row; each row is in one part; the seed decides which. */
static void shuffled_parts_are_stratified(void **state) {
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    uint32_t items[2][20];
    set("test_images", NULL);
    set("test_labels", NULL);
    request.order = "shuffled";
    request.validation = 6;
    request.test = 6;
    for (int seed = 1; seed <= 2; seed++) {
        bool seen[20] = {false};
        int at = 0;
        request.seed = (uint64_t)seed;
        assert_true(net_data_open(&request, &data, &error));
        for (int part = 0; part < NET_PARTS; part++) {
            int64_t counts[3];
            net_data_class_counts(&data, (NetPartName)part, counts);
            for (int i = 0; i < 3; i++) assert_in_range(counts[i], part == NET_PART_TRAIN ? 2 : 1, 3);
            for (int64_t i = 0; i < data.part[part].count; i++) {
                const NetExample example = net_data_example(&data, (NetPartName)part, i);
                assert_in_range(example.item, 0, 19);
                assert_false(seen[example.item]);
                assert_int_equal(example.values[0], example.item);
                assert_int_equal(example.label, example.item % 3);
                seen[example.item] = true;
                items[seed - 1][at++] = example.item;
            }
        }
        assert_int_equal(at, 20);
        net_data_close(&data);
    }
    assert_memory_not_equal(items[0], items[1], sizeof items[0]);
    request.seed = 1;
    assert_true(net_data_open(&request, &data, &error));
    for (int i = 0; i < 8; i++) assert_int_equal(net_data_example(&data, NET_PART_TRAIN, i).item, items[0][i]);
    net_data_close(&data);
    request.order = NULL; /* of idx: as the file has them */
    assert_true(net_data_open(&request, &data, &error));
    assert_int_equal(net_data_example(&data, NET_PART_VALIDATION, 0).item, 8);
    net_data_close(&data);
}

static void classes_have_the_names_of_the_line(void **state) {
    NetError error = {0};
    NetData data;
    NetDataRequest request = small_request(state);
    json_object_set_new(options, "classes", json_pack("[s, s, s]", "ship", "truck", "bird"));
    assert_true(net_data_open(&request, &data, &error));
    assert_string_equal(data.class_names[1], "truck");
    net_data_close(&data);
    json_object_set_new(options, "classes", json_pack("[s]", "ship"));
    expect_failure(&request, "classes= names 1 class, there are 3 [count-mismatch]");
}

static int make_sets(void **state) {
    if (unit_folder_make(state) != 0) return -1;
    options = json_object();
    write_set(state, "train", 20);
    write_set(state, "test", 7);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_ship),
        cmocka_unit_test(splits_keep_file_order),
        cmocka_unit_test(splits_that_do_not_fit),
        cmocka_unit_test(splits_of_another_set),
        cmocka_unit_test(shares_fit_every_file),
        cmocka_unit_test(statistics_are_per_channel_or_feature),
        cmocka_unit_test(channels_come_first),
        cmocka_unit_test(messages_for_what_does_not_match),
        cmocka_unit_test(unknown_sets_are_told_apart),
        cmocka_unit_test(named_sets_are_searched),
        cmocka_unit_test(hash_sees_labels_and_rows),
        cmocka_unit_test(sets_are_listed),
        cmocka_unit_test(shuffled_parts_are_stratified),
        cmocka_unit_test(classes_have_the_names_of_the_line),
    };
    return cmocka_run_group_tests_name("data", tests, make_sets, unit_folder_remove);
}
