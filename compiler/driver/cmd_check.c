/* netc check: all findings in the models named, and in how the files they name begin, where these are there. */
#include <string.h>

#include "compiler/driver/examples.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/model/agree.h"

/* A message of the runtime that is of a kind, "… [image-size]", as a finding in the data line. */
static bool report_data(Compilation *compilation, const NetError *error, int *status) {
    const char *tag = strrchr(error->text, '['), *end = tag ? strchr(tag, ']') : NULL;
    const char *name = end ? arena_copy(compilation->arena, tag + 1, (size_t)(end - tag - 1)) : "";
    const DiagKind *kind = diag_kind_find(name);
    if (!kind || tag == error->text) {
        *status = report_environment("%s", error->text);
        return false;
    }
    diag_report(&compilation->diags, agree_line(compilation->model, "data")->at, name, "%.*s",
                (int)(tag - 1 - error->text), error->text);
    return pipeline_report(compilation, status);
}

static bool check_data(Compilation *compilation, int *status) {
    NetError error;
    if (!agree_line(compilation->model, "data")) return true;
    NetDataRequest request = examples_request(compilation->arena, compilation->model);
    bool ok = net_data_check(&request, &error);
    json_decref((json_t *)(uintptr_t)request.options);
    return ok || report_data(compilation, &error, status);
}

/* One file; each has an arena of its own, so that memory does not grow with their number. */
static int check_file(const Options *options, const char *path) {
    Arena *arena = arena_new();
    Compilation compilation;
    int status = STATUS_OK;
    if (pipeline_open(arena, "check", options, path, &compilation, &status) &&
        pipeline_run(&compilation, LEVEL_MODEL, &status) && check_data(&compilation, &status) && !options->quiet &&
        options->dumps.count == 0 && (options->diagnostics == NULL || string_is(options->diagnostics, "text"))) {
        printf("%s: no errors\n", path);
    }
    arena_free(arena);
    return status;
}

int cmd_check(Arena *arena, Options *options) {
    (void)arena;
    int status = STATUS_OK;
    for (size_t i = 0; i < options->files.count; i++) {
        int one = check_file(options, options->files.at[i]);
        if (one == STATUS_USAGE) {
            return one;
        }
        status = one > status ? one : status;
    }
    return status;
}
