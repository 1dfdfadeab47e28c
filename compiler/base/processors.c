/* The table of processors: one row each. Ports, latencies and loads are those of the makers' manuals and of uops.info;
 * rates of the caches are rounded down from what streaming loops reach. docs/processors.md says what the columns mean.
 *
 * Without fused multiply-add a product and a sum are two instructions, of which the sum alone waits for the one before.
 * Zen makes two halves of a vector of 32 bytes, Zen 4 of one of 64; the vector units of Zen 2 take four instructions a
 * cycle. A Cortex-A72 makes two halves of each vector; later ARM cores hand a sum on to the next multiply-add after 2
 * cycles of its 4. */
#include "compiler/base/processor.h"

enum { KIB = 1024 };

#define BASE NULL, false
#define V2 "x86-64-v2", false
#define V3 "x86-64-v3", true
#define V4 "x86-64-v4", true
#define ARM NULL, true

/* clang-format off */
static const Processor x86_64[] = {
    /*name              level  bytes  registers  ports  latency  loads  issue  folds  broadcasts  l1        l2          l2_rate  l3_rate */
    {"generic",        BASE,  16,    16,        1,     4,       2,     4,     false, false,      32 * KIB, 256 * KIB,  24,      8},
    {"x86-64",         BASE,  16,    16,        1,     4,       2,     4,     false, false,      32 * KIB, 256 * KIB,  24,      8},
    {"x86-64-v2",      V2,    16,    16,        1,     4,       2,     4,     false, false,      32 * KIB, 256 * KIB,  24,      8},
    {"x86-64-v3",      V3,    32,    16,        2,     4,       2,     4,     true,  false,      32 * KIB, 512 * KIB,  24,      8},
    {"x86-64-v4",      V4,    64,    32,        2,     4,       2,     4,     true,  true,       32 * KIB, 1024 * KIB, 32,      8},
    {"haswell",        V3,    32,    16,        2,     5,       2,     4,     true,  false,      32 * KIB, 256 * KIB,  24,      8},
    {"broadwell",      V3,    32,    16,        2,     5,       2,     4,     true,  false,      32 * KIB, 256 * KIB,  24,      8},
    {"skylake",        V3,    32,    16,        2,     4,       2,     4,     true,  false,      32 * KIB, 256 * KIB,  32,      8},
    {"alderlake",      V3,    32,    16,        2,     4,       3,     6,     true,  false,      48 * KIB, 1280 * KIB, 32,      10},
    {"skylake-avx512", V4,    64,    32,        2,     4,       2,     4,     true,  true,       32 * KIB, 1024 * KIB, 32,      8},
    {"cascadelake",    V4,    64,    32,        2,     4,       2,     4,     true,  true,       32 * KIB, 1024 * KIB, 32,      8},
    {"icelake-client", V4,    64,    32,        1,     4,       2,     5,     true,  true,       48 * KIB, 512 * KIB,  32,      10},
    {"icelake-server", V4,    64,    32,        2,     4,       2,     5,     true,  true,       48 * KIB, 1280 * KIB, 32,      10},
    {"sapphirerapids", V4,    64,    32,        2,     4,       2,     6,     true,  true,       48 * KIB, 2048 * KIB, 45,      8},
    {"znver1",         V3,    32,    16,        1,     5,       1,     3,     true,  false,      32 * KIB, 512 * KIB,  16,      8},
    {"znver2",         V3,    32,    16,        2,     5,       2,     4,     true,  false,      32 * KIB, 512 * KIB,  24,      12},
    {"znver3",         V3,    32,    16,        2,     4,       2,     6,     true,  false,      32 * KIB, 512 * KIB,  24,      12},
    {"znver4",         V4,    64,    32,        1,     4,       1,     6,     true,  true,       32 * KIB, 1024 * KIB, 24,      12},
    {"znver5",         V4,    64,    32,        2,     4,       2,     8,     true,  true,       48 * KIB, 1024 * KIB, 48,      16},
};

static const Processor arm64[] = {
    /*name              level  bytes  registers  ports  latency  loads  issue  folds  broadcasts  l1        l2          l2_rate  l3_rate */
    {"generic",        ARM,   16,    32,        2,     4,       2,     4,     false, false,      32 * KIB, 512 * KIB,  16,      8},
    {"cortex-a72",     ARM,   16,    32,        1,     3,       1,     3,     false, false,      32 * KIB, 256 * KIB,  8,       4},
    {"cortex-a76",     ARM,   16,    32,        2,     2,       2,     4,     false, false,      64 * KIB, 512 * KIB,  16,      6},
    {"neoverse-n1",    ARM,   16,    32,        2,     2,       2,     4,     false, false,      64 * KIB, 1024 * KIB, 16,      6},
    {"neoverse-v1",    ARM,   16,    32,        4,     2,       3,     8,     false, false,      64 * KIB, 1024 * KIB, 24,      8},
    {"neoverse-v2",    ARM,   16,    32,        4,     2,       3,     8,     false, false,      64 * KIB, 1024 * KIB, 24,      8},
    {"apple-m1",       ARM,   16,    32,        4,     4,       3,     8,     false, false,      128 * KIB, 3072 * KIB, 32,     16},
};

