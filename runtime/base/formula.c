#include "runtime/base/formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/elementary.h"

enum { DEPTH_LIMIT = 16 }; /* of brackets */

static const char *const counts[NET_COUNTS] = {[NET_COUNT_M] = "m", [NET_COUNT_N] = "n",     [NET_COUNT_T] = "t",
                                               [NET_COUNT_S] = "s", [NET_COUNT_STEPS] = "S", [NET_COUNT_CUTS] = "c"};

static const struct {
    const char *name;
    const char *between; /* the signs between its values */
    NetFormulaOp op;
} functions[] = {
    {"sqrt", "", NET_FORMULA_ROOT},    {"floor", "", NET_FORMULA_FLOOR},  {"sin", "", NET_FORMULA_SINE},
    {"min", ",", NET_FORMULA_MINIMUM}, {"max", ",", NET_FORMULA_MAXIMUM}, {"pow", ",", NET_FORMULA_REAL_POWER},
    {"if", "<,,", NET_FORMULA_CHOOSE},
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
static const char digits[] = "0123456789";

typedef struct {
    const char *text, *at;
    const char *const *names;
    int count;
    int depth;
    NetFormula *formula;
    NetError *error;
} Reader;

static bool wrong(const Reader *reader, const char *what) {
    return net_fail(reader->error, NET_ENVIRONMENT, "the formula '%s' is wrong at '%s': %s", reader->text, reader->at,
                    what);
}

static bool add(Reader *reader, NetFormulaOp op, int name, double number) {
    NetFormula *formula = reader->formula;
    if (formula->parts == NET_FORMULA_PARTS) {
        return wrong(reader, "it is too long");
    }
    formula->part[formula->parts].op = op;
    formula->part[formula->parts].name = name;
    formula->part[formula->parts++].number = number;
    return true;
}

/* Passes over a sign and the blanks before it. */
static bool take(Reader *reader, char sign) {
    reader->at += strspn(reader->at, " ");
    if (*reader->at != sign) {
        return false;
    }
    reader->at++;
    return true;
}

static bool expect(Reader *reader, char sign) {
    char what[] = "expected 'x'";
    what[strlen(what) - 2] = sign;
    return take(reader, sign) || wrong(reader, what);
}

static bool is_word(const char *word, const char *at, size_t length) {
    return strlen(word) == length && memcmp(word, at, length) == 0;
}

/* The place of a name's value, -1: it is none. */
static int find_name(const Reader *reader, size_t length) {
    for (int i = 0; i < NET_COUNTS; i++) {
        if (is_word(counts[i], reader->at, length)) {
            return i;
        }
    }
    for (int i = 0; i < reader->count; i++) {
        if (is_word(reader->names[i], reader->at, length)) {
            return NET_COUNTS + i;
        }
    }
    return -1;
}

static bool read_sum(Reader *reader);

/* Values with these signs between them, behind an opening bracket. */
static bool read_brackets(Reader *reader, const char *between) {
    if (++reader->depth > DEPTH_LIMIT) {
        return wrong(reader, "its brackets are too deep");
    }
    bool good = read_sum(reader);
    for (; good && *between != '\0'; between++) {
        good = expect(reader, *between) && read_sum(reader);
    }
    reader->depth--;
    return good && expect(reader, ')');
}

/* The place in functions[] of the one whose name stands before a bracket; -1: none does. */
static int find_function(const Reader *reader, size_t length) {
    for (int i = 0; i < (int)(sizeof functions / sizeof *functions) && reader->at[length] == '('; i++) {
        if (is_word(functions[i].name, reader->at, length)) {
            return i;
        }
    }
    return -1;
}

static bool read_number(Reader *reader) {
    char *end = NULL;
    double number = strtod(reader->at, &end);
    size_t length = strspn(reader->at, "0123456789.eE+-");
    if ((size_t)(end - reader->at) > length || !isfinite(number)) {
        return wrong(reader, "expected a number");
    }
    reader->at = end;
    return add(reader, NET_FORMULA_NUMBER, 0, number);
}

static bool read_operand(Reader *reader) {
    if (take(reader, '(')) {
        return read_brackets(reader, "");
    }
    size_t length = strspn(reader->at, letters);
    if (length == 0 || strchr(digits, *reader->at) != NULL) {
        return *reader->at == '.' || length > 0 ? read_number(reader) : wrong(reader, "expected a value");
    }
    int function = find_function(reader, length);
    if (function >= 0) {
        reader->at += length + 1;
        return read_brackets(reader, functions[function].between) && add(reader, functions[function].op, 0, 0);
    }
    int place = find_name(reader, length);
    if (place < 0) {
        return wrong(reader, "no setting has that name");
    }
    reader->at += length;
    return add(reader, NET_FORMULA_NAME, place, 0);
}

/* A whole number or a count: what repeated squaring takes. */
static bool read_exponent(Reader *reader) {
    reader->at += strspn(reader->at, " ");
    size_t length = strspn(reader->at, letters);
    bool whole = length > 0 && length < 10 && strspn(reader->at, digits) == length && reader->at[length] != '.';
    int place = find_name(reader, length);
    if (!whole && (place < 0 || place >= NET_COUNTS)) {
        return wrong(reader, "expected a whole number or a count");
    }
    double number = whole ? strtod(reader->at, NULL) : 0;
    reader->at += length;
    return add(reader, whole ? NET_FORMULA_NUMBER : NET_FORMULA_NAME, place, number) &&
           add(reader, NET_FORMULA_POWER, 0, 0);
}

static bool read_factor(Reader *reader) {
    return read_operand(reader) && (!take(reader, '^') || read_exponent(reader));
}

static bool read_product(Reader *reader) {
    bool good = read_factor(reader);
    while (good) {
        bool times = take(reader, '*');
        if (!times && !take(reader, '/')) {
            break;
        }
        good = read_factor(reader) && add(reader, times ? NET_FORMULA_MULTIPLY : NET_FORMULA_DIVIDE, 0, 0);
    }
    return good;
}

static bool read_sum(Reader *reader) {
    bool good = read_product(reader);
    while (good) {
        bool plus = take(reader, '+');
        if (!plus && !take(reader, '-')) {
            break;
        }
        good = read_product(reader) && add(reader, plus ? NET_FORMULA_ADD : NET_FORMULA_SUBTRACT, 0, 0);
    }
    return good;
}

bool net_formula_parse(const char *text, const char *const *names, int count, NetFormula *formula, NetError *error) {
    *formula = (NetFormula){.text = text};
    Reader reader = {.text = text, .at = text, .names = names, .count = count, .formula = formula, .error = error};
    return read_sum(&reader) && (!take(&reader, '\0') ? wrong(&reader, "expected an operation") : true);
}

static double power(double base, double exponent) {
    double result = 1;
    for (uint64_t left = (uint64_t)exponent; left > 0; left >>= 1) {
        if (left & 1) {
            result *= base;
        }
        base *= base;
    }
    return result;
}

double net_formula_value(const NetFormula *formula, const double *value) {
    double stack[NET_FORMULA_PARTS + 1] = {0};
    int top = 0; /* the last value; stack[0] is that of no formula */
    for (int i = 0; i < formula->parts; i++) {
        NetFormulaOp op = formula->part[i].op;
        top -= op == NET_FORMULA_CHOOSE ? 3 : op >= NET_FORMULA_ADD ? 1 : 0;
        double *to = &stack[top], right = top < NET_FORMULA_PARTS ? to[1] : 0;
        switch (op) {
        case NET_FORMULA_NUMBER: stack[++top] = formula->part[i].number; break;
        case NET_FORMULA_NAME: stack[++top] = value[formula->part[i].name]; break;
        case NET_FORMULA_ROOT: *to = sqrt(*to); break;
        case NET_FORMULA_FLOOR: *to = floor(*to); break;
        case NET_FORMULA_SINE: *to = net_sine(*to); break;
        case NET_FORMULA_ADD: *to += right; break;
        case NET_FORMULA_SUBTRACT: *to -= right; break;
        case NET_FORMULA_MULTIPLY: *to *= right; break;
        case NET_FORMULA_DIVIDE: *to /= right; break;
        case NET_FORMULA_POWER: *to = power(*to, right); break;
        case NET_FORMULA_MINIMUM: *to = right < *to ? right : *to; break;
        case NET_FORMULA_MAXIMUM: *to = right > *to ? right : *to; break;
        case NET_FORMULA_REAL_POWER: *to = net_power(*to, right); break;
        case NET_FORMULA_CHOOSE: *to = *to < right ? to[2] : to[3]; break;
        }
    }
    return stack[top];
}

bool net_formula_reads(const NetFormula *formula, int place) {
    bool found = false;
    for (int i = 0; i < formula->parts; i++) {
        found = found || (formula->part[i].op == NET_FORMULA_NAME && formula->part[i].name == place);
    }
    return found;
}
