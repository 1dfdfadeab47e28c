#include "runtime/train/rate.h"

#include <string.h>

void net_rate_names(const NetModel *model, const NetStep *step, double value[NET_COUNTS + NET_SETTINGS_MAX]) {
    value[NET_COUNT_M] = (double)step->m;
    value[NET_COUNT_N] = (double)step->n;
    value[NET_COUNT_T] = (double)step->done + 1;
    value[NET_COUNT_S] = (double)step->done;
    value[NET_COUNT_STEPS] = (double)step->steps;
    value[NET_COUNT_CUTS] = (double)step->cuts;
    memcpy(&value[NET_COUNTS], step->value, (size_t)model->settings * sizeof *value);
}

double net_rate(const NetModel *model, const NetStep *step) {
    double value[NET_COUNTS + NET_SETTINGS_MAX];
    if (model->schedule.rate.parts == 0) {
        return step->value[model->known[NET_KNOWN_RATE]];
    }
    net_rate_names(model, step, value);
    return net_formula_value(&model->schedule.rate, value);
}

int64_t net_rate_patience(const NetModel *model, const NetStep *step) {
    double value[NET_COUNTS + NET_SETTINGS_MAX];
    net_rate_names(model, step, value);
    return (int64_t)net_formula_value(&model->schedule.patience, value);
}
