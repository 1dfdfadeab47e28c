/* The lines of epochs: 80 columns at most, whatever the numbers are, and no score or cost is ever left out. The bars of
 * --watch: they fit the terminal, and are found again in one that has become narrower. */
#include "unit.h"

#include <math.h>

#include "runtime/log/progress.h"
#include "runtime/log/watch.h"

/* What net_progress_epoch prints of a line. */
static void print_line(const NetModel *model, const NetEpochLine *line, char out[512]) {
    NetError error = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    NetProgress *progress = net_progress_new(model, false, false, -1, &error);
    assert_non_null(progress);
    net_progress_epoch(progress, line);
    net_progress_free(progress);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    rewind(file);
    assert_non_null(fgets(out, 512, file));
    assert_int_equal(fclose(file), 0);
}

static NetScore score_of(double cost, double share) {
    NetScore score = {.n = 1000};
    score.sum[NET_LOG_COST] = cost * 1000;
    score.sum[NET_LOG_CORRECT] = share * 1000;
    score.sum[NET_LOG_SQUARED_ERROR] = cost * cost * 1000 * 784;
    return score;
}

static void test_lines(void **state) {
    (void)state;
    NetLogEntry cost = {.kind = NET_LOG_COST, .layer = -1, .count = 1, .elements = 1};
    NetLogEntry right[] = {cost, {.kind = NET_LOG_CORRECT, .layer = -1, .count = 1, .elements = 1}};
    NetLogEntry errors[] = {cost, {.kind = NET_LOG_SQUARED_ERROR, .layer = -1, .count = 1, .elements = 784}};
    const NetModel models[] = {{.eval = {.present = true, .entries = 2, .entry = right}},
                               {.eval = {.present = true, .entries = 2, .entry = errors}},
                               {.eval = {.present = true, .entries = 1, .entry = &cost}}};
    static const double costs[] = {0, 1e-12, 0.0698, 2.3026, 45.678, 195.139, 999.994, 1.23e10, 1.23e38};
    static const char *const texts[] = {"0.0000", "1e-12",  "0.0698",   "2.3026",  "45.678",
                                        "195.14", "999.99", "1.23e+10", "1.23e+38"};
    static const int64_t epochs[] = {1, 10, 100, 1000, 1000000000};
    static const double times[] = {0.04, 59.9, 600, 90000, 9e8, -1};
    char out[512];
    for (size_t i = 0; i < 3 * 9 * 5 * 6 * 2; i++) {
        size_t m = i % 3, c = i / 3 % 9, e = i / 27 % 5, t = i / 135 % 6;
        bool validated = i / 810 != 0;
        NetEpochLine line = {.epoch = epochs[e] > 1 ? epochs[e] - 1 : 1,
                             .epochs = epochs[e],
                             .train = score_of(costs[c], 1),
                             .validation = validated ? score_of(costs[c], 0.5) : (NetScore){.n = 0},
                             .best = true,
                             .seconds = times[t] < 0 ? 0 : times[t],
                             .left = times[t]};
        print_line(&models[m], &line, out);
        size_t most = epochs[e] > 1000 ? 100 : 80; /* of a thousand million epochs the figures are more than that */
        if (strcspn(out, "\n") > most) fail_msg("longer than %d: %s", (int)most, out);
        char part[64];
        snprintf(part, sizeof part,
                 m == 0   ? "train 100.00 %% (%s)"
                 : m == 1 ? "train RMSE %s"
                          : "train cost %s",
                 texts[c]);
        if (strstr(out, part) == NULL) fail_msg("no '%s' in: %s", part, out);
        snprintf(part, sizeof part, m == 0 ? "val 50.00 %% (%s)" : "val %s", texts[c]);
        if ((strstr(out, part) != NULL) != validated) fail_msg("'%s' in: %s", part, out);
    }
}

