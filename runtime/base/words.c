#include "runtime/base/words.h"

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
