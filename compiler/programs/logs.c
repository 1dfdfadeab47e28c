/* What the logs hold, as computes: the definitions stand in docs/formats.md.
 *
 *     delta[n,o,...] = dC_n/dz[n,o,...]          the gradient of a layer's weighted input
 *     bias_grad[o]   = sum(n, positions) delta */
#include <math.h>

#include "compiler/model/activation.h"
#include "compiler/model/curve.h"
#include "compiler/programs/parts.h"

static void add_row(Logger *logger, const char *name, const Layer *layer, LogPer per, int64_t count, int64_t elements,
                    Tensor *tensor) {
    int64_t *next = per == LOG_CHUNK ? &logger->next_chunk : &logger->next_once;
    int64_t *most = per == LOG_CHUNK ? &logger->programs->log_chunk : &logger->programs->log_once;
    LogEntry row = {name, layer ? layer->name : "", per, *next, count, elements, tensor};
    tensor->offset = *next;
    *next += count;
    if (*next > *most) *most = *next;
    vec_push(logger->build->arena, &logger->programs->log[logger->kind], row);
}

static Tensor *log_tensor(Logger *logger, const char *name, const Layer *layer, int rank, const int64_t *dim) {
    Build *build = logger->build;
    const char *full =
        layer ? arena_format(build->arena, "log.%s.%s", layer->name, name) : arena_format(build->arena, "log.%s", name);
    return program_tensor(build->program, ROLE_LOG, false, rank, dim, full);
}

void log_sum(Logger *logger, const char *name, const Layer *layer, Reduce reduce, int reductions, const int64_t *range,
             Expr *e, int64_t elements) {
    Tensor *t = log_tensor(logger, name, layer, 0, NULL);
    Compute *c = program_add(logger->build->program, t, reduce, reductions, range, e);
    add_row(logger, name, layer, compute_sums_batch(c) ? LOG_CHUNK : LOG_ONCE, 1, elements, t);
}

void log_vector(Logger *logger, const char *name, const Layer *layer, Tensor *values) {
    Tensor *t = log_tensor(logger, name, layer, values->rank, values->dim);
    int64_t count = tensor_count(values);
    program_add(logger->build->program, t, REDUCE_NONE, 0, NULL, e_at(logger->build->program, values));
    add_row(logger, name, layer, LOG_ONCE, count, count, t);
}

/* sum over n and the positions of e, for each unit or map; e reads `like` at the given indices. */
static Tensor *per_unit(Build *build, const char *name, const Layer *layer, const Tensor *like, Expr *e) {
    int units = layer_unit_dims(layer, like);
    int64_t range[TENSOR_MAX_RANK] = {DIM_BATCH};
    for (int d = units + 1; d < like->rank; d++) range[d - units] = like->dim[d];
    return program_compute(build->program, name, units, &like->dim[1], REDUCE_SUM, like->rank - units, range, e);
}

static Tensor *bias_gradient(Logger *logger, const Gradients *gradients, size_t i) {
    Build *build = logger->build;
    const Layer *layer = build->model->layers.at[i];
    const Stored *bias = layer_stored(layer, STORED_BIAS);
    if (bias && gradients->stored[bias->row]) return gradients->stored[bias->row];
    Tensor *delta = gradients->delta[i];
    Affine index[TENSOR_MAX_RANK];
    layer_unit_index(layer, delta, index);
    return per_unit(build, build_name(build, layer, "delta_sum"), layer, delta,
                    e_read(build->program, delta, 0, index));
}

void log_delta_norms(Logger *logger, const Gradients *gradients) {
    Program *p = logger->build->program;
    for (size_t i = 0; i < logger->build->model->layers.count; i++) {
        const Layer *layer = logger->build->model->layers.at[i];
        if (!gradients->delta[i]) continue;
        p->at = layer->at;
        Tensor *b = bias_gradient(logger, gradients, i);
        log_sum(logger, "bias_grad_sq", layer, REDUCE_SUM, b->rank, b->dim, e_mul(p, e_at(p, b), e_at(p, b)),
                tensor_count(b));
    }
}

void log_neurons(Logger *logger, const Gradients *gradients) {
    for (size_t i = 0; i < logger->build->model->layers.count; i++) {
        const Layer *layer = logger->build->model->layers.at[i];
        if (!gradients->delta[i]) continue;
        logger->build->program->at = layer->at;
        log_vector(logger, "delta", layer, bias_gradient(logger, gradients, i));
    }
}

