#include <string.h>

#include "compiler/model/foreign.h"
#include "compiler/model/layer.h"
#include "compiler/model/linear.h"
#include "compiler/model/mend.h"
#include "compiler/model/options.h"
#include "compiler/model/settings.h"
#include "compiler/model/vocabulary.h"
#include "runtime/data/sets.h"
#include "runtime/data/shape.h"
#include "runtime/data/split.h"

/* ---- reading the lines ---- */

static OptionOwner owner_of(Arena *arena, const SettingKind *kind, const Variant *variant) {
    OptionOwner owner = {.name = kind->name, .options = kind->options, .count = kind->option_count};
    if (!variant) return owner;
    owner.name = arena_format(arena, "%s %s", kind->name, variant->name);
    owner.common = variant->options;
    owner.common_count = variant->option_count;
    return owner;
}

/* The variant that a line's first word chooses; NULL when it chooses none. */
static const Variant *variant_of(Scope *scope, const SettingKind *kind, const AstStmt *line) {
    const AstValue *word = line->args.count > 0 && !line->args.at[0].key ? line->args.at[0].value : NULL;
    const Let *let = word && word->kind == AST_NAME ? scope_find(scope, word->name) : NULL;
    if (let) word = let->value;
    const char *const *words = kind->options[0].words;
    for (size_t i = 0; word && word->kind == AST_NAME && words[i]; i++) {
        if (string_is(words[i], word->name)) return kind->variant(i);
    }
    return NULL;
}

static bool read_options(Scope *scope, const OptionOwner *owner, const AstStmt *line, OptionValue *values) {
    return options_read(scope, owner, line, values) && options_complete(scope, owner, line, values);
}

/* Without a variant nobody knows which options there are: only the word itself is read. False. */
static bool refuse_word(Scope *scope, const SettingKind *kind, const AstStmt *line) {
    OptionOwner owner = owner_of(scope->arena, kind, NULL);
    AstStmt word = *line;
    word.args.count = line->args.count > 0 && !line->args.at[0].key ? 1 : 0;
    if (read_options(scope, &owner, &word, options_new(scope->arena, &owner))) BUG("%s has no such row", kind->name);
    return false;
}

/* "l2=, l1= or weight_decay=" */
static const char *keys_text(Arena *arena, const OptionOwner *owner) {
    const char *text = "";
    for (size_t i = 0; i < owner->count; i++) {
        const char *gap = i == 0 ? "" : i + 1 == owner->count ? " or " : ", ";
        text = arena_format(arena, "%s%s%s=", text, gap, owner->options[i].name);
    }
    return text;
}

static bool check_some(Scope *scope, const OptionOwner *owner, const AstStmt *line, const OptionValue *values) {
    const char *example = NULL;
    for (size_t i = 0; i < owner->count; i++) {
        if (values[i].given) return true;
        example = example ? example : owner->options[i].example;
    }
    diag_report(scope->diags, line->at, "missing-option", "%s needs %s, for example %s %s", owner->name,
                keys_text(scope->arena, owner), owner->name, example);
    return false;
}

static bool check_same(Scope *scope, const OptionOwner *owner, const OptionValue *values) {
    for (size_t i = 0; i < owner_count(owner); i++) {
        const OptionSpec *spec = owner_spec(owner, i);
        for (size_t k = 0; k < i && spec->same && values[i].given; k++) {
            const OptionSpec *other = owner_spec(owner, k);
            if (!values[k].given || !other->same || !string_is(spec->same, other->same)) continue;
            diag_report(scope->diags, values[i].at, "conflicting-options", "%s= and %s= are one setting (%s); keep one",
                        other->name, spec->name, spec->same);
            return false;
        }
    }
    return true;
}

