/* See agree.h. */
#include <math.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/agree.h"
#include "compiler/model/augment.h"
#include "compiler/model/layer.h"
#include "compiler/model/linear.h"
#include "compiler/model/normalised.h"
#include "compiler/model/optimizer.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "compiler/model/targets.h"
#include "runtime/data/sets.h"

static void check_outputs(Scope *scope, const Model *model, const Layer *last) {
    int64_t outputs = shape_count(last->out);
    const ActivationKind *kind = last->activation.kind;
    const Settings *settings = &model->settings;
    const TargetKind *target = &target_kinds[settings->target];
    if (kind->across && outputs == 1) {
        Diag *diag = diag_report(scope->diags, last->at, "one-unit-softmax", "%s over one output ('%s') is always 1",
                                 kind->name, last->name);
        int64_t classes = agree_classes(model);
        if (target->reads != READS_LABEL)
            diag_help(scope->diags, diag, "write activation=%s: target %s learns %s",
                      target->needs ? target->needs : "linear", target->variant.name, target->learns);
        else
            diag_help(scope->diags, diag, "%s",
                      classes > 0 ? agree_class_help(scope, last, classes)
                                  : "use sigmoid with cross_entropy for two classes, else one output a class");
        return;
    }
    const AstStmt *said = agree_line(model, "target");
    if (target->needs && !string_is(target->needs, kind->name)) {
        Diag *diag = diag_report(scope->diags, last->at, "target-mismatch",
                                 "target %s needs %s outputs, the last layer ('%s') is %s", target->variant.name,
                                 target->needs, last->name, kind->name);
        diag_help(scope->diags, diag, "write activation=%s: each output is an answer of its own", target->needs);
    } else if (settings->target_scaled && !activation_is_linear(last->activation)) {
        Diag *diag = diag_report(scope->diags, agree_place(said, last), "target-mismatch",
                                 "scale=true needs linear outputs, the last layer ('%s') is %s: it could not give all "
                                 "that (number - mean) / deviation may be",
                                 last->name, kind->name);
        diag_help(scope->diags, diag, "write activation=linear, or leave scale=true out");
    } else if (target->reads == READS_INPUT) {
        int64_t inputs = shape_count(model->layers.at[0]->out);
        if (inputs == outputs) return;
        Diag *diag = diag_report(scope->diags, agree_blamed(scope, said, agree_outputs_layer(last)), "target-mismatch",
                                 "target input needs as many outputs as inputs: '%s' gives %lld, the input has %lld",
                                 last->name, (long long)outputs, (long long)inputs);
        agree_note(scope, diag, said);
        if (kind->across) { /* which stands for classes */
            diag_help(scope->diags, diag,
                      "write 'target class' to learn the labels, or end with 'dense %lld activation=sigmoid'",
                      (long long)inputs);
        } else {
            diag_help(scope->diags, diag, "%s, or 'target class' to learn the labels",
                      agree_outputs_help(scope, last, inputs, "sigmoid"));
        }
    } else if (target->reads == READS_LABEL && outputs == 1 && kind->cost != COST_CROSS_ENTROPY) {
        Diag *diag = diag_report(scope->diags, last->at, "target-mismatch",
                                 "one %s output ('%s') cannot tell classes apart", kind->name, last->name);
        diag_help(scope->diags, diag, "give the last layer one output a class, or activation=sigmoid for two classes");
    }
}

/* The activation that a cost is computed together with; NULL: any will do. */
static const ActivationKind *activation_of(Cost cost) {
    for (size_t i = 0; i < activation_count && cost_kinds[cost].joint; i++) {
        if (activations[i].cost == cost) return &activations[i];
    }
    return NULL;
}

/* The cost of the last activation, where the target has it too. */
static Cost usual_cost(const Settings *settings, const ActivationKind *last) {
    return cost_kinds[last->cost].suits[settings->target] ? last->cost : COST_QUADRATIC;
}

const char *cost_that_suits(Arena *arena, const Model *model, const char *line, const char **replaced) {
    if (!model || model->layers.count == 0) return NULL;
    const ActivationKind *last = model->layers.at[model->layers.count - 1]->activation.kind;
    const char *word = line + strlen("cost ");
    size_t length = strcspn(word, " ");
    const char *function = arena_copy(arena, word, strcspn(word, " ("));
    int cost = 0;
    while (cost < COSTS && !string_is(cost_names[cost], function)) cost++;
    if (cost == COSTS) return NULL;                                                     /* only options are given */
    if (cost_kinds[cost].joint ? last->cost == (Cost)cost : !last->across) return NULL; /* for some target */
    *replaced = function;
    return arena_format(arena, "cost %s%s", cost_names[usual_cost(&model->settings, last)], word + length);
}

