#include "compiler/model/settings.h"

#include <math.h>
#include <string.h>

#include "compiler/model/layer.h"
#include "compiler/model/vocabulary.h"

#define MAX_COUNT 9007199254740992.0 /* 2^53: what a double counts exactly */

/* ---- data ---- */

enum { DATA_IDX = 3 };

const DataKind data_kinds[] = {
    {"digits", "28x28 handwritten digits that ship with netc", false, 3, {1, 28, 28}, 10},
    {"mnist", "MNIST: 60,000 + 10,000 handwritten digits", false, 3, {1, 28, 28}, 10},
    {"fashion_mnist", "Fashion-MNIST: 60,000 + 10,000 pictures of clothes", false, 3, {1, 28, 28}, 10},
    [DATA_IDX] =
        {"idx", "files in MNIST's format, named by images= labels= test_images= test_labels=", true, 0, {0}, 0},
};
const size_t data_kind_count = COUNT_OF(data_kinds);

static const char *const data_words[] = {"digits", "mnist", "fashion_mnist", [DATA_IDX] = "idx", NULL};

const DataKind *data_kind_find(const char *name) {
    for (size_t i = 0; i < data_kind_count; i++) {
        if (string_is(data_kinds[i].name, name)) return &data_kinds[i];
    }
    return NULL;
}

enum { DATA_KIND, DATA_IMAGES, DATA_LABELS, DATA_TEST_IMAGES, DATA_TEST_LABELS, DATA_OPTIONS };

static const OptionSpec data_options[DATA_OPTIONS] = {
    [DATA_KIND] = {.name = "set",
                   .type = OPTION_WORD,
                   .positional = true,
                   .required = true,
                   .words = data_words,
                   .doc = "a data set that netc knows, or idx",
                   .example = "data mnist"},
    [DATA_IMAGES] = {.name = "images",
                     .type = OPTION_STRING,
                     .doc = "idx: the training images, a path from the .net file"},
    [DATA_LABELS] = {.name = "labels", .type = OPTION_STRING, .doc = "idx: their labels"},
    [DATA_TEST_IMAGES] = {.name = "test_images", .type = OPTION_STRING, .doc = "idx: the test images"},
    [DATA_TEST_LABELS] = {.name = "test_labels", .type = OPTION_STRING, .doc = "idx: their labels"},
};

static bool data_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    Settings *settings = context->settings;
    const DataKind *kind = data_kind_find(option[DATA_KIND].word);
    settings->data_kind = kind->name;
    settings->images = option[DATA_IMAGES].word;
    settings->labels = option[DATA_LABELS].word;
    settings->test_images = option[DATA_TEST_IMAGES].word;
    settings->test_labels = option[DATA_TEST_LABELS].word;
    for (int i = DATA_IMAGES; i <= DATA_TEST_LABELS && !kind->files; i++) {
        if (!option[i].given) continue;
        Diag *diag = diag_report(context->diags, option[i].at, "conflicting-options",
                                 "%s= names a file, but %s brings its own", data_options[i].name, kind->name);
        diag_help(context->diags, diag, "own files in MNIST's format are read by 'data idx'");
        return false;
    }
    if (kind->files && !settings->images) {
        diag_report(context->diags, context->at, "missing-option",
                    "data idx needs images=, for example images=\"train-images.gz\"");
        return false;
    }
    if (!settings->test_images != !settings->test_labels && settings->labels) {
        diag_report(context->diags, context->at, "missing-option", "test_images= and test_labels= belong together");
        return false;
    }
    return true;
}

/* ---- split ---- */

enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_OPTIONS };

static const OptionSpec split_options[SPLIT_OPTIONS] = {
    [SPLIT_TRAIN] = {.name = "train",
                     .type = OPTION_COUNT,
                     .doc = "examples to train with; without it all that are left"},
    [SPLIT_VALIDATION] = {.name = "validation",
                          .type = OPTION_COUNT,
                          .doc = "held-out examples, evaluated after each epoch",
                          .example = "validation=0.1"},
    [SPLIT_TEST] = {.name = "test", .type = OPTION_COUNT, .doc = "examples for the final figure"},
};