/* `given`: the line was written, it is not the standard. */
static bool apply_line(Scope *scope, Settings *settings, const SettingKind *kind, const AstStmt *line, bool given) {
    const Variant *variant = kind->variant ? variant_of(scope, kind, line) : NULL;
    if (kind->variant && !variant) return refuse_word(scope, kind, line);
    OptionOwner owner = owner_of(scope->arena, kind, variant);
    OptionValue *values = options_new(scope->arena, &owner);
    if (!read_options(scope, &owner, line, values)) return false;
    if (kind->some && !check_some(scope, &owner, line, values)) return false;
    if (!check_same(scope, &owner, values)) return false;
    settings->at[kind - setting_kinds] =
        (Setting){.owner = owner, .values = values, .line = given ? line : NULL, .on = true};
    SettingContext context = {scope->diags, settings, values, line->at};
    if (kind->apply && !kind->apply(&context)) return false;
    return !variant || !variant->check || variant->check(&context);
}

bool setting_owner(Arena *arena, const char *name, OptionOwner *owner) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        const SettingKind *kind = &setting_kinds[i];
        if (!string_is(kind->name, name)) continue;
        *owner = owner_of(arena, kind, NULL);
        VEC(OptionSpec) all = {0};
        const Variant *variant;
        for (size_t v = 0; kind->variant && (variant = kind->variant(v)); v++) {
            for (size_t k = 0; k < variant->option_count; k++) {
                OptionSpec spec = variant->options[k];
                spec.required = false;
                vec_push(arena, &all, spec);
            }
        }
        owner->common = all.at;
        owner->common_count = all.count;
        return true;
    }
    return false;
}

/* All settings off. */
static void settings_clear(Scope *scope, Settings *settings) {
    settings->at = NEW_ARRAY(scope->arena, Setting, setting_kind_count);
    for (size_t i = 0; i < setting_kind_count; i++) {
        Setting *setting = &settings->at[i];
        setting->owner = owner_of(scope->arena, &setting_kinds[i], NULL);
        setting->values = options_new(scope->arena, &setting->owner);
        options_fill(scope, &setting->owner, setting->values);
    }
}

bool setting_line_good(Scope *scope, const AstStmt *line) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        Settings settings = {.at = NEW_ARRAY(scope->arena, Setting, setting_kind_count)};
        bool here = line->kind == AST_STATEMENT && !line->label && string_is(setting_kinds[i].name, line->name);
        if (here) return apply_line(scope, &settings, &setting_kinds[i], line, true);
    }
    return false;
}

static void apply_standard(Scope *scope, Settings *settings, const SettingKind *kind) {
    if (!kind->standard) return;
    Source *source = source_from_text(scope->arena, "default", kind->standard, strlen(kind->standard));
    Diags diags = {.arena = scope->arena, .source = source};
    const AstStmt *line = ast_parse_statement(scope->arena, source, &diags);
    Scope empty;
    scope_init(&empty, scope->arena, &diags);
    if (!line || !apply_line(&empty, settings, kind, line, false)) {
        BUG("the default of the setting %s is not valid: %s", kind->name, kind->standard);
    }
}

static void report_unknown(Scope *scope, const AstStmt *line) {
    if (layer_kind_find(line->name)) {
        diag_report(scope->diags, line->name_at, "misplaced-statement",
                    "'%s' is a layer; it belongs in the network block", line->name);
        return;
    }
    const Absent *absent = foreign_setting(line->name) ? NULL : foreign_absent(line->name);
    if (absent) {
        diag_report(scope->diags, line->name_at, "unknown-setting", "netc has no %s ('%s')", absent->what, line->name);
        return;
    }
    Diag *diag = diag_report(scope->diags, line->name_at, "unknown-setting", "unknown setting '%s'", line->name);
    const char **names = NEW_ARRAY(scope->arena, const char *, setting_kind_count);
    for (size_t i = 0; i < setting_kind_count; i++) names[i] = setting_kinds[i].name;
    diag_suggest(scope->diags, diag, line->name, names, setting_kind_count);
    if (diag->help) return;
    const char *known = names[0];
    for (size_t i = 1; i < setting_kind_count; i++) known = arena_format(scope->arena, "%s, %s", known, names[i]);
    diag_help(scope->diags, diag, "the settings are %s", known);
}

