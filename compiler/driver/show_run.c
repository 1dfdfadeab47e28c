#include "compiler/driver/show_run.h"

#include <math.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/picture_text.h"
#include "compiler/driver/run_log.h"
#include "runtime/base/decades.h"
#include "runtime/base/wrap.h"
#include "runtime/train/score.h"

/* Columns of a curve, of a bar and of the name before them, at most; and of the numbers behind them. */
enum { CURVE = 40, BAR = 30, NAME = 22, NUMBERS = 26, LEAST = 8 };

/* As many as fit beside so many others. */
static int columns_beside(FILE *out, int others, int most) {
    int room = net_page_width(out) - others;
    return room < LEAST ? LEAST : room < most ? room : most;
}

/* By row of the log, so that all curves have an epoch in one column: NAN where there is no number. */
typedef struct {
    double *at;
    size_t count, numbers;
    double first, last; /* of the numbers */
} Values;

static Values column_values(Arena *arena, const RunLog *log, int column) {
    Values values = {.at = NEW_ARRAY(arena, double, log->rows + 1), .count = log->rows};
    for (size_t row = 0; row < log->rows; row++) {
        double value = run_log_number(log, row, column);
        values.at[row] = isfinite(value) ? value : (double)NAN;
        if (isfinite(value)) {
            values.first = values.numbers++ == 0 ? value : values.first;
            values.last = value;
        }
    }
    return values;
}

/* The mean of the numbers in a stretch; NAN without any. */
static double mean_of(const Values *values, size_t first, size_t end) {
    double mean = 0;
    size_t numbers = 0;
    for (size_t k = first; k < end; k++) {
        numbers += isnan(values->at[k]) ? 0U : 1U;
    }
    for (size_t k = first; k < end; k++) {
        mean += isnan(values->at[k]) ? 0 : values->at[k] / (double)numbers;
    }
    return numbers > 0 ? mean : (double)NAN;
}

/* A block for each stretch of the values, as high as its mean is; a blank where there is none. */
static void print_curve(const Values *values, FILE *out) {
    size_t most = (size_t)columns_beside(out, NAME + NUMBERS + 3, CURVE);
    size_t columns = values->count < most ? values->count : most;
    double mean[CURVE], low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < columns; i++) {
        size_t first = i * values->count / columns, end = (i + 1) * values->count / columns;
        mean[i] = mean_of(values, first, end);
        low = fmin(low, mean[i]);
        high = fmax(high, mean[i]);
    }
    for (size_t i = 0; i < columns; i++) {
        double share = high > low ? (mean[i] / 2 - low / 2) / (high / 2 - low / 2) : 0.5; /* differences fit */
        fputs(isnan(mean[i]) ? " " : level_text((float)share), out);
    }
}

/* What a run's file calls something, as it may be printed. */
static const char *name_text(Arena *arena, const char *name) {
    return short_text(arena, utf8_clean(arena, name, strlen(name)), NAME);
}

static void print_row(const char *title, const Values *values, bool share, FILE *out) {
    int width = net_text_width(title);
    fprintf(out, "  %s%*s ", title, width < NAME ? NAME - width : 0, "");
    print_curve(values, out);
    if (share) {
        fprintf(out, "  %.2f %% … %.2f %%\n", 100 * values->first, 100 * values->last);
    } else {
        fprintf(out, "  %.4g … %.4g\n", values->first, values->last);
    }
}

static void print_epochs(Arena *arena, const Run *run, FILE *out) {
    RunLog log;
    bool any = false;
    run_log_read(arena, run, "epochs.csv", &log);
    for (size_t i = 0; i < log.columns.count; i++) {
        const char *name = log.columns.at[i];
        bool part = strncmp(name, "train_", 6) == 0 || strncmp(name, "validation_", 11) == 0;
        Values values = part ? column_values(arena, &log, (int)i) : (Values){0};
        if (values.numbers < 2) {
            continue;
        }
        fputs(any ? "" : "\ncurves of the epochs, each from its least to its largest: first … last\n", out);
        any = true;
        print_row(name_text(arena, name), &values, net_figure_field_is_share(name), out);
    }
}

typedef struct {
    const char *layer;
    double first, last;
} Speed;
typedef VEC(Speed) Speeds;

/* Of each layer the first and the last number of a column, of the rows of one source. */
static Speeds layer_speeds(Arena *arena, const RunLog *log, const char *source, const char *column) {
    Speeds speeds = {0};
    int from = run_log_column(log, "source"), layer = run_log_column(log, "layer"), at = run_log_column(log, column);
    for (size_t row = 0; row < log->rows; row++) {
        double value = run_log_number(log, row, at);
        if (!string_is(run_log_text(log, row, from), source) || !isfinite(value)) {
            continue;
        }
        const char *name = run_log_text(log, row, layer);
        size_t i = 0;
        while (i < speeds.count && !string_is(speeds.at[i].layer, name)) {
            i++;
        }
        if (i == speeds.count) {
            vec_push(arena, &speeds, ((Speed){name, value, value}));
        }
        speeds.at[i].last = value;
    }
    return speeds;
}

