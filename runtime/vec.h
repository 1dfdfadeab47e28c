/* Vectors of 16 lanes for emitted C, the same bits on every processor with a fused multiply-add.
 *
 * f32x16, i32x16 and f64x16 are what the compiler handles best: one register of 64 bytes, or 2 or 4 parts. All is
 * spelled v_ (f32x16), i_ (i32x16), d_ (f64x16) or s_ (scalars). Masks are i32x16 with all bits of a lane 0 or 1.
 * To be compiled with -ffp-contract=off -fno-fast-math -fno-math-errno -fno-trapping-math by gcc 12 or newer or by
 * clang 17 or newer; no header of intrinsics, which would cost 0.1 s a file. Arguments may be evaluated twice. */
#include <stdint.h>

#pragma GCC diagnostic ignored "-Wpsabi"
#define NET_INLINE static inline __attribute__((always_inline, unused))
/* noipa: gcc 12 must not judge from a nest's rewritten addresses that it has no effect, and drop its calls. It also
 * compiles quicker without looking into nests from outside. */
#if defined(__clang__) && defined(__AVX512F__)
#define NET_NEST __attribute__((noinline, min_vector_width(512)))
#elif defined(__clang__)
#define NET_NEST __attribute__((noinline))
#else
#define NET_NEST __attribute__((noipa))
#endif
#if defined(__FMA__) || defined(__AVX512F__) || defined(__FP_FAST_FMAF) || defined(__aarch64__)
#define NET_FMA 1
#else
#define NET_FMA 0 /* multiply, then add: other bits, as is said in the documentation */
#endif

/* ---- one part: NET_PART bytes, PARTS of them are 16 lanes ---- */
#if defined(__clang__) || defined(__AVX512F__)
#define NET_PART 64
#elif defined(__AVX2__)
#define NET_PART 32
#else
#define NET_PART 16
#endif
enum { NET_PART_LANES = NET_PART / 4 };
#if defined(__clang__)
#define NET_VECTOR(T, bytes) __attribute__((ext_vector_type((bytes) / sizeof(T)))) /* knows ?: in C */
#else
#define NET_VECTOR(T, bytes) __attribute__((vector_size(bytes)))
#endif
typedef float f32p NET_VECTOR(float, NET_PART);
typedef int32_t i32p NET_VECTOR(int32_t, NET_PART);
typedef uint32_t u32p NET_VECTOR(uint32_t, NET_PART);
/* in memory: any alignment, any declared type */
typedef float f32p_at NET_VECTOR(float, NET_PART) __attribute__((aligned(4), may_alias));
typedef int32_t i32p_at NET_VECTOR(int32_t, NET_PART) __attribute__((aligned(4), may_alias));
typedef uint8_t u8p_at NET_VECTOR(uint8_t, NET_PART / 4) __attribute__((aligned(1), may_alias));
typedef float f32_at __attribute__((may_alias));
typedef int32_t i32_at __attribute__((may_alias));

#if defined(__clang__)
#define p_select(m, a, b) ((m) ? (a) : (b))
#define p_iselect(m, a, b) ((m) ? (a) : (b))
#else
#define p_select(m, a, b) ((f32p)(((m) & (i32p)(a)) | (~(m) & (i32p)(b))))
#define p_iselect(m, a, b) (((m) & (a)) | (~(m) & (b)))
#endif
#if defined(__clang__)
#define p_sqrt(a) __builtin_elementwise_sqrt(a)
#define p_max(a, b) ((a) > (b) ? (a) : (b))
#define p_min(a, b) ((a) < (b) ? (a) : (b))
#elif defined(__AVX512F__)
#define p_sqrt(a) __builtin_ia32_sqrtps512_mask(a, a, -1, 4)
#define p_max(a, b) __builtin_ia32_maxps512_mask(a, b, a, -1, 4)
#define p_min(a, b) __builtin_ia32_minps512_mask(a, b, a, -1, 4)
#elif defined(__AVX2__)
#define p_sqrt(a) __builtin_ia32_sqrtps256(a)
#define p_max(a, b) __builtin_ia32_maxps256(a, b)
#define p_min(a, b) __builtin_ia32_minps256(a, b)
#elif defined(__SSE2__)
#define p_sqrt(a) __builtin_ia32_sqrtps(a)
#define p_max(a, b) __builtin_ia32_maxps(a, b)
#define p_min(a, b) __builtin_ia32_minps(a, b)
#else
#define p_max(a, b) p_select((a) > (b), a, b)
#define p_min(a, b) p_select((a) < (b), a, b)
#if defined(__aarch64__)
#define p_sqrt(a) __builtin_aarch64_sqrtv4sf(a)
#else
NET_INLINE f32p p_sqrt(f32p a) {
    for (int l = 0; l < NET_PART_LANES; l++) a[l] = __builtin_sqrtf(a[l]);
    return a;
}
#endif
#endif

