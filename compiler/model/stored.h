/* The stored tensors of layers and models: Stored in model.h. Nothing here can fail. */
#ifndef NETC_STORED_H
#define NETC_STORED_H

#include "compiler/model/model.h"

/* Values of a tensor; INT64_MAX for more than that. */
int64_t stored_count(const Stored *stored);
/* Whether it is a tensor of weights files. */
bool stored_is_tensor(const Stored *stored);
/* Whether users count it among the parameters, trained or not. */
bool stored_is_parameter(const Stored *stored);
/* The first of a layer's rows with that role, or that part ("running_mean"); NULL: it has none. */
const Stored *layer_stored(const Layer *layer, StoredRole role);
const Stored *layer_part(const Layer *layer, const char *part);
/* Values of a layer's parameters; INT64_MAX for more than that. */
int64_t layer_parameters(const Layer *layer);

/* Adds a tensor LAYER.part to those of a layer. Weights files have it under that name; it is trained if it is a
 * parameter and layer->trainable is set by then; it does not decay. The caller may change that. */
Stored *layer_store(Arena *arena, Layer *layer, const char *part, StoredRole role, int rank, const int64_t *dim,
                    Recipe recipe);
/* Gives the rows of all layers their numbers and places. Parameters come first, layer by layer: how they begin depends
 * on the number alone, whatever else a network keeps. What weights files do not keep comes last. */
void model_place_stored(Arena *arena, Model *model);

#endif
