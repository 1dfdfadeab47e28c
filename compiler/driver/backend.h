/* Back ends: from a Code to a file, as one row each. The printers, the C compiler and the linker work one after the
 * other as the output needs. */
#ifndef NETC_DRIVER_BACKEND_H
#define NETC_DRIVER_BACKEND_H

#include "compiler/driver/link.h"
#include "compiler/driver/target.h"
#include "compiler/emit/emit.h"
#include "compiler/loop/loop.h"

/* --emit NAME, and how such a file ends. */
#define EMIT_ROWS(ROW)           \
    ROW(EXE, "exe", "")          \
    ROW(OBJ, "obj", ".o")        \
    ROW(LIB, "lib", ".a")        \
    ROW(SHARED, "shared", ".so") \
    ROW(C, "c", ".c")            \
    ROW(LLVM, "llvm", ".ll")     \
    ROW(ASM, "asm", ".s")        \
    ROW(ONNX, "onnx", ".onnx")
#define EMIT_VALUE(VALUE, NAME, SUFFIX) EMIT_##VALUE,
typedef enum { EMIT_ROWS(EMIT_VALUE) EMITS } Emit;
#undef EMIT_VALUE
typedef struct {
    const char *name, *suffix;
} EmitName;
extern const EmitName emits[EMITS];
/* That of a name; NULL: a program. */
Emit emit_of(const char *name);
/* Whether a trained network alone can become that: it needs --infer. */
bool emit_is_trained(const char *name);

typedef struct Backend Backend;

/* Code and how it shall be printed. */
typedef struct {
    const Code *code;
    const Target *target;
    const Backend *backend;
    bool plain; /* as C without extensions */
    int level;  /* -O */
} Generation;

/* Adding one is adding a file with its row, and its name below. */
struct Backend {
    const char *name;    /* --backend NAME */
    const char *called;  /* "the LLVM backend" */
    const char *missing; /* why it is not there and what to do; NULL: it is */
    unsigned emits;      /* the forms it gives kernels, by bit of Emit; 0: it runs them as they are */
    const char *module;  /* the file in the folder of libraries that it is in; NULL: in netc */
    HostName *host;      /* NULL: it knows a processor by its level alone */
    bool (*write)(const Tools *tools, const Generation *from, Emit emit, const char *path);
    /* The same as several objects, added to the list, which together are quicker made; NULL: one is as good. */
    bool (*write_objects)(const Tools *tools, const Generation *from, const char *stem, Objects *objects);
};
/* In the order of preference: the first one that is there and has the form. */
#define BACKENDS(ROW) ROW(llvm) ROW(c) ROW(interp)
#define DECLARE_BACKEND(NAME) extern const Backend backend_##NAME;
BACKENDS(DECLARE_BACKEND)
#undef DECLARE_BACKEND

/* The row of --backend NAME. `name` NULL: the first that emits such a form (a program by way of an object) and is
 * there, else one that is not. */
const Backend *backend_find(const char *name, Emit emit);
bool backend_emits(const Backend *backend, Emit emit);

/* Writes objects to the scratch folder, their names beginning with `stem`, and adds them to the list. */
bool backend_objects(const Tools *tools, const Generation *from, const char *stem, Objects *objects);

/* Compiles a C file as kernels are compiled; `what` is -c or -S. */
bool backend_compile_c(const Tools *tools, const Generation *from, const char *what, const char *source,
                       const char *path);

#endif
