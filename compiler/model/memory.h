/* How much memory a trainer will take, estimated from the model alone, before anything is built.
 *
 * A function of the model: what the runtime allocates (docs/formats.md, "sizes") without running the passes that
 * settle it to the byte. Weights, gradients and the values kept for a batch are exact but for padding; the values of a
 * chunk of 16 images, which the passes share and copy, are counted as a layer's output with its derivative and a copy
 * of what it reads. Sums that do not fit are INT64_MAX. Nothing here allocates. */
#ifndef NETC_MEMORY_H
#define NETC_MEMORY_H

#include "compiler/model/model.h"

/* Bytes. */
typedef struct {
    int64_t weights;   /* all that is stored; with a validation part twice what weight files keep, for the best ones */
    int64_t gradients; /* eight partial sums of tensors up to 65,536 values; larger ones if they are logged, or read
                          twice by a step */
    int64_t values;    /* of a chunk of 16 images, of all threads */
    int64_t batch;     /* images waiting, and what larger gradients need of the whole batch */
    int64_t data;      /* the data set, if it is one that netc knows */
    int64_t total;
} Memory;

/* `threads` at least 1. */
Memory model_memory(const Model *model, int threads);

/* Reports [too-much-memory] at the layer that takes most when the model needs more than `limit` bytes. False after
 * reporting. */
bool model_check_memory(const Model *model, int threads, int64_t limit, Diags *diags);

/* "1.5 GiB", "960 B" */
const char *bytes_text(Arena *arena, int64_t bytes);

#endif
