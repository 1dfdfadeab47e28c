/* A step of a training: its place, and the settings it is made by. */
#ifndef NET_TRAIN_STEP_H
#define NET_TRAIN_STEP_H

#include <stdint.h>

typedef struct {
    const double *value; /* of the model's settings */
    int64_t m, n;        /* images of the batch, of an epoch */
    int64_t steps;       /* of an epoch */
    int64_t done;        /* before this one */
    int64_t cuts;        /* of the rate, by schedule plateau */
    uint32_t epoch;      /* counted from 1 */
} NetStep;

#endif
