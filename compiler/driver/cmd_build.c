/* netc build: a trainer, a step on the way to one, or a trained network, as a file. */
#include "compiler/driver/emits.h"
#include "compiler/driver/infer.h"
#include "compiler/driver/report.h"

static bool check_options(const Options *options, Emit emit, int *status) {
    if (string_is(options->backend, "interp")) {
        *status = report_usage("build",
                               "--backend interp runs a model without compiling it; that is "
                               "'netc train %s --backend interp'",
                               options->files.at[0]);
        return false;
    }
    if (string_is(options->output, "-") && (emit == EMIT_EXE || emit == EMIT_OBJ)) {
        *status = report_usage("build", "-o -: a program does not go to standard output; -o names a file");
        return false;
    }
    if (options->output != NULL && output_is(options->output, options->files.at[0])) {
        *status = report_usage("build", "-o %s: that is the model; -o names another file", options->output);
        return false;
    }
    return true;
}

int cmd_build(Arena *arena, Options *options) {
    Compilation compilation;
    int status;
    if (!infer_check_options(arena, options, &status)) {
        return status;
    }
    if (options->infer) {
        return infer_build(arena, options);
    }
    if (!pipeline_open(arena, "build", options, options->files.at[0], &compilation, &status)) {
        return status;
    }
    compilation.goal = &goal_train;
    if (!pipeline_target(&compilation, &status) || !emit_check(&compilation, &status) ||
        !check_options(options, compilation.emit, &status) || !pipeline_run(&compilation, LEVEL_LOOPS, &status)) {
        return status;
    }
    Tools tools;
    if (!tools_open(arena, options->cc, options->verbose, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    const char *path = options->output != NULL ? options->output : emit_file(&compilation);
    status = emit_write(&compilation, &tools, path);
    tools_close(&tools);
    return status;
}
