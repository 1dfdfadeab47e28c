#include "runtime/train/rate.h"

/* One rate for all steps. */
double net_rate(const NetModel *model, const NetStep *step) { return step->value[model->known[NET_KNOWN_RATE]]; }
