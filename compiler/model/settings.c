#include "compiler/model/settings.h"

#include <math.h>
#include <string.h>

#include "compiler/model/augment.h"
#include "compiler/model/average.h"
#include "compiler/model/layer.h"
#include "compiler/model/logs.h"
#include "compiler/model/optimizer.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/targets.h"

#define MAX_COUNT 9007199254740992.0 /* 2^53: what a double counts exactly */

/* ---- data ---- */

static const Variant *data_variant(size_t place) { return place < data_kind_count ? &data_kinds[place].variant : NULL; }

static const OptionSpec data_options[] = {
    {.name = "set",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .words = data_words,
     .doc = "a data set that netc knows, or a form of files",
     .example = "data mnist"},
};

static bool data_apply(SettingContext *context) {
    Settings *settings = context->settings;
    settings->data_kind = context->option[0].word;
    return true;
}

/* ---- split ---- */

enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_ORDER, SPLIT_SEED, SPLIT_OPTIONS };

static const char *const split_orders[] = {"file", "shuffled", NULL};

static const OptionSpec split_options[SPLIT_OPTIONS] = {
    [SPLIT_TRAIN] = {.name = "train",
                     .type = OPTION_COUNT,
                     .doc = "examples to train with; without it all that are left"},
    [SPLIT_VALIDATION] = {.name = "validation",
                          .type = OPTION_COUNT,
                          .doc = "held-out examples, evaluated after each epoch",
                          .example = "validation=0.1"},
    [SPLIT_TEST] = {.name = "test",
                    .type = OPTION_COUNT,
                    .doc = "examples for the final figure",
                    .example = "test=0.1"},
    [SPLIT_ORDER] = {.name = "order",
                     .type = OPTION_WORD,
                     .words = split_orders,
                     .doc = "file: parts are cut from it in its order; shuffled: they are drawn, each with the shares "
                            "of the classes; of named sets and idx it is file, of all else shuffled"},
    [SPLIT_SEED] = {.name = "seed",
                    .type = OPTION_INTEGER,
                    .low = 0,
                    .high = MAX_COUNT,
                    .standard = "1",
                    .doc = "which parts are drawn"},
};

static bool split_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    Settings *settings = context->settings;
    settings->split_train = option[SPLIT_TRAIN].real;
    settings->split_validation = option[SPLIT_VALIDATION].real;
    settings->split_test = option[SPLIT_TEST].real;
    settings->split_order = option[SPLIT_ORDER].word;
    settings->split_seed = option[SPLIT_SEED].integer;
    if (option[SPLIT_TRAIN].given && settings->split_train == 0) {
        diag_report(context->diags, option[SPLIT_TRAIN].at, "bad-value", "train of split must not be 0");
        return false;
    }
    return true;
}

/* ---- target, cost ---- */

static const OptionSpec target_options[] = {
    {.name = "kind",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .words = target_words,
     .doc = "what an output is compared with",
     .example = "target class",
     .trainer = {.name = "target"}},
};

static const Variant *target_variant(size_t place) { return place < TARGETS ? &target_kinds[place].variant : NULL; }

static bool target_apply(SettingContext *context) {
    context->settings->target = (TargetName)context->option[0].choice;
    context->settings->target_scaled = false;
    return true;
}

static const char *const weight_words[] = {"none", "balanced", NULL};

static const OptionSpec cost_options[] = {
    {.name = "function",
     .type = OPTION_WORD,
     .positional = true,
     .words = cost_names,
     .called = "huber",
     .called_alone = 1,
     .doc = "summed over the outputs, averaged over the batch",
     .example = "cost cross_entropy",
     .trainer = {.name = "cost"}},
    {.name = CLASS_WEIGHTS,
     .type = OPTION_NUMBERS,
     .low = 0,
     .high = INFINITY,
     .standard = "none",
     .words = weight_words,
     .doc = "what an example's cost is multiplied by in training, a number a class; balanced: n / (K * examples of the "
            "class), of n examples and K classes",
     .example = "class_weights=balanced",
     .trainer = {.name = CLASS_WEIGHTS}},
};

static bool cost_apply(SettingContext *context) {
    if (!context->option[0].given) return true; /* settings_agree chooses it */
    context->settings->cost = (Cost)context->option[0].choice;
    context->settings->huber = context->option[0].real;
    return true;
}

static const OptionSpec smoothing_options[] = {
    {.name = "share",
     .type = OPTION_REAL,
     .positional = true,
     .required = true,
     .low = 0,
     .high = 1,
     .high_open = true,
     .doc =
         "s: in training an output y of 0 or 1 should be (1 - s) y + s / K, of K softmax outputs, or K = 2 of sigmoid",
     .example = "label_smoothing 0.1",
     .trainer = {.name = LABEL_SMOOTHING, .flag = "label-smoothing", .argument = "S"}},
};

