/* The network of a run, from the text in its config.json, and what its weights make of the test examples. */
#ifndef NETC_REPORT_NETWORK_H
#define NETC_REPORT_NETWORK_H

#include "compiler/driver/pipeline.h"
#include "compiler/driver/runs.h"

typedef struct {
    Options options;
    Compilation compilation;
    const Model *model;  /* NULL: */
    const char *missing; /* why there is none */
} Network;

/* Compiles it up to the model, in silence. `network` stays where it is: the compilation points into it. */
void network_open(Arena *arena, const Run *run, Network *network);

#endif
