#include "compiler/driver/target.h"

#include <string.h>

#include "compiler/driver/options.h"
#include "runtime/base/processor.h"
#include "runtime/base/words.h"

typedef struct {
    const char *name;
    const char *level; /* see Target */
    bool fma;
    int vector_registers;
} KnownProcessor;

#define ARM64 NULL, true, 8 /* NEON: 32 registers of 4 lanes */

#if defined(__x86_64__)
#define BASE NULL, false, 4
#define V2 "x86-64-v2", false, 4
#define V3 "x86-64-v3", true, 8
#define V4 "x86-64-v4", true, 32
static const KnownProcessor known[] = {
    {"generic", BASE},   {"x86-64", BASE},       {"x86-64-v2", V2},      {"x86-64-v3", V3},      {"x86-64-v4", V4},
    {"haswell", V3},     {"broadwell", V3},      {"skylake", V3},        {"alderlake", V3},      {"skylake-avx512", V4},
    {"cascadelake", V4}, {"icelake-client", V4}, {"icelake-server", V4}, {"sapphirerapids", V4}, {"znver1", V3},
    {"znver2", V3},      {"znver3", V3},         {"znver4", V4},         {"znver5", V4},
};

static KnownProcessor host_level(void) {
    static const KnownProcessor levels[] = {{"x86-64-v4", V4}, {"x86-64-v3", V3}, {"x86-64", BASE}};
    size_t i = 0;
    while (net_processor_lacks(levels[i].level) != NULL) i++;
    return levels[i];
}
#else
static const KnownProcessor known[] = {{"generic", ARM64}};

static KnownProcessor host_level(void) { return known[0]; }
#endif

static const char *list_known(Arena *arena) {
    const char *list = "native";
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        list = arena_format(arena, "%s, %s", list, known[i].name);
    }
    return list;
}

Words processor_names(Arena *arena) {
    Words names = {0};
    vec_push(arena, &names, "native");
    vec_push(arena, &names, "auto");
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        vec_push(arena, &names, known[i].name);
    }
    return names;
}

static const char aarch64[] = "aarch64-linux-gnu";

Words target_names(Arena *arena) {
    Words names = {0};
    vec_push(arena, &names, aarch64);
    return names;
}

static Target of_known(const KnownProcessor *known_processor) {
    return (Target){.cpu = known_processor->name,
                    .level = known_processor->level,
                    .fma = known_processor->fma,
                    .vector_registers = known_processor->vector_registers};
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

bool target_of_triple(const char *triple, Target *target) {
    const KnownProcessor arm64 = {"generic", ARM64};
    *target = of_known(&arm64);
    target->triple = triple;
    return string_is(triple, aarch64);
}

const char *target_named(const char *name) {
    static const NetAlias others[] = {
        {"arm64", aarch64}, {"aarch64", aarch64},       {"armv8", aarch64},        {"neon", aarch64},
        {"arm", aarch64},   {"aarch64-linux", aarch64}, {"raspberry-pi", aarch64},
    };
    bool arm = strncmp(name, "cortex-a", 8) == 0 || strncmp(name, "apple-", 6) == 0;
    return arm ? aarch64 : net_find_alias(name, others, COUNT_OF(others));
}

bool target_find(Arena *arena, const char *name, HostName *host, Target *target, const char **why) {
    *target = (Target){.cpu = NULL};
    *why = NULL;
    if (name == NULL || string_is(name, "native")) {
        KnownProcessor level = host_level();
        *target = of_known(&level);
        target->cpu = host != NULL ? host(arena) : target->cpu;
        return target->cpu != NULL;
    }
    const char *names[COUNT_OF(known) + 1];
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        names[i] = known[i].name;
        if (string_is(known[i].name, name)) {
            *target = of_known(&known[i]);
            return true;
        }
    }
    names[COUNT_OF(known)] = "native";
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
    const char *nearest = alias != NULL ? alias : net_nearest_word(name, names, COUNT_OF(names));
    *why = nearest != NULL ? arena_format(arena, "unknown processor '%s'; did you mean '%s'?", name, nearest)
                           : arena_format(arena, "unknown processor '%s'; known are %s", name, list_known(arena));
    return false;
}