/* ---- optimizer ---- */

static const OptionSpec optimizer_options[] = {
    {.name = "method",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .words = optimizer_words,
     .doc = "how weights follow their gradient",
     .example = "optimizer sgd rate=0.1",
     .trainer = {.name = "optimizer"}},
};

static const Variant *optimizer_variant(size_t place) { return optimizers[place] ? &optimizers[place]->variant : NULL; }

static bool optimizer_apply(SettingContext *context) {
    context->settings->optimizer = optimizers[context->option[0].choice];
    return true;
}

/* ---- schedule ---- */

static const OptionSpec schedule_options[] = {
    {.name = "form",
     .type = OPTION_WORD,
     .positional = true,
     .required = true,
     .standard = "constant",
     .words = schedule_words,
     .doc = "how the learning rate changes; lengths are in epochs, and may be fractions",
     .example = "schedule cosine",
     .trainer = {.name = "schedule"}},
};

static bool schedule_apply(SettingContext *context) {
    context->settings->schedule = &schedule_kinds[context->option[0].choice];
    return true;
}

/* ---- batch, epochs, stop, seed ---- */

static const char *const batch_words[] = {"full", NULL};

static const OptionSpec batch_options[] = {
    {.name = "size",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 1,
     .high = 1e9,
     .words = batch_words,
     .doc = "examples a step; full: the whole training part",
     .example = "batch 10",
     .trainer = {.name = "batch", .flag = "batch", .argument = "N|full"}},
};

static const OptionSpec epochs_options[] = {
    {.name = "count",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 0,
     .high = 1e9,
     .doc = "passes over the training part; 0 writes the initial weights",
     .example = "epochs 30",
     .trainer = {.name = "epochs", .flag = "epochs", .argument = "N", .changes = "freely"}},
};

static const char *const never_words[] = {"never", NULL};
static const char *const monitor_words[] = {"accuracy", "cost", "rmse", "mae", "r2", "exact", "f1", NULL};

static const OptionSpec stop_options[] = {
    {.name = "patience",
     .type = OPTION_INTEGER,
     .required = true,
     .low = 1,
     .high = 1e9,
     .words = never_words,
     .doc = "epochs to wait for a better figure on the validation part before training ends",
     .example = "stop patience=5",
     .trainer = {.name = "patience", .flag = "patience", .argument = "N|never", .changes = "freely"}},
    {.name = "monitor",
     .type = OPTION_WORD,
     .standard = "accuracy",
     .words = monitor_words,
     .doc = "which figure: accuracy (without classes what the target is judged by, the RMSE), the cost without its "
            "penalty, or another one that is reported",
     .trainer = {.name = "monitor"}},
};

static const OptionSpec seed_options[] = {
    {.name = "number",
     .type = OPTION_INTEGER,
     .positional = true,
     .required = true,
     .low = 0,
     .high = MAX_COUNT,
     .doc = "settles initial weights, order and all else that is random",
     .example = "seed 1",
     .trainer = {.name = "seed", .flag = "seed", .argument = "S"}},
};

/* ---- regularize ---- */

#define DECAY "weight_decay = l2 / n"

static const OptionSpec regularize_options[] = {
    {.name = "l2",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .doc = "lambda of lambda/(2n) * sum of w^2; n: examples in an epoch",
     .example = "l2=5",
     .trainer = {.name = "l2", .flag = "l2", .argument = "L"},
     .same = DECAY},
    {.name = "l1",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .doc = "lambda of lambda/n * sum of |w|",
     .trainer = {.name = "l1", .flag = "l1", .argument = "L"}},
    {.name = "weight_decay",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .doc = "lambda/n of l2, given as one number",
     .trainer = {.name = "weight_decay", .flag = "weight-decay", .argument = "D"},
     .same = DECAY},
    {.name = "max_norm",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .low_open = true,
     .doc = "after a step the weights of a unit or map, taken together, have at most this norm",
     .example = "max_norm=3",
     .trainer = {.name = "max_norm", .flag = "max-norm", .argument = "C"}},
};

/* ---- clip ---- */

#define BOUND "one bound on the gradient"

static const OptionSpec clip_options[] = {
    {.name = "norm",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .low_open = true,
     .doc = "a gradient of all that is trained, taken together, of a larger norm is made this long",
     .example = "norm=1",
     .trainer = {.name = "clip_norm", .flag = "clip-norm", .argument = "C"},
     .same = BOUND},
    {.name = "value",
     .type = OPTION_REAL,
     .low = 0,
     .high = INFINITY,
     .low_open = true,
     .doc = "each number of the gradient is at most this large, and at least its negative",
     .example = "value=1",
     .trainer = {.name = "clip_value", .flag = "clip-value", .argument = "C"},
     .same = BOUND},
};

