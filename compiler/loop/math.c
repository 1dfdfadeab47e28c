#include "compiler/loop/math.h"

#include <math.h>

/* e^x is 2^n * e^r with n = x / ln 2 to the nearest integer and |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to an integer
 * and leaves it in the low bits; with the exponent's bias added as well these are the exponent field of 2^n: a shift
 * by 23 makes the float, 0 at n = -127 and +inf at n = 128. ln 2 is split so that n * LN2_HIGH is exact. */
static const float SHIFTER = 12582912.0F + 127; /* 1.5 * 2^23 + bias */
static const float LOG2_E = 0x1.715476p+0F;
static const float LN2_HIGH = 0x1.62e4p-1F;
static const float LN2_LOW = 0x1.7f7d1cp-20F;

/* Bounds of x: n stays in -127 .. 127, and for the sigmoid in -127 .. 128. */
static const float EXP_LEAST = -88, EXP_MOST = 88.375F;
static const float SIGMOID_LEAST = -88.5F, SIGMOID_MOST = 88;
static const float TANH_MOST = 10; /* tanh rounds to 1 from 9.02 on */

/* All coefficients are minimax: Remez in 80 bits with the weight of the relative error, then rounded to float, each
 * after the ones before it where that converges. The highest power comes first. */

/* (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2; 3.6e-9 of e^r. */
static const float EXP_TERMS[] = {0x1.6a23d0p-10F, 0x1.123a20p-7F, 0x1.5558f2p-5F, 0x1.555492p-3F, 0x1.fffffcp-2F};
/* e^2r on |r| <= ln 2 / 4 with e^0 = 1; 9.3e-8. */
static const float EXP_TWICE_TERMS[] = {0x1.0fa7d8p-2F, 0x1.573ad0p-1F, 0x1.555a6ep+0F,
                                        0x1.fffdc4p+0F, 0x1.fffff6p+0F, 1};
/* (tanh x - x) / x^3 as a polynomial of x^2 on |x| <= 0.58; 6.1e-8 of tanh x. */
static const float TANH_SMALL = 0.575F;
static const float TANH_TERMS[] = {0x1.05336ep-6F, -0x1.ad4df0p-5F, 0x1.10b8b2p-3F, -0x1.5553d4p-2F};
/* ln(1 + e) / e on [0, 1]; 3.3e-8 of ln(1 + e). */
static const float LOG1P_TERMS[] = {0x1.5fa0dap-8F,  -0x1.eca398p-6F, 0x1.44707ap-4F,
                                    -0x1.19af8ep-3F, 0x1.884554p-3F,  -0x1.fd1368p-3F,
                                    0x1.5535dep-2F,  -0x1.ffff14p-2F, 1};
/* (ln(1 + f) - f) / f^2 on sqrt(1/2) - 1 <= f <= sqrt(2) - 1; 6.5e-9 of ln(1 + f). */
static const float LOG_TERMS[] = {-0x1.38b584p-4F, 0x1.055b6cp-3F,  -0x1.0d8542p-3F, 0x1.22da1cp-3F, -0x1.547244p-3F,
                                  0x1.99a008p-3F,  -0x1.000226p-2F, 0x1.555554p-2F,  -0.5F};

static const int32_t SIGN_BIT = INT32_MIN;
enum { MANTISSA_BITS = 23, SQRT_HALF_BITS = 0x3f3504f3, EXPONENT_AND_SIGN = -0x800000 };

static int number(LoopBuilder *b, int like, float value) { return loop_const_f32(b, value, loop_type(b, like).vector); }

static int integer(LoopBuilder *b, int like, int32_t value) {
    return loop_const_i32(b, value, loop_type(b, like).vector);
}

static int polynomial(LoopBuilder *b, int x, const float *terms, size_t count) {
    int sum = number(b, x, terms[0]);
    for (size_t i = 1; i < count; i++) sum = loop_fma(b, sum, x, number(b, x, terms[i]));
    return sum;
}