#if !NET_FMA
#define p_fma(a, b, c) ((a) * (b) + (c))
#elif defined(__clang__)
#define p_fma(a, b, c) __builtin_elementwise_fma(a, b, c)
#elif defined(__AVX512F__)
#define p_fma(a, b, c) __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4)
#elif defined(__FMA__) && defined(__AVX2__)
#define p_fma(a, b, c) __builtin_ia32_vfmaddps256(a, b, c)
#elif defined(__FMA__)
#define p_fma(a, b, c) __builtin_ia32_vfmaddps(a, b, c)
#elif defined(__aarch64__)
#define p_fma(a, b, c) __builtin_aarch64_fmav4sf(a, b, c)
#else
NET_INLINE f32p p_fma(f32p a, f32p b, f32p c) {
    for (int l = 0; l < NET_PART_LANES; l++) c[l] = __builtin_fmaf(a[l], b[l], c[l]);
    return c;
}
#endif
#define p_add(a, b) ((a) + (b))
#define p_sub(a, b) ((a) - (b))
#define p_mul(a, b) ((a) * (b))
#define p_div(a, b) ((a) / (b))
#define p_less(a, b) ((i32p)((a) < (b)))
#define p_less_equal(a, b) ((i32p)((a) <= (b)))
#define p_equal(a, b) ((i32p)((a) == (b)))
#define p_and(a, b) ((a) & (b))
#define p_or(a, b) ((a) | (b))
#define p_xor(a, b) ((a) ^ (b))
#define p_iadd(a, b) ((i32p)((u32p)(a) + (u32p)(b)))
#define p_isub(a, b) ((i32p)((u32p)(a) - (u32p)(b)))
#define p_imul(a, b) ((i32p)((u32p)(a) * (u32p)(b)))
#define p_shift_left(a, n) ((i32p)((u32p)(a) << (n)))
#define p_shift_right(a, n) ((i32p)((u32p)(a) >> (n)))
#define p_as_f32(a) ((f32p)(a))
#define p_as_i32(a) ((i32p)(a))
#define p_to_f32(a) __builtin_convertvector(a, f32p)
#define p_load(p) (*(const f32p_at *)(p))
#define p_iload(p) (*(const i32p_at *)(p))
#if defined(__clang__) || !defined(__AVX2__)
#define p_load_u8(p) __builtin_convertvector(*(const u8p_at *)(p), i32p)
#elif defined(__AVX512F__)
typedef char s8p_at __attribute__((vector_size(16), aligned(1), may_alias));
#define p_load_u8(p) ((i32p)__builtin_ia32_pmovzxbd512_mask(*(const s8p_at *)(p), (i32p){0}, -1))
#else
typedef char s8x16 __attribute__((vector_size(16)));
typedef long long s64x2 __attribute__((vector_size(16)));
typedef long long s64_at __attribute__((aligned(1), may_alias));
#define p_load_u8(p) ((i32p)__builtin_ia32_pmovzxbd256((s8x16)(s64x2){*(const s64_at *)(p), 0}))
#endif

/* ---- 16 lanes of them ---- */
#if NET_PART == 64
typedef f32p f32x16;
typedef i32p i32x16;
#define NET_FROM(T, f, p) ((T)f(p))
#define NET_1(T, f, a) ((T)f(a))
#define NET_2(T, f, a, b) ((T)f(a, b))
#define NET_3(T, f, a, b, c) ((T)f(a, b, c))
#define NET_LIST(T, P, f) \
    ((T){f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15)})
