#include "compiler/model/targets.h"

#include "compiler/model/stored.h"

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

/* A statistic of the last layer; weights files have it among their metadata under the name `kept`, if that is given. */
static void store_statistic(Arena *arena, Model *model, const char *part, int64_t count, Recipe recipe, bool kept) {
    Layer *last = model->layers.at[model->layers.count - 1];
    Stored *stored = layer_store(arena, last, part, STORED_STATISTIC, 1, &count, recipe);
    stored->kept = kept ? part : NULL;
    stored->metadata = kept;
}

void settings_store(Arena *arena, Model *model) {
    const OptionValue *weights = settings_option(&model->settings, "cost", CLASS_WEIGHTS);
    int64_t classes = model_classes(model), targets = model->settings.target_scaled ? model_targets(model) : 0;
    if (model->purpose != PURPOSE_USE && weights && weights->choice != 0 && classes > 0) {
        Recipe recipe = {.kind = weights->flag ? RECIPE_DATA : RECIPE_VALUES,
                         .statistic = STATISTIC_BALANCE,
                         .values = weights->numbers};
        store_statistic(arena, model, CLASS_WEIGHTS, classes, recipe, false);
    }
    if (targets > 0) {
        Recipe mean = {.kind = RECIPE_DATA, .statistic = STATISTIC_TARGET_MEAN};
        Recipe deviation = {.kind = RECIPE_DATA, .statistic = STATISTIC_TARGET_DEVIATION};
        store_statistic(arena, model, TARGET_MEAN, targets, mean, true);
        store_statistic(arena, model, TARGET_STD, targets, deviation, true);
    }
}
