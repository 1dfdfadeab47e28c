/* IDX files: good ones in every form, and a message for each way they go wrong. */
#include "tests/unit/unit.h"

#include "runtime/data/images.h"
#include "runtime/data/label_file.h"

#include <zlib.h>

/* An IDX file in memory: magic, dimensions, then `size` bytes that count up. */
static size_t build(unsigned char *out, uint32_t magic, int rank, const uint32_t *shape, size_t size) {
    unsigned char *to = out;
    for (int i = -1; i < rank; i++) {
        uint32_t word = i < 0 ? magic : shape[i];
        for (int shift = 24; shift >= 0; shift -= 8) *to++ = (unsigned char)(word >> shift);
    }
    for (size_t i = 0; i < size; i++) *to++ = (unsigned char)i;
    return (size_t)(to - out);
}

static const char *write_idx(char path[512], void **state, const char *name, uint32_t magic, int rank,
                             const uint32_t *shape, size_t size) {
    unsigned char bytes[4096];
    unit_path(path, state, name);
    unit_write(path, bytes, build(bytes, magic, rank, shape, size));
    return path;
}

static const char *write_gz(char path[512], void **state, const char *name, const void *bytes, size_t size) {
    gzFile file = gzopen(unit_path(path, state, name), "wb9");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

enum { MOST = 64 };

static bool open_images(const NetSource *source, NetInput input, NetImages *images, NetError *error) {
    static NetInput kept; /* is borrowed */
    const NetImagesForm form = {.source = *source, .list = true, .only = "IDX"};
    kept = input;
    return net_images_open(images, &form, &kept, error);
}

static void expect_images(const NetSource *source) {
    NetError error = {0};
    NetImages images;
    unsigned char rows[MOST];
    int64_t got;
    if (!open_images(source, (NetInput){.rank = 3, .shape = {1, 3, 4}, .count = 12}, &images, &error))
        fail_msg("%s", error.text);
    assert_int_equal(images.count, 5);
    assert_true(net_images_are_samples(&images));
    assert_true(net_images_samples(&images, rows, MOST / 12, &got, &error));
    assert_int_equal(got, 5);
    for (int i = 0; i < 60; i++) assert_int_equal(rows[i], i);
    assert_true(net_images_samples(&images, rows, MOST / 12, &got, &error));
    assert_int_equal(got, 0);
    net_images_close(&images);
}

static void plain_packed_and_embedded(void **state) {
    char path[512];
    unsigned char bytes[256], packed[512];
    const uint32_t shape[3] = {5, 3, 4};
    size_t size = build(bytes, 0x803, 3, shape, 60);
    unit_write(unit_path(path, state, "plain"), bytes, size);
    expect_images(&(NetSource){.path = path});
    expect_images(&(NetSource){.path = write_gz(path, state, "packed.gz", bytes, size)});
    FILE *file = fopen(path, "rb");
    size_t length = fread(packed, 1, sizeof packed, file);
    fclose(file);
    expect_images(&(NetSource){.path = "memory", .bytes = packed, .size = length});
}

static bool read_labels(const NetSource *source, NetLabels *labels, NetError *error) {
    const NetInput input = {.rank = 1, .shape = {8, 1, 1}, .count = 8};
    const NetLabelForm form = {.source = *source, .only = "IDX", .input = &input};
    return net_labels_read(labels, &form, error);
}

static void labels_become_words(void **state) {
    char path[512];
    NetError error = {0};
    NetLabels labels;
    const uint32_t count = 7;
    const NetSource source = {.path = write_idx(path, state, "labels", 0x801, 1, &count, 7)};
    assert_true(read_labels(&source, &labels, &error));
    assert_int_equal(labels.count, 7);
    for (uint32_t i = 0; i < 7; i++) assert_int_equal(labels.at[i], i);
    net_labels_free(&labels);
}

/* Big-endian numbers of every type, as floats. */
static void numbers_are_swapped_and_checked(void **state) {
    static const struct {
        uint32_t magic;
        const char *bytes; /* of 1 and -2 */
        size_t size;
    } cases[] = {{0x902, "\1\xfe", 2},
                 {0xB02, "\0\1\xff\xfe", 4},
                 {0xC02, "\0\0\0\1\xff\xff\xff\xfe", 8},
                 {0xD02, "\x3f\x80\0\0\xc0\0\0\0", 8},
                 {0xE02, "\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16}};
    const NetInput input = {.rank = 1, .shape = {2, 1, 1}, .count = 2};
    const uint32_t shape[2] = {1, 2};
    char path[512];
    NetError error = {0};
    NetImages images;
    unsigned char bytes[64];
    float values[2];
    int64_t got;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = build(bytes, cases[i].magic, 2, shape, cases[i].size);
        memcpy(bytes + 12, cases[i].bytes, cases[i].size);
        unit_write(unit_path(path, state, "numbers"), bytes, size);
        const NetSource source = {.path = path};
        if (!open_images(&source, input, &images, &error)) fail_msg("%s", error.text);
        assert_false(net_images_are_samples(&images));
        assert_true(net_images_next(&images, values, 1, &got, &error));
        assert_true(got == 1 && values[0] == 1 && values[1] == -2);
        net_images_close(&images);
    }
    memset(bytes + 12, 0x7f, 8);
    bytes[13] = 0xff;
    unit_write(path, bytes, 28);
    const NetSource source = {.path = path};
    assert_true(open_images(&source, input, &images, &error));
    assert_false(net_images_next(&images, values, 1, &got, &error));
    unit_says(&error, "item 0 has a value that is not finite");
    net_images_close(&images);
}

static void fails(const NetSource *source, NetInput input, const char *says) {
    NetError error = {0};
    NetImages images;
    unsigned char row[4096];
    int64_t got = 1;
    bool ok = open_images(source, input, &images, &error);
    if (ok) {
        while ((ok = net_images_samples(&images, row, 1, &got, &error)) && got > 0) continue;
        net_images_close(&images);
    }
    assert_false(ok);
    assert_int_equal(error.status, NET_ENVIRONMENT);
    unit_says(&error, says);
}

static void expect_no_images(const char *path, const char *says) {
    const NetSource source = {.path = path};
    fails(&source, (NetInput){.rank = 3, .shape = {1, 5, 5}, .count = 25}, says);
}

static void swapped_files(void **state) {
    char path[512];
    NetError error = {0};
    NetLabels labels;
    const uint32_t shape[3] = {2, 2, 2};
    expect_no_images(write_idx(path, state, "a", 0x801, 1, shape, 2),
                     "a: magic 0x00000801 is a label file, expected images 0x00000803; are images and labels swapped? "
                     "[swapped-files]");
    const NetSource source = {.path = write_idx(path, state, "b", 0x803, 3, shape, 8)};
    assert_false(read_labels(&source, &labels, &error));
    unit_says(&error, "b: magic 0x00000803 is an image file, expected labels 0x00000801; are images and labels");
    expect_no_images(write_idx(path, state, "c", 0x89504e47, 0, shape, 8), "c begins with 0x89504e47, expected IDX");
}

static void short_and_long_files(void **state) {
    char path[512];
    const uint32_t shape[3] = {60000, 28, 28};
    expect_no_images(write_idx(path, state, "t10k", 0x803, 3, shape, 784),
                     "t10k: 784 bytes after the header promised 47,040,000 (60,000 of 28x28); the file is cut short "
                     "[short-file]");
    const uint32_t small[3] = {2, 2, 2};
    expect_no_images(write_idx(path, state, "long", 0x803, 3, small, 9),
                     "more than 8 bytes after the header promised 8");
    expect_no_images(write_idx(path, state, "head", 0x803, 2, small, 3), "has 15 bytes, too few for an IDX header");
    expect_no_images(write_idx(path, state, "tiny", 0x803, -1, small, 3), "begins with 0x000102, expected IDX");
    expect_no_images(unit_path(path, state, "none"), "cannot open: No such file");
    expect_no_images(*state, "it is a folder");
}

static void impossible_headers(void **state) {
    char path[512];
    const uint32_t vast[4] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    const uint32_t empty[3] = {0, 28, 28};
    const uint32_t large[3] = {2000000000, 65536, 65536};
    expect_no_images(write_idx(path, state, "vast", 0x804, 4, vast, 10), "which cannot be [bad-header]");
    expect_no_images(write_idx(path, state, "empty", 0x803, 3, empty, 0), "promises 0x28x28 values");
    expect_no_images(write_idx(path, state, "large", 0x803, 3, large, 10), "the file is cut short");
}

static void broken_compression(void **state) {
    char path[512];
    unsigned char bytes[4096], packed[4096];
    const uint32_t shape[3] = {40, 5, 5};
    size_t size = build(bytes, 0x803, 3, shape, 1000);
    write_gz(path, state, "whole.gz", bytes, size);
    FILE *file = fopen(path, "rb");
    size_t length = fread(packed, 1, sizeof packed, file);
    fclose(file);
    unit_write(unit_path(path, state, "cut.gz"), packed, length / 2);
    expect_no_images(path, "the file is cut short [short-file]");
    packed[length - 6] ^= 1; /* the check sum */
    unit_write(unit_path(path, state, "sum.gz"), packed, length);
    expect_no_images(path, "[damaged-file]");
    const NetInput input = {.rank = 3, .shape = {1, 5, 5}, .count = 25};
    NetSource source = {.path = "memory", .bytes = packed, .size = length};
    fails(&source, input, "[damaged-file]");
    source.size = length / 2;
    fails(&source, input, "[short-file]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_packed_and_embedded),
        cmocka_unit_test(labels_become_words),
        cmocka_unit_test(numbers_are_swapped_and_checked),
        cmocka_unit_test(swapped_files),
        cmocka_unit_test(short_and_long_files),
        cmocka_unit_test(impossible_headers),
        cmocka_unit_test(broken_compression),
    };
    return cmocka_run_group_tests_name("idx", tests, unit_folder_make, unit_folder_remove);
}
