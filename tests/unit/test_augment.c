/* What training makes of pictures: exact cases of each change, the fixed set, and the loader's rows, whoever makes
 * them; run under TSan as well. tests/numpy/augmented.py compares what is drawn with a model of its own. */
#include "tests/unit/digits.h"

#include "runtime/base/signals.h"
#include "runtime/data/loader.h"
#include "runtime/data/mean_image.h"
#include "runtime/data/warp.h"
#include "runtime/train/workers.h"

#include <math.h>

enum { SIDE = 7, MIDDLE = SIDE / 2, CHANNELS = 2, VALUES = CHANNELS * SIDE * SIDE };

static const int64_t picture_sides[3] = {CHANNELS, SIDE, SIDE};

/* Values that are all different. */
static void fill(float *picture) {
    for (int i = 0; i < VALUES; i++) picture[i] = (float)(1 + i * i % 101);
}

static NetAugmenter *new_augmenter(const NetAugment *setting, const int64_t sides[3], float **room) {
    NetError error = {0};
    NetAugmenter *augmenter = net_augmenter_new(setting, sides, &error);
    assert_non_null(augmenter);
    *room = net_alloc(net_augmenter_room(augmenter), sizeof **room, &error);
    assert_non_null(*room);
    return augmenter;
}

/* Where a place of the moved picture comes from. */
typedef void From(int x, int y, int *from_x, int *from_y);

static void expect_motion(const NetMotion *motion, bool edge, From *from) {
    const NetAugment setting = {.shift = 1, .edge = edge};
    float old[VALUES], moved[VALUES], *room;
    NetAugmenter *augmenter = new_augmenter(&setting, picture_sides, &room);
    for (int round = 0; round < 2; round++) { /* the room is used again */
        fill(old);
        memcpy(moved, old, sizeof old);
        net_augmenter_move(augmenter, motion, moved, room);
        for (int i = 0; i < VALUES; i++) {
            int c = i / (SIDE * SIDE), x, y;
            from(i % SIDE, i / SIDE % SIDE, &x, &y);
            bool inside = x >= 0 && y >= 0 && x < SIDE && y < SIDE;
            int near_x = x < 0 ? 0 : x >= SIDE ? SIDE - 1 : x, near_y = y < 0 ? 0 : y >= SIDE ? SIDE - 1 : y;
            float expected = inside || edge ? old[(c * SIDE + near_y) * SIDE + near_x] : 0;
            assert_float_equal(moved[i], expected, 1e-4f);
        }
    }
    free(room);
    net_augmenter_free(augmenter);
}

static void shifted(int x, int y, int *from_x, int *from_y) {
    *from_x = x - 2;
    *from_y = y + 3;
}

static void far(int x, int y, int *from_x, int *from_y) {
    *from_x = x - 40;
    *from_y = y - 1;
}

static void turned(int x, int y, int *from_x, int *from_y) { /* against the clock: the right side comes to the top */
    *from_x = 2 * MIDDLE - y;
    *from_y = x;
}

static void turned_round(int x, int y, int *from_x, int *from_y) {
    *from_x = 2 * MIDDLE - x;
    *from_y = 2 * MIDDLE - y;
}

static void sheared(int x, int y, int *from_x, int *from_y) {
    *from_x = x - (y - MIDDLE);
    *from_y = y;
}

static void smaller(int x, int y, int *from_x, int *from_y) {
    *from_x = MIDDLE + 2 * (x - MIDDLE);
    *from_y = MIDDLE + 2 * (y - MIDDLE);
}

static void motions_move_whole_pixels(void **state) {
    (void)state;
    for (int edge = 0; edge < 2; edge++) {
        expect_motion(&(NetMotion){.right = 2, .down = -3, .factor = 1}, edge, shifted);
        expect_motion(&(NetMotion){.right = 40, .down = 1, .factor = 1}, edge, far);
        expect_motion(&(NetMotion){.angle = 90, .factor = 1}, edge, turned);
        expect_motion(&(NetMotion){.angle = 180, .factor = 1}, edge, turned_round);
        expect_motion(&(NetMotion){.shear = 45, .factor = 1}, edge, sheared);
        expect_motion(&(NetMotion){.factor = 0.5}, edge, smaller);
    }
}

