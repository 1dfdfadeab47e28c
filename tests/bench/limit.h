/* The most multiply-adds a core can do: the figure kernels are measured against.
 *
 * A fixed loop of fused multiply-adds on registers alone, in assembly, so that no compiler has a say in it. */
#ifndef NET_BENCH_LIMIT_H
#define NET_BENCH_LIMIT_H

#include <stddef.h>

/* GFLOP/s (a multiply-add counts two) of one core with vectors of `lanes` floats, 8 or 16: the best of 20 runs of about
 * 0.3 ms. 0 where the processor has no such instruction. Cannot fail. */
double limit_measure(int lanes);

/* GB/s (10^9 bytes) at which one core reads `size` bytes, cut to whole KB, again and again: the best of 20 runs of at
 * least 64 MB each. `memory` is aligned to 64 bytes. 0 where there is nothing to read, and on other processors than
 * x86-64 with AVX. */
double limit_read(const void *memory, size_t size);

/* Seconds of the monotonic clock. */
double limit_clock(void);

#endif
