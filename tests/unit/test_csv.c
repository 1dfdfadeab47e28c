/* CSV files: good ones, and the line that is said of each way they go wrong. */
#include "tests/unit/unit.h"

#include "runtime/data/csv.h"
#include "runtime/data/number.h"

#include <math.h>

/* What a file of these bytes holds, as "1:a|b 2:c|d": each row with the line it begins in. The error otherwise. */
static const char *read_bytes(void **state, const void *bytes, size_t size, char separator, NetError *error) {
    static char text[4096];
    char path[512];
    NetStream stream;
    NetCsv csv;
    NetCsvRow row;
    unit_write(unit_path(path, state, "t.csv"), bytes, size);
    assert_true(net_stream_open(&stream, path, error));
    stream.path = "t.csv";
    bool ok = net_csv_begin(&csv, &stream, separator, error);
    text[0] = '\0';
    while (ok && (ok = net_csv_next(&csv, &row, error)) && row.count > 0) {
        sprintf(text + strlen(text), "%s%lld:", text[0] == '\0' ? "" : " ", (long long)row.line);
        for (size_t i = 0; i < row.count; i++) {
            assert_int_equal(strlen(row.cell[i].text), row.cell[i].length);
            sprintf(text + strlen(text), "%s%.99s", i > 0 ? "|" : "", row.cell[i].text);
        }
    }
    net_csv_end(&csv);
    net_stream_close(&stream);
    return ok ? text : error->text;
}

static void check_bytes(void **state, const char *bytes, size_t size, char separator, const char *expected) {
    NetError error = {0};
    assert_string_equal(read_bytes(state, bytes, size, separator, &error), expected);
}

#define reads(bytes, expected) check_bytes(state, bytes, sizeof(bytes) - 1, ',', expected)

static void good_files(void **state) {
    reads("", "");
    reads("a", "1:a");
    reads("a,b\n", "1:a|b");
    reads("a,b\n1,2\n", "1:a|b 2:1|2");
    reads("a,b\r\n1,2\r\n", "1:a|b 2:1|2");
    reads("a,b\r\n1,2\n3,4", "1:a|b 2:1|2 3:3|4");
    reads("\xef\xbb\xbf"
          "a,b\n",
          "1:a|b");
    reads("a,b\n,\n\n\r\n\n", "1:a|b 2:|");
    reads("\"\"\n", "1:");
    reads("\"a,b\",\"c \"\"d\"\"\"\n1,\"2\n3\"\n4,5\n", "1:a,b|c \"d\" 2:1|2\n3 4:4|5");
    reads("\"x\r\ny\",\"\"\n1,2\n", "1:x\r\ny| 3:1|2");
    reads(" a , b\t\n", "1: a | b\t");
    reads("\xc3\xa4,\xe2\x82\xac\n", "1:\xc3\xa4|\xe2\x82\xac");
    check_bytes(state, "a;b,c\n1;2\n", 10, ';', "1:a|b,c 2:1|2");
    check_bytes(state, "a\tb\n", 4, '\t', "1:a|b");
}

static void wrong_files(void **state) {
    reads("a,b\n1\n", "t.csv:2: 1 cell, expected 2 as in the first row [ragged-row]");
    reads("a,b\n\"x\n\",2\n1,2,3\n", "t.csv:4: 3 cells, expected 2 as in the first row [ragged-row]");
    reads("a,b\n1,2\n\n3,4\n", "t.csv:3: an empty line between rows [bad-csv]");
    reads("\n1,2\n", "t.csv:1: an empty line between rows [bad-csv]");
    reads("a,b\n\"x,2\n3,4\n", "t.csv:2: a quote is opened here that is never closed [bad-csv]");
    reads("a,\"b\"c\n",
          "t.csv:1: cell 2 goes on behind its closing quote; a quote within quotes is written twice [bad-csv]");
    reads("a,b \"c\"\n", "t.csv:1: cell 2 has a quote in it but does not begin with one; put the whole cell in quotes, "
                         "and each quote in it twice [bad-csv]");
    reads("a\r1\r", "t.csv:1: a carriage return that no line feed follows [bad-csv]");
    reads("a,b\n1,\0\n", "t.csv:2: a NUL byte, which no text has; is it a CSV file, in UTF-8? [bad-csv]");
    reads("a,b\n1,\xe4\n",
          "t.csv:2: cell 2 is not UTF-8 (byte 0xe4); 'iconv -f LATIN1 -t UTF-8' makes it that [bad-csv]");
    reads("\xff\xfe"
          "a\0,\0",
          "t.csv:1: the file is UTF-16, expected UTF-8; 'iconv -f UTF-16 -t UTF-8' makes it that "
          "[bad-csv]");
}

static void limits(void **state) {
    NetError error = {0};
    size_t size = (size_t)NET_CSV_CELL + 1;
    char *bytes = malloc(size);
    memset(bytes, 'a', size);
    read_bytes(state, bytes, size - 1, ',', &error);
    assert_int_equal(error.status, NET_OK);
    assert_string_equal(read_bytes(state, bytes, size, ',', &error),
                        "t.csv:1: a cell of more than 65536 bytes; is a quote before it not closed? [bad-csv]");
    free(bytes);
    size = (size_t)NET_CSV_CELLS;
    bytes = malloc(size);
    memset(bytes, ',', size); /* one cell more */
    assert_string_equal(read_bytes(state, bytes, size, ',', &error),
                        "t.csv:1: more than 1048576 cells in a row [bad-csv]");
    free(bytes);
}

static void numbers(void **state) {
    (void)state;
    static const char *const wrong[] = {"",    " ",   "-",    ".",   "e5",  "1e", "1e+", "nan", "inf",      "0x10",
                                        "1 2", "1,5", "1.2.", "n/a", "--1", "1f", "NaN", "1_0", "1\xc2\xa0"};
    static const struct {
        const char *text;
        double value;
    } right[] = {{"0", 0},
                 {"-1", -1},
                 {"+1.5", 1.5},
                 {".5", 0.5},
                 {"5.", 5},
                 {" 7\t", 7},
                 {"1e3", 1000},
                 {"1E-05", 1e-5},
                 {"0.1", 0.1},
                 {"5e-324", 5e-324},
                 {"1e-400", 0},
                 {"007", 7},
                 {"1e999", INFINITY},
                 {"1.7976931348623157e+308", 1.7976931348623157e308},
                 {"9007199254740993", 9007199254740992.0}};
    double value;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (net_number_read(wrong[i], strlen(wrong[i]), &value)) fail_msg("'%s' is read as %g", wrong[i], value);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (!net_number_read(right[i].text, strlen(right[i].text), &value) || value != right[i].value)
            fail_msg("'%s' is not %.17g", right[i].text, right[i].value);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_files), cmocka_unit_test(wrong_files),
                                       cmocka_unit_test(limits), cmocka_unit_test(numbers)};
    return cmocka_run_group_tests_name("csv", tests, unit_folder_make, unit_folder_remove);
}
