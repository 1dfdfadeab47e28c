/* The LLVM printer. The loop level is already scheduled, so LLVM only selects instructions and allocates registers:
 * one pass (early-cse), and none of its schedulers, which spill where the order as written does not. */
#include "compiler/emit/emit_llvm.h"

#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/Support.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <pthread.h>
#include <string.h>

#include "runtime/abi.h"

static const LLVMAttributeIndex function_place = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;

/* ---- functions ---- */

static LLVMAttributeRef enum_attribute(const Emitter *e, const char *name, uint64_t value) {
    const unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    return kind ? LLVMCreateEnumAttribute(e->context, kind, value) : NULL;
}

static void add_attribute(const Emitter *e, LLVMValueRef function, unsigned place, const char *name, uint64_t value) {
    LLVMAttributeRef attribute = enum_attribute(e, name, value);
    if (attribute) LLVMAddAttributeAtIndex(function, place, attribute);
}

static void add_text_attribute(const Emitter *e, LLVMValueRef function, const char *name, const char *value) {
    LLVMAttributeRef attribute =
        LLVMCreateStringAttribute(e->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddAttributeAtIndex(function, function_place, attribute);
}

static const char *instructions_of(const Target *target) { return target->level ? target->level : "generic"; }

static LLVMValueRef add_function(Emitter *e, const char *name, LLVMTypeRef type) {
    LLVMValueRef function = LLVMAddFunction(e->module, name, type);
    LLVMSetLinkage(function, LLVMInternalLinkage);
    add_attribute(e, function, function_place, "nounwind", 0);
    add_text_attribute(e, function, "target-cpu", instructions_of(e->target));
    add_text_attribute(e, function, "tune-cpu", e->target->cpu);
    add_text_attribute(e, function, "min-legal-vector-width", "512"); /* x86: 64-byte vectors where there are any */
    return function;
}

/* An inference program takes its input and output where the caller has them. */
static uint64_t buffer_align(const Emitter *e, Buffer buffer) {
    bool given = buffer == BUFFER_INPUT || buffer == BUFFER_BATCH;
    if (buffer == BUFFER_LOG) return sizeof(double); /* a region of it begins anywhere */
    return e->code->exports && given ? sizeof(float) : LLVM_BUFFER_ALIGN;
}

static void add_buffer_attributes(const Emitter *e, LLVMValueRef function, unsigned place, Buffer buffer,
                                  bool written) {
    add_attribute(e, function, place, "noalias", 0);
    add_attribute(e, function, place, "nonnull", 0);
    add_attribute(e, function, place, "align", buffer_align(e, buffer));
    add_attribute(e, function, place, "nocapture", 0);
    if (!written) add_attribute(e, function, place, "readonly", 0);
}

static LLVMTypeRef nest_type(Emitter *e, const Nest *nest) {
    LLVMTypeRef *types = NEW_ARRAY(e->arena, LLVMTypeRef, nest->regions.count + LLVM_MAX_INTEGERS);
    unsigned count = 0;
    for (size_t r = 0; r < nest->regions.count; r++) types[count++] = e->pointer;
    const int integers = nest->uses.chunk + nest->uses.images + nest->uses.task + 2 * nest->uses.part;
    for (int i = 0; i < integers; i++) types[count++] = e->i64;
    return LLVMFunctionType(e->nothing, types, count, false);
}

static void begin_function(Emitter *e, const Nest *nest, LLVMValueRef function) {
    const int vars = nest ? nest->var_count : 1;
    e->nest = nest;
    e->function = function;
    e->var = NEW_ARRAY(e->arena, LLVMValueRef, vars);
    e->var_frame = NEW_ARRAY(e->arena, int, vars);
    e->value = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->value_count : 0);
    e->mask = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->value_count : 0);
    e->type = NEW_ARRAY(e->arena, Type, nest ? nest->value_count : 0);
    e->variable = NEW_ARRAY(e->arena, LLVMValueRef, nest ? nest->variable_count : 0);
    e->pointers.count = 0;
    e->depth = 0;
    LLVMBasicBlockRef entry = llvm_new_block(e);
    LLVMBasicBlockRef body = llvm_new_block(e);
    e->frame[0] = (Frame){.block = entry};
    LLVMPositionBuilderAtEnd(e->builder, body);
}

