#include "compiler/driver/weights.h"

#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "runtime/train/network.h"

bool weights_load(Compilation *compilation, Trained *trained, int *status) {
    NetError error = {.status = NET_OK};
    const Options *options = compilation->options;
    NetWords renames = {.count = 0};
    for (size_t i = 0; i < options->renames.count; i++) {
        if (renames.count == NET_WORDS_MAX) {
            *status = report_usage(compilation->command, "--rename is given more than %d times", NET_WORDS_MAX);
            return false;
        }
        renames.at[renames.count++] = options->renames.at[i];
    }
    const NetWeightWords words = {
        .weights = options->weights,
        .rename = &renames,
        .command =
            arena_format(compilation->arena, "netc %s%s %s", compilation->command, options->infer ? " --infer" : "",
                         shell_word(compilation->arena, compilation->model->source->path)),
    };
    if (trained_load(compilation->arena, compilation->model, &words, trained, &error)) {
        return true;
    }
    *status = error.status == NET_USAGE ? report_usage(compilation->command, "%s", error.text)
                                        : report_environment("%s", error.text);
    return false;
}

/* Warns of weights that were trained for another function: at the layer where they differ, else at the last one. */
static void warn_function(Compilation *compilation, const Trained *trained) {
    const Model *model = compilation->model;
    const Layer *layer = trained->differing != NULL ? trained->differing : model->layers.at[model->layers.count - 1];
    Diags *diags = &compilation->diags;
    Diag *diag = diag_report(diags, layer->at, "other-function", "these weights are of another function: %s",
                             trained->difference);
    diag_note(diags, diag, "they are from %s%s", trained->path, trained->epoch);
    diag_help(diags, diag, "'netc show %s' prints the network they are of", trained->path);
}

bool weights_judge(Compilation *compilation, const Trained *trained, int *status) {
    if (trained->undescribed) {
        report_note(NET_UNKNOWN_FUNCTION, trained->path);
    }
    if (trained->difference != NULL) {
        warn_function(compilation, trained);
        if (!pipeline_report(compilation, status)) {
            return false;
        }
    }
    if (trained->converted != NULL && !compilation->options->quiet) {
        report_note("the weights are %s in the file and were converted to F32", trained->converted);
    }
    return true;
}
