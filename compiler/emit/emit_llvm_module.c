/* A module of the LLVM printer: types, functions for nests and kernels, the tables of a trainer. */
#include <string.h>

#include "compiler/emit/emit_llvm.h"
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

const char *llvm_instructions(const Target *target) { return target->level ? target->level : "generic"; }

/* Seen by the other parts of the code, if there are any, and by nothing else. */
static LLVMValueRef declare_function(const Emitter *e, const char *name, LLVMTypeRef type, bool shown) {
    LLVMValueRef function = LLVMAddFunction(e->module, name, type);
    LLVMSetLinkage(function, shown ? LLVMExternalLinkage : LLVMInternalLinkage);
    if (shown) LLVMSetVisibility(function, LLVMHiddenVisibility);
    return function;
}

static LLVMValueRef add_function(const Emitter *e, const char *name, LLVMTypeRef type, bool shown) {
    LLVMValueRef function = declare_function(e, name, type, shown);
    add_attribute(e, function, function_place, "nounwind", 0);
    add_text_attribute(e, function, "target-cpu", llvm_instructions(e->target));
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

/* Several codes may be linked into one object: where nests are seen they have names of their code's. */
static const char *nest_name(const Emitter *e, const Nest *nest) {
    const char *exports = e->code->exports;
    return exports && !e->own.whole ? arena_format(e->arena, "%s_%s", exports, nest->name) : nest->name;
}

static void emit_nest(Emitter *e, int index) {
    const Nest *nest = e->code->nests.at[index];
    const NestUses uses = nest->uses;
    LLVMValueRef function = add_function(e, nest_name(e, nest), nest_type(e, nest), !e->own.whole);
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
    LLVMValueRef function = add_function(e, name, e->kernel_type, exports != NULL);
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

static bool has_nest(const LlvmPart *part, int index, const Nest *nest) {
    if (part->whole) return true;
    return nest->light ? part->kernels : index >= part->first && index < part->end;
}

/* Functions of the part, and for its kernels the names of those that other parts have. */
static void emit_nests(Emitter *e) {
    e->nests = NEW_ARRAY(e->arena, LLVMValueRef, e->code->nests.count);
    for (int i = 0; i < (int)e->code->nests.count; i++) {
        const Nest *nest = e->code->nests.at[i];
        if (nest->same != i)
            e->nests[i] = e->nests[nest->same];
        else if (has_nest(&e->own, i, nest))
            emit_nest(e, i);
        else if (e->own.kernels)
            e->nests[i] = declare_function(e, nest_name(e, nest), nest_type(e, nest), true);
    }
}

static void emit_kernels(Emitter *e) {
    const Code *code = e->code;
    LLVMValueRef *kernels = NEW_ARRAY(e->arena, LLVMValueRef, code->kernels.count);
    for (size_t i = 0; i < code->kernels.count; i++) kernels[i] = emit_kernel(e, code->kernels.at[i]);
    if (code->exports) return;
    const size_t size = strlen(code->descriptor);
    add_constant(e, "net_abi", llvm_const_i64(e, NET_ABI));
    add_constant(e, "net_model_size", llvm_const_i64(e, (int64_t)size));
    add_constant(e, "net_model", LLVMConstStringInContext2(e->context, code->descriptor, size, false));
    add_constant(e, "net_kernel", LLVMConstArray2(e->pointer, kernels, code->kernels.count));
}

void llvm_emit_module(Emitter *e) {
    declare_types(e);
    e->net_random = LLVMAddFunction(e->module, "net_random", e->net_random_type);
    add_attribute(e, e->net_random, function_place, "nounwind", 0);
    e->net_meet = LLVMAddFunction(e->module, "net_meet", e->net_meet_type);
    add_attribute(e, e->net_meet, function_place, "nounwind", 0);
    begin_debug_unit(e);
    emit_nests(e);
    if (e->own.kernels) emit_kernels(e);
    if (e->debug) LLVMDIBuilderFinalize(e->debug);
}
