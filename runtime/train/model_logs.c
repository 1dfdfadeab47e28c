#include "runtime/train/model_logs.h"

#include <string.h>

#include "runtime/base/words.h"

static const char *const log_names[NET_LOG_KINDS] = {
    [NET_LOG_COST] = "cost",
    [NET_LOG_CORRECT] = "correct",
    [NET_LOG_EXACT] = "exact",
    [NET_LOG_TRUE_POSITIVE] = "true_positive",
    [NET_LOG_FALSE_POSITIVE] = "false_positive",
    [NET_LOG_FALSE_NEGATIVE] = "false_negative",
    [NET_LOG_SQUARED_ERROR] = "squared_error",
    [NET_LOG_ABSOLUTE_ERROR] = "absolute_error",
    [NET_LOG_SQUARED_ERRORS] = "squared_errors",
    [NET_LOG_DELTA_SQ] = "delta_sq",
    [NET_LOG_SATURATED] = "saturated",
    [NET_LOG_BIAS_GRAD_SQ] = "bias_grad_sq",
    [NET_LOG_WEIGHT_GRAD_SQ] = "weight_grad_sq",
    [NET_LOG_WEIGHT_GRAD_MAX] = "weight_grad_max",
    [NET_LOG_WEIGHT_SQ] = "weight_sq",
    [NET_LOG_UPDATE_SQ] = "update_sq",
    [NET_LOG_DELTA] = "delta",
    [NET_LOG_ACTIVE] = "active",
    [NET_LOG_WEIGHT_SUM] = "weight_sum",
    [NET_LOG_WEIGHT_MIN] = "weight_min",
    [NET_LOG_WEIGHT_MAX] = "weight_max",
    [NET_LOG_WEIGHT_ZERO] = "weight_zero",
    [NET_LOG_BIAS_SUM] = "bias_sum",
    [NET_LOG_BIAS_SQ] = "bias_sq",
    [NET_LOG_BIAS_MIN] = "bias_min",
    [NET_LOG_BIAS_MAX] = "bias_max",
    [NET_LOG_BIAS_ZERO] = "bias_zero",
    [NET_LOG_WEIGHTED_MAX] = "weighted_max",
    [NET_LOG_GRADIENT_SQ] = "gradient_sq",
    [NET_LOG_CLIPPED] = "clipped",
    [NET_LOG_OUTPUT_SUM] = "output_sum",
    [NET_LOG_OUTPUT_SQ] = "output_sq",
    [NET_LOG_OUTPUT_MIN] = "output_min",
    [NET_LOG_OUTPUT_MAX] = "output_max",
    [NET_LOG_OUTPUT_ZERO] = "output_zero",
    [NET_LOG_WEIGHT] = "weight",
    [NET_LOG_WEIGHT_GRAD] = "weight_grad",
    [NET_LOG_BIAS] = "bias",
    [NET_LOG_BIAS_GRAD] = "bias_grad",
    [NET_LOG_JACOBIAN] = "jacobian",
};

const char *net_log_name(NetLogKind kind) { return log_names[kind]; }

void net_decode_entry(NetDecoder *d, const json_t *item, NetProgram *program, int place) {
    const NetModel *model = d->model;
    NetLogEntry *entry = &program->entry[place];
    static const char *const pers[] = {"once", "chunk", "row"};
    const int64_t rooms[] = {model->log_once, model->log_chunk, program->batch_chunk / NET_LANES};
    int kind = net_get_word(d, item, "name", log_names, NET_LOG_KINDS);
    entry->kind = kind < 0 ? NET_LOG_COST : (NetLogKind)kind;
    int per = net_get_word(d, item, "per", pers, NET_LOG_PERS);
    entry->per = per < 0 ? NET_LOG_PER_ONCE : (NetLogPer)per;
    entry->at = net_get_integer(d, item, "at", 0, NET_SIZE_LIMIT);
    entry->count = net_get_integer(d, item, "count", 1, NET_SIZE_LIMIT);
    entry->elements = net_get_integer(d, item, "elements", 1, NET_SIZE_LIMIT);
    if (entry->at + entry->count > rooms[entry->per]) {
        net_reject(d, "log entry '%s' reaches beyond %s", log_names[entry->kind],
                   entry->per == NET_LOG_PER_ROW ? "the rows" : "the log");
    }
    const char *layer = net_get_string(d, item, "layer");
    entry->layer = -1;
    for (int i = 0; i < model->layers && *layer != '\0'; i++) {
        if (strcmp(model->layer[i].name, layer) == 0) {
            entry->layer = i;
        }
    }
    if (*layer != '\0' && entry->layer < 0) {
        net_reject(d, "log entry '%s' is of an unknown layer '%s'", log_names[entry->kind], layer);
    }
    int64_t end = entry->at + entry->count;
    if (entry->per == NET_LOG_PER_ONCE && end > program->log_once) {
        program->log_once = end;
    }
}

