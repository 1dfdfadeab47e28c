/* Safetensors: round trips, exact bytes, conversions, checksums, and files that mean harm. */
#include "tests/unit/unit.h"

#include "runtime/base/atomic.h"
#include "runtime/base/safetensors.h"

#include <math.h>

/* Writes a file from a header's text and data, with the length the header has. */
static const char *craft(char path[512], void **state, const char *header, const void *data, size_t size) {
    unsigned char bytes[4096];
    size_t length = strlen(header);
    assert_true(8 + length + size <= sizeof bytes);
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)length >> (8 * i));
    memcpy(bytes + 8, header, length);
    memcpy(bytes + 8 + length, data, size);
    unit_write(unit_path(path, state, "crafted"), bytes, 8 + length + size);
    return path;
}

static void round_trip(void **state) {
    char path[512];
    NetError error = {0};
    const float weights[6] = {1, -2, 0.5f, 3e38f, -0.0f, 1e-40f};
    const double moments[2] = {0.1, -1e300};
    const int64_t step[1] = {INT64_MIN};
    const unsigned char bytes[3] = {0, 128, 255};
    const NetTensor tensors[] = {
        {"bytes", NET_U8, 1, {3}, bytes},    {"conv1.weight", NET_F32, 4, {3, 1, 1, 2}, weights},
        {"step", NET_I64, 0, {0}, step},     {"m", NET_F64, 1, {2}, moments},
        {"empty", NET_F32, 2, {0, 5}, NULL},
    };
    const NetPair metadata[] = {{"classes", "null neun \"ä\""}, {"format", "pt"}};
    unit_path(path, state, "a.safetensors");
    assert_true(net_safetensors_write(path, tensors, 5, metadata, 2, true, &error));
    NetSafetensors file;
    assert_true(net_safetensors_read(path, &file, &error));
    assert_int_equal(file.count, 5);
    assert_string_equal(file.tensors[0].name, "step"); /* larger elements first */
    assert_string_equal(net_safetensors_metadata(&file, "classes"), "null neun \"ä\"");
    assert_null(net_safetensors_metadata(&file, "none"));
    assert_true(net_safetensors_verify(&file, &error));
    float got[6];
    const NetTensor *found = net_safetensors_find(&file, "conv1.weight");
    assert_non_null(found);
    assert_int_equal(found->rank, 4);
    assert_int_equal(found->shape[3], 2);
    assert_true(net_tensor_floats(&file, found, got, 6, &error));
    assert_memory_equal(got, weights, sizeof got);
    int64_t got_step;
    assert_true(net_tensor_copy(&file, net_safetensors_find(&file, "step"), NET_I64, &got_step, 1, &error));
    assert_true(got_step == INT64_MIN);
    assert_int_equal(net_tensor_elements(net_safetensors_find(&file, "empty")), 0);
    assert_false(net_tensor_floats(&file, found, got, 5, &error));
    unit_says(&error, "'conv1.weight' is 3x1x1x2, expected 5 values");
    assert_false(net_tensor_copy(&file, found, NET_F64, got, 6, &error));
    unit_says(&error, "is of type F32, expected F64");
    assert_null(net_safetensors_find(&file, "conv2.weight"));
    net_safetensors_free(&file);
}

static void bytes_are_exact(void **state) {
    char path[512];
    NetError error = {0};
    const float value[2] = {1, 2};
    const NetTensor tensor = {"w", NET_F32, 1, {2}, value};
    unit_path(path, state, "exact");
    assert_true(net_safetensors_write(path, &tensor, 1, NULL, 0, false, &error));
    static const char want[] = "\x38\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  "
                               "\0\0\x80\x3f\0\0\0\x40";
    size_t size;
    char *got = net_file_read(path, 1000, &size, &error);
    assert_int_equal(size, sizeof want - 1);
    assert_memory_equal(got, want, size);
    free(got);
}

