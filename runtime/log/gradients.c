#include "runtime/log/gradients.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    bool all_steps;
    double *state; /* [layer][SUMS], then the counts of active units by layer */
    size_t count;
    size_t *active; /* where a layer's counts begin in `state` */
    double *speed;  /* by layer: the last delta_rms, NAN: none yet */
};

/* The counts of active units of a step that has them: the same in both programs. */
static const NetLogEntry *active_entry(const NetModel *model, int layer) {
    const NetLogEntry *logged = net_program_entry(&model->train_log, NET_LOG_ACTIVE, layer);
    return logged != NULL ? logged : net_program_entry(&model->train, NET_LOG_ACTIVE, layer);
}

NetGradients *net_gradients_new(const NetModel *model, int64_t every, NetError *error) {
    NetGradients *gradients = net_alloc(1, sizeof *gradients, error);
    if (gradients == NULL) {
        return NULL;
    }
    gradients->model = model;
    gradients->count = (size_t)model->layers * SUMS;
    gradients->active = net_alloc((size_t)model->layers, sizeof *gradients->active, error);
    for (int i = 0; i < model->layers && gradients->active != NULL; i++) {
        const NetLogEntry *entry = active_entry(model, i);
        gradients->active[i] = gradients->count;
        gradients->count += entry != NULL ? (size_t)entry->count : 0;
        gradients->all_steps |= every == 0 && net_program_entry(&model->train_log, NET_LOG_BIAS_GRAD_SQ, i) != NULL &&
                                net_program_entry(&model->train, NET_LOG_BIAS_GRAD_SQ, i) == NULL;
    }
    gradients->state = net_alloc(gradients->count, sizeof *gradients->state, error);
    gradients->speed = net_alloc((size_t)model->layers, sizeof *gradients->speed, error);
    if (gradients->active == NULL || gradients->state == NULL || gradients->speed == NULL) {
        net_gradients_free(gradients);
        return NULL;
    }
    for (int i = 0; i < model->layers; i++) {
        gradients->speed[i] = (double)NAN;
    }
    return gradients;
}

void net_gradients_free(NetGradients *gradients) {
    if (gradients != NULL) {
        free(gradients->state);
        free(gradients->active);
        free(gradients->speed);
        free(gradients);
    }
}

double *net_gradients_state(NetGradients *gradients, size_t *count) {
    *count = gradients->count;
    return gradients->state;
}

bool net_gradients_all_steps(const NetGradients *gradients) { return gradients->all_steps; }

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
static Cells layer_cells(const NetModel *model, int layer, const NetLogged *at) {
    Cells cells = {.present = 0};
    double m = (double)at->n;
    double sum = 0;
    double elements = 1;
    if (net_logged_value(model, at, NET_LOG_BIAS_GRAD_SQ, layer, &sum, &elements)) {
        set_cell(&cells, DELTA_NORM, sqrt(sum) / m);
    }
    if (net_logged_value(model, at, NET_LOG_DELTA_SQ, layer, &sum, &elements)) {
        set_cell(&cells, DELTA_RMS, sqrt(sum / (m * elements)));
    }
    if (net_logged_value(model, at, NET_LOG_WEIGHT_GRAD_SQ, layer, &sum, &elements)) {
        set_cell(&cells, WEIGHT_GRAD_NORM, sqrt(sum) / m);
    }
    if (net_logged_value(model, at, NET_LOG_WEIGHT_GRAD_MAX, layer, &sum, &elements)) {
        set_cell(&cells, WEIGHT_GRAD_MAX, sum / m);
    }
    if (net_logged_value(model, at, NET_LOG_WEIGHT_SQ, layer, &sum, &elements)) {
        set_cell(&cells, WEIGHT_NORM, sqrt(sum));
        double norm = sqrt(sum);
        if (norm != 0 && net_logged_value(model, at, NET_LOG_UPDATE_SQ, layer, &sum, &elements)) {
            set_cell(&cells, UPDATE_RATIO, sqrt(sum) / norm);
        }
    }
    if (net_logged_value(model, at, NET_LOG_SATURATED, layer, &sum, &elements)) {
        set_cell(&cells, SATURATED, sum / (m * elements));
    }
    const NetLogEntry *active = net_program_entry(at->program, NET_LOG_ACTIVE, layer);
    if (active != NULL && active->per == NET_LOG_PER_ONCE) {
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
    return net_csv_write(csv, net_csv_of(NET_SUBJECT_GRADIENTS), &row, error);
}

static void keep_speed(NetGradients *gradients, int layer, const Cells *cells) {
    if (cells->present >> DELTA_RMS & 1) {
        gradients->speed[layer] = cells->value[DELTA_RMS];
    }
}

const double *net_gradients_speeds(const NetGradients *gradients) { return gradients->speed; }

bool net_gradients_write(NetGradients *gradients, const NetLogged *at, const char *source, NetCsv *csv,
                         NetError *error) {
    const NetModel *model = gradients->model;
    for (int i = 0; i < model->layers; i++) {
        Cells cells = layer_cells(model, i, at);
        keep_speed(gradients, i, &cells);
        if (cells.present != 0 && !write_row(csv, at, source, model->layer[i].name, &cells, error)) {
            return false;
        }
    }
    return true;
}

static void add_active(NetGradients *gradients, int layer, const NetLogged *at) {
    const NetLogEntry *entry = net_program_entry(at->program, NET_LOG_ACTIVE, layer);
    for (int64_t i = 0; entry != NULL && entry->per == NET_LOG_PER_ONCE && i < entry->count; i++) {
        gradients->state[gradients->active[layer] + (size_t)i] += at->log[entry->at + i];
    }
}

void net_gradients_add(NetGradients *gradients, const NetLogged *at, bool sampled) {
    const NetModel *model = gradients->model;
    for (int i = 0; i < model->layers; i++) {
        Cells cells = layer_cells(model, i, at);
        keep_speed(gradients, i, &cells);
        cells.present &= sampled ? ~0U : 1U << DELTA_NORM;
        double *sum = gradients->state + (size_t)i * SUMS;
        for (int c = 0; c < COLUMNS; c++) {
            if (cells.present >> c & 1) {
                sum[c] += cells.value[c];
                sum[COLUMNS + c] += 1;
            }
        }
        if (sampled) {
            add_active(gradients, i, at);
        }
    }
}

bool net_gradients_end_epoch(NetGradients *gradients, int64_t epoch, int64_t step, NetCsv *csv, NetError *error) {
    const NetModel *model = gradients->model;
    NetLogged at = {.step = step, .epoch = epoch};
    for (int i = 0; i < model->layers; i++) {
        const double *sum = gradients->state + (size_t)i * SUMS;
        Cells cells = {.present = 0};
        for (int c = 0; c < COLUMNS; c++) {
            if (sum[COLUMNS + c] > 0) {
                set_cell(&cells, (Column)c, sum[c] / sum[COLUMNS + c]);
            }
        }
        const NetLogEntry *active = active_entry(model, i);
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
