#include "runtime/log/logs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/log/distribution.h"
#include "runtime/log/gradients.h"

enum { EPOCH_SAMPLES = 32 };

struct NetLogs {
    const NetModel *model;
    int64_t every[NET_SUBJECTS];
    NetGradients *gradients;
};

void net_logs_files(const NetModel *model, bool used[NET_CSV_FILES]) {
    used[NET_CSV_EPOCHS] = true;
    used[NET_CSV_EVENTS] = model->compiled.log_events;
    for (int i = 0; i < NET_SUBJECTS; i++) {
        used[net_csv_of((NetSubjectName)i)] = model->compiled.log[i].on;
    }
}

NetLogs *net_logs_new(const NetModel *model, const int64_t every[NET_SUBJECTS], NetError *error) {
    NetLogs *logs = net_alloc(1, sizeof *logs, error);
    if (logs == NULL) {
        return NULL;
    }
    logs->model = model;
    memcpy(logs->every, every, sizeof logs->every);
    logs->gradients = net_gradients_new(model, every[NET_SUBJECT_GRADIENTS], error);
    if (logs->gradients == NULL) {
        net_logs_free(logs);
        return NULL;
    }
    return logs;
}

void net_logs_free(NetLogs *logs) {
    if (logs != NULL) {
        net_gradients_free(logs->gradients);
        free(logs);
    }
}

const double *net_logs_speeds(const NetLogs *logs) { return net_gradients_speeds(logs->gradients); }

double *net_logs_state(NetLogs *logs, size_t *count) { return net_gradients_state(logs->gradients, count); }

/* ---- when ---- */

static bool has_source(const NetLogs *logs, int subject, unsigned source) {
    const NetCompiledLog *log = &logs->model->compiled.log[subject];
    bool probes = source != NET_FROM_PROBE || log->probe > 0;
    return log->on && (net_subjects[subject].sources & source) != 0 && probes;
}

/* The epoch's samples are steps floor(i * steps / 32): its first and 31 evenly spaced ones, or all when it has fewer.
 */
static bool is_sample(int64_t step, int64_t steps) {
    if (steps <= EPOCH_SAMPLES) {
        return true;
    }
    int64_t i =
        (step * EPOCH_SAMPLES + steps - 1) / steps; /* the only candidate: the least i with i*steps/32 >= step */
    return i < EPOCH_SAMPLES && i * steps / EPOCH_SAMPLES == step;
}

static bool is_due(const NetLogs *logs, int subject, const NetLogged *at) {
    int64_t every = logs->every[subject];
    return every > 0 ? at->step % every == 0 : at->step_in_epoch == 0;
}

/* Whether a step's sums are taken in. */
static bool is_taken(const NetLogs *logs, int subject, const NetLogged *at) {
    bool sampled = subject == NET_SUBJECT_GRADIENTS && logs->every[subject] == 0;
    return has_source(logs, subject, NET_FROM_STEPS) &&
           (sampled ? is_sample(at->step_in_epoch, at->steps_in_epoch) || net_gradients_all_steps(logs->gradients)
                    : is_due(logs, subject, at));
}

const NetProgram *net_logs_program(const NetLogs *logs, const NetLogged *at) {
    const NetModel *model = logs->model;
    for (int i = 0; i < NET_SUBJECTS; i++) {
        bool each = model->setting[model->compiled.log[i].every].value == 1; /* train has its sums, too */
        if (is_taken(logs, i, at) && !each) {
            return &model->train_log;
        }
    }
    return &model->train;
}

/* ---- rows ---- */

/* Whether a subject's rows come from one source, layer by layer; each writes those of one layer. */
typedef bool WriteLayer(const NetModel *model, const NetLogged *at, int layer, NetCsv *csv, NetError *error);

