#include "compiler/loop/packing.h"

#include "runtime/abi.h"

/* Lines of more are not padded: reading them from afar costs more than vectors across two cache lines. */
enum { PADDED_UP_TO = 16384 };

const PackedParam *packing_find(const Packing *packing, const Tensor *param) {
    for (size_t i = 0; i < packing->list.count; i++)
        if (packing->list.at[i].stored == param->stored) return &packing->list.at[i];
    return NULL;
}

const PackedParam *packing_add(Arena *arena, Packing *packing, const Tensor *param, int lane_dim) {
    const PackedParam *known = packing_find(packing, param);
    if (known) return known;
    PackedParam new = {.stored = param->stored, .source = param->offset, .offset = packing->size, .rank = param->rank};
    const int64_t line = param->dim[lane_dim], padded = net_padded(line);
    int64_t size = tensor_count(param) > PADDED_UP_TO && padded > line + line / 4 ? line : padded;
    for (int d = 0; d < param->rank; d++) new.dim[d] = param->dim[d];
    new.stride[lane_dim] = 1;
    for (int d = param->rank; d-- > 0;) { /* the others in their order, the last one next to the line */
        if (d == lane_dim) continue;
        new.stride[d] = size;
        size *= param->dim[d];
    }
    packing->size += net_padded(size) + NET_LANES; /* a vector may begin at the last element */
    vec_push(arena, &packing->list, new);
    return &packing->list.at[packing->list.count - 1];
}

float *packing_fill(Arena *arena, const Packing *packing, const float *params) {
    float *out = NEW_ARRAY(arena, float, packing->size + 1);
    for (size_t i = 0; i < packing->list.count; i++) {
        const PackedParam *p = &packing->list.at[i];
        int64_t count = 1;
        for (int d = 0; d < p->rank; d++) count *= p->dim[d];
        for (int64_t k = 0; k < count; k++) {
            int64_t at = p->offset, rest = k;
            for (int d = p->rank; d-- > 0;) {
                at += rest % p->dim[d] * p->stride[d];
                rest /= p->dim[d];
            }
            out[at] = params[p->source + k];
        }
    }
    return out;
}
