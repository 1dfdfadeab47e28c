#include "runtime/train/scalars.h"

#include <string.h>

#include "runtime/train/rate.h"

/* What formulas read: the rate is that of the step. */
static void fill_names(const NetModel *model, const NetStep *step, double value[NET_COUNTS + NET_SETTINGS_MAX]) {
    net_rate_names(model, step, value);
    value[NET_COUNTS + model->known[NET_KNOWN_RATE]] = net_rate(model, step);
}

double net_scalars_value(const NetModel *model, const NetFormula *formula, const NetStep *step) {
    double value[NET_COUNTS + NET_SETTINGS_MAX];
    fill_names(model, step, value);
    return net_formula_value(formula, value);
}

void net_scalars_fill(const NetModel *model, const NetStep *step, float scalar[NET_SCALARS_ROOM]) {
    double value[NET_COUNTS + NET_SETTINGS_MAX];
    fill_names(model, step, value);
    for (int i = 0; i < model->scalars; i++) {
        scalar[i] = (float)net_formula_value(&model->scalar[i], value);
    }
    if (model->random) {
        uint64_t seed = (uint64_t)step->value[model->known[NET_KNOWN_SEED]];
        const uint32_t words[] = {(uint32_t)seed, (uint32_t)(seed >> 32), step->epoch};
        memcpy(&scalar[model->scalars], words, sizeof words);
    }
}
