/* What a layer's build function works with: the program it adds to, and its place in the model.
 *
 * A build function reads `in` (the value of layer->from, batched: [n, C, H, W] or [n, units]), adds its computes and
 * returns the layer's output. It sets the weighted input through build_activate, so that costs and logs find it. */
#ifndef NETC_BUILD_H
#define NETC_BUILD_H

#include "compiler/model/layer.h"
#include "compiler/tensor/tensor.h"

struct Build {
    Arena *arena;
    Program *program;
    const Model *model;
    Mode mode;
    bool centre_now;         /* the program `init`: a bias with init `centre` is computed, not read */
    Tensor *input;           /* the batch as it comes, [n, ...] */
    Tensor *label;           /* [n] */
    Tensor *scaled;          /* the input with bytes divided by 255, before mean and std: an autoencoder's target */
    Tensor **value;          /* by layer index: its output */
    Tensor **weighted;       /* by layer index: before its activation */
    Tensor **weight, **bias; /* by layer index: its parameters, once read */
    int64_t *weight_offset, *bias_offset; /* in the param buffer */
    int64_t mean_offset, std_offset;      /* in the state buffer; -1: constants of the model */
    Tensor **centred;                     /* by layer index: biases computed by the program `init` */
};

/* "conv1.z" */
const char *build_name(Build *build, const Layer *layer, const char *part);
/* The layer's weight with the dimensions the layer reads it in (as many elements as layer->weight). */
Tensor *build_weight(Build *build, const Layer *layer, int rank, const int64_t *dim);
/* sums + bias of dimension 1 (units or maps), then the activation; notes the weighted input. */
Tensor *build_bias_activate(Build *build, const Layer *layer, Tensor *sums);
/* Notes z as the layer's weighted input and gives the layer's activation of it. */
Tensor *build_activate(Build *build, const Layer *layer, Tensor *z);

/* The row (axis 0) or column (axis 1) that tap `tap` of the window reads at place `place`: place*stride + tap - pad. */
Affine window_row(const Window *window, int axis, int place, int tap);

#endif
