#include "runtime/log/gradients.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCH_SAMPLES = 32 };

typedef enum {
    DELTA_NORM,
    DELTA_RMS,
    WEIGHT_GRAD_NORM,
    WEIGHT_GRAD_MAX,
    WEIGHT_NORM,
    UPDATE_RATIO,
    SATURATED,
    DEAD,
    COLUMNS
} Column;

/* The cells of a row; a bit of `present` for each that exists. */
typedef struct {
    double value[COLUMNS];
    unsigned present;
} Cells;

/* A layer's sums over an epoch: columns, then how many steps each column was added in. */
enum { SUMS = 2 * COLUMNS };

struct NetGradients {
    const NetModel *model;
    int64_t every;
    bool all_steps; /* train does not log delta_norm by itself: each step runs train_log */
    double *state;  /* [layer][SUMS], then the counts of active units by layer */
    size_t count;
    size_t *active; /* where a layer's counts begin in `state` */
};

void net_gradients_files(const NetModel *model, bool used[NET_CSV_FILES]) {
    used[NET_CSV_EPOCHS] = true;
    used[NET_CSV_GRADIENTS] = model->compiled.log_gradients;
    used[NET_CSV_WEIGHTS] = model->compiled.log_weights;
    used[NET_CSV_STEPS] = model->compiled.log_steps;
    used[NET_CSV_EVENTS] = model->compiled.log_events;
    used[NET_CSV_NEURONS] = false;
    for (int i = 0; i < model->layers && model->compiled.log_probe > 0; i++) {
        used[NET_CSV_NEURONS] |= net_program_entry(&model->probe, NET_LOG_DELTA, i) != NULL;
    }
}

NetGradients *net_gradients_new(const NetModel *model, int64_t every, NetError *error) {
    NetGradients *gradients = net_alloc(1, sizeof *gradients, error);
    if (gradients == NULL) {
        return NULL;
    }
    gradients->model = model;
    gradients->every = every;
    gradients->count = (size_t)model->layers * SUMS;
    gradients->active = net_alloc((size_t)model->layers, sizeof *gradients->active, error);
    for (int i = 0; i < model->layers && gradients->active != NULL; i++) {
        const NetLogEntry *entry = net_program_entry(&model->train_log, NET_LOG_ACTIVE, i);
        gradients->active[i] = gradients->count;
        gradients->count += entry != NULL ? (size_t)entry->count : 0;
        gradients->all_steps |= net_program_entry(&model->train_log, NET_LOG_BIAS_GRAD_SQ, i) != NULL &&
                                net_program_entry(&model->train, NET_LOG_BIAS_GRAD_SQ, i) == NULL;
    }
    gradients->state = net_alloc(gradients->count, sizeof *gradients->state, error);
    if (gradients->active == NULL || gradients->state == NULL) {
        net_gradients_free(gradients);
        return NULL;
    }
    return gradients;
}

void net_gradients_free(NetGradients *gradients) {
    if (gradients != NULL) {
        free(gradients->state);
        free(gradients->active);
        free(gradients);
    }
}

double *net_gradients_state(NetGradients *gradients, size_t *count) {
    *count = gradients->count;
    return gradients->state;
}

/* A sum of the log, if the program has it. */
static bool find_sum(const NetModel *model, const NetProgram *program, NetLogKind kind, int layer, const NetLogged *at,
                     double *sum, double *elements) {
    const NetLogEntry *entry = net_program_entry(program, kind, layer);
    if (entry == NULL) {
        return false;
    }
    *sum = net_log_value(model, entry, at->log, net_chunks(at->n), 0);
    *elements = (double)entry->elements;
    return true;
}

static void set_cell(Cells *cells, Column column, double value) {
    cells->value[column] = value;
    cells->present |= 1U << column;
}

/* Share of the layer's units that were never active, given their counts. */
static double dead_share(const double *active, int64_t count) {
    int64_t dead = 0;
    for (int64_t i = 0; i < count; i++) {
        dead += active[i] == 0;
    }
    return (double)dead / (double)count;
}