/* The place of what a subject has among the settings; -1 after rejecting the model: there is none. */
static int find_setting(NetDecoder *d, const char *subject, const char *what, NetSettingKind kind, bool flag) {
    NetModel *model = d->model;
    char name[NET_SETTING_NAME];
    snprintf(name, sizeof name, "%s_%s", subject, what);
    for (int i = 0; i < model->settings; i++) {
        NetSetting *setting = &model->setting[i];
        if (strcmp(setting->name, name) == 0 && setting->kind == kind && (setting->flag != NULL) == flag) {
            setting->used = true;
            return i;
        }
    }
    net_reject(d, "it logs %s, and has no setting '%s'", subject, name);
    return -1;
}

void net_decode_logs(NetDecoder *d) {
    NetModel *model = d->model;
    NetCompiled *compiled = &model->compiled;
    const char *words = model->setting[model->known[NET_KNOWN_LOG]].word;
    const char *formats = model->setting[model->known[NET_KNOWN_LOG_FORMATS]].word;
    compiled->log_events = net_words_hold(formats, "tensorboard");
    for (int i = 0; i < NET_SUBJECTS && !d->failed; i++) {
        const NetSubject *subject = &net_subjects[i];
        NetSubjectName name = (NetSubjectName)i;
        NetCompiledLog *log = &compiled->log[i];
        log->on = net_words_hold(words, subject->word);
        if (!log->on) {
            continue;
        }
        log->every = find_setting(d, subject->word, "every", NET_SETTING_INTEGER, true);
        bool probes = net_subject_probes(name), jacobian = (subject->sources & NET_FROM_JACOBIAN) != 0;
        int probe = probes ? find_setting(d, subject->word, "probe", NET_SETTING_INTEGER, false) : -1;
        int full = jacobian ? find_setting(d, subject->word, "full", NET_SETTING_WORD, false) : -1;
        log->full = full >= 0 && strcmp(model->setting[full].word, "true") == 0;
        log->probe = probe >= 0 ? (int64_t)model->setting[probe].value : 0;
        compiled->asks_probe = compiled->asks_probe || log->probe > 0;
        log->probe = log->probe == 0 ? net_subject_probe(name) : log->probe;
        compiled->log_probe = log->probe > compiled->log_probe ? log->probe : compiled->log_probe;
        bool each = !d->failed && model->setting[log->every].value == 1;
        if ((subject->sources & NET_FROM_STEPS) != 0 && !each && !model->train_log.present) {
            net_reject(d, "it logs %s, and has no program 'train_log'", subject->word);
        }
        if ((subject->sources & NET_FROM_PROBE) != 0 && log->probe > 0 && !model->probe.present) {
            net_reject(d, "it probes, and has no program 'probe'");
        }
    }
}

const NetLogEntry *net_program_entry(const NetProgram *program, NetLogKind kind, int layer) {
    for (int i = 0; i < program->entries; i++) {
        if (program->entry[i].kind == kind && program->entry[i].layer == layer) {
            return &program->entry[i];
        }
    }
    return NULL;
}

double net_log_value(const NetModel *model, const NetLogEntry *entry, const double *log, int64_t chunks, int64_t k) {
    if (entry->per == NET_LOG_PER_ONCE) {
        return log[entry->at + k];
    }
    const double *at = log + model->log_once + entry->at + k;
    double value = *at;
    for (int64_t chunk = 1; chunk < chunks; chunk++) {
        double next = at[chunk * model->log_chunk];
        if (entry->kind == NET_LOG_OUTPUT_MIN) {
            value = next < value ? next : value;
        } else if (entry->kind == NET_LOG_OUTPUT_MAX || entry->kind == NET_LOG_WEIGHTED_MAX) {
            value = next > value ? next : value;
        } else {
            value += next;
        }
    }
    return value;
}
