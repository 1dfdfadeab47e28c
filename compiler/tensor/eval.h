/* The naive evaluator of tensor programs: plain loops in double with the C library's functions, one value after the
 * other, straight from the definitions in tensor.h. Slow, and meant to be read: what the rest of the compiler does to a
 * program is measured against it.
 *
 * It takes a program at any stage, before or after the passes, and evaluates it for a batch of n images, all of them
 * alive. Values lie row by row, the image first. An Eval and all it gives lives in the arena it was made with. */
#ifndef NETC_EVAL_H
#define NETC_EVAL_H

#include "compiler/tensor/tensor.h"

/* What the runtime would give. The arrays stay the caller's and may change between two runs. */
typedef struct {
    int64_t n;                   /* images, at least 1 */
    const double *batch;         /* n rows, as they come: bytes are numbers from 0 to 255 */
    const uint32_t *label;       /* n; NULL when no program reads them */
    const double *target;        /* n rows; NULL when no program reads them */
    const uint32_t *item;        /* n: what the random bits are counted by; NULL when there are none */
    const double *param, *state; /* the buffers, by the tensors' offsets */
    /* What scalars are computed from, as the runtime does: the names of settings; the counts, then those settings. */
    const char *const *name;
    int names;
    const double *value;
    uint32_t seed_low, seed_high, epoch;
} EvalInput;

typedef struct Eval Eval;
/* `input` is kept, not copied; its n must not change. */
Eval *eval_new(Arena *arena, Program *program, const EvalInput *input);
/* Runs the program; with `until` only as far as that tensor is written. */
void eval_run(Eval *eval, const Tensor *until);
/* The same after only the values of one stored tensor changed: what does not depend on it is left as it is. */
void eval_again(Eval *eval, const Tensor *changed, const Tensor *until);
/* The values of a tensor; integers are whole numbers. A parameter's are those before the program. */
const double *eval_values(const Eval *eval, const Tensor *tensor);
/* What `next` makes of a stored tensor; NULL: it has none. */
const double *eval_next(const Eval *eval, const Tensor *stored);
/* How many elements eval_values has. */
int64_t eval_count(const Eval *eval, const Tensor *tensor);
/* A hash of every choice the last run made: outcomes of comparisons, places of maxima. Two runs with equal hashes went
 * the same way through all that is not smooth. */
uint64_t eval_choices(const Eval *eval);
/* How many terms all runs so far took: a measure of their work. */
int64_t eval_terms(const Eval *eval);

#endif