/* A layer's row from one step's or probe's sums; docs/formats.md has the table. */
static Cells layer_cells(const NetModel *model, const NetProgram *program, int layer, const NetLogged *at) {
    Cells cells = {.present = 0};
    double m = (double)at->n;
    double sum = 0;
    double elements = 1;
    if (find_sum(model, program, NET_LOG_BIAS_GRAD_SQ, layer, at, &sum, &elements)) {
        set_cell(&cells, DELTA_NORM, sqrt(sum) / m);
    }
    if (find_sum(model, program, NET_LOG_DELTA_SQ, layer, at, &sum, &elements)) {
        set_cell(&cells, DELTA_RMS, sqrt(sum / (m * elements)));
    }
    if (find_sum(model, program, NET_LOG_WEIGHT_GRAD_SQ, layer, at, &sum, &elements)) {
        set_cell(&cells, WEIGHT_GRAD_NORM, sqrt(sum) / m);
    }
    if (find_sum(model, program, NET_LOG_WEIGHT_GRAD_MAX, layer, at, &sum, &elements)) {
        set_cell(&cells, WEIGHT_GRAD_MAX, sum / m);
    }
    if (find_sum(model, program, NET_LOG_WEIGHT_SQ, layer, at, &sum, &elements)) {
        set_cell(&cells, WEIGHT_NORM, sqrt(sum));
        double norm = sqrt(sum);
        if (norm != 0 && find_sum(model, program, NET_LOG_UPDATE_SQ, layer, at, &sum, &elements)) {
            set_cell(&cells, UPDATE_RATIO, sqrt(sum) / norm);
        }
    }
    if (find_sum(model, program, NET_LOG_SATURATED, layer, at, &sum, &elements)) {
        set_cell(&cells, SATURATED, sum / (m * elements));
    }
    const NetLogEntry *active = net_program_entry(program, NET_LOG_ACTIVE, layer);
    if (active != NULL && !active->per_chunk) {
        set_cell(&cells, DEAD, dead_share(at->log + active->at, active->count));
    }
    return cells;
}

static bool write_row(NetCsv *csv, const NetLogged *at, const char *source, const char *layer, const Cells *cells,
                      NetError *error) {
    NetCsvRow row = {.length = 0};
    net_csv_integer(&row, at->step);
    net_csv_integer(&row, at->epoch);
    net_csv_text(&row, source);
    net_csv_text(&row, layer);
    for (int i = 0; i < COLUMNS; i++) {
        if (cells->present >> i & 1) {
            net_csv_number(&row, cells->value[i]);
        } else {
            net_csv_empty(&row);
        }
    }
    return net_csv_write(csv, NET_CSV_GRADIENTS, &row, error);
}

/* A row of weights.csv from the sums of a weight or of a bias; none when the program does not have them. */
static bool write_weights(const NetGradients *gradients, const NetLogged *at, int layer, const NetLogKind kinds[5],
                          const char *suffix, NetCsv *csv, NetError *error) {
    double value[5];
    double elements = 1;
    for (int i = 0; i < 5; i++) {
        double ignored = 0;
        if (!find_sum(gradients->model, &gradients->model->train_log, kinds[i], layer, at, &value[i],
                      i == 0 ? &elements : &ignored)) {
            return true;
        }
    }
    double mean = value[0] / elements;
    double variance = value[1] / elements - mean * mean;
    char name[sizeof((NetCsvRow *)0)->text];
    snprintf(name, sizeof name, "%s%s", gradients->model->layer[layer].name, suffix);
    NetCsvRow row = {.length = 0};
    net_csv_integer(&row, at->step);
    net_csv_text(&row, name);
    net_csv_number(&row, mean);
    net_csv_number(&row, variance > 0 || isnan(variance) ? sqrt(variance) : 0);
    net_csv_number(&row, value[2]);
    net_csv_number(&row, value[3]);
    net_csv_number(&row, value[4] / elements);
    return net_csv_write(csv, NET_CSV_WEIGHTS, &row, error);
}

