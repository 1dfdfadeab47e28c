/* From tree to model: one walk over the file, in the order of its lines, that expands repeats, keeps lets, defaults
 * and labels by their blocks, and adds layer after layer. A layer with an error has the poison shape; whatever reads it
 * stays silent. */
#include <math.h>
#include <string.h>

#include "compiler/model/average.h"
#include "compiler/model/changes.h"
#include "compiler/model/activation.h"
#include "compiler/model/data_line.h"
#include "compiler/model/defines.h"
#include "compiler/model/graph.h"
#include "compiler/model/labels.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend.h"
#include "compiler/model/optimizer.h"
#include "compiler/model/propagation_check.h"
#include "compiler/model/settings.h"
#include "compiler/model/statement.h"
#include "compiler/model/trial.h"
#include "compiler/model/unknown_layer.h"

/* The `default` lines of a block for one kind. */
typedef struct {
    const LayerKind *kind;
    OptionValue *values;
    int block;
    Span at;       /* the last of the lines */
    bool followed; /* by a layer of the kind */
    bool idle;     /* none of them has a value of it */
} Standard;

typedef struct {
    const LayerKind *kind;
    int count; /* layers of the kind so far */
} KindCount;

typedef struct {
    Arena *arena;
    Diags *diags;
    Model *model;
    Scope scope;
    Labels labels;
    VEC(Standard) standards;
    VEC(KindCount) counts;
    Layer *current;                /* what flows here; NULL before the input */
    const AstStmt *network, *late; /* the block, and its input if that stands too far down */
    int64_t rounds;                /* of all repeats so far */
    bool broken;                   /* some layer is missing or wrong: no conclusions from the whole */
    bool cut;                      /* a repeat was left early after an error: labels of its other rounds do not exist */
    bool skipped;                  /* a repeat has no round: its layers are not seen */
    bool full;                     /* too many layers: nothing more is added */
    bool parsed;                   /* the text had no syntax error: what is missing was not written */
    bool misread;                  /* a block has no end: what follows is read in a wrong place */
} Checker;

enum { WORK_STATEMENT = 100, WORK_LAYER = 2000 };

/* ---- blocks ---- */

static void enter(Checker *checker) { scope_enter(&checker->scope); }

static void report_idle(Checker *checker, const Standard *standard) {
    if (!standard->idle || checker->broken || !checker->parsed || checker->skipped || checker->full) return;
    const char *name = standard->kind->name;
    Diag *diag = standard->followed
                     ? diag_report(checker->diags, standard->at, "idle-default",
                                   "each %s below this default line gives itself what it says: it does nothing", name)
                     : diag_report(checker->diags, standard->at, "idle-default",
                                   "no %s follows this default line: it does nothing", name);
    diag_help(checker->diags, diag, "move it above the layers it is meant for, or leave it out");
}

static void leave(Checker *checker) {
    labels_leave(&checker->labels);
    while (checker->standards.count > 0 &&
           checker->standards.at[checker->standards.count - 1].block == checker->scope.block) {
        report_idle(checker, &checker->standards.at[--checker->standards.count]);
    }
    scope_leave(&checker->scope);
}

/* ---- default lines ---- */

/* The one of a kind in the innermost block, new or not: later lines add to it, so that many lines cost little. */
static Standard *block_standard(Checker *checker, const LayerKind *kind) {
    int block = checker->scope.block;
    for (size_t i = checker->standards.count; i > 0 && checker->standards.at[i - 1].block == block; i--) {
        if (checker->standards.at[i - 1].kind == kind) return &checker->standards.at[i - 1];
    }
    Standard standard = {
        .kind = kind, .values = NEW_ARRAY(checker->arena, OptionValue, kind->option_count), .block = block};
    vec_push(checker->arena, &checker->standards, standard);
    return &checker->standards.at[checker->standards.count - 1];
}

static void check_default(Checker *checker, const AstStmt *stmt) {
    const LayerKind *kind = layer_kind_find(stmt->name);
    if (!kind) {
        report_unknown_layer(checker->diags, stmt);
        return;
    }
    OptionOwner owner = layer_kind_owner(kind);
    Standard *standard = block_standard(checker, kind);
    OptionValue *values = options_new(checker->arena, &owner);
    if (!options_read_default(&checker->scope, &owner, stmt, values)) {
        checker->broken = true;
        return;
    }
    standard->at = stmt->at;
    standard->followed = false;
    standard->idle = true;
    for (size_t i = 0; i < kind->option_count; i++) {
        if (values[i].given) standard->values[i] = values[i];
    }
}