static void end_function(Emitter *e) {
    LLVMBuildRetVoid(e->builder);
    /* Pointers without loops went to the entry block; now it may be closed. */
    LLVMPositionBuilderAtEnd(e->builder, e->frame[0].block);
    LLVMBuildBr(e->builder, LLVMGetNextBasicBlock(e->frame[0].block));
}

static void begin_debug(Emitter *e, const Nest *nest, LLVMValueRef function) {
    uint32_t line = 0, column = 0;
    if (!span_is_none(nest->at)) source_position(e->code->source, nest->at.lo, &line, &column);
    LLVMMetadataRef subprogram =
        LLVMDIBuilderCreateFunction(e->debug, e->debug_file, nest->name, strlen(nest->name), nest->name,
                                    strlen(nest->name), e->debug_file, line, e->debug_type, true, true, line, 0, true);
    LLVMSetSubprogram(function, subprogram);
    LLVMSetCurrentDebugLocation2(e->builder, LLVMDIBuilderCreateDebugLocation(e->context, line, 0, subprogram, NULL));
}

static void emit_nest(Emitter *e, int index) {
    const Nest *nest = e->code->nests.at[index];
    e->nests[index] = e->nests[nest->same];
    if (nest->same != index) return;
    const NestUses uses = nest->uses;
    LLVMValueRef function = add_function(e, nest->name, nest_type(e, nest));
    e->nests[index] = function;
    add_attribute(e, function, function_place, "noinline", 0);
    unsigned place = 0;
    e->region = NEW_ARRAY(e->arena, LLVMValueRef, nest->regions.count);
    for (size_t r = 0; r < nest->regions.count; r++) {
        e->region[r] = LLVMGetParam(function, place++);
        add_buffer_attributes(e, function, place, nest->regions.at[r].buffer, nest->regions.at[r].written);
    }
    begin_function(e, nest, function);
    if (uses.chunk) e->var[LOOP_VAR_CHUNK] = LLVMGetParam(function, place++);
    if (uses.images) e->images = LLVMGetParam(function, place++);
    if (uses.task) e->task = LLVMGetParam(function, place++);
    if (uses.part) {
        e->part = LLVMGetParam(function, place++);
        e->parts = LLVMGetParam(function, place++);
    }
    if (e->debug) begin_debug(e, nest, function);
    llvm_emit_block(e, &nest->body);
    end_function(e);
    LLVMSetCurrentDebugLocation2(e->builder, NULL);
}

/* NetKernel's arguments are self, the buffers in the order of Buffer, then n, task, part, parts, team. */
static LLVMValueRef emit_kernel(Emitter *e, const Kernel *kernel) {
    const char *exports = e->code->exports;
    const char *name = arena_format(e->arena, "%s_%s", exports ? exports : "kernel", kernel->name);
    LLVMValueRef function = add_function(e, name, e->kernel_type);
    if (exports) {
        LLVMSetLinkage(function, LLVMExternalLinkage);
        LLVMSetVisibility(function, LLVMHiddenVisibility);
    }
    begin_function(e, NULL, function);
    for (Buffer i = 0; i < BUFFER_COUNT; i++) {
        e->buffer[i] = LLVMGetParam(function, 1 + i);
        add_buffer_attributes(e, function, 2 + i, i, i <= BUFFER_SCRATCH || i == BUFFER_LOG);
    }
    e->images = LLVMGetParam(function, 1 + BUFFER_COUNT);
    e->task = LLVMGetParam(function, 2 + BUFFER_COUNT);
    e->part = LLVMGetParam(function, 3 + BUFFER_COUNT);
    e->parts = LLVMGetParam(function, 4 + BUFFER_COUNT);
    e->team = LLVMGetParam(function, 5 + BUFFER_COUNT);
    llvm_emit_block(e, &kernel->body);
    end_function(e);
    return function;
}

static void add_constant(Emitter *e, const char *name, LLVMValueRef value) {
    LLVMValueRef global = LLVMAddGlobal(e->module, LLVMTypeOf(value), name);
    LLVMSetInitializer(global, value);
    LLVMSetGlobalConstant(global, true);
}

