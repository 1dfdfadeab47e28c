#include "runtime/base/elementary.h"

#include <math.h>

/* log 2 and pi in two parts each: the first has so few bits that its product with a whole number of up to 20 bits is
 * exact. */
static const double log_2[2] = {0x1.62e42feep-1, 0x1.a39ef35793c76p-33};
static const double pi[2] = {0x1.921fb544p+1, 0x1.0b4611a626331p-33};

/* A number as the sum of two doubles, the second below the last bit of the first. */
typedef struct {
    double high, low;
} Pair;

/* a + b without an error (Knuth). */
static Pair sum_of(double a, double b) {
    double sum = a + b, part = sum - a;
    return (Pair){sum, (a - (sum - part)) + (b - part)};
}

/* x = 2^k m, m in [sqrt 1/2, sqrt 2); with s = (m - 1)/(m + 1), log m = 2 atanh(s) = 2s + 2s^3/3 + 2s^5/5 + ...;
 * |s| < 0.172, so that the term in s^25 is below 2^-64 of the first. */
static Pair log_of(double x) {
    int k;
    double m = frexp(x, &k);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        k--;
    }
    double p = m - 1, q = m + 1, q_low = m - (q - 1);
    double s = p / q, s_low = (fma(-s, q, p) - s * q_low) / q;
    double z = s * s, sum = 0;
    for (int n = 25; n >= 3; n -= 2) {
        sum = (sum + 1.0 / n) * z;
    }
    Pair first = sum_of(k * log_2[0], 2 * s);
    return sum_of(first.high, first.low + (2 * s_low + 2 * s * sum + k * log_2[1]));
}

/* x = n log 2 + r, |r| < 0.35: e^x = 2^n e^r, of whose series the term in r^15 is below 2^-60. */
static double exp_of(Pair x) {
    const double largest = 710, smallest = -746; /* beyond them e^x is no double */
    if (x.high > largest || x.high < smallest) {
        return x.high > 0 ? (double)INFINITY : 0;
    }
    double n = floor(x.high / log_2[0] + 0.5);
    double r = (x.high - n * log_2[0]) + (x.low - n * log_2[1]);
    double sum = 1;
    for (int i = 14; i >= 1; i--) {
        sum = 1 + sum * r / i;
    }
    return ldexp(sum, (int)n);
}

double net_power(double x, double y) {
    if (!(x > 0)) {
        return (double)NAN;
    }
    Pair log = log_of(x);
    double high = y * log.high;
    return exp_of((Pair){high, fma(y, log.high, -high) + y * log.low});
}

/* x = k pi + r, |r| <= pi/2: sin x = (-1)^k sin r = (-1)^k (r - r^3/3! + r^5/5! - ...), of which the term in r^25 is
 * below 2^-60 of the first. */
double net_sine(double x) {
    double k = floor(x / pi[0] + 0.5);
    double r = (x - k * pi[0]) - k * pi[1];
    double sum = 1;
    for (int n = 24; n >= 2; n -= 2) {
        sum = 1 - sum * (r * r) / (n * (n + 1));
    }
    return fmod(k, 2) == 0 ? r * sum : -(r * sum);
}