/* Inner blocks win over outer ones: they come later in the list. */
static void inherit(Checker *checker, const LayerKind *kind, OptionValue *values) {
    checker->scope.work -= (int64_t)checker->standards.count;
    for (size_t i = 0; i < checker->standards.count; i++) {
        Standard *standard = &checker->standards.at[i];
        if (standard->kind == kind) standard->followed = true;
        for (size_t k = 0; standard->kind == kind && k < kind->option_count; k++) {
            if (!standard->values[k].given) continue;
            values[k] = standard->values[k];
            values[k].inherited = true;
        }
    }
}

/* Marks the innermost default that a layer has each value from. */
static void note_inherited(Checker *checker, const LayerKind *kind, const OptionValue *values) {
    for (size_t k = 0; k < kind->option_count; k++) {
        size_t i = values[k].inherited ? checker->standards.count : 0;
        while (i > 0 && (checker->standards.at[i - 1].kind != kind || !checker->standards.at[i - 1].values[k].given))
            i--;
        if (i > 0) checker->standards.at[i - 1].idle = false;
    }
}

/* ---- layers ---- */

/* The running number of the next layer of a kind. */
static int count_layer(Checker *checker, const LayerKind *kind) {
    for (size_t i = 0; i < checker->counts.count; i++) {
        if (checker->counts.at[i].kind == kind) return ++checker->counts.at[i].count;
    }
    KindCount first = {kind, 1};
    vec_push(checker->arena, &checker->counts, first);
    return 1;
}

static Layer *layer_at(Checker *checker, Span at) {
    Layer *layer = NEW(checker->arena, Layer);
    layer->at = at;
    layer->activation.kind = activation_find("linear");
    return layer;
}

/* What stands for a layer that could not be read. */
static Layer *poison_layer(Checker *checker, Span at) {
    Layer *layer = layer_at(checker, at);
    layer->name = "?";
    checker->broken = true;
    return layer;
}

/* Enters the names of a new layer; it has the one under which it is known. */
static void name_layer(Checker *checker, const AstStmt *stmt, Layer *layer, int number) {
    Labels *labels = &checker->labels;
    if (stmt->label) {
        labels_add(labels, stmt->label, stmt->label_at, layer);
    } else if (!layer_kind_is_input(layer->kind)) {
        labels_add_automatic(labels, layer->name, stmt->at, layer);
    }
    if (layer_kind_is_input(layer->kind) && number == 1 && !string_is(stmt->label, "input")) {
        labels_add_automatic(labels, "input", stmt->at, layer);
    }
}

static bool too_many_layers(Checker *checker, Span at) {
    if (!checker->full && checker->model->layers.count == MODEL_MAX_LAYERS) {
        diag_report(checker->diags, at, "too-large", "a network has at most %d layers", (int)MODEL_MAX_LAYERS);
        checker->full = true;
    }
    return checker->full;
}

static const AstStmt *find_input(const AstStmt *network) {
    for (size_t i = 0; network && i < network->body.count; i++) {
        const AstStmt *stmt = network->body.at[i];
        if (stmt->kind == AST_STATEMENT && string_is(stmt->name, "input")) return stmt;
    }
    return NULL;
}

/* The input stands first, and nowhere else. */
static bool check_place(Checker *checker, const AstStmt *stmt, const LayerKind *kind) {
    if (layer_kind_is_input(kind)) {
        if (checker->model->layers.count == 0) return true; /* what stands above could not be read */
        if (checker->late == stmt) return false;            /* as was said */
        Diag *diag = diag_report(checker->diags, stmt->name_at, "misplaced-input",
                                 "the input comes first, and there is one only");
        diag_help(checker->diags, diag, "leave this 'input' out: a layer reads the one above it");
        checker->broken = true;
        return false;
    }
    if (checker->current) return true;
    checker->current = poison_layer(checker, stmt->at);
    if (!checker->parsed) return true;
    Diag *diag =
        diag_report(checker->diags, stmt->name_at, "missing-input", "the first layer is %s, not the input", kind->name);
    checker->late = find_input(checker->network);
    if (!checker->late) {
        diag_help(checker->diags, diag, "begin with the shape of an example, such as input 1x28x28 or input 784");
        return true;
    }
    size_t length;
    const char *text = source_slice(checker->diags->source, checker->late->at, &length);
    uint32_t line, column;
    source_position(checker->diags->source, checker->late->at.lo, &line, &column);
    diag_help(checker->diags, diag, "move '%.*s' of line %u above it", (int)length, text, (unsigned)line);
    checker->broken = true;
    return true;
}

