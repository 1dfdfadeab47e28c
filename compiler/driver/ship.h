/* Trained networks as programs, libraries, objects and C: netc build --infer. */
#ifndef NETC_DRIVER_SHIP_H
#define NETC_DRIVER_SHIP_H

#include "compiler/driver/backend.h"
#include "compiler/model/trained.h"

/* What was asked for. */
typedef struct {
    const char *command; /* for messages */
    const Options *options;
    Emit emit;
    const char *path;       /* of the output */
    const char *name;       /* it has without -o */
    const char *stem;       /* of its file's name */
    const char *header;     /* beside it; NULL: none */
    const Layer *until;     /* whose output is the result */
    Processor processor[3]; /* the kernels are made for each of them, most demanding first */
    int processors;
    const char *triple; /* another kind of machine; NULL: this one's */
    bool llvm;
    bool plain;     /* --emit c --cpu generic: C99 without extensions */
    bool schedules; /* are printed */
} Shipment;

/* What the options ask for; false after printing why. */
bool ship_plan(Arena *arena, const Model *model, const Options *options, Shipment *shipment, int *status);
/* Where it is written, of one that was planned; false after printing why not there. */
bool ship_path(Arena *arena, const Model *model, Shipment *shipment, int *status);

/* What an object made so takes. */
typedef struct {
    int64_t values;                   /* bytes of the weights as such */
    int64_t weights;                  /* bytes of them as they are packed for whole vectors */
    int64_t code;                     /* bytes of code and constants beside the weights */
    int64_t workspace, workspace_one; /* bytes of memory, for all functions, for one image alone */
} ShipSizes;
/* Makes the object, with no weights in particular, and measures it. The exit status, errors being printed. */
int ship_measure(Arena *arena, const Model *model, const Shipment *shipment, ShipSizes *sizes);

/* Makes it. The exit status, errors being printed. */
int ship_build(Arena *arena, const Trained *trained, const Shipment *shipment);

#endif
