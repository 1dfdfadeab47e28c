/* Kernels through LLVM. */
#include "compiler/driver/backend.h"
#include "compiler/driver/report.h"
#include "compiler/emit/emit.h"

#if NETC_LLVM
static bool write_llvm(const Tools *tools, const Generation *from, Emit emit, const char *path) {
    static const LlvmOutput outputs[] = {
        [EMIT_OBJ] = LLVM_OUTPUT_OBJECT, [EMIT_ASM] = LLVM_OUTPUT_ASSEMBLY, [EMIT_LLVM] = LLVM_OUTPUT_TEXT};
    const char *why = NULL;
    if (!emit_llvm(tools->arena, from->code, from->target, from->level, outputs[emit], path, &why)) {
        report_environment("%s: cannot write: %s", path, why);
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
    .host = emit_llvm_host,
    .write = write_llvm,
#else
    .missing = "this netc was built without LLVM; use --backend c, or install llvm-19-dev and build netc again",
#endif
};
