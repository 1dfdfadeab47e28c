#include "runtime/train/score.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *name, *title;
    NetLogKind needs; /* what must be logged */
    bool share;       /* of 1 */
    bool falls;       /* lower is better */
} Figure;

static const Figure figures[NET_FIGURES] = {
    [NET_FIGURE_COST] = {"cost", "cost", NET_LOG_COST, false, true},
    [NET_FIGURE_ACCURACY] = {"accuracy", "accuracy", NET_LOG_CORRECT, true, false},
    [NET_FIGURE_EXACT] = {"exact", "exact matches", NET_LOG_EXACT, true, false},
    [NET_FIGURE_F1] = {"f1", "F1", NET_LOG_TRUE_POSITIVE, false, false},
    [NET_FIGURE_RMSE] = {"rmse", "RMSE", NET_LOG_SQUARED_ERROR, false, true},
    [NET_FIGURE_MAE] = {"mae", "MAE", NET_LOG_ABSOLUTE_ERROR, false, true},
    [NET_FIGURE_R2] = {"r2", "R2", NET_LOG_SQUARED_ERRORS, false, false},
};

const char *net_figure_name(NetFigure figure) { return figures[figure].name; }

const char *net_figure_title(NetFigure figure) { return figures[figure].title; }

bool net_figure_is_share(NetFigure figure) { return figures[figure].share; }

bool net_figure_field_is_share(const char *field) {
    const char *last = strrchr(field, '_');
    int figure = net_figure_find(last == NULL ? field : last + 1);
    return figure >= 0 && figures[figure].share;
}

int net_figure_find(const char *name) {
    int found = NET_FIGURES - 1;
    while (found >= 0 && strcmp(figures[found].name, name) != 0) {
        found--;
    }
    return found;
}

int net_model_figures(const NetModel *model, NetFigure list[NET_FIGURES]) {
    int count = 0;
    for (int i = 0; i < NET_FIGURES; i++) {
        if (net_program_entry(&model->eval, figures[i].needs, -1) != NULL) {
            list[count++] = (NetFigure)i;
        }
    }
    return count;
}

NetFigure net_model_measure(const NetModel *model) {
    NetFigure list[NET_FIGURES] = {NET_FIGURE_COST};
    return list[net_model_figures(model, list) > 1 ? 1 : 0];
}

NetFigure net_model_monitor(const NetModel *model) {
    int found = net_figure_find(model->compiled.monitor);
    return found < 0 || net_program_entry(&model->eval, figures[found].needs, -1) == NULL ? net_model_measure(model)
                                                                                          : (NetFigure)found;
}

void net_score_add(const NetModel *model, const NetProgram *program, const double *log, int64_t n, const double *spread,
                   NetScore *score) {
    int64_t chunks = net_chunks(n);
    for (int i = 0; i < program->entries; i++) {
        const NetLogEntry *entry = &program->entry[i];
        if (entry->layer >= 0 || entry->kind >= NET_LOG_SCORES) {
            continue;
        }
        double *sum = &score->sum[entry->kind];
        for (int64_t k = 0; k < entry->count && entry->kind == NET_LOG_SQUARED_ERRORS && spread != NULL; k++) {
            *sum += log[entry->at + k] / (spread[k] * (double)entry->count);
        }
        if (entry->kind == NET_LOG_SQUARED_ERRORS) {
            continue;
        }
        bool per_chunk = entry->per == NET_LOG_PER_CHUNK;
        int64_t times = per_chunk ? chunks : 1;
        const double *value = log + (per_chunk ? model->log_once : 0) + entry->at;
        for (int64_t chunk = 0; chunk < times; chunk++) {
            *sum += value[chunk * model->log_chunk];
        }
    }
    score->n += n;
}

/* The first of the largest outputs, or of a single one whether it is above 0.5; -1 where one is a NaN. */
static int64_t class_of(const float *outputs, int64_t count) {
    int64_t best = 0;
    for (int64_t i = 0; i < count; i++) {
        if (isnan(outputs[i])) {
            return -1;
        }
        best = outputs[i] > outputs[best] ? i : best;
    }
    return count == 1 ? outputs[0] > 0.5f : best;
}

