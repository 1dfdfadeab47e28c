/* Does the data suit the network, and the split the data? See agree.h. */
#include "compiler/model/activation.h"
#include "compiler/model/agree.h"
#include "compiler/model/data_line.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"
#include "compiler/model/targets.h"
#include "runtime/data/sets.h"
#include "runtime/data/shape.h"
#include "runtime/data/split.h"

/* A set that does not suit the network is an error where it is named, and where it is about to be learned. Without a
 * line it is the standard, which may be on nobody's mind: a word, unless the network is there to be used. */
static Diag *report_data(Scope *scope, const AstStmt *line, ModelPurpose purpose, const Layer *layer,
                         const DataKind *set, const char *message) {
    const char *kind = line || purpose == PURPOSE_TRAIN ? "data-mismatch" : "default-data";
    const char *why =
        line ? "" : arena_format(scope->arena, "; without a 'data' line %s is learned", set->variant.name);
    Diag *diag = diag_report(scope->diags, agree_blamed(scope, line, layer), kind, "%s%s", message, why);
    agree_note(scope, diag, line);
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
    const char *help = agree_class_help(scope, last, kind->classes);
    const char *message =
        arena_format(scope->arena, "%s has %lld classes, the last layer ('%s') has %lld output%s", kind->variant.name,
                     (long long)kind->classes, last->name, (long long)outputs, outputs == 1 ? "" : "s");
    if (outputs < kind->classes) {
        Diag *diag = report_data(scope, line, model->purpose, agree_outputs_layer(last), kind, message);
        diag_help(scope->diags, diag, "%s", help);
    } else if (line) {
        bool copies = outputs == shape_count(model->layers.at[0]->out) && !last->activation.kind->across;
        diag_help(scope->diags, diag_report(scope->diags, last->at, "spare-outputs", "%s", message), "%s%s",
                  copies ? "an autoencoder learns its input: write 'target input' in the train block; else " : "",
                  help);
    }
}

/* How an option of a data line is written. */
static const char *example_of(const DataKind *kind, const char *name) {
    for (size_t i = 0; i < kind->variant.option_count; i++) {
        if (string_is(kind->variant.options[i].name, name)) return kind->variant.options[i].example;
    }
    BUG("data %s has no %s=", kind->variant.name, name);
}

/* Pictures become what the input is. */
static bool check_size(Scope *scope, const Model *model) {
    const OptionValue *size = settings_option(&model->settings, "data", "size");
    const Shape in = model->layers.at[0]->out;
    if (!size || (in.rank == 3 && in.dim[1] == size->size[0] && in.dim[2] == size->size[1])) return true;
    Diag *diag = diag_report(scope->diags, size->at, "bad-value", "pictures of size=%lldx%lld are no input of %s",
                             (long long)size->size[0], (long long)size->size[1], shape_text(scope->arena, in));
    if (in.rank == 3)
        diag_help(scope->diags, diag, "write size=%lldx%lld, or 'input %lldx%lldx%lld'", (long long)in.dim[1],
                  (long long)in.dim[2], (long long)in.dim[0], (long long)size->size[0], (long long)size->size[1]);
    else
        diag_help(scope->diags, diag, "write 'input 1x%lldx%lld' for grey, 'input 3x%lldx%lld' for colours",
                  (long long)size->size[0], (long long)size->size[1], (long long)size->size[0],
                  (long long)size->size[1]);
    return false;
}

