/* What replaces stored tensors: when it runs, what runs together, and what the verifier refuses. */
#include "tests/unit/unit.h"

#include "compiler/loop/layout.h"
#include "compiler/passes/passes.h"

enum { CHANNELS = 3, WEIGHT = 0, OTHER = 1, MEAN = 2 };
static const int64_t channels[] = {CHANNELS}, images[] = {DIM_BATCH, CHANNELS};

/* An input x[n,c], two parameters and a statistic of [c] each, and the sum of x over the batch, which is ready at level
 * 1. */
typedef struct {
    Program *p;
    Tensor *x, *w, *v, *mean, *sum;
} Net;

static Net net_new(Arena *arena) {
    Program *p = program_new(arena, "train");
    Net net = {.p = p, .x = program_tensor(p, ROLE_INPUT, false, 2, images, "x")};
    net.w = program_stored(p, ROLE_PARAM, WEIGHT, 0, 1, channels, "w");
    net.v = program_stored(p, ROLE_PARAM, OTHER, 16, 1, channels, "v");
    net.mean = program_stored(p, ROLE_STATE, MEAN, 0, 1, channels, "mean");
    const int64_t batch[] = {DIM_BATCH};
    const Affine at[] = {ix(1), ix(0)};
    net.sum = program_compute(p, "sum", 1, channels, REDUCE_SUM, 1, batch, e_read(p, net.x, 0, at));
    return net;
}

static Expr *by_channel(Program *p, Tensor *t) {
    const Affine c = ix(1);
    return e_read(p, t, 0, &c);
}

/* A log that is a sum over the batch of x minus what is given for each channel. */
static void log_difference(Net *net, Tensor *from) {
    const int64_t range[] = {DIM_BATCH, CHANNELS};
    const Affine at[] = {ix(0), ix(1)};
    Tensor *log = program_tensor(net->p, ROLE_LOG, false, 0, NULL, "log");
    Expr *e = e_sub(net->p, e_read(net->p, net->x, 0, at), by_channel(net->p, from));
    program_add(net->p, log, REDUCE_SUM, 2, range, e);
}

static const Placed *placed(const Layout *layout, const Compute *compute) {
    for (size_t i = 0; i < layout->list.count; i++)
        if (layout->list.at[i].compute == compute) return &layout->list.at[i];
    fail();
    return NULL;
}

/* As batch normalisation does: the statistic's `next` stands before computes that read what it was, one of which is
 * ready later than the `next` itself would be. */
static void comes_after_all_readers(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Net net = net_new(arena);
    Program *p = net.p;
    Expr *old = e_mul(p, e_const(p, 0.9), e_at(p, net.mean));
    Compute *next = program_next(p, net.mean, e_add(p, old, e_at(p, net.sum)));
    Expr *centred = e_sub(p, e_at(p, net.x), e_add(p, by_channel(p, net.sum), by_channel(p, net.mean)));
    Tensor *y = program_compute(p, "y", 2, images, REDUCE_NONE, 0, NULL, centred);
    const int64_t range[] = {DIM_BATCH, CHANNELS};
    const Affine at[] = {ix(0), ix(1)};
    Tensor *log = program_tensor(p, ROLE_LOG, false, 0, NULL, "log");
    program_add(p, log, REDUCE_SUM, 2, range, e_read(p, y, 0, at));
    pass_order(p);
    program_verify(p);
    const Layout *layout = layout_program(arena, p, (LayoutMode){.one_image = false});
    assert_int_equal(placed(layout, program_writer(p, y))->level, 1);
    assert_int_equal(placed(layout, next)->level, 2);
    assert_int_equal(layout->levels, 3);
    arena_free(arena);
}

/* Even where nothing reads the statistic: a cost that is not finite must be seen before anything changes. */
static void comes_after_the_chunks(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Net net = net_new(arena);
    Compute *next = program_next(net.p, net.mean, e_const(net.p, 0));
    log_difference(&net, net.sum);
    program_verify(net.p);
    pass_order(net.p);
    const Layout *layout = layout_program(arena, net.p, (LayoutMode){.one_image = false});
    assert_int_equal(placed(layout, next)->level, 1);
    arena_free(arena);
}