/* Between two values lies their mean, to the last bit. */
static void halves_are_means(void **state) {
    (void)state;
    const NetAugment setting = {.shift = 1};
    float old[VALUES], moved[VALUES], *room;
    NetAugmenter *augmenter = new_augmenter(&setting, picture_sides, &room);
    fill(old);
    memcpy(moved, old, sizeof old);
    net_augmenter_move(augmenter, &(NetMotion){.right = 0.5, .factor = 1}, moved, room);
    for (int i = 0; i < VALUES; i++) assert_true(moved[i] == ((i % SIDE > 0 ? old[i - 1] : 0) + old[i]) / 2);
    memcpy(moved, old, sizeof old);
    net_augmenter_move(augmenter, &(NetMotion){.factor = 1}, moved, room);
    assert_memory_equal(moved, old, sizeof old);
    free(room);
    net_augmenter_free(augmenter);
}

static void flips_alternate(void **state) {
    (void)state;
    enum { ITEMS = 400 };
    const NetAugment settings[] = {{.flip = true}, {.flip = true, .alternating = true}};
    for (int s = 0; s < 2; s++) {
        int flipped[4] = {0}, changed = 0;
        float *room;
        NetAugmenter *augmenter = new_augmenter(&settings[s], picture_sides, &room);
        for (uint32_t item = 0; item < ITEMS; item++) {
            bool before = false;
            for (uint32_t epoch = 0; epoch < 4; epoch++) {
                float old[VALUES], new[VALUES];
                fill(old);
                memcpy(new, old, sizeof old);
                net_augmenter_draw(augmenter, 5, epoch, item, new, room);
                bool turned_now = new[0] != old[0];
                for (int i = 0; i < VALUES; i++)
                    assert_true(new[i] == (turned_now ? old[i / SIDE * SIDE + SIDE - 1 - i % SIDE] : old[i]));
                flipped[epoch] += turned_now;
                changed += epoch > 0 && turned_now != before;
                before = turned_now;
            }
        }
        for (int epoch = 0; epoch < 4; epoch++) assert_in_range(flipped[epoch], ITEMS / 2 - 50, ITEMS / 2 + 50);
        if (settings[s].alternating)
            assert_int_equal(changed, 3 * ITEMS);
        else
            assert_in_range(changed, 3 * ITEMS / 2 - 100, 3 * ITEMS / 2 + 100);
        free(room);
        net_augmenter_free(augmenter);
    }
}

static void rectangles_are_erased(void **state) {
    (void)state;
    const double shares[] = {1e-6, 0.09, 0.5, 0.99};
    const int side[] = {1, 2, 5, 7};
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        const NetAugment setting = {.erase = shares[s]};
        bool corners[2] = {false, false};
        float *room;
        NetAugmenter *augmenter = new_augmenter(&setting, picture_sides, &room);
        for (uint32_t item = 0; item < 300; item++) {
            float picture[VALUES];
            int zeros = 0;
            fill(picture);
            net_augmenter_draw(augmenter, 1, 1, item, picture, room);
            for (int i = 0; i < VALUES; i++) zeros += picture[i] == 0;
            assert_int_equal(zeros, CHANNELS * side[s] * side[s]);
            corners[0] = corners[0] || picture[0] == 0;
            corners[1] = corners[1] || picture[VALUES - 1] == 0;
        }
        assert_true(corners[0] && corners[1]);
        free(room);
        net_augmenter_free(augmenter);
    }
}

/* ---- rows ---- */

static int open_digits(void **state) {
    (void)state;
    return unit_open_digits((NetDataRequest){.rank = 1, .shape = {784}, .train = 100, .validation = 30});
}

/* The book's expand_mnist.py: each picture, and rolled by one pixel down, up, right and left, the row or column that
 * came round set to 0. */