/* As many names as classes, each once. */
void agree_class_names(Scope *scope, const Model *model, const Layer *last) {
    const OptionValue *names = settings_option(&model->settings, "data", "classes");
    int64_t classes = model_classes(model);
    if (!names) return;
    if (classes > 0 && names->labels.count != (size_t)classes) {
        Diag *diag = diag_report(scope->diags, names->at, "data-mismatch",
                                 "classes= names %zu class%s, the last layer ('%s') has %lld", names->labels.count,
                                 names->labels.count == 1 ? "" : "es", last->name, (long long)classes);
        diag_help(scope->diags, diag, "give %lld name%s, in the order of the labels; or if there are %zu class%s, %s",
                  (long long)classes, classes == 1 ? "" : "s", names->labels.count,
                  names->labels.count == 1 ? "" : "es", agree_class_help(scope, last, (int64_t)names->labels.count));
        return;
    }
    for (size_t i = 0; i < names->labels.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!string_is(names->labels.at[i].name, names->labels.at[k].name)) continue;
            diag_report(scope->diags, names->labels.at[i].at, "bad-value", "two classes are called '%s'",
                        names->labels.at[i].name);
            return;
        }
    }
}

/* Of a set that is named what the network learns is settled: all else that is said of the outputs follows. */
void agree_target(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "data"), *said = agree_line(model, "target");
    const TargetKind *target = &target_kinds[model->settings.target];
    const DataKind *kind = data_kind_find(model->settings.data_kind);
    if (!line || !said || kind->rank == 0 || target->reads != READS_NUMBERS) return;
    Diag *diag = diag_report(scope->diags, said->at, "data-mismatch",
                             "target %s learns numbers of each example, and %s has classes", target->variant.name,
                             kind->variant.name);
    diag_help(scope->diags, diag, "write 'target class'");
}

/* What is tested on is not to be what was trained on. */
static void check_test_file(Scope *scope, const Model *model, const DataKind *kind) {
    const Settings *settings = &model->settings;
    const OptionValue *train = kind->x ? settings_option(settings, "data", kind->x) : NULL;
    const OptionValue *test = kind->test ? settings_option(settings, "data", kind->test) : NULL;
    if (!train || !test || !string_is(train->word, test->word)) return;
    Diag *diag =
        diag_report(scope->diags, test->at, "tested-on-training", "%s= is the file that is trained on", kind->test);
    diag_help(scope->diags, diag, "leave it out, and write 'split test=0.1': so much is kept apart to test");
}

void agree_data(Scope *scope, const Model *model, const Layer *last, size_t before) {
    const AstStmt *line = agree_line(model, "data");
    const Settings *settings = &model->settings;
    const DataKind *kind = data_kind_find(settings->data_kind);
    if (!line && model->purpose == PURPOSE_USE) return;
    const TargetKind *target = &target_kinds[settings->target];
    if (kind->y && !settings_option(settings, "data", kind->y) && target->reads != READS_INPUT) {
        const char *name = kind->variant.name;
        Diag *diag = diag_report(scope->diags, line->at, "missing-option", "data %s needs %s= to learn %s", name,
                                 kind->y, target->learns);
        const char *file = settings_option(settings, "data", kind->x)->word;
        bool one = false;
        const char *folder = source_folder(scope->arena, model->source);
        const char *columns = data_line_targets(scope->arena, settings, folder, &one);
        const char *likely = data_line_target(scope->arena, settings, folder);
        if (columns && one)
            diag_help(scope->diags, diag, "write 'data %s %s=\"%s\" %s=%s'", name, kind->x, file, kind->y, columns);
        else if (columns)
            diag_help(scope->diags, diag, "name the column to learn, as 'data %s %s=\"%s\" %s=%s': there are %s", name,
                      kind->x, file, kind->y, likely ? likely : "1", columns);
        else
            diag_help(scope->diags, diag, "write 'data %s %s=\"%s\" %s'", name, kind->x, file,
                      example_of(kind, kind->y));
        return;
    }
    if (!check_size(scope, model)) return;
    check_test_file(scope, model, kind);
    if (kind->rank == 0) {
        check_order(scope, model);
        return;
    }
    if (target->reads == READS_NUMBERS && scope->diags->errors == before) {
        report_data(scope, line, model->purpose, last, kind,
                    arena_format(scope->arena, "target %s learns numbers of each example, and %s has classes",
                                 target->variant.name, kind->variant.name));
    }
    if (target->reads == READS_NUMBERS) return;
    bool told = scope->diags->errors > before; /* one word about the last layer, and about a standard, is enough */
    bool suit = check_examples(scope, line, model, kind);
    if (!told && (suit || line)) check_classes(scope, line, model, kind, last);
}

