#include "compiler/model/linear.h"

#include "compiler/model/curve.h"
#include "compiler/model/layer.h"
#include "compiler/model/mend_default.h"

/* The place of the option among those of the kind; their count: it has none. */
static size_t activation_place(const LayerKind *kind) {
    size_t place = 0;
    while (place < kind->option_count && kind->options[place].type != OPTION_ACTIVATION) place++;
    return place;
}

static bool says_activation(const Layer *layer) {
    size_t place = activation_place(layer->kind);
    return place < layer->kind->option_count && layer->options[place].given;
}

static bool reads_any(const Layer *layer, const bool *marked) {
    bool any = false;
    for (size_t i = 0; i < layer->from.count; i++) any = any || marked[layer->from.at[i]->index];
    return any;
}

/* Whether nothing on the ways from the layer to the next ones with weights, or to the end, says what its activation is.
 */
static bool linear_by_omission(const Model *model, size_t index) {
    bool reached[MODEL_MAX_LAYERS] = {false};
    for (size_t i = index; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        reached[i] = i == index || (!layer->kind->weighs && reads_any(layer, reached));
        if (reached[i] && says_activation(layer)) return false;
    }
    return true;
}

static void report_hidden(Scope *scope, const Layer *first, int others) {
    Diags *diags = scope->diags;
    Diag *diag;
    if (others == 0) {
        diag = diag_report(diags, first->at, "linear-layer", "'%s' has no activation: it is linear", first->name);
    } else {
        diag = diag_report(diags, first->at, "linear-layer",
                           "'%s' and %d more layer%s have no activation: they are linear", first->name, others,
                           others == 1 ? "" : "s");
    }
    const char *option = first->kind->options[activation_place(first->kind)].name;
    if (mend_default_below(scope, diag, first->at, first->kind->name, option)) return;
    diag_help(diags, diag,
              others == 0 ? "write activation=relu, or activation=linear if you mean it"
                          : "write activation=relu on each of them, or activation=linear where you mean it");
}

static void report_output(const Layer *last, bool at_end, bool cost_written, Diags *diags) {
    Diag *diag = diag_report(diags, last->at, "linear-output",
                             "'%s' has no activation: its outputs are no probabilities of classes, and the cost is "
                             "quadratic",
                             last->name);
    const char *likely = cost_written ? "sigmoid" : "softmax"; /* which does not go with a quadratic cost */
    if (at_end) {
        diag_help(diags, diag, "write activation=%s, or activation=linear if you mean it", likely);
    } else {
        diag_help(diags, diag, "end the network with 'activation %s', or 'activation linear' if you mean it", likely);
    }
}

/* Flat below 0, and there at the beginning half the time. */
static bool is_clipped(Scope *scope, Activation activation) {
    if (!activation.kind->rectifier) return false;
    Curve *curve = curve_new(scope->arena, activation, 1);
    curve->z[0] = -1;
    curve_run(curve);
    return curve->slope[0] == 0;
}

static void report_clipped(Scope *scope, const Layer *last, bool cost_written) {
    const char *likely = cost_written ? "sigmoid" : "softmax";
    size_t place = activation_place(last->kind);
    Diag *diag =
        diag_report(scope->diags, last->at, "clipped-output",
                    "the outputs of '%s' are %s: no probabilities of classes, and one that is 0 does not learn",
                    last->name, last->activation.kind->name);
    if (string_is(last->kind->name, "activation"))
        diag_help(scope->diags, diag, "write 'activation %s'", likely);
    else if (last->options[place].inherited)
        diag_help(scope->diags, diag, "the default line reaches the last layer: write activation=%s here", likely);
    else
        diag_help(scope->diags, diag, "write activation=%s in its place", likely);
}

void model_check_linear(Scope *scope, const Model *model, bool cost_written) {
    const Layer *first = NULL;
    int hidden = 0;
    size_t last = model->layers.count - 1; /* the last one with weights, or the input */
    while (last > 0 && !model->layers.at[last]->kind->weighs) last--;
    for (size_t i = 1; i < last; i++) {
        const Layer *layer = model->layers.at[i];
        if (!layer->kind->weighs || !linear_by_omission(model, i)) continue;
        if (hidden++ == 0) first = layer;
    }
    if (hidden > 0) report_hidden(scope, first, hidden - 1);
    if (last > 0 && model->settings.target == TARGET_CLASS && linear_by_omission(model, last)) {
        report_output(model->layers.at[last], last + 1 == model->layers.count, cost_written, scope->diags);
    }
    const Layer *end = model->layers.at[model->layers.count - 1];
    if (model->settings.target == TARGET_CLASS && is_clipped(scope, end->activation))
        report_clipped(scope, end, cost_written);
}
