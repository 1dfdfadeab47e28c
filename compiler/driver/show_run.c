#include "compiler/driver/show_run.h"

#include <math.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/picture_text.h"
#include "compiler/driver/run_log.h"
#include "runtime/base/wrap.h"
#include "runtime/train/score.h"

/* Columns of a curve, of a bar and of the name before them, at most; and of the numbers behind them. */
enum { CURVE = 40, BAR = 30, NAME = 22, NUMBERS = 26, LEAST = 8 };

/* As many as fit beside so many others. */
static int columns_beside(FILE *out, int others, int most) {
    int room = net_page_width(out) - others;
    return room < LEAST ? LEAST : room < most ? room : most;
}

typedef VEC(double) Values;

static Values column_values(Arena *arena, const RunLog *log, int column) {
    Values values = {0};
    for (size_t row = 0; column >= 0 && row < log->rows; row++) {
        double value = run_log_number(log, row, column);
        if (isfinite(value)) {
            vec_push(arena, &values, value);
        }
    }
    return values;
}

/* A block for each stretch of the values, as high as its mean is. */
static void print_curve(const Values *values, FILE *out) {
    size_t most = (size_t)columns_beside(out, NAME + NUMBERS + 3, CURVE);
    size_t columns = values->count < most ? values->count : most;
    double mean[CURVE], low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < columns; i++) {
        size_t first = i * values->count / columns, end = (i + 1) * values->count / columns;
        mean[i] = 0;
        for (size_t k = first; k < end; k++) {
            mean[i] += values->at[k] / (double)(end - first);
        }
        low = fmin(low, mean[i]);
        high = fmax(high, mean[i]);
    }
    for (size_t i = 0; i < columns; i++) {
        double share = high > low ? (mean[i] / 2 - low / 2) / (high / 2 - low / 2) : 0.5; /* differences fit */
        fputs(level_text((float)share), out);
    }
}

/* What a run's file calls something, as it may be printed. */
static const char *name_text(Arena *arena, const char *name) {
    return short_text(arena, utf8_clean(arena, name, strlen(name)), NAME);
}

static void print_row(const char *title, const Values *values, bool share, FILE *out) {
    double first = values->at[0], last = values->at[values->count - 1];
    int width = net_text_width(title);
    fprintf(out, "  %s%*s ", title, width < NAME ? NAME - width : 0, "");
    print_curve(values, out);
    if (share) {
        fprintf(out, "  %.2f %% … %.2f %%\n", 100 * first, 100 * last);
    } else {
        fprintf(out, "  %.4g … %.4g\n", first, last);
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
        if (values.count < 2) {
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
    double low = INFINITY, high = 0;
    int width = 5;
    for (size_t i = 0; i < speeds.count; i++) {
        low = speeds.at[i].last > 0 ? fmin(low, speeds.at[i].last) : low;
        high = fmax(high, speeds.at[i].last);
        int own = net_text_width(name_text(arena, speeds.at[i].layer));
        width = own > width ? own : width;
    }
    const char *scale = low < high ? arena_format(arena, "; last as bars, log %.3g to %.3g", low, high) : "";
    fprintf(out, "\nspeed of learning, delta_rms: first … last%s\n", scale);
    for (size_t i = 0; i < speeds.count; i++) {
        const Speed *speed = &speeds.at[i];
        const char *name = name_text(arena, speed->layer);
        fprintf(out, "  %s%*s ", name, width - net_text_width(name), "");
        int columns = columns_beside(out, width + NUMBERS, BAR);
        const char *bar = speed->last > 0 ? bar_text(arena, log10(speed->last), log10(low), log10(high), columns) : "";
        fprintf(out, "%s%*s  %.3g … %.3g\n", bar, columns - net_text_width(bar), "", speed->first, speed->last);
    }
}

void show_run_curves(Arena *arena, const Run *run, FILE *out) {
    print_epochs(arena, run, out);
    print_layers(arena, run, out);
}
