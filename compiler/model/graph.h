/* What can be said of a network only once all its layers are known: who reads whom. Nothing here can fail. */
#ifndef NETC_GRAPH_H
#define NETC_GRAPH_H

#include "compiler/model/labels.h"

/* Reports a softmax inside the network, and layers that nothing reads. The network has a layer besides its input. */
void graph_check(const Model *model, const Labels *labels, Diags *diags);

#endif
