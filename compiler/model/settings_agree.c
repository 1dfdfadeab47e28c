/* Do settings and network suit each other? Asked of a network without errors. */
#include <math.h>
#include <string.h>

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/linear.h"
#include "compiler/model/normalised.h"
#include "compiler/model/optimizer.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "runtime/data/sets.h"
#include "runtime/data/shape.h"
#include "runtime/data/split.h"

static Setting *setting_of(const Settings *settings, const char *name) {
    const SettingKind *kind = setting_kind_find(name);
    if (!kind) BUG("no setting '%s'", name);
    return &settings->at[kind - setting_kinds];
}

static const OptionValue *setting_option(const Setting *setting, const char *name) {
    for (size_t i = 0; i < option_count(&setting->owner); i++)
        if (string_is(option_at(&setting->owner, i)->name, name)) return &setting->values[i];
    BUG("%s has no option '%s'", setting->owner.name, name);
}

static const AstStmt *line_of(const Model *model, const char *name) { return setting_of(&model->settings, name)->line; }

static Span place_of(const AstStmt *line, const Layer *layer) { return line ? line->at : layer->at; }

/* Where a layer is reported that a line of the train block does not suit: at the layer, which the note says the line
 * of; a line of --set is to blame itself. */
static Span blamed_place(const Scope *scope, const AstStmt *line, const Layer *layer) {
    bool set = line && source_of(scope->diags->source, line->at.lo)->base > 0;
    return set ? line->at : layer->at;
}

static void note_line(Scope *scope, Diag *diag, const AstStmt *line) {
    if (!line || source_of(scope->diags->source, line->at.lo)->base > 0) return;
    uint32_t number, column;
    size_t length;
    const char *text = source_slice(scope->diags->source, line->at, &length);
    source_position(scope->diags->source, line->at.lo, &number, &column);
    diag_note(scope->diags, diag, "'%.*s' stands in line %u", (int)length, text, (unsigned)number);
}

static size_t option_place(const LayerKind *kind, const char *name) {
    size_t place = 0;
    while (place < kind->option_count && !string_is(kind->options[place].name, name)) place++;
    return place;
}

/* The layer that gives the last one its outputs: it has the number of what it reads, unless it has weights. */
static const Layer *layer_of_outputs(const Layer *last) {
    const Layer *layer = last;
    while (layer->from.count == 1 && !layer->kind->weighs) layer = layer->from.at[0];
    return layer->kind->weighs ? layer : last;
}

/* The line of the last layer with another number of outputs, where it is dense, and with the activation, where it says
 * none; else such a line to end with. */
static const char *outputs_help(Scope *scope, const Layer *last, int64_t outputs, const char *function) {
    const Layer *end = last;
    last = layer_of_outputs(last);
    size_t place = option_place(last->kind, "units"), length, taken;
    Span units = place < last->kind->option_count ? last->options[place].at : SPAN_NONE;
    if (units.lo < last->at.lo || units.hi > last->at.hi) {
        return arena_format(scope->arena, "end with 'dense %lld activation=%s'", (long long)outputs, function);
    }
    const char *line = source_slice(scope->diags->source, last->at, &length);
    const char *number = source_slice(scope->diags->source, units, &taken), *rest = number + taken;
    const char *text = arena_format(scope->arena, "%.*s%lld%.*s", (int)(number - line), line, (long long)outputs,
                                    (int)(line + length - rest), rest);
    size_t activation = option_place(last->kind, "activation");
    bool says = last != end || last->options[activation].given;
    return arena_format(scope->arena, "write '%s%s%s'", text, says ? "" : " activation=", says ? "" : function);
}

static const char *class_help(Scope *scope, const Layer *last, int64_t classes) {
    return arena_format(scope->arena, "one output a class: %s", outputs_help(scope, last, classes, "softmax"));
}

/* How many classes the data has that is named, or about to be learned; 0: that is not known. */
static int64_t known_classes(const Model *model) {
    const DataKind *kind = data_kind_find(model->settings.data_kind);
    bool named = line_of(model, "data") || model->purpose == PURPOSE_TRAIN;
    return named && model->purpose != PURPOSE_USE && model->settings.target == TARGET_CLASS ? kind->classes : 0;
}

