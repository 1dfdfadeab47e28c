#include "compiler/model/graph.h"

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"

static Span activation_place(const Layer *layer) {
    for (size_t i = 0; i < layer->kind->option_count; i++) {
        if (layer->kind->options[i].type == OPTION_ACTIVATION && layer->options[i].given) return layer->options[i].at;
    }
    return layer->at;
}

/* Whether the layers from there on only change the outputs as layers inside do, to which they belong: dropout,
 * normalisation. */
static bool belongs_inside(const Model *model, size_t first) {
    for (size_t i = first; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        bool idle = layer->kind->idle && layer->kind->idle(layer);
        if (!idle && layer->normalised == 0) return false;
    }
    return true;
}

static void check_softmax(const Model *model, Diags *diags) {
    for (size_t i = 0; i + 1 < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        const ActivationKind *kind = layer->activation.kind;
        if (!kind->across) continue;
        const Layer *next = model->layers.at[i + 1];
        bool twice =
            next->activation.kind == kind && layer_above(next) == layer && string_is(next->kind->name, "activation");
        if (!twice && belongs_inside(model, i + 1)) {
            Diag *diag = diag_report(diags, next->at, "softmax-inside", "'%s' stands behind the output ('%s', %s)",
                                     next->name, layer->name, kind->name);
            diag_help(diags, diag, "move it above '%s': the last layer gives the outputs", layer->name);
            return;
        }
        Diag *diag =
            diag_report(diags, twice ? next->at : activation_place(layer), "softmax-inside",
                        "%s inside the network ('%s'); only the last layer may use it", kind->name, layer->name);
        if (twice) {
            diag_help(diags, diag, "'%s' has %s already: leave 'activation %s' out", layer->name, kind->name,
                      kind->name);
        } else {
            diag_help(diags, diag, "the layers before the last take another: 'activation=relu'");
        }
    }
}

/* A round of a repeat has the same statements as the others. */
static bool same_statement(const Layer *a, const Layer *b) { return a->at.lo == b->at.lo; }

static bool holds(const AstBody *body, const Layer *layer) {
    bool found = false;
    for (size_t i = 0; i < body->count && !found; i++) {
        found = body->at[i]->at.lo == layer->at.lo || holds((const AstBody *)&body->at[i]->body, layer);
    }
    return found;
}

/* Whether a repeat with the one layer ends before the other. */
static bool ends_between(const AstBody *body, const Layer *inside, const Layer *behind) {
    for (size_t i = 0; i < body->count; i++) {
        const AstBody *block = (const AstBody *)&body->at[i]->body;
        if (!holds(block, inside)) continue;
        return (body->at[i]->kind == AST_REPEAT && !holds(block, behind)) || ends_between(block, inside, behind);
    }
    return false;
}

/* A layer that nothing reads was passed over by the from= of the next one. */
static void report_unread(const Labels *labels, const Layer *layer, const Layer *next, bool repeated, Diags *diags) {
    bool outside = ends_between((const AstBody *)&labels->scope->file->top, layer, next);
    const char *name = outside ? layer->name : labels_inside(labels, layer);
    bool named =
        !repeated || !string_is(labels_inside(labels, layer), layer->name); /* conv5 is another one in each round */
    const char *sum = named ? arena_format(diags->arena, "'add %s'", name) : "an add below it";
    Diag *diag = diag_report(diags, layer->at, "unused-layer",
                             "nothing reads '%s'; did you forget %s, or from= on the next layer?", layer->name, sum);
    uint32_t line, column;
    source_position(diags->source, next->options[next->kind->option_count + LAYER_FROM].at.lo, &line, &column);
    const char *reads = arena_format(diags->arena, "'%s' reads '%s' by its from= in line %u", next->name,
                                     layer_above(next)->name, (unsigned)line);
    if (named) {
        diag_help(diags, diag,
                  "%s: write from=%s there, leave it out, or join both below it with 'add %s' or 'concat %s'", reads,
                  name, name, name);
    } else {
        diag_help(
            diags, diag,
            "%s: leave it out; or write a label before this layer, and that in from=, or in an add or concat below",
            reads);
    }
}

/* Of the rounds of a repeat one says what all would. */
static void check_readers(const Model *model, const Labels *labels, Diags *diags) {
    for (size_t i = 0; i + 1 < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        bool repeated = false, said = false;
        for (size_t k = 0; k < model->layers.count && layer->readers == 0; k++) {
            const Layer *other = model->layers.at[k];
            if (k == i || !same_statement(layer, other)) continue;
            repeated = true;
            said = said || (k < i && other->readers == 0);
        }
        if (layer->readers == 0 && !said) report_unread(labels, layer, model->layers.at[i + 1], repeated, diags);
    }
}

/* The value that names what a layer reads besides what flows there. */
static const OptionValue *labels_of(const Layer *layer) {
    for (size_t i = 0; i < layer->kind->option_count; i++)
        if (layer->kind->options[i].type == OPTION_LABELS) return &layer->options[i];
    return NULL;
}

/* `add y` where y is what flows: of the rounds of a repeat one says it. */
static void check_joined(const Model *model, Diags *diags) {
    const Layer *said = NULL;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        const OptionValue *labels = labels_of(layer);
        for (size_t k = 1; labels && k < layer->from.count; k++) {
            if (layer->from.at[k] != layer->from.at[0] || (said && same_statement(said, layer))) continue;
            const LabelWritten *label = &labels->labels.at[k - 1];
            Diag *diag = diag_report(diags, label->at, "joined-itself", "'%s' is what flows into '%s' anyway",
                                     label->name, layer->name);
            diag_help(diags, diag,
                      labels->labels.count > 1 ? "leave it out: %s reads the layer above and its labels"
                                               : "name a label further up: %s reads the layer above and "
                                                 "its labels",
                      layer->kind->name);
            said = layer;
        }
    }
}

void graph_check(const Model *model, const Labels *labels, Diags *diags) {
    check_softmax(model, diags);
    check_readers(model, labels, diags);
    check_joined(model, diags);
}
