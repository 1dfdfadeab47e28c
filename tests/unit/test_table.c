/* Tables: which columns are what, classes by name and by number, values, and the line for each way they go wrong. */
#include "tests/unit/unit.h"

#include "runtime/data/table_rows.h"

static const NetColumnRef species = {.name = "species"}, third = {.number = 3};
static const NetColumnChoice by_name = {.target = &species, .targets = 1}, by_number = {.target = &third, .targets = 1};

/* A file to train on. */
static NetTableWish wish_of(const NetColumnChoice *choice, NetTargetKind target, int64_t classes, int64_t inputs) {
    return (NetTableWish){{.separator = ',', .choice = choice}, inputs, target, {.count = classes, .outputs = classes}};
}

typedef struct {
    NetColumns columns;
    NetClassNames names;
    NetDataFile rows;
    NetError error;
} Read;

static bool read_text(void **state, Read *read, const char *text, const NetTableWish *wish) {
    char path[512];
    unit_write(unit_path(path, state, "t.csv"), text, strlen(text));
    return net_table_read(&read->rows, path, wish, &read->columns, &read->names, &read->error);
}

static void close_rows(Read *read) {
    net_block_free(&read->rows.block);
    free(read->rows.labels);
    free(read->rows.targets);
    read->rows = (NetDataFile){0};
}

static void close_all(Read *read) {
    close_rows(read);
    net_columns_free(&read->columns);
    net_class_names_free(&read->names);
}

static void expect(void **state, const char *text, const NetTableWish *wish, int64_t count, const float *x,
                   const uint32_t *label) {
    Read read = {0};
    if (!read_text(state, &read, text, wish)) fail_msg("%s", read.error.text);
    assert_int_equal(read.rows.count, count);
    assert_memory_equal(read.rows.rows, x, (size_t)count * read.columns.inputs * sizeof *x);
    if (label != NULL) assert_memory_equal(read.rows.labels, label, (size_t)count * sizeof *label);
    close_all(&read);
}

/* The message, without the folder. */
static void refuse(void **state, const char *text, const NetTableWish *wish, const char *expected) {
    Read read = {0};
    if (read_text(state, &read, text, wish)) fail_msg("'%s' is read", text);
    const char *said = strstr(read.error.text, "t.csv");
    assert_int_equal(read.error.status, NET_ENVIRONMENT);
    assert_non_null(said);
    assert_string_equal(said, expected);
    close_all(&read);
}

static void classes_and_columns(void **state) {
    const float x[] = {1, 2.5, -3, 4};
    const uint32_t cat_first[] = {0, 1}, cat_last[] = {1, 0}, numbers[] = {2, 0};
    NetTableWish two = wish_of(&by_name, NET_TARGET_CLASS, 2, 2), three = wish_of(&by_name, NET_TARGET_CLASS, 3, 2);
    expect(state, "a,b,species\n1,2.5,cat\n-3,4,dog\n", &two, 2, x, cat_first);
    expect(state, "a,species,b\n1,dog,2.5\n-3, cat ,4\n", &two, 2, x, cat_last);
    expect(state, "a,b,species\n1,2.5,2\n-3,4,0\n", &three, 2, x, numbers);
    expect(state, "a,b,species\n1,2.5,2.0\n-3,4,0.0\n", &three, 2, x, numbers);
    two = wish_of(&by_number, NET_TARGET_CLASS, 2, 2);
    expect(state, "1,2.5,cat\n-3,4,dog\n", &two, 2, x, cat_first);
    two.form.header = NET_HEADER_TRUE;
    expect(state, "1,2,3\n1,2.5,cat\n-3,4,dog\n", &two, 2, x, cat_first);
    const NetColumnRef unused[] = {{.number = 1}, {.name = "note"}};
    const NetColumnChoice choice = {&species, unused, 1, 2};
    two = wish_of(&choice, NET_TARGET_CLASS, 2, 2);
    expect(state, ",a,note,b,species\n0,1,x,2.5,cat\n1,-3,y,4,dog\n", &two, 2, x, cat_first);
    two = wish_of(&by_name, NET_TARGET_CLASS, 2, 2);
    two.form.separator = ';';
    expect(state, "a;b;species\n1;2.5;\"a;b\"\n-3;4;c\n", &two, 2, x, cat_first);
}

static void values(void **state) {
    const NetColumnRef targets[] = {{.name = "w"}, {.name = "h"}};
    const NetColumnChoice choice = {.target = targets, .targets = 2};
    const NetTableWish wish = wish_of(&choice, NET_TARGET_VALUES, 0, 1);
    Read read = {0};
    if (!read_text(state, &read, "h,a,w\n1,2,0.1\n4,5,1e-3\n", &wish)) fail_msg("%s", read.error.text);
    assert_int_equal(read.columns.inputs, 1);
    assert_true(((const float *)(const void *)read.rows.rows)[1] == 5 && read.rows.targets[0] == 0.1f &&
                read.rows.targets[1] == 1);
    assert_true(read.rows.targets[2] == 0.001f && read.rows.targets[3] == 4);
    close_all(&read);
}

