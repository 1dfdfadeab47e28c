/* Formulas: the numbers that a step is given, as text over the settings of a training.
 *
 *     1 - rate * (l2 / n + weight_decay)        sqrt(1 - beta2^t) / (1 - beta1^t)        min(decay, (1 + s) / (10 + s))
 *
 * They have + - * / ^ ( ) and numbers, the functions below, names of settings, and counts: `m` examples in the batch,
 * `n` examples in an epoch, `t` the step, counted from 1, `s` the steps done before it, `S` the steps of an epoch, `c`
 * how often the rate was cut (schedule plateau). What stands behind ^ is a whole number or a count, and the power is
 * made by repeated squaring. Operations of equal rank go from left to right, in double. Every processor gets the same
 * bits, which no pow() or sin() of a C library promises.
 *
 *     sqrt(x)   floor(x)   sin(x)   min(x, y)   max(x, y)   pow(x, y)   if(x < y, a, b): a where x < y, else b
 *
 * A formula is parsed once; all that can be wrong with it is found then. It owns nothing. */
#ifndef NET_BASE_FORMULA_H
#define NET_BASE_FORMULA_H

#include "runtime/base/error.h"

/* The values of a formula's names: first the counts, then the settings in their order. */
enum { NET_COUNT_M, NET_COUNT_N, NET_COUNT_T, NET_COUNT_S, NET_COUNT_STEPS, NET_COUNT_CUTS, NET_COUNTS };

enum { NET_FORMULA_PARTS = 48 };

typedef enum {
    NET_FORMULA_NUMBER,
    NET_FORMULA_NAME,
    NET_FORMULA_ROOT, /* of one value */
    NET_FORMULA_FLOOR,
    NET_FORMULA_SINE,
    NET_FORMULA_ADD, /* of two */
    NET_FORMULA_SUBTRACT,
    NET_FORMULA_MULTIPLY,
    NET_FORMULA_DIVIDE,
    NET_FORMULA_POWER,
    NET_FORMULA_MINIMUM,
    NET_FORMULA_MAXIMUM,
    NET_FORMULA_REAL_POWER,
    NET_FORMULA_CHOOSE /* of four */
} NetFormulaOp;

/* Operands before their operation. */
typedef struct {
    struct {
        NetFormulaOp op;
        int name;      /* NET_FORMULA_NAME: the place of its value */
        double number; /* NET_FORMULA_NUMBER */
    } part[NET_FORMULA_PARTS];
    int parts;        /* 0: no formula, whose value is 0 */
    const char *text; /* it was read from, which is the reader's */
} NetFormula;

/* Reads a formula over the counts and the named settings. False: *error says what is wrong, and where. */
bool net_formula_parse(const char *text, const char *const *names, int count, NetFormula *formula, NetError *error);

/* value[0 .. NET_COUNTS) are the counts, value[NET_COUNTS + i] is names[i]. */
double net_formula_value(const NetFormula *formula, const double *value);

/* Whether the name with this value's place stands in it. */
bool net_formula_reads(const NetFormula *formula, int place);

#endif
