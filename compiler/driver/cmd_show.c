/* netc show: the layers of a model as a table, as JSON or as a graph. */
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/model/show.h"

int cmd_show(Arena *arena, Options *options) {
    Compilation compilation;
    int status;
    if (options->json && options->dot) {
        return report_usage("show", "--json and --dot are two forms of the same; keep one");
    }
    if (!pipeline_open(arena, "show", options, options->files.at[0], &compilation, &status) ||
        !pipeline_run(&compilation, LEVEL_MODEL, &status)) {
        return status;
    }
    (options->json ? show_json : options->dot ? show_dot : show_text)(compilation.model, stdout);
    return STATUS_OK;
}
