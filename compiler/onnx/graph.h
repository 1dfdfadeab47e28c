/* An ONNX graph (operators of opset 17) while the layers of a model add to it.
 *
 * Values are named by strings. The output of a layer has the layer's name, what lies within it "name.part" (labels hold
 * no dots, so no two names meet), what is stored has the names of weights files. A layer adds nodes in the order of the
 * data and returns the name of its output, which is that of its input where there is nothing to compute:
 *
 *     const char *const in[] = {x, onnx_stored(graph, weight), NULL};
 *     const char *z = onnx_node(graph, "Conv", onnx_weighted(graph, layer), in);
 *     onnx_window(graph, &window);                   attributes are those of the node added last
 *     return onnx_activate(graph, layer, z);
 *
 * The graph and all names live in its arena. Values of what is stored stay where they are until onnx_write. */
#ifndef NETC_ONNX_GRAPH_H
#define NETC_ONNX_GRAPH_H

#include "compiler/model/layer.h"
#include "compiler/model/trained.h"

enum { ONNX_OPSET = 17, ONNX_IR = 8 /* the version of the file format that came with it */ };

OnnxGraph *onnx_new(Arena *arena, const Trained *trained);

/* What follows is of one network of those that answer together, from 0: all it names, the graph's input apart, has
 * names of its own, "1.conv1" of the first. -1: of none of them. */
void onnx_begin_member(OnnxGraph *graph, int64_t member);

/* ---- nodes ---- */
/* The nodes that follow belong to this layer: the first of them shows its statement. */
void onnx_begin_layer(OnnxGraph *graph, const Layer *layer);
/* "conv1.z" */
const char *onnx_part(OnnxGraph *graph, const Layer *layer, const char *part);
/* Adds the node `out` = op(in...), `in` ending with NULL, and returns `out`. */
const char *onnx_node(OnnxGraph *graph, const char *op, const char *out, const char *const *in);
const char *onnx_unary(OnnxGraph *graph, const char *op, const char *out, const char *in);
const char *onnx_binary(OnnxGraph *graph, const char *op, const char *out, const char *left, const char *right);
void onnx_int(OnnxGraph *graph, const char *attribute, int64_t value);
void onnx_float(OnnxGraph *graph, const char *attribute, double value);
void onnx_ints(OnnxGraph *graph, const char *attribute, const int64_t *values, size_t count);
void onnx_window(OnnxGraph *graph, const Window *window); /* kernel_shape, strides, pads */

/* ---- activations (activation.c) ---- */
/* How a layer is to name its weighted input: as itself when it has no activation, else "name.z". */
const char *onnx_weighted(OnnxGraph *graph, const Layer *layer);
/* The layer's output, its activation of the weighted input z. */
const char *onnx_activate(OnnxGraph *graph, const Layer *layer, const char *z);

/* ---- constants: each is stored once, and its name returned ---- */
const char *onnx_stored(OnnxGraph *graph, const Stored *stored);
/* Its values in another shape, of as many. */
const char *onnx_stored_as(OnnxGraph *graph, const Stored *stored, int rank, const int64_t *dim);
const char *onnx_number(OnnxGraph *graph, const char *name, double value);                       /* a scalar */
const char *onnx_filled(OnnxGraph *graph, const char *name, int64_t count, double value);        /* a vector */
const char *onnx_floats(OnnxGraph *graph, const char *name, const float *values, size_t count);  /* a vector */
const char *onnx_shape(OnnxGraph *graph, const char *name, const int64_t *values, size_t count); /* whole numbers */

/* ---- what a reader is told ---- */
/* Each has the shape [N, dimensions of an example]; `doc` may be NULL. */
void onnx_input(OnnxGraph *graph, const char *name, Shape shape, const char *doc);
void onnx_output(OnnxGraph *graph, const char *name, Shape shape, const char *doc);
void onnx_value(OnnxGraph *graph, const char *name, Shape shape);
void onnx_about(OnnxGraph *graph, const char *doc);
void onnx_metadata(OnnxGraph *graph, const char *key, const char *value);

/* Writes the file. False after filling *why: a write failed, or it would be larger than the format allows (2 GiB). */
bool onnx_write(OnnxGraph *graph, FILE *out, const char **why);

#endif
