/* The check of gradients: that it finds what is wrong, names it, and leaves out what has no derivative. */
#include "tests/unit/unit.h"

#include <math.h>

#include "compiler/model/layer.h"
#include "compiler/programs/gradcheck.h"

#define MODEL(hidden, train)                                                                      \
    "network a {\n input 1x4x4\n dense 5 activation=" hidden "\n dense 3 activation=softmax\n}\n" \
    "train {\n data idx images=\"i\" labels=\"l\"\n " train "\n}\n"

enum { ALL = 1 << 20 };

static Sample *sample_of(Arena *arena, const char *text, const Model **model) {
    Source *source = source_from_text(arena, "m.net", text, strlen(text));
    Diags diags = {.arena = arena, .source = source};
    *model = model_check(arena, source, ast_parse(arena, source, &diags), NULL, &diags);
    assert_non_null(*model);
    return sample_new(arena, *model, 2);
}

static GradCheck *check_of(Arena *arena, const char *text) {
    const Model *model;
    Sample *sample = sample_of(arena, text, &model);
    return gradcheck_new(arena, model, sample);
}

static void right_gradients_pass(void **state) {
    (void)state;
    Arena *arena = arena_new();
    static const char *const texts[] = {
        MODEL("tanh", "seed 1"),
        MODEL("relu", "regularize l2=100 l1=3\n optimizer sgd momentum=0.9"),
        MODEL("relu", "regularize l2=100 l1=3"),
        MODEL("tanh", "optimizer adamw weight_decay=0.5"),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        GradCheck *check = check_of(arena, texts[i]);
        size_t tensors = 0;
        for (; gradcheck_stored(check, tensors); tensors++) {
            GradCheckResult result = gradcheck_run(check, tensors, ALL);
            assert_int_equal(result.entries, stored_count(gradcheck_stored(check, tensors)));
            assert_int_equal(result.compared + result.kinks, result.entries);
            assert_true(result.compared > 0 && result.error < GRADCHECK_TOLERANCE);
        }
        assert_int_equal(tensors, 4);
    }
    arena_free(arena);
}

static void a_wrong_entry_is_named(void **state) {
    (void)state;
    Arena *arena = arena_new();
    GradCheck *check = check_of(arena, MODEL("tanh", "seed 1"));
    double right = gradcheck_derived(check, 0)[37];
    gradcheck_derived(check, 0)[37] += 1e-4;
    GradCheckResult result = gradcheck_run(check, 0, ALL);
    assert_true(result.error > GRADCHECK_TOLERANCE && result.error < 0.1);
    assert_int_equal(result.worst, 37);
    assert_true(result.derived == right + 1e-4);
    assert_true(fabs(result.difference - right) <= 1e-10);
    assert_true(gradcheck_run(check, 1, ALL).error < GRADCHECK_TOLERANCE);
    gradcheck_derived(check, 0)[5] = NAN;
    result = gradcheck_run(check, 0, ALL);
    assert_true(isnan(result.error) && result.worst == 5);
    arena_free(arena);
}

/* The gradient of the data alone is not that of a cost with a penalty. */
static void the_penalty_counts(void **state) {
    (void)state;
    Arena *arena = arena_new();
    GradCheck *with = check_of(arena, MODEL("tanh", "regularize l2=100 l1=3")),
              *without = check_of(arena, MODEL("tanh", "seed 1"));
    for (int64_t i = 0; i < 80; i++) gradcheck_derived(with, 0)[i] = gradcheck_derived(without, 0)[i];
    assert_true(gradcheck_run(with, 0, ALL).error > 0.01);
    assert_true(gradcheck_run(with, 1, ALL).error < GRADCHECK_TOLERANCE); /* biases have none */
    arena_free(arena);
}

static void kinks_are_left_out(void **state) {
    (void)state;
    Arena *arena = arena_new();
    const Model *model;
    Sample *sample = sample_of(arena, MODEL("relu", "seed 1"), &model);
    for (int64_t i = 0; i < 16; i++) sample->batch[i] = sample->batch[16 + i] = i % 2 ? 100 : 0;
    const Stored *weight = model->stored.at[0], *bias = model->stored.at[1];
    for (int64_t i = 0; i < stored_count(weight); i++) sample->param[weight->offset + i] = 0;
    for (int64_t i = 0; i < stored_count(bias); i++) sample->param[bias->offset + i] = 0;
    GradCheck *check = gradcheck_new(arena, model, sample);
    GradCheckResult result = gradcheck_run(check, 0, ALL); /* of each unit 8 weights meet a pixel */
    assert_int_equal(result.kinks, 40);
    assert_int_equal(result.compared, 40);
    assert_true(result.error == 0);
    assert_int_equal(gradcheck_run(check, 1, ALL).kinks, 5);
    assert_true(gradcheck_run(check, 3, ALL).error < GRADCHECK_TOLERANCE);
    arena_free(arena);
}

static void few_entries_are_spread(void **state) {
    (void)state;
    Arena *arena = arena_new();
    GradCheck *check = check_of(arena, MODEL("tanh", "seed 1"));
    int found = 0;
    for (int64_t spoilt = 0; spoilt < 80; spoilt++) { /* one of each tenth */
        double *entry = &gradcheck_derived(check, 0)[spoilt], old = *entry;
        *entry = old + 1;
        found += gradcheck_run(check, 0, 10).error > 0.1;
        *entry = old;
    }
    assert_int_equal(found, 10);
    int64_t *few = gradcheck_affordable(check, 20, 0), *most = gradcheck_affordable(check, 20, ALL);
    assert_int_equal(few[0], 1);
    assert_int_equal(most[0], 20);
    assert_int_equal(most[3], 3);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_gradients_pass),   cmocka_unit_test(a_wrong_entry_is_named),
        cmocka_unit_test(the_penalty_counts),     cmocka_unit_test(kinks_are_left_out),
        cmocka_unit_test(few_entries_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