/* ---- average ---- */

static const OptionSpec average_options[] = {
    {.name = "decay",
     .type = OPTION_REAL,
     .required = true,
     .low = 0,
     .high = 1,
     .high_open = true,
     .doc = "the share of the average that a step keeps; less in the first steps",
     .example = "average decay=0.99",
     .trainer = {.name = AVERAGE_DECAY, .flag = "average-decay", .argument = "D"}},
};

/* ---- ensemble ---- */

enum { ENSEMBLE_COUNT, ENSEMBLE_COMBINE, ENSEMBLE_OPTIONS };

static const char *const single_words[] = {"none", NULL};
static const char *const combine_words[] = {"mean", "vote", NULL};

static const OptionSpec ensemble_options[ENSEMBLE_OPTIONS] = {
    [ENSEMBLE_COUNT] = {.name = "count",
                        .type = OPTION_INTEGER,
                        .positional = true,
                        .required = true,
                        .low = 1,
                        .high = ENSEMBLE_MOST,
                        .words = single_words,
                        .doc = "how many networks; their seeds are seed, seed + 1 and so on; none: one by itself",
                        .example = "ensemble 5",
                        .trainer = {.name = ENSEMBLE, .changes = "freely"}},
    [ENSEMBLE_COMBINE] = {.name = "combine",
                          .type = OPTION_WORD,
                          .standard = "mean",
                          .words = combine_words,
                          .doc = "mean: of their outputs; vote: the share of the networks that are for a class",
                          .example = "combine=vote",
                          .trainer = {.name = "combine", .changes = "freely"}},
};

static bool ensemble_apply(SettingContext *context) {
    const OptionValue *option = context->option;
    context->settings->members = option[ENSEMBLE_COUNT].flag ? 1 : option[ENSEMBLE_COUNT].integer;
    context->settings->votes = option[ENSEMBLE_COMBINE].choice == 1;
    return true;
}

/* ---- the table ---- */

#define OPTIONS(table) .options = (table), .option_count = COUNT_OF(table)

const SettingKind setting_kinds[] = {
    {.name = "data",
     .doc = "what to learn from",
     .standard = "data digits",
     OPTIONS(data_options),
     .variant = data_variant,
     .apply = data_apply},
    {.name = "split",
     .doc = "the training, validation and test parts, as counts or fractions",
     OPTIONS(split_options),
     .some = true,
     .apply = split_apply},
    {.name = "augment",
     .doc =
         "what training makes of pictures, afresh in each epoch: each amount is drawn from 0 to its limit, either way; "
         "off by itself",
     OPTIONS(augment_options),
     .some = true,
     .apply = augment_apply},
    {.name = "target",
     .doc = "what the outputs should be",
     .standard = "target class",
     OPTIONS(target_options),
     .variant = target_variant,
     .apply = target_apply},
    {.name = "cost",
     .doc = "what is minimised; by itself the one that suits the last activation",
     OPTIONS(cost_options),
     .some = true,
     .apply = cost_apply},
    {.name = "optimizer",
     .doc = "how a step is made",
     .standard = "optimizer sgd",
     OPTIONS(optimizer_options),
     .variant = optimizer_variant,
     .apply = optimizer_apply},
    {.name = "schedule",
     .doc = "how the learning rate changes over the training; by itself it stays",
     OPTIONS(schedule_options),
     .variant = schedule_variant,
     .apply = schedule_apply},
    {.name = "regularize",
     .doc = "a penalty on large weights of conv and dense, or a bound",
     OPTIONS(regularize_options),
     .some = true},
    {.name = "clip",
     .doc = "a bound on the gradient of the data, before the penalty; off by itself",
     OPTIONS(clip_options),
     .some = true},
    {.name = "label_smoothing",
     .doc = "what is learned of a class is less than certain; off by itself",
     OPTIONS(smoothing_options)},
    {.name = "average",
     .doc = "a moving average of the weights is what is scored and saved; off by itself",
     OPTIONS(average_options)},
    {.name = "batch", .doc = "examples a step", .standard = "batch 64", OPTIONS(batch_options)},
    {.name = "epochs", .doc = "passes over the training part", .standard = "epochs 10", OPTIONS(epochs_options)},
    {.name = "stop",
     .doc = "ends training when the validation part no longer gains; off by itself",
     OPTIONS(stop_options)},
    {.name = "ensemble",
     .doc = "several networks, trained one after the other, that answer together; one by itself",
     OPTIONS(ensemble_options),
     .apply = ensemble_apply},
    {.name = "seed", .doc = "where all randomness comes from", .standard = "seed 1", OPTIONS(seed_options)},
    {.name = "log",
     .doc = "what is written down while training; subjects with an every= of their own take a line each",
     OPTIONS(log_options),
     .several = true,
     .apply = log_apply},
};
const size_t setting_kind_count = COUNT_OF(setting_kinds);