static void check_outputs(Scope *scope, const Model *model, const Layer *last) {
    int64_t outputs = shape_count(last->out);
    const ActivationKind *kind = last->activation.kind;
    if (kind->across && outputs == 1) {
        Diag *diag = diag_report(scope->diags, last->at, "one-unit-softmax", "%s over one output ('%s') is always 1",
                                 kind->name, last->name);
        int64_t classes = known_classes(model);
        diag_help(scope->diags, diag, "%s",
                  classes > 0 ? class_help(scope, last, classes)
                              : "use sigmoid with cross_entropy for two classes, else one output a class");
        return;
    }
    if (model->settings.target == TARGET_INPUT) {
        int64_t inputs = shape_count(model->layers.at[0]->out);
        if (inputs == outputs) return;
        const AstStmt *line = line_of(model, "target");
        Diag *diag = diag_report(scope->diags, blamed_place(scope, line, layer_of_outputs(last)), "target-mismatch",
                                 "target input needs as many outputs as inputs: '%s' gives %lld, the input has %lld",
                                 last->name, (long long)outputs, (long long)inputs);
        note_line(scope, diag, line);
        if (kind->across) { /* which stands for classes */
            diag_help(scope->diags, diag,
                      "write 'target class' to learn the labels, or end with 'dense %lld activation=sigmoid'",
                      (long long)inputs);
        } else {
            diag_help(scope->diags, diag, "%s, or 'target class' to learn the labels",
                      outputs_help(scope, last, inputs, "sigmoid"));
        }
    } else if (outputs == 1 && kind->cost != COST_CROSS_ENTROPY) {
        Diag *diag = diag_report(scope->diags, last->at, "target-mismatch",
                                 "one %s output ('%s') cannot tell classes apart", kind->name, last->name);
        diag_help(scope->diags, diag, "give the last layer one output a class, or activation=sigmoid for two classes");
    }
}

const char *cost_that_suits(Arena *arena, const Model *model, const char *line, const char **replaced) {
    if (!model || model->layers.count == 0) return NULL;
    const ActivationKind *last = model->layers.at[model->layers.count - 1]->activation.kind;
    const char *word = line + strlen("cost "), *suits = cost_names[last->cost];
    size_t length = strcspn(word, " ");
    const char *function = arena_copy(arena, word, length);
    bool said = !strchr(function, '='); /* else only options are given */
    if (!said || string_is(function, suits) || (string_is(function, cost_names[COST_QUADRATIC]) && !last->across))
        return NULL;
    *replaced = function;
    return arena_format(arena, "cost %s%s", suits, word + length);
}

/* The activation that a cost is computed together with; NULL: any will do. */
static const ActivationKind *activation_of(Cost cost) {
    for (size_t i = 0; i < activation_count && cost != COST_QUADRATIC; i++) {
        if (activations[i].cost == cost) return &activations[i];
    }
    return NULL;
}

/* Whether a line says which function the cost is. */
static bool cost_is_said(const Model *model) { return setting_of(&model->settings, "cost")->values[0].given; }

static void set_cost(Settings *settings, Cost cost) {
    Setting *setting = setting_of(settings, "cost");
    setting->values[0].choice = (int)cost;
    setting->values[0].word = cost_names[cost];
    setting->on = true;
    settings->cost = cost;
}

static void check_cost(Scope *scope, Model *model, const Layer *last) {
    Settings *settings = &model->settings;
    const AstStmt *line = line_of(model, "cost");
    const ActivationKind *kind = last->activation.kind;
    if (!cost_is_said(model)) set_cost(settings, kind->cost);
    if (settings->target == TARGET_INPUT && kind->across) {
        diag_report(scope->diags, last->at, "cost-mismatch",
                    "%s outputs ('%s') stand for classes; with target input use sigmoid or linear", kind->name,
                    last->name);
        return;
    }
    const ActivationKind *needed = activation_of(settings->cost);
    if (needed && needed != kind) {
        diag_report(
            scope->diags, place_of(line, last), "cost-mismatch",
            "%s needs %s outputs, the last layer ('%s') is %s; write activation=%s (netc works on the weighted inputs "
            "themselves), or cost %s",
            cost_names[settings->cost], needed->name, last->name, kind->name, needed->name, cost_names[kind->cost]);
    } else if (settings->cost == COST_QUADRATIC && kind->across) {
        diag_report(scope->diags, place_of(line, last), "cost-mismatch",
                    "quadratic does not suit %s outputs ('%s'); write cost %s", kind->name, last->name,
                    cost_names[kind->cost]);
    }
}

