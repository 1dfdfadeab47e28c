#include "compiler/driver/backend.h"

#include <errno.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"
#include "runtime/base/paths.h"

typedef struct {
    const char *name, *suffix;
} EmitName;

static const EmitName emit_table[] = {
    [EMIT_EXE] = {"exe", ""},          [EMIT_OBJ] = {"obj", ".o"},      [EMIT_C] = {"c", ".c"},
    [EMIT_LLVM] = {"llvm", ".ll"},     [EMIT_ASM] = {"asm", ".s"},      [EMIT_LIB] = {"lib", ".a"},
    [EMIT_SHARED] = {"shared", ".so"}, [EMIT_ONNX] = {"onnx", ".onnx"},
};

/* What ends in a form's suffix is that form; an assembler calls what it makes .S, too, and .pb is ONNX's encoding. */
static bool is_foreign(const char *output, Emit emit) {
    bool text = emit == EMIT_C || emit == EMIT_LLVM || emit == EMIT_ASM;
    const NetEnding *ending = net_path_ending(output);
    return ending != NULL && !(text && string_is(ending->ending, ".txt")) &&
           !(emit == EMIT_ONNX && string_is(ending->ending, ".pb"));
}

/* The path with the ending of a form; what it is called without one, a program has. */
static const char *with_ending(Arena *arena, const char *output, size_t ending, Emit emit) {
    return arena_format(arena, "%.*s%s", (int)(strlen(output) - ending), output, emit_table[emit].suffix);
}

/* An ending says what is in a file: another form under it would mislead people and tools, if not overwrite a source. */
static bool check_ending(const Compilation *compilation, Emit emit, int *status) {
    const char *output = compilation->options->output;
    Arena *arena = compilation->arena;
    const char *this = compilation->options->emit == NULL
                           ? "without --emit this is a program"
                           : arena_format(arena, "this is --emit %s", emit_table[emit].name);
    for (size_t i = 0; output != NULL && i < COUNT_OF(emit_table); i++) {
        if (i != (size_t)emit && net_path_ends(output, emit_table[i].suffix)) {
            *status =
                report_usage(compilation->command,
                             "-o %s: files that end in %s are made by --emit %s, and %s; change one of the two, as "
                             "-o %s",
                             output, emit_table[i].suffix, emit_table[i].name, this,
                             with_ending(arena, output, strlen(emit_table[i].suffix), emit));
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
    return check_ending(compilation, *emit, status);
}

const char *emit_file(const Compilation *compilation, Emit emit) {
    return arena_format(compilation->arena, "%s%s", compilation->model->name, emit_table[emit].suffix);
}

static Generation generation_of(const Compilation *compilation) {
    return (Generation){.code = compilation->code,
                        .processor = &compilation->processor,
                        .llvm = compilation->llvm,
                        .level = backend_level(compilation->options)};
}

int backend_level(const Options *options) { return options->level == NULL ? 2 : options->level[0] - '0'; }

static Target target_of(const Generation *from) {
    return (Target){.cpu = from->processor->cpu,
                    .instructions = from->processor->level,
                    .level = from->level,
                    .triple = from->processor->triple,
                    .fma = from->processor->fma,
                    .plain = from->plain};
}

static bool write_c(const Generation *from, const char *path) {
    Target target = target_of(from);
    FILE *file = fopen(path, "wb");
    const char *why = file == NULL ? strerror(errno) : NULL;
    bool good = file != NULL && emit_c(from->code, &target, file, &why);
    if (file != NULL && fclose(file) != 0 && good) {
        good = false;
        why = strerror(errno);
    }
    if (!good) {
        report_environment("%s: cannot write: %s", path, why);
    }
    return good;
}

bool backend_compile_c(const Tools *tools, const Generation *from, const char *what, const char *source,
                       const char *path) {
    VEC(const char *) command = {0};
    vec_push(tools->arena, &command, tools->cc);
    for (const char *const *flag = emit_c_flags(); *flag != NULL; flag++) {
        vec_push(tools->arena, &command, *flag);
    }
    vec_push(tools->arena, &command, arena_format(tools->arena, "-O%d", from->level));
    if (from->processor->level != NULL) {
        vec_push(tools->arena, &command, arena_format(tools->arena, "-march=%s", from->processor->level));
    }
    const char *const rest[] = {what, source, "-o", path, NULL};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        vec_push(tools->arena, &command, rest[i]);
    }
    return tools_run(tools, command.at);
}

/* Through the C compiler: `what` is -c or -S. */
static bool compile_kernels(const Tools *tools, const Generation *from, const char *what, const char *path) {
    const char *source = tools_path(tools, "kernels.c");
    return write_c(from, source) && backend_compile_c(tools, from, what, source, path);
}

#if NETC_LLVM
static bool write_llvm(const Tools *tools, const Generation *from, LlvmOutput output, const char *path) {
    Target target = target_of(from);
    const char *why = NULL;
    if (!emit_llvm(tools->arena, from->code, &target, output, path, &why)) {
        report_environment("%s: cannot write: %s", path, why);
        return false;
    }
    return true;
}
#endif

bool backend_kernels(const Tools *tools, const Generation *from, Emit emit, const char *path) {
    switch (emit) {
    case EMIT_C: return write_c(from, path);
    case EMIT_OBJ:
#if NETC_LLVM
        if (from->llvm) {
            return write_llvm(tools, from, LLVM_OUTPUT_OBJECT, path);
        }
#endif
        return compile_kernels(tools, from, "-c", path);
    case EMIT_ASM:
#if NETC_LLVM
        if (from->llvm) {
            return write_llvm(tools, from, LLVM_OUTPUT_ASSEMBLY, path);
        }
#endif
        return compile_kernels(tools, from, "-S", path);
    case EMIT_LLVM:
#if NETC_LLVM
        return write_llvm(tools, from, LLVM_OUTPUT_TEXT, path);
#endif
    case EMIT_EXE:
    case EMIT_LIB:
    case EMIT_SHARED:
    case EMIT_ONNX: break;
    }
    BUG("output %d", (int)emit);
}

bool backend_make(const Compilation *compilation, const Tools *tools, Emit emit, const char *path) {
    Generation from = generation_of(compilation);
    if (emit != EMIT_EXE) {
        return backend_kernels(tools, &from, emit, path);
    }
    const char *object = tools_path(tools, "kernels.o");
    return backend_kernels(tools, &from, EMIT_OBJ, object) && tools_link(tools, object, path);
}

int backend_write(const Compilation *compilation, const Tools *tools, Emit emit, const char *path) {
    Output output;
    if (!output_open(tools, path, emit_file(compilation, emit), &output)) {
        return STATUS_ENVIRONMENT;
    }
    bool good = backend_make(compilation, tools, emit, output.made);
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
