#include "runtime/base/formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 16 }; /* of brackets */

static const char *const counts[NET_COUNTS] = {
    [NET_COUNT_M] = "m", [NET_COUNT_N] = "n", [NET_COUNT_T] = "t", [NET_COUNT_S] = "s"};

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

static bool read_brackets(Reader *reader, NetFormulaOp op) {
    if (++reader->depth > DEPTH_LIMIT) {
        return wrong(reader, "its brackets are too deep");
    }
    bool two = op == NET_FORMULA_MINIMUM;
    bool good = read_sum(reader) && (!two || (expect(reader, ',') && read_sum(reader))) && expect(reader, ')');
    reader->depth--;
    return good && (op == NET_FORMULA_NUMBER || add(reader, op, 0, 0));
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
        return read_brackets(reader, NET_FORMULA_NUMBER);
    }
    size_t length = strspn(reader->at, letters);
    if (length == 0 || strchr(digits, *reader->at) != NULL) {
        return *reader->at == '.' || length > 0 ? read_number(reader) : wrong(reader, "expected a value");
    }
    bool call = reader->at[length] == '(';
    bool root = call && is_word("sqrt", reader->at, length);
    if (root || (call && is_word("min", reader->at, length))) {
        reader->at += length + 1;
        return read_brackets(reader, root ? NET_FORMULA_ROOT : NET_FORMULA_MINIMUM);
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
        return wrong(reader, "expected a whole number, m, n, t or s");
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
        double right = stack[top];
        double *left = op >= NET_FORMULA_ADD && op <= NET_FORMULA_MINIMUM ? &stack[--top] : NULL;
        switch (op) {
        case NET_FORMULA_NUMBER: stack[++top] = formula->part[i].number; break;
        case NET_FORMULA_NAME: stack[++top] = value[formula->part[i].name]; break;
        case NET_FORMULA_ADD: *left += right; break;
        case NET_FORMULA_SUBTRACT: *left -= right; break;
        case NET_FORMULA_MULTIPLY: *left *= right; break;
        case NET_FORMULA_DIVIDE: *left /= right; break;
        case NET_FORMULA_POWER: *left = power(*left, right); break;
        case NET_FORMULA_MINIMUM: *left = right < *left ? right : *left; break;
        case NET_FORMULA_ROOT: stack[top] = sqrt(right); break;
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