/* A unit is saturated where its activation's slope is below 1 % of the largest. */
static Expr *saturated(Program *p, Activation activation, Expr *z) {
    double low, high;
    curve_range(activation, &low, &high);
    Expr *one = e_const(p, 1), *above = e_select(p, e_less(p, e_const(p, high), z), one, e_const(p, 0));
    return e_select(p, e_less(p, z, e_const(p, low)), one, above);
}

static void log_units(Logger *logger, const Layer *layer, Tensor *delta, Tensor *z) {
    Build *build = logger->build;
    Program *p = build->program;
    Expr *zero = e_const(p, 0), *d = e_at(p, delta);
    UnitCount counted = layer->activation.kind->counted;
    log_sum(logger, "delta_sq", layer, REDUCE_SUM, delta->rank, delta->dim, e_mul(p, d, d), tensor_count(delta));
    if (counted == UNITS_SATURATED)
        log_sum(logger, "saturated", layer, REDUCE_SUM, z->rank, z->dim,
                e_select(p, e_alive(p), saturated(p, layer->activation, e_at(p, z)), zero), tensor_count(z));
    if (counted != UNITS_ACTIVE) return;
    Affine index[TENSOR_MAX_RANK];
    layer_unit_index(layer, z, index);
    Expr *on = e_select(p, e_less(p, zero, e_read(p, z, 0, index)), e_const(p, 1), zero);
    Tensor *active = per_unit(build, build_name(build, layer, "active"), layer, z, e_select(p, e_alive(p), on, zero));
    log_vector(logger, "active", layer, active);
}

void log_gradients(Logger *logger, const Gradients *gradients) {
    Build *build = logger->build;
    Program *p = build->program;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        p->at = layer->at;
        if (gradients->delta[i]) log_units(logger, layer, gradients->delta[i], build->weighted[i]);
        const Stored *weight = layer_stored(layer, STORED_WEIGHT);
        Tensor *g = weight ? gradients->stored[weight->row] : NULL;
        if (!g) continue;
        Tensor *w = build->stored[weight->row];
        Expr *next = build->next[weight->row];
        Expr *old = e_at(p, w), *slope = e_at(p, g);
        int64_t count = tensor_count(w);
        log_sum(logger, "weight_grad_sq", layer, REDUCE_SUM, w->rank, w->dim, e_mul(p, slope, slope), count);
        log_sum(logger, "weight_grad_max", layer, REDUCE_MAX, w->rank, w->dim,
                e_max(p, slope, e_mul(p, e_const(p, -1), slope)), count);
        log_sum(logger, "weight_sq", layer, REDUCE_SUM, w->rank, w->dim, e_mul(p, old, old), count);
        if (!next) continue;
        Expr *change = e_sub(p, next, old);
        log_sum(logger, "update_sq", layer, REDUCE_SUM, w->rank, w->dim, e_mul(p, change, change), count);
    }
}

static bool has_row(const Logger *logger, const char *name, const Layer *layer) {
    const Programs *programs = logger->programs;
    for (size_t i = 0; i < programs->log[logger->kind].count; i++) {
        const LogEntry *row = &programs->log[logger->kind].at[i];
        if (string_is(row->name, name) && string_is(row->layer, layer ? layer->name : "")) return true;
    }
    return false;
}

/* The sums that mean, deviation, extremes and share of zeros of e follow from: those of a batch leave out what only
 * fills it up. */
static void log_distribution(Logger *logger, const char *of, const Layer *layer, const Tensor *like, Expr *e) {
    Build *build = logger->build;
    Program *p = build->program;
    bool batched = like->rank > 0 && like->dim[0] == DIM_BATCH;
    Expr *zero = e_const(p, 0);
    /* 0 when e is: neither below nor above */
    Expr *is_zero = e_select(p, e_less(p, e, zero), zero, e_select(p, e_less(p, zero, e), zero, e_const(p, 1)));
    const struct {
        const char *name;
        Reduce reduce;
        Expr *e;
        double filled;
    } figures[] = {{"sum", REDUCE_SUM, e, 0},
                   {"min", REDUCE_MIN, e, INFINITY},
                   {"max", REDUCE_MAX, e, -INFINITY},
                   {"zero", REDUCE_SUM, is_zero, 0},
                   {"sq", REDUCE_SUM, e_mul(p, e, e), 0}};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        const char *name = arena_format(build->arena, "%s_%s", of, figures[i].name);
        if (i + 1 == COUNT_OF(figures) && has_row(logger, name, layer)) continue; /* log_gradients has a weight's */
        Expr *value = batched ? e_select(p, e_alive(p), figures[i].e, e_const(p, figures[i].filled)) : figures[i].e;
        log_sum(logger, name, layer, figures[i].reduce, like->rank, like->dim, value, tensor_count(like));
    }
}