static void declare_types(Emitter *e) {
    e->f32 = LLVMFloatTypeInContext(e->context);
    e->f64 = LLVMDoubleTypeInContext(e->context);
    e->i1 = LLVMInt1TypeInContext(e->context);
    e->i8 = LLVMInt8TypeInContext(e->context);
    e->i32 = LLVMInt32TypeInContext(e->context);
    e->i64 = LLVMInt64TypeInContext(e->context);
    e->pointer = LLVMPointerTypeInContext(e->context, 0);
    e->nothing = LLVMVoidTypeInContext(e->context);
    LLVMTypeRef kernel[1 + BUFFER_COUNT + 5];
    for (size_t i = 0; i < COUNT_OF(kernel); i++) kernel[i] = e->pointer;
    for (int i = 0; i < 4; i++) kernel[1 + BUFFER_COUNT + i] = e->i64;
    e->kernel_type = LLVMFunctionType(e->nothing, kernel, (unsigned)COUNT_OF(kernel), false);
    LLVMTypeRef random[] = {e->pointer, e->pointer, e->i32, e->i32, e->i32, e->i32, e->i64, e->i64};
    e->net_random_type = LLVMFunctionType(e->nothing, random, (unsigned)COUNT_OF(random), false);
    LLVMTypeRef meet[] = {e->pointer, e->i64, e->i64};
    e->net_meet_type = LLVMFunctionType(e->nothing, meet, (unsigned)COUNT_OF(meet), false);
}

static void begin_debug_unit(Emitter *e) {
    const Source *source = e->code->source;
    if (!source) return;
    static const char producer[] = "netc";
    e->debug = LLVMCreateDIBuilder(e->module);
    e->debug_file = LLVMDIBuilderCreateFile(e->debug, source->path, strlen(source->path), ".", 1);
    LLVMDIBuilderCreateCompileUnit(e->debug, LLVMDWARFSourceLanguageC11, e->debug_file, producer, strlen(producer),
                                   true, "", 0, 0, "", 0, LLVMDWARFEmissionLineTablesOnly, 0, false, false, "", 0, "",
                                   0);
    e->debug_type = LLVMDIBuilderCreateSubroutineType(e->debug, e->debug_file, NULL, 0, LLVMDIFlagZero);
    static const struct {
        const char *name;
        unsigned value;
    } flags[] = {{"Debug Info Version", 3}, {"Dwarf Version", 5}};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        LLVMAddModuleFlag(e->module, LLVMModuleFlagBehaviorWarning, flags[i].name, strlen(flags[i].name),
                          LLVMValueAsMetadata(LLVMConstInt(e->i32, flags[i].value, false)));
}

static void emit_module(Emitter *e) {
    const Code *code = e->code;
    e->nests = NEW_ARRAY(e->arena, LLVMValueRef, code->nests.count);
    e->net_random = LLVMAddFunction(e->module, "net_random", e->net_random_type);
    add_attribute(e, e->net_random, function_place, "nounwind", 0);
    e->net_meet = LLVMAddFunction(e->module, "net_meet", e->net_meet_type);
    add_attribute(e, e->net_meet, function_place, "nounwind", 0);
    begin_debug_unit(e);
    for (size_t i = 0; i < code->nests.count; i++) emit_nest(e, (int)i);
    LLVMValueRef *kernels = NEW_ARRAY(e->arena, LLVMValueRef, code->kernels.count);
    for (size_t i = 0; i < code->kernels.count; i++) kernels[i] = emit_kernel(e, code->kernels.at[i]);
    if (!code->exports) {
        const size_t size = strlen(code->descriptor);
        add_constant(e, "net_abi", llvm_const_i64(e, NET_ABI));
        add_constant(e, "net_model_size", llvm_const_i64(e, (int64_t)size));
        add_constant(e, "net_model", LLVMConstStringInContext2(e->context, code->descriptor, size, false));
        add_constant(e, "net_kernel", LLVMConstArray2(e->pointer, kernels, code->kernels.count));
    }
    if (e->debug) LLVMDIBuilderFinalize(e->debug);
}

/* ---- the machine ---- */

static void initialize_llvm(void) {
    static const char *const arguments[] = {"netc", "-enable-misched=false", "-pre-RA-sched=source", "-disable-lsr",
                                            "-disable-machine-sink"};
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
    LLVMParseCommandLineOptions((int)COUNT_OF(arguments), arguments, NULL);
}

static void initialize_others(void) {
    LLVMInitializeAllTargetInfos();
    LLVMInitializeAllTargets();
    LLVMInitializeAllTargetMCs();
    LLVMInitializeAllAsmPrinters();
}

/* LLVM's own state is global to the process: it is set once. */
static void initialize_once(bool others) {
    static pthread_once_t once = PTHREAD_ONCE_INIT, once_others = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialize_llvm);
    if (others) pthread_once(&once_others, initialize_others);
}

