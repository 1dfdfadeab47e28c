/* Made-up numbers for a model, the same in every run: a batch of examples, the values of its stored tensors, and its
 * settings, as an evaluator of programs takes them (tensor/eval.h). Parameters are drawn so small that nothing
 * saturates; every number is one that a float holds. */
#ifndef NETC_SAMPLE_H
#define NETC_SAMPLE_H

#include "compiler/model/model.h"
#include "compiler/tensor/eval.h"

/* The arrays that `input` has, to be changed. */
typedef struct {
    EvalInput input;
    double *batch, *target, *param, *state;
    uint32_t *label, *item;
    double *value; /* the counts (runtime/base/formula.h), then the settings by input.name: as the model says */
} Sample;

/* n examples; counts as in the first step of an epoch of SAMPLE_ROWS. It lives in the arena. */
enum { SAMPLE_ROWS = 1024 };
Sample *sample_new(Arena *arena, const Model *model, int64_t n);
/* Number i of a stream, uniform in [0, 1). */
double sample_uniform(uint32_t stream, int64_t i);
/* Streams below that are the sample's own. */
enum { SAMPLE_STREAMS = 1 << 16 };

#endif
