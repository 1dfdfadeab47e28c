#include "runtime/data/number.h"

#include <stdlib.h>

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t net_trim(const char **text, size_t length) {
    for (; length > 0 && is_blank(**text); length--) ++*text;
    while (length > 0 && is_blank((*text)[length - 1])) length--;
    return length;
}

static size_t skip_digits(const char **at) {
    const char *from = *at;
    while (is_digit(**at)) ++*at;
    return (size_t)(*at - from);
}

static void skip_sign(const char **at) { *at += **at == '+' || **at == '-'; }

/* The NUL behind the text is no digit, so nothing looks beyond it. */
bool net_number_read(const char *text, size_t length, double *value) {
    length = net_trim(&text, length);
    const char *at = text;
    skip_sign(&at);
    size_t digits = skip_digits(&at);
    if (*at == '.') {
        at++;
        digits += skip_digits(&at);
    }
    if (digits > 0 && (*at == 'e' || *at == 'E')) {
        at++;
        skip_sign(&at);
        digits = skip_digits(&at);
    }
    if (digits == 0 || at != text + length) return false;
    *value = strtod(text, NULL); /* which ends at the blanks or the NUL */
    return true;
}