/* Weights of classes, and shares of certainty, are of the outputs that stand for classes. */
static void check_training_cost(Scope *scope, const Model *model) {
    const Setting *cost = setting_of(&model->settings, "cost"),
                  *smoothing = setting_of(&model->settings, "label_smoothing");
    const Settings *settings = &model->settings;
    if (smoothing->on && settings->cost == COST_QUADRATIC) {
        diag_report(
            scope->diags, smoothing->line->at, "cost-mismatch",
            "label_smoothing needs softmax outputs, or sigmoid ones with cost cross_entropy; cost quadratic has "
            "no use for it");
    }
    const OptionValue *weights = setting_option(cost, CLASS_WEIGHTS);
    if (weights->choice == 0) return; /* none */
    int64_t classes = model_classes(model);
    if (settings->target != TARGET_CLASS) {
        Diag *diag = diag_report(scope->diags, weights->at, "conflicting-options",
                                 "class_weights= needs classes; target input has none");
        diag_help(scope->diags, diag, "write 'target class', or leave class_weights= out");
    } else if (!weights->flag && (int64_t)weights->number_count != classes) {
        diag_report(
            scope->diags, weights->at, "list-length",
            "class_weights has %zu number%s, the network has %lld classes; give one a class, or the word balanced",
            weights->number_count, weights->number_count == 1 ? "" : "s", (long long)classes);
    }
}

void settings_store(Arena *arena, Model *model) {
    Layer *last = model->layers.at[model->layers.count - 1];
    const OptionValue *weights = setting_option(setting_of(&model->settings, "cost"), CLASS_WEIGHTS);
    const int64_t classes = model_classes(model);
    if (model->purpose == PURPOSE_USE || weights->choice == 0 || classes == 0) return;
    Recipe recipe = {.kind = weights->flag ? RECIPE_DATA : RECIPE_VALUES,
                     .statistic = STATISTIC_BALANCE,
                     .values = weights->numbers};
    layer_store(arena, last, CLASS_WEIGHTS, STORED_STATISTIC, 1, &classes, recipe)->kept = NULL;
}

/* A set that does not suit the network is an error where it is named, and where it is about to be learned. Without a
 * line it is the standard, which may be on nobody's mind: a word, unless the network is there to be used. */
static Diag *report_data(Scope *scope, const AstStmt *line, ModelPurpose purpose, const Layer *layer,
                         const DataKind *set, const char *message) {
    const char *kind = line || purpose == PURPOSE_TRAIN ? "data-mismatch" : "default-data";
    const char *why =
        line ? "" : arena_format(scope->arena, "; without a 'data' line %s is learned", set->variant.name);
    Diag *diag = diag_report(scope->diags, blamed_place(scope, line, layer), kind, "%s%s", message, why);
    note_line(scope, diag, line);
    return diag;
}

/* 32x32x3 of data that is not known: it can be meant. */
static void check_order(Scope *scope, const Model *model) {
    const Layer *input = model->layers.at[0];
    if (!layer_channels_last(input->out)) return;
    Shape shape = input->out;
    Diag *diag = diag_report(scope->diags, input->options[0].at, "channels-last", "%s is %lld channels of %lldx%lld",
                             shape_text(scope->arena, shape), (long long)shape.dim[0], (long long)shape.dim[1],
                             (long long)shape.dim[2]);
    diag_help(scope->diags, diag, "channels come first: write 'input %s'",
              shape_text(scope->arena, layer_channels_first(shape)));
}