static void the_fixed_set_is_the_books(void **state) {
    (void)state;
    static const int down[] = {0, 1, -1, 0, 0}, right[] = {0, 0, 0, 1, -1};
    static unsigned char seen[5 * 7000];
    float *room;
    assert_memory_equal(digits.picture, ((int64_t[]){1, 28, 28}), sizeof digits.picture); /* though the input is flat */
    for (int kind = 0; kind < 4; kind++) {
        const NetAugment setting = {.expand = true, .shift = kind / 2 == 0 ? 1 : 3, .edge = kind % 2 == 1};
        const int by = (int)setting.shift;
        NetAugmenter *augmenter = new_augmenter(&setting, digits.picture, &room);
        const NetPass pass = {.part = NET_PART_TRAIN, .augmenter = augmenter};
        assert_int_equal(net_pass_rows(&digits, &pass), 500);
        assert_true(!net_pass_draws(&pass) && net_pass_room(&pass) == 0);
        memset(seen, 0, sizeof seen);
        for (int64_t row = 0; row < 500; row++) {
            unsigned char bytes[784];
            float floats[784];
            const NetExample example = net_data_example(&digits, NET_PART_TRAIN, row % 100);
            const NetRow made = net_pass_row(&digits, &pass, row, NET_ROWS_U8, NULL, bytes);
            net_pass_row(&digits, &pass, row, NET_ROWS_F32, NULL, floats);
            assert_int_equal(made.label, example.label);
            assert_true(made.item < sizeof seen && !seen[made.item]);
            assert_true(row >= 100 || made.item == example.item);
            seen[made.item] = 1;
            for (int i = 0; i < 784; i++) {
                int x = i % 28 - by * right[row / 100], y = i / 28 - by * down[row / 100];
                bool inside = x >= 0 && y >= 0 && x < 28 && y < 28;
                int near_x = x < 0 ? 0 : x > 27 ? 27 : x, near_y = y < 0 ? 0 : y > 27 ? 27 : y;
                int expected = inside || setting.edge ? example.values[near_y * 28 + near_x] : 0;
                assert_int_equal(bytes[i], expected);
                assert_true(floats[i] == (float)expected * (float)(1.0 / 255));
            }
        }
        free(room);
        net_augmenter_free(augmenter);
    }
}

static void nothing_drawn_leaves_rows_as_they_are(void **state) {
    (void)state;
    float *room, plain[784], made[784];
    const NetAugment setting = {.alternating = true, .edge = true, .sigma = 4};
    NetAugmenter *augmenter = new_augmenter(&setting, digits.picture, &room);
    const NetPass pass = {.part = NET_PART_TRAIN, .augmenter = augmenter}, without = {.part = NET_PART_TRAIN};
    assert_int_equal(net_pass_rows(&digits, &pass), 100);
    for (int64_t row = 0; row < 100; row++) {
        net_pass_row(&digits, &without, row, NET_ROWS_F32, NULL, plain);
        net_pass_row(&digits, &pass, row, NET_ROWS_F32, room, made);
        assert_memory_equal(plain, made, sizeof made);
    }
    free(room);
    net_augmenter_free(augmenter);
}

static void each_worker(void *context, void (*work)(void *argument, int number), void *argument) {
    net_workers_each(context, work, argument);
}

/* Batches of a drawn pass, by a crew of so many threads (0: none), against rows made here. */
static void expect_batches(const NetPass *pass, int threads, bool spare) {
    NetError error = {0};
    const NetModel model = {.scratch_size = 16};
    NetLoader *loader = net_loader_new(&digits, NET_ROWS_F32, &error);
    NetWorkers *workers = threads > 0 ? net_workers_new(threads, &model, &error) : NULL;
    float *room = net_alloc(net_pass_room(pass), sizeof *room, &error);
    assert_true(loader != NULL && room != NULL && (threads == 0 || workers != NULL));
    if (threads > 0) net_loader_share(loader, &(NetCrew){each_worker, workers, threads, spare});
    NetPass again = *pass;
    for (again.first_step = 0; again.first_step < 3; again.first_step++) {
        assert_true(net_loader_start(loader, &again, &error));
        int64_t rows = 0;
        for (const NetBatch *batch; (batch = net_loader_next(loader)) != NULL;) {
            if (threads == 3 && batch->step == 4) break; /* given up */
            for (int64_t i = 0; i < batch->n; i++, rows++) {
                float expected[784];
                int64_t row = 0; /* its place: the examples are in file order */
                while (net_data_example(&digits, NET_PART_TRAIN, row).item != batch->item[i]) row++;
                net_pass_row(&digits, pass, row, NET_ROWS_F32, room, expected);
                assert_memory_equal((const float *)batch->input + i * 784, expected, sizeof expected);
            }
            const float *rest = (const float *)batch->input + batch->n * 784;
            for (int64_t i = 0; i < (net_padded(batch->n) - batch->n) * 784; i++) assert_true(rest[i] == 0);
        }
        assert_true(threads == 3 || rows == 100 - again.first_step * pass->batch);
    }
    net_loader_free(loader);
    net_workers_free(workers);
    free(room);
}