static bool check_size(Checker *checker, const Layer *layer) {
    for (int i = 0; layer->out.rank == 3 && i < 3; i++) {
        if (layer->out.dim[i] > MODEL_MAX_SIDE) {
            diag_report(checker->diags, layer->at, "too-large", "'%s' would give %s; a side is at most %d", layer->name,
                        shape_text(checker->arena, layer->out), (int)MODEL_MAX_SIDE);
            return false;
        }
    }
    if (shape_count(layer->out) > MODEL_MAX_VALUES) {
        diag_report(checker->diags, layer->at, "too-large", "'%s' would give %s, more than 2^31 numbers an example",
                    layer->name, shape_text(checker->arena, layer->out));
        return false;
    }
    return true;
}

static bool count_parameters(Checker *checker, const Layer *layer) {
    int64_t total = checker->model->parameter_count;
    if (size_add(total, layer_parameters(layer), &total) && total <= MODEL_MAX_PARAMETERS) {
        checker->model->parameter_count = total;
        return true;
    }
    diag_report(checker->diags, layer->at, "too-large", "with '%s' the network has more than 2^31 parameters",
                layer->name);
    return false;
}

static void set_shape(Checker *checker, Layer *layer, bool good) {
    LayerContext context = {checker->arena, checker->diags, checker->model, layer};
    for (size_t i = 0; i < layer->from.count; i++) good = good && layer->from.at[i]->out.rank > 0;
    good = good && !checker->misread && layer->kind->shape(&context) && check_size(checker, layer) &&
           count_parameters(checker, layer);
    if (good) return;
    layer->out = (Shape){.rank = 0};
    checker->broken = true;
}

static Layer *new_layer(Checker *checker, const AstStmt *stmt, const LayerKind *kind, int number) {
    Layer *layer = layer_at(checker, stmt->at);
    layer->kind = kind;
    layer->trainable = true;
    layer->index = (int)checker->model->layers.count;
    if (stmt->label) {
        layer->name = labels_full(&checker->labels, stmt->label);
    } else if (layer_kind_is_input(kind)) {
        layer->name = kind->name;
    } else {
        layer->name = arena_format(checker->arena, "%s%d", kind->name, number);
    }
    return layer;
}

/* Adds an input of the layer; NULL is a name that means nothing yet. */
static bool add_input(Checker *checker, Layer *layer, Layer *from) {
    if (!from) return false;
    from->readers++;
    if (layer->from.count == 0) layer->in = from->out;
    vec_push(checker->arena, &layer->from, from);
    return true;
}

/* What a layer reads: what flows here, or what from= names; then what its labels name. `good`: the statement could be
 * read; else some of its labels may be other words. */
static bool find_inputs(Checker *checker, const OptionOwner *owner, Layer *layer, bool good) {
    if (layer_kind_is_input(layer->kind)) return good;
    const OptionValue *from = &layer->options[owner->count + LAYER_FROM];
    Layer *first = checker->current;
    if (from->given) {
        const char *said = arena_format(checker->arena, "from=%s", from->word);
        first = from->word ? labels_find(&checker->labels, from->word, from->at, said) : NULL;
    }
    bool labels = good;
    good = add_input(checker, layer, first) && good;
    for (size_t i = 0; labels && i < owner->count; i++) {
        const OptionValue *value = &layer->options[i];
        for (size_t k = 0; k < value->labels.count; k++) {
            const LabelWritten *label = &value->labels.at[k];
            if (layer->from.count == MODEL_MAX_READ) {
                diag_report(checker->diags, label->at, "too-large", "a layer reads at most %d others",
                            (int)MODEL_MAX_READ);
                return false;
            }
            const char *said = arena_format(checker->arena, "'%s %s'", owner->name, label->name);
            good = add_input(checker, layer, labels_find(&checker->labels, label->name, label->at, said)) && good;
        }
    }
    return good;
}

