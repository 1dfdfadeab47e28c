/* Elementary functions in double, the same bits on every processor: they are made of + - * / and fma, of which IEEE 754
 * settles each bit, where the functions of the C library differ with its version and the processor. Correct to about
 * 1e-15 of the value. Nothing here can fail. */
#ifndef NET_BASE_ELEMENTARY_H
#define NET_BASE_ELEMENTARY_H

/* x^y for a finite x > 0 and a finite y; NaN for any other x. The relative error is below 1e-15 as long as the result
 * is between 1e-15 and 1e15, and grows with its logarithm beyond. */
double net_power(double x, double y);

/* sin(x), for |x| up to 1e6. */
double net_sine(double x);

#endif
