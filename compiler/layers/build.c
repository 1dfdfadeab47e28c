/* What the layers share: parameters, biases, activations. */
#include "compiler/layers/build.h"

#include "compiler/model/activation.h"

const char *build_name(Build *build, const Layer *layer, const char *part) {
    return arena_format(build->arena, "%s.%s", layer->name, part);
}

static Tensor *read_param(Build *build, const char *name, int64_t offset, int rank, const int64_t *dim) {
    Tensor *t = program_tensor(build->program, ROLE_PARAM, false, rank, dim, name);
    t->offset = offset;
    return t;
}

Tensor *build_weight(Build *build, const Layer *layer, int rank, const int64_t *dim) {
    Tensor *t = read_param(build, layer->weight->name, build->weight_offset[layer->index], rank, dim);
    build->weight[layer->index] = t;
    return t;
}

/* b[o] = -sums[0,o, first place]: every weighted input of the first example is 0 for units; for maps, which share a
 * bias over their positions, the mean over positions is. */
static Tensor *centred_bias(Build *build, const Layer *layer, Tensor *sums) {
    Program *p = build->program;
    int64_t range[TENSOR_MAX_RANK], places = 1;
    Affine index[TENSOR_MAX_RANK];
    index[0] = ix(1);
    index[1] = ix(0);
    range[0] = DIM_BATCH;
    for (int d = 2; d < sums->rank; d++) {
        index[d] = ix(d);
        range[d - 1] = sums->dim[d];
        places *= sums->dim[d];
    }
    Expr *one = e_mul(p, e_const(p, -1.0 / (double)places), e_read(p, sums, 0, index));
    Expr *alive = e_select(p, e_alive(p), one, e_const(p, 0));
    return program_compute(p, build_name(build, layer, "centred"), 1, &sums->dim[1], REDUCE_SUM, sums->rank - 1, range,
                           alive);
}

Tensor *build_bias_activate(Build *build, const Layer *layer, Tensor *sums) {
    Program *p = build->program;
    Tensor *z = sums;
    if (layer->bias) {
        Tensor *b;
        if (build->centre_now && layer->bias->recipe.kind == RECIPE_CENTRE) {
            b = centred_bias(build, layer, sums);
            build->centred[layer->index] = b;
        } else {
            b = read_param(build, layer->bias->name, build->bias_offset[layer->index], 1, layer->bias->dim);
            build->bias[layer->index] = b;
        }
        Affine o = ix(1);
        z = program_map(p, build_name(build, layer, "z"), sums, e_add(p, e_at(p, sums), e_read(p, b, 0, &o)));
    }
    return build_activate(build, layer, z);
}

Tensor *build_activate(Build *build, const Layer *layer, Tensor *z) {
    Program *p = build->program;
    const ActivationKind *kind = layer->activation.kind;
    build->weighted[layer->index] = z;
    if (activation_is_linear(layer->activation)) return z;
    if (kind->across) return kind->across(p, layer->name, z);
    Tensor *a = program_map(p, build_name(build, layer, "a"), z, activation_value(p, layer->activation, e_at(p, z)));
    if (kind->rises) a->rises_with = z;
    return a;
}

Affine window_row(const Window *window, int axis, int place, int tap) {
    Affine at = ix_add(ix_times(ix(place), (int32_t)window->stride[axis]), ix(tap));
    return ix_plus(at, -(int32_t)window->before[axis]);
}
