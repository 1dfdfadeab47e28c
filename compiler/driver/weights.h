/* The weights that a command is given by --weights and --rename. */
#ifndef NETC_DRIVER_WEIGHTS_H
#define NETC_DRIVER_WEIGHTS_H

#include "compiler/driver/pipeline.h"
#include "compiler/model/trained.h"

/* Loads them into the model; false after printing why. */
bool weights_load(Compilation *compilation, Trained *trained, int *status);
/* Says what they are, if that is not all as in the model: of another function, converted. False if that is an error. */
bool weights_judge(Compilation *compilation, const Trained *trained, int *status);

#endif
