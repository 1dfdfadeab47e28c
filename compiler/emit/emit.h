/* The two printers. Besides, trained networks as ONNX.
 *
 * The LLVM printer is a module, LLVM_MODULE, that is opened when it is asked for: loading libLLVM takes longer than
 * most of what netc does without it. It takes a few functions of the lower floors from netc, and gives `netc_llvm`. */
#ifndef NETC_EMIT_H
#define NETC_EMIT_H

#include "compiler/base/target.h"
#include "compiler/loop/loop.h"
#include "compiler/model/trained.h"

/* Readable C for gcc 12 or newer and clang, to be compiled with emit_c_flags(); `plain`: C99 without extensions or
 * fused multiply-adds, for any compiler and machine. False after filling *why. */
bool emit_c(const Code *code, const Target *target, bool plain, FILE *out, const char **why);
/* Bytes as a C string literal. */
void emit_c_string(Text *out, const char *bytes, size_t count);
/* Options the C compiler must be given so that the bits are those of the loop level; ends with NULL. */
const char *const *emit_c_flags(void);

/* The trained network as an ONNX file (docs/formats.md). False after filling *why. */
bool emit_onnx(Arena *arena, const Trained *trained, const Layer *until, FILE *out, const char **why);

/* Object files that are linked together, in this order. */
typedef VEC(const char *) Objects;

#if NETC_LLVM
typedef enum { LLVM_OUTPUT_OBJECT, LLVM_OUTPUT_ASSEMBLY, LLVM_OUTPUT_TEXT } LlvmOutput;
/* Code, what it is made for, and how much it is optimized: -O0 .. -O3. Without a target's fused multiply-add those of
 * the code round twice. */
typedef struct {
    const Code *code;
    const Target *target;
    int level;
} LlvmInput;
/* Writes an object file, assembly or LLVM IR to `path`. False after filling *why (text in the arena). */
bool emit_llvm(Arena *arena, const LlvmInput *from, LlvmOutput output, const char *path, const char **why);
/* The same as several object files, STEM-0.o and so on, added to the list: all processors compile some of them. */
bool emit_llvm_objects(Arena *arena, const LlvmInput *from, const char *stem, Objects *objects, const char **why);
/* The host's processor, as LLVM names it. */
const char *emit_llvm_host(Arena *arena);

#define LLVM_MODULE "netc-llvm.so"
/* Made by the build, one in netc and one in the module: they go together when these are equal. */
extern __attribute__((visibility("hidden"))) const char build_id[];
typedef struct {
    const char *build_id; /* stays the first, since the rest is of that build */
    bool (*emit)(Arena *arena, const LlvmInput *from, LlvmOutput output, const char *path, const char **why);
    bool (*objects)(Arena *arena, const LlvmInput *from, const char *stem, Objects *objects, const char **why);
    const char *(*host)(Arena *arena);
} LlvmPrinter;
extern __attribute__((visibility("default"))) const LlvmPrinter netc_llvm;
#endif

#endif
