/* The pieces programs_build puts together; private to compiler/programs/. */
#ifndef NETC_PROGRAM_PARTS_H
#define NETC_PROGRAM_PARTS_H

#include "compiler/programs/programs.h"

/* Moves rising activations behind the maximum pools that read them. */
void pool_before_activation(Build *build);

/* Adds a log tensor and its row; `sum` reduces e over the given ranges. */
typedef struct {
    Build *build;
    Programs *programs;
    ProgramKind kind;
    int64_t next_once, next_chunk;
} Logger;
/* e over (reduction indices from `rank` on); batched sums give one value a chunk. */
void log_sum(Logger *logger, const char *name, const Layer *layer, Reduce reduce, int reductions, const int64_t *range,
             Expr *e, int64_t elements);
/* The values of a tensor without images, one after the other. */
void log_vector(Logger *logger, const char *name, const Layer *layer, Tensor *values);

/* NULL where there is none. */
typedef struct {
    Tensor **delta;  /* by layer: of its weighted input */
    Tensor **stored; /* by row: of what is trained */
} Gradients;
/* The factor by which `clip norm=` makes the gradient smaller; NULL: it does not. */
Tensor *clip_factor(Build *build, const Gradients *gradients);
/* What replaces a weight, with the rows that `max_norm=` of regularize bounds scaled down. */
Expr *bound_rows(Build *build, const Stored *stored, Expr *next);

/* What is replaced in this program and has an average: that follows. */
void average_all(Build *build);

/* cost[n] of each example, as the train block says. */
Tensor *cost_build(Build *build);
/* Of the last layer, the weighted input that the label numbers. */
Tensor *labelled_output(Build *build);
/* What a layer gives to whoever uses the network: of the last one, in the units of what was learned. */
Expr *unscaled(Build *build, const Layer *layer, Tensor *value);
/* Logs the cost and what is counted of the outputs. */
void cost_log(Logger *logger, Tensor *cost);

void log_delta_norms(Logger *logger, const Gradients *gradients);
/* The gradient of each neuron's weighted input. */
void log_neurons(Logger *logger, const Gradients *gradients);
/* With what the step changes, where the program has one. */
void log_gradients(Logger *logger, const Gradients *gradients);
void log_weights(Logger *logger);
/* The distribution of each layer's outputs. */
void log_activations(Logger *logger);
/* The gradients of an output, one number an example, by what each layer but the last gives: rows by image. */
void log_jacobian(Logger *logger, Tensor *output);
/* All parameters and their gradients, value by value. */
void log_parameters(Logger *logger, const Gradients *gradients);
/* The norm of the gradient, all that is trained taken together, and whether `clip` bounds it. */
void log_steps(Logger *logger, const Gradients *gradients);
/* The largest absolute weighted input of each layer with a weight; infinite when one is not a number. */
void log_largest_inputs(Logger *logger);

#endif