static void check_layer(Checker *checker, const AstStmt *stmt) {
    const LayerKind *kind = layer_kind_find(stmt->name);
    if (!kind) {
        report_unknown_layer(checker->diags, stmt);
        checker->current = poison_layer(checker, stmt->at);
        if (stmt->label) labels_add(&checker->labels, stmt->label, stmt->label_at, checker->current);
        return;
    }
    int number = count_layer(checker, kind);
    if (!check_place(checker, stmt, kind) || too_many_layers(checker, stmt->name_at)) return;
    if (!scope_spend(&checker->scope, WORK_LAYER, stmt->at)) return;
    OptionOwner owner = layer_kind_owner(kind);
    Layer *layer = new_layer(checker, stmt, kind, number);
    layer->options = options_new(checker->arena, &owner);
    inherit(checker, kind, layer->options);
    bool good = statement_read(&checker->scope, &owner, stmt, layer->options);
    note_inherited(checker, kind, layer->options);
    good = find_inputs(checker, &owner, layer, good);
    set_shape(checker, layer, good);
    name_layer(checker, stmt, layer, number);
    vec_push(checker->arena, &checker->model->layers, layer);
    checker->current = layer;
}

static void check_label(Checker *checker, const AstStmt *stmt) {
    if (checker->current || !checker->parsed) {
        if (!checker->current) checker->current = poison_layer(checker, stmt->at);
        labels_add(&checker->labels, stmt->label, stmt->label_at, checker->current);
        return;
    }
    diag_report(checker->diags, stmt->at, "missing-input",
                "nothing flows here that '%s' could name; the input comes first", stmt->label);
}

/* ---- statements ---- */

static void check_statement(Checker *checker, const AstStmt *stmt);

static void check_round(Checker *checker, const AstBody *body, const char *suffix) {
    const char *outer = checker->labels.suffix;
    checker->labels.suffix = suffix;
    enter(checker);
    for (size_t i = 0; i < body->count && !scope_spent(&checker->scope) && !checker->full; i++) {
        check_statement(checker, body->at[i]);
    }
    leave(checker);
    checker->labels.suffix = outer;
}

static void check_repeat(Checker *checker, const AstStmt *stmt) {
    const AstValue *value = stmt->value ? scope_evaluate(&checker->scope, stmt->value) : NULL;
    if (!value) {
        checker->broken = true;
        return;
    }
    if (!value_is_whole(value) || value->number < 0) {
        Diag *diag = diag_report(checker->diags, value->at, "bad-value",
                                 "repeat needs a whole number of rounds, not %s", value_text(checker->arena, value));
        double rounds = value->kind == AST_NUMBER && value->number >= 1 && value->number < (double)MODEL_MAX_REPEAT
                            ? floor(value->number)
                            : 3;
        diag_help(checker->diags, diag, "for example 'repeat %s {'", number_text(checker->arena, rounds));
        checker->broken = true;
        return;
    }
    if (value->number > (double)(MODEL_MAX_REPEAT - checker->rounds)) {
        diag_report(checker->diags, value->at, "too-large", "more than %d rounds of repeat in all",
                    (int)MODEL_MAX_REPEAT);
        checker->broken = true;
        return;
    }
    int64_t rounds = (int64_t)value->number;
    checker->rounds += rounds;
    checker->skipped = checker->skipped || rounds == 0;
    const char *outer = checker->labels.suffix;
    size_t errors = checker->diags->errors; /* a round with an error is the last one: the next would only repeat it */
    for (int64_t round = 1; round <= rounds && !scope_spent(&checker->scope) && !checker->full; round++) {
        if (checker->diags->errors > errors || diags_full(checker->diags)) {
            checker->cut = true;
            break;
        }
        check_round(checker, &stmt->body, arena_format(checker->arena, "%s_%lld", outer, (long long)round));
    }
}

static void check_statement(Checker *checker, const AstStmt *stmt) {
    if (!scope_spend(&checker->scope, WORK_STATEMENT, stmt->at)) return;
    size_t errors = checker->diags->errors;
    switch (stmt->kind) {
    case AST_LET: scope_let(&checker->scope, stmt->name, stmt->name_at, stmt->value); break;
    case AST_ALLOW: break; /* read beforehand */
    case AST_REPEAT: check_repeat(checker, stmt); break;
    case AST_DEFAULT: check_default(checker, stmt); break;
    case AST_STATEMENT: check_layer(checker, stmt); break;
    case AST_LABEL: check_label(checker, stmt); break;
    case AST_BROKEN:
        mend_statement(&checker->scope, PLACE_NETWORK, stmt->at);
        if (checker->current) checker->current = poison_layer(checker, stmt->at); /* it may be one */
        break;
    case AST_NETWORK:
    case AST_TRAIN: BUG("a block inside a block");
    }
    bool line = stmt->kind == AST_STATEMENT || stmt->kind == AST_DEFAULT;
    if (line && checker->diags->errors > errors) mend_statement(&checker->scope, PLACE_NETWORK, stmt->at);
}

