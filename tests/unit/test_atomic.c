/* Files written whole or not at all, under every single failure; logs that are cut back and go on. */
#include "tests/unit/unit.h"

#include "runtime/base/atomic.h"

#include <dirent.h>
#include <sys/stat.h>

/* The folder holds exactly `count` entries: no temporary file is left. */
static void expect_entries(void **state, int count) {
    DIR *folder = opendir(*state);
    assert_non_null(folder);
    int found = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) found += entry->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(found, count);
}

static void expect_content(const char *path, const char *content) {
    NetError error = {0};
    size_t size;
    char *bytes = net_file_read(path, 1 << 20, &size, &error);
    assert_non_null(bytes);
    assert_string_equal(bytes, content);
    assert_int_equal(size, strlen(content));
    free(bytes);
}

static void saves_and_replaces(void **state) {
    char path[512];
    NetError error = {0};
    unit_path(path, state, "a.txt");
    assert_true(net_file_save(path, "one", 3, &error));
    expect_content(path, "one");
    NetFile *file = net_file_create(path, &error);
    assert_non_null(file);
    assert_true(net_file_printf(file, &error, "%s %d", "two", 2));
    assert_int_equal(net_file_length(file), 5);
    expect_content(path, "one");
    expect_entries(state, 2);
    assert_true(net_file_commit(file, &error));
    expect_content(path, "two 2");
    file = net_file_create(path, &error);
    assert_true(net_file_write(file, "three", 5, &error));
    net_file_discard(file);
    expect_content(path, "two 2");
    expect_entries(state, 1);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(about.st_mode & 0777, 0666 & ~mask);
    unlink(path);
}

static void large_writes_arrive(void **state) {
    char path[512];
    NetError error = {0};
    enum { SIZE = 300000 };
    unsigned char *bytes = net_alloc(SIZE, 1, &error);
    for (int i = 0; i < SIZE; i++) bytes[i] = (unsigned char)(i * 7 + i / 256);
    NetFile *file = net_file_create(unit_path(path, state, "large"), &error);
    for (size_t at = 0, part = 1; at < SIZE; at += part, part = part * 3 % 80000 + 1) {
        part = at + part < SIZE ? part : SIZE - at;
        assert_true(net_file_write(file, bytes + at, part, &error));
    }
    assert_true(net_file_commit(file, &error));
    size_t size;
    char *back = net_file_read(path, SIZE, &size, &error);
    assert_int_equal(size, SIZE);
    assert_memory_equal(back, bytes, SIZE);
    assert_null(net_file_read(path, SIZE - 1, &size, &error));
    unit_says(&error, "more than the 299,999");
    free(back);
    free(bytes);
    unlink(path);
}

/* Each of the calls of a save fails in turn: the old file stands, nothing is left beside it, the error names both. */
static void every_fault_leaves_the_old_file(void **state) {
    char path[512];
    NetError error = {0};
    unit_path(path, state, "b.txt");
    assert_true(net_file_save(path, "old", 3, &error));
    int failures = 0;
    for (int k = 1; k <= 5; k++) {
        char text[16];
        snprintf(text, sizeof text, "%d", k);
        setenv("NET_FAULT", text, 1);
        net_fault_restart();
        error = (NetError){0};
        bool ok = net_file_save(path, "newer", 5, &error);
        unsetenv("NET_FAULT");
        expect_entries(state, 1);
        if (ok) {
            expect_content(path, "newer");
            continue;
        }
        failures++;
        assert_int_equal(error.status, NET_ENVIRONMENT);
        unit_says(&error, k == 1 ? "No space left" : "Input/output error");
        unit_says(&error, (const char *)*state);
        expect_content(path, k <= 3 ? "old" : "newer"); /* the fourth is the folder's sync, after the rename */
    }
    assert_int_equal(failures, 4);
    unlink(path);
}

static void errors_name_the_path(void **state) {
    char path[512];
    NetError error = {0};
    assert_null(net_file_create(unit_path(path, state, "missing/a"), &error));
    unit_says(&error, "missing/a");
    unit_says(&error, "No such file");
    size_t size;
    assert_null(net_file_read(*state, 10, &size, &error));
    unit_says(&error, "not a regular file");
}