/* clang-format on */

/* LLVM's names of processors without a row of their own, and the row that they are tuned by. */
typedef struct {
    const char *name, *row;
} Kin;
static const Kin x86_64_kin[] = {
    {"raptorlake", "alderlake"},           {"meteorlake", "alderlake"},         {"arrowlake", "alderlake"},
    {"arrowlake-s", "alderlake"},          {"lunarlake", "alderlake"},          {"pantherlake", "alderlake"},
    {"cooperlake", "cascadelake"},         {"cannonlake", "icelake-client"},    {"tigerlake", "icelake-client"},
    {"rocketlake", "icelake-client"},      {"emeraldrapids", "sapphirerapids"}, {"graniterapids", "sapphirerapids"},
    {"graniterapids-d", "sapphirerapids"},
};
static const Kin arm64_kin[] = {
    {"cortex-a53", "generic"},      {"cortex-a55", "generic"},      {"cortex-a510", "generic"},
    {"cortex-a520", "generic"},     {"cortex-a57", "cortex-a72"},   {"cortex-a75", "cortex-a72"},
    {"cortex-a77", "cortex-a76"},   {"cortex-a78", "cortex-a76"},   {"cortex-a78c", "cortex-a76"},
    {"cortex-a710", "cortex-a76"},  {"cortex-a715", "cortex-a76"},  {"cortex-a720", "cortex-a76"},
    {"cortex-x1", "neoverse-v1"},   {"cortex-x1c", "neoverse-v1"},  {"cortex-x2", "neoverse-v1"},
    {"cortex-x3", "neoverse-v2"},   {"cortex-x4", "neoverse-v2"},   {"neoverse-512tvb", "neoverse-v1"},
    {"neoverse-n2", "neoverse-n1"}, {"neoverse-n3", "neoverse-n1"}, {"neoverse-v3", "neoverse-v2"},
    {"grace", "neoverse-v2"},       {"ampere1", "neoverse-n1"},     {"ampere1a", "neoverse-n1"},
    {"ampere1b", "neoverse-n1"},    {"apple-a14", "apple-m1"},      {"apple-a15", "apple-m1"},
    {"apple-m2", "apple-m1"},       {"apple-m3", "apple-m1"},       {"apple-m4", "apple-m1"},
};

const Processor *processor_at(Machine machine, int i) {
    if (machine == MACHINE_X86_64) return i < (int)COUNT_OF(x86_64) ? &x86_64[i] : NULL;
    return i < (int)COUNT_OF(arm64) ? &arm64[i] : NULL;
}

const Processor *processor_named(Machine machine, const char *name) {
    const Processor *row;
    for (int i = 0; (row = processor_at(machine, i)) != NULL; i++)
        if (string_is(row->name, name)) return row;
    return NULL;
}

const Processor *processor_like(Machine machine, const char *name) {
    const Kin *kin = machine == MACHINE_X86_64 ? x86_64_kin : arm64_kin;
    size_t count = machine == MACHINE_X86_64 ? COUNT_OF(x86_64_kin) : COUNT_OF(arm64_kin);
    for (size_t i = 0; i < count; i++)
        if (string_is(kin[i].name, name)) return processor_named(machine, kin[i].row);
    return processor_named(machine, name);
}

const char *processor_text(Arena *arena, const Processor *row) {
    return arena_format(arena,
                        "%d-byte vectors, %d registers, %d multiply-add%s a cycle, latency %d, %d load%s and %d "
                        "instructions a cycle, loads %s, L1 %lld KiB, L2 %lld KiB, %d bytes a cycle from L2, %d from "
                        "beyond",
                        row->vector_bytes, row->registers, row->ports, row->ports == 1 ? "" : "s", row->latency,
                        row->loads, row->loads == 1 ? "" : "s", row->issue,
                        row->broadcasts ? "fold and broadcast"
                        : row->folds    ? "fold"
                                        : "stand alone",
                        (long long)row->l1 / KIB, (long long)row->l2 / KIB, row->l2_rate, row->l3_rate);
}