static bool check_examples(Scope *scope, const AstStmt *line, const Model *model, const DataKind *kind) {
    const Layer *layer = model->layers.at[0];
    Shape input = layer->out, example = {.rank = kind->rank, .dim = {kind->dim[0], kind->dim[1], kind->dim[2]}};
    NetShapeMatch match = net_shape_match(input.dim, input.rank, kind->dim, kind->rank);
    if (match == NET_SHAPE_SUITS) return true;
    if (match == NET_SHAPE_OTHER && !line) check_order(scope, model);
    const char *shape = shape_text(scope->arena, example);
    Diag *diag = report_data(scope, line, model->purpose, layer, kind,
                             arena_format(scope->arena, "the examples of %s are %s (%lld numbers), the input is %s",
                                          kind->variant.name, shape, (long long)shape_count(example),
                                          shape_text(scope->arena, input)));
    if (match == NET_SHAPE_INPUT_ORDER) {
        diag->at = layer->options[0].at; /* the data is as it should be */
        diag_help(scope->diags, diag, "channels come first (CxHxW): write 'input %s'", shape);
    } else {
        diag_help(scope->diags, diag,
                  "write 'input %s', or name your own data: data idx images=\"FILE\" labels=\"FILE\"", shape);
    }
    return false;
}

static void check_classes(Scope *scope, const AstStmt *line, const Model *model, const DataKind *kind,
                          const Layer *last) {
    int64_t outputs = shape_count(last->out);
    if (model->settings.target != TARGET_CLASS || outputs == kind->classes) return;
    const char *help = class_help(scope, last, kind->classes);
    const char *message =
        arena_format(scope->arena, "%s has %lld classes, the last layer ('%s') has %lld output%s", kind->variant.name,
                     (long long)kind->classes, last->name, (long long)outputs, outputs == 1 ? "" : "s");
    if (outputs < kind->classes) {
        Diag *diag = report_data(scope, line, model->purpose, layer_of_outputs(last), kind, message);
        diag_help(scope->diags, diag, "%s", help);
    } else if (line) {
        bool copies = outputs == shape_count(model->layers.at[0]->out) && !last->activation.kind->across;
        diag_help(scope->diags, diag_report(scope->diags, last->at, "spare-outputs", "%s", message), "%s%s",
                  copies ? "an autoencoder learns its input: write 'target input' in the train block; else " : "",
                  help);
    }
}

static void check_data(Scope *scope, const Model *model, const Layer *last, size_t before) {
    const AstStmt *line = line_of(model, "data");
    const Settings *settings = &model->settings;
    const DataKind *kind = data_kind_find(settings->data_kind);
    if (!line && model->purpose == PURPOSE_USE) return;
    if (kind->files && !settings->labels && settings->target == TARGET_CLASS) {
        Diag *diag = diag_report(scope->diags, line->at, "missing-option", "data idx needs labels= to learn classes");
        diag_help(scope->diags, diag, "write 'data idx images=\"%s\" labels=\"FILE\"'", settings->images);
        return;
    }
    if (kind->rank == 0) {
        check_order(scope, model);
        return;
    }
    bool told = scope->diags->errors > before; /* one word about the last layer, and about a standard, is enough */
    bool suit = check_examples(scope, line, model, kind);
    if (!told && (suit || line)) check_classes(scope, line, model, kind, last);
}