/* Reads another file by what the first one has settled. */
static void expect_other(void **state, Read *first, const char *text, const char *expected, const uint32_t *label) {
    NetTableWish wish = wish_of(NULL, NET_TARGET_CLASS, 2, 2);
    Read other = {.columns = first->columns, .names = first->names};
    const float x[] = {1, 2};
    bool ok = read_text(state, &other, text, &wish);
    if (expected != NULL) {
        assert_false(ok);
        assert_string_equal(strstr(other.error.text, "t.csv"), expected);
    } else if (!ok) {
        fail_msg("%s", other.error.text);
    } else {
        assert_memory_equal(other.rows.rows, x, sizeof x);
        assert_memory_equal(other.rows.labels, label, sizeof *label);
    }
    close_rows(&other);
}

static void other_files(void **state) {
    const NetColumnRef note = {.name = "note"};
    const NetColumnChoice choice = {&species, &note, 1, 1};
    const NetTableWish wish = wish_of(&choice, NET_TARGET_CLASS, 2, 2);
    const uint32_t one = 1;
    Read first = {0};
    if (!read_text(state, &first, "a,note,species,b\n1,x,cat,2\n3,y,dog,4\n", &wish)) fail_msg("%s", first.error.text);
    expect_other(state, &first, "b,more,species,a\n2,7,dog,1\n", NULL, &one);
    expect_other(state, &first, "1,x,dog,2\n", NULL, &one);
    expect_other(state, &first, "1,dog,2\n", NULL, &one);
    expect_other(state, &first, "a,b\n1,2\n", "t.csv has no column 'species' [unknown-column]", NULL);
    expect_other(state, &first, "a,species,c\n1,dog,2\n",
                 "t.csv has no column 'b'; it has 'a', 'species', 'c' "
                 "[unknown-column]",
                 NULL);
    expect_other(state, &first, "1,2,3,4,5\n",
                 "t.csv has 5 columns, expected 2 inputs, with or without "
                 "the target [unknown-column]",
                 NULL);
    expect_other(state, &first, "a,species,b\n1,cow,2\n",
                 "t.csv:2, column 'species': 'cow' is no class; there are 'cat', 'dog' [unknown-class]", NULL);
    close_all(&first);
}

static void wrong_columns(void **state) {
    const NetTableWish named = wish_of(&by_name, NET_TARGET_CLASS, 2, 1),
                       numbered = wish_of(&by_number, NET_TARGET_CLASS, 2, 2);
    refuse(state, "", &named, "t.csv has no rows, expected a CSV file [short-file]");
    refuse(state, "a,species\n", &named, "t.csv has no rows below its names [short-file]");
    refuse(state, "a,specie\n", &named, "t.csv has no column 'species'; did you mean 'specie'? [unknown-column]");
    refuse(state, "1,cat\n", &numbered, "t.csv has 2 columns, there is no column 3 [unknown-column]");
    refuse(state, "1,2,cat\n", &named,
           "t.csv: its first row holds numbers, so no column is called 'species'; write the column's number, as 3, or "
           "header=true if these are names [unknown-column]");
    refuse(state, "a;b;species\n1;2;cat\n", &named,
           "t.csv: the first row is one cell, 'a;b;species'; write separator=\";\" [unknown-column]");
    refuse(state, "a,a,species\n", &named, "t.csv: columns 1 and 2 are both called 'a' [unknown-column]");
    refuse(state, ",a,species\n", &named,
           "t.csv: column 1 has no name; pandas writes numbers of rows so: write ignore=[1], or save with index=False "
           "[unknown-column]");
    refuse(state, "species\n", &named, "t.csv has no column besides target= and ignore= [unknown-column]");
    const NetColumnChoice twice = {&species, &species, 1, 1};
    const NetTableWish wish = wish_of(&twice, NET_TARGET_CLASS, 2, 1);
    refuse(state, "a,species\n", &wish,
           "t.csv: column 'species' is named twice in target= and ignore= [unknown-column]");
}

