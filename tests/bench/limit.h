/* The most multiply-adds a core can do: the figure kernels are measured against.
 *
 * A fixed loop of fused multiply-adds on registers alone, in assembly, so that no compiler has a say in it. */
#ifndef NET_BENCH_LIMIT_H
#define NET_BENCH_LIMIT_H

/* GFLOP/s (a multiply-add counts two) of one core with vectors of `lanes` floats, 8 or 16: the best of 20 runs of about
 * 0.3 ms. 0 where the processor has no such instruction. Cannot fail. */
double limit_measure(int lanes);

/* Seconds of the monotonic clock. */
double limit_clock(void);

#endif