const SettingKind *setting_kind_find(const char *name) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, name)) return &setting_kinds[i];
    }
    return NULL;
}

void settings_new(Arena *arena, Settings *settings) {
    settings->at = NEW_ARRAY(arena, Setting, setting_kind_count + NET_SUBJECTS);
    settings->log = settings->at + setting_kind_count;
}

const OptionValue *settings_option(const Settings *settings, const char *name, const char *option) {
    const SettingKind *kind = setting_kind_find(name);
    if (!kind) BUG("no setting '%s'", name);
    const Setting *setting = &settings->at[kind - setting_kinds];
    for (size_t i = 0; option && i < option_count(&setting->owner); i++) {
        if (string_is(option_at(&setting->owner, i)->name, option) && setting->values[i].given)
            return &setting->values[i];
    }
    return NULL;
}

bool word_begins_statement(const char *word) { return setting_kind_find(word) || layer_kind_find(word); }

/* ---- what trainers know ---- */

/* Whether the row that another setting's word has chosen brings an option of that name. */
static bool is_replaced(const Settings *settings, const Setting *setting, const char *name) {
    for (const Setting *other = settings->at; other < settings->at + setting_kind_count; other++) {
        for (size_t i = 0; other != setting && i < other->owner.common_count; i++) {
            if (string_is(other->owner.common[i].trainer.name, name)) return true;
        }
    }
    return false;
}

bool settings_next(const Settings *settings, TrainerSetting *at) {
    const Setting *setting = at->setting ? at->setting : settings->at;
    size_t next = at->setting ? (size_t)(at->value - setting->values) + 1 : 0;
    for (; setting < settings->at + setting_kind_count + NET_SUBJECTS; setting++, next = 0) {
        for (; next < option_count(&setting->owner); next++) {
            const OptionSpec *spec = option_at(&setting->owner, next);
            if (!spec->trainer.name || is_replaced(settings, setting, spec->trainer.name)) continue;
            *at = (TrainerSetting){setting, spec, &setting->values[next]};
            return true;
        }
    }
    return false;
}

double settings_number(const Settings *settings, const char *name) {
    for (TrainerSetting at = {0}; settings_next(settings, &at);) {
        if (string_is(at.spec->trainer.name, name)) return at.value->real;
    }
    BUG("no setting '%s'", name);
}

const char *settings_word(const Settings *settings, const char *name) {
    for (TrainerSetting at = {0}; settings_next(settings, &at);) {
        if (string_is(at.spec->trainer.name, name) && at.value->word) return at.value->word;
    }
    BUG("no word '%s'", name);
}

static const OptionSpec *flag_of(const OptionSpec *options, size_t count, size_t *place) {
    for (size_t i = 0; i < count; i++) {
        if (options[i].trainer.name && options[i].trainer.flag && (*place)-- == 0) return &options[i];
    }
    return NULL;
}

static bool has_name(const OptionSpec *options, size_t count, const char *name) {
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) found = string_is(options[i].trainer.name, name);
    return found;
}

bool settings_of_logs(const char *name) {
    const SettingKind *log = setting_kind_find("log");
    bool found = has_name(log->options, log->option_count, name);
    for (size_t i = 0; i < NET_SUBJECTS && !found; i++) {
        const OptionOwner owner = log_owner((NetSubjectName)i);
        found = has_name(owner.options, owner.count, name);
    }
    return found;
}

const OptionSpec *settings_flagged(size_t place) {
    const OptionSpec *found = NULL;
    for (size_t i = 0; i < setting_kind_count && !found; i++) {
        const SettingKind *kind = &setting_kinds[i];
        found = flag_of(kind->options, kind->option_count, &place);
        const Variant *variant;
        for (size_t v = 0; kind->variant && !found && (variant = kind->variant(v)); v++)
            found = flag_of(variant->options, variant->option_count, &place);
    }
    for (size_t i = 0; i < NET_SUBJECTS && !found; i++) {
        const OptionOwner owner = log_owner((NetSubjectName)i);
        found = flag_of(owner.options, owner.count, &place);
    }
    return found;
}

const OptionSpec *settings_flag(size_t place) {
    const OptionSpec *spec;
    for (size_t i = 0; (spec = settings_flagged(i)); i++) {
        bool again = false;
        for (size_t k = 0; k < i && !again; k++) {
            const OptionSpec *before = settings_flagged(k);
            again = string_is(before->trainer.flag, spec->trainer.flag) && string_is(before->doc, spec->doc);
        }
        if (!again && place-- == 0) return spec;
    }
    return NULL;
}