static char *keep_message(Arena *arena, char *message) {
    char *copy = arena_copy(arena, message ? message : "", message ? strlen(message) : 0);
    LLVMDisposeMessage(message);
    return copy;
}

const char *emit_llvm_host(Arena *arena) { return keep_message(arena, LLVMGetHostCPUName()); }

static LLVMTargetMachineRef make_machine(Arena *arena, const Target *target, int level, const char **why) {
    char *triple = target->triple ? LLVMCreateMessage(target->triple) : LLVMGetDefaultTargetTriple(), *message = NULL;
    LLVMTargetRef llvm_target = NULL;
    LLVMTargetMachineRef machine = NULL;
    if (LLVMGetTargetFromTriple(triple, &llvm_target, &message)) {
        *why = keep_message(arena, message);
    } else {
        static const LLVMCodeGenOptLevel levels[] = {LLVMCodeGenLevelNone, LLVMCodeGenLevelLess,
                                                     LLVMCodeGenLevelDefault, LLVMCodeGenLevelAggressive};
        machine = LLVMCreateTargetMachine(llvm_target, triple, instructions_of(target), "", levels[level], LLVMRelocPIC,
                                          LLVMCodeModelDefault);
        if (!machine) *why = "LLVM offers no code generator for this processor";
    }
    LLVMDisposeMessage(triple);
    return machine;
}

static void verify_module(const Emitter *e, const char *when) {
    char *message = NULL;
    if (LLVMVerifyModule(e->module, LLVMReturnStatusAction, &message)) BUG("LLVM IR %s: %s", when, message);
    LLVMDisposeMessage(message);
}

static void run_passes(const Emitter *e) {
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(e->module, "function(early-cse)", e->machine, options);
    if (error) BUG("LLVM passes: %s", LLVMGetErrorMessage(error));
    LLVMDisposePassBuilderOptions(options);
}

static bool write_file(const char *path, const char *data, size_t size, const char **why) {
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(data, 1, size, file) == size;
    if (file && fclose(file) != 0) written = false;
    if (written) return true;
    *why = strerror(errno);
    if (file) remove(path);
    return false;
}

static bool write_output(const Emitter *e, LlvmOutput output, const char *path, const char **why) {
    if (output == LLVM_OUTPUT_TEXT) {
        char *text = LLVMPrintModuleToString(e->module);
        const bool written = write_file(path, text, strlen(text), why);
        LLVMDisposeMessage(text);
        return written;
    }
    char *message = NULL;
    LLVMMemoryBufferRef buffer = NULL;
    const LLVMCodeGenFileType type = output == LLVM_OUTPUT_OBJECT ? LLVMObjectFile : LLVMAssemblyFile;
    if (LLVMTargetMachineEmitToMemoryBuffer(e->machine, e->module, type, &message, &buffer)) {
        *why = keep_message(e->arena, message);
        return false;
    }
    const bool written = write_file(path, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer), why);
    LLVMDisposeMemoryBuffer(buffer);
    return written;
}

static void open_module(Emitter *e) {
    e->context = LLVMContextCreate();
    e->module = LLVMModuleCreateWithNameInContext(e->code->name, e->context);
    e->builder = LLVMCreateBuilderInContext(e->context);
    char *triple = LLVMGetTargetMachineTriple(e->machine);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(e->machine);
    LLVMSetTarget(e->module, triple);
    LLVMSetModuleDataLayout(e->module, layout);
    LLVMDisposeTargetData(layout);
    LLVMDisposeMessage(triple);
    declare_types(e);
}

static void close_module(Emitter *e) {
    if (e->debug) LLVMDisposeDIBuilder(e->debug);
    LLVMDisposeBuilder(e->builder);
    LLVMDisposeModule(e->module);
    LLVMContextDispose(e->context);
    LLVMDisposeTargetMachine(e->machine);
}

bool emit_llvm(Arena *arena, const Code *code, const Target *target, int level, LlvmOutput output, const char *path,
               const char **why) {
    initialize_once(target->triple != NULL);
    Emitter e = {.arena = arena, .code = code, .target = target};
    e.machine = make_machine(arena, target, level, why);
    if (!e.machine) return false;
    open_module(&e);
    emit_module(&e);
    verify_module(&e, "as printed");
    if (level > 0) run_passes(&e);
    const bool written = write_output(&e, output, path, why);
    close_module(&e);
    return written;
}

const LlvmPrinter netc_llvm = {build_id, emit_llvm, emit_llvm_host};
