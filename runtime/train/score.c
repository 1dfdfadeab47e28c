#include "runtime/train/score.h"

#include <math.h>

NetMeasure net_model_measure(const NetModel *model) {
    if (model->accuracy) {
        return NET_MEASURE_ACCURACY;
    }
    return net_program_entry(&model->eval, NET_LOG_SQUARED_ERROR, -1) != NULL ? NET_MEASURE_RMSE : NET_MEASURE_COST;
}

const char *net_measure_name(NetMeasure measure) {
    static const char *const names[] = {
        [NET_MEASURE_ACCURACY] = "accuracy", [NET_MEASURE_RMSE] = "rmse", [NET_MEASURE_COST] = "cost"};
    return names[measure];
}

void net_score_add(const NetModel *model, const NetProgram *program, const double *log, int64_t n, NetScore *score) {
    int64_t chunks = net_chunks(n);
    for (int i = 0; i < program->entries; i++) {
        const NetLogEntry *entry = &program->entry[i];
        double *sum = entry->layer >= 0                       ? NULL
                      : entry->kind == NET_LOG_COST           ? &score->cost
                      : entry->kind == NET_LOG_CORRECT        ? &score->correct
                      : entry->kind == NET_LOG_SQUARED_ERROR  ? &score->squared_error
                      : entry->kind == NET_LOG_ABSOLUTE_ERROR ? &score->absolute_error
                                                              : NULL;
        if (sum == NULL) {
            continue;
        }
        int64_t times = entry->per_chunk ? chunks : 1;
        const double *value = log + (entry->per_chunk ? model->log_once : 0) + entry->at;
        for (int64_t chunk = 0; chunk < times; chunk++) {
            *sum += value[chunk * model->log_chunk];
        }
    }
    score->n += n;
}

/* A NaN without its sign, which says nothing. */
static double figure(double value) { return isnan(value) ? (double)NAN : value; }

double net_score_cost(const NetScore *score) { return figure(score->cost / (double)score->n); }

double net_score_value(const NetModel *model, const NetScore *score) {
    double n = (double)score->n;
    switch (net_model_measure(model)) {
    case NET_MEASURE_ACCURACY: return score->correct / n;
    case NET_MEASURE_RMSE: return figure(sqrt(score->squared_error / (n * (double)model->outputs)));
    case NET_MEASURE_COST: break;
    }
    return net_score_cost(score);
}

double net_score_mae(const NetModel *model, const NetScore *score) {
    return score->absolute_error / ((double)score->n * (double)model->outputs);
}

const char *net_model_monitor(const NetModel *model) {
    switch (model->compiled.monitor_cost ? NET_MEASURE_COST : net_model_measure(model)) {
    case NET_MEASURE_ACCURACY: return "accuracy";
    case NET_MEASURE_RMSE: return "RMSE";
    case NET_MEASURE_COST: break;
    }
    return "cost";
}

int net_score_names(const NetModel *model, const char *names[NET_FIGURES]) {
    NetMeasure measure = net_model_measure(model);
    int count = 0;
    names[count++] = "cost";
    if (measure != NET_MEASURE_COST) {
        names[count++] = net_measure_name(measure);
        if (net_program_entry(&model->eval, NET_LOG_ABSOLUTE_ERROR, -1) != NULL) {
            names[count++] = "mae";
        }
    }
    return count;
}

double net_score_figure(const NetModel *model, const NetScore *score, int figure) {
    return figure == 0   ? net_score_cost(score)
           : figure == 1 ? net_score_value(model, score)
                         : net_score_mae(model, score);
}

bool net_score_better(const NetModel *model, const NetScore *a, const NetScore *b) {
    if (b->n == 0) {
        return a->n > 0;
    }
    if (model->compiled.monitor_cost) {
        return net_score_cost(a) < net_score_cost(b);
    }
    double ours = net_score_value(model, a);
    double theirs = net_score_value(model, b);
    return net_model_measure(model) == NET_MEASURE_ACCURACY ? ours > theirs : ours < theirs;
}
