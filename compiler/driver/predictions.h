/* What a run's weights make of the examples it was tested on: the network is compiled for this machine and run on them.
 *
 * The numbers are those of the data of today; they are taken only if their hash is that in config.json. */
#ifndef NETC_DRIVER_PREDICTIONS_H
#define NETC_DRIVER_PREDICTIONS_H

#include "compiler/driver/run_network.h"
#include "runtime/data/data.h"

typedef struct {
    const char *missing; /* why there are none; NULL: there are */
    NetData data;        /* while there are */
    NetPartName part;
    const char *data_dir; /* the folder the data had to be looked for in; NULL: they are where the model says */
    const char *about;    /* "1,000 test examples of digits" */
    const Model *model;
    int64_t count, outputs;
    float *values;      /* count × outputs */
    uint32_t *label;    /* by example: its class */
    uint32_t *class_of; /* the class the network says, of target class */
    float *targets;     /* count × outputs, the numbers to learn; NULL: classes */
    int64_t classes;    /* 0: the target is no class */
} Predictions;

void predictions_make(Arena *arena, const Run *run, Network *network, const char *weights, Predictions *predictions);
void predictions_free(Predictions *predictions);

/* An example of another class than the network says. */
typedef struct {
    int64_t example;
    double sure; /* the output of the class it was taken for, that of its own taken off */
} Mistake;
typedef VEC(Mistake) Mistakes;
/* All of them, the surest first. */
Mistakes predictions_mistakes(Arena *arena, const Predictions *predictions);
/* How many examples of each class are taken for each: classes × classes, true ones down. */
int64_t *predictions_confusion(Arena *arena, const Predictions *predictions);

/* A class's name, as the data has it. */
const char *predictions_class(Arena *arena, const Predictions *predictions, int64_t class);
/* What an output is called: by the column of the table that it learned, else by its number from 0. */
const char *predictions_output(Arena *arena, const Predictions *predictions, int64_t output);
/* The values of an example as the network reads them, before mean and deviation are taken off. */
void predictions_example(const Predictions *predictions, int64_t example, float *values);

#endif
