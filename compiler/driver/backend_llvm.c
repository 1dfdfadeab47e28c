/* Kernels through LLVM, by the module that prints them. */
#include <dlfcn.h>

#include "compiler/driver/backend.h"
#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"

#if NETC_LLVM
/* The loader keeps what it opened: the next call finds it there. NULL after printing why. */
static const LlvmPrinter *open_printer(Arena *arena) {
    const char *folder = library_folder(arena);
    if (folder == NULL) {
        return NULL;
    }
    const char *path = arena_format(arena, "%s/%s", folder, LLVM_MODULE);
    void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    const LlvmPrinter *printer = module == NULL ? NULL : dlsym(module, "netc_llvm");
    if (printer != NULL && string_is(printer->build_id, build_id)) {
        return printer;
    }
    if (printer != NULL) {
        report_environment("%s, the LLVM backend, is of another build than this netc; install both from one, or use "
                           "--backend c",
                           path);
    } else {
        report_environment("cannot open the LLVM backend: %s; install netc again, or use --backend c", dlerror());
    }
    return NULL;
}

static const char *name_host(Arena *arena) {
    const LlvmPrinter *printer = open_printer(arena);
    return printer == NULL ? NULL : printer->host(arena);
}

static bool write_llvm(const Tools *tools, const Generation *from, Emit emit, const char *path) {
    static const LlvmOutput outputs[] = {
        [EMIT_OBJ] = LLVM_OUTPUT_OBJECT, [EMIT_ASM] = LLVM_OUTPUT_ASSEMBLY, [EMIT_LLVM] = LLVM_OUTPUT_TEXT};
    const char *why = NULL;
    const LlvmPrinter *printer = open_printer(tools->arena);
    if (printer == NULL) {
        return false;
    }
    const LlvmInput input = {from->code, from->target, from->level};
    if (!printer->emit(tools->arena, &input, outputs[emit], path, &why)) {
        report_environment("%s: cannot write: %s", path, why);
        return false;
    }
    return true;
}

static bool write_objects(const Tools *tools, const Generation *from, const char *stem, Objects *objects) {
    const char *why = NULL;
    const LlvmPrinter *printer = open_printer(tools->arena);
    if (printer == NULL) {
        return false;
    }
    const LlvmInput input = {from->code, from->target, from->level};
    if (!printer->objects(tools->arena, &input, stem, objects, &why)) {
        report_environment("%s: cannot write: %s", stem, why);
        return false;
    }
    return true;
}
#endif

const Backend backend_llvm = {
    .name = "llvm",
    .called = "the LLVM backend",
    .emits = 1U << EMIT_OBJ | 1U << EMIT_ASM | 1U << EMIT_LLVM,
#if NETC_LLVM
    .module = LLVM_MODULE,
    .host = name_host,
    .write = write_llvm,
    .write_objects = write_objects,
#else
    .missing = "this netc was built without LLVM; use --backend c, or install llvm-19-dev and build netc again",
#endif
};
