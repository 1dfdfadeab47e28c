/* From a Code to a file: the printers, the C compiler and the linker, one after the other as the output needs. */
#ifndef NETC_DRIVER_BACKEND_H
#define NETC_DRIVER_BACKEND_H

#include "compiler/driver/link.h"
#include "compiler/driver/pipeline.h"

typedef enum { EMIT_EXE, EMIT_OBJ, EMIT_C, EMIT_LLVM, EMIT_ASM, EMIT_LIB, EMIT_SHARED, EMIT_ONNX } Emit;

/* Code and how it shall be printed. */
typedef struct {
    const Code *code;
    const Processor *processor;
    bool llvm;  /* by LLVM, not through a C compiler */
    bool plain; /* as C without extensions */
    int level;  /* -O */
} Generation;

/* What --emit says; false after reporting an output that the backend does not have. */
bool emit_find(const Compilation *compilation, Emit *emit, int *status);
/* The file an output goes to when -o does not say: lenet5, lenet5.o, lenet5.c, lenet5.ll, lenet5.s. */
const char *emit_file(const Compilation *compilation, Emit emit);
/* The file that kernels alone go to: C, LLVM IR, assembly or an object. */
bool backend_kernels(const Tools *tools, const Generation *from, Emit emit, const char *path);
/* Compiles a C file as kernels are compiled; `what` is -c or -S. */
bool backend_compile_c(const Tools *tools, const Generation *from, const char *what, const char *source,
                       const char *path);
/* What -O says. */
int backend_level(const Options *options);
/* Makes the output of compilation->code, a file in the scratch folder. */
bool backend_make(const Compilation *compilation, const Tools *tools, Emit emit, const char *path);
/* Writes the output of compilation->code to `path`, whole or not at all. The exit status, errors being printed. */
int backend_write(const Compilation *compilation, const Tools *tools, Emit emit, const char *path);

#endif