/* As momentum does: each is replaced by what is made of both; and a third is made of one of them, but elsewhere. */
static void old_values_are_read(void **state) {
    (void)state;
    Arena *arena = arena_new();
    Net net = net_new(arena);
    Program *p = net.p;
    Expr *v = e_add(p, e_mul(p, e_const(p, 0.9), e_at(p, net.v)), e_mul(p, e_at(p, net.sum), e_at(p, net.w)));
    Compute *next_v = program_next(p, net.v, v);
    const Affine reversed = ix_plus(ix_times(ix(0), -1), CHANNELS - 1);
    Compute *next_mean = program_next(p, net.mean, e_read(p, net.w, 0, &reversed));
    Compute *next_w = program_next(p, net.w, e_sub(p, e_at(p, net.w), v));
    pass_order(p);
    program_verify(p);
    const Layout *layout = layout_program(arena, p, (LayoutMode){.one_image = false});
    const Placed *a = placed(layout, next_v), *b = placed(layout, next_w), *c = placed(layout, next_mean);
    assert_true(a->together > 0 && a->together == b->together && c->together == 0);
    assert_true(a->level == b->level && b == a + 1);
    assert_true(c->level < a->level);
    arena_free(arena);
}

/* ---- what is refused ---- */
static void other_place(Net *net) {
    const Affine shifted = ix_plus(ix(0), 1);
    program_next(net->p, net->mean, e_read(net->p, net->mean, 0, &shifted));
}

static void twice(Net *net) {
    program_next(net->p, net->mean, e_at(net->p, net->sum));
    program_next(net->p, net->mean, e_const(net->p, 0));
}

/* Two tensors of one row are one stored tensor. */
static void twice_by_another_name(Net *net) {
    program_next(net->p, net->mean, e_at(net->p, net->sum));
    Tensor *again = program_stored(net->p, ROLE_STATE, MEAN, 0, 1, channels, "again");
    program_next(net->p, again, e_const(net->p, 0));
}

static void no_next(Net *net) { program_add(net->p, net->mean, REDUCE_NONE, 0, NULL, e_at(net->p, net->sum)); }
static void not_stored(Net *net) { program_next(net->p, program_map(net->p, "y", net->sum, e_const(net->p, 0)), NULL); }
static void no_row(Net *net) { program_tensor(net->p, ROLE_STATE, false, 1, channels, "nowhere"); }
static void for_each_image(Net *net) { program_stored(net->p, ROLE_STATE, MEAN + 1, 16, 2, images, "rows"); }

/* Neither can be first: each reads the other elsewhere than it is replaced. */
static void circle(Net *net) {
    const Affine reversed = ix_plus(ix_times(ix(0), -1), CHANNELS - 1);
    program_next(net->p, net->w, e_read(net->p, net->v, 0, &reversed));
    program_next(net->p, net->v, e_read(net->p, net->w, 0, &reversed));
}

typedef struct {
    void (*spoil)(Net *net);
} Wrong;

static void lay_out(void *context) {
    const Wrong *wrong = context;
    Net net = net_new(arena_new());
    wrong->spoil(&net);
    program_verify(net.p);
    pass_order(net.p);
    layout_program(net.p->arena, net.p, (LayoutMode){.one_image = false});
}

static void refuse(void (*spoil)(Net *net), const char *words) { unit_aborts(lay_out, &(Wrong){spoil}, words); }

static void wrong_ones_are_refused(void **state) {
    (void)state;
    refuse(other_place, "mean_step reads mean at other places than it replaces");
    refuse(twice, "two computes write the same of mean");
    refuse(twice_by_another_name, "both mean_step and again_step replace again");
    refuse(no_next, "mean is stored, and no `next` writes it");
    refuse(not_stored, "y_step replaces y, which is not stored");
    refuse(no_row, "nowhere has row -1");
    refuse(for_each_image, "rows is stored for each image");
    refuse(circle, "cannot be replaced in any order");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_after_all_readers),
        cmocka_unit_test(comes_after_the_chunks),
        cmocka_unit_test(old_values_are_read),
        cmocka_unit_test(wrong_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
