#include "runtime/log/distribution.h"

#include <math.h>

enum { SUM, SQUARES, MIN, MAX, ZERO, SUMS };

bool net_distribution_write(const NetDistribution *of, const NetModel *model, const NetLogged *at, int layer,
                            const char *suffix, NetCsv *csv, NetError *error) {
    const NetLogKind kinds[SUMS] = {of->sum, of->squares, of->min, of->max, of->zero};
    double value[SUMS];
    double elements = 1;
    for (int i = 0; i < SUMS; i++) {
        if (!net_logged_value(model, at, kinds[i], layer, &value[i], &elements)) {
            return true;
        }
    }
    const NetLogEntry *entry = net_program_entry(at->program, of->sum, layer);
    double count =
        elements * (entry->per == NET_LOG_PER_CHUNK ? (double)at->n : 1); /* of an example, or of the tensor */
    double mean = value[SUM] / count;
    double variance = value[SQUARES] / count - mean * mean;
    char name[sizeof((NetCsvRow *)0)->text];
    snprintf(name, sizeof name, "%s%s", model->layer[layer].name, suffix);
    NetCsvRow row = {.length = 0};
    net_csv_integer(&row, at->step);
    net_csv_text(&row, name);
    net_csv_number(&row, mean);
    net_csv_number(&row, variance > 0 || isnan(variance) ? sqrt(variance) : 0);
    net_csv_number(&row, value[MIN]);
    net_csv_number(&row, value[MAX]);
    net_csv_number(&row, value[ZERO] / count);
    return net_csv_write(csv, net_csv_of(of->subject), &row, error);
}