static bool split_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    Settings *settings = context->settings;
    settings->split_train = option[SPLIT_TRAIN].real;
    settings->split_validation = option[SPLIT_VALIDATION].real;
    settings->split_test = option[SPLIT_TEST].real;
    if (!option[SPLIT_TRAIN].given && !option[SPLIT_VALIDATION].given && !option[SPLIT_TEST].given) {
        diag_report(context->diags, context->at, "missing-option",
                    "split needs train=, validation= or test=, for example split validation=10000");
        return false;
    }
    if (option[SPLIT_TRAIN].given && settings->split_train == 0) {
        diag_report(context->diags, option[SPLIT_TRAIN].at, "bad-value", "train of split must not be 0");
        return false;
    }
    return true;
}

/* ---- target, cost ---- */

static const char *const target_words[] = {[TARGET_CLASS] = "class", [TARGET_INPUT] = "input", NULL};
const char *const cost_names[] = {[COST_QUADRATIC] = "quadratic",
                                  [COST_CROSS_ENTROPY] = "cross_entropy",
                                  [COST_LOG_LIKELIHOOD] = "log_likelihood",
                                  NULL};

static const OptionSpec target_options[] = {
    {.name = "kind",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .words = target_words,
     .doc = "class: the label, as an index; input: the input itself (an autoencoder)",
     .example = "target class"},
};

static bool target_apply(SettingContext *context) {
    context->settings->target = context->option[0].choice == TARGET_INPUT ? TARGET_INPUT : TARGET_CLASS;
    return true;
}

static const OptionSpec cost_options[] = {
    {.name = "function",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .words = cost_names,
     .doc = "summed over the outputs, averaged over the batch",
     .example = "cost cross_entropy"},
};

static bool cost_apply(SettingContext *context) {
    int choice = context->option[0].choice;
    context->settings->cost = choice == COST_QUADRATIC       ? COST_QUADRATIC
                              : choice == COST_CROSS_ENTROPY ? COST_CROSS_ENTROPY
                                                             : COST_LOG_LIKELIHOOD;
    return true;
}

/* ---- optimizer ---- */

enum { OPTIMIZER_METHOD, OPTIMIZER_RATE, OPTIMIZER_OPTIONS };

static const char *const optimizer_words[] = {"sgd", NULL};

static const OptionSpec optimizer_options[OPTIMIZER_OPTIONS] = {
    [OPTIMIZER_METHOD] = {.name = "method",
                          .type = OPTION_WORD,
                          .positional = true,
                          .required = true,
                          .words = optimizer_words,
                          .doc = "sgd: stochastic gradient descent, w <- w - rate * gradient",
                          .example = "optimizer sgd rate=0.1"},
    [OPTIMIZER_RATE] = {.name = "rate",
                        .type = OPTION_REAL,
                        .low = 0,
                        .high = INFINITY,
                        .low_open = true,
                        .standard = "0.1",
                        .doc = "the learning rate"},
};

static bool optimizer_apply(SettingContext *context) {
    context->settings->rate = context->option[OPTIMIZER_RATE].real;
    return true;
}

/* ---- batch, epochs, seed ---- */

static const char *const batch_words[] = {"full", NULL};

static const OptionSpec batch_options[] = {
    {.name = "size",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 1,
     .high = 1 << 30,
     .words = batch_words,
     .doc = "examples a step; `full`: the whole training part",
     .example = "batch 10"},
};

static bool batch_apply(SettingContext *context) {
    context->settings->batch = context->option[0].flag ? 0 : context->option[0].integer;
    return true;
}

static const OptionSpec epochs_options[] = {
    {.name = "count",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 0,
     .high = 1e9,
     .doc = "passes over the training part; 0 writes the initial weights",
     .example = "epochs 30"},
};