/* Answers of yes or no; a NaN is right about nothing. */
static void add_answers(const float *outputs, const float *wanted, int64_t count, double *sum) {
    bool all = true;
    for (int64_t i = 0; i < count; i++) {
        bool is_yes = wanted[i] > 0.5f, right = is_yes ? outputs[i] > 0.5f : outputs[i] <= 0.5f;
        sum[NET_LOG_CORRECT] += right;
        sum[NET_LOG_TRUE_POSITIVE] += is_yes && right;
        sum[NET_LOG_FALSE_POSITIVE] += !is_yes && !right;
        sum[NET_LOG_FALSE_NEGATIVE] += is_yes && !right;
        all = all && right;
    }
    sum[NET_LOG_EXACT] += all;
}

/* An input as the network sees it. */
static float input_value(const NetModel *model, const NetBatch *batch, int64_t at) {
    const uint8_t *bytes = batch->input;
    const float *floats = batch->input;
    return model->input_bytes ? (float)bytes[at] * (float)(1.0 / 255) : floats[at];
}

void net_score_add_outputs(const NetModel *model, const NetBatch *batch, const float *outputs, const double *spread,
                           NetScore *score) {
    int64_t count = model->outputs;
    double *sum = score->sum;
    for (int64_t row = 0; row < batch->n; row++) {
        const float *out = outputs + row * count;
        if (model->classes > 0) {
            sum[NET_LOG_CORRECT] += class_of(out, count) == (int64_t)batch->label[row];
        } else if (model->answers) {
            add_answers(out, batch->target + row * count, count, sum);
        } else {
            for (int64_t i = 0; i < count; i++) {
                int64_t at = row * count + i;
                float wanted = batch->target != NULL ? batch->target[at] : input_value(model, batch, at);
                double miss = (double)out[i] - (double)wanted;
                sum[NET_LOG_SQUARED_ERROR] += miss * miss;
                sum[NET_LOG_ABSOLUTE_ERROR] += fabs(miss);
                sum[NET_LOG_SQUARED_ERRORS] += spread != NULL ? miss * miss / (spread[i] * (double)count) : 0;
            }
        }
    }
    score->n += batch->n;
}

/* Values an example has of what is counted. */
static double elements(const NetModel *model, NetFigure figure) {
    const NetLogEntry *entry = net_program_entry(&model->eval, figures[figure].needs, -1);
    return entry != NULL ? (double)entry->elements : 1;
}

static double value_of(const NetModel *model, const NetScore *score, NetFigure figure) {
    const double *sum = score->sum;
    double n = (double)score->n, each = n * elements(model, figure);
    double wrong = sum[NET_LOG_FALSE_POSITIVE] + sum[NET_LOG_FALSE_NEGATIVE];
    switch (figure) {
    case NET_FIGURE_COST: return sum[NET_LOG_COST] / n;
    case NET_FIGURE_ACCURACY: return sum[NET_LOG_CORRECT] / each;
    case NET_FIGURE_EXACT: return sum[NET_LOG_EXACT] / n;
    case NET_FIGURE_F1: return 2 * sum[NET_LOG_TRUE_POSITIVE] / (2 * sum[NET_LOG_TRUE_POSITIVE] + wrong);
    case NET_FIGURE_RMSE: return sqrt(sum[NET_LOG_SQUARED_ERROR] / each);
    case NET_FIGURE_MAE: return sum[NET_LOG_ABSOLUTE_ERROR] / each;
    case NET_FIGURE_R2: return 1 - sum[NET_LOG_SQUARED_ERRORS] / n;
    case NET_FIGURES: break;
    }
    return (double)NAN;
}

double net_score_figure(const NetModel *model, const NetScore *score, NetFigure figure) {
    double value = value_of(model, score, figure);
    return isnan(value) ? (double)NAN : value; /* without its sign, which says nothing */
}

double net_score_cost(const NetScore *score) {
    double value = score->sum[NET_LOG_COST] / (double)score->n;
    return isnan(value) ? (double)NAN : value;
}

double net_score_value(const NetModel *model, const NetScore *score) {
    return net_score_figure(model, score, net_model_measure(model));
}

bool net_score_better(const NetModel *model, const NetScore *a, const NetScore *b) {
    if (b->n == 0) {
        return a->n > 0;
    }
    NetFigure figure = net_model_monitor(model);
    double ours = net_score_figure(model, a, figure);
    double theirs = net_score_figure(model, b, figure);
    return figures[figure].falls ? ours < theirs : ours > theirs;
}
