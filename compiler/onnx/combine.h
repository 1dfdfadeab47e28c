/* Several networks that answer together, in one ONNX graph. */
#ifndef NETC_ONNX_COMBINE_H
#define NETC_ONNX_COMBINE_H

#include "compiler/onnx/graph.h"

/* Adds what makes one answer of those of all networks, each of which has given `output` its name. Returns the name of
 * the graph's output, which is that of the last layer. */
const char *onnx_combine(OnnxGraph *graph, Arena *arena, const Model *model, const char *output);

#endif