/* The place of the line's setting in the table, setting_kind_count after reporting that there is none. */
static size_t setting_place(Scope *scope, const AstStmt *line) {
    if (line->kind != AST_STATEMENT || line->label) {
        const char *what = line->kind == AST_REPEAT    ? "repeat"
                           : line->kind == AST_DEFAULT ? "default"
                           : line->kind == AST_LET     ? "let"
                           : line->kind == AST_ALLOW   ? "allow"
                                                       : "a label";
        diag_report(scope->diags, line->at, "misplaced-statement", "%s has no place among the settings", what);
        return setting_kind_count;
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, line->name)) return i;
    }
    report_unknown(scope, line);
    return setting_kind_count;
}

/* The --set lines, parsed; those that replace a line of the train block stand in replacement[]. */
static bool read_sets(Scope *scope, const ModelChanges *changes, Source *source, const AstStmt **replacement) {
    bool good = true;
    for (size_t i = 0; changes && i < changes->set_count; i++) {
        Source *text = source_from_text(scope->arena, "--set", changes->sets[i], strlen(changes->sets[i]));
        if (!text || !source_attach(source, text)) {
            diag_report(scope->diags, SPAN_NONE, "too-large", "the --set lines are too long");
            return false;
        }
        const AstStmt *line = ast_parse_statement(scope->arena, text, scope->diags);
        size_t place = line ? setting_place(scope, line) : setting_kind_count;
        if (place == setting_kind_count) {
            mend_statement(scope, PLACE_TRAIN, (Span){text->base, text->base + text->size});
            good = false;
        } else {
            replacement[place] = line;
        }
    }
    return good;
}

static bool report_duplicate(Scope *scope, const AstStmt *line, const AstStmt *first) {
    Diag *diag = diag_report(scope->diags, line->name_at, "duplicate-setting", "'%s' is set twice", line->name);
    uint32_t number, column;
    source_position(scope->diags->source, first->at.lo, &number, &column);
    diag_note(scope->diags, diag, "first in line %u", (unsigned)number);
    return false;
}

static bool read_line(Scope *scope, Settings *settings, const AstStmt *line, const AstStmt *const *replacement,
                      const AstStmt **lines) {
    size_t place = setting_place(scope, line);
    if (place == setting_kind_count) return false;
    if (lines[place]) return report_duplicate(scope, line, lines[place]);
    lines[place] = line;
    if (replacement[place]) return true;
    return apply_line(scope, settings, &setting_kinds[place], line, true);
}

bool settings_read(Scope *scope, Model *model, const AstStmt *train, const ModelChanges *changes, Source *source) {
    Settings *settings = &model->settings;
    const AstStmt **lines = NEW_ARRAY(scope->arena, const AstStmt *, setting_kind_count);
    const AstStmt **replacement = NEW_ARRAY(scope->arena, const AstStmt *, setting_kind_count);
    settings_clear(scope, settings);
    for (size_t i = 0; i < setting_kind_count; i++) apply_standard(scope, settings, &setting_kinds[i]);
    bool good = read_sets(scope, changes, source, replacement);
    scope_enter(scope);
    for (size_t i = 0; train && i < train->body.count && !scope_spent(scope); i++) {
        const AstStmt *stmt = train->body.at[i];
        if (!scope_spend(scope, 100, stmt->at)) break;
        if (stmt->kind == AST_BROKEN) {
            mend_statement(scope, PLACE_TRAIN, stmt->at);
            good = false;
        } else if (stmt->kind == AST_LET) {
            scope_let(scope, stmt->name, stmt->name_at, stmt->value);
        } else if (stmt->kind != AST_ALLOW && !read_line(scope, settings, stmt, replacement, lines)) {
            mend_statement(scope, PLACE_TRAIN, stmt->at);
            good = false;
        }
    }
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (!replacement[i]) continue;
        if (apply_line(scope, settings, &setting_kinds[i], replacement[i], true)) continue;
        mend_statement(scope, PLACE_TRAIN, replacement[i]->at);
        good = false;
    }
    scope_leave(scope);
    return good;
}

/* ---- do settings and network suit each other? ---- */

static Setting *setting_of(const Settings *settings, const char *name) {
    for (size_t i = 0; i < setting_kind_count; i++) {
        if (string_is(setting_kinds[i].name, name)) return &settings->at[i];
    }
    BUG("no setting '%s'", name);
}