/* Whether there is a test file is known once `data` has been read. */
static void check_split(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "split");
    if (!line) return;
    const Settings *settings = &model->settings;
    const NetDataSet *set = net_data_set(settings->data_kind);
    const double asked[NET_PARTS] = {settings->split_train, settings->split_validation, settings->split_test};
    double sum;
    NetSplitShares shares = net_split_shares(asked, set || settings->test_images, &sum);
    bool trains = settings->split_train > 0;
    if (shares == NET_SPLIT_OVER || (shares == NET_SPLIT_ALL && !trains)) {
        Diag *diag = diag_report(scope->diags, line->at, "bad-value",
                                 "the fractions of split leave nothing: they add up to %g%s", sum,
                                 trains ? "" : " without the training part");
        diag_help(scope->diags, diag, "without train= all that are left are trained on: 'split validation=0.1'");
        return;
    }
    bool known = set && (line_of(model, "data") || model->purpose == PURPOSE_TRAIN);
    int64_t rows[NET_PARTS];
    if (!known || net_split_rows(asked, set->train_count, set->test_count, rows)) return;
    Diag *diag = diag_report(scope->diags, line->at, "split-size",
                             "the parts of split do not fit %s, which has %lld examples to train on and %lld to test",
                             set->name, (long long)set->train_count, (long long)set->test_count);
    double rest = (double)set->train_count - settings->split_validation;
    if (settings->split_train > rest && settings->split_validation >= 1 && rest >= 1) { /* together too many */
        diag_help(scope->diags, diag, "%s and %s are %s: write train=%.0f, or leave it out for all that are left",
                  number_text(scope->arena, settings->split_train),
                  number_text(scope->arena, settings->split_validation),
                  number_text(scope->arena, settings->split_train + settings->split_validation), rest);
        return;
    }
    diag_help(scope->diags, diag, "a share fits any set: 'split validation=0.1'");
}

/* How many examples there are to train on, where the data is known; 0: it is not. */
static int64_t known_examples(const Model *model) {
    const Settings *settings = &model->settings;
    const NetDataSet *set = model->purpose == PURPOSE_USE ? NULL : net_data_set(settings->data_kind);
    const double asked[NET_PARTS] = {settings->split_train, settings->split_validation, settings->split_test};
    int64_t rows[NET_PARTS];
    bool known = set && net_split_rows(asked, set->train_count, set->test_count, rows);
    return known ? rows[NET_PART_TRAIN] : 0;
}

static int64_t settings_count(const Settings *settings, const char *name) {
    return (int64_t)settings_number(settings, name);
}

static void check_batch(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "batch");
    int64_t examples = model->purpose == PURPOSE_LOOK ? known_examples(model) : 0; /* --batch and --data may differ */
    int64_t batch = settings_count(&model->settings, "batch");
    if (!line || examples == 0 || batch <= examples) return;
    Diag *diag = diag_report(scope->diags, line->at, "batch-size",
                             "batch %lld is more than the training part of %s has: %lld example%s", (long long)batch,
                             model->settings.data_kind, (long long)examples, examples == 1 ? "" : "s");
    diag_help(scope->diags, diag, "write 'batch full' for all of them in one step");
}

/* 80 and 20 are numbers of examples here, which nobody has so few of. */
static void check_percent(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "split");
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
    int64_t examples = known_examples(model);
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

/* 1 is one example here, and all of them to others. */
static void check_one(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "split");
    const Settings *settings = &model->settings;
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
    const AstStmt *line = line_of(model, "split");
    const Settings *settings = &model->settings;
    const NetDataSet *set = net_data_set(settings->data_kind);
    double train = settings->split_train, validation = settings->split_validation, test = settings->split_test;
    bool shares = train > 0 && train < 1 && validation < 1 && test > 0 && test < 1;
    if (!line || !shares || (!settings->test_images && !(set && set->test_count > 0))) return;
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

/* Training ends before so many epochs without a gain have gone by. */
static void check_patience(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "stop");
    int64_t epochs = settings_count(&model->settings, "epochs");
    int64_t patience = settings_count(&model->settings, "patience");
    if (!line || model->purpose != PURPOSE_LOOK || epochs == 0 || patience < epochs) return;
    Diag *diag = diag_report(scope->diags, line->at, "idle-stop",
                             "stop never acts: its patience is %lld epochs, and training ends after %lld",
                             (long long)patience, (long long)epochs);
    long long less = epochs > 5 ? 5 : 1;
    diag_help(scope->diags, diag, "write 'stop patience=%lld', or give 'epochs' a larger number", less);
}

