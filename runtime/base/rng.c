#include "runtime/base/rng.h"

#include <math.h>
#include <string.h>

/* Ten rounds over `lanes` counters side by side: word w of counter l is c[w][l]. Inlined where `lanes` is known, so
 * that compilers turn 16 lanes into vectors. */
static inline void philox_rounds(uint32_t c[4][NET_LANES], int lanes, const uint32_t key[2]) {
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        for (int l = 0; l < lanes; l++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c[0][l];
            uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2][l];
            c[0][l] = (uint32_t)(p1 >> 32) ^ c[1][l] ^ k0;
            c[1][l] = (uint32_t)p1;
            c[2][l] = (uint32_t)(p0 >> 32) ^ c[3][l] ^ k1;
            c[3][l] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u; /* the golden ratio */
        k1 += 0xBB67AE85u; /* sqrt(3) - 1 */
    }
}

void net_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c[4][NET_LANES];
    for (int word = 0; word < 4; word++) c[word][0] = counter[word];
    philox_rounds(c, 1, key);
    for (int word = 0; word < 4; word++) out[word] = c[word][0];
}

static uint32_t stream_word(NetRngPurpose purpose, uint32_t unit) {
    return (uint32_t)purpose << 24 | (unit & 0xFFFFFFu);
}

void net_rng_block(uint64_t seed, NetRngPurpose purpose, uint32_t unit, uint32_t a, uint32_t b, uint32_t c,
                   uint32_t out[4]) {
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {a, b, c, stream_word(purpose, unit)};
    net_philox(counter, key, out);
}

void net_rng_blocks(uint64_t seed, NetRngPurpose purpose, uint32_t unit, uint32_t a, uint32_t b, uint32_t c,
                    uint32_t out[4][NET_LANES]) {
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t rows[4][NET_LANES];
    for (uint32_t lane = 0; lane < NET_LANES; lane++) {
        rows[0][lane] = a + lane;
        rows[1][lane] = b;
        rows[2][lane] = c;
        rows[3][lane] = stream_word(purpose, unit);
    }
    philox_rounds(rows, NET_LANES, key);
    memcpy(out, rows, sizeof rows);
}

void net_random(uint32_t *out, const uint32_t *item, uint32_t seed_low, uint32_t seed_high, uint32_t epoch,
                uint32_t layer, int64_t first, int64_t end) {
    const uint32_t key[2] = {seed_low, seed_high};
    for (int64_t e = first / 4 * 4; e < end; e += 4) {
        uint32_t rows[4][NET_LANES];
        for (int lane = 0; lane < NET_LANES; lane++) {
            rows[0][lane] = (uint32_t)(e / 4);
            rows[1][lane] = item[lane];
            rows[2][lane] = epoch;
            rows[3][lane] = stream_word(NET_RNG_LAYER, layer);
        }
        philox_rounds(rows, NET_LANES, key);
        int64_t from = e < first ? first : e, to = e + 4 < end ? e + 4 : end;
        memcpy(out + from * NET_LANES, rows[from - e], (size_t)(to - from) * sizeof rows[0]);
    }
}

double net_rng_uniform(uint32_t high, uint32_t low) {
    uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
    return (double)bits * 0x1p-53;
}

double net_rng_open(uint32_t high, uint32_t low) {
    uint64_t bits = ((uint64_t)high << 32 | low) >> 12; /* 52 bits: with the half added all 53 are used, exactly */
    return ((double)bits + 0.5) * 0x1p-52;
}

/* log(x) = k log 2 + log(m), m in [sqrt 1/2, sqrt 2); with s = (m-1)/(m+1), log(m) = 2 atanh(s) = 2s + 2s^3/3 + …;
 * |s| < 0.172, so that the term in s^25 is below 2^-64 of the first. */
double net_rng_log(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1023 << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 0x1.6a09e667f3bcdp+0) {
        m *= 0.5;
        exponent++;
    }
    double s = (m - 1.0) / (m + 1.0);
    double z = s * s;
    double sum = 0.0;
    for (int n = 23; n >= 3; n -= 2) sum = (sum + 1.0 / n) * z;
    /* log 2 in two parts: the first has 32 significant bits, so that its product with k is exact */
    double k = exponent;
    return k * 0x1.62e42feep-1 + (2.0 * s + (2.0 * s * sum + k * 0x1.a39ef35793c76p-33));
}

static double polynomial(const double c[8], double x) {
    double sum = c[7];
    for (int i = 6; i >= 0; i--) sum = sum * x + c[i];
    return sum;
}

double net_rng_normal(double p) {
    /* Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988) */
    static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    double q = p - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double r = sqrt(-net_rng_log(q < 0 ? p : 1.0 - p));
    bool far = r > 5.0;
    r -= far ? 5.0 : 1.6;
    double z = far ? polynomial(e, r) / polynomial(f, r) : polynomial(c, r) / polynomial(d, r);
    return q < 0 ? -z : z;
}

/* Uniform in 0 … bound-1: the high half of word * bound, drawn again for the few low halves that would make some
 * results likelier (Lemire, "Fast random integer generation in an interval", 2019). */
static uint32_t below(uint64_t seed, NetRngPurpose purpose, uint32_t stream, uint32_t epoch, uint32_t place,
                      uint32_t bound) {
    uint32_t threshold = (0u - bound) % bound;
    for (uint32_t block = 0;; block++) {
        uint32_t words[4];
        net_rng_block(seed, purpose, stream, place, block, epoch, words);
        for (int i = 0; i < 4; i++) {
            uint64_t product = (uint64_t)words[i] * bound;
            if ((uint32_t)product >= threshold) return (uint32_t)(product >> 32);
        }
    }
}

void net_rng_permutation(uint64_t seed, NetRngPurpose purpose, uint32_t stream, uint32_t epoch, uint32_t count,
                         uint32_t *out) {
    for (uint32_t i = 0; i < count; i++) out[i] = i;
    for (uint32_t last = count; last > 1; last--) {
        uint32_t pick = below(seed, purpose, stream, epoch, last - 1, last);
        uint32_t kept = out[pick];
        out[pick] = out[last - 1];
        out[last - 1] = kept;
    }
}