static void checksum_finds_every_damage(void **state) {
    char path[512];
    NetError error = {0};
    const float value[2] = {1, 2};
    const NetTensor tensor = {"w", NET_F32, 1, {2}, value};
    const NetPair note = {"note", "\"sha256\":\"x\""};
    unit_path(path, state, "sum");
    assert_true(net_safetensors_write(path, &tensor, 1, &note, 1, true, &error));
    size_t size;
    char *bytes = net_file_read(path, 4096, &size, &error);
    NetSafetensors file;
    for (size_t i = 8; i < size; i++) {
        bytes[i] = (char)(bytes[i] ^ 1);
        unit_write(path, bytes, size);
        bytes[i] = (char)(bytes[i] ^ 1);
        if (net_safetensors_read(path, &file, &error)) {
            assert_false(net_safetensors_verify(&file, &error));
            net_safetensors_free(&file);
        }
    }
    unit_write(path, bytes, size);
    assert_true(net_safetensors_read(path, &file, &error));
    assert_true(net_safetensors_verify(&file, &error));
    net_safetensors_free(&file);
    free(bytes);
    assert_true(net_safetensors_write(path, &tensor, 1, NULL, 0, false, &error));
    assert_true(net_safetensors_read(path, &file, &error));
    assert_false(net_safetensors_verify(&file, &error));
    unit_says(&error, "carries no checksum");
    net_safetensors_free(&file);
}

static void halves_are_converted(void **state) {
    char path[512];
    NetError error = {0};
    const uint16_t half[7] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x03ff};
    const float want[7] = {1, -2, 0x1p-24f, 65504, INFINITY, -0.0f, 0x1.ff8p-15f};
    const uint16_t brain[3] = {0x3f80, 0xc2f7, 0x0001};
    const double wide[2] = {0.1, -3};
    const NetTensor tensors[] = {{"h", NET_F16, 1, {7}, half},
                                 {"b", NET_BF16, 1, {3}, brain},
                                 {"d", NET_F64, 1, {2}, wide},
                                 {"u", NET_U8, 1, {1}, half}};
    unit_path(path, state, "half");
    assert_true(net_safetensors_write(path, tensors, 4, NULL, 0, false, &error));
    NetSafetensors file;
    assert_true(net_safetensors_read(path, &file, &error));
    float got[7];
    assert_true(net_tensor_floats(&file, net_safetensors_find(&file, "h"), got, 7, &error));
    assert_memory_equal(got, want, sizeof want);
    assert_true(net_tensor_floats(&file, net_safetensors_find(&file, "b"), got, 3, &error));
    assert_true(got[0] == 1 && got[1] == -123.5f && got[2] == 0x1p-133f);
    assert_true(net_tensor_floats(&file, net_safetensors_find(&file, "d"), got, 2, &error));
    assert_true(got[0] == 0.1f && got[1] == -3);
    assert_false(net_tensor_floats(&file, net_safetensors_find(&file, "u"), got, 1, &error));
    unit_says(&error, "type U8");
    net_safetensors_free(&file);
}

static void hostile_headers_are_refused(void **state) {
    static const struct {
        const char *header, *says;
    } cases[] = {
        {"[]", "not a JSON object (it is a list)"},
        {"{]", "not a JSON object (string or '}' expected near ']')"},
        {"{\"a\\u0000\":0}", "not a JSON object (NUL byte in object key not supported near '\"a\\u0000\"')"},
        {"{\"w\":3}", "lacks a dtype"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9]}}",
         "is cut short: tensor 'w' ends at byte 9 of the data, and there are 8 [damaged-file]"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "a begin and end in the data"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "a begin and end in the data"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", "a begin and end in the data"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "do not agree"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "do not agree"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", "do not agree"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4,2],\"data_offsets\":[0,8]}}", "do not agree"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4,0],\"data_offsets\":[0,0]}}", "do not agree"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", "9 dimensions"},
        {"{\"w\":{\"dtype\":\"X7\",\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype X7"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "4 bytes after the last tensor"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "a gap before it"},
        {"{\"v\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
         "overlaps another"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         "not a JSON object"},
        {"{\"__metadata__\":{\"a\":1},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "not a string"},
        {"{\"__metadata__\":[],\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "__metadata__"},
        {"{}", "8 bytes after the last tensor"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[512];
        NetError error = {0};
        NetSafetensors file;
        assert_false(net_safetensors_read(craft(path, state, cases[i].header, "\0\0\0\0\0\0\0\0", 8), &file, &error));
        unit_says(&error, cases[i].says);
        unit_says(&error, "crafted");
    }
}

/* As the reference implementation takes it. */
static void odd_metadata_is_read(void **state) {
    static const char tensor[] = "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    static const char *const metadata[] = {"null", "{\"name\":\"a\\u0000b\"}"};
    for (size_t i = 0; i < 2; i++) {
        char path[512], header[256];
        NetError error = {0};
        NetSafetensors file;
        snprintf(header, sizeof header, "{\"__metadata__\":%s,%s}", metadata[i], tensor);
        assert_true(net_safetensors_read(craft(path, state, header, "\0\0\0\0\0\0\0\0", 8), &file, &error));
        assert_int_equal(file.count, 1);
        const char *name = net_safetensors_metadata(&file, "name");
        assert_true(i == 0 ? name == NULL : strcmp(name, "a") == 0);
        net_safetensors_free(&file);
    }
}

/* What nothing here reads, but a file of someone else's may hold. */
static void other_types_are_passed_over(void **state) {
    static const char *const names[] = {"BOOL", "I8",  "U8",  "F8_E4M3", "F8_E5M2", "I16",
                                        "U16",  "I32", "U32", "I64",     "U64"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512], header[256];
        NetError error = {0};
        NetSafetensors file;
        size_t size = i < 5 ? 1 : i < 7 ? 2 : i < 9 ? 4 : 8;
        snprintf(header, sizeof header, "{\"w\":{\"dtype\":\"%s\",\"shape\":[3],\"data_offsets\":[0,%zu]}}", names[i],
                 3 * size);
        unsigned char bytes[24] = {0};
        float values[3];
        assert_true(net_safetensors_read(craft(path, state, header, bytes, 3 * size), &file, &error));
        assert_string_equal(net_type_name(file.tensors[0].type), names[i]);
        assert_int_equal(net_type_size(file.tensors[0].type), size);
        assert_false(net_tensor_floats(&file, &file.tensors[0], values, 3, &error));
        unit_says(&error, "expected F32 (or F64, F16, BF16)");
        net_safetensors_free(&file);
    }
}