/* In this order of operands NaN passes. */
static int at_least(LoopBuilder *b, int x, float least) { return loop_op2(b, OP_MAX, number(b, x, least), x); }

static int at_most(LoopBuilder *b, int x, float most) { return loop_op2(b, OP_MIN, number(b, x, most), x); }

static int masked(LoopBuilder *b, Op op, int x, int32_t mask) {
    return loop_op1(b, OP_AS_F32, loop_op2(b, op, loop_op1(b, OP_AS_I32, x), integer(b, x, mask)));
}

/* n = factor * x to the nearest integer; *scale = 2^n. */
static int nearest(LoopBuilder *b, int x, float factor, int *scale) {
    const int shifter = number(b, x, SHIFTER);
    const int shifted = loop_fma(b, x, number(b, x, factor), shifter);
    *scale = loop_op1(b, OP_AS_F32, loop_shift(b, OP_SHIFT_LEFT, loop_op1(b, OP_AS_I32, shifted), MANTISSA_BITS));
    return loop_op2(b, OP_SUB, shifted, shifter);
}

/* With x within its bounds and sign 1 or -1:  e^(sign * x) = scale * (1 + sign * result).  The result is r plus a term
 * of second order rather than r times a factor: the factor's rounding would make neighbours step back. */
static int exp_parts(LoopBuilder *b, int x, float sign, int *scale) {
    const int n = nearest(b, x, sign * LOG2_E, scale);
    const int high = loop_fma(b, n, number(b, x, -sign * LN2_HIGH), x);
    const int r = loop_fma(b, n, number(b, x, -sign * LN2_LOW), high);
    float terms[COUNT_OF(EXP_TERMS)]; /* even powers change their sign with it */
    for (size_t i = 0; i < COUNT_OF(terms); i++) terms[i] = i % 2 == 0 ? sign * EXP_TERMS[i] : EXP_TERMS[i];
    return loop_fma(b, loop_op2(b, OP_MUL, r, r), polynomial(b, r, terms, COUNT_OF(terms)), r);
}

static int exp_bounded(LoopBuilder *b, int x) {
    int scale;
    const int part = exp_parts(b, x, 1, &scale);
    return loop_fma(b, part, scale, scale);
}

int math_exp(LoopBuilder *b, int x) { return exp_bounded(b, at_most(b, at_least(b, x, EXP_LEAST), EXP_MOST)); }

int math_expm1(LoopBuilder *b, int x) {
    int scale;
    const int part = exp_parts(b, at_most(b, at_least(b, x, EXP_LEAST), EXP_MOST), 1, &scale);
    return loop_fma(b, part, scale, loop_op2(b, OP_SUB, scale, number(b, x, 1)));
}

int math_sigmoid(LoopBuilder *b, int x) {
    const int one = number(b, x, 1);
    int scale;
    const int part = exp_parts(b, at_most(b, at_least(b, x, SIGMOID_LEAST), SIGMOID_MOST), -1, &scale);
    /* scale may be +inf: only a product with something positive is safe */
    return loop_op2(b, OP_DIV, one, loop_fma(b, loop_op2(b, OP_SUB, one, part), scale, one));
}