/* ---- the whole network ---- */

static void check_network(Checker *checker, const AstStmt *network) {
    checker->network = network;
    name_fits(checker->diags, "the network's name", network->name, network->name_at);
    checker->model->name = network->name;
    enter(checker);
    for (size_t i = 0; i < network->body.count && !scope_spent(&checker->scope) && !checker->full; i++) {
        check_statement(checker, network->body.at[i]);
    }
    leave(checker);
    if (!checker->cut && !checker->full && !checker->misread) labels_finish(&checker->labels);
    if (!checker->parsed || checker->broken || checker->full || scope_spent(&checker->scope)) return;
    if (checker->model->layers.count < 2) {
        diag_report(checker->diags, network->at, "empty-network", "'%s' has no layer%s", network->name,
                    checker->model->layers.count == 1 ? " besides its input" : "");
        return;
    }
    graph_check(checker->model, &checker->labels, checker->diags);
}

/* ---- the file ---- */

static void report_unknown_warning(Checker *checker, const AstStmt *stmt) {
    Diags *diags = checker->diags;
    if (diag_kind_find(stmt->name)) {
        diag_report(diags, stmt->name_at, "unknown-warning", "'%s' is an error; only warnings can be allowed",
                    stmt->name);
        return;
    }
    Diag *diag = diag_report(diags, stmt->name_at, "unknown-warning", "there is no warning '%s'", stmt->name);
    VEC(const char *) names = {0};
    for (size_t i = 0; i < diag_kind_count; i++) {
        if (diag_kinds[i].severity == SEVERITY_WARNING) vec_push(checker->arena, &names, diag_kinds[i].name);
    }
    diag_suggest(diags, diag, stmt->name, names.at, names.count);
}

/* An allow holds for the whole file, wherever it stands. */
static void read_allows(Checker *checker, const AstBody *body) {
    for (size_t i = 0; i < body->count; i++) {
        const AstStmt *stmt = body->at[i];
        if (stmt->kind != AST_ALLOW) {
            read_allows(checker, &stmt->body);
        } else if (!diags_allow(checker->diags, stmt->name)) {
            report_unknown_warning(checker, stmt);
        }
    }
}

static void check_file_let(Checker *checker, const AstStmt *stmt, const Overrides *overrides) {
    const AstValue *value = stmt->value;
    for (size_t i = 0; i < overrides->count; i++) {
        if (string_is(overrides->at[i].name, stmt->name)) value = overrides->at[i].value;
    }
    size_t before = checker->scope.lets.count;
    scope_let(&checker->scope, stmt->name, stmt->name_at, value);
    const Let *let = checker->scope.lets.count > before ? &checker->scope.lets.at[before] : NULL; /* NULL: refused */
    if (let && let->value) {
        bool word = let->value->kind == AST_NAME || let->value->kind == AST_STRING;
        const char *text = word ? let->value->name : value_text(checker->arena, let->value);
        Define define = {stmt->name, text};
        vec_push(checker->arena, &checker->model->lets, define);
    }
}

static void report_second(Checker *checker, const AstStmt *stmt, const AstStmt *first, bool networks) {
    for (size_t i = 0; i < checker->diags->list.count; i++)
        if (checker->diags->list.at[i]->at.lo == stmt->at.lo) return; /* it stands in the first, as was said */
    Diag *diag = diag_report(checker->diags, stmt->at, "duplicate-block", "a second %s block",
                             stmt->kind == AST_NETWORK ? "network" : "train");
    uint32_t line, column;
    source_position(checker->diags->source, first->at.lo, &line, &column);
    diag_note(checker->diags, diag, "the first one is in line %u; a file has one", (unsigned)line);
    diag_help(checker->diags, diag,
              networks ? "a model is one network: write the second one, with its train block, into a file of its own"
                       : "write its lines into the first one, in place of those that set the same");
}

