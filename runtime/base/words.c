#include "runtime/base/words.h"

#include <stddef.h>
#include <string.h>

int net_edit_distance(const char *a, const char *b) {
    enum { LONGEST = 32 };
    int row[LONGEST + 1];
    int length = (int)strlen(b);
    if (length > LONGEST || strlen(a) > LONGEST) {
        return LONGEST;
    }
    for (int j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (int i = 0; a[i] != '\0'; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 0; j < length; j++) {
            int replace = diagonal + (a[i] != b[j]);
            int shorter = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = replace < shorter ? replace : shorter;
        }
    }
    return row[length];
}

const char *net_nearest_word(const char *word, const char *const *candidates, int count) {
    int best = (int)(strlen(word) + 2) / 3 + 1;
    const char *nearest = NULL;
    for (int i = 0; i < count; i++) {
        int distance = net_edit_distance(word, candidates[i]);
        if (distance < best && distance < (int)strlen(candidates[i])) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