#define v_store(p, a) ((void)(*(f32p_at *)(p) = (a)))
#define i_store(p, a) ((void)(*(i32p_at *)(p) = (a)))
#elif NET_PART == 32
typedef struct {
    f32p p0, p1;
} f32x16;
typedef struct {
    i32p p0, p1;
} i32x16;
#define NET_FROM(T, f, p) ((T){f(p), f((p) + 8)})
#define NET_1(T, f, a) ((T){f(a.p0), f(a.p1)})
#define NET_2(T, f, a, b) ((T){f(a.p0, b.p0), f(a.p1, b.p1)})
#define NET_3(T, f, a, b, c) ((T){f(a.p0, b.p0, c.p0), f(a.p1, b.p1, c.p1)})
#define NET_LIST(T, P, f)                                     \
    ((T){(P){f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7)}, \
         (P){f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15)}})
#define v_store(p, a) ((void)(((f32p_at *)(p))[0] = (a).p0, ((f32p_at *)(p))[1] = (a).p1))
#define i_store(p, a) ((void)(((i32p_at *)(p))[0] = (a).p0, ((i32p_at *)(p))[1] = (a).p1))
#else
typedef struct {
    f32p p0, p1, p2, p3;
} f32x16;
typedef struct {
    i32p p0, p1, p2, p3;
} i32x16;
#define NET_FROM(T, f, p) ((T){f(p), f((p) + 4), f((p) + 8), f((p) + 12)})
#define NET_1(T, f, a) ((T){f(a.p0), f(a.p1), f(a.p2), f(a.p3)})
#define NET_2(T, f, a, b) ((T){f(a.p0, b.p0), f(a.p1, b.p1), f(a.p2, b.p2), f(a.p3, b.p3)})
#define NET_3(T, f, a, b, c) ((T){f(a.p0, b.p0, c.p0), f(a.p1, b.p1, c.p1), f(a.p2, b.p2, c.p2), f(a.p3, b.p3, c.p3)})
#define NET_LIST(T, P, f)                                                                         \
    ((T){(P){f(0), f(1), f(2), f(3)}, (P){f(4), f(5), f(6), f(7)}, (P){f(8), f(9), f(10), f(11)}, \
         (P){f(12), f(13), f(14), f(15)}})
#define NET_STORE(P, p, a) \
    ((void)(((P *)(p))[0] = (a).p0, ((P *)(p))[1] = (a).p1, ((P *)(p))[2] = (a).p2, ((P *)(p))[3] = (a).p3))
#define v_store(p, a) NET_STORE(f32p_at, p, a)
#define i_store(p, a) NET_STORE(i32p_at, p, a)
#endif

