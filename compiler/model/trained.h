/* A trained network: a model's stored tensors with the values of a weights file.
 *
 * What the file holds is checked against the model, every name and every shape, before any of it is used: with a
 * Trained that was loaded nothing can be missing. It lives in its arena; the file is closed again. */
#ifndef NETC_TRAINED_H
#define NETC_TRAINED_H

#include "compiler/model/model.h"
#include "runtime/data/likeness.h"
#include "runtime/train/weight_file.h"

typedef struct {
    const Model *model;
    const char *path;     /* of the file that was read */
    const char *epoch;    /* ", epoch 3", "" where the file does not say */
    const float **values; /* by row of model->stored, all finite; NULL: of what only training keeps. Of an ensemble
                           * those of the first network, and behind them the others' */
    const char *const *classes; /* their names, as many as there are classes; NULL: the file keeps none */
    size_t class_count;
    const char *const *columns; /* of the table that it was trained on, as net_columns_text has them; NULL: none */
    size_t column_count;
    NetMeanImage mean_image; /* of the pictures that it was trained on; 0 channels: none that suits the input */
    /* What the file computes otherwise than the model: "layer dense1: activation tanh in the file, sigmoid here", and
     * the layer of the model that it is about. NULL: nothing, or it is not known. */
    const char *difference;
    const Layer *differing;
    bool undescribed;      /* an older netc wrote the file from another text, without a word on what it computes */
    const char *converted; /* "F16", where values were converted to float; NULL: they are as in the file */
} Trained;

/* Loads what words->weights names, a file or a run (of which it takes the best epoch on the validation part if the run
 * had one, else the last). False with one line in *error, status NET_ENVIRONMENT. */
bool trained_load(Arena *arena, const Model *model, const NetWeightWords *words, Trained *trained, NetError *error);

/* One of the networks that answer together, from 0, by itself. */
Trained trained_member(const Trained *trained, int64_t member);

#endif
