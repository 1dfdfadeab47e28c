#include "compiler/model/normalised.h"

#include "compiler/model/activation.h"
#include "compiler/model/layer.h"
#include "compiler/model/settings.h"

int64_t model_least_batch(const Model *model, const Layer **needs) {
    *needs = NULL;
    for (size_t i = 0; i < model->layers.count && !*needs; i++)
        if (model->layers.at[i]->normalised == 1) *needs = model->layers.at[i];
    return *needs ? 2 : 1;
}

static void check_batch(const Model *model, const AstStmt *line, Diags *diags) {
    const Layer *needs;
    if (model->purpose == PURPOSE_USE || !line || settings_number(&model->settings, "batch") != 1) return;
    int64_t least = model_least_batch(model, &needs);
    if (!needs) return;
    Diag *diag = diag_report(diags, line->at, "batch-of-one",
                             "batch 1 gives '%s' one value a unit, which is its own mean: it passes on nothing of it",
                             needs->name);
    diag_help(diags, diag, "write 'batch %lld' or more", (long long)least);
}

/* The bias of a layer that is read by a normalisation alone: it moves all values of a channel alike. */
static bool is_useless(const Layer *layer, const Layer *reader) {
    bool bias = layer_stored(layer, STORED_BIAS) && layer->trainable && layer->kind->weighs;
    return bias && layer->readers == 1 && activation_is_linear(layer->activation) && reader->normalised;
}

static void check_biases(const Model *model, Diags *diags) {
    const Layer *first = NULL, *reader = NULL;
    int others = 0;
    for (size_t i = 1; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i], *from = layer->from.at[0]; /* one that normalises reads one */
        if (!is_useless(from, layer)) continue;
        others += first != NULL;
        if (!first) first = from, reader = layer;
    }
    if (!first) return;
    const char *kind = reader->kind->name;
    Diag *diag = others == 0 ? diag_report(diags, first->at, "useless-bias", "'%s' feeds a %s, which cancels its bias",
                                           first->name, kind)
                             : diag_report(diags, first->at, "useless-bias",
                                           "'%s' and %d more layer%s feed a %s, which cancels their biases",
                                           first->name, others, others == 1 ? "" : "s", kind);
    diag_help(diags, diag, others == 0 ? "write bias=false" : "write bias=false on each of them");
}

void model_check_normalised(const Model *model, const AstStmt *batch, Diags *diags) {
    check_batch(model, batch, diags);
    check_biases(model, diags);
}