static void logs_append_and_are_cut(void **state) {
    char path[512];
    NetError error = {0};
    unit_path(path, state, "log.csv");
    NetAppend *log = net_append_open(path, -1, &error);
    assert_non_null(log);
    assert_true(net_append_printf(log, &error, "step,cost\n"));
    assert_true(net_append_write(log, "1,2\n", 4, &error));
    assert_int_equal(net_append_length(log), 14);
    assert_true(net_append_sync(log, &error));
    expect_content(path, "step,cost\n1,2\n");
    assert_true(net_append_write(log, "2,9\n", 4, &error));
    assert_true(net_append_close(log, &error));
    log = net_append_open(path, 14, &error);
    assert_int_equal(net_append_length(log), 14);
    assert_true(net_append_write(log, "2,1\n", 4, &error));
    assert_true(net_append_flush(log, &error));
    expect_content(path, "step,cost\n1,2\n2,1\n");
    assert_true(net_append_close(log, &error));
    assert_null(net_append_open(path, 19, &error));
    unit_says(&error, "has 18 bytes, expected at least 19");
    expect_content(path, "step,cost\n1,2\n2,1\n");
    unlink(path);
}

static void log_reports_a_full_disk(void **state) {
    char path[512];
    NetError error = {0};
    NetAppend *log = net_append_open(unit_path(path, state, "full.csv"), -1, &error);
    setenv("NET_FAULT", "1", 1);
    net_fault_restart();
    assert_true(net_append_write(log, "abcd", 4, &error));
    assert_false(net_append_sync(log, &error));
    unsetenv("NET_FAULT");
    unit_says(&error, "full.csv: cannot write: No space left");
    net_append_close(log, &error);
    unlink(path);
}

static void folders_are_made(void **state) {
    char path[512];
    NetError error = {0};
    assert_true(net_folder_make(unit_path(path, state, "x//y/z/"), &error));
    assert_true(net_folder_make(path, &error));
    assert_true(net_file_save(unit_path(path, state, "x/file"), "", 0, &error));
    assert_false(net_folder_make(path, &error));
    unit_says(&error, "a file is in the way");
    assert_false(net_folder_make(unit_path(path, state, "x/file/y"), &error));
    char to[512];
    assert_true(net_file_rename(unit_path(path, state, "x/file"), unit_path(to, state, "x/y/moved"), &error));
    expect_content(to, "");
}

static void sizes_and_texts(void **state) {
    (void)state;
    NetError error = {0};
    size_t out;
    assert_false(net_multiply(SIZE_MAX / 2, 3, &out));
    assert_false(net_add(SIZE_MAX, 1, &out));
    assert_null(net_alloc(SIZE_MAX / 8, 16, &error));
    unit_says(&error, "out of memory");
    char text[NET_COUNT_TEXT], shape[NET_SHAPE_TEXT];
    assert_string_equal(net_count(text, 0), "0");
    assert_string_equal(net_count(text, 999), "999");
    assert_string_equal(net_count(text, 47040000), "47,040,000");
    assert_string_equal(net_count(text, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(net_shape(shape, (const int64_t[]){1, 28, 28}, 3), "1x28x28");
    assert_string_equal(net_shape(shape, NULL, 0), "scalar");
    char *memory = net_alloc(100, 1, &error);
    assert_int_equal((uintptr_t)memory % 64, 0);
    for (int i = 0; i < 100; i++) assert_int_equal(memory[i], 0);
    free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saves_and_replaces),
        cmocka_unit_test(large_writes_arrive),
        cmocka_unit_test(every_fault_leaves_the_old_file),
        cmocka_unit_test(errors_name_the_path),
        cmocka_unit_test(logs_append_and_are_cut),
        cmocka_unit_test(log_reports_a_full_disk),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(sizes_and_texts),
    };
    return cmocka_run_group_tests_name("atomic", tests, unit_folder_make, unit_folder_remove);
}
