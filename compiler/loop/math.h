/* Elementary functions of one F32 value, scalar or vector, built from the operations of the loop level: the
 * interpreter and all compilers give the same bits, and a lane the bits of a scalar.
 *
 * Each takes the number of a value and gives the number of the result, of the same type. NaN gives NaN, nothing else
 * does but the logarithm of a negative number. Errors in units in the last place (ulp), the largest over every float,
 * hold where OP_FMA rounds once; docs/numerics.md has the method, the ranges and how the bounds are checked.
 * Nothing can fail. */
#ifndef NETC_MATH_H
#define NETC_MATH_H

#include "compiler/loop/loop_build.h"

/* e^x, at most 1.01 ulp, monotone, math_exp(0) = 1. At most 2.403e38, which is given from x = 88.375 on (+inf too);
 * 0 below x = -87.68, where e^x < 2^-126.5. */
int math_exp(LoopBuilder *builder, int x);
/* e^x - 1, at most 1.46 ulp, monotone, +0 at -0. At most 2.403e38, from x = 88.375 on. */
int math_expm1(LoopBuilder *builder, int x);
/* ln x, at most 0.88 ulp, monotone, denormals too. -inf at 0 and -0, +inf at +inf, NaN below 0. */
int math_log(LoopBuilder *builder, int x);
/* tanh x, at most 1.95 ulp, monotone, odd to the bit (-0 stays), within [-1, 1]. */
int math_tanh(LoopBuilder *builder, int x);
/* 1 / (1 + e^-x), at most 2.49 ulp, monotone, 1/2 at 0, within [0, 1]; 0 below x = -88.37. */
int math_sigmoid(LoopBuilder *builder, int x);
/* ln(1 + e^x), at most 2.45 ulp, not quite monotone (steps back of 2 ulp); 0 below x = -87.68. */
int math_softplus(LoopBuilder *builder, int x);

#endif
