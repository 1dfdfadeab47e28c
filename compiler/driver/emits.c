#include "compiler/driver/emits.h"

#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/model/settings.h"
#include "runtime/base/paths.h"

/* What ends in a form's suffix is that form; an assembler calls what it makes .S, too, and .pb is ONNX's encoding. */
static bool is_foreign(const char *output, Emit emit) {
    bool text = emit == EMIT_C || emit == EMIT_LLVM || emit == EMIT_ASM;
    const NetEnding *ending = net_path_ending(output);
    return ending != NULL && !(text && string_is(ending->ending, ".txt")) &&
           !(emit == EMIT_ONNX && string_is(ending->ending, ".pb"));
}

/* The path with the ending of a form; what it is called without one, a program has. */
static const char *with_ending(Arena *arena, const char *output, size_t ending, Emit emit) {
    return arena_format(arena, "%.*s%s", (int)(strlen(output) - ending), output, emits[emit].suffix);
}

/* An ending says what is in a file: another form under it would mislead people and tools, if not overwrite a source. */
static bool check_ending(const Compilation *compilation, Emit emit, int *status) {
    const char *output = compilation->options->output;
    Arena *arena = compilation->arena;
    const char *this = compilation->options->emit == NULL ? "without --emit this is a program"
                                                          : arena_format(arena, "this is --emit %s", emits[emit].name);
    for (size_t i = 0; output != NULL && i < EMITS; i++) {
        if (i != (size_t)emit && net_path_ends(output, emits[i].suffix)) {
            *status =
                report_usage(compilation->command,
                             "-o %s: files that end in %s are made by --emit %s, and %s; change one of the two, as "
                             "-o %s",
                             output, emits[i].suffix, emits[i].name, this,
                             with_ending(arena, output, strlen(emits[i].suffix), emit));
            return false;
        }
    }
    const char *weights = compilation->options->weights;
    bool input =
        output != NULL && (output_is(output, compilation->path) || (weights != NULL && output_is(output, weights)));
    if (output != NULL && !input && is_foreign(output, emit)) { /* of an input more is said later */
        const NetEnding *ending = net_path_ending(output);
        *status =
            report_usage(compilation->command, "-o %s: %s is the ending of %s, and %s; write -o %s", output,
                         ending->ending, ending->what, this, with_ending(arena, output, strlen(ending->ending), emit));
        return false;
    }
    return true;
}

bool emit_check(const Compilation *compilation, int *status) {
    Emit emit = compilation->emit;
    if (compilation->backend->emits != 0 && !backend_emits(compilation->backend, emit)) {
        const Backend *other = backend_find(NULL, emit);
        *status = report_usage(compilation->command, "--emit %s prints what %s makes; it needs --backend %s",
                               emits[emit].name, other->called, other->name);
        return false;
    }
    return check_ending(compilation, emit, status);
}

const char *emit_file(const Compilation *compilation) {
    return arena_format(compilation->arena, "%s%s", compilation->model->name, emits[compilation->emit].suffix);
}

int emit_level(const Options *options) { return options->level == NULL ? 2 : options->level[0] - '0'; }

static Generation generation_of(const Compilation *compilation) {
    return (Generation){.code = compilation->code,
                        .target = &compilation->target[0],
                        .backend = compilation->backend,
                        .level = emit_level(compilation->options)};
}

/* What of it takes OpenBLAS; NULL: nothing does. */
static const char *takes_openblas(const Model *model) {
    for (size_t i = 0; i < model->stored.count; i++) {
        if (model->stored.at[i]->recipe.kind == RECIPE_ORTHOGONAL) {
            return "init=orthogonal";
        }
    }
    return settings_log(&model->settings, NET_SUBJECT_SPECTRUM).on ? "log spectrum" : NULL;
}

bool emit_make(const Compilation *compilation, const Tools *tools, const char *path) {
    Emit emit = compilation->emit;
    Generation from = generation_of(compilation);
    if (emit != EMIT_EXE) {
        return from.backend->write(tools, &from, emit, path);
    }
    const Needs needs = {.openblas = takes_openblas(compilation->model),
                         .protobuf = compilation->model->settings.log_events};
    Objects objects = {0};
    return backend_objects(tools, &from, "kernels", &objects) &&
           tools_link(tools, objects.at, objects.count, needs, path);
}

int emit_write(const Compilation *compilation, const Tools *tools, const char *path) {
    Output output;
    if (!output_open(tools, path, emit_file(compilation), &output)) {
        return STATUS_ENVIRONMENT;
    }
    bool good = emit_make(compilation, tools, output.made);
    if (good) {
        good = output_commit(&output, compilation->emit == EMIT_EXE);
    } else {
        output_discard(&output);
    }
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : STATUS_ENVIRONMENT;
}
