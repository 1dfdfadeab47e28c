/* From a model to code at the loop level: programs, passes, layout, schedule, nests, descriptor. */
#ifndef NETC_LOWER_H
#define NETC_LOWER_H

#include "compiler/base/target.h"
#include "compiler/loop/loop.h"
#include "compiler/model/model.h"
#include "compiler/loop/packing.h"
#include "compiler/programs/programs.h"

/* Outputs that share a register tile, at most. */
enum { TILE_MAX = 64 };

typedef struct GivenSchedules GivenSchedules;
typedef struct Survey Survey;

typedef struct {
    Target target;
    const char *backend;   /* recorded in the descriptor */
    int body_max;          /* multiply-adds of an unrolled body; 0: as suits the registers */
    GivenSchedules *given; /* NULL, or what --schedule asks for (schedule.h), whose `fault` is to be looked at */
    Survey *survey;        /* NULL, or where to list the nests, with what may be chosen for them (schedule.h) */
    const char *exports;   /* of an inference program: Code.exports */
    FILE *schedule_out;    /* NULL, or where to print each nest's schedule */
    bool plain;            /* vectors are arrays, in plain C99: compilers see through few exchanges of lanes */
} LowerOptions;

/* Runs the passes on every program, and settles where kernels have stored tensors. Everything lives in the arena. */
void lower_passes(Arena *arena, Programs *programs);
/* The whole of it. Everything lives in the arena. */
Code *lower_programs(Arena *arena, Programs *programs, const LowerOptions *options);
/* Chunks of 16 images that kernel `batch` of an inference program takes at most. */
enum { CALL_CHUNKS = 8 };

/* What an inference program is made of. Kernel `one` (once) takes one image: input and output as the caller has them,
 * in NetKernel's `input` and `batch`; kernel `batch` (once) takes n of them, a multiple of 16 up to CALL_CHUNKS. Both
 * read parameters from `param` as `packing` says, statistics from `state` as the trainer has them, with values behind
 * them that are made of what is stored alone, and need scratch_size floats. */
typedef struct {
    Programs *programs;
    Code *code;
    Code *prepare; /* its only kernel (by part) makes these values; NULL: there are none */
    Packing packing;
    int one, batch;                 /* kernels of the code */
    int64_t scratch_size, one_size; /* elements, of both kernels and of `one` */
    int64_t state_size;             /* elements of `state` */
} Inference;

/* Of programs_build_inference() after lower_passes(). Without `batches` there is no such kernel: `batch` is -1. */
Inference *lower_inference(Arena *arena, Programs *programs, const LowerOptions *options, bool batches);
/* Fills `param` (packing.size elements) from a trainer's parameters, and `state` behind the statistics that it holds.
 * Both are 64-byte aligned. */
void inference_fill(Arena *arena, const Inference *inference, const float *params, float *param, float *state);

#endif
