/* The sets and forms of files that a data line can name. A new one is a row here and one of runtime/data/kinds.c. */
#include <string.h>

#include "compiler/model/settings.h"

enum { DATA_CIFAR10 = 3, DATA_IDX, DATA_NPY, DATA_CSV, DATA_IMAGES };

#define CLASSES_OPTION                                                                         \
    {.name = "classes",                                                                        \
     .type = OPTION_STRINGS,                                                                   \
     .doc = "names of the classes, in the order of their labels; without it they are numbers", \
     .example = "classes=[\"ship\", \"truck\"]"}

static const OptionSpec named_options[] = {CLASSES_OPTION};

/* Examples and what they are to give, to train on and to test, come first. */
enum { FILE_X, FILE_Y, FILE_TEST_X, FILE_TEST_Y };

static const OptionSpec idx_options[] = {
    [FILE_X] = {.name = "images",
                .type = OPTION_STRING,
                .required = true,
                .doc = "the training images, a path from the .net file",
                .example = "images=\"train-images.gz\""},
    [FILE_Y] = {.name = "labels", .type = OPTION_STRING, .doc = "their labels", .example = "labels=\"FILE\""},
    [FILE_TEST_X] = {.name = "test_images", .type = OPTION_STRING, .doc = "the test images"},
    [FILE_TEST_Y] = {.name = "test_labels", .type = OPTION_STRING, .doc = "their labels"},
    CLASSES_OPTION,
};

static const char *const order_words[] = {"channels_first", "channels_last", NULL};

static const OptionSpec npy_options[] = {
    [FILE_X] = {.name = "x",
                .type = OPTION_STRING,
                .required = true,
                .doc = "the training examples, a path from the .net file",
                .example = "x=\"x.npy\""},
    [FILE_Y] = {.name = "y",
                .type = OPTION_STRING,
                .doc = "what they are to give: integers are classes",
                .example = "y=\"FILE\""},
    [FILE_TEST_X] = {.name = "test_x", .type = OPTION_STRING, .doc = "the test examples"},
    [FILE_TEST_Y] = {.name = "test_y", .type = OPTION_STRING, .doc = "what these are to give"},
    {.name = "order",
     .type = OPTION_WORD,
     .standard = "channels_first",
     .words = order_words,
     .doc = "of an example with three sides"},
    CLASSES_OPTION,
};

static const char *const header_words[] = {"auto", NULL};

enum { CSV_TRAIN, CSV_TEST, CSV_TARGET, CSV_IGNORE, CSV_SEPARATOR, CSV_HEADER, CSV_CLASSES };

static const OptionSpec csv_options[] = {
    [CSV_TRAIN] = {.name = "train",
                   .type = OPTION_STRING,
                   .required = true,
                   .doc = "the table to train on, a path from the .net file",
                   .example = "train=\"train.csv\""},
    [CSV_TEST] = {.name = "test", .type = OPTION_STRING, .doc = "the table to test on"},
    [CSV_TARGET] = {.name = "target",
                    .type = OPTION_COLUMNS,
                    .doc = "the column to learn, or several of values: a name or a number, from 1",
                    .example = "target=species"},
    [CSV_IGNORE] = {.name = "ignore",
                    .type = OPTION_COLUMNS,
                    .doc = "columns that are no inputs",
                    .example = "ignore=[id, date]"},
    [CSV_SEPARATOR] = {.name = "separator",
                       .type = OPTION_STRING,
                       .standard = "\",\"",
                       .doc = "what stands between two cells, one character"},
    [CSV_HEADER] = {.name = "header",
                    .type = OPTION_BOOL,
                    .standard = "auto",
                    .words = header_words,
                    .doc = "whether the first row has names; auto: if no cell of it is a number"},
    [CSV_CLASSES] = CLASSES_OPTION,
};

static const OptionSpec images_options[] = {
    {.name = "train",
     .type = OPTION_STRING,
     .required = true,
     .doc = "the folder to train on, a path from the .net file: in it one folder a class, of PNG and JPEG",
     .example = "train=\"flowers\""},
    {.name = "test", .type = OPTION_STRING, .doc = "the folder to test on"},
    {.name = "size",
     .type = OPTION_WINDOW,
     .low = 1,
     .high = MODEL_MAX_SIDE,
     .doc = "that of the input: pictures of other sizes are resampled; without it all have to have it",
     .example = "size=64x64"},
};

