/* Vectors of 16 lanes as plain C99, for any compiler and any machine: the names of vec.h, as functions that take
 * vectors by their addresses, which compilers work through several times quicker than values of 64 bytes.
 *
 * A text that netc emits takes over the paragraphs it needs, so each of them (what stands between two blank lines)
 * defines one name, before the first parenthesis, and what it builds on stands above it. There is no fused
 * multiply-add, so the bits may differ from those of vec.h. All memory is that of floats, but d_'s. */
#include <stdint.h>

/* A product and a sum stay two operations on machines that have one for both: it would have other bits. gcc knows this
 * pragma alone. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif

/* gcc 12 may judge from a loop's rewritten addresses that a nest has no effect, and drop its calls. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 8
#define NET_NEST __attribute__((noipa))
#else
#define NET_NEST
#endif

typedef struct {
    float lane[16];
} f32x16;

typedef struct {
    int32_t lane[16];
} i32x16;

typedef struct {
    double lane[16];
} f64x16;

#define NET_EACH(T, expression)                        \
    T r;                                               \
    int l;                                             \
    for (l = 0; l < 16; l++) r.lane[l] = (expression); \
    return r

#define NET_TREE(T, f)                                                         \
    T r = *a;                                                                  \
    int half, l;                                                               \
    for (half = 8; half; half /= 2)                                            \
        for (l = 0; l < half; l++) r.lane[l] = f(r.lane[l], r.lane[l + half]); \
    return r.lane[0]

#define s_plus(a, b) ((a) + (b))

#define s_max(a, b) ((a) > (b) ? (a) : (b))

#define s_min(a, b) ((a) < (b) ? (a) : (b))

static inline float s_fma(float a, float b, float c) {
    const float product = a * b;
    return product + c;
}

static inline double s_fma_f64(double a, double b, double c) {
    const double product = a * b;
    return product + c;
}

static inline float s_as_f32(int32_t a) {
    union {
        int32_t i;
        float f;
    } u;
    u.i = a;
    return u.f;
}

static inline int32_t s_as_i32(float a) {
    union {
        int32_t i;
        float f;
    } u;
    u.f = a;
    return u.i;
}

#define s_infinity() s_as_f32(0x7f800000)

#define s_nan() s_as_f32(0x7fc00000)

#include <math.h>
#define s_sqrt(a) sqrtf(a)

#include <math.h>
#define s_sqrt_f64(a) sqrt(a)

static inline int64_t s_least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t s_clamp(int64_t a, int64_t least, int64_t most) {
    return a < least ? least : a > most ? most : a;
}

#define s_load_i32(p) s_as_i32(*(p))

#define s_store_i32(p, a) ((void)(*(p) = s_as_f32(a)))

static inline f32x16 v_splat(float s) { NET_EACH(f32x16, s); }

static inline i32x16 i_splat(int32_t s) { NET_EACH(i32x16, s); }

static inline f64x16 d_splat(double s) { NET_EACH(f64x16, s); }

static inline i32x16 i_lane(void) { NET_EACH(i32x16, l); }

static inline f32x16 v_load(const float *p) { NET_EACH(f32x16, p[l]); }

static inline i32x16 i_load(const float *p) { NET_EACH(i32x16, s_as_i32(p[l])); }

static inline f64x16 d_load(const double *p) { NET_EACH(f64x16, p[l]); }

static inline i32x16 i_load_u8(const uint8_t *p) { NET_EACH(i32x16, p[l]); }

static inline f32x16 v_gather(const float *p, int64_t stride) { NET_EACH(f32x16, p[l * stride]); }

static inline i32x16 i_gather(const float *p, int64_t stride) { NET_EACH(i32x16, s_as_i32(p[l * stride])); }

static inline i32x16 i_gather_u8(const uint8_t *p, int64_t stride) { NET_EACH(i32x16, p[l * stride]); }

static inline f64x16 d_gather(const double *p, int64_t stride) { NET_EACH(f64x16, p[l * stride]); }

static inline void v_scatter(float *p, int64_t stride, const f32x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l * stride] = a->lane[l];
}

static inline void v_store(float *p, const f32x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l] = a->lane[l];
}

static inline void v_prefetch(const float *p) { (void)p; }

static inline void v_store_lanes(float *p, int first, int lanes, const f32x16 *a) {
    int l;
    for (l = 0; l < lanes; l++) p[l] = a->lane[first + l];
}

static inline void v_add_lanes(float *p, int first, int lanes, const f32x16 *a) {
    int l;
    for (l = 0; l < lanes; l++) p[l] += a->lane[first + l];
}

static inline void i_scatter(float *p, int64_t stride, const i32x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l * stride] = s_as_f32(a->lane[l]);
}

static inline void i_store(float *p, const i32x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l] = s_as_f32(a->lane[l]);
}

static inline void d_scatter(double *p, int64_t stride, const f64x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l * stride] = a->lane[l];
}

static inline void d_store(double *p, const f64x16 *a) {
    int l;
    for (l = 0; l < 16; l++) p[l] = a->lane[l];
}

static inline f32x16 v_add(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, a->lane[l] + b->lane[l]); }

static inline f32x16 v_sub(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, a->lane[l] - b->lane[l]); }

static inline f32x16 v_mul(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, a->lane[l] * b->lane[l]); }

static inline f32x16 v_div(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, a->lane[l] / b->lane[l]); }

static inline f32x16 v_fma(const f32x16 *a, const f32x16 *b, const f32x16 *c) {
    NET_EACH(f32x16, s_fma(a->lane[l], b->lane[l], c->lane[l]));
}

static inline f32x16 v_max(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, s_max(a->lane[l], b->lane[l])); }

static inline f32x16 v_min(const f32x16 *a, const f32x16 *b) { NET_EACH(f32x16, s_min(a->lane[l], b->lane[l])); }

static inline f32x16 v_sqrt(const f32x16 *a) { NET_EACH(f32x16, s_sqrt(a->lane[l])); }

static inline i32x16 v_less(const f32x16 *a, const f32x16 *b) { NET_EACH(i32x16, -(a->lane[l] < b->lane[l])); }

static inline i32x16 v_less_equal(const f32x16 *a, const f32x16 *b) { NET_EACH(i32x16, -(a->lane[l] <= b->lane[l])); }

static inline i32x16 v_equal(const f32x16 *a, const f32x16 *b) { NET_EACH(i32x16, -(a->lane[l] == b->lane[l])); }

static inline float v_sum_lanes(const f32x16 *a) { NET_TREE(f32x16, s_plus); }

static inline float v_max_lanes(const f32x16 *a) { NET_TREE(f32x16, s_max); }

static inline float v_min_lanes(const f32x16 *a) { NET_TREE(f32x16, s_min); }

static inline f64x16 d_add(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, a->lane[l] + b->lane[l]); }

static inline f64x16 d_sub(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, a->lane[l] - b->lane[l]); }

static inline f64x16 d_mul(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, a->lane[l] * b->lane[l]); }

static inline f64x16 d_div(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, a->lane[l] / b->lane[l]); }

static inline f64x16 d_fma(const f64x16 *a, const f64x16 *b, const f64x16 *c) {
    NET_EACH(f64x16, s_fma_f64(a->lane[l], b->lane[l], c->lane[l]));
}

static inline f64x16 d_max(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, s_max(a->lane[l], b->lane[l])); }

static inline f64x16 d_min(const f64x16 *a, const f64x16 *b) { NET_EACH(f64x16, s_min(a->lane[l], b->lane[l])); }

static inline f64x16 d_sqrt(const f64x16 *a) { NET_EACH(f64x16, s_sqrt_f64(a->lane[l])); }

static inline i32x16 d_less(const f64x16 *a, const f64x16 *b) { NET_EACH(i32x16, -(a->lane[l] < b->lane[l])); }

static inline i32x16 d_less_equal(const f64x16 *a, const f64x16 *b) { NET_EACH(i32x16, -(a->lane[l] <= b->lane[l])); }

static inline i32x16 d_equal(const f64x16 *a, const f64x16 *b) { NET_EACH(i32x16, -(a->lane[l] == b->lane[l])); }

static inline double d_sum_lanes(const f64x16 *a) { NET_TREE(f64x16, s_plus); }

static inline double d_max_lanes(const f64x16 *a) { NET_TREE(f64x16, s_max); }

static inline double d_min_lanes(const f64x16 *a) { NET_TREE(f64x16, s_min); }

static inline f32x16 v_even(const f32x16 *a, const f32x16 *b) {
    NET_EACH(f32x16, l < 8 ? a->lane[2 * l] : b->lane[2 * l - 16]);
}

static inline f32x16 v_low(const f32x16 *a, const f32x16 *b, int lanes) {
    NET_EACH(f32x16, l & lanes ? b->lane[l - lanes] : a->lane[l]);
}

static inline f32x16 v_high(const f32x16 *a, const f32x16 *b, int lanes) {
    NET_EACH(f32x16, l & lanes ? b->lane[l] : a->lane[l + lanes]);
}

static inline f32x16 v_select(const i32x16 *m, const f32x16 *a, const f32x16 *b) {
    NET_EACH(f32x16, m->lane[l] ? a->lane[l] : b->lane[l]);
}

static inline i32x16 i_select(const i32x16 *m, const i32x16 *a, const i32x16 *b) {
    NET_EACH(i32x16, m->lane[l] ? a->lane[l] : b->lane[l]);
}

static inline f64x16 d_select(const i32x16 *m, const f64x16 *a, const f64x16 *b) {
    NET_EACH(f64x16, m->lane[l] ? a->lane[l] : b->lane[l]);
}

static inline i32x16 i_iadd(const i32x16 *a, const i32x16 *b) {
    NET_EACH(i32x16, (int32_t)((uint32_t)a->lane[l] + (uint32_t)b->lane[l]));
}

static inline i32x16 i_isub(const i32x16 *a, const i32x16 *b) {
    NET_EACH(i32x16, (int32_t)((uint32_t)a->lane[l] - (uint32_t)b->lane[l]));
}

static inline i32x16 i_imul(const i32x16 *a, const i32x16 *b) {
    NET_EACH(i32x16, (int32_t)((uint32_t)a->lane[l] * (uint32_t)b->lane[l]));
}

static inline i32x16 i_and(const i32x16 *a, const i32x16 *b) { NET_EACH(i32x16, a->lane[l] & b->lane[l]); }

static inline i32x16 i_or(const i32x16 *a, const i32x16 *b) { NET_EACH(i32x16, a->lane[l] | b->lane[l]); }

static inline i32x16 i_xor(const i32x16 *a, const i32x16 *b) { NET_EACH(i32x16, a->lane[l] ^ b->lane[l]); }

static inline i32x16 i_shift_left(const i32x16 *a, int places) {
    NET_EACH(i32x16, (int32_t)((uint32_t)a->lane[l] << places));
}

static inline i32x16 i_shift_right(const i32x16 *a, int places) {
    NET_EACH(i32x16, (int32_t)((uint32_t)a->lane[l] >> places));
}

static inline i32x16 i_iless(const i32x16 *a, const i32x16 *b) { NET_EACH(i32x16, -(a->lane[l] < b->lane[l])); }

static inline i32x16 i_iequal(const i32x16 *a, const i32x16 *b) { NET_EACH(i32x16, -(a->lane[l] == b->lane[l])); }

static inline i32x16 v_as_i32(const f32x16 *a) { NET_EACH(i32x16, s_as_i32(a->lane[l])); }

static inline f32x16 i_as_f32(const i32x16 *a) { NET_EACH(f32x16, s_as_f32(a->lane[l])); }

static inline f32x16 i_to_f32(const i32x16 *a) { NET_EACH(f32x16, (float)a->lane[l]); }

static inline f64x16 v_to_f64(const f32x16 *a) { NET_EACH(f64x16, (double)a->lane[l]); }

static inline f32x16 d_round_f32(const f64x16 *a) { NET_EACH(f32x16, (float)a->lane[l]); }
