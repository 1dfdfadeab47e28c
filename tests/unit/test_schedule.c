/* The scheduler's choices for nests that no layer makes, and which nests are light. */
#include "unit.h"

#include "compiler/loop/light.h"
#include "compiler/loop/nest.h"

/* y[n,j] = sum of x[n,j+i] over i below `reads` - 1, and of x[n, step * j]: which index is in the lanes? */
static int lanes_of_rows(int reads, int step) {
    enum { COLUMNS = 32 };
    Arena *arena = arena_new();
    Program *p = program_new(arena, "rows");
    const int64_t in[] = {DIM_BATCH, 8 * COLUMNS}, out[] = {DIM_BATCH, COLUMNS};
    Tensor *x = program_tensor(p, ROLE_INPUT, false, 2, in, "x"),
           *y = program_tensor(p, ROLE_OUTPUT, false, 2, out, "y");
    Expr *sum = NULL;
    for (int i = 0; i < reads; i++) {
        Affine at[2] = {{.at = {1, 0}}, {.at = {0, 1}, .plus = i}};
        if (i == reads - 1) at[1] = (Affine){.at = {0, step}};
        Expr *read = e_read(p, x, 0, at);
        sum = sum ? e_add(p, sum, read) : read;
    }
    program_add(p, y, REDUCE_NONE, 0, NULL, sum);
    program_verify(p);
    Layout *layout = layout_program(arena, p, (LayoutMode){.one_image = false});
    Group group = group_make(layout, layout->list.at, 1);
    const LowerOptions options = {.target = {.processor = *processor_named(MACHINE_X86_64, "x86-64-v3")}};
    KnownSchedules known = {0};
    int lane = schedule_choose(&group, &options, "rows", arena, &known).lane;
    arena_free(arena);
    return lane;
}

/* Rows are read by vectors of their columns only where every read goes along them, however many there are. */
static void test_every_read_counts(void **state) {
    (void)state;
    const int images = 0, columns = 1;
    for (int reads = 2; reads < 150; reads++) {
        assert_int_equal(lanes_of_rows(reads, 1), columns);
        assert_int_equal(lanes_of_rows(reads, 2), images);
    }
}

static void add_run(Arena *arena, NestRuns *runs, int nest, int64_t work) {
    vec_push(arena, runs, ((NestRun){nest, work}));
}

/* Of a program as many of the least as take a thousandth together; what is one function with a nest that is not light,
 * in whichever program, is not light either. */
static void test_light(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Code code = {.name = "light"};
    for (int i = 0; i < 7; i++) {
        Nest *nest = NEW(arena, Nest);
        nest->same = i == 6 ? 1 : i;
        vec_push(arena, &code.nests, nest);
    }
    NestRuns train = {0}, eval = {0};
    add_run(arena, &train, 0, 999000);
    add_run(arena, &train, 1, 300); /* and nest 6, to eval */
    add_run(arena, &train, 2, 600);
    add_run(arena, &train, 3, 100);
    add_run(arena, &train, 4, 700);
    add_run(arena, &eval, 6, 50);
    light_begin(&code);
    light_settle(&code, &train);
    const bool of_train[] = {false, true, true, true, false, true};
    for (int i = 0; i < 6; i++) assert_int_equal(code.nests.at[i]->light, of_train[i]);
    light_settle(&code, &eval);
    const bool of_both[] = {false, false, true, true, false, true}; /* nothing runs nest 5 again and again */
    for (int i = 0; i < 6; i++) assert_int_equal(code.nests.at[i]->light, of_both[i]);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_read_counts), cmocka_unit_test(test_light)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
