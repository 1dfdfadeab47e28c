/* `netc show --pytorch FILE`: the network as a Python text, a torch.nn.Module whose strict load_state_dict takes netc's
 * weight files and whose forward computes what the network does.
 *
 * A layer's `pytorch` function (layer.h) returns its part of forward, an expression of `x`, and adds to __init__ what
 * keeps its parameters. The activation is put around it here. Texts live in the arena of the PyTorch. */
#ifndef NETC_PYTORCH_H
#define NETC_PYTORCH_H

#include "compiler/model/layer.h"

struct PyTorch {
    Arena *arena;
    VEC(const char *) arguments; /* of __init__, beyond self: what a weights file keeps as metadata */
    VEC(const char *) members;   /* lines of __init__ */
};

/* What a module cannot have as a member: false after reporting each layer with parameters that has such a name. */
bool pytorch_check(const Model *model, Diags *diags);

/* Prints the module, and functions that read a weights file. The model passed pytorch_check. */
void pytorch_print(const Model *model, FILE *out);

/* ---- for layers ---- */
/* Adds `self.LAYER = module` to __init__, without gradients where the layer is not trainable; returns
 * "self.LAYER(x)". */
const char *pytorch_module(PyTorch *out, const Layer *layer, const char *module, const char *x);
/* A window's two numbers: "5", or "(5, 3)". */
const char *pytorch_pair(PyTorch *out, const int64_t *pair);
/* ", NAME=2" or ", NAME=(2, 1)"; nothing where both numbers are what PyTorch takes by itself. */
const char *pytorch_option(PyTorch *out, const char *name, const int64_t *pair, const int64_t *standard);
/* Whether the window's padding is the same on both sides of each axis: the only kind PyTorch's layers know. */
bool pytorch_even(const Window *window);
/* `x`, with the window's padding of zeros around it where there is some. */
const char *pytorch_padded(PyTorch *out, const Window *window, const char *x);
/* "[0.485, 0.456, 0.406]", over several lines where it is long. */
const char *pytorch_list(PyTorch *out, const double *numbers, size_t count);
/* A number as Python reads it, with the digits that give the float back. */
const char *pytorch_number(PyTorch *out, double number);

#endif
