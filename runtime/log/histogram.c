#include "runtime/log/histogram.h"

#include <math.h>
#include <stdbool.h>

static int bin_of(const NetHistogram *histogram, double value, double width) {
    if (histogram->bins == 1) {
        return 0;
    }
    int bin = (int)((value - histogram->edge[0]) / width * histogram->bins);
    return bin < histogram->bins ? bin : histogram->bins - 1;
}

void net_histogram_fill(NetHistogram *histogram, const double *values, int64_t count, double by) {
    double low = INFINITY;
    double high = -INFINITY;
    *histogram = (NetHistogram){0};
    for (int64_t i = 0; i < count; i++) {
        double value = values[i] / by;
        low = isfinite(value) && value < low ? value : low;
        high = isfinite(value) && value > high ? value : high;
    }
    if (low > high) {
        return;
    }
    double width = high - low;
    histogram->bins = width > 0 ? NET_HISTOGRAM_BINS : 1;
    for (int i = 0; i < histogram->bins; i++) {
        histogram->edge[i] = low + i * width / histogram->bins;
    }
    histogram->edge[histogram->bins] = high;
    for (int64_t i = 0; i < count; i++) {
        double value = values[i] / by;
        if (isfinite(value)) {
            histogram->count[bin_of(histogram, value, width)]++;
            histogram->sum += value;
            histogram->squares += value * value;
        }
    }
}
