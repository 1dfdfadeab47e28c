#include "tests/bench/limit.h"

#include <stdint.h>
#include <time.h>

enum { RUNS = 20, ACCUMULATORS = 12, UNROLLED = 4, ROUNDS = 24000, FMAS = ACCUMULATORS * UNROLLED * ROUNDS };
enum { BLOCK = 1024, READ = 64 << 20 }; /* bytes a turn of the loop, bytes a run at least */

double limit_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#if defined(__x86_64__)
/* Twelve sums: more than latency times throughput (4 cycles, 2 a cycle) and as many as fit beside the factors. */
#define SUMS(v)                                                                                    \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "0\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "1\n\t" \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "2\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "3\n\t" \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "4\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "5\n\t" \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "6\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "7\n\t" \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "8\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "9\n\t" \
    "vfmadd231ps %%" v "12, %%" v "13, %%" v "10\n\tvfmadd231ps %%" v "12, %%" v "13, %%" v "11\n\t"
#define ZERO(n) "vxorps %%ymm" n ", %%ymm" n ", %%ymm" n "\n\t"
#define START \
    ZERO("0") \
    ZERO("1") ZERO("2") ZERO("3") ZERO("4") ZERO("5") ZERO("6") ZERO("7") ZERO("8") ZERO("9") ZERO("10") ZERO("11")
#define CHANGED                                                                                                      \
    "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
        "xmm13"

static void run_8(int64_t rounds) {
    const float factor = 0.001F;
    __asm__ volatile(START "vbroadcastss %1, %%ymm12\n\tvmovaps %%ymm12, %%ymm13\n"
                           "1:\n\t" SUMS("ymm") SUMS("ymm") SUMS("ymm") SUMS("ymm") "dec %0\n\tjnz 1b\n\tvzeroupper"
                     : "+r"(rounds)
                     : "m"(factor)
                     : CHANGED);
}

static void run_16(int64_t rounds) {
    const float factor = 0.001F;
    __asm__ volatile(START "vbroadcastss %1, %%zmm12\n\tvmovaps %%zmm12, %%zmm13\n"
                           "1:\n\t" SUMS("zmm") SUMS("zmm") SUMS("zmm") SUMS("zmm") "dec %0\n\tjnz 1b\n\tvzeroupper"
                     : "+r"(rounds)
                     : "m"(factor)
                     : CHANGED);
}

double limit_measure(int lanes) {
    __builtin_cpu_init();
    if (lanes == 16 ? !__builtin_cpu_supports("avx512f") : !__builtin_cpu_supports("fma")) {
        return 0;
    }
    double best = 0;
    for (int i = 0; i < RUNS; i++) {
        double start = limit_clock();
        if (lanes == 16) {
            run_16(ROUNDS);
        } else {
            run_8(ROUNDS);
        }
        double flops = 2.0 * (double)(lanes * FMAS) / (limit_clock() - start);
        best = flops > best ? flops : best;
    }
    return best * 1e-9;
}

/* Eight vectors are read, none is used. */
#define LOADS(v, size)                                                                                             \
    "vmovaps (%0), %%" v "0\n\tvmovaps " size "(%0), %%" v "1\n\tvmovaps 2*" size "(%0), %%" v "2\n\t"             \
    "vmovaps 3*" size "(%0), %%" v "3\n\tvmovaps 4*" size "(%0), %%" v "4\n\tvmovaps 5*" size "(%0), %%" v "5\n\t" \
    "vmovaps 6*" size "(%0), %%" v "6\n\tvmovaps 7*" size "(%0), %%" v "7\n\tadd $8*" size ", %0\n\t"

static void read_8(const char *at, size_t blocks) {
    __asm__ volatile("1:\n\t" LOADS("ymm", "32") LOADS("ymm", "32") LOADS("ymm", "32")
                         LOADS("ymm", "32") "dec %1\n\tjnz 1b\n\tvzeroupper"
                     : "+r"(at), "+r"(blocks)
                     :
                     : CHANGED, "memory");
}

static void read_16(const char *at, size_t blocks) {
    __asm__ volatile("1:\n\t" LOADS("zmm", "64") LOADS("zmm", "64") "dec %1\n\tjnz 1b\n\tvzeroupper"
                     : "+r"(at), "+r"(blocks)
                     :
                     : CHANGED, "memory");
}

double limit_read(const void *memory, size_t size) {
    size_t blocks = size / BLOCK, passes = blocks > 0 ? READ / (blocks * BLOCK) + 1 : 0;
    double best = 0;
    __builtin_cpu_init();
    if (blocks == 0 || !__builtin_cpu_supports("avx")) {
        return 0;
    }
    for (int i = 0; i < RUNS; i++) {
        double start = limit_clock();
        for (size_t pass = 0; pass < passes; pass++) {
            if (__builtin_cpu_supports("avx512f")) {
                read_16(memory, blocks);
            } else {
                read_8(memory, blocks);
            }
        }
        double speed = (double)(passes * blocks * BLOCK) / (limit_clock() - start);
        best = speed > best ? speed : best;
    }
    return best * 1e-9;
}
#else
double limit_measure(int lanes) {
    (void)lanes;
    return 0;
}

double limit_read(const void *memory, size_t size) {
    (void)memory;
    (void)size;
    return 0;
}
#endif
