/* From a model to its tensor programs.
 *
 *     init       biases that begin `centre`, from the first training example; only if some do
 *     train      forward, cost, gradients, the step
 *     train_log  the same with what logs of steps need; only if some are not of each step, which `train` has then
 *     probe      forward, and gradients where these are logged, without dropout and without a step; if there is one
 *     jacobian   of each example, the gradients by what layers give, as in use, of the one output that its label names:
 *                a row each; only if they are logged
 *     eval       cost and what is counted, as in use: of the averages, where there are some
 *     diagnose   the largest weighted input of each layer over a batch, to say where a training diverged
 *     predict    the outputs alone: what a network in use is made of, and of a trainer where several answer together
 *
 * Gradients are sums over the batch: the step divides by its size. The programs are not yet fused or scheduled.
 *
 * What training goes down on is one more, `objective`, to be evaluated (tensor/eval.h) and never compiled: the mean
 * cost of a batch with the penalty of the weights, and its gradients as steps with moments take them. */
#ifndef NETC_PROGRAMS_H
#define NETC_PROGRAMS_H

#include "compiler/layers/build.h"

typedef enum {
    PROGRAM_INIT,
    PROGRAM_TRAIN,
    PROGRAM_TRAIN_LOG,
    PROGRAM_PROBE,
    PROGRAM_JACOBIAN,
    PROGRAM_EVAL,
    PROGRAM_DIAGNOSE,
    PROGRAM_PREDICT,
    PROGRAM_COUNT
} ProgramKind;
extern const char *const program_names[PROGRAM_COUNT];

/* One row of a program's "log" in the descriptor: docs/formats.md. */
typedef enum { LOG_ONCE, LOG_CHUNK, LOG_ROW } LogPer;
typedef struct {
    const char *name, *layer;
    LogPer per;
    int64_t at, count, elements;
    Tensor *tensor; /* ROLE_LOG; LOG_ROW: the value that lies in the row */
} LogEntry;

typedef struct {
    Program *program;
    Tensor *value; /* a single number, made before the gradients are */
    size_t count;
    const Stored **stored; /* what is trained, */
    Tensor **tensor;       /* its tensor in the program, */
    Tensor **gradient;     /* and the value's gradient by it */
} Objective;

/* Where kernels have a stored tensor. */
typedef struct {
    int64_t offset; /* its first element in the buffer */
    int64_t line;   /* a matrix that lies by columns, so far apart; 0: its values lie in their order */
} StoredPlace;

typedef struct {
    const Model *model;
    Program *program[PROGRAM_COUNT]; /* NULL: the model has no use for it */
    StoredPlace *place;              /* by row of the model's list, once lower_passes() has settled it */
    int64_t param_size, state_size;  /* elements of the kernels' buffers, likewise */
    uint64_t order_hash[2];          /* program_hash() of `init` and `train`, before that changed how anything lies */
    VEC(LogEntry) log[PROGRAM_COUNT];
    int64_t log_once, log_chunk; /* doubles: the largest any program needs */
} Programs;

/* Those of a trainer. */
Programs *programs_build(Arena *arena, const Model *model);
/* The program `predict` alone, up to a layer's output, for inputs that are floats. */
Programs *programs_build_inference(Arena *arena, const Model *model, const Layer *until);
Objective *objective_build(Arena *arena, const Model *model);

#endif
