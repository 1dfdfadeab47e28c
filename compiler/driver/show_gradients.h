/* `netc show FILE --gradients`: what is expected of the gradients of the untrained network
 * (compiler/model/propagation.h), of each layer that gradients.csv has a row of. */
#ifndef NETC_DRIVER_SHOW_GRADIENTS_H
#define NETC_DRIVER_SHOW_GRADIENTS_H

#include "compiler/model/model.h"

/* A table, with bars on a logarithmic scale; or one JSON object. */
void show_gradients_text(const Model *model, FILE *out);
void show_gradients_json(const Model *model, FILE *out);

#endif