static const AstStmt *line_of(const Model *model, const char *name) { return setting_of(&model->settings, name)->line; }

static Span place_of(const AstStmt *line, const Layer *layer) { return line ? line->at : layer->at; }

static void check_outputs(Scope *scope, const Model *model, const Layer *last) {
    int64_t outputs = shape_count(last->out);
    ActivationKind activation = last->activation.kind;
    if (activation == ACTIVATION_SOFTMAX && outputs == 1) {
        diag_report(scope->diags, last->at, "one-unit-softmax",
                    "softmax over one output ('%s') is always 1; use sigmoid with cross_entropy for two classes",
                    last->name);
        return;
    }
    if (model->settings.target == TARGET_INPUT) {
        int64_t inputs = shape_count(model->layers.at[0]->out);
        if (inputs == outputs) return;
        diag_report(scope->diags, place_of(line_of(model, "target"), last), "target-mismatch",
                    "target input needs as many outputs as inputs: '%s' gives %lld, the input has %lld", last->name,
                    (long long)outputs, (long long)inputs);
    } else if (outputs == 1 && activation != ACTIVATION_SIGMOID) {
        Diag *diag =
            diag_report(scope->diags, last->at, "target-mismatch", "one %s output ('%s') cannot tell classes apart",
                        activation_names[activation], last->name);
        diag_help(scope->diags, diag, "give the last layer one output a class, or activation=sigmoid for two classes");
    }
}

typedef struct {
    ActivationKind activation;
    int cost;
} CostPair;

/* The cost that is computed together with an activation; any other activation goes with quadratic. */
static const CostPair cost_pairs[] = {
    {ACTIVATION_SOFTMAX, COST_LOG_LIKELIHOOD},
    {ACTIVATION_SIGMOID, COST_CROSS_ENTROPY},
};

static int suiting_cost(ActivationKind activation) {
    for (size_t i = 0; i < COUNT_OF(cost_pairs); i++) {
        if (cost_pairs[i].activation == activation) return cost_pairs[i].cost;
    }
    return COST_QUADRATIC;
}

const char *cost_that_suits(const Model *model, const char *line) {
    static const char *const lines[] = {[COST_QUADRATIC] = "cost quadratic",
                                        [COST_CROSS_ENTROPY] = "cost cross_entropy",
                                        [COST_LOG_LIKELIHOOD] = "cost log_likelihood"};
    if (!model || model->layers.count == 0) return NULL;
    ActivationKind last = model->layers.at[model->layers.count - 1]->activation.kind;
    const char *suits = lines[suiting_cost(last)];
    bool good = string_is(line, suits) || (string_is(line, lines[COST_QUADRATIC]) && last != ACTIVATION_SOFTMAX);
    return good ? NULL : suits;
}

static void set_cost(Settings *settings, int cost) {
    Setting *setting = setting_of(settings, "cost");
    setting->values[0].choice = cost;
    setting->values[0].word = cost_names[cost];
    setting->on = true;
    settings->cost = cost == COST_CROSS_ENTROPY    ? COST_CROSS_ENTROPY
                     : cost == COST_LOG_LIKELIHOOD ? COST_LOG_LIKELIHOOD
                                                   : COST_QUADRATIC;
}

static void check_cost(Scope *scope, Model *model, const Layer *last) {
    Settings *settings = &model->settings;
    const AstStmt *line = line_of(model, "cost");
    ActivationKind activation = last->activation.kind;
    const char *name = activation_names[activation];
    int suits = suiting_cost(activation);
    if (!line) set_cost(settings, suits);
    if (settings->target == TARGET_INPUT && activation == ACTIVATION_SOFTMAX) {
        diag_report(scope->diags, last->at, "cost-mismatch",
                    "softmax outputs ('%s') stand for classes; with target input use sigmoid or linear", last->name);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(cost_pairs); i++) {
        if ((int)settings->cost != cost_pairs[i].cost || activation == cost_pairs[i].activation) continue;
        const char *needed = activation_names[cost_pairs[i].activation];
        diag_report(
            scope->diags, place_of(line, last), "cost-mismatch",
            "%s needs %s outputs, the last layer ('%s') is %s; write activation=%s (netc works on the weighted inputs "
            "themselves), or cost %s",
            cost_names[settings->cost], needed, last->name, name, needed, cost_names[suits]);
        return;
    }
    if (settings->cost == COST_QUADRATIC && activation == ACTIVATION_SOFTMAX) {
        diag_report(scope->diags, place_of(line, last), "cost-mismatch",
                    "quadratic does not suit softmax outputs ('%s'); write cost log_likelihood", last->name);
    }
}

