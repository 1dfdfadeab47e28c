/* What a layer's build function works with: the program it adds to, and its place in the model.
 *
 * A build function reads `in` (the values of layer->from, batched: [n, C, H, W] or [n, units]), adds its computes and
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
    bool centre_now;   /* the program `init`: a bias with init `centre` is computed, not read */
    bool averaged;     /* what has an average is read as that */
    Tensor *input;     /* the batch as it comes, [n, ...] */
    Tensor *label;     /* [n] */
    Tensor *target;    /* [n, outputs]: the numbers that are to come out, if the target is that */
    Tensor *scaled;    /* the input with bytes divided by 255, before mean and std: an autoencoder's target */
    Tensor **value;    /* by layer index: its output */
    Tensor **weighted; /* by layer index: before its activation */
    Tensor **stored;   /* by row of the model's list: the tensor, once it is used */
    Expr **next;       /* by row: what replaces it when the program ends, over its own indices; NULL: nothing does */
};

/* "conv1.z" */
const char *build_name(Build *build, const Layer *layer, const char *part);
/* A stored tensor, to be read; its values are those before the program. It has the dimensions it was first read with.
 * A program that is `averaged` reads the tensor's average, if it has one. */
Tensor *build_stored(Build *build, const Stored *stored);
/* The same with these dimensions, of as many elements: the same ones wherever a program says so. */
Tensor *build_stored_as(Build *build, const Stored *stored, int rank, const int64_t *dim);
/* When the program ends, `e`, an expression of the tensor's own indices, replaces it; in training alone, unless the
 * program is `init`. Its row says that it changes (Stored.trained, follows). The place in the program where this is
 * said does not matter. */
void build_next(Build *build, const Stored *stored, Expr *e);
/* Notes z as the layer's weighted input and gives the layer's activation of it. */
Tensor *build_activate(Build *build, const Layer *layer, Tensor *z);

/* How many dimensions of a layer's value, from dimension 1 on, tell its units or maps apart: those of maps are one; a
 * vector may still have the dimensions of maps that were made one by name alone (flatten). */
int layer_unit_dims(const Layer *layer, const Tensor *value);
/* Whether two values have the same dimensions, beyond being of one shape. */
bool build_alike(const Tensor *a, const Tensor *b);
/* A vector's values as one dimension: what flatten made a vector of by name alone is copied. */
Tensor *build_vector(Build *build, Tensor *value);
/* Where `value` is read when its units are output indices 0, 1, ... and what follows is summed: n, then the positions.
 */
void layer_unit_index(const Layer *layer, const Tensor *value, Affine *index);

/* The row (axis 0) or column (axis 1) that tap `tap` of the window reads at place `place`:
 * place*stride + tap*dilation - pad. */
Affine window_row(const Window *window, int axis, int place, int tap);

#endif
