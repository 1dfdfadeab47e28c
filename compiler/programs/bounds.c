/* What bounds a step: `clip norm=c` the gradient before it, `max_norm=c` of regularize the weights behind it.
 *
 *     g   <-  g min(1, c / |g|)           |g| over all that is trained, g the mean gradient of the data
 *     w_o <-  w_o min(1, c / |w_o|)       w_o: what unit or map o of a conv or dense reads by, its row of the weight
 *
 * The sums run within a tensor, then over the tensors in the model's order. A gradient is a sum over the batch, so c is
 * compared times m. `log steps` has the norm and whether it was bounded from here. */
#include "compiler/model/settings.h"
#include "compiler/programs/parts.h"

/* min(1, limit / root of the square) */
static Expr *factor_of(Program *p, Expr *limit, Expr *square) {
    Expr *norm = e_unary(p, EXPR_SQRT, square);
    return e_select(p, e_less(p, limit, norm), e_div(p, limit, norm), e_const(p, 1));
}

static Expr *gradient_square(Build *build, const Gradients *gradients) {
    Program *p = build->program;
    Expr *total = NULL;
    for (size_t i = 0; i < build->model->stored.count; i++) {
        Tensor *g = gradients->stored[i];
        if (!g) continue;
        const char *name = arena_format(build->arena, "%s.grad_sq", build->model->stored.at[i]->name);
        Tensor *square =
            program_compute(p, name, 0, NULL, REDUCE_SUM, g->rank, g->dim, e_mul(p, e_at(p, g), e_at(p, g)));
        total = total ? e_add(p, total, e_at(p, square)) : e_at(p, square);
    }
    return total;
}

Tensor *clip_factor(Build *build, const Gradients *gradients) {
    Program *p = build->program;
    if (settings_number(&build->model->settings, "clip_norm") == 0) return NULL;
    Expr *square = gradient_square(build, gradients);
    if (!square) return NULL;
    return program_compute(p, "clip.factor", 0, NULL, REDUCE_NONE, 0, NULL,
                           factor_of(p, e_scalar(p, "clip_norm * m"), square));
}

/* The largest |g|, over all that is trained. */
static Expr *gradient_largest(Build *build, const Gradients *gradients) {
    Program *p = build->program;
    Expr *largest = NULL;
    for (size_t i = 0; i < build->model->stored.count; i++) {
        Tensor *g = gradients->stored[i];
        if (!g) continue;
        Expr *size = e_max(p, e_at(p, g), e_mul(p, e_const(p, -1), e_at(p, g)));
        const char *name = arena_format(build->arena, "%s.grad_max", build->model->stored.at[i]->name);
        Tensor *most = program_compute(p, name, 0, NULL, REDUCE_MAX, g->rank, g->dim, size);
        largest = largest ? e_max(p, largest, e_at(p, most)) : e_at(p, most);
    }
    return largest;
}

void log_steps(Logger *logger, const Gradients *gradients) {
    Build *build = logger->build;
    Program *p = build->program;
    const Settings *settings = &build->model->settings;
    Expr *square = gradient_square(build, gradients), *zero = e_const(p, 0), *clipped = zero;
    if (!square) return;
    if (settings_number(settings, "clip_norm") != 0)
        clipped =
            e_select(p, e_less(p, e_scalar(p, "clip_norm * m"), e_unary(p, EXPR_SQRT, square)), e_const(p, 1), zero);
    if (settings_number(settings, "clip_value") != 0)
        clipped = e_select(p, e_less(p, e_scalar(p, "clip_value * m"), gradient_largest(build, gradients)),
                           e_const(p, 1), zero);
    log_sum(logger, "gradient_sq", NULL, REDUCE_NONE, 0, NULL, square, 1);
    log_sum(logger, "clipped", NULL, REDUCE_NONE, 0, NULL, clipped, 1);
}

/* How many dimensions of a weight, from the first on, tell units or maps apart: those of a conv in groups are two. */
static int row_dims(const Stored *stored, const Tensor *w) {
    int dims = 0;
    for (int64_t rows = 1; rows < stored->dim[0]; dims++) rows *= w->dim[dims];
    return dims;
}

Expr *bound_rows(Build *build, const Stored *stored, Expr *next) {
    Program *p = build->program;
    if (!stored->decays || settings_number(&build->model->settings, "max_norm") == 0) return next;
    const Tensor *w = build->stored[stored->row];
    Tensor *whole = program_map(p, arena_format(build->arena, "%s.step", stored->name), w, next);
    Expr *value = e_at(p, whole);
    int rows = row_dims(stored, w);
    Tensor *square = program_compute(p, arena_format(build->arena, "%s.row_sq", stored->name), rows, w->dim, REDUCE_SUM,
                                     w->rank - rows, &w->dim[rows], e_mul(p, value, value));
    Tensor *factor = program_map(p, arena_format(build->arena, "%s.row_factor", stored->name), square,
                                 factor_of(p, e_scalar(p, "max_norm"), e_at(p, square)));
    return e_mul(p, value, e_at(p, factor)); /* which has the first of the weight's indices */
}
