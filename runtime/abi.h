/* What emitted code, the compiler and the runtime share, and all they share.
 *
 * An emitted model is two symbols: `net_kernel`, a table of functions, and `net_model`, a JSON text that says
 * what the functions are for, how large their buffers are and where each tensor lives (docs/formats.md, "The
 * model descriptor"). Only pointers, integers and floats cross; no struct does, so no layout has to agree.
 *
 * Nothing here can fail: sizes are settled at compile time, buffers are allocated before the first call. */
#ifndef NET_ABI_H
#define NET_ABI_H

#include <stdint.h>

enum {
    NET_ABI = 8,          /* raised whenever a kernel's arguments or the descriptor change */
    NET_BITS = 6,         /* raised whenever a kernel of the same program gives other bits: part of order_hash */
    NET_LANES = 16,       /* images a chunk: one logical vector, on every processor */
    NET_SLOTS = 8,        /* partial gradient sums, whatever the number of threads */
    NET_WORKERS = 4096,   /* that share a task, at most */
    NET_EVAL_BATCH = 256, /* images a batch while evaluating */
};

/* Chunks that hold n images, and n rounded up to whole vectors. */
static inline int64_t net_chunks(int64_t n) { return (n + NET_LANES - 1) / NET_LANES; }
static inline int64_t net_padded(int64_t n) { return net_chunks(n) * NET_LANES; }

/* One worker's part of one task of one phase of a program.
 *
 * All buffers are aligned to 64 bytes and disjoint. `input`, `label`, `target` and `item` hold ceil(n/16)*16 rows:
 * those from n on are zero. `scratch` belongs to the task: to its only worker, or to all that share it. Every other
 * buffer is shared by the tasks of a phase, which never write the same element. Workers that share a task all make this
 * call, each with its part, and wait for each other in net_meet() where one reads what another has written. */
typedef void NetKernel(const void *self,  /* the interpreter's program; unused in compiled code */
                       float *param,      /* weights and biases, in the order of PyTorch, where the descriptor says */
                       float *state,      /* what is kept beside them: statistics */
                       float *grad,       /* NET_SLOTS copies of the slot gradients, then the owned ones */
                       float *batch,      /* values that cross a barrier, [chunk][...][16] */
                       float *scratch,    /* this task's values for one chunk */
                       const void *input, /* rows of this batch, uint8_t or float */
                       const uint32_t *label, /* class of each row */
                       const float *target,   /* the numbers each row is to give; NULL: none */
                       const uint32_t *item,  /* index of each row in the data set: counts the random numbers */
                       const float *scalar,   /* the descriptor's "scalars", in that order, then "random" */
                       double *log,           /* "once" values, then [chunk] x "chunk" values */
                       int64_t n,             /* images in this batch, at least 1 */
                       int64_t task,          /* 0 <= task < tasks of the phase */
                       int64_t part,          /* 0 <= part < parts */
                       int64_t parts,         /* workers that share the task, at most NET_WORKERS */
                       void *team);           /* they, for net_meet(); NULL: parts is 1 */

extern const int64_t net_abi;         /* NET_ABI the code was emitted for */
extern const int64_t net_model_size;  /* bytes of net_model, without its final NUL */
extern const char net_model[];        /* the descriptor, JSON in UTF-8 */
extern NetKernel *const net_kernel[]; /* as the descriptor's phases number them */

/* Fills rows first .. end-1 of out[][16] with random bits: word (e, lane) depends on (seed, epoch, item[lane], layer,
 * e) alone. */
void net_random(uint32_t *out, const uint32_t *item, uint32_t seed_low, uint32_t seed_high, uint32_t epoch,
                uint32_t layer, int64_t first, int64_t end);

/* Returns when all `parts` workers of a team have called it; what they wrote before, each sees from then on. */
void net_meet(void *team, int64_t part, int64_t parts);

#endif
