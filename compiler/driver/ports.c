/* In a chain each operation waits for the one before it and takes its latency; as many multiply-adds that do not wait
 * take 1 / ports cycles each: the ratio of the two times is latency x ports, at whatever clock. The chain is of
 * multiply-adds too on x86-64, where they may slow the clock, and their latency is well known; on ARM64, where it is
 * not, of additions of integers, which take a cycle. All are assembly, since netc itself is compiled for any processor
 * of its kind.
 *
 * Whatever else runs makes a time longer, so the least of several counts. A neighbour on the same core that multiplies
 * all the time makes those that do not wait slower, as if there were fewer ports: one port, or less than the row
 * promises, is believed when it is found again and again. */
#include "compiler/driver/ports.h"

#include <time.h>

enum { ROUNDS = 500, TRIES = 16, PATIENCE = 20, PORTS_MAX = 8 };

/* Sums are registers, and so are two factors behind them; all are zero. There are more sums than a multiply-add's
 * latency x ports is anywhere. */
#define TWELVE(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11)
#if defined(__x86_64__)
#define EACH_SUM TWELVE
#define CLOBBERS                                                                                                     \
    "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
        "xmm13"
#define CLEAR(r) "vxorps %%xmm" #r ", %%xmm" #r ", %%xmm" #r "\n\t"
#define BEGIN EACH_SUM(CLEAR) CLEAR(12) CLEAR(13)
#define NEXT "dec %0\n\tjnz 1b\n\t"
#define END "vzeroupper"
#define YMM(r) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #r "\n\t"
#define YMM_CHAIN(r) YMM(0)
#define ZMM(r) "vfmadd231ps %%zmm12, %%zmm13, %%zmm" #r "\n\t"
#define ZMM_CHAIN(r) ZMM(0)
#elif defined(__aarch64__)
#define EACH_SUM(M) TWELVE(M) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19) M(20) M(21) M(22) M(23)
#define CLOBBERS                                                                                                       \
    "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", \
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "x0"
#define CLEAR(r) "movi v" #r ".4s, #0\n\t"
#define BEGIN EACH_SUM(CLEAR) CLEAR(24) CLEAR(25)
#define NEXT "subs %0, %0, #1\n\tb.ne 1b\n\t"
#define END ""
#define ADD_CHAIN(r) "add x0, x0, x0\n\t"
#define NEON(r) "fmla v" #r ".4s, v24.4s, v25.4s\n\t"
#endif

#define LOOP(NAME, SUM)                                                                      \
    static void NAME(int64_t rounds) {                                                       \
        __asm__ volatile(BEGIN "1:\n\t" EACH_SUM(SUM) NEXT END : "+r"(rounds) : : CLOBBERS); \
    }

typedef struct {
    void (*chain)(int64_t rounds);
    void (*apart)(int64_t rounds);
    int latency; /* of the chain's operations */
} Trial;

#if defined(__x86_64__)
LOOP(chain_ymm, YMM_CHAIN)
LOOP(apart_ymm, YMM)
LOOP(chain_zmm, ZMM_CHAIN)
LOOP(apart_zmm, ZMM)
static Trial trial_of(const Processor *row) {
    if (!row->fma) return (Trial){NULL, NULL, 0};
    return row->vector_bytes == 64 ? (Trial){chain_zmm, apart_zmm, row->latency}
                                   : (Trial){chain_ymm, apart_ymm, row->latency};
}
#elif defined(__aarch64__)
LOOP(chain_add, ADD_CHAIN)
LOOP(apart_neon, NEON)
static Trial trial_of(const Processor *row) {
    return row->vector_bytes == 16 ? (Trial){chain_add, apart_neon, 1} : (Trial){NULL, NULL, 0};
}
#else
static Trial trial_of(const Processor *row) { return (void)row, (Trial){NULL, NULL, 0}; }
#endif

/* `least` is replaced where the seconds it takes are less. */
static void time_loop(void (*loop)(int64_t rounds), double *least) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    loop(ROUNDS);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double took = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    if (took < *least) *least = took;
}

int ports_measure(const Processor *row) {
    const Trial trial = trial_of(row);
    if (trial.chain == NULL) return 0;
    const int usual = row->ports > 1 ? row->ports : 2;
    double chain = 1, apart = 1;
    int ports = 0;
    for (int patience = 0; patience < PATIENCE && ports < usual; patience++) {
        for (int i = 0; i < TRIES; i++) {
            time_loop(trial.chain, &chain);
            time_loop(trial.apart, &apart);
        }
        ports = apart > 0 ? (int)(chain / apart / trial.latency + 0.5) : 0;
    }
    return ports <= PORTS_MAX ? ports : 0;
}
