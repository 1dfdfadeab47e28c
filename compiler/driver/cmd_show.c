/* netc show: the layers of a model as a table, in other forms, or what it takes in use; what a weights file holds. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/show_gradients.h"
#include "compiler/driver/show_infer.h"
#include "compiler/driver/show_weights.h"
#include "compiler/model/pytorch.h"
#include "compiler/model/show.h"

typedef void ShowModel(const Model *model, FILE *out);

/* The form that the options ask for; NULL after saying that they ask for two. Gradients are a table or JSON. */
static ShowModel *chosen_form(const Options *options, int *status) {
    const struct {
        const char *option;
        bool given;
        ShowModel *show;
    } forms[] = {{"--json", options->json, show_json},
                 {"--pytorch", options->pytorch, pytorch_print},
                 {"--dot", options->dot, show_dot},
                 {"--gradients", options->gradients && !options->json, show_gradients_text}};
    const char *first = NULL;
    ShowModel *show = show_text;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (!forms[i].given) {
            continue;
        }
        if (first != NULL) {
            *status = report_usage("show", "%s and %s are two forms of the same; keep one", first, forms[i].option);
            return NULL;
        }
        first = forms[i].option;
        show = forms[i].show;
    }
    return options->gradients && options->json ? show_gradients_json : show;
}

int cmd_show(Arena *arena, Options *options) {
    Compilation compilation;
    int status = STATUS_OK;
    ShowModel *show = chosen_form(options, &status);
    if (show == NULL || !show_infer_check(options, &status)) {
        return status;
    }
    if (show_weights_what(options->files.at[0]) != NULL) {
        return show_weights(arena, options, options->files.at[0]);
    }
    if (options->examples != NULL) {
        return report_usage("show", "--examples is about a run; %s is a model", options->files.at[0]);
    }
    if (!pipeline_open(arena, "show", options, options->files.at[0], &compilation, &status)) {
        return status;
    }
    if (options->infer) {
        return show_infer(&compilation);
    }
    if (!pipeline_run(&compilation, LEVEL_MODEL, &status)) {
        return status;
    }
    show(compilation.model, stdout);
    return STATUS_OK;
}