/* The rate rises to the end. */
static void check_warmup(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "schedule");
    const Setting *setting = setting_of(&model->settings, "schedule");
    int64_t epochs = settings_count(&model->settings, "epochs");
    size_t place = 0;
    while (place < option_count(&setting->owner) && !string_is(option_at(&setting->owner, place)->name, "warmup"))
        place++;
    if (!line || model->purpose != PURPOSE_LOOK || epochs == 0 || place == option_count(&setting->owner)) return;
    double warmup = setting->values[place].real;
    if (warmup < (double)epochs) return;
    Diag *diag = diag_report(scope->diags, setting->values[place].at, "long-warmup",
                             "the rate never falls: warmup=%s, and training ends after %lld epoch%s",
                             number_text(scope->arena, warmup), (long long)epochs, epochs == 1 ? "" : "s");
    diag_help(scope->diags, diag, "warmup= counts epochs: write warmup=%s, or give 'epochs' a larger number",
              epochs >= 10 ? "1" : "0.1");
}

/* Bytes are 0 to 1 when mean and std see them: other programs' figures of 0 to 255 leave nothing of them. */
static void check_scale(Scope *scope, const Model *model) {
    const Layer *input = model->layers.at[0];
    static const char *const names[] = {"mean", "std"};
    const char *line = arena_format(scope->arena, "input %s", shape_text(scope->arena, input->out));
    bool bytes = false;
    Span at = input->at;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const OptionValue *value = &input->options[option_place(input->kind, names[i])];
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
static void check_probe(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "log");
    const Settings *settings = &model->settings;
    int64_t examples = line && model->purpose == PURPOSE_LOOK ? known_examples(model) : 0;
    int64_t probe = settings_count(settings, "log_probe");
    if (examples == 0 || probe <= examples) return;
    Diag *diag = diag_report(scope->diags, line->at, "probe-size",
                             "probe=%lld is more than the training part of %s has: %lld examples", (long long)probe,
                             settings->data_kind, (long long)examples);
    diag_help(scope->diags, diag, "write probe=%lld for all of them", (long long)examples);
}

/* The test set never chooses anything, so what waits for a gain takes a validation part. */
static void check_validation(Scope *scope, const Model *model) {
    const Settings *settings = &model->settings;
    bool stops = settings_number(settings, "patience") != 0, cuts = settings->schedule && settings->schedule->patience;
    if ((!stops && !cuts) || settings->split_validation > 0) return;
    const char *what = stops ? "stop" : arena_format(scope->arena, "schedule %s", settings->schedule->variant.name);
    Diag *diag = diag_report(scope->diags, line_of(model, stops ? "stop" : "schedule")->at, "needs-validation",
                             "%s needs a validation part (choosing by test results is not offered)", what);
    diag_help(scope->diags, diag, "%s",
              line_of(model, "split") ? "add validation=0.1 to the line of split" : "add 'split validation=0.1'");
}

/* The sum of squares is divided by the number of examples, in the books that call it l2; Keras and Caffe do not. */
static void check_penalty(Scope *scope, const Model *model) {
    enum { MANY_EXAMPLES = 1000 };
    const Setting *setting = setting_of(&model->settings, "regularize");
    const AstStmt *line = line_of(model, "regularize");
    int64_t examples = known_examples(model);
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
    const Setting *setting = setting_of(&model->settings, "regularize");
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

void settings_agree(Scope *scope, Model *model) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    size_t errors = scope->diags->errors;
    check_outputs(scope, model, last);
    if (scope->diags->errors == errors) check_cost(scope, model, last);
    if (scope->diags->errors == errors) model_check_linear(scope, model, cost_is_said(model));
    if (scope->diags->errors == errors) check_training_cost(scope, model);
    check_data(scope, model, last, errors);
    check_split(scope, model);
    check_validation(scope, model);
    check_decay(scope, model);
    check_probe(scope, model);
    model_check_normalised(model, line_of(model, "batch"), scope->diags);
    if (scope->diags->errors > errors) return;
    size_t warnings = scope->diags->warnings;
    check_percent(scope, model);
    check_one(scope, model);
    check_unused(scope, model);
    if (scope->diags->warnings == warnings) check_batch(scope, model);
    check_patience(scope, model);
    check_warmup(scope, model);
    check_penalty(scope, model);
    if (line_of(model, "data")) check_scale(scope, model);
}