static void whoever_makes_rows_they_are_the_same(void **state) {
    (void)state;
    float *room;
    const NetAugment setting = {
        .shift = 2, .rotate = 15, .scale = 0.1, .shear = 10, .alpha = 20, .sigma = 4, .noise = 0.1};
    NetAugmenter *augmenter = new_augmenter(&setting, digits.picture, &room);
    for (int threads = 0; threads <= 3; threads++) {
        for (int spare = 0; spare < 2; spare++) {
            const NetPass pass = {.part = NET_PART_TRAIN,
                                  .shuffle = spare == 0,
                                  .seed = 3,
                                  .epoch = 7,
                                  .batch = 13,
                                  .augmenter = augmenter};
            expect_batches(&pass, threads, spare);
        }
    }
    free(room);
    net_augmenter_free(augmenter);
}

static void far_shifts_are_refused(void **state) {
    (void)state;
    NetError error = {0};
    const int64_t sides[3] = {1, 28, 20};
    assert_true(net_augment_suits(&(NetAugment){.shift = 19.5}, sides, &error));
    assert_false(net_augment_suits(&(NetAugment){.shift = 20}, sides, &error));
    unit_says(&error, "shift=20 moves a picture of 28x20 out of sight");
}

static void settings_are_told(void **state) {
    (void)state;
    char text[NET_AUGMENT_TEXT];
    assert_string_equal(net_augment_text(&(NetAugment){0}, text), "");
    const NetAugment all = {.shift = 2,
                            .rotate = 10,
                            .scale = 0.1,
                            .shear = 5,
                            .alpha = 34,
                            .sigma = 4,
                            .erase = 0.1,
                            .noise = 0.2,
                            .flip = true,
                            .alternating = true,
                            .edge = true,
                            .expand = true};
    assert_string_equal(net_augment_text(&all, text),
                        "shift=2 rotate=10 scale=0.1 shear=5 erase=0.1 noise=0.2 elastic=[34, 4] flip=horizontal "
                        "alternating=true fill=edge expand=true");
}

/* What no setting that is let through leads to: the picture is read within its sides all the same. */
static void places_that_are_no_numbers_stay_inside(void **state) {
    (void)state;
    const NetWarp warp = {CHANNELS, SIDE, SIDE, false};
    const double none[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
    float picture[VALUES], *room = net_alloc(net_warp_room(&warp), sizeof *room, NULL);
    assert_non_null(room);
    fill(picture);
    net_warp_affine(&warp, none, room);
    net_warp_apply(&warp, picture, room);
    for (int i = 0; i < VALUES; i++) assert_true(picture[i] == 0);
    free(room);
}

/* In a child, as a signal that came cannot be taken back. */
static void a_signal_ends_the_mean_image(void **state) {
    (void)state;
    net_data_hash(&digits); /* no thread is left that the child would be without */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        NetMeanImage image;
        NetError error = {0};
        float *values;
        bool whole = net_mean_image_make(&digits, 0, &image, &values, &error) && values != NULL;
        free(values);
        net_signals_install(true);
        raise(SIGTERM);
        bool made = net_mean_image_make(&digits, 0, &image, &values, &error);
        _exit(whole && !made && values == NULL ? error.status : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGTERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(motions_move_whole_pixels),
        cmocka_unit_test(halves_are_means),
        cmocka_unit_test(flips_alternate),
        cmocka_unit_test(rectangles_are_erased),
        cmocka_unit_test(the_fixed_set_is_the_books),
        cmocka_unit_test(nothing_drawn_leaves_rows_as_they_are),
        cmocka_unit_test(whoever_makes_rows_they_are_the_same),
        cmocka_unit_test(far_shifts_are_refused),
        cmocka_unit_test(places_that_are_no_numbers_stay_inside),
        cmocka_unit_test(settings_are_told),
        cmocka_unit_test(a_signal_ends_the_mean_image),
    };
    return cmocka_run_group_tests(tests, open_digits, unit_close_digits);
}
