/* What `netc show FILE` prints: the network as a table, as JSON, or as a graph. */
#ifndef NETC_SHOW_H
#define NETC_SHOW_H

#include "compiler/model/model.h"

/* A table: layer, kind, what it reads where that is not always the layer above, output shape, parameters,
 * multiply-adds, memory of the activations of one example; totals; then the settings in words. Plain text, UTF-8. */
void show_text(const Model *model, FILE *out);
/* One JSON object: name, layers (name, kind, text as in the table, options, reads, input (of the first), output,
 * activation, parameters, multiply_adds, activation_bytes, tensors), total, weight_bytes, settings. Ends with a
 * newline. */
void show_json(const Model *model, FILE *out);
/* A digraph in Graphviz's language: a node a layer, with its kind, output shape and parameters; an edge to each layer
 * from those it reads. */
void show_dot(const Model *model, FILE *out);

/* "conv 5x5, relu": what tells layers of one kind apart. */
const char *show_layer(Arena *arena, const Layer *layer);
/* "6 × 24 × 24": a shape with the sign for times, as in prose. */
const char *show_shape(Arena *arena, Shape shape);

#endif