#if NET_PART == 64
#define v_even(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define v_low_1(a, b) __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define v_high_1(a, b) __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
#define v_low_2(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define v_high_2(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define v_low_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define v_high_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define v_low_8(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define v_high_8(a, b) __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#elif NET_PART == 32
#define p_even(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define v_even(a, b) ((f32x16){p_even(a.p0, a.p1), p_even(b.p0, b.p1)})
#define p_low_1(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define p_high_1(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define p_low_2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define p_high_2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define p_low_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define p_high_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define v_low_4(a, b) NET_2(f32x16, p_low_4, a, b)
#define v_high_4(a, b) NET_2(f32x16, p_high_4, a, b)
#define v_low_8(a, b) ((f32x16){a.p0, b.p0})
#define v_high_8(a, b) ((f32x16){a.p1, b.p1})
#else
#define p_even(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define v_even(a, b) ((f32x16){p_even(a.p0, a.p1), p_even(a.p2, a.p3), p_even(b.p0, b.p1), p_even(b.p2, b.p3)})
#define p_low_1(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define p_high_1(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#define p_low_2(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define p_high_2(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define v_low_4(a, b) ((f32x16){a.p0, b.p0, a.p2, b.p2})
#define v_high_4(a, b) ((f32x16){a.p1, b.p1, a.p3, b.p3})
#define v_low_8(a, b) ((f32x16){a.p0, a.p1, b.p0, b.p1})
#define v_high_8(a, b) ((f32x16){a.p2, a.p3, b.p2, b.p3})
#endif
#if NET_PART < 64
#define v_low_1(a, b) NET_2(f32x16, p_low_1, a, b)
#define v_high_1(a, b) NET_2(f32x16, p_high_1, a, b)
#define v_low_2(a, b) NET_2(f32x16, p_low_2, a, b)
#define v_high_2(a, b) NET_2(f32x16, p_high_2, a, b)
#endif
/* In blocks of 1, 2, 4 or 8 lanes: 0 of a, 0 of b, 2 of a, ...; 1 of a, 1 of b, 3 of a, ... */
#define v_low(a, b, lanes) v_low_##lanes(a, b)
#define v_high(a, b, lanes) v_high_##lanes(a, b)
#define v_add(a, b) NET_2(f32x16, p_add, a, b)
#define v_sub(a, b) NET_2(f32x16, p_sub, a, b)
#define v_mul(a, b) NET_2(f32x16, p_mul, a, b)
#define v_div(a, b) NET_2(f32x16, p_div, a, b)
#define v_fma(a, b, c) NET_3(f32x16, p_fma, a, b, c) /* a*b + c, rounded once */
#define v_max(a, b) NET_2(f32x16, p_max, a, b)       /* a > b ? a : b */
#define v_min(a, b) NET_2(f32x16, p_min, a, b)       /* a < b ? a : b */
#define v_sqrt(a) NET_1(f32x16, p_sqrt, a)
#define v_less(a, b) NET_2(i32x16, p_less, a, b)
#define v_less_equal(a, b) NET_2(i32x16, p_less_equal, a, b)
#define v_equal(a, b) NET_2(i32x16, p_equal, a, b)
#define v_select(m, a, b) NET_3(f32x16, p_select, m, a, b)
#define v_as_i32(a) NET_1(i32x16, p_as_i32, a)
#define i_as_f32(a) NET_1(f32x16, p_as_f32, a)
#define i_to_f32(a) NET_1(f32x16, p_to_f32, a)
#define i_iadd(a, b) NET_2(i32x16, p_iadd, a, b)
#define i_isub(a, b) NET_2(i32x16, p_isub, a, b)
#define i_imul(a, b) NET_2(i32x16, p_imul, a, b)
#define i_and(a, b) NET_2(i32x16, p_and, a, b)
#define i_or(a, b) NET_2(i32x16, p_or, a, b)
#define i_xor(a, b) NET_2(i32x16, p_xor, a, b)
#define i_iless(a, b) NET_2(i32x16, p_less, a, b)
#define i_iequal(a, b) NET_2(i32x16, p_equal, a, b)
#define i_select(m, a, b) NET_3(i32x16, p_iselect, m, a, b)
#define p_shift_left_(a) p_shift_left(a, net_places)
#define p_shift_right_(a) p_shift_right(a, net_places)
NET_INLINE i32x16 i_shift_left(i32x16 a, const int net_places) { return NET_1(i32x16, p_shift_left_, a); }
NET_INLINE i32x16 i_shift_right(i32x16 a, const int net_places) { return NET_1(i32x16, p_shift_right_, a); }

#define v_load(p) NET_FROM(f32x16, p_load, p)
#define i_load(p) NET_FROM(i32x16, p_iload, p)
#define i_load_u8(p) NET_FROM(i32x16, p_load_u8, p)
#define NET_SAME(l) s
#define NET_STEP(l) p[l * stride]
#define NET_ISTEP(l) (int32_t)p[l * stride]
NET_INLINE f32x16 v_splat(float s) { return NET_LIST(f32x16, f32p, NET_SAME); }
NET_INLINE i32x16 i_splat(int32_t s) { return NET_LIST(i32x16, i32p, NET_SAME); }
NET_INLINE f32x16 v_gather(const f32_at *p, int64_t stride) { return NET_LIST(f32x16, f32p, NET_STEP); }
NET_INLINE i32x16 i_gather(const i32_at *p, int64_t stride) { return NET_LIST(i32x16, i32p, NET_ISTEP); }
NET_INLINE i32x16 i_gather_u8(const uint8_t *p, int64_t stride) { return NET_LIST(i32x16, i32p, NET_ISTEP); }
#define NET_LANE(l) l
#define i_lane() NET_LIST(i32x16, i32p, NET_LANE) /* 0 .. 15 */

