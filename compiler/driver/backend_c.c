/* Kernels as C text, and through a C compiler. */
#include <errno.h>
#include <string.h>

#include "compiler/driver/backend.h"
#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"

static bool print_c(const Generation *from, const char *path) {
    FILE *file = fopen(path, "wb");
    const char *why = file == NULL ? strerror(errno) : NULL;
    bool good = file != NULL && emit_c(from->code, from->target, from->plain, file, &why);
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
    if (from->target->level != NULL) {
        vec_push(tools->arena, &command, arena_format(tools->arena, "-march=%s", from->target->level));
    }
    const char *const rest[] = {what, source, "-o", path, NULL};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        vec_push(tools->arena, &command, rest[i]);
    }
    return tools_run(tools, command.at);
}

static bool write_c(const Tools *tools, const Generation *from, Emit emit, const char *path) {
    const char *source = emit == EMIT_C ? path : tools_path(tools, "kernels.c");
    return print_c(from, source) &&
           (emit == EMIT_C || backend_compile_c(tools, from, emit == EMIT_ASM ? "-S" : "-c", source, path));
}

const Backend backend_c = {
    .name = "c",
    .called = "the C backend",
    .emits = 1U << EMIT_OBJ | 1U << EMIT_ASM | 1U << EMIT_C,
    .write = write_c,
};
