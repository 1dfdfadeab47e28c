#include "compiler/experiments/reading.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/base/json.h"
#include "compiler/driver/run_log.h"

typedef struct {
    Arena *arena;
    const Run *run;
    RunLog gradients, epochs, weights, spectrum;
    const char *source; /* of the rows of gradients.csv that are taken: the probe's, if there is one */
    Words hidden;       /* layers of gradients.csv but the last */
} Logs;

static bool holds(const Words *words, const char *word) {
    for (size_t i = 0; i < words->count; i++) {
        if (string_is(words->at[i], word)) {
            return true;
        }
    }
    return false;
}

static void open_logs(Arena *arena, const Run *run, Logs *logs) {
    *logs = (Logs){.arena = arena, .run = run, .source = "probe"};
    run_log_read(arena, run, "gradients.csv", &logs->gradients);
    run_log_read(arena, run, "epochs.csv", &logs->epochs);
    run_log_read(arena, run, "weights.csv", &logs->weights);
    run_log_read(arena, run, "spectrum.csv", &logs->spectrum);
    int column = run_log_column(&logs->gradients, "layer");
    for (size_t i = 0; i < logs->gradients.rows; i++) {
        const char *layer = run_log_text(&logs->gradients, i, column);
        if (!holds(&logs->hidden, layer)) {
            vec_push(arena, &logs->hidden, layer);
        }
    }
    logs->hidden.count -= logs->hidden.count > 0;
}

/* ---- numbers ---- */

/* Of a layer in the rows of a step, NAN without one. */
static double gradient_at(const Logs *logs, const char *name, size_t layer, int step) {
    const RunLog *log = &logs->gradients;
    int column = run_log_column(log, name), sources = run_log_column(log, "source"),
        layers = run_log_column(log, "layer"), steps = run_log_column(log, "step");
    double value = (double)NAN;
    for (size_t i = 0; i < log->rows && layer < logs->hidden.count; i++) {
        if (string_is(run_log_text(log, i, sources), logs->source) &&
            string_is(run_log_text(log, i, layers), logs->hidden.at[layer]) &&
            (step == AT_END || run_log_number(log, i, steps) == step)) {
            value = run_log_number(log, i, column);
        }
    }
    return value;
}

static double epoch_at(const Logs *logs, const char *name, int epoch) {
    int column = run_log_column(&logs->epochs, name), epochs = run_log_column(&logs->epochs, "epoch");
    double value = (double)NAN;
    for (size_t i = 0; i < logs->epochs.rows; i++) {
        if (epoch == AT_END || run_log_number(&logs->epochs, i, epochs) == epoch) {
            value = run_log_number(&logs->epochs, i, column);
        }
    }
    return value;
}

static double last_weight(const Logs *logs, const char *name) {
    int column = run_log_column(&logs->weights, "mean"), layers = run_log_column(&logs->weights, "layer");
    double value = (double)NAN;
    for (size_t i = 0; i < logs->weights.rows; i++) {
        if (string_is(run_log_text(&logs->weights, i, layers), name)) {
            value = run_log_number(&logs->weights, i, column);
        }
    }
    return value;
}

/* Of the matrix `of` of a hidden layer, in the rows of a step; NAN without one. */
static double spectrum_at(const Logs *logs, const char *of, const char *name, size_t layer, int step) {
    const RunLog *log = &logs->spectrum;
    int column = run_log_column(log, name), matrices = run_log_column(log, "of"), layers = run_log_column(log, "layer"),
        steps = run_log_column(log, "step");
    double value = (double)NAN;
    for (size_t i = 0; i < log->rows && layer < logs->hidden.count; i++) {
        if (string_is(run_log_text(log, i, matrices), of) &&
            string_is(run_log_text(log, i, layers), logs->hidden.at[layer]) &&
            (step == AT_END || run_log_number(log, i, steps) == step)) {
            value = run_log_number(log, i, column);
        }
    }
    return value;
}

/* How far a matrix stretches one direction more than another: the geometric mean over the hidden layers. */
static double spread_of(const Logs *logs, const char *of, int step) {
    double sum = 0;
    for (size_t i = 0; i < logs->hidden.count; i++) {
        sum += log(spectrum_at(logs, of, "largest", i, step) / spectrum_at(logs, of, "smallest", i, step));
    }
    return logs->hidden.count == 0 ? (double)NAN : exp(sum / (double)logs->hidden.count);
}

