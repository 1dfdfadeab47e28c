#include "compiler/driver/backend.h"

#include <errno.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"

typedef struct {
    const char *name, *suffix;
} EmitName;

static const EmitName emit_table[] = {
    [EMIT_EXE] = {"exe", ""},      [EMIT_OBJ] = {"obj", ".o"}, [EMIT_C] = {"c", ".c"},
    [EMIT_LLVM] = {"llvm", ".ll"}, [EMIT_ASM] = {"asm", ".s"},
};

bool emit_find(const Compilation *compilation, Emit *emit, int *status) {
    const char *name = compilation->options->emit;
    *emit = EMIT_EXE;
    for (size_t i = 0; i < COUNT_OF(emit_table); i++) {
        if (string_is(name, emit_table[i].name)) {
            *emit = (Emit)i;
        }
    }
    const char *backend = compilation->options->backend;
    if (*emit == EMIT_LLVM && (!compilation->llvm || string_is(backend, "c"))) {
        *status = report_usage(compilation->command, "--emit llvm prints what the LLVM backend makes; it needs "
                                                     "--backend llvm");
        return false;
    }
    if (*emit == EMIT_C && string_is(backend, "llvm")) {
        *status = report_usage(compilation->command, "--emit c prints what the C backend makes; it needs --backend c");
        return false;
    }
    return true;
}

const char *emit_file(const Compilation *compilation, Emit emit) {
    return arena_format(compilation->arena, "%s%s", compilation->model->name, emit_table[emit].suffix);
}

static Target target_of(const Compilation *compilation) {
    const char *level = compilation->options->level;
    return (Target){.cpu = compilation->processor.cpu,
                    .features = compilation->processor.features,
                    .level = level == NULL ? 2 : level[0] - '0'};
}

static bool write_c(const Compilation *compilation, const char *path) {
    Target target = target_of(compilation);
    FILE *file = fopen(path, "wb");
    const char *why = file == NULL ? strerror(errno) : NULL;
    bool good = file != NULL && emit_c(compilation->code, &target, file, &why);
    if (file != NULL && fclose(file) != 0 && good) {
        good = false;
        why = strerror(errno);
    }
    if (!good) {
        report_environment("cannot write the program as C to %s: %s", path, why);
    }
    return good;
}

/* Through the C compiler: `what` is -c or -S. */
static bool compile_c(const Compilation *compilation, const Tools *tools, const char *what, const char *path) {
    Target target = target_of(compilation);
    const char *source = tools_path(tools, "model.c");
    if (!write_c(compilation, source)) {
        return false;
    }
    VEC(const char *) command = {0};
    vec_push(tools->arena, &command, tools->cc);
    for (const char *const *flag = emit_c_flags(); *flag != NULL; flag++) {
        vec_push(tools->arena, &command, *flag);
    }
    vec_push(tools->arena, &command, arena_format(tools->arena, "-O%d", target.level));
    if (compilation->processor.level != NULL) {
        vec_push(tools->arena, &command, arena_format(tools->arena, "-march=%s", compilation->processor.level));
    }
    const char *const rest[] = {what, source, "-o", path, NULL};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        vec_push(tools->arena, &command, rest[i]);
    }
    return tools_run(tools, command.at);
}

#if NETC_LLVM
static bool write_llvm(const Compilation *compilation, LlvmOutput output, const char *path) {
    Target target = target_of(compilation);
    const char *why = NULL;
    if (!emit_llvm(compilation->arena, compilation->code, &target, output, path, &why)) {
        report_environment("LLVM could not write %s: %s", path, why);
        return false;
    }
    return true;
}
#endif

static bool write_object(const Compilation *compilation, const Tools *tools, const char *path) {
#if NETC_LLVM
    if (compilation->llvm) {
        return write_llvm(compilation, LLVM_OUTPUT_OBJECT, path);
    }
#endif
    return compile_c(compilation, tools, "-c", path);
}

static bool write_output(const Compilation *compilation, const Tools *tools, Emit emit, const char *path) {
    switch (emit) {
    case EMIT_C: return write_c(compilation, path);
    case EMIT_OBJ: return write_object(compilation, tools, path);
    case EMIT_EXE: {
        const char *object = tools_path(tools, "model.o");
        return write_object(compilation, tools, object) && tools_link(tools, object, path);
    }
#if NETC_LLVM
    case EMIT_LLVM: return write_llvm(compilation, LLVM_OUTPUT_TEXT, path);
    case EMIT_ASM:
        return compilation->llvm ? write_llvm(compilation, LLVM_OUTPUT_ASSEMBLY, path)
                                 : compile_c(compilation, tools, "-S", path);
#else
    case EMIT_LLVM: break;
    case EMIT_ASM: return compile_c(compilation, tools, "-S", path);
#endif
    }
    BUG("output %d", (int)emit);
}

int backend_write(const Compilation *compilation, const Tools *tools, Emit emit, const char *path) {
    Output output;
    if (!output_open(tools, path, &output)) {
        return STATUS_ENVIRONMENT;
    }
    bool good = write_output(compilation, tools, emit, output.temporary);
    if (good) {
        good = output_commit(&output, emit == EMIT_EXE);
    } else {
        output_discard(&output);
    }
    if (tools_interrupted() != 0) {
        return 128 + tools_interrupted();
    }
    return good ? STATUS_OK : STATUS_ENVIRONMENT;
}
