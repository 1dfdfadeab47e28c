/* Trained networks as programs, libraries, objects and C: netc build --infer. */
#ifndef NETC_DRIVER_SHIP_H
#define NETC_DRIVER_SHIP_H

#include "compiler/driver/emits.h"
#include "compiler/model/trained.h"

/* What is made of a compilation for goal_infer. */
typedef struct {
    Compilation *compilation;
    const char *path;   /* of the output */
    const char *name;   /* it has without -o */
    const char *stem;   /* of its file's name */
    const char *header; /* beside it; NULL: none */
} Shipment;

/* Finds the layer whose output is the result, of a compilation with a model; false after printing why. */
bool ship_until(Compilation *compilation, int *status);
/* Where it is written; false after printing why not there. */
bool ship_path(Shipment *shipment, int *status);

/* What an object made so takes. */
typedef struct {
    int64_t values;                   /* bytes of the weights as such */
    int64_t weights;                  /* bytes of them as they are packed for whole vectors */
    int64_t code;                     /* bytes of code and constants beside the weights */
    int64_t workspace, workspace_one; /* bytes of memory, for all functions, for one image alone */
} ShipSizes;
/* Makes the object, with no weights in particular, and measures it; of a compilation whose loops are made. The exit
 * status, errors being printed. */
int ship_measure(const Shipment *shipment, ShipSizes *sizes);

/* Makes it. The exit status, errors being printed. */
int ship_build(const Shipment *shipment, const Trained *trained);

/* A trained network in this process. */
typedef struct {
    void *library; /* NULL: there is none */
    void (*predict)(const float *x, float *y, int64_t n, void *workspace);
    int64_t workspace; /* bytes */
} Predictor;
/* Makes a shared library of it in a scratch folder and opens it. False after printing why; predictor_close closes it.
 */
bool ship_open(const Shipment *shipment, const Trained *trained, Predictor *predictor);
void predictor_close(Predictor *predictor);

#endif
