/* A network in use whose values are made of stored tensors alone: once, before any image comes. */
#include "tests/unit/unit.h"

#include <math.h>

#include "compiler/loop/interp.h"
#include "compiler/loop/lower.h"
#include "compiler/model/layer.h"

enum { UNITS = 5, IMAGES = 16, STATISTICS = 16 /* elements, with padding */ };

static Expr *by_unit(Program *p, Tensor *t) {
    const Affine unit = ix(1);
    return e_read(p, t, 0, &unit);
}

/* output[n,c] = x[n,c] * scale[c]     scale[c] = w[c] / sqrt(v[c] + 1) */
static Programs *make_programs(Arena *arena) {
    static const int64_t units[] = {UNITS}, images[] = {DIM_BATCH, UNITS};
    Program *p = program_new(arena, "predict");
    Tensor *x = program_tensor(p, ROLE_INPUT, false, 2, images, "x");
    Tensor *w = program_stored(p, ROLE_PARAM, 0, 0, 1, units, "w");
    Tensor *v = program_stored(p, ROLE_STATE, 1, 0, 1, units, "v");
    Expr *root = e_unary(p, EXPR_SQRT, e_add(p, e_at(p, v), e_const(p, 1)));
    Tensor *scale = program_compute(p, "scale", 1, units, REDUCE_NONE, 0, NULL, e_div(p, e_at(p, w), root));
    Tensor *y = program_map(p, "y", x, e_mul(p, e_at(p, x), by_unit(p, scale)));
    program_add(p, program_tensor(p, ROLE_OUTPUT, false, 2, images, "output"), REDUCE_NONE, 0, NULL, e_at(p, y));
    Layer *input = NEW(arena, Layer);
    input->out = (Shape){.rank = 1, .dim = {UNITS}};
    Model *model = NEW(arena, Model);
    model->name = "made";
    model->source = source_from_text(arena, "made.net", "", 0);
    model->param_size = model->state_size = STATISTICS;
    vec_push(arena, &model->layers, input);
    Programs *programs = NEW(arena, Programs);
    programs->model = model;
    programs->program[PROGRAM_PREDICT] = p;
    return programs;
}

static float *floats(Arena *arena, int64_t count) {
    char *at = arena_alloc(arena, (size_t)count * sizeof(float) + 64, 1);
    return (float *)(void *)(at + (64 - (uintptr_t)at % 64) % 64);
}

static void made_once(void **unused) {
    (void)unused;
    Arena *arena = arena_new();
    const LowerOptions options = {
        .target = {.cpu = "generic", .fma = true, .processor = *processor_named(MACHINE_X86_64, "x86-64-v4")}};
    Programs *programs = make_programs(arena);
    lower_passes(arena, programs);
    const Inference *inference = lower_inference(arena, programs, &options, true);
    assert_non_null(inference->prepare);
    assert_int_equal(inference->prepare->kernels.count, 1);
    assert_int_equal(inference->code->kernels.count, 2);
    assert_true(inference->state_size >= STATISTICS + UNITS);
    float *params = floats(arena, STATISTICS), *param = floats(arena, inference->packing.size);
    float *state = floats(arena, inference->state_size), *scratch = floats(arena, inference->scratch_size);
    float *x = floats(arena, IMAGES * UNITS), *one = floats(arena, IMAGES * UNITS),
          *all = floats(arena, IMAGES * UNITS);
    for (int c = 0; c < UNITS; c++) {
        params[c] = 0.7F * (float)(c + 1);
        state[c] = 0.3F * (float)c;
    }
    for (int i = 0; i < IMAGES * UNITS; i++) x[i] = 0.01F * (float)(i - 30);
    inference_fill(arena, inference, params, param, state);
    const Interp *interp = interp_new(arena, inference->code, true);
    for (int64_t i = 0; i < IMAGES; i++)
        interp_kernel(interp_self(interp, (size_t)inference->one), param, state, NULL, one + i * UNITS, scratch,
                      x + i * UNITS, NULL, NULL, NULL, NULL, NULL, 1, 0, 0, 1, NULL);
    interp_kernel(interp_self(interp, (size_t)inference->batch), param, state, NULL, all, scratch, x, NULL, NULL, NULL,
                  NULL, NULL, IMAGES, 0, 0, 1, NULL);
    for (int i = 0; i < IMAGES * UNITS; i++) {
        float expected = x[i] * (params[i % UNITS] / sqrtf(state[i % UNITS] + 1));
        assert_true(one[i] == expected && all[i] == expected);
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(made_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
