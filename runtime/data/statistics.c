#include "runtime/data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* channels summed in one walk over the rows */

int64_t net_data_statistics_count(const NetData *data) { return data->rank == 1 ? data->row_elements : data->shape[0]; }

static double value_at(const NetData *data, const unsigned char *row, int64_t index) {
    if (data->type == NET_ROWS_U8) return row[index] / 255.0;
    float value;
    memcpy(&value, row + (size_t)index * sizeof value, sizeof value);
    return value;
}

typedef struct {
    double sum[BLOCK];  /* of values, then of squared distances from the mean */
    double mean[BLOCK]; /* valid in the second walk */
    double low[BLOCK], high[BLOCK];
} Sums;

/* Adds all values of channels first … first+count-1 in file order; `plane` values of a channel lie together. */
static void walk(const NetData *data, int64_t first, int64_t count, int64_t plane, bool squares, Sums *sums) {
    for (int64_t r = 0; r < data->part[NET_PART_TRAIN].count; r++) {
        const unsigned char *row = net_data_example(data, NET_PART_TRAIN, r).values;
        for (int64_t c = 0; c < count; c++) {
            double sum = sums->sum[c], low = sums->low[c], high = sums->high[c];
            for (int64_t i = (first + c) * plane; i < (first + c + 1) * plane; i++) {
                double value = value_at(data, row, i);
                double distance = value - sums->mean[c];
                sum += squares ? distance * distance : value;
                low = value < low ? value : low;
                high = value > high ? value : high;
            }
            sums->sum[c] = sum;
            sums->low[c] = low;
            sums->high[c] = high;
        }
    }
}

void net_data_statistics(const NetData *data, float *mean, float *sd) {
    int64_t channels = net_data_statistics_count(data);
    int64_t plane = data->row_elements / channels;
    double values = (double)(data->part[NET_PART_TRAIN].count * plane);
    for (int64_t first = 0; first < channels; first += BLOCK) {
        int64_t count = channels - first < BLOCK ? channels - first : BLOCK;
        Sums sums = {0};
        for (int64_t c = 0; c < count; c++) {
            sums.low[c] = INFINITY;
            sums.high[c] = -INFINITY;
        }
        walk(data, first, count, plane, false, &sums);
        for (int64_t c = 0; c < count; c++) {
            sums.mean[c] = sums.sum[c] / values;
            sums.sum[c] = 0;
            if (mean != NULL) mean[first + c] = (float)sums.mean[c];
        }
        if (sd == NULL) continue;
        walk(data, first, count, plane, true, &sums);
        for (int64_t c = 0; c < count; c++) {
            float deviation = (float)sqrt(sums.sum[c] / values);
            /* equal values can leave a sum of rounding errors: their deviation is 0 all the same */
            bool constant = sums.low[c] >= sums.high[c] || deviation <= 0;
            sd[first + c] = constant ? 1.0f : deviation;
        }
    }
}

void net_data_class_counts(const NetData *data, NetPartName part, int64_t *counts) {
    for (int64_t c = 0; c < data->classes; c++) counts[c] = 0;
    for (int64_t i = 0; i < data->part[part].count; i++) {
        uint32_t label = net_data_example(data, part, i).label;
        if (label < data->classes) counts[label]++;
    }
}

/* What makes all classes of the training part count alike: n / (classes * n_k), data->classes of them. A class that the
 * part has no example of is an error. */
static bool fill_balance(const NetData *data, float *weights, NetError *error) {
    int64_t *counts = net_alloc((size_t)data->classes, sizeof *counts, error);
    if (counts == NULL) return false;
    net_data_class_counts(data, NET_PART_TRAIN, counts);
    double share = (double)data->part[NET_PART_TRAIN].count / (double)data->classes;
    int64_t empty = 0;
    while (empty < data->classes && counts[empty] > 0) empty++;
    bool ok = empty == data->classes;
    for (int64_t c = 0; c < data->classes && ok; c++) weights[c] = (float)(share / (double)counts[c]);
    free(counts);
    return ok ||
           net_fail(error, NET_ENVIRONMENT,
                    "class_weights=balanced: the training part has no example of class %lld%s%s%s; give the "
                    "weights as a list, or train on more examples [empty-class]",
                    (long long)empty, data->class_names != NULL ? " (" : "",
                    data->class_names != NULL ? data->class_names[empty] : "", data->class_names != NULL ? ")" : "");
}

void net_data_target_statistics(const NetData *data, NetPartName part, double *mean, double *variance) {
    int64_t count = data->part[part].count;
    for (int64_t k = 0; k < data->targets; k++) {
        double sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
        for (int64_t row = 0; row < count; row++) {
            double value = (double)net_data_example(data, part, row).targets[k];
            sum += value;
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        double middle = sum / (double)count;
        for (int64_t row = 0; row < count; row++) {
            double distance = (double)net_data_example(data, part, row).targets[k] - middle;
            squares += distance * distance;
        }
        if (mean != NULL) mean[k] = middle;
        if (variance != NULL) variance[k] = low < high ? squares / (double)count : 0; /* without a rest of rounding */
    }
}

/* A deviation of 0 counts as 1. */
static bool target_statistic(const NetData *data, bool mean, float *out, NetError *error) {
    double *values[2] = {net_alloc((size_t)data->targets, sizeof(double), error),
                         net_alloc((size_t)data->targets, sizeof(double), error)};
    bool ok = values[0] != NULL && values[1] != NULL;
    if (ok) net_data_target_statistics(data, NET_PART_TRAIN, values[0], values[1]);
    for (int64_t i = 0; i < data->targets && ok; i++) {
        double deviation = sqrt(values[1][i]);
        out[i] = mean ? (float)values[0][i] : (float)deviation > 0 ? (float)deviation : 1.0f;
    }
    free(values[0]);
    free(values[1]);
    return ok;
}

bool net_data_statistic(const NetData *data, NetStatistic which, const char *name, int64_t count, float *out,
                        NetError *error) {
    bool target = which == NET_STATISTIC_TARGET_MEAN || which == NET_STATISTIC_TARGET_DEVIATION;
    int64_t values = target                           ? data->targets
                     : which == NET_STATISTIC_BALANCE ? data->classes
                                                      : net_data_statistics_count(data);
    if (count != values)
        return net_fail(error, NET_ENVIRONMENT, "%s has %lld value%s, the data has %lld of them", name,
                        (long long)count, net_plural((uint64_t)count), (long long)values);
    if (target) return target_statistic(data, which == NET_STATISTIC_TARGET_MEAN, out, error);
    if (which == NET_STATISTIC_BALANCE) return fill_balance(data, out, error);
    bool mean = which == NET_STATISTIC_MEAN;
    net_data_statistics(data, mean ? out : NULL, mean ? NULL : out);
    return true;
}
