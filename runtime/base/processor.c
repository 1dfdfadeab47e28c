#include "runtime/base/processor.h"

#include <string.h>

typedef struct {
    const char *level, *needs;
    bool here;
} Need;

enum { NEEDS = 10 };

#if defined(__x86_64__)
/* Compilers want the name as a literal. */
#define NEED(level, name) {level, name, __builtin_cpu_supports(name) != 0}
static void list_needs(Need list[NEEDS]) {
    __builtin_cpu_init();
    const Need needs[NEEDS] = {NEED("x86-64-v2", "sse4.2"),   NEED("x86-64-v3", "avx2"),
                               NEED("x86-64-v3", "fma"),      NEED("x86-64-v3", "bmi"),
                               NEED("x86-64-v3", "bmi2"),     NEED("x86-64-v4", "avx512f"),
                               NEED("x86-64-v4", "avx512bw"), NEED("x86-64-v4", "avx512cd"),
                               NEED("x86-64-v4", "avx512dq"), NEED("x86-64-v4", "avx512vl")};
    memcpy(list, needs, sizeof needs);
}
#else
static void list_needs(Need list[NEEDS]) { memset(list, 0, NEEDS * sizeof *list); }
#endif

/* Names of levels are in the order of the levels. */
static bool counts(const Need *need, const char *level) {
    return need->level != NULL && level != NULL && strncmp(level, "x86-64-v", 8) == 0 &&
           strcmp(need->level, level) <= 0;
}

const char *net_processor_needs(const char *level, int i) {
    Need list[NEEDS];
    list_needs(list);
    for (int k = 0; k < NEEDS; k++) {
        if (counts(&list[k], level) && i-- == 0) return list[k].needs;
    }
    return NULL;
}

const char *net_processor_lacks(const char *level) {
    Need list[NEEDS];
    list_needs(list);
    for (int k = 0; k < NEEDS; k++) {
        if (counts(&list[k], level) && !list[k].here) return list[k].needs;
    }
    return NULL;
}

bool net_processor_check(const char *level, NetError *error) {
    const char *lacks = net_processor_lacks(level);
    if (lacks == NULL) return true;
    return net_fail(error, NET_ENVIRONMENT,
                    "compiled for %s, and this processor has no %s; build it with --cpu generic, which runs on all, or "
                    "for this one [wrong-processor]",
                    level, lacks);
}
