/* What conv and dense share: each output is a weighted sum of values, plus a bias for each unit or map. */
#ifndef NETC_WEIGHTED_H
#define NETC_WEIGHTED_H

#include "compiler/layers/build.h"
#include "compiler/model/propagation.h"
#include "compiler/model/pytorch.h"
#include "compiler/onnx/graph.h"

/* Where a kind's table has the options about them. */
typedef struct {
    int bias, init, bias_init;
} WeightedOptions;

/* For shape rules: stores the weight, whose first dimension is units or maps of one linear map or, a group after the
 * other, of several, and the bias unless bias=false. False after reporting a bias_init= written in a statement that
 * also says bias=false. */
bool weighted_store(LayerContext *context, WeightedOptions at, int rank, const int64_t *dim, int64_t matrices,
                    int64_t fan_in, int64_t fan_out);
/* What a weighted sum reads. */
typedef struct {
    WindowReads window;
    double step;  /* places between what neighbouring sums read */
    double alike; /* the mean squared correlation of two of the values */
} WeightedReads;
/* For LayerKind.propagate. */
void weighted_propagate(const Layer *layer, Signal *signal, WeightedReads reads);
/* The weight with the dimensions the layer reads it in. */
Tensor *weighted_read(Build *build, const Layer *layer, int rank, const int64_t *dim);
/* sums + bias of dimension 1 (units or maps), then the activation. */
Tensor *weighted_finish(Build *build, const Layer *layer, Tensor *sums);
/* ", bias=False" where the layer has none: PyTorch's modules have one. */
const char *weighted_pytorch(const Layer *layer);
/* Adds the node of `op` that makes the weighted input of `in`, and returns its name. */
const char *weighted_onnx(OnnxGraph *graph, const Layer *layer, const char *op, const char *in);

#endif
