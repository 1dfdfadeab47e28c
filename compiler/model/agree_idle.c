/* What a line asks for and never comes about: a stop or a cut of the rate after the last epoch, a seed where nothing is
 * drawn, training where all is frozen. See agree.h. */
#include "compiler/model/agree.h"
#include "compiler/model/settings.h"
#include "compiler/model/stored.h"
#include "runtime/data/kinds.h"

/* Training ends before so many epochs without a gain have gone by. */
static void check_patience(Scope *scope, const Model *model, int64_t epochs) {
    const AstStmt *line = agree_line(model, "stop");
    int64_t patience = (int64_t)settings_number(&model->settings, "patience");
    if (!line || patience < epochs) return;
    Diag *diag = diag_report(scope->diags, line->at, "idle-stop",
                             "stop never acts: its patience is %lld epochs, and training ends after %lld",
                             (long long)patience, (long long)epochs);
    long long less = epochs > 5 ? 5 : 1;
    diag_help(scope->diags, diag, "write 'stop patience=%lld', or give 'epochs' a larger number", less);
}

/* What a schedule does after so many epochs, training does not live to see. */
static void report_schedule(Scope *scope, const OptionValue *value, const char *kind, const char *never,
                            const char *option, double number, int64_t epochs, const char *less) {
    const char *said = number_text(scope->arena, number), *more = "give 'epochs' a larger number";
    Diag *diag = diag_report(scope->diags, value->at, kind, "the rate %s: %s=%s, and training ends after %lld epoch%s",
                             never, option, said, (long long)epochs, epochs == 1 ? "" : "s");
    if (less) diag_help(scope->diags, diag, "%s= counts epochs: write %s=%s, or %s", option, option, less, more);
    if (!less) diag_help(scope->diags, diag, "%s= counts epochs: %s", option, more);
}

static void check_schedule(Scope *scope, const Model *model, int64_t epochs) {
    const Settings *settings = &model->settings;
    const OptionValue *warmup = settings_option(settings, "schedule", "warmup");
    const OptionValue *every = settings_option(settings, "schedule", "every");
    const OptionValue *patience = settings_option(settings, "schedule", "patience");
    double last = (double)epochs;
    if (warmup && warmup->real >= last)
        report_schedule(scope, warmup, "long-warmup", "never falls", "warmup", warmup->real, epochs,
                        epochs >= 10 ? "1" : "0.1");
    if (every && every->real >= last)
        report_schedule(scope, every, "idle-schedule", "is never cut", "every", every->real, epochs,
                        number_text(scope->arena, last < 4 ? last / 2 : (double)(epochs / 3)));
    if (patience && patience->integer >= epochs)
        report_schedule(scope, patience, "idle-schedule", "is never cut", "patience", (double)patience->integer, epochs,
                        epochs < 3   ? NULL
                        : epochs > 9 ? "3"
                                     : "1");
}

/* Parts that are cut from the file in its order are the same with any seed. */
static void check_seed(Scope *scope, const Model *model) {
    const Settings *settings = &model->settings;
    const OptionValue *seed = settings_option(settings, "split", "seed");
    const char *order = settings->split_order;
    if (!seed || seed->integer == 1) return; /* as it is without a word, and as `netc show` has it */
    if (order ? !string_is(order, "file") : net_data_kind(settings->data_kind)->mixed) return;
    Diag *diag = diag_report(scope->diags, seed->at, "idle-seed",
                             "seed= of split says which parts are drawn, and none are: they are cut in the file's "
                             "order");
    diag_help(scope->diags, diag, "%s, or leave seed= out",
              order ? "write order=shuffled" : "add order=shuffled to the line");
}

/* The last layer whose parameters might be trained, where none are. */
static const Layer *frozen_layer(const Model *model) {
    const Layer *frozen = NULL;
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (layer_parameters(layer) == 0) continue;
        if (layer->trainable) return NULL;
        frozen = layer;
    }
    return frozen;
}

static void check_frozen(Scope *scope, const Model *model) {
    const Layer *last = frozen_layer(model);
    if (!last) return;
    Diag *diag = diag_report(scope->diags, last->at, "nothing-trained",
                             "no layer learns: all that have weights say trainable=false");
    diag_help(scope->diags, diag, "leave trainable=false out of those that are to learn, such as '%s'", last->name);
}

void agree_idle(Scope *scope, const Model *model) {
    int64_t epochs = (int64_t)settings_number(&model->settings, "epochs");
    check_seed(scope, model);
    if (model->purpose != PURPOSE_LOOK || epochs == 0) return;
    check_patience(scope, model, epochs);
    check_schedule(scope, model, epochs);
    check_frozen(scope, model);
}
