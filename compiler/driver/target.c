#include "compiler/driver/target.h"

#include "compiler/emit/emit.h"

typedef struct {
    const char *name;
    bool fma;
    int vector_registers;
} KnownProcessor;

#if defined(__x86_64__)
static const KnownProcessor known[] = {
    {"generic", false, 16},       {"x86-64", false, 16},        {"x86-64-v2", false, 16},  {"x86-64-v3", true, 16},
    {"x86-64-v4", true, 32},      {"haswell", true, 16},        {"broadwell", true, 16},   {"skylake", true, 16},
    {"alderlake", true, 16},      {"skylake-avx512", true, 32}, {"cascadelake", true, 32}, {"icelake-client", true, 32},
    {"icelake-server", true, 32}, {"sapphirerapids", true, 32}, {"znver1", true, 16},      {"znver2", true, 16},
    {"znver3", true, 16},         {"znver4", true, 32},         {"znver5", true, 32},
};

static KnownProcessor host_level(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")) {
        return (KnownProcessor){"x86-64-v4", true, 32};
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
        return (KnownProcessor){"x86-64-v3", true, 16};
    }
    return (KnownProcessor){"x86-64", false, 16};
}
#else
static const KnownProcessor known[] = {{"generic", true, 32}};

static KnownProcessor host_level(void) { return known[0]; }
#endif

static const char *list_known(Arena *arena) {
    const char *list = "native";
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        list = arena_format(arena, "%s, %s", list, known[i].name);
    }
    return list;
}

bool processor_find(Arena *arena, const char *name, bool llvm, Processor *processor, const char **why) {
    *processor = (Processor){.features = ""};
    if (name == NULL || string_is(name, "native")) {
        KnownProcessor host = host_level();
        *processor = (Processor){host.name, "", host.fma, host.vector_registers};
#if NETC_LLVM
        if (llvm) {
            emit_llvm_host(arena, &processor->cpu, &processor->features);
        }
#else
        (void)llvm;
#endif
        return true;
    }
    const char *names[COUNT_OF(known) + 1];
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        names[i] = known[i].name;
        if (string_is(known[i].name, name)) {
            *processor = (Processor){known[i].name, "", known[i].fma, known[i].vector_registers};
            return true;
        }
    }
    names[COUNT_OF(known)] = "native";
    const char *nearest = nearest_word(name, names, COUNT_OF(names));
    *why = nearest != NULL ? arena_format(arena, "unknown processor '%s'; did you mean '%s'?", name, nearest)
                           : arena_format(arena, "unknown processor '%s'; known are %s", name, list_known(arena));
    return false;
}
