/* What a network is, as netc describes it: docs/formats.md, "What a network is".
 *
 * The compiler writes the description (compiler/model/network.h) into the descriptor; from there it goes, whole, into
 * checkpoints and, without what matters in training alone, into weight files. Here two of them are compared, for
 * trainers and the compiler alike. A description comes from a file, so nothing is taken for granted: what lacks a part
 * has an empty one. NULL is a network of which nothing is known, without layers. */
#ifndef NET_TRAIN_NETWORK_H
#define NET_TRAIN_NETWORK_H

#include <jansson.h>

#include "runtime/train/weight_file.h"

typedef struct {
    char text[NET_ERROR_TEXT]; /* "layer dense1: activation tanh in the file, sigmoid here" */
    char layer[112];           /* that it is about, as it is called here; "": one that is not here */
} NetDifference;

/* The description as text, whole or what decides the function in use alone. free() releases it. */
char *net_network_text(const json_t *network, bool whole, NetError *error);

/* Whether a run's network is another one than that of this trainer, in anything that settles the run; the first
 * difference. Layers may have other names. */
bool net_network_changed(const json_t *run, const json_t *here, NetDifference *difference);

/* How the function that a weights file is of compares with the network that takes it. */
typedef enum {
    NET_FUNCTION_SAME, /* or nothing is known about it: the file is not of netc */
    NET_FUNCTION_OTHER,
    NET_FUNCTION_UNKNOWN /* an older netc wrote it, from another text */
} NetFunction;

/* What is said of NET_FUNCTION_UNKNOWN: the file's path fills it in. */
#define NET_UNKNOWN_FUNCTION                                                                                       \
    "%s does not say what its network computes (an older netc wrote it), and the model's text has changed since; " \
    "that names and shapes fit is all that is known [unknown-function]"

/* `found` is what net_weights_match gave for `wanted`: layers whose tensors the file does not have or that are not
 * taken from it (--skip) are left out, with those without tensors behind them. `text` is the model's. An error is a
 * file whose metadata cannot be read. */
bool net_network_compare(const NetSafetensors *file, const NetWanted *wanted, const NetTensor *const *found,
                         size_t count, const json_t *network, const char *text, NetFunction *function,
                         NetDifference *difference, NetError *error);

#endif