static double result_of(const Run *run, const char *name) {
    const json_t *value = json_object_get(run->result, name);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static double number_of(const Logs *logs, const Column *column) {
    size_t hidden = logs->hidden.count;
    double first = gradient_at(logs, column->name, 0, column->at);
    double last = hidden == 0 ? (double)NAN : gradient_at(logs, column->name, hidden - 1, column->at);
    switch (column->kind) {
    case READ_RESULT: return result_of(logs->run, column->key);
    case READ_EPOCH: return epoch_at(logs, column->name, column->at);
    case READ_FIRST: return first;
    case READ_LAST: return last;
    case READ_RATIO: return last / first;
    case READ_FACTOR: return pow(first / last, 1 / ((double)hidden - 1));
    case READ_WEIGHT: return last_weight(logs, column->name);
    case READ_SPREAD: return spread_of(logs, column->name, column->at);
    case READ_JACOBIAN: return spectrum_at(logs, "jacobian", column->name, 0, column->at);
    case READ_ERRORS:
    case READ_GAP: break;
    }
    return (double)NAN;
}

static json_t *json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *reading_numbers(Arena *arena, const Experiment *experiment, const Run *run) {
    json_t *numbers = json_object();
    Logs logs;
    open_logs(arena, run, &logs);
    for (size_t i = 0; i < experiment->column_count; i++) {
        const Column *column = &experiment->columns[i];
        if (column->kind != READ_ERRORS && column->kind != READ_GAP) {
            json_put(numbers, column->key, json_number(number_of(&logs, column)));
        }
    }
    return numbers;
}

/* ---- curves ---- */

bool plot_draws(const Plot *plot, const Row *row) { return plot->row == NULL || string_is(plot->row, row->name); }

/* Of the places from 0 to the last: all at the beginning, then every 25th. */
static bool is_kept(double x, bool last) { return x <= 10 || last || fmod(x, 25) == 0; }

/* Six digits tell more than a drawing shows. */
static json_t *short_number(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    return json_number(strtod(text, NULL));
}

static json_t *curve_of_layer(const Logs *logs, const char *name, const char *layer, json_t *places) {
    const RunLog *log = &logs->gradients;
    int column = run_log_column(log, name), steps = run_log_column(log, "step");
    json_t *values = json_array();
    bool first = json_array_size(places) == 0;
    VEC(size_t) rows = {0};
    for (size_t i = 0; i < log->rows; i++) {
        if (string_is(run_log_text(log, i, run_log_column(log, "source")), logs->source) &&
            string_is(run_log_text(log, i, run_log_column(log, "layer")), layer)) {
            vec_push(logs->arena, &rows, i);
        }
    }
    for (size_t i = 0; i < rows.count; i++) {
        double x = run_log_number(log, rows.at[i], steps);
        if (is_kept(x, i + 1 == rows.count)) {
            json_array_append_new(values, short_number(run_log_number(log, rows.at[i], column)));
            if (first) {
                json_array_append_new(places, json_real(x));
            }
        }
    }
    return values;
}

static json_t *curve_of_epochs(const Logs *logs, const char *name, json_t *places) {
    int column = run_log_column(&logs->epochs, name), epochs = run_log_column(&logs->epochs, "epoch");
    json_t *values = json_array();
    for (size_t i = 0; i < logs->epochs.rows; i++) {
        double x = run_log_number(&logs->epochs, i, epochs), y = run_log_number(&logs->epochs, i, column);
        if (x > 0) {
            json_array_append_new(places, json_real(x));
            json_array_append_new(values, short_number(y));
        }
    }
    return values;
}

static json_t *curve_of_depth(const Logs *logs, const char *name, json_t *places) {
    json_t *values = json_array();
    for (size_t i = 0; i < logs->hidden.count; i++) {
        json_array_append_new(places, json_real((double)i + 1));
        json_array_append_new(values, short_number(spectrum_at(logs, "jacobian", name, i, 0)));
    }
    return values;
}

json_t *reading_curves(Arena *arena, const Experiment *experiment, const Row *row, const Run *run) {
    json_t *all = json_object();
    Logs logs;
    open_logs(arena, run, &logs);
    for (size_t i = 0; i < experiment->plot_count; i++) {
        const Plot *plot = &experiment->plots[i];
        if (!plot_draws(plot, row)) {
            continue;
        }
        json_t *drawn = json_object(), *places = json_array(), *curves = json_object();
        for (size_t k = 0; plot->layers && k < logs.hidden.count; k++) {
            json_put(curves, logs.hidden.at[k], curve_of_layer(&logs, plot->column, logs.hidden.at[k], places));
        }
        if (!plot->layers) {
            json_put(curves, "",
                     plot->depth ? curve_of_depth(&logs, plot->column, places)
                                 : curve_of_epochs(&logs, plot->column, places));
        }
        json_put(drawn, "x", places);
        json_put(drawn, "curves", curves);
        json_put(all, plot->column, drawn);
    }
    return all;
}