/* Both times are there in what most trainings print. */
static void test_times(void **state) {
    (void)state;
    NetLogEntry entries[] = {{.kind = NET_LOG_COST, .layer = -1, .count = 1, .elements = 1},
                             {.kind = NET_LOG_CORRECT, .layer = -1, .count = 1, .elements = 1}};
    const NetModel model = {.eval = {.present = true, .entries = 2, .entry = entries}};
    char out[512];
    NetEpochLine line = {.epoch = 9,
                         .epochs = 999,
                         .train = score_of(0.0698, 0.987),
                         .validation = score_of(0.0712, 0.986),
                         .seconds = 1.42,
                         .left = 754};
    print_line(&model, &line, out);
    assert_string_equal(out, "epoch   9/999  train 98.70 % (0.0698)  val 98.60 % (0.0712)  1.42 s  left 12:34\n");
    line.left = 45296; /* the time of an epoch makes room */
    print_line(&model, &line, out);
    assert_string_equal(out, "epoch   9/999  train 98.70 % (0.0698)  val 98.60 % (0.0712)  left 12:34:56\n");
}

/* What a function prints into a memory stream, as net_watch_print does. */
static char *bars(NetWatch *watch, const NetModel *model, const double *speeds, int columns, int rows) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    net_watch_print(watch, out, model, speeds, columns, rows, "", "");
    assert_int_equal(fclose(out), 0);
    return text;
}

/* A scale is of whole decades, whichever number comes first; only what is 0 has no bar. */
static void test_decades(void **state) {
    (void)state;
    char text[NET_DECADES_TEXT], bar[NET_BAR_TEXT];
    NetDecades decades = NET_DECADES_NONE;
    assert_string_equal(net_decades_text(&decades, " to ", text), "");
    assert_int_equal(net_decades_bar(&decades, 0, 8, bar), 0);
    net_decades_widen(&decades, 0);
    net_decades_widen(&decades, (double)-INFINITY);
    assert_string_equal(net_decades_text(&decades, " to ", text), "0.1 to 1");
    assert_int_equal(net_decades_bar(&decades, 0, 8, bar), 8);
    net_decades_widen(&decades, -2);
    assert_string_equal(net_decades_text(&decades, "…", text), "0.01…1");
    assert_int_equal(net_decades_bar(&decades, -1, 8, bar), 4);
    assert_string_equal(bar, "████");
    assert_int_equal(net_decades_bar(&decades, -2, 8, bar), 1);
    assert_string_equal(bar, "▏");
    assert_int_equal(net_decades_bar(&decades, (double)-INFINITY, 8, bar), 0);
    net_decades_widen(&decades, 400);
    assert_string_equal(net_decades_text(&decades, " to ", text), "0.01 to 1e+400");
}

static void test_bars(void **state) {
    (void)state;
    enum { LAYERS = 40 };
    NetWatch watch;
    NetLayer layers[LAYERS];
    char names[LAYERS][48];
    double speeds[LAYERS];
    for (int i = 0; i < LAYERS; i++) {
        snprintf(names[i], sizeof names[i], "a_rather_long_name_of_a_layer_%d", i);
        layers[i] = (NetLayer){.name = names[i]};
        speeds[i] = pow(10, -6 + 0.1 * i);
    }
    const NetModel model = {.layers = LAYERS, .layer = layers};
    const NetModel few = {.layers = 3, .layer = layers};
    speeds[5] = (double)NAN; /* has none */
    for (int rows = 1; rows < 60; rows++) {
        for (int columns = 1; columns < 120; columns++) {
            net_watch_begin(&watch);
            free(bars(&watch, &model, speeds, columns, rows));
            if (watch.lines > 0) assert_in_range(watch.lines, 4, rows - 2);
            for (int i = 0; i < watch.lines; i++) assert_in_range(watch.width[i], 1, columns - 1);
        }
    }
    net_watch_begin(&watch);
    char *text = bars(&watch, &model, speeds, 80, 24);
    assert_non_null(strstr(text, "from 1e-06 to 0.01\033"));
    assert_non_null(strstr(text, "  ... 19 more\033"));
    free(text);
    watch.lines = 0;
    text = bars(&watch, &few, speeds, 80, 24); /* the scale stays */
    assert_non_null(strstr(text, "from 1e-06 to 0.01\033"));
    assert_null(strstr(text, " more"));
    free(text);

    /* In a terminal that is narrower than the lines were, each takes several. */
    watch = (NetWatch){.lines = 3, .width = {79, 40, 41}};
    FILE *out = open_memstream(&text, &(size_t){0});
    net_watch_return(&watch, out, 40);
    net_watch_return(&watch, out, 80);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "\033[4A\033[2A");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_times),
                                       cmocka_unit_test(test_decades), cmocka_unit_test(test_bars)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
