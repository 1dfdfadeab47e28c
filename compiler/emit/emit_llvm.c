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
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "runtime/train/workers.h"

/* ---- the machine ---- */

static void initialize_llvm(void) {
    static const char *const arguments[] = {
        "netc", "-enable-misched=false", "-pre-RA-sched=source", "-disable-lsr", "-disable-machine-sink",
        /* What follows finds nothing to do in nests. */
        "-disable-x86-domain-reassignment", "-disable-constant-hoisting", "-disable-machine-dce",
        "-disable-select-optimize", "-disable-tail-duplicate", "-disable-early-taildup",
        "-experimental-debug-variable-locations=false"};
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
        machine = LLVMCreateTargetMachine(llvm_target, triple, llvm_instructions(target), "", levels[level],
                                          LLVMRelocPIC, LLVMCodeModelDefault);
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
}

static void close_module(Emitter *e) {
    if (e->debug) LLVMDisposeDIBuilder(e->debug);
    LLVMDisposeBuilder(e->builder);
    LLVMDisposeModule(e->module);
    LLVMContextDispose(e->context);
    LLVMDisposeTargetMachine(e->machine);
}

/* ---- parts ---- */

/* PART_STATEMENTS: of a part; as many take far longer to compile than a part takes by itself. PARTS_MAX: processors
 * that have something to do. KERNELS_LEVEL: a trainer's kernels, often more functions than there are nests, do nothing
 * but call these, and what is light takes no time: LLVM is done with them six times as soon when it optimizes nothing.
 */
enum { PART_STATEMENTS = 2000, PARTS_MAX = 64, KERNELS_LEVEL = 0 };

typedef struct {
    Arena *arena; /* its own: parts are made side by side */
    LlvmInput from;
    LlvmPart part;
    LlvmOutput output;
    const char *path, *why;
    bool written;
} Job;

typedef struct {
    Job *at;
    int count;
    atomic_int next;
} Jobs;

static void run_job(Job *job) {
    const LlvmInput *from = &job->from;
    Emitter e = {.arena = job->arena, .code = from->code, .own = job->part, .target = from->target};
    e.machine = make_machine(job->arena, from->target, from->level, &job->why);
    if (!e.machine) return;
    open_module(&e);
    llvm_emit_module(&e);
    verify_module(&e, "as printed");
    if (from->level > 0) run_passes(&e);
    job->written = write_output(&e, job->output, job->path, &job->why);
    close_module(&e);
}

static void *work(void *argument) {
    Jobs *jobs = argument;
    for (int i; (i = atomic_fetch_add(&jobs->next, 1)) < jobs->count;) run_job(&jobs->at[i]);
    return NULL;
}

/* The caller works too: without any thread it does all. Signals are the main thread's. */
static void run_jobs(Arena *arena, Jobs *jobs) {
    const int processors = net_workers_processors(), most = jobs->count < processors ? jobs->count : processors;
    pthread_t *threads = NEW_ARRAY(arena, pthread_t, most);
    int started = 0;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (started < most - 1 && pthread_create(&threads[started], NULL, work, jobs) == 0) started++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    work(jobs);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
}

static int64_t count_statements(const Block *block) {
    int64_t count = (int64_t)block->count;
    for (size_t i = 0; i < block->count; i++) count += count_statements(&block->at[i]->body);
    return count;
}

typedef VEC(LlvmPart) Parts;

/* Cuts the nests where the parts come to about as many statements each; the last part is that of the kernels. This
 * depends on the code alone, so that programs are the same wherever they were compiled. */
static Parts cut(Arena *arena, const Code *code) {
    const int nests = (int)code->nests.count;
    int64_t *before = NEW_ARRAY(arena, int64_t, nests + 1);
    for (int i = 0; i < nests; i++) {
        const Nest *nest = code->nests.at[i];
        before[i + 1] = before[i] + (nest->same == i && !nest->light ? count_statements(&nest->body) : 0);
    }
    const int64_t all = before[nests], most = all / PART_STATEMENTS + 1;
    const int64_t size = all / (most < PARTS_MAX ? most : PARTS_MAX) + 1;
    Parts parts = {0};
    for (int first = 0, end = 0; before[end] < all; first = end) {
        while (end < nests && before[end] - before[first] < size) end++;
        vec_push(arena, &parts, ((LlvmPart){.first = first, .end = end}));
    }
    vec_push(arena, &parts, ((LlvmPart){.kernels = true}));
    return parts;
}

bool emit_llvm(Arena *arena, const LlvmInput *from, LlvmOutput output, const char *path, const char **why) {
    const LlvmPart whole = {.whole = true, .kernels = true};
    Job job = {.arena = arena, .from = *from, .part = whole, .output = output, .path = path};
    initialize_once(from->target->triple != NULL);
    run_job(&job);
    if (!job.written) *why = job.why;
    return job.written;
}

bool emit_llvm_objects(Arena *arena, const LlvmInput *from, const char *stem, Objects *objects, const char **why) {
    const Parts parts = cut(arena, from->code);
    Jobs jobs = {.at = NEW_ARRAY(arena, Job, parts.count), .count = (int)parts.count};
    for (int i = 0; i < jobs.count; i++) {
        const char *path = arena_format(arena, "%s-%d.o", stem, i);
        jobs.at[i] = (Job){.arena = arena_new(), .from = *from, .part = parts.at[i], .path = path};
        if (parts.at[i].kernels && !from->code->exports) jobs.at[i].from.level = KERNELS_LEVEL;
        vec_push(arena, objects, path);
    }
    initialize_once(from->target->triple != NULL);
    run_jobs(arena, &jobs);
    bool written = true;
    for (int i = 0; i < jobs.count; i++) {
        if (written && !jobs.at[i].written) *why = arena_format(arena, "%s", jobs.at[i].why);
        written = written && jobs.at[i].written;
        arena_free(jobs.at[i].arena);
    }
    return written;
}

const LlvmPrinter netc_llvm = {build_id, emit_llvm, emit_llvm_objects, emit_llvm_host};