/* The file from top to bottom. */
static void check_file(Checker *checker, const AstFile *file, const ModelChanges *changes, Source *source) {
    checker->parsed = checker->diags->errors == 0;
    for (size_t i = 0; i < checker->diags->list.count; i++) {
        checker->misread = checker->misread || string_is(checker->diags->list.at[i]->kind->name, "unclosed-block");
    }
    const AstStmt *network = NULL, *train = NULL;
    bool networks = false; /* there are several */
    read_allows(checker, (const AstBody *)&file->top);
    Overrides overrides = read_defines(checker->arena, checker->diags, file, changes, source);
    for (size_t i = 0; i < file->top.count && !scope_spent(&checker->scope); i++) {
        const AstStmt *stmt = file->top.at[i];
        const AstStmt **block = stmt->kind == AST_NETWORK ? &network : &train;
        if (stmt->kind == AST_BROKEN) mend_statement(&checker->scope, PLACE_FILE, stmt->at);
        if (stmt->kind == AST_LET) check_file_let(checker, stmt, &overrides);
        if (stmt->kind != AST_NETWORK && stmt->kind != AST_TRAIN) continue;
        if (*block) {
            networks = networks || stmt->kind == AST_NETWORK;
            report_second(checker, stmt, *block, networks);
            continue;
        }
        *block = stmt;
        if (stmt->kind == AST_NETWORK) {
            check_network(checker, stmt);
        } else {
            settings_read(&checker->scope, checker->model, stmt, changes, source);
        }
    }
    if (!train) settings_read(&checker->scope, checker->model, NULL, changes, source);
    if (!network && checker->parsed && !scope_spent(&checker->scope)) {
        Diag *diag = diag_report(checker->diags, SPAN_NONE, "missing-network", "there is no network block");
        diag_help(checker->diags, diag, "network NAME { input 784; dense 10 activation=softmax }");
    }
}

/* What is drawn of pictures is no byte: then kernels read floats, to the same bits. */
static void settle_bytes(Model *model, Arena *arena) {
    model->bytes_data = data_line_bytes(arena, model);
    model->bytes_input = model->bytes_data && !net_augment_draws(&model->settings.augment);
}

static Checker *check(Arena *arena, Source *source, const AstFile *file, const ModelChanges *changes, Diags *diags,
                      Trial *trial) {
    Checker *checker = NEW(arena, Checker);
    checker->arena = arena;
    checker->diags = diags;
    checker->model = NEW(arena, Model);
    checker->model->source = source;
    checker->model->purpose = changes ? changes->purpose : PURPOSE_LOOK;
    checker->model->sets = changes ? changes->sets : NULL;
    checker->model->set_count = changes ? changes->set_count : 0;
    checker->model->data_dir = changes ? changes->data_dir : NULL;
    scope_init(&checker->scope, arena, diags);
    checker->scope.trial = trial;
    if (!trial) checker->scope.work = TRIAL_WORK;
    checker->scope.file = file;
    checker->scope.model = checker->model;
    checker->labels.scope = &checker->scope;
    checker->labels.suffix = "";
    check_file(checker, file, changes, source);
    for (size_t i = 0; i < checker->labels.labels.count; i++) {
        const Label *label = &checker->labels.labels.at[i];
        LayerName name = {label->full, label->layer};
        vec_push(arena, &checker->model->names, name);
    }
    if (diags->errors > 0) changes_help(diags, file, source);
    if (diags->errors == 0 && scope_spent(&checker->scope)) scope_report_spent(&checker->scope, SPAN_NONE);
    if (diags->errors == 0) settings_store(arena, checker->model);
    if (diags->errors == 0) optimizer_store(arena, checker->model);
    if (diags->errors == 0) average_store(arena, checker->model);
    if (diags->errors == 0) model_place_stored(arena, checker->model);
    if (diags->errors == 0) settings_agree(&checker->scope, checker->model);
    if (diags->errors == 0) settle_bytes(checker->model, arena);
    return checker;
}

static bool check_trial(Arena *arena, Source *source, const ModelChanges *changes, Diags *diags) {
    return !scope_spent(&check(arena, source, ast_parse(arena, source, diags), changes, diags, NULL)->scope);
}

Model *model_check(Arena *arena, Source *source, const AstFile *file, const ModelChanges *changes, Diags *diags) {
    Trial trial = trial_begin(source, changes, check_trial);
    Model *model = check(arena, source, file, changes, diags, &trial)->model;
    if (diags->errors == 0) model_check_propagation(model, diags);
    return diags->errors == 0 ? model : NULL;
}