static double place_of(double speed) { return speed > 0 ? log10(speed) : (double)-INFINITY; }

static void print_layers(Arena *arena, const Run *run, FILE *out) {
    RunLog log;
    Speeds speeds = {0};
    run_log_read(arena, run, "gradients.csv", &log);
    for (size_t i = 0; run_log_sources[i] != NULL && speeds.count == 0; i++) {
        speeds = layer_speeds(arena, &log, run_log_sources[i], "delta_rms");
    }
    if (speeds.count == 0) {
        return;
    }
    NetDecades decades = NET_DECADES_NONE;
    int width = 5;
    for (size_t i = 0; i < speeds.count; i++) {
        net_decades_widen(&decades, place_of(speeds.at[i].last));
        int own = net_text_width(name_text(arena, speeds.at[i].layer));
        width = own > width ? own : width;
    }
    char scale[NET_DECADES_TEXT], bar[NET_BAR_TEXT];
    net_decades_text(&decades, " to ", scale);
    fprintf(out, "\nspeed of learning, delta_rms: first … last%s%s\n", *scale == '\0' ? "" : "; last as bars, log ",
            scale);
    for (size_t i = 0; i < speeds.count; i++) {
        const Speed *speed = &speeds.at[i];
        const char *name = name_text(arena, speed->layer);
        fprintf(out, "  %s%*s ", name, width - net_text_width(name), "");
        int columns = columns_beside(out, width + NUMBERS, BAR);
        int used = net_decades_bar(&decades, place_of(speed->last), columns, bar);
        fprintf(out, "%s%*s  %.3g … %.3g\n", bar, columns - used, "", speed->first, speed->last);
    }
}

/* ---- singular values ---- */

enum { SIGMAS = 3 };
static const char *const sigma_columns[SIGMAS] = {"largest", "median", "smallest"};

/* Of a layer's matrix, in the first and in the last rows that it has. */
typedef struct {
    const char *layer;
    double first[SIGMAS], last[SIGMAS];
} Sigmas;
typedef VEC(Sigmas) SigmaRows;

static SigmaRows layer_sigmas(Arena *arena, const RunLog *log, const char *matrix) {
    SigmaRows rows = {0};
    int of = run_log_column(log, "of"), layer = run_log_column(log, "layer");
    for (size_t row = 0; row < log->rows; row++) {
        if (!string_is(run_log_text(log, row, of), matrix)) {
            continue;
        }
        const char *name = run_log_text(log, row, layer);
        size_t i = 0;
        while (i < rows.count && !string_is(rows.at[i].layer, name)) {
            i++;
        }
        bool begins = i == rows.count;
        if (begins) {
            vec_push(arena, &rows, ((Sigmas){.layer = name}));
        }
        for (size_t k = 0; k < SIGMAS; k++) {
            rows.at[i].last[k] = run_log_number(log, row, run_log_column(log, sigma_columns[k]));
            rows.at[i].first[k] = begins ? rows.at[i].last[k] : rows.at[i].first[k];
        }
    }
    return rows;
}

static const char *sigmas_text(Arena *arena, const double sigmas[SIGMAS]) {
    return arena_format(arena, "%.3g, %.3g, %.3g", sigmas[0], sigmas[1], sigmas[2]);
}

static void print_spectrum(Arena *arena, const Run *run, FILE *out) {
    static const char *const matrices[][2] = {{"weight", "weights"}, {"jacobian", "Jacobians"}};
    RunLog log;
    run_log_read(arena, run, "spectrum.csv", &log);
    for (size_t i = 0; i < COUNT_OF(matrices); i++) {
        SigmaRows rows = layer_sigmas(arena, &log, matrices[i][0]);
        int width = 5;
        if (rows.count > 0) {
            fprintf(out, "\nsingular values of %s, largest, median, smallest: first … last\n", matrices[i][1]);
        }
        for (size_t k = 0; k < rows.count; k++) {
            int own = net_text_width(name_text(arena, rows.at[k].layer));
            width = own > width ? own : width;
        }
        for (size_t k = 0; k < rows.count; k++) {
            const char *name = name_text(arena, rows.at[k].layer);
            fprintf(out, "  %s%*s  %s … %s\n", name, width - net_text_width(name), "",
                    sigmas_text(arena, rows.at[k].first), sigmas_text(arena, rows.at[k].last));
        }
    }
}

void show_run_curves(Arena *arena, const Run *run, FILE *out) {
    print_epochs(arena, run, out);
    print_layers(arena, run, out);
    print_spectrum(arena, run, out);
}
