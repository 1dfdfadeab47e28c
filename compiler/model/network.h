/* What a network is, in the form that descriptors, weight files and checkpoints keep: docs/formats.md, "What a network
 * is". The runtime compares two of them (runtime/train/network.h). */
#ifndef NETC_NETWORK_H
#define NETC_NETWORK_H

#include <jansson.h>

#include "compiler/model/model.h"

/* A new list, one object a layer, the input first. */
json_t *network_json(const Model *model);

#endif