static void wrong_width(void **state) {
    const NetTableWish wish = wish_of(&by_name, NET_TARGET_CLASS, 2, 3);
    refuse(state, "a,b,species\n1,2,cat\n", &wish,
           "t.csv has 2 columns for inputs, input is 3; write 'input 2', or name columns in ignore=[…] "
           "[image-size]");
    const NetTableWish one = wish_of(&by_name, NET_TARGET_CLASS, 2, 1), two = wish_of(&by_name, NET_TARGET_CLASS, 2, 2);
    refuse(
        state, "a,the note,species\n1,x,cat\n", &one,
        "t.csv has 2 columns for inputs, input is 1; texts are no inputs: write 'ignore=[\"the note\"]' [image-size]");
    refuse(state, "a,note,id,species\n1,x,n1,cat\n", &two,
           "t.csv has 3 columns for inputs, input is 2; texts are no inputs: write 'ignore=[note, id]' and 'input 1' "
           "[image-size]");
    const NetColumnRef id = {.name = "id"};
    const NetColumnChoice choice = {&species, &id, 1, 1};
    const NetTableWish ignoring = wish_of(&choice, NET_TARGET_CLASS, 2, 1);
    refuse(state, "a,note,id,species\n1,x,7,cat\n", &ignoring,
           "t.csv has 2 columns for inputs, input is 1; texts are no inputs: write 'ignore=[note, id]' [image-size]");
}

static void wrong_cells(void **state) {
    const NetTableWish named = wish_of(&by_name, NET_TARGET_CLASS, 2, 1),
                       numbered = wish_of(&by_number, NET_TARGET_CLASS, 2, 2);
    const NetTableWish values_wish = wish_of(&by_name, NET_TARGET_VALUES, 0, 1);
    refuse(state, "age,species\n1,cat\nn/a,dog\n", &named,
           "t.csv:3, column 'age': 'n/a' is not a number; drop the row or name the column in ignore=[…] "
           "[not-a-number]");
    refuse(state, "age,species\n\"1\n\",cat\n", &named,
           "t.csv:2, column 'age': '1?' is not a number; drop the row or name the column in ignore=[…] [not-a-number]");
    refuse(state, "1,,cat\n", &numbered,
           "t.csv:1, column 2: an empty cell is not a number; drop the row or name the column in ignore=[…] "
           "[not-a-number]");
    refuse(state, "age,species\n\"1,5\",cat\n", &named,
           "t.csv:2, column 'age': '1,5' is not a number; a number has a point [not-a-number]");
    refuse(state, "age,species\n-1e39,cat\n", &named,
           "t.csv:2, column 'age': -1e39 is beyond what a 32-bit float holds [not-a-number]");
    refuse(state, "age,species\n1,cat\n", &values_wish,
           "t.csv:2, column 'species': 'cat' is not a number; texts are classes: write 'target class' [not-a-number]");
    refuse(state, "age,species\n1,0\n1,3\n1,2\n", &named,
           "t.csv:3: label 3, but the last layer has 2 outputs (classes 0 to 1) [label-range]");
    refuse(state, "age,species\n1,1\n1,2\n", &named,
           "t.csv:3: label 2, but the last layer has 2 outputs (classes 0 to 1); are the labels numbered from 1? "
           "[label-range]");
    refuse(state, "age,species\n1,-1\n", &named,
           "t.csv:2: label -1, but the last layer has 2 outputs (classes 0 to 1) [label-range]");
    refuse(state, "age,species\n1,cat\n1,dog\n1,cow\n", &named,
           "t.csv, column 'species': 3 classes ('cat', 'cow', 'dog'), but the last layer has 2 outputs; write "
           "'dense 3 activation=softmax' [label-range]");
    refuse(state, "age,species\n1,cat\n1, \n", &named,
           "t.csv:3, column 'species': an empty cell is no class; drop the row [unknown-class]");
}

static void columns_as_texts(void **state) {
    (void)state;
    static const char *const texts[] = {"input age", "ignored ", "target 2 w", "target 1 a b", "input"};
    NetError error = {0};
    NetColumns columns;
    assert_true(net_columns_parse(&columns, texts, 4, &error));
    assert_int_equal(columns.inputs, 1);
    assert_int_equal(columns.target[0], 3);
    for (size_t i = 0; i < 4; i++) {
        char *text = net_columns_text(&columns, i, &error);
        assert_string_equal(text, texts[i]);
        free(text);
    }
    net_columns_free(&columns);
    static const char *const wrong[][2] = {{"input a", "input"},     {"output a", ""},    {"target 2 a", "input b"},
                                           {"target 1", "target 1"}, {"inputs", "input"}, {"target", "input"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(net_columns_parse(&columns, wrong[i], 2, &error));
        net_columns_free(&columns);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(classes_and_columns), cmocka_unit_test(values),
                                       cmocka_unit_test(other_files),         cmocka_unit_test(wrong_columns),
                                       cmocka_unit_test(wrong_width),         cmocka_unit_test(wrong_cells),
                                       cmocka_unit_test(columns_as_texts)};
    return cmocka_run_group_tests_name("table", tests, unit_folder_make, unit_folder_remove);
}
