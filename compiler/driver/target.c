#include "compiler/driver/target.h"

#include <string.h>

#include "compiler/driver/native.h"
#include "compiler/driver/options.h"
#include "runtime/base/processor.h"
#include "runtime/base/words.h"

#if defined(__x86_64__)
static const Processor *host_level(void) {
    static const char *const levels[] = {"x86-64-v4", "x86-64-v3", "x86-64"};
    size_t i = 0;
    while (net_processor_lacks(processor_named(MACHINE_HOST, levels[i])->level) != NULL) i++;
    return processor_named(MACHINE_HOST, levels[i]);
}

/* Virtual machines give processors the names of others; instructions that no other core has tell better. */
static const Processor *host_like(const char *name) {
    bool golden_cove = __builtin_cpu_is("intel") && __builtin_cpu_supports("avx512fp16");
    return processor_like(MACHINE_HOST, golden_cove ? "sapphirerapids" : name);
}
#else
static const Processor *host_level(void) { return processor_named(MACHINE_HOST, "generic"); }
static const Processor *host_like(const char *name) { return processor_like(MACHINE_HOST, name); }
#endif

static const char *list_known(Arena *arena, Machine machine) {
    const char *list = processor_at(machine, 0)->name;
    const Processor *row;
    for (int i = 1; (row = processor_at(machine, i)) != NULL; i++) {
        list = arena_format(arena, "%s, %s", list, row->name);
    }
    return list;
}

static void add_known(Arena *arena, Machine machine, Words *names) {
    const Processor *row;
    for (int i = 0; (row = processor_at(machine, i)) != NULL; i++) {
        vec_push(arena, names, row->name);
    }
}

Words processor_names(Arena *arena) {
    Words names = {0};
    vec_push(arena, &names, "auto");
    vec_push(arena, &names, "native");
    add_known(arena, MACHINE_HOST, &names);
    return names;
}

static const char aarch64[] = "aarch64-linux-gnu";

Words target_names(Arena *arena) {
    Words names = {0};
    vec_push(arena, &names, aarch64);
    return names;
}

static Target of_row(const Processor *row) {
    return (Target){.cpu = row->name, .level = row->level, .fma = row->fma, .processor = *row};
}

/* A virtual machine may hide instructions of the processor that LLVM names: then the level's row is the nearest. */
static bool find_native(Arena *arena, HostName *host, Target *target) {
    const Processor *level = host_level();
    const char *name = host != NULL ? host(arena) : level->name;
    if (name == NULL) return false;
    const Processor *row = host_like(name);
    bool whole = row != NULL && (row->level == level->level || string_is(row->level, level->level));
    *target = of_row(whole ? row : level);
    target->cpu = name;
    target->settled = native_settle(arena, &target->processor);
    return true;
}

void target_print(const Target *target, FILE *out) {
    Arena *arena = arena_new();
    const Processor *row = &target->processor;
    fprintf(out, "processor %s", target->cpu);
    if (!string_is(target->cpu, row->name)) fprintf(out, " as %s", row->name);
    fprintf(out, ": %s", processor_text(arena, row));
    if (target->settled != NULL) fprintf(out, " (native: %s)", target->settled);
    fputs("\n", out);
    arena_free(arena);
}

int target_ladder(Arena *arena, Target ladder[3]) {
    static const char *const steps[] = {"x86-64-v4", "x86-64-v3", "generic"};
    int count = 0;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const char *why;
        count += target_find(arena, steps[i], NULL, &ladder[count], &why);
    }
    return count;
}

static bool of_name(Machine machine, const char *name, Target *target) {
    const Processor *row = processor_like(machine, name);
    if (row == NULL) return false;
    *target = of_row(row);
    target->cpu = name;
    return true;
}

bool target_of_triple(Arena *arena, const char *triple, const char *name, Target *target, const char **why) {
    *why = NULL;
    if (!string_is(triple, aarch64)) return false;
    if (of_name(MACHINE_ARM64, name == NULL || string_is(name, "auto") ? "generic" : name, target)) {
        target->triple = triple;
        return true;
    }
    Words names = {0};
    add_known(arena, MACHINE_ARM64, &names);
    const char *nearest = net_nearest_word(name, names.at, names.count);
    *why = nearest != NULL
               ? arena_format(arena, "unknown processor '%s' of %s; did you mean '%s'?", name, triple, nearest)
               : arena_format(arena, "'%s' is no processor of %s; leave --cpu out, or name one of %s", name, triple,
                              list_known(arena, MACHINE_ARM64));
    return false;
}

const char *target_named(const char *name) {
    static const NetAlias others[] = {
        {"arm64", aarch64}, {"aarch64", aarch64},       {"armv8", aarch64},        {"neon", aarch64},
        {"arm", aarch64},   {"aarch64-linux", aarch64}, {"raspberry-pi", aarch64},
    };
    bool arm =
        strncmp(name, "cortex-a", 8) == 0 || strncmp(name, "neoverse-", 9) == 0 || strncmp(name, "apple-", 6) == 0;
    arm = arm || (processor_like(MACHINE_ARM64, name) != NULL && processor_like(MACHINE_X86_64, name) == NULL);
    return arm ? aarch64 : net_find_alias(name, others, COUNT_OF(others));
}

static const char *nearest_processor(Arena *arena, const char *name) {
    Words names = processor_names(arena); /* all but the first of them, auto, are one processor */
    return net_nearest_word(name, names.at + 1, names.count - 1);
}

bool target_find(Arena *arena, const char *name, HostName *host, Target *target, const char **why) {
    *target = (Target){.cpu = NULL};
    *why = NULL;
    if (name == NULL || string_is(name, "native")) {
        return find_native(arena, host, target);
    }
    if (of_name(MACHINE_HOST, name, target)) {
        return true;
    }
    if (string_is(name, "auto")) {
        *why = "auto is code for several kinds of processors, which goes with --infer";
        return false;
    }
    static const NetAlias aliases[] = {
        {"avx2", "x86-64-v3"},    {"avx", "x86-64-v2"},    {"avx512", "x86-64-v4"},
        {"avx512f", "x86-64-v4"}, {"fma", "x86-64-v3"},    {"sse", "x86-64"},
        {"sse2", "x86-64"},       {"sse4", "x86-64-v2"},   {"sse4.2", "x86-64-v2"},
        {"amd64", "x86-64"},      {"x64", "x86-64"},       {"host", "native"},
        {"this", "native"},       {"zen3", "znver3"},      {"zen4", "znver4"},
        {"ryzen", "znver3"},      {"baseline", "generic"}, {"cascade-lake", "cascadelake"},
    };
    const char *machine = target_named(name);
    if (*name != '\0' && strspn(name, "0123456789") == strlen(name)) {
        *why = arena_format(arena, "'%s' is no processor; how many are used says a trainer's --threads %s", name, name);
        return false;
    }
    if (machine != NULL) {
        *why =
            arena_format(arena, "'%s' is another kind of machine, which goes with --infer: --target %s", name, machine);
        return false;
    }
    const char *alias = net_find_alias(name, aliases, COUNT_OF(aliases));
    const char *nearest = alias != NULL ? alias : nearest_processor(arena, name);
    *why = nearest != NULL ? arena_format(arena, "unknown processor '%s'; did you mean '%s'?", name, nearest)
                           : arena_format(arena, "unknown processor '%s'; known are native, %s", name,
                                          list_known(arena, MACHINE_HOST));
    return false;
}