bool agree_has_test_file(const Settings *settings) {
    return settings_option(settings, "data", data_kind_find(settings->data_kind)->test) != NULL;
}

/* The parts besides the one to train on, as they are written, where they leave that one something. */
static const char *rest_of_split(Scope *scope, const double asked[NET_PARTS]) {
    double validation = asked[NET_PART_VALIDATION], test = asked[NET_PART_TEST];
    const char *text = "";
    if (validation + test >= 1 || validation + test <= 0) return "validation=0.1";
    if (validation > 0) text = arena_format(scope->arena, "validation=%s", number_text(scope->arena, validation));
    if (test > 0)
        text =
            arena_format(scope->arena, "%s%stest=%s", text, validation > 0 ? " " : "", number_text(scope->arena, test));
    return text;
}

/* Whether there is a test file is known once `data` has been read. */
void agree_split(Scope *scope, const Model *model) {
    const AstStmt *line = agree_line(model, "split");
    if (!line) return;
    const Settings *settings = &model->settings;
    const NetDataSet *set = net_data_set(settings->data_kind);
    const double asked[NET_PARTS] = {settings->split_train, settings->split_validation, settings->split_test};
    double sum;
    NetSplitShares shares = net_split_shares(asked, set || agree_has_test_file(settings), &sum);
    bool trains = settings->split_train > 0;
    if (shares == NET_SPLIT_OVER || (shares == NET_SPLIT_ALL && !trains)) {
        Diag *diag = diag_report(scope->diags, line->at, "bad-value",
                                 "the fractions of split leave nothing: they add up to %g%s", sum,
                                 trains ? "" : " without the training part");
        diag_help(scope->diags, diag, "without train= all that are left are trained on: 'split %s'",
                  rest_of_split(scope, asked));
        return;
    }
    bool known = set && (agree_line(model, "data") || model->purpose == PURPOSE_TRAIN);
    int64_t rows[NET_PARTS];
    if (!known || net_split_rows(asked, set->train_count, set->test_count, rows)) return;
    Diag *diag = diag_report(scope->diags, line->at, "split-size",
                             "the parts of split do not fit %s, which has %lld examples to train on and %lld to test",
                             set->name, (long long)set->train_count, (long long)set->test_count);
    double rest = (double)set->train_count - settings->split_validation;
    if (settings->split_train > rest && settings->split_validation >= 1 && rest >= 1) /* together too many */
        diag_help(scope->diags, diag, "%s and %s are %s: write train=%.0f, or leave it out for all that are left",
                  number_text(scope->arena, settings->split_train),
                  number_text(scope->arena, settings->split_validation),
                  number_text(scope->arena, settings->split_train + settings->split_validation), rest);
    else
        diag_help(scope->diags, diag, "a share fits any set: 'split validation=0.1'");
}

int64_t agree_examples(const Model *model) {
    const Settings *settings = &model->settings;
    const NetDataSet *set = model->purpose == PURPOSE_USE ? NULL : net_data_set(settings->data_kind);
    const double asked[NET_PARTS] = {settings->split_train, settings->split_validation, settings->split_test};
    int64_t rows[NET_PARTS];
    bool known = set && net_split_rows(asked, set->train_count, set->test_count, rows);
    return known ? rows[NET_PART_TRAIN] : 0;
}

int64_t agree_rows(const Model *model) { return agree_examples(model) * net_augment_copies(&model->settings.augment); }

int64_t agree_classes(const Model *model) {
    const DataKind *kind = data_kind_find(model->settings.data_kind);
    bool named = agree_line(model, "data") || model->purpose == PURPOSE_TRAIN;
    return named && model->purpose != PURPOSE_USE && model->settings.target == TARGET_CLASS ? kind->classes : 0;
}
