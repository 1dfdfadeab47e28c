/* The order of sums: what the order hash tells apart, and what the verifier refuses. */
#include "tests/unit/unit.h"

#include "compiler/loop/lower.h"
#include "compiler/model/layer.h"

#define MODEL(conv, label, train)                                                                                 \
    "network a {\n input 1x9x9\n " conv "\n " label "dense 20 activation=tanh\n dense 10 activation=softmax\n}\n" \
    "train {\n data idx images=\"i\" labels=\"l\"\n batch 32\n " train "\n}\n"
static const char plain[] = MODEL("conv 30 kernel=3 pad=1", "", "epochs 2");

static Programs *programs_of(Arena *arena, const char *text) {
    Source *source = source_from_text(arena, "m.net", text, strlen(text));
    Diags diags = {.arena = arena, .source = source};
    const Model *model = model_check(arena, source, ast_parse(arena, source, &diags), NULL, &diags);
    assert_non_null(model);
    assert_int_equal(diags.errors, 0);
    Programs *programs = programs_build(arena, model);
    lower_passes(arena, programs);
    return programs;
}

static Program *step_of(Arena *arena, const char *text) { return programs_of(arena, text)->program[PROGRAM_TRAIN]; }

static uint64_t hash_of(const char *text) {
    Arena *arena = arena_new();
    uint64_t hash = programs_of(arena, text)->order_hash[1];
    arena_free(arena);
    return hash;
}

static void names_and_logs_do_not_count(void **state) {
    (void)state;
    uint64_t hash = hash_of(plain);
    assert_int_equal(hash_of(MODEL("conv 30 kernel=3 pad=1", "hidden: ", "epochs 2")), hash);
    assert_int_equal(hash_of(MODEL("conv 30 kernel=3 pad=1", "", "log gradients weights probe=5")), hash);
}

static void what_is_computed_counts(void **state) {
    (void)state;
    static const char *const others[] = {
        MODEL("conv 29 kernel=3 pad=1", "", "epochs 2"),
        MODEL("conv 30 kernel=3", "", "epochs 2"),
        MODEL("conv 30 kernel=3 pad=1 activation=relu", "", "epochs 2"),
        MODEL("conv 30 kernel=3 pad=1 trainable=false", "", "epochs 2"),
        MODEL("conv 30 kernel=3 pad=1; dropout 0.5", "", "epochs 2"),
        MODEL("conv 30 kernel=3 pad=1", "", "regularize l2=1"),
        MODEL("conv 30 kernel=3 pad=1", "", "regularize l1=1"),
    };
    uint64_t hash[COUNT_OF(others) + 1] = {hash_of(plain)};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        hash[i + 1] = hash_of(others[i]);
        for (size_t k = 0; k <= i; k++) assert_int_not_equal(hash[i + 1], hash[k]);
    }
}

/* The first sum of a step that is cut into blocks, and the first over images by lanes. */
static SumOrder *order_where(Program *p, bool blocks) {
    for (size_t i = 0; i < p->computes.count; i++) {
        SumOrder *order = &p->computes.at[i]->order;
        if (!order->settled) continue;
        if (blocks ? order->block >= 0 : order->partial == PARTIAL_IMAGES && !order->owned) return order;
    }
    fail();
    return NULL;
}

static void shorter_blocks(Program *p) { order_where(p, true)->block_size--; }
static void longer_blocks(Program *p) { order_where(p, true)->block_size++; }
static void one_sum(Program *p) { order_where(p, false)->partial = PARTIAL_NONE; }
static void all_in_sequence(Program *p) { order_where(p, false)->owned = true; }

static void the_order_counts(void **state) {
    (void)state;
    void (*const change[])(Program *) = {shorter_blocks, one_sum, all_in_sequence};
    uint64_t hash[COUNT_OF(change) + 1] = {hash_of(plain)};
    for (size_t i = 0; i < COUNT_OF(change); i++) {
        Arena *arena = arena_new();
        Program *p = step_of(arena, plain);
        change[i](p);
        hash[i + 1] = program_hash(p);
        arena_free(arena);
        for (size_t k = 0; k <= i; k++) assert_int_not_equal(hash[i + 1], hash[k]);
    }
}

static void verify_longer_blocks(void *context) {
    longer_blocks(context);
    program_verify(context);
}

static void blocks_that_are_too_long_are_refused(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Program *p = step_of(arena, plain);
    program_verify(p);
    unit_aborts(verify_longer_blocks, p, ": blocks of 4 of index ");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_logs_do_not_count),
        cmocka_unit_test(what_is_computed_counts),
        cmocka_unit_test(the_order_counts),
        cmocka_unit_test(blocks_that_are_too_long_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
