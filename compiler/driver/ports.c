/* A chain of multiply-adds that wait for each other takes latency cycles for each, one of independent ones 1 / ports
 * cycles, at whatever clock: the ratio of the two times is latency x ports. Both are assembly, since netc itself is
 * compiled for any processor of its kind.
 *
 * Whatever else runs makes a time longer, so the least of several counts. A neighbour on the same core that multiplies
 * all the time makes only the independent ones slower, as if there were fewer ports: one port, or less than the row
 * promises, is believed when it is found again and again. */
#include "compiler/driver/ports.h"

#include <time.h>

enum { ROUNDS = 250, TRIES = 16, PATIENCE = 20, PORTS_MAX = 8 };

/* Sums in registers 0 to SUMS - 1, factors, which are zeros too, in two more. As many sums as latency x ports is on any
 * processor, with some to spare. */
#if defined(__x86_64__)
enum { SUMS = 12 };
#define EACH_SUM(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11)
#define CLOBBERS                                                                                                     \
    "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
        "xmm13"
#define CLEAR(r) "vxorps %%xmm" #r ", %%xmm" #r ", %%xmm" #r "\n\t"
#define BEGIN EACH_SUM(CLEAR) CLEAR(12) CLEAR(13)
#define NEXT "dec %0\n\tjnz 1b\n\t"
#define END "vzeroupper"
#define YMM_SUM(r) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #r "\n\t"
#define YMM_SAME(r) YMM_SUM(0)
#define ZMM_SUM(r) "vfmadd231ps %%zmm12, %%zmm13, %%zmm" #r "\n\t"
#define ZMM_SAME(r) ZMM_SUM(0)
#elif defined(__aarch64__)
enum { SUMS = 24 };
#define EACH_SUM(M)                                                                                                 \
    M(0)                                                                                                            \
    M(1)                                                                                                            \
    M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19) M(20) M(21) \
        M(22) M(23)
#define CLOBBERS                                                                                                       \
    "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", \
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25"
#define CLEAR(r) "movi v" #r ".4s, #0\n\t"
#define BEGIN EACH_SUM(CLEAR) CLEAR(24) CLEAR(25)
#define NEXT "subs %0, %0, #1\n\tb.ne 1b\n\t"
#define END ""
#define NEON_SUM(r) "fmla v" #r ".4s, v24.4s, v25.4s\n\t"
#define NEON_SAME(r) NEON_SUM(0)
#endif

#define LOOP(NAME, SUM)                                                                                  \
    static void NAME(long rounds) {                                                                      \
        __asm__ volatile(BEGIN ".p2align 5\n1:\n\t" EACH_SUM(SUM) NEXT END : "+r"(rounds) : : CLOBBERS); \
    }

typedef void Loop(long rounds);
typedef struct {
    Loop *chain, *apart;
} Pair;

#if defined(__x86_64__)
LOOP(ymm_chain, YMM_SAME)
LOOP(ymm_apart, YMM_SUM)
LOOP(zmm_chain, ZMM_SAME)
LOOP(zmm_apart, ZMM_SUM)
static Pair loops_of(const Processor *row) {
    if (!row->fma) return (Pair){NULL, NULL};
    return row->vector_bytes == 64 ? (Pair){zmm_chain, zmm_apart} : (Pair){ymm_chain, ymm_apart};
}
#elif defined(__aarch64__)
LOOP(neon_chain, NEON_SAME)
LOOP(neon_apart, NEON_SUM)
static Pair loops_of(const Processor *row) {
    return row->vector_bytes == 16 ? (Pair){neon_chain, neon_apart} : (Pair){NULL, NULL};
}
#else
enum { SUMS = 1 };
static Pair loops_of(const Processor *row) {
    (void)row;
    return (Pair){NULL, NULL};
}
#endif

/* Seconds a round takes; `least` is replaced where it is more. */
static void time_loop(Loop *loop, long rounds, double *least) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    loop(rounds);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double took = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    if (took / (double)rounds < *least) *least = took / (double)rounds;
}

int ports_measure(const Processor *row) {
    const Pair pair = loops_of(row);
    if (pair.chain == NULL) return 0;
    const int usual = row->ports > 1 ? row->ports : 2;
    double chain = 1, apart = 1;
    int ports = 0;
    for (int patience = 0; patience < PATIENCE && ports < usual; patience++) {
        for (int i = 0; i < TRIES; i++) {
            time_loop(pair.chain, ROUNDS, &chain);
            time_loop(pair.apart, (long)ROUNDS * row->latency, &apart); /* about as long */
        }
        ports = apart > 0 ? (int)(chain / apart / row->latency + 0.5) : 0;
    }
    return ports <= PORTS_MAX ? ports : 0;
}