static bool write_weights(const NetModel *model, const NetLogged *at, int layer, NetCsv *csv, NetError *error) {
    static const NetDistribution weight = {NET_SUBJECT_WEIGHTS, NET_LOG_WEIGHT_SUM, NET_LOG_WEIGHT_SQ,
                                           NET_LOG_WEIGHT_MIN,  NET_LOG_WEIGHT_MAX, NET_LOG_WEIGHT_ZERO};
    static const NetDistribution bias = {NET_SUBJECT_WEIGHTS, NET_LOG_BIAS_SUM, NET_LOG_BIAS_SQ,
                                         NET_LOG_BIAS_MIN,    NET_LOG_BIAS_MAX, NET_LOG_BIAS_ZERO};
    return net_distribution_write(&weight, model, at, layer, "", csv, error) &&
           net_distribution_write(&bias, model, at, layer, ".bias", csv, error);
}

static bool write_activations(const NetModel *model, const NetLogged *at, int layer, NetCsv *csv, NetError *error) {
    static const NetDistribution output = {NET_SUBJECT_ACTIVATIONS, NET_LOG_OUTPUT_SUM, NET_LOG_OUTPUT_SQ,
                                           NET_LOG_OUTPUT_MIN,      NET_LOG_OUTPUT_MAX, NET_LOG_OUTPUT_ZERO};
    return net_distribution_write(&output, model, at, layer, "", csv, error);
}

static bool write_neurons(const NetModel *model, const NetLogged *at, int layer, NetCsv *csv, NetError *error) {
    const NetLogEntry *delta = net_program_entry(at->program, NET_LOG_DELTA, layer);
    for (int64_t k = 0; delta != NULL && k < delta->count; k++) {
        NetCsvRow row = {.length = 0};
        net_csv_integer(&row, at->step);
        net_csv_text(&row, model->layer[layer].name);
        net_csv_integer(&row, k);
        net_csv_number(&row, net_log_value(model, delta, at->log, net_chunks(at->n), k) / (double)at->n);
        if (!net_csv_write(csv, net_csv_of(NET_SUBJECT_NEURONS), &row, error)) {
            return false;
        }
    }
    return true;
}

static bool write_histograms(const NetModel *model, const NetLogged *at, int layer, NetCsv *csv, NetError *error) {
    static const struct {
        NetLogKind kind;
        const char *suffix, *of;
        bool mean; /* a sum over the batch */
    } counted[] = {{NET_LOG_WEIGHT, "", "weight", false},
                   {NET_LOG_WEIGHT_GRAD, "", "gradient", true},
                   {NET_LOG_BIAS, ".bias", "weight", false},
                   {NET_LOG_BIAS_GRAD, ".bias", "gradient", true}};
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        const NetLogEntry *entry = net_program_entry(at->program, counted[i].kind, layer);
        char name[sizeof((NetCsvRow *)0)->text];
        NetHistogram histogram;
        if (entry == NULL) {
            continue;
        }
        snprintf(name, sizeof name, "%s%s", model->layer[layer].name, counted[i].suffix);
        net_histogram_fill(&histogram, at->log + entry->at, entry->count, counted[i].mean ? (double)at->n : 1);
        if (!net_csv_histogram(csv, at->step, name, counted[i].of, &histogram, error)) {
            return false;
        }
    }
    return true;
}

/* The row of steps.csv; a network of which nothing is trained has no gradient. */
static bool write_step(const NetModel *model, const NetLogged *at, NetCsv *csv, NetError *error) {
    double cost = 0;
    double square = 0;
    double clipped = 0;
    double ignored = 0;
    NetCsvRow row = {.length = 0};
    net_logged_value(model, at, NET_LOG_COST, -1, &cost, &ignored);
    net_csv_integer(&row, at->step);
    net_csv_integer(&row, at->epoch);
    net_csv_number(&row, at->rate);
    net_csv_number(&row, cost / (double)at->n);
    if (net_logged_value(model, at, NET_LOG_GRADIENT_SQ, -1, &square, &ignored) &&
        net_logged_value(model, at, NET_LOG_CLIPPED, -1, &clipped, &ignored)) {
        net_csv_number(&row, sqrt(square) / (double)at->n);
        net_csv_integer(&row, (int64_t)clipped);
    } else {
        net_csv_empty(&row);
        net_csv_empty(&row);
    }
    return net_csv_write(csv, net_csv_of(NET_SUBJECT_STEPS), &row, error);
}

