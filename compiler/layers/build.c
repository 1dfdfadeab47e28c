/* What the layers share: stored tensors, activations. */
#include "compiler/layers/build.h"

#include "compiler/model/activation.h"

const char *build_name(Build *build, const Layer *layer, const char *part) {
    return arena_format(build->arena, "%s.%s", layer->name, part);
}

static const Stored *read_as(const Build *build, const Stored *stored) {
    return build->averaged && stored->average ? stored->average : stored;
}

Tensor *build_stored(Build *build, const Stored *stored) {
    Tensor *known = build->stored[read_as(build, stored)->row];
    return known ? known : build_stored_as(build, stored, stored->rank, stored->dim);
}

Tensor *build_stored_as(Build *build, const Stored *stored, int rank, const int64_t *dim) {
    stored = read_as(build, stored);
    Tensor **known = &build->stored[stored->row];
    Role role = stored_is_parameter(stored) ? ROLE_PARAM : ROLE_STATE;
    if (!*known) *known = program_stored(build->program, role, stored->row, stored->offset, rank, dim, stored->name);
    if ((*known)->rank != rank) BUG("%s is read with rank %d and %d", stored->name, (*known)->rank, rank);
    return *known;
}

void build_next(Build *build, const Stored *stored, Expr *e) {
    bool said = stored->trained || stored->follows || stored->role == STORED_MOMENT || stored->role == STORED_AVERAGE;
    if (build->mode == MODE_TRAIN && !said) BUG("%s changes in training, and its row does not say so", stored->name);
    build->next[stored->row] = e;
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

int layer_unit_dims(const Layer *layer, const Tensor *value) { return layer->out.rank == 1 ? value->rank - 1 : 1; }

bool build_alike(const Tensor *a, const Tensor *b) {
    bool alike = a->rank == b->rank;
    for (int d = 1; d < a->rank && alike; d++) alike = a->dim[d] == b->dim[d];
    return alike;
}

Tensor *build_vector(Build *build, Tensor *value) {
    const int64_t dim[] = {DIM_BATCH, tensor_count(value)};
    if (value->rank == COUNT_OF(dim)) return value;
    const char *name = arena_format(build->arena, "%s.vector", value->name);
    Tensor *vector = program_tensor(build->program, ROLE_VALUE, false, COUNT_OF(dim), dim, name);
    program_flat(build->program, vector, 0, value);
    return vector;
}

void layer_unit_index(const Layer *layer, const Tensor *value, Affine *index) {
    int units = layer_unit_dims(layer, value);
    index[0] = ix(units);
    for (int d = 1; d < value->rank; d++) index[d] = ix(d <= units ? d - 1 : d);
}

Affine window_row(const Window *window, int axis, int place, int tap) {
    Affine at =
        ix_add(ix_times(ix(place), (int32_t)window->stride[axis]), ix_times(ix(tap), (int32_t)window->dilation[axis]));
    return ix_plus(at, -(int32_t)window->before[axis]);
}
