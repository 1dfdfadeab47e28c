/* The network of a run, from the text in its config.json, and with its weights as a function in this process. */
#ifndef NETC_DRIVER_RUN_NETWORK_H
#define NETC_DRIVER_RUN_NETWORK_H

#include "compiler/driver/pipeline.h"
#include "compiler/driver/runs.h"
#include "compiler/driver/ship.h"

typedef struct {
    Options options;
    Compilation compilation;
    const Model *model;  /* NULL: */
    const char *missing; /* why there is none */
} Network;

/* Compiles it up to the model, in silence; `until`: the layer whose output is the result, NULL: the last one. `network`
 * stays where it is: the compilation points into it. */
void network_open(Arena *arena, const Run *run, const char *until, Network *network);

/* Compiles the rest, with the weights of a file. False with the reason in *missing. */
bool network_compile(Arena *arena, Network *network, const char *weights, Predictor *predictor, const char **missing);

#endif
