/* netc show: the layers of a model as a table or as JSON. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/driver/show_infer.h"
#include "compiler/model/show.h"

int cmd_show(Arena *arena, Options *options) {
    Compilation compilation;
    int status;
    if (!show_infer_check(options, &status)) {
        return status;
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
    (options->json ? show_json : show_text)(compilation.model, stdout);
    return STATUS_OK;
}