static void files_of_torch_save_are_named(void **state) {
    static const char *const starts[] = {"PK\3\4\0\0\b\b", "\x80\2\x8a\nl\xfc\x9c\x46"};
    for (size_t i = 0; i < 2; i++) {
        char path[512];
        NetError error = {0};
        NetSafetensors file;
        unit_write(unit_path(path, state, "pickle"), starts[i], 8);
        assert_false(net_safetensors_read(path, &file, &error));
        unit_says(&error, "a file of torch.save");
    }
    static const char npz[] = "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0x.npy";
    char path[512];
    NetError error = {0};
    NetSafetensors file;
    unit_write(unit_path(path, state, "arrays"), npz, sizeof npz - 1);
    assert_false(net_safetensors_read(path, &file, &error));
    unit_says(&error, "an NPZ archive of NumPy");
}

static void cut_files_are_refused(void **state) {
    char path[512];
    NetError error = {0};
    NetSafetensors file;
    static const unsigned char huge[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    unit_path(path, state, "cut");
    unit_write(path, huge, 8);
    assert_false(net_safetensors_read(path, &file, &error));
    unit_says(&error, "cut short");
    const float value[2] = {1, 2};
    const NetTensor tensor = {"w", NET_F32, 1, {2}, value};
    assert_true(net_safetensors_write(path, &tensor, 1, NULL, 0, false, &error));
    size_t size;
    char *bytes = net_file_read(path, 1000, &size, &error);
    for (size_t length = 0; length < size; length++) {
        unit_write(path, bytes, length);
        assert_false(net_safetensors_read(path, &file, &error));
    }
    free(bytes);
    assert_false(net_safetensors_read(unit_path(path, state, "none"), &file, &error));
    unit_says(&error, "No such file");
}

static void bad_names_are_not_written(void **state) {
    char path[512];
    NetError error = {0};
    const float value[1] = {1};
    const NetTensor twice[2] = {{"w", NET_F32, 1, {1}, value}, {"w", NET_F32, 1, {1}, value}};
    unit_path(path, state, "names");
    assert_false(net_safetensors_write(path, twice, 2, NULL, 0, false, &error));
    unit_says(&error, "second tensor named 'w'");
    const NetTensor broken = {"\xff", NET_F32, 1, {1}, value};
    assert_false(net_safetensors_write(path, &broken, 1, NULL, 0, false, &error));
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(bytes_are_exact),
        cmocka_unit_test(checksum_finds_every_damage),
        cmocka_unit_test(halves_are_converted),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(odd_metadata_is_read),
        cmocka_unit_test(other_types_are_passed_over),
        cmocka_unit_test(files_of_torch_save_are_named),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(bad_names_are_not_written),
    };
    return cmocka_run_group_tests_name("safetensors", tests, unit_folder_make, unit_folder_remove);
}