static bool csv_check(SettingContext *context) {
    const OptionValue *separator = context->option + 1 + CSV_SEPARATOR;
    const char *text = separator->given ? separator->word : ",";
    if (text[1] == '\0' && !strchr("\"\r\n", text[0]) && (unsigned char)text[0] < 0x7f) return true;
    Diag *diag = diag_report(context->diags, separator->at, "bad-value",
                             "separator= of data csv must be one ASCII character, and no quote or end of a line");
    diag_help(context->diags, diag, "write separator=\";\", or separator=\"\\t\" for a tab");
    return false;
}

static bool check_tests(SettingContext *context, const OptionSpec *options) {
    const OptionValue *option = context->option + 1; /* behind the word */
    if (option[FILE_TEST_X].given == option[FILE_TEST_Y].given || !option[FILE_Y].given) return true;
    diag_report(context->diags, context->at, "missing-option", "%s= and %s= belong together", options[FILE_TEST_X].name,
                options[FILE_TEST_Y].name);
    return false;
}

static bool idx_check(SettingContext *context) { return check_tests(context, idx_options); }
static bool npy_check(SettingContext *context) { return check_tests(context, npy_options); }

const DataKind data_kinds[] = {
    {.variant = {"digits", "28x28 handwritten digits that ship with netc", named_options, COUNT_OF(named_options),
                 NULL},
     .bytes = true,
     .rank = 3,
     .dim = {1, 28, 28},
     .classes = 10},
    {.variant = {"mnist", "MNIST: 60,000 + 10,000 handwritten digits", named_options, COUNT_OF(named_options), NULL},
     .bytes = true,
     .rank = 3,
     .dim = {1, 28, 28},
     .classes = 10},
    {.variant = {"fashion_mnist", "Fashion-MNIST: 60,000 + 10,000 pictures of clothes", NULL, 0, NULL},
     .bytes = true,
     .rank = 3,
     .dim = {1, 28, 28},
     .classes = 10},
    [DATA_CIFAR10] = {.variant = {"cifar10", "CIFAR-10: 50,000 + 10,000 small photographs", NULL, 0, NULL},
                      .bytes = true,
                      .rank = 3,
                      .dim = {3, 32, 32},
                      .classes = 10},
    [DATA_IDX] = {.variant = {"idx", "files in MNIST's format", idx_options, COUNT_OF(idx_options), idx_check},
                  .bytes = true,
                  .x = "images",
                  .y = "labels",
                  .test = "test_images"},
    [DATA_NPY] = {.variant = {"npy", "arrays that NumPy has saved", npy_options, COUNT_OF(npy_options), npy_check},
                  .x = "x",
                  .y = "y",
                  .test = "test_x"},
    [DATA_CSV] = {.variant = {"csv", "tables of numbers, with classes or values", csv_options, COUNT_OF(csv_options),
                              csv_check},
                  .lists = true,
                  .x = "train",
                  .y = "target",
                  .test = "test"},
    [DATA_IMAGES] = {.variant = {"images", "PNG and JPEG pictures, in one folder a class", images_options,
                                 COUNT_OF(images_options), NULL},
                     .bytes = true,
                     .x = "train",
                     .test = "test"},
};
const size_t data_kind_count = COUNT_OF(data_kinds);

const char *const data_words[] = {"digits",
                                  "mnist",
                                  "fashion_mnist",
                                  [DATA_CIFAR10] = "cifar10",
                                  [DATA_IDX] = "idx",
                                  [DATA_NPY] = "npy",
                                  [DATA_CSV] = "csv",
                                  [DATA_IMAGES] = "images",
                                  NULL};

const DataKind *data_kind_find(const char *name) {
    for (size_t i = 0; i < data_kind_count; i++) {
        if (string_is(data_kinds[i].variant.name, name)) return &data_kinds[i];
    }
    return NULL;
}
