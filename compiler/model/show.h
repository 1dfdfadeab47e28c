/* What `netc show FILE` prints: the network as a table, or as JSON. */
#ifndef NETC_SHOW_H
#define NETC_SHOW_H

#include "compiler/model/model.h"

/* A table: layer, kind, output shape, parameters, multiply-adds, memory of the activations of one example; totals;
 * then the settings in words. Plain text, UTF-8. */
void show_text(const Model *model, FILE *out);
/* One JSON object: name, layers (name, kind, from, input, output, parameters, multiply_adds, activation_bytes,
 * tensors), totals, settings. Numbers are plain; ends with a newline. */
void show_json(const Model *model, FILE *out);

#endif
