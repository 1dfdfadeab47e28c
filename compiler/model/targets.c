#include "compiler/model/targets.h"

static const OptionSpec values_options[] = {
    {.name = "scale",
     .type = OPTION_BOOL,
     .standard = "false",
     .doc = "the network gives (number - mean) / deviation, of the training part; undone wherever it is used",
     .trainer = {.name = "target_scale"}},
};

static bool values_check(SettingContext *context) {
    context->settings->target_scaled = context->option[1].flag; /* behind the word */
    return true;
}

const TargetKind target_kinds[TARGETS] = {
    [TARGET_CLASS] = {.variant = {"class", "the label, as an index", NULL, 0, NULL},
                      .learns = "classes",
                      .reads = READS_LABEL,
                      .scores = SCORES_CLASS,
                      .measure = "accuracy"},
    [TARGET_VALUES] = {.variant = {"values", "numbers, one an output", values_options, COUNT_OF(values_options),
                                   values_check},
                       .learns = "numbers",
                       .reads = READS_NUMBERS,
                       .scores = SCORES_SHARES,
                       .measure = "rmse"},
    [TARGET_LABELS] = {.variant = {"labels", "several answers, each 0 or 1, one an output", NULL, 0, NULL},
                       .learns = "several labels",
                       .reads = READS_NUMBERS,
                       .scores = SCORES_LABELS,
                       .measure = "accuracy",
                       .needs = "sigmoid"},
    [TARGET_INPUT] = {.variant = {"input", "the input itself (an autoencoder)", NULL, 0, NULL},
                      .learns = "its input",
                      .reads = READS_INPUT,
                      .scores = SCORES_ERRORS,
                      .measure = "rmse"},
};

const char *const target_words[TARGETS + 1] = {
    [TARGET_CLASS] = "class", [TARGET_VALUES] = "values", [TARGET_LABELS] = "labels", [TARGET_INPUT] = "input"};

const CostKind cost_kinds[COSTS] = {
    [COST_QUADRATIC] =
        {.suits = {[TARGET_CLASS] = true, [TARGET_VALUES] = true, [TARGET_LABELS] = true, [TARGET_INPUT] = true}},
    [COST_CROSS_ENTROPY] = {.joint = true,
                            .suits = {[TARGET_CLASS] = true, [TARGET_LABELS] = true, [TARGET_INPUT] = true}},
    [COST_LOG_LIKELIHOOD] = {.joint = true, .suits = {[TARGET_CLASS] = true}},
    [COST_ABSOLUTE] = {.suits = {[TARGET_VALUES] = true, [TARGET_INPUT] = true}},
    [COST_HUBER] = {.suits = {[TARGET_VALUES] = true, [TARGET_INPUT] = true}},
};

const char *const cost_names[COSTS + 1] = {[COST_QUADRATIC] = "quadratic",
                                           [COST_CROSS_ENTROPY] = "cross_entropy",
                                           [COST_LOG_LIKELIHOOD] = "log_likelihood",
                                           [COST_ABSOLUTE] = "absolute",
                                           [COST_HUBER] = "huber"};