void log_weights(Logger *logger) {
    Build *build = logger->build;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        build->program->at = layer->at;
        for (size_t k = 0; k < layer->stored.count; k++) {
            const Stored *stored = layer->stored.at[k];
            Tensor *w = build->stored[stored->row];
            if (!stored_is_parameter(stored) || !w) continue;
            log_distribution(logger, stored_roles[stored->role], layer, w, e_at(build->program, w));
        }
    }
}

/* Some layers only name what flows through them. */
static bool gives_its_own(const Build *build, const Layer *layer) {
    const Layer *from = layer->from.count > 0 ? layer->from.at[0] : NULL;
    return from && build->value[layer->index] != build->value[from->index];
}

/* What a layer gives, by its weighted input where it has one: that is there even if a pool has moved before it. */
void log_activations(Logger *logger) {
    Build *build = logger->build;
    Program *p = build->program;
    for (size_t i = 1; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        Tensor *value = build->value[i], *z = build->weighted[i];
        if (!gives_its_own(build, layer)) continue;
        p->at = layer->at;
        bool moved = z && !activation_is_linear(layer->activation) && !layer->activation.kind->across;
        Tensor *like = moved ? z : value;
        Expr *e = e_at(p, like);
        log_distribution(logger, "output", layer, like, moved ? activation_value(p, layer->activation, e) : e);
    }
}

void log_parameters(Logger *logger, const Gradients *gradients) {
    Build *build = logger->build;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        build->program->at = layer->at;
        for (size_t k = 0; k < layer->stored.count; k++) {
            const Stored *stored = layer->stored.at[k];
            Tensor *w = build->stored[stored->row], *g = gradients->stored[stored->row];
            if (!stored_is_parameter(stored) || !w) continue;
            const char *role = stored_roles[stored->role];
            log_vector(logger, role, layer, w);
            if (g) log_vector(logger, arena_format(build->arena, "%s_grad", role), layer, g);
        }
    }
}

void log_largest_inputs(Logger *logger) {
    Build *build = logger->build;
    Program *p = build->program;
    for (size_t i = 0; i < build->model->layers.count; i++) {
        const Layer *layer = build->model->layers.at[i];
        Tensor *z = build->weighted[i];
        if (!layer_stored(layer, STORED_WEIGHT)) continue;
        p->at = layer->at;
        Expr *value = e_at(p, z), *size = e_max(p, value, e_mul(p, e_const(p, -1), value));
        Expr *limit = e_const(p, INFINITY), *number = e_select(p, e_less(p, size, limit), size, limit);
        log_sum(logger, "weighted_max", layer, REDUCE_MAX, z->rank, z->dim,
                e_select(p, e_alive(p), number, e_const(p, 0)), tensor_count(z));
    }
}

void log_jacobian(Logger *logger, Tensor *output) {
    Build *build = logger->build;
    Program *p = build->program;
    size_t count = 0, layers = build->model->layers.count;
    int64_t dim[] = {DIM_BATCH, 0};
    const Layer **layer = NEW_ARRAY(build->arena, const Layer *, layers);
    Tensor **value = NEW_ARRAY(build->arena, Tensor *, layers), **gradient = NEW_ARRAY(build->arena, Tensor *, layers);
    for (size_t i = 1; i + 1 < layers; i++) {
        const Layer *at = build->model->layers.at[i];
        if (!gives_its_own(build, at)) continue;
        layer[count] = at;
        value[count++] = build->value[i];
        dim[1] += tensor_count(build->value[i]);
    }
    if (count == 0) return;
    program_differentiate(p, output, count, value, gradient);
    Tensor *rows = program_tensor(p, ROLE_OUTPUT, false, COUNT_OF(dim), dim, "jacobian");
    int64_t first = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t size = tensor_count(value[i]);
        p->at = layer[i]->at;
        if (!gradient[i]) gradient[i] = program_map(p, "nothing", value[i], e_const(p, 0));
        program_flat(p, rows, first, gradient[i]);
        LogEntry row = {"jacobian", layer[i]->name, LOG_ROW, first, size, size, gradient[i]};
        vec_push(build->arena, &logger->programs->log[logger->kind], row);
        first += size;
    }
}
