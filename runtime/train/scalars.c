#include "runtime/train/scalars.h"

#include <string.h>

#include "runtime/train/rate.h"

double net_scalars_value(const NetModel *model, const NetFormula *formula, const NetStep *step) {
    double value[NET_COUNTS + NET_SETTINGS_MAX] = {
        [NET_COUNT_M] = (double)step->m,
        [NET_COUNT_N] = (double)step->n,
        [NET_COUNT_T] = (double)step->done + 1,
        [NET_COUNT_S] = (double)step->done,
    };
    memcpy(&value[NET_COUNTS], step->value, (size_t)model->settings * sizeof *value);
    value[NET_COUNTS + model->known[NET_KNOWN_RATE]] = net_rate(model, step);
    return net_formula_value(formula, value);
}

void net_scalars_fill(const NetModel *model, const NetStep *step, float scalar[NET_SCALARS_ROOM]) {
    for (int i = 0; i < model->scalars; i++) {
        scalar[i] = (float)net_scalars_value(model, &model->scalar[i], step);
    }
    if (model->random) {
        uint64_t seed = (uint64_t)step->value[model->known[NET_KNOWN_SEED]];
        const uint32_t words[] = {(uint32_t)seed, (uint32_t)(seed >> 32), step->epoch};
        memcpy(&scalar[model->scalars], words, sizeof words);
    }
}
