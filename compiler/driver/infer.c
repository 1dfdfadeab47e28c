#include "compiler/driver/infer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/ship.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/report.h"
#include "compiler/driver/runs.h"
#include "compiler/driver/show_weights.h"
#include "compiler/driver/weights.h"
#include "compiler/emit/emit.h"
#include "compiler/model/trained.h"

bool infer_check_options(Arena *arena, const Options *options, int *status) {
    bool onnx = string_is(options->emit, "onnx");
    const char *only = options->until != NULL       ? "--until"
                       : options->renames.count > 0 ? "--rename"
                       : options->target != NULL    ? "--target"
                       : options->static_link       ? "--static"
                                                    : NULL;
    const char *code = options->backend != NULL  ? "--backend"
                       : options->cpu != NULL    ? "--cpu"
                       : options->cc != NULL     ? "--cc"
                       : options->level != NULL  ? "-O"
                       : options->tune           ? "--tune"
                       : options->target != NULL ? "--target"
                       : options->static_link    ? "--static"
                                                 : NULL;
    const char *first = options->files.count > 0 ? options->files.at[0] : "-";
    const char *what = options->infer && options->weights == NULL ? show_weights_what(first) : NULL;
    if (string_is(what, "a run")) { /* what is about it names it, and stands beside its model */
        const char *model = run_model(arena, first);
        *status = report_usage("build", "--infer takes a model and its weights: netc build %s --infer --weights %s%s%s",
                               model != NULL ? shell_word(arena, model) : "MODEL.net", shell_word(arena, first),
                               options->emit != NULL ? " --emit " : "", options->emit != NULL ? options->emit : "");
    } else if (emit_is_trained(options->emit) && (!options->infer || options->weights == NULL)) {
        *status = report_usage("build", "--emit %s is about a trained network; it needs --infer --weights FILE|RUN",
                               options->emit);
    } else if (options->infer && options->weights == NULL) {
        *status = report_usage("build", "--infer is about a trained network; it needs --weights FILE|RUN%s",
                               access("runs/latest", F_OK) == 0 ? ", for example --weights runs/latest" : "");
    } else if (options->weights != NULL && !options->infer) {
        *status = report_usage("build", "--weights goes with --infer; a trainer is told its weights when it runs");
    } else if (options->target != NULL && !options->infer) {
        const char *machine = target_named(options->target);
        *status = report_usage("build",
                               "--target goes with --infer; a trainer is built for this machine; a trained network is "
                               "built by --infer --weights RUN%s%s --emit %s",
                               machine != NULL ? " --target " : "", machine != NULL ? machine : "",
                               machine != NULL ? "lib" : "c");
    } else if (only != NULL && !options->infer) {
        *status = report_usage("build", "%s goes with --infer; a trainer is %s", only,
                               options->until != NULL       ? "of the whole network"
                               : options->renames.count > 0 ? "told its weights when it runs"
                                                            : "built for this machine");
    } else if (options->static_link && options->emit != NULL && !string_is(options->emit, "exe")) {
        *status = report_usage("build", "--static links a program; --emit %s makes none", options->emit);
    } else if (options->infer && string_is(options->backend, "interp")) {
        *status = report_usage("build", "--backend interp is to train only; --infer compiles: llvm or c");
    } else if (onnx && code != NULL) {
        *status = report_usage("build", "%s is about code; an ONNX file holds none", code);
    } else {
        return true;
    }
    return false;
}

static bool load(Compilation *compilation, Trained *trained, int *status) {
    if (!weights_load(compilation, trained, status)) {
        return false;
    }
    report_note("weights from %s%s", trained->path, trained->epoch);
    return weights_judge(compilation, trained, status);
}

static bool write_onnx(Arena *arena, const Trained *trained, const Layer *until, const Output *output) {
    FILE *file = fopen(output->made, "wb");
    const char *why = file == NULL ? strerror(errno) : NULL;
    bool good = file != NULL && emit_onnx(arena, trained, until, file, &why);
    if (file != NULL && fclose(file) != 0 && good) {
        good = false;
        why = strerror(errno);
    }
    if (!good) {
        report_environment("%s: cannot write: %s", output->made, why);
    }
    return good;
}

static int write_onnx_file(const Shipment *shipment, const Trained *trained) {
    const Compilation *compilation = shipment->compilation;
    Tools tools;
    if (!tools_open_scratch(compilation->arena, compilation->options->verbose, &tools)) {
        return STATUS_ENVIRONMENT;
    }
    Output output;
    bool good = output_open(&tools, shipment->path, shipment->name, &output);
    if (good && !write_onnx(compilation->arena, trained, compilation->until, &output)) {
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

int infer_build(Arena *arena, Options *options) {
    Compilation compilation;
    Shipment shipment = {.compilation = &compilation};
    Trained trained;
    int status;
    if (!pipeline_open(arena, "build", options, options->files.at[0], &compilation, &status)) {
        return status;
    }
    compilation.goal = &goal_infer;
    if (!pipeline_target(&compilation, &status) || !emit_check(&compilation, &status)) {
        return status;
    }
    Emit emit = compilation.emit;
    if (string_is(options->output, "-") && emit != EMIT_C && emit != EMIT_LLVM && emit != EMIT_ASM &&
        emit != EMIT_ONNX) {
        return report_usage("build", "-o -: a %s does not go to standard output; -o names a file",
                            emit == EMIT_EXE   ? "program"
                            : emit == EMIT_OBJ ? "object"
                                               : "library");
    }
    if (!pipeline_run(&compilation, LEVEL_MODEL, &status) || !ship_until(&compilation, &status) ||
        !ship_path(&shipment, &status) || !load(&compilation, &trained, &status)) {
        return status;
    }
    if (emit == EMIT_ONNX) {
        return write_onnx_file(&shipment, &trained);
    }
    return pipeline_run(&compilation, LEVEL_LOOPS, &status) ? ship_build(&shipment, &trained) : status;
}
