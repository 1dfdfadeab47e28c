/* The weights of a network in use, made ready for its kernels. */
#include <string.h>

#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"

/* What is made of stored tensors alone has the bits that a trainer's evaluation finds in it: netc's own interpreter
 * makes it, once and for all processors. */
void inference_fill(Arena *arena, const Inference *inference, const float *params, float *param, float *state) {
    const float *packed = packing_fill(arena, &inference->packing, params);
    memcpy(param, packed, (size_t)inference->packing.size * sizeof *param);
    if (!inference->prepare) return;
    const Interp *interp = interp_new(arena, inference->prepare, true);
    interp_kernel(interp_self(interp, 0), param, state, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0,
                  1, NULL);
}