/* Whether a line says which function the cost is. */
static bool cost_is_said(const Model *model) { return agree_setting(&model->settings, "cost")->values[0].given; }

static void set_cost(Settings *settings, Cost cost) {
    Setting *setting = agree_setting(settings, "cost");
    setting->values[0].choice = (int)cost;
    setting->values[0].word = cost_names[cost];
    setting->on = true;
    settings->cost = cost;
}

/* Another cost as it is written in place of the line's, of which the weights stay. */
static const char *cost_line(Scope *scope, const Model *model, Cost cost) {
    const OptionValue *weights = settings_option(&model->settings, "cost", CLASS_WEIGHTS);
    size_t length;
    if (!weights || model->settings.target != TARGET_CLASS)
        return arena_format(scope->arena, "cost %s", cost_names[cost]);
    const char *text = source_slice(scope->diags->source, weights->at, &length);
    return arena_format(scope->arena, "cost %s " CLASS_WEIGHTS "=%.*s", cost_names[cost], (int)length, text);
}

static void check_cost(Scope *scope, Model *model, const Layer *last) {
    Settings *settings = &model->settings;
    const AstStmt *line = agree_line(model, "cost");
    const ActivationKind *kind = last->activation.kind;
    const char *target = target_kinds[settings->target].variant.name;
    if (!cost_is_said(model)) set_cost(settings, usual_cost(settings, kind));
    if (settings->target != TARGET_CLASS && kind->across) {
        diag_report(scope->diags, last->at, "cost-mismatch",
                    "%s outputs ('%s') stand for classes; with target %s use sigmoid or linear", kind->name, last->name,
                    target);
        return;
    }
    if (!cost_kinds[settings->cost].suits[settings->target]) {
        Diag *diag = diag_report(scope->diags, agree_place(line, last), "cost-mismatch",
                                 "cost %s does not suit target %s", cost_names[settings->cost], target);
        diag_help(scope->diags, diag, "write '%s'", cost_line(scope, model, usual_cost(settings, kind)));
        return;
    }
    const ActivationKind *needed = activation_of(settings->cost);
    if (needed && needed != kind) {
        const char *cost = cost_names[settings->cost];
        const char *usual = cost_line(scope, model, usual_cost(settings, kind));
        Diag *diag =
            diag_report(scope->diags, agree_place(line, last), "cost-mismatch",
                        "%s needs %s outputs, the last layer ('%s') is %s", cost, needed->name, last->name, kind->name);
        if (kind->across) /* as others call it */
            diag_help(scope->diags, diag,
                      "write '%s', the cross entropy of classes, or activation=%s, where each output is an answer "
                      "of its own",
                      usual, needed->name);
        else
            diag_help(scope->diags, diag, "write activation=%s (netc works on the weighted inputs themselves), or '%s'",
                      needed->name, usual);
    } else if (settings->cost == COST_QUADRATIC && kind->across) {
        Diag *diag = diag_report(scope->diags, agree_place(line, last), "cost-mismatch",
                                 "quadratic does not suit %s outputs ('%s')", kind->name, last->name);
        diag_help(scope->diags, diag, "write '%s'", cost_line(scope, model, kind->cost));
    }
}

/* Weights of classes, and shares of certainty, are of the outputs that stand for classes. */
static void check_training_cost(Scope *scope, const Model *model) {
    const Setting *smoothing = agree_setting(&model->settings, "label_smoothing");
    const Settings *settings = &model->settings;
    if (smoothing->on && !cost_kinds[settings->cost].joint) {
        diag_report(
            scope->diags, smoothing->line->at, "cost-mismatch",
            "label_smoothing needs softmax outputs, or sigmoid ones with cost cross_entropy; cost %s has no use "
            "for it",
            cost_names[settings->cost]);
    }
    const double share = smoothing->on ? settings_number(settings, LABEL_SMOOTHING) : 0;
    if (share > 0.5) {
        Diag *diag = diag_report(scope->diags, smoothing->line->at, "large-smoothing",
                                 "label_smoothing %s spreads %g %% of each answer over all classes",
                                 number_text(scope->arena, share), 100 * share);
        diag_help(scope->diags, diag, "write 'label_smoothing %s' if %s is the label's share",
                  number_text(scope->arena, 1 - share), number_text(scope->arena, share));
    }
    const OptionValue *weights = settings_option(settings, "cost", CLASS_WEIGHTS);
    if (!weights || weights->choice == 0) return; /* none */
    int64_t classes = model_classes(model);
    if (settings->target != TARGET_CLASS) {
        Diag *diag = diag_report(scope->diags, weights->at, "conflicting-options",
                                 "class_weights= needs classes; target %s has none",
                                 target_kinds[settings->target].variant.name);
        diag_help(scope->diags, diag, "write 'target class', or leave class_weights= out");
    } else if (!weights->flag && (int64_t)weights->number_count != classes) {
        diag_report(
            scope->diags, weights->at, "list-length",
            "class_weights has %zu number%s, the network has %lld classes; give one a class, or the word balanced",
            weights->number_count, weights->number_count == 1 ? "" : "s", (long long)classes);
    }
}