NET_INLINE void v_scatter(f32_at *p, int64_t stride, f32x16 a) {
    float lane[16];
    v_store(lane, a);
    for (int l = 0; l < 16; l++) p[l * stride] = lane[l];
}
NET_INLINE void i_scatter(i32_at *p, int64_t stride, i32x16 a) {
    int32_t lane[16];
    i_store(lane, a);
    for (int l = 0; l < 16; l++) p[l * stride] = lane[l];
}

#define v_prefetch(p) __builtin_prefetch(p, 0, 2)

/* Lanes first .. first + lanes - 1, both constants, to the elements from p on. */
#if defined(__AVX512F__)
#define NET_MASK(first, lanes) ((uint16_t)(((1u << (lanes)) - 1) << (first)))
NET_INLINE void v_store_lanes(float *p, const int first, const int lanes, f32x16 a) {
    __builtin_ia32_storeups512_mask((void *)(p - first), a, NET_MASK(first, lanes));
}
NET_INLINE void v_add_lanes(float *p, const int first, const int lanes, f32x16 a) {
    const f32x16 old = __builtin_ia32_loadups512_mask((const void *)(p - first), a, NET_MASK(first, lanes));
    v_store_lanes(p, first, lanes, old + a);
}
#else
NET_INLINE void v_store_lanes(float *p, const int first, const int lanes, f32x16 a) {
    float lane[16];
    v_store(lane, a);
    for (int l = 0; l < lanes; l++) p[l] = lane[first + l];
}
NET_INLINE void v_add_lanes(float *p, const int first, const int lanes, f32x16 a) {
    float lane[16];
    v_store(lane, a);
    for (int l = 0; l < lanes; l++) p[l] += lane[first + l];
}
#endif

/* ---- scalars ---- */
#define s_infinity() __builtin_inff()
#define s_nan() __builtin_nanf("")
#define s_sqrt(a) __builtin_sqrtf(a)
#define s_sqrt_f64(a) __builtin_sqrt(a)
#define s_load_i32(p) (*(const i32_at *)(p))
#define s_store_i32(p, a) ((void)(*(i32_at *)(p) = (a)))
#define s_max(a, b) ((a) > (b) ? (a) : (b))
#define s_min(a, b) ((a) < (b) ? (a) : (b))
#if NET_FMA
#define s_fma(a, b, c) __builtin_fmaf(a, b, c)
#define s_fma_f64(a, b, c) __builtin_fma(a, b, c)
#else
#define s_fma(a, b, c) ((a) * (b) + (c))
#define s_fma_f64(a, b, c) ((a) * (b) + (c))
#endif
NET_INLINE float s_as_f32(int32_t a) {
    union {
        int32_t i;
        float f;
    } u = {a};
    return u.f;
}
NET_INLINE int32_t s_as_i32(float a) {
    union {
        float f;
        int32_t i;
    } u = {a};
    return u.i;
}
NET_INLINE int64_t s_least(int64_t a, int64_t b) { return a < b ? a : b; }
NET_INLINE int64_t s_clamp(int64_t a, int64_t least, int64_t most) { return a < least ? least : a > most ? most : a; }

/* ---- over the lanes: l with l+8, then +4, +2, +1 ---- */
typedef float f32x4 __attribute__((vector_size(16)));
NET_INLINE float v_sum_lanes(f32x16 a) {
#if NET_PART == 64
    typedef float f32x8 __attribute__((vector_size(32)));
    const f32x8 h = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
    const f32x4 q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#elif NET_PART == 32
    const f32p h = a.p0 + a.p1;
    const f32x4 q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#else
    const f32x4 q = (a.p0 + a.p2) + (a.p1 + a.p3);
#endif
    const f32x4 r = q + __builtin_shufflevector(q, q, 2, 3, 2, 3);
    return r[0] + r[1];
}
#define NET_TREE(T, name, V, store, f)                                           \
    NET_INLINE T name(V a) {                                                     \
        T lane[16];                                                              \
        store(lane, a);                                                          \
        for (int half = 8; half; half /= 2)                                      \
            for (int l = 0; l < half; l++) lane[l] = f(lane[l], lane[l + half]); \
        return lane[0];                                                          \
    }