/* A set that does not suit the network is an error where it is named, and where it is about to be learned. Without a
 * line it is the standard, which may be on nobody's mind: a word, unless the network is there to be used. */
static Diag *report_data(Scope *scope, const AstStmt *line, ModelPurpose purpose, const Layer *layer,
                         const char *message) {
    const char *kind = line || purpose == PURPOSE_TRAIN ? "data-mismatch" : "default-data";
    return diag_report(scope->diags, place_of(line, layer), kind, "%s%s", message,
                       line ? "" : "; it is the set that is learned without a 'data' line");
}

static bool check_examples(Scope *scope, const AstStmt *line, const Model *model, const DataKind *kind) {
    const Layer *layer = model->layers.at[0];
    Shape input = layer->out, example = {.rank = kind->rank, .dim = {kind->dim[0], kind->dim[1], kind->dim[2]}};
    NetShapeMatch match = net_shape_match(input.dim, input.rank, kind->dim, kind->rank);
    if (match == NET_SHAPE_SUITS) return true;
    const char *shape = shape_text(scope->arena, example);
    Diag *diag = report_data(scope, line, model->purpose, layer,
                             arena_format(scope->arena, "the examples of %s are %s (%lld numbers), the input is %s",
                                          kind->variant.name, shape, (long long)shape_count(example),
                                          shape_text(scope->arena, input)));
    if (match == NET_SHAPE_INPUT_ORDER) {
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
    if (model->settings.target != TARGET_CLASS || outputs >= kind->classes) return;
    report_data(scope, line, model->purpose, last,
                arena_format(scope->arena, "%s has %lld classes, the last layer ('%s') has %lld output%s",
                             kind->variant.name, (long long)kind->classes, last->name, (long long)outputs,
                             outputs == 1 ? "" : "s"));
}

static void check_data(Scope *scope, const Model *model, const Layer *last) {
    const AstStmt *line = line_of(model, "data");
    const Settings *settings = &model->settings;
    const DataKind *kind = data_kind_find(settings->data_kind);
    if (!line && model->purpose == PURPOSE_USE) return;
    if (kind->files && !settings->labels && settings->target == TARGET_CLASS) {
        diag_report(scope->diags, line->at, "missing-option",
                    "data idx needs labels= to learn classes, for example labels=\"train-labels.gz\"");
        return;
    }
    if (kind->rank == 0) return;
    bool suit = check_examples(scope, line, model, kind);
    if (suit || line) check_classes(scope, line, model, kind, last); /* one word about a standard is enough */
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
        diag_report(scope->diags, line->at, "bad-value", "the fractions of split leave nothing: they add up to %g%s",
                    sum, trains ? "" : " without the training part");
    }
}

/* The test set never chooses anything, so stopping early takes a validation part. */
static void check_stop(Scope *scope, const Model *model) {
    const AstStmt *line = line_of(model, "stop");
    if (settings_number(&model->settings, "patience") == 0 || model->settings.split_validation > 0) return;
    diag_report(scope->diags, line->at, "needs-validation",
                "stop needs a validation part; add 'split validation=10000' (choosing by test results is not offered)");
}

void settings_agree(Scope *scope, Model *model) {
    const Layer *last = model->layers.at[model->layers.count - 1];
    size_t errors = scope->diags->errors;
    check_outputs(scope, model, last);
    if (scope->diags->errors == errors) check_cost(scope, model, last);
    if (scope->diags->errors == errors) model_check_linear(model, line_of(model, "cost") != NULL, scope->diags);
    check_data(scope, model, last);
    check_split(scope, model);
    check_stop(scope, model);
}