static int64_t settings_count(const Settings *settings, const char *name) {
    return (int64_t)settings_number(settings, name);
}

static void check_batch(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "batch");
    int64_t examples = model->purpose == PURPOSE_LOOK ? agree_rows(model) : 0; /* --batch and --data may differ */
    int64_t batch = settings_count(&model->settings, "batch");
    if (!line || examples == 0 || batch <= examples) return;
    Diag *diag = diag_report(scope->diags, line->at, "batch-size",
                             "batch %lld is more than the training part of %s has: %lld example%s", (long long)batch,
                             model->settings.data_kind, (long long)examples, examples == 1 ? "" : "s");
    diag_help(scope->diags, diag, "write 'batch full' for all of them in one step");
}

/* 80 and 20 are numbers of examples here, which nobody has so few of. */
static void check_percent(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "split");
    const Settings *settings = &model->settings;
    const double parts[] = {settings->split_train, settings->split_validation, settings->split_test};
    static const char *const names[] = {"train", "validation", "test"};
    double sum = 0;
    int given = 0;
    const char *shares = "split";
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i] <= 0) continue;
        if (parts[i] < 1) return;
        sum += parts[i];
        given++;
        shares = arena_format(scope->arena, "%s %s=%s", shares, names[i], number_text(scope->arena, parts[i] / 100));
    }
    int64_t examples = agree_examples(model);
    bool few =
        given == 1 && parts[1] >= 2 && parts[1] <= 50 && (double)examples > 100 * parts[1]; /* not one per cent */
    if (!line || !(few || (sum == 100 && given >= 2))) return;
    Diag *diag = few ? diag_report(scope->diags, line->at, "split-percent",
                                   "validation=%g is %g of the %lld examples of %s; shares are numbers below 1",
                                   parts[1], parts[1], (long long)examples + (long long)parts[1], settings->data_kind)
                     : diag_report(scope->diags, line->at, "split-percent",
                                   "the parts of split are 100 examples in all; shares are numbers below 1");
    diag_help(scope->diags, diag, "write '%s' if per cent is meant", shares);
}

/* The parts besides the one to train on leave it less than an example of each class. */
static void check_rest(Scope *scope, const Model *model, const AstStmt *line) {
    int64_t left = agree_examples(model), classes = agree_classes(model);
    if (left == 0 || left >= classes || model->settings.split_train > 0) return;
    Diag *diag = diag_report(scope->diags, line->at, "split-one",
                             "split leaves %lld example%s to train on, and %s has %lld classes", (long long)left,
                             left == 1 ? "" : "s", model->settings.data_kind, (long long)classes);
    diag_help(scope->diags, diag, "write 'split validation=0.1': a share fits any set");
}

/* 1 is one example here, and all of them to others. */
static void check_one(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "split");
    const Settings *settings = &model->settings;
    if (line) check_rest(scope, model, line);
    if (!line || (settings->split_train != 1 && settings->split_validation != 1)) return;
    bool train = settings->split_train == 1;
    Diag *diag = diag_report(scope->diags, line->at, "split-one", "%s=1 of split is one example, not all of them",
                             train ? "train" : "validation");
    double held = settings->split_validation;
    const char *share = number_text(scope->arena, held > 0 && held != 1 ? held : 0.1);
    diag_help(scope->diags, diag, "%swrite 'split validation=%s'",
              train ? "without train= all that are left are trained on: " : "", share);
}