NET_TREE(float, v_max_lanes, f32x16, v_store, s_max)
NET_TREE(float, v_min_lanes, f32x16, v_store, s_min)

/* ---- doubles: for sums of costs, not for speed ---- */
typedef struct {
    double lane[16];
} f64x16;
#define NET_EACH(expression)                               \
    f64x16 r;                                              \
    for (int l = 0; l < 16; l++) r.lane[l] = (expression); \
    return r;
#define NET_EACH_MASK(expression)                      \
    int32_t r[16];                                     \
    for (int l = 0; l < 16; l++) r[l] = -(expression); \
    return i_load(r);
NET_INLINE f64x16 d_splat(double s){NET_EACH(s)} NET_INLINE f64x16
    d_gather(const double *p, int64_t stride){NET_EACH(p[l * stride])} NET_INLINE f64x16
    d_load(const double *p){NET_EACH(p[l])} NET_INLINE void d_scatter(double *p, int64_t stride, f64x16 a) {
    for (int l = 0; l < 16; l++) p[l * stride] = a.lane[l];
}
NET_INLINE void d_store(double *p, f64x16 a) { d_scatter(p, 1, a); }
NET_INLINE f64x16 d_add(f64x16 a, f64x16 b){NET_EACH(a.lane[l] + b.lane[l])} NET_INLINE f64x16
    d_sub(f64x16 a, f64x16 b){NET_EACH(a.lane[l] - b.lane[l])} NET_INLINE f64x16
    d_mul(f64x16 a, f64x16 b){NET_EACH(a.lane[l] * b.lane[l])} NET_INLINE f64x16
    d_div(f64x16 a, f64x16 b){NET_EACH(a.lane[l] / b.lane[l])} NET_INLINE f64x16
    d_fma(f64x16 a, f64x16 b, f64x16 c){NET_EACH(s_fma_f64(a.lane[l], b.lane[l], c.lane[l]))} NET_INLINE f64x16
    d_max(f64x16 a, f64x16 b){NET_EACH(s_max(a.lane[l], b.lane[l]))} NET_INLINE f64x16
    d_min(f64x16 a, f64x16 b){NET_EACH(s_min(a.lane[l], b.lane[l]))} NET_INLINE f64x16
    d_sqrt(f64x16 a){NET_EACH(__builtin_sqrt(a.lane[l]))} NET_INLINE i32x16
    d_less(f64x16 a, f64x16 b){NET_EACH_MASK(a.lane[l] < b.lane[l])} NET_INLINE i32x16
    d_less_equal(f64x16 a, f64x16 b){NET_EACH_MASK(a.lane[l] <= b.lane[l])} NET_INLINE i32x16
    d_equal(f64x16 a, f64x16 b){NET_EACH_MASK(a.lane[l] == b.lane[l])} NET_INLINE f64x16
    d_select(i32x16 m, f64x16 a, f64x16 b) {
    int32_t mask[16];
    i_store(mask, m);
    NET_EACH(mask[l] ? a.lane[l] : b.lane[l])
}
NET_INLINE f64x16 v_to_f64(f32x16 a) {
    float lane[16];
    v_store(lane, a);
    NET_EACH((double)lane[l])
}
NET_INLINE f32x16 d_round_f32(f64x16 a) {
    float lane[16];
    for (int l = 0; l < 16; l++) lane[l] = (float)a.lane[l];
    return v_load(lane);
}
NET_TREE(double, d_sum_lanes, f64x16, d_store, p_add)
NET_TREE(double, d_max_lanes, f64x16, d_store, s_max)
NET_TREE(double, d_min_lanes, f64x16, d_store, s_min)