static bool epochs_apply(SettingContext *context) {
    context->settings->epochs = context->option[0].integer;
    return true;
}

static const OptionSpec seed_options[] = {
    {.name = "number",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 0,
     .high = MAX_COUNT,
     .doc = "settles initial weights, shuffling and dropout",
     .example = "seed 1"},
};

static bool seed_apply(SettingContext *context) {
    context->settings->seed = context->option[0].integer;
    return true;
}

/* ---- regularize ---- */

enum { REGULARIZE_L2, REGULARIZE_L1, REGULARIZE_WEIGHT_DECAY, REGULARIZE_OPTIONS };

static const OptionSpec regularize_options[REGULARIZE_OPTIONS] = {
    [REGULARIZE_L2] = {.name = "l2",
                       .type = OPTION_REAL,
                       .low = 0,
                       .high = INFINITY,
                       .doc = "lambda of lambda/(2n) * sum of w^2; n: examples in an epoch",
                       .example = "l2=5"},
    [REGULARIZE_L1] =
        {.name = "l1", .type = OPTION_REAL, .low = 0, .high = INFINITY, .doc = "lambda of lambda/n * sum of |w|"},
    [REGULARIZE_WEIGHT_DECAY] = {.name = "weight_decay",
                                 .type = OPTION_REAL,
                                 .low = 0,
                                 .high = INFINITY,
                                 .doc = "lambda/n of l2, given as one number"},
};

static bool regularize_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    Settings *settings = context->settings;
    settings->l2 = option[REGULARIZE_L2].real;
    settings->l1 = option[REGULARIZE_L1].real;
    settings->weight_decay = option[REGULARIZE_WEIGHT_DECAY].real;
    if (!option[REGULARIZE_L2].given && !option[REGULARIZE_L1].given && !option[REGULARIZE_WEIGHT_DECAY].given) {
        diag_report(context->diags, context->at, "missing-option",
                    "regularize needs l2=, l1= or weight_decay=, for example regularize l2=5.0");
        return false;
    }
    if (option[REGULARIZE_L2].given && option[REGULARIZE_WEIGHT_DECAY].given) {
        diag_report(context->diags, option[REGULARIZE_WEIGHT_DECAY].at, "conflicting-options",
                    "l2= and weight_decay= are the same penalty (weight_decay = l2 / n); keep one");
        return false;
    }
    return true;
}

/* ---- stop ---- */

enum { STOP_PATIENCE, STOP_MONITOR, STOP_OPTIONS };

static const char *const monitor_words[] = {[MONITOR_ACCURACY] = "accuracy", [MONITOR_COST] = "cost", NULL};

static const OptionSpec stop_options[STOP_OPTIONS] = {
    [STOP_PATIENCE] = {.name = "patience",
                       .type = OPTION_INTEGER,
                       .required = true,
                       .low = 1,
                       .high = 1e9,
                       .doc = "epochs to wait for a better figure on the validation part before training ends",
                       .example = "stop patience=5"},
    [STOP_MONITOR] = {.name = "monitor",
                      .type = OPTION_WORD,
                      .standard = "accuracy",
                      .words = monitor_words,
                      .doc = "which figure: accuracy (with target input the RMSE), or the cost without its penalty"},
};

static bool stop_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    context->settings->patience = option[STOP_PATIENCE].integer;
    context->settings->monitor = option[STOP_MONITOR].choice == MONITOR_COST ? MONITOR_COST : MONITOR_ACCURACY;
    return true;
}

/* ---- log ---- */

enum { LOG_WHAT, LOG_EVERY, LOG_PROBE, LOG_FORMATS, LOG_OPTIONS };
enum { LOG_GRADIENTS, LOG_WEIGHTS }; /* bits of LOG_WHAT */