/* The shares of train and test make a whole, but the test part is cut from a file of its own. */
static void check_unused(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "split");
    const Settings *settings = &model->settings;
    const NetDataSet *set = net_data_set(settings->data_kind);
    double train = settings->split_train, validation = settings->split_validation, test = settings->split_test;
    bool shares = train > 0 && train < 1 && validation < 1 && test > 0 && test < 1;
    if (!line || !shares || (!agree_has_test_file(settings) && !(set && set->test_count > 0))) return;
    if (fabs(train + validation + test - 1) > 1e-9) return;
    Diag *diag =
        diag_report(scope->diags, line->at, "split-unused",
                    "test=%g is a share of the test file, which is a file of its own; %g of the training file is "
                    "used by nothing",
                    test, 1 - train - validation);
    const char *held = number_text(scope->arena, validation > 0 ? validation : test);
    diag_help(scope->diags, diag, "write 'split validation=%s': the rest is trained on, the test file is all tested",
              held);
}

/* Bytes are 0 to 1 when mean and std see them: other programs' figures of 0 to 255 leave nothing of them. */
static void check_scale(Scope *scope, const Model *model) {
    const Layer *input = model->layers.at[0];
    static const char *const names[] = {"mean", "std"};
    const char *line = arena_format(scope->arena, "input %s", shape_text(scope->arena, input->out));
    bool bytes = false;
    Span at = input->at;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const OptionValue *value = &input->options[agree_option_place(input->kind, names[i])];
        if (!value->given || value->flag || value->number_count == 0) continue;
        const char *list = "";
        for (size_t k = 0; k < value->number_count; k++) {
            if (value->numbers[k] > 2) at = value->at;
            bytes = bytes || value->numbers[k] > 2;
            double share = round(value->numbers[k] / 255 * 10000) / 10000;
            list = arena_format(scope->arena, "%s%s%s", list, k ? ", " : "", number_text(scope->arena, share));
        }
        line = value->number_count > 1 ? arena_format(scope->arena, "%s %s=[%s]", line, names[i], list)
                                       : arena_format(scope->arena, "%s %s=%s", line, names[i], list);
    }
    if (!bytes || !net_data_set(model->settings.data_kind)) return;
    Diag *diag = diag_report(scope->diags, at, "input-scale",
                             "the bytes of %s are divided by 255 before mean= and std= see them: they are 0 to 1",
                             model->settings.data_kind);
    diag_help(scope->diags, diag, "write '%s'", line);
}

/* A trainer says it of the data that it really has. */
static void check_probe(Scope *scope, Model *model) {
    Settings *settings = &model->settings;
    if (!settings_agree_probe(scope->diags, settings) || model->purpose != PURPOSE_LOOK) return;
    int64_t examples = agree_examples(model), probe = settings_probe(settings);
    const AstStmt *line = NULL;
    for (size_t i = 0; i < NET_SUBJECTS && !line; i++) {
        LogSubject log = settings_log(settings, (NetSubjectName)i);
        if (log.asks) line = log.line;
    }
    if (examples == 0 || probe <= examples || !line) return;
    Diag *diag = diag_report(scope->diags, line->at, "probe-size",
                             "probe=%lld is more than the training part of %s has: %lld examples", (long long)probe,
                             settings->data_kind, (long long)examples);
    diag_help(scope->diags, diag, "write probe=%lld for all of them", (long long)examples);
}

/* What an epoch is better by: a figure that the target reports. `accuracy` is what it is judged by. */
static void check_monitor(Scope *scope, Model *model) {
    static const char *const reported[TARGETS] = {[TARGET_CLASS] = "accuracy, cost",
                                                  [TARGET_VALUES] = "rmse, mae, r2, cost",
                                                  [TARGET_LABELS] = "accuracy, exact, f1, cost",
                                                  [TARGET_INPUT] = "rmse, mae, cost"};
    const TargetKind *target = &target_kinds[model->settings.target];
    OptionValue *value = agree_option(agree_setting(&model->settings, "stop"), "monitor");
    if (string_is(value->word, "accuracy")) value->word = target->measure;
    const char *figures = reported[model->settings.target], *at = strstr(figures, value->word);
    size_t length = strlen(value->word);
    if (at && (at == figures || at[-1] == ' ') && (at[length] == ',' || !at[length])) return;
    Diag *diag = diag_report(scope->diags, value->at, "unknown-word", "target %s reports no %s", target->variant.name,
                             value->word);
    diag_help(scope->diags, diag, "it reports %s", figures);
}

/* The test set never chooses anything, so what waits for a gain takes a validation part. */
static void check_validation(Scope *scope, const Model *model) {
    const Settings *settings = &model->settings;
    bool stops = settings_number(settings, "patience") != 0, cuts = settings->schedule && settings->schedule->patience;
    if ((!stops && !cuts) || settings->split_validation > 0) return;
    const char *what = stops ? "stop" : arena_format(scope->arena, "schedule %s", settings->schedule->variant.name);
    Diag *diag = diag_report(scope->diags, agree_line(model, stops ? "stop" : "schedule")->at, "needs-validation",
                             "%s needs a validation part (choosing by test results is not offered)", what);
    diag_help(scope->diags, diag, "%s",
              agree_line(model, "split") ? "add validation=0.1 to the line of split" : "add 'split validation=0.1'");
}

