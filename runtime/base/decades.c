#include "runtime/base/decades.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EIGHTHS = 8 };

void net_decades_widen(NetDecades *decades, double place) {
    if (!isfinite(place)) {
        return;
    }
    decades->low = fmin(decades->low, floor(place));
    decades->high = fmax(decades->high, ceil(place));
}

/* One number that is a power of ten is the largest of a decade. */
static double lowest(const NetDecades *decades) {
    return decades->low < decades->high ? decades->low : decades->high - 1;
}

/* What no double holds by its power of ten. */
static int print_place(char *out, size_t room, double place) {
    const double most = 300;
    return fabs(place) <= most ? snprintf(out, room, "%g", pow(10, place)) : snprintf(out, room, "1e%+.0f", place);
}

const char *net_decades_text(const NetDecades *decades, const char *between, char out[NET_DECADES_TEXT]) {
    char high[NET_DECADES_TEXT / 4];
    *out = '\0';
    if (decades->low <= decades->high) {
        print_place(high, sizeof high, decades->high);
        int length = print_place(out, NET_DECADES_TEXT, lowest(decades));
        snprintf(out + length, (size_t)(NET_DECADES_TEXT - length), "%s%s", between, high);
    }
    return out;
}

int net_decades_bar(const NetDecades *decades, double place, int columns, char out[NET_BAR_TEXT]) {
    static const char *const parts[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    columns = columns < NET_BAR_MOST ? columns : NET_BAR_MOST;
    *out = '\0';
    if (!isfinite(place) || decades->low > decades->high || columns < 1) {
        return 0;
    }
    double low = lowest(decades), share = fmin(fmax((place - low) / (decades->high - low), 0), 1);
    int filled = (int)(share * (double)(columns * EIGHTHS) + 0.5);
    filled = filled < 1 ? 1 : filled;
    for (int i = 0; i < filled / EIGHTHS; i++) {
        strcat(out, "█");
    }
    strcat(out, parts[filled % EIGHTHS]);
    return (filled + EIGHTHS - 1) / EIGHTHS;
}