/* Those of steps.csv and gradients.csv are more than rows by layer. */
static WriteLayer *const writers[NET_SUBJECTS] = {
    [NET_SUBJECT_WEIGHTS] = write_weights,
    [NET_SUBJECT_ACTIVATIONS] = write_activations,
    [NET_SUBJECT_NEURONS] = write_neurons,
    [NET_SUBJECT_HISTOGRAMS] = write_histograms,
};

/* The rows of all subjects that have them layer by layer from one source and are due. */
static bool write_layers(const NetLogs *logs, unsigned source, const NetLogged *at, NetCsv *csv, NetError *error) {
    const NetModel *model = logs->model;
    for (int i = 0; i < NET_SUBJECTS; i++) {
        bool due = writers[i] != NULL && has_source(logs, i, source) && is_due(logs, i, at);
        for (int layer = 0; due && layer < model->layers; layer++) {
            if (!writers[i](model, at, layer, csv, error)) {
                return false;
            }
        }
    }
    return true;
}

bool net_logs_step(NetLogs *logs, const NetLogged *at, NetCsv *csv, NetError *error) {
    const NetModel *model = logs->model;
    bool sampled = is_sample(at->step_in_epoch, at->steps_in_epoch);
    bool gradients = has_source(logs, NET_SUBJECT_GRADIENTS, NET_FROM_STEPS);
    if (gradients && logs->every[NET_SUBJECT_GRADIENTS] == 0) {
        net_gradients_add(logs->gradients, at, sampled);
    } else if (gradients && is_due(logs, NET_SUBJECT_GRADIENTS, at) &&
               !net_gradients_write(logs->gradients, at, "batch", csv, error)) {
        return false;
    }
    bool step = has_source(logs, NET_SUBJECT_STEPS, NET_FROM_STEPS) && is_due(logs, NET_SUBJECT_STEPS, at);
    return write_layers(logs, NET_FROM_STEPS, at, csv, error) && (!step || write_step(model, at, csv, error));
}

bool net_logs_probe_due(const NetLogs *logs, const NetLogged *at) {
    for (int i = 0; i < NET_SUBJECTS; i++) {
        if (has_source(logs, i, NET_FROM_PROBE) && is_due(logs, i, at)) {
            return true;
        }
    }
    return false;
}

bool net_logs_spectrum_due(const NetLogs *logs, const NetLogged *at) {
    return has_source(logs, NET_SUBJECT_SPECTRUM, NET_FROM_JACOBIAN) && is_due(logs, NET_SUBJECT_SPECTRUM, at);
}

bool net_logs_probe(NetLogs *logs, const NetLogged *at, NetCsv *csv, NetError *error) {
    bool gradients = has_source(logs, NET_SUBJECT_GRADIENTS, NET_FROM_PROBE) && is_due(logs, NET_SUBJECT_GRADIENTS, at);
    return (!gradients || net_gradients_write(logs->gradients, at, "probe", csv, error)) &&
           write_layers(logs, NET_FROM_PROBE, at, csv, error);
}

bool net_logs_epoch(NetLogs *logs, int64_t epoch, int64_t step, NetCsv *csv, NetError *error) {
    bool gradients = has_source(logs, NET_SUBJECT_GRADIENTS, NET_FROM_STEPS) && logs->every[NET_SUBJECT_GRADIENTS] == 0;
    return !gradients || net_gradients_end_epoch(logs->gradients, epoch, step, csv, error);
}