/* The sum of squares is divided by the number of examples, in the books that call it l2; Keras and Caffe do not. */
static void check_penalty(Scope *scope, const Model *model) {
    enum { MANY_EXAMPLES = 1000 };
    const Setting *setting = agree_setting(&model->settings, "regularize");
    const AstStmt *line = agree_line(model, "regularize");
    int64_t examples = agree_rows(model);
    double l2 = settings_number(&model->settings, "l2");
    if (!line || l2 <= 0 || l2 >= LEAST_L2 || examples < MANY_EXAMPLES) return;
    const char *text = "regularize";
    for (size_t i = 0; i < option_count(&setting->owner); i++) {
        const OptionSpec *spec = option_at(&setting->owner, i);
        const OptionValue *value = &setting->values[i];
        if (value->real == 0) continue;
        text = arena_format(scope->arena, "%s %s=%s", text, string_is(spec->name, "l2") ? "weight_decay" : spec->name,
                            number_text(scope->arena, value->real));
    }
    Diag *diag = diag_report(scope->diags, line->at, "idle-l2",
                             "l2=%s is divided by the number of examples, %lld: that is next to nothing",
                             number_text(scope->arena, l2), (long long)examples);
    diag_help(scope->diags, diag, "write '%s', which is not divided", text);
}

/* An optimiser that takes a share of the weights itself: what l2 and weight_decay of regularize do as well. */
static void check_decay(Scope *scope, const Model *model) {
    const Optimizer *optimizer = model->settings.optimizer;
    const Setting *setting = agree_setting(&model->settings, "regularize");
    const char *name = optimizer->variant.name;
    for (size_t i = 0; optimizer->decay && i < option_count(&setting->owner); i++) {
        const OptionSpec *spec = option_at(&setting->owner, i);
        bool squares = string_is(spec->name, "l2") || string_is(spec->name, "weight_decay");
        if (!squares || setting->values[i].real == 0) continue;
        bool same = string_is(spec->name, optimizer->decay);
        double share = same ? setting->values[i].real : settings_number(&model->settings, optimizer->decay);
        Diag *diag = diag_report(scope->diags, setting->values[i].at, "double-decay",
                                 "%s is given in regularize and %s%sin %s; keep one", spec->name,
                                 same ? "" : optimizer->decay, same ? "" : " ", name);
        diag_help(scope->diags, diag, "leave it out here; 'optimizer %s %s=%s' says how much", name, optimizer->decay,
                  number_text(scope->arena, share));
    }
}

/* Numbers have a mean, and no majority. */
static void check_votes(Scope *scope, const Model *model) {
    TargetName target = model->settings.target;
    if (!model->settings.votes || target == TARGET_CLASS || target == TARGET_LABELS) return;
    const OptionValue *combine = settings_option(&model->settings, ENSEMBLE, "combine");
    Diag *diag = diag_report(scope->diags, combine->at, "conflicting-options",
                             "combine=vote needs classes; target %s has none", target_kinds[target].variant.name);
    diag_help(scope->diags, diag, "write combine=mean, or leave it out");
}

void settings_agree(Scope *scope, Model *model) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    size_t errors = scope->diags->errors;
    agree_target(scope, model);
    if (scope->diags->errors == errors) check_outputs(scope, model, last);
    if (scope->diags->errors == errors) check_cost(scope, model, last);
    if (scope->diags->errors == errors) model_check_linear(scope, model, cost_is_said(model));
    if (scope->diags->errors == errors) check_training_cost(scope, model);
    agree_data(scope, model, last, errors);
    agree_class_names(scope, model, last);
    agree_split(scope, model);
    augment_agree(scope, model);
    check_validation(scope, model);
    check_monitor(scope, model);
    check_votes(scope, model);
    check_decay(scope, model);
    check_probe(scope, model);
    model_check_normalised(model, agree_line(model, "batch"), scope->diags);
    if (scope->diags->errors > errors) return;
    size_t warnings = scope->diags->warnings;
    check_percent(scope, model);
    check_one(scope, model);
    check_unused(scope, model);
    if (scope->diags->warnings == warnings) check_batch(scope, model);
    agree_idle(scope, model);
    check_penalty(scope, model);
    if (agree_line(model, "data")) check_scale(scope, model);
}