static const char *const log_words[] = {[LOG_GRADIENTS] = "gradients", [LOG_WEIGHTS] = "weights", NULL};
static const char *const every_words[] = {"epoch", NULL};
static const char *const format_words[] = {"csv", NULL};

static const OptionSpec log_options[LOG_OPTIONS] = {
    [LOG_WHAT] = {.name = "subject",
                  .type = OPTION_WORDS,
                  .positional = true,
                  .required = true,
                  .words = log_words,
                  .doc = "gradients: each layer's speed of learning; weights: their distribution",
                  .example = "log gradients"},
    [LOG_EVERY] = {.name = "every",
                   .type = OPTION_EVERY,
                   .low = 1,
                   .high = 1e9,
                   .standard = "epoch",
                   .words = every_words,
                   .doc = "how often, in steps, or `epoch`"},
    [LOG_PROBE] = {.name = "probe",
                   .type = OPTION_INTEGER,
                   .low = 1,
                   .high = 1 << 30,
                   .doc = "gradients: also those of the first N training examples, as often as every= says"},
    [LOG_FORMATS] =
        {.name = "formats", .type = OPTION_WORDS, .standard = "[csv]", .words = format_words, .doc = "files to write"},
};

static bool log_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    Settings *settings = context->settings;
    settings->log_gradients = (option[LOG_WHAT].set >> LOG_GRADIENTS) & 1;
    settings->log_weights = (option[LOG_WHAT].set >> LOG_WEIGHTS) & 1;
    settings->log_every = option[LOG_EVERY].integer;
    settings->log_probe = option[LOG_PROBE].integer;
    if (option[LOG_PROBE].given && !settings->log_gradients) {
        diag_report(context->diags, option[LOG_PROBE].at, "conflicting-options",
                    "probe= measures gradients; write 'log gradients probe=%lld'", (long long)settings->log_probe);
        return false;
    }
    return true;
}

/* ---- the table ---- */

#define OPTIONS(table) .options = (table), .option_count = COUNT_OF(table)

const SettingKind setting_kinds[] = {
    {.name = "data",
     .doc = "what to learn from",
     .standard = "data digits",
     OPTIONS(data_options),
     .apply = data_apply},
    {.name = "split",
     .doc = "the training, validation and test parts, as counts or fractions",
     OPTIONS(split_options),
     .apply = split_apply},
    {.name = "target",
     .doc = "what the outputs should be",
     .standard = "target class",
     OPTIONS(target_options),
     .apply = target_apply},
    {.name = "cost",
     .doc = "what is minimised; by itself the one that suits the last activation",
     OPTIONS(cost_options),
     .apply = cost_apply},
    {.name = "optimizer",
     .doc = "how a step is made",
     .standard = "optimizer sgd",
     OPTIONS(optimizer_options),
     .apply = optimizer_apply},
    {.name = "batch", .doc = "examples a step", .standard = "batch 64", OPTIONS(batch_options), .apply = batch_apply},
    {.name = "epochs",
     .doc = "passes over the training part",
     .standard = "epochs 10",
     OPTIONS(epochs_options),
     .apply = epochs_apply},
    {.name = "stop",
     .doc = "ends training when the validation part no longer gains; off by itself",
     OPTIONS(stop_options),
     .apply = stop_apply},
    {.name = "regularize",
     .doc = "a penalty on large weights of conv and dense",
     OPTIONS(regularize_options),
     .apply = regularize_apply},
    {.name = "seed",
     .doc = "where all randomness comes from",
     .standard = "seed 1",
     OPTIONS(seed_options),
     .apply = seed_apply},
    {.name = "log", .doc = "what is written down while training", OPTIONS(log_options), .apply = log_apply},
};
const size_t setting_kind_count = COUNT_OF(setting_kinds);

const SettingKind *setting_kind_find(const char *name) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, name)) return &setting_kinds[i];
    }
    return NULL;
}

bool word_begins_statement(const char *word) { return setting_kind_find(word) || layer_kind_find(word); }
