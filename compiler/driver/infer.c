#include "compiler/driver/infer.h"

#include <errno.h>
#include <string.h>

#include "compiler/driver/link.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"
#include "compiler/model/trained.h"

bool infer_check_options(const Options *options, int *status) {
    bool onnx = string_is(options->emit, "onnx");
    const char *code = options->backend != NULL ? "--backend"
                       : options->cpu != NULL   ? "--cpu"
                       : options->cc != NULL    ? "--cc"
                       : options->level != NULL ? "-O"
                                                : NULL;
    if ((onnx || options->infer) && (options->weights == NULL || !options->infer)) {
        *status = report_usage("build", "%s is about a trained network; it needs %s", onnx ? "--emit onnx" : "--infer",
                               onnx ? "--infer --weights FILE|RUN" : "--weights FILE|RUN");
    } else if (options->weights != NULL && !options->infer) {
        *status = report_usage("build", "--weights goes with --infer; a trainer is told its weights when it runs");
    } else if (options->infer && !onnx) {
        *status = report_usage("build", "--infer needs --emit onnx");
    } else if (onnx && code != NULL) {
        *status = report_usage("build", "%s is about code; an ONNX file holds none", code);
    } else {
        return true;
    }
    return false;
}

static bool load(const Compilation *compilation, Trained *trained) {
    NetError error = {.status = NET_OK};
    if (!trained_load(compilation->arena, compilation->model, compilation->options->weights, trained, &error)) {
        report_environment("%s", error.text);
        return false;
    }
    if (trained->converted != NULL) {
        report_note("the weights are %s in the file and were converted to F32", trained->converted);
    }
    return true;
}

static bool write_onnx(Arena *arena, const Trained *trained, const Output *output) {
    FILE *file = fopen(output->temporary, "wb");
    const char *why = file == NULL ? strerror(errno) : NULL;
    bool good = file != NULL && emit_onnx(arena, trained, file, &why);
    if (file != NULL && fclose(file) != 0 && good) {
        good = false;
        why = strerror(errno);
    }
    if (!good) {
        report_environment("cannot write %s: %s", output->path, why);
    }
    return good;
}

int infer_build(Arena *arena, const Options *options) {
    Compilation compilation;
    int status;
    if (!pipeline_open(arena, "build", options, options->files.at[0], &compilation, &status) ||
        !pipeline_run(&compilation, LEVEL_MODEL, &status)) {
        return status;
    }
    Trained trained;
    Tools tools;
    if (!load(&compilation, &trained) || !tools_open_scratch(arena, options->verbose, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    const char *path =
        options->output != NULL ? options->output : arena_format(arena, "%s.onnx", compilation.model->name);
    Output output;
    bool good = output_open(&tools, path, &output);
    if (good && !write_onnx(arena, &trained, &output)) {
        output_discard(&output);
        good = false;
    }
    good = good && output_commit(&output, false);
    tools_close(&tools);
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : STATUS_ENVIRONMENT;
}