/* x = 2^k * (1 + f), and ln x = k * ln 2 + ln(1 + f). k is kept as k * 2^23, as it comes out of the bits. */
int math_log(LoopBuilder *b, int x) {
    const float unit = 0x1p-23F;
    const int tiny = loop_op2(b, OP_LESS, x, number(b, x, 0x1p-126F));
    const int normal = loop_op3(b, OP_SELECT, tiny, loop_op2(b, OP_MUL, x, number(b, x, 0x1p23F)), x);
    const int bits = loop_op1(b, OP_AS_I32, normal);
    const int above = loop_op2(b, OP_ISUB, bits, integer(b, x, SQRT_HALF_BITS));
    const int exponent = loop_op2(b, OP_AND, above, integer(b, x, EXPONENT_AND_SIGN));
    const int mantissa = loop_op1(b, OP_AS_F32, loop_op2(b, OP_ISUB, bits, exponent));
    const int scaled_by = loop_op2(b, OP_AND, tiny, integer(b, x, MANTISSA_BITS << MANTISSA_BITS));
    const int k = loop_op1(b, OP_TO_F32, loop_op2(b, OP_ISUB, exponent, scaled_by));
    const int f = loop_op2(b, OP_SUB, mantissa, number(b, x, 1));

    /* k * LN2_HIGH is exact; what is lost in adding f to it comes back with the small terms */
    const int large = loop_fma(b, k, number(b, x, LN2_HIGH * unit), f);
    const int lost = loop_op2(b, OP_SUB, f, loop_fma(b, k, number(b, x, -LN2_HIGH * unit), large));
    const int low = loop_fma(b, k, number(b, x, LN2_LOW * unit), lost);
    const int square = loop_op2(b, OP_MUL, f, f);
    const int small = loop_fma(b, square, polynomial(b, f, LOG_TERMS, COUNT_OF(LOG_TERMS)), low);
    const int sum = loop_op2(b, OP_ADD, large, small);

    const int zero = number(b, x, 0);
    const int finite = loop_op2(b, OP_LESS, x, number(b, x, INFINITY));
    const int positive = loop_op2(b, OP_LESS, zero, x);
    const int otherwise =
        loop_op3(b, OP_SELECT, loop_op2(b, OP_EQUAL, x, zero), number(b, x, -INFINITY), number(b, x, NAN));
    return loop_op3(b, OP_SELECT, positive, loop_op3(b, OP_SELECT, finite, sum, x), otherwise);
}

/* With the sign of x: a polynomial of |x| near 0, else 1 - 2 / (e^2|x| + 1). There ln 2 need not be split: its error
 * grows with n, but so does e^2|x|, of which ever less counts. */
int math_tanh(LoopBuilder *b, int x) {
    const int one = number(b, x, 1);
    const int size = masked(b, OP_AND, x, INT32_MAX);
    const int bounded = at_most(b, size, TANH_MOST);
    int scale;
    const int n = nearest(b, bounded, 2 * LOG2_E, &scale);
    const int r = loop_fma(b, n, number(b, x, -0x1.62e43p-2F), bounded); /* ln 2 / 2 */
    const int power = polynomial(b, r, EXP_TWICE_TERMS, COUNT_OF(EXP_TWICE_TERMS));
    const int below_one = loop_op2(b, OP_DIV, number(b, x, 2), loop_fma(b, power, scale, one));
    const int large = loop_op2(b, OP_SUB, one, below_one);

    const int square = loop_op2(b, OP_MUL, size, size);
    const int terms = polynomial(b, square, TANH_TERMS, COUNT_OF(TANH_TERMS));
    const int small = loop_fma(b, loop_op2(b, OP_MUL, square, terms), size, size);

    const int is_small = loop_op2(b, OP_LESS, size, number(b, x, TANH_SMALL));
    const int result = loop_op1(b, OP_AS_I32, loop_op3(b, OP_SELECT, is_small, small, large));
    const int sign = loop_op2(b, OP_AND, loop_op1(b, OP_AS_I32, x), integer(b, x, SIGN_BIT));
    return loop_op1(b, OP_AS_F32, loop_op2(b, OP_OR, result, sign));
}

/* max(x, 0) + ln(1 + e) with e = e^-|x|, a polynomial times e: relatively accurate however small e is. */
int math_softplus(LoopBuilder *b, int x) {
    const int e = exp_bounded(b, at_least(b, masked(b, OP_OR, x, SIGN_BIT), EXP_LEAST));
    const int factor = polynomial(b, e, LOG1P_TERMS, COUNT_OF(LOG1P_TERMS));
    return loop_fma(b, factor, e, loop_op2(b, OP_MAX, number(b, x, 0), x));
}