static bool log_weights(const NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error) {
    static const NetLogKind weight[5] = {NET_LOG_WEIGHT_SUM, NET_LOG_WEIGHT_SQ, NET_LOG_WEIGHT_MIN, NET_LOG_WEIGHT_MAX,
                                         NET_LOG_WEIGHT_ZERO};
    static const NetLogKind bias[5] = {NET_LOG_BIAS_SUM, NET_LOG_BIAS_SQ, NET_LOG_BIAS_MIN, NET_LOG_BIAS_MAX,
                                       NET_LOG_BIAS_ZERO};
    for (int i = 0; i < gradients->model->layers; i++) {
        if (!write_weights(gradients, at, i, weight, "", csv, error) ||
            !write_weights(gradients, at, i, bias, ".bias", csv, error)) {
            return false;
        }
    }
    return true;
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

static bool is_logged(const NetGradients *gradients, const NetLogged *at) {
    if (!gradients->model->train_log.present) {
        return false;
    }
    return gradients->every > 0 ? at->step % gradients->every == 0 : is_sample(at->step_in_epoch, at->steps_in_epoch);
}

bool net_gradients_wanted(const NetGradients *gradients, const NetLogged *at) {
    return is_logged(gradients, at) || (gradients->every == 0 && gradients->all_steps);
}

static void add_active(NetGradients *gradients, int layer, const NetLogged *at) {
    const NetLogEntry *entry = net_program_entry(&gradients->model->train_log, NET_LOG_ACTIVE, layer);
    for (int64_t i = 0; entry != NULL && !entry->per_chunk && i < entry->count; i++) {
        gradients->state[gradients->active[layer] + (size_t)i] += at->log[entry->at + i];
    }
}

static bool log_gradients(NetGradients *gradients, const NetLogged *at, bool logged, NetCsv *csv, NetError *error) {
    const NetModel *model = gradients->model;
    bool ran_log = net_gradients_wanted(gradients, at);
    for (int i = 0; i < model->layers; i++) {
        Cells cells = layer_cells(model, ran_log ? &model->train_log : &model->train, i, at);
        if (gradients->every > 0) {
            if (logged && cells.present != 0 && !write_row(csv, at, "batch", model->layer[i].name, &cells, error)) {
                return false;
            }
            continue;
        }
        cells.present &= logged ? ~0U : 1U << DELTA_NORM;
        double *sum = gradients->state + (size_t)i * SUMS;
        for (int c = 0; c < COLUMNS; c++) {
            if (cells.present >> c & 1) {
                sum[c] += cells.value[c];
                sum[COLUMNS + c] += 1;
            }
        }
        if (logged) {
            add_active(gradients, i, at);
        }
    }
    return true;
}

/* The row of steps.csv; a network of which nothing is trained has no gradient. */
static bool log_step(const NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error) {
    const NetProgram *program = &gradients->model->train_log;
    double cost = 0, square = 0, clipped = 0, ignored = 0;
    NetCsvRow row = {.length = 0};
    find_sum(gradients->model, program, NET_LOG_COST, -1, at, &cost, &ignored);
    net_csv_integer(&row, at->step);
    net_csv_integer(&row, at->epoch);
    net_csv_number(&row, at->rate);
    net_csv_number(&row, cost / (double)at->n);
    if (find_sum(gradients->model, program, NET_LOG_GRADIENT_SQ, -1, at, &square, &ignored) &&
        find_sum(gradients->model, program, NET_LOG_CLIPPED, -1, at, &clipped, &ignored)) {
        net_csv_number(&row, sqrt(square) / (double)at->n);
        net_csv_integer(&row, (int64_t)clipped);
    } else {
        net_csv_empty(&row);
        net_csv_empty(&row);
    }
    return net_csv_write(csv, NET_CSV_STEPS, &row, error);
}

bool net_gradients_step(NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error) {
    const NetCompiled *compiled = &gradients->model->compiled;
    bool logged = is_logged(gradients, at);
    if (compiled->log_gradients && (logged || gradients->every == 0) &&
        !log_gradients(gradients, at, logged, csv, error)) {
        return false;
    }
    bool row = logged && (gradients->every > 0 || at->step_in_epoch == 0);
    return (!compiled->log_weights || !row || log_weights(gradients, at, csv, error)) &&
           (!compiled->log_steps || !row || log_step(gradients, at, csv, error));
}

bool net_gradients_epoch(NetGradients *gradients, int64_t epoch, int64_t step, NetCsv *csv, NetError *error) {
    const NetModel *model = gradients->model;
    NetLogged at = {.step = step, .epoch = epoch};
    for (int i = 0; i < model->layers && gradients->every == 0 && model->compiled.log_gradients; i++) {
        const double *sum = gradients->state + (size_t)i * SUMS;
        Cells cells = {.present = 0};
        for (int c = 0; c < COLUMNS; c++) {
            if (sum[COLUMNS + c] > 0) {
                set_cell(&cells, (Column)c, sum[c] / sum[COLUMNS + c]);
            }
        }
        const NetLogEntry *active = net_program_entry(&model->train_log, NET_LOG_ACTIVE, i);
        if (active != NULL && cells.present >> DEAD & 1) {
            set_cell(&cells, DEAD, dead_share(gradients->state + gradients->active[i], active->count));
        }
        if (cells.present != 0 && !write_row(csv, &at, "epoch", model->layer[i].name, &cells, error)) {
            return false;
        }
    }
    memset(gradients->state, 0, gradients->count * sizeof *gradients->state);
    return true;
}

bool net_gradients_probe_due(const NetGradients *gradients, const NetLogged *at) {
    return gradients->every > 0 ? at->step % gradients->every == 0 : at->step_in_epoch == 0;
}

bool net_gradients_probe(NetGradients *gradients, const NetLogged *at, NetCsv *csv, NetError *error) {
    const NetModel *model = gradients->model;
    for (int i = 0; i < model->layers; i++) {
        Cells cells = layer_cells(model, &model->probe, i, at);
        if (csv->file[NET_CSV_GRADIENTS] != NULL && cells.present != 0 &&
            !write_row(csv, at, "probe", model->layer[i].name, &cells, error)) {
            return false;
        }
        const NetLogEntry *delta = net_program_entry(&model->probe, NET_LOG_DELTA, i);
        for (int64_t k = 0; delta != NULL && k < delta->count; k++) {
            NetCsvRow row = {.length = 0};
            net_csv_integer(&row, at->step);
            net_csv_text(&row, model->layer[i].name);
            net_csv_integer(&row, k);
            net_csv_number(&row, net_log_value(model, delta, at->log, net_chunks(at->n), k) / (double)at->n);
            if (!net_csv_write(csv, NET_CSV_NEURONS, &row, error)) {
                return false;
            }
        }
    }
    return true;
}
