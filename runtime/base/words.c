#include "runtime/base/words.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer words are not compared letter by letter: nobody mistypes such a name by a letter or two. */
enum { WORD_MAX = 64 };

static int least(int a, int b) { return a < b ? a : b; }

int net_edit_distance(const char *a, const char *b) {
    size_t m = strlen(a), n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX) {
        return strcmp(a, b) == 0 ? 0 : INT_MAX;
    }
    /* rows i-2, i-1 and i of the usual table */
    int rows[3][WORD_MAX + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= n; j++) {
        before[j] = above[j] = (int)j;
    }
    for (size_t i = 1; i <= m; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= n; j++) {
            int best = least(above[j] + 1, row[j - 1] + 1);
            best = least(best, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = least(best, before[j - 2] + 1);
            }
            row[j] = best;
        }
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[n];
}

static void lower_case(char *to, const char *from) {
    do {
        *to++ = (char)(*from >= 'A' && *from <= 'Z' ? *from - 'A' + 'a' : *from);
    } while (*from++ != '\0');
}

const char *net_nearest_word(const char *word, const char *const *candidates, size_t count) {
    size_t length = strlen(word);
    if (length > WORD_MAX) {
        return NULL;
    }
    int best_distance = least((int)(length / 3), 3) + 1;
    char folded[WORD_MAX + 1], other[WORD_MAX + 1];
    lower_case(folded, word);
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strlen(candidates[i]) > WORD_MAX) {
            continue;
        }
        lower_case(other, candidates[i]); /* ReLU is meant to be relu: case costs nothing */
        int distance = net_edit_distance(folded, other);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}

bool net_words_hold(const char *list, const char *words) {
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        const char *at = list;
        while (*at != '\0' && (strcspn(at, " ") != length || strncmp(at, words, length) != 0)) {
            at += strcspn(at, " ");
            at += strspn(at, " ");
        }
        if (*at == '\0') {
            return false;
        }
        words += length + strspn(words + length, " ");
    }
    return true;
}

const char *net_find_alias(const char *word, const NetAlias *aliases, size_t count) {
    char folded[WORD_MAX + 1];
    if (strlen(word) > WORD_MAX) {
        return NULL;
    }
    lower_case(folded, word);
    for (char *c = folded; *c != '\0'; c++) {
        *c = (char)(*c == '_' ? '-' : *c);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(aliases[i].word, folded) == 0) {
            return aliases[i].here;
        }
    }
    return NULL;
}

bool net_word_part(char out[NET_PART], const char *word, int n) {
    size_t length = strlen(word);
    if (length >= NET_PART) return false;
    for (size_t i = 1; i < length; i++) {
        bool joint = word[i] == '-' || word[i] == '_';
        if (!joint || word[i + 1] == '\0' || n-- > 0) continue;
        snprintf(out, NET_PART, "%s", word + i + 1);
        return true;
    }
    for (size_t i = length; i-- > 1;) {
        bool joint = word[i] == '-' || word[i] == '_';
        if (!joint || n-- > 0) continue;
        snprintf(out, NET_PART, "%.*s", (int)i, word);
        return true;
    }
    return false;
}

/* Of "0,01" the comma is a point, of "10,000" nothing. */
static bool is_point(const char *comma, const char *text) {
    return strspn(comma + 1, "0123456789") != 3 || (comma == text + 1 && *text == '0');
}

bool net_number_meant(char out[NET_NUMBER_TEXT], const char *text) {
    char plain[NET_NUMBER_TEXT];
    size_t length = 0;
    int commas = 0;
    for (const char *at = text; *at != '\0'; at++) commas += *at == ',';
    for (const char *at = text; *at != '\0'; at++) {
        bool drop = *at == '_' || (*at == ',' && !(commas == 1 && is_point(at, text)));
        if (drop) continue;
        if (length + 1 == sizeof plain) return false;
        plain[length++] = (char)(*at == ',' ? '.' : *at);
    }
    plain[length] = '\0';
    char *end = NULL;
    double value = strtod(plain, &end);
    if (end == plain || (plain[0] != '.' && (plain[0] < '0' || plain[0] > '9'))) return false;
    if (*end == '/' && strspn(end + 1, "0123456789.") == strlen(end + 1)) {
        value /= strtod(end + 1, &end);
    } else {
        double unit = *end == 'k' || *end == 'K' ? 1e3 : *end == 'M' ? 1e6 : *end == '%' ? 0.01 : 0;
        value *= unit != 0 ? unit : 1;
        end += unit != 0;
    }
    if (*end != '\0' || !isfinite(value)) return false;
    int digits = fabs(value) < 1e15 && value == floor(value) ? snprintf(out, NET_NUMBER_TEXT, "%.0f", value)
                                                             : snprintf(out, NET_NUMBER_TEXT, "%.6g", value);
    return digits > 0 && digits < NET_NUMBER_TEXT && strcmp(out, text) != 0;
}

const char *net_after_wrong_dash(const char *word) {
    static const char *const dashes[] = {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"};
    const char *at = word;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        if (strncmp(at, dashes[i], strlen(dashes[i])) == 0) {
            at += strlen(dashes[i]);
            i = (size_t)-1;
        }
    }
    return at == word || *at == '\0' ? NULL : at + (*at == '-');
}

const char *net_with_file(char out[NET_ADVICE], const char *sentence, const char *file) {
    size_t length = 0;
    *out = '\0';
    for (const char *at = sentence; *at != '\0' && length < NET_ADVICE;) {
        const char *place = file != NULL ? strstr(at, "FILE") : NULL;
        size_t before = place != NULL ? (size_t)(place - at) : strlen(at);
        length +=
            (size_t)snprintf(out + length, NET_ADVICE - length, "%.*s%s", (int)before, at, place != NULL ? file : "");
        at += before + (place != NULL ? strlen("FILE") : 0);
    }
    return out;
}

const char *net_option_advice(char out[NET_ADVICE], const char *here, const char *nearest, const char *file) {
    const char *meant = here != NULL ? here : nearest;
    if (meant == NULL) {
        return NULL;
    }
    if (here != NULL && here[0] != '-') {
        net_with_file(out, here, file);
    } else {
        snprintf(out, NET_ADVICE, "did you mean '%s%s'?", meant[0] == '-' ? "" : "--", meant);
    }
    return out;
}
