#include "runtime/train/model.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/combine.h"
#include "runtime/train/decoder.h"
#include "runtime/train/model_logs.h"

static const char *const known_names[NET_KNOWN] = {
    [NET_KNOWN_RATE] = "rate",
    [NET_KNOWN_BATCH] = "batch",
    [NET_KNOWN_EPOCHS] = "epochs",
    [NET_KNOWN_PATIENCE] = "patience",
    [NET_KNOWN_SEED] = "seed",
    [NET_KNOWN_LOG] = "log",
    [NET_KNOWN_LOG_FORMATS] = "log_formats",
    [NET_KNOWN_MONITOR] = "monitor",
    [NET_KNOWN_COST] = "cost",
    [NET_KNOWN_OPTIMIZER] = "optimizer",
    [NET_KNOWN_ENSEMBLE] = "ensemble",
    [NET_KNOWN_COMBINE] = "combine",
    [NET_KNOWN_CLASS_WEIGHTS] = "class_weights",
};

static const char *const task_names[] = {
    [NET_TASKS_ONCE] = "once", [NET_TASKS_CHUNK] = "chunk", [NET_TASKS_SLOT] = "slot",
    [NET_TASKS_PART] = "part", [NET_TASKS_MERGE] = "merge",
};

static const char *const role_names[] = {"weight", "bias", "statistic", "moment", "average"};

static const char *const statistic_names[] = {[NET_STATISTIC_MEAN] = "mean",
                                              [NET_STATISTIC_DEVIATION] = "deviation",
                                              [NET_STATISTIC_BALANCE] = "balance",
                                              [NET_STATISTIC_TARGET_MEAN] = "target_mean",
                                              [NET_STATISTIC_TARGET_DEVIATION] = "target_deviation"};

static void decode_layers(NetDecoder *d) {
    NetModel *model = d->model;
    const json_t *list = net_get_array(d, model->root, "layers", 1 << 20, &model->layers);
    model->layer = net_alloc((size_t)model->layers, sizeof *model->layer, d->error);
    if (model->layer == NULL) {
        d->failed = true;
        model->layers = 0;
        return;
    }
    for (int i = 0; i < model->layers; i++) {
        const json_t *layer = json_array_get(list, (size_t)i);
        model->layer[i].name = net_get_string(d, layer, "name");
        model->layer[i].kind = net_get_string(d, layer, "kind");
        const char *activation = json_string_value(json_object_get(layer, "activation"));
        model->layer[i].activation = activation != NULL ? activation : "";
    }
}

/* One number for each element; the model owns them. */
static void decode_values(NetDecoder *d, const json_t *init, NetParam *param) {
    int count = 0;
    const json_t *list = net_get_array(d, init, "values", (size_t)param->size, &count);
    param->values = net_alloc((size_t)param->size, sizeof *param->values, d->error);
    param->init.values = param->values;
    if (count != param->size) {
        net_reject(d, "tensor '%s' has %lld values and a size of %lld", param->name, (long long)count,
                   (long long)param->size);
    }
    for (int i = 0; param->values != NULL && i < count; i++) {
        param->values[i] = json_number_value(json_array_get(list, (size_t)i));
    }
}

static void decode_init(NetDecoder *d, const json_t *tensor, NetParam *param) {
    const json_t *init = net_get_object(d, tensor, "init");
    double a = net_get_number(d, init, "a");
    double b = net_get_number(d, init, "b");
    NetError why = {0};
    if (!net_init_recipe(net_get_string(d, init, "kind"), a, b, &param->init, &why)) {
        net_reject(d, "tensor '%s': %s", param->name, why.text);
    }
    if (param->init.kind == NET_INIT_VALUES) {
        decode_values(d, init, param);
    }
    if (param->init.kind == NET_INIT_DATA) {
        int statistic = net_get_word(d, init, "statistic", statistic_names, NET_STATISTICS);
        param->init.statistic = statistic < 0 ? NET_STATISTIC_MEAN : (NetStatistic)statistic;
    }
}

/* Which tensor a copy begins as; all are decoded. */
static void decode_copy(NetDecoder *d, const json_t *tensor, NetParam *param) {
    const NetModel *model = d->model;
    const char *name = net_get_string(d, net_get_object(d, tensor, "init"), "of");
    const NetParam *of = model->tensor;
    while (of < model->tensor + model->tensors && strcmp(of->name, name) != 0) {
        of++;
    }
    if (of == model->tensor + model->tensors || of->size != param->size || of->init.kind == NET_INIT_COPY) {
        net_reject(d, "tensor '%s' cannot begin as a copy of '%s'", param->name, name);
        return;
    }
    param->init.of = (int)(of - model->tensor);
}

/* How far columns are apart, where it lies by columns, and the room that it takes so. */
static void decode_line(NetDecoder *d, const json_t *tensor, NetParam *param) {
    param->room = param->size;
    if (d->failed || json_object_get(tensor, "line") == NULL) {
        return;
    }
    param->line = net_get_integer(d, tensor, "line", NET_LANES, NET_SIZE_LIMIT);
    if (param->dims < 2 || param->line % NET_LANES != 0 || param->line < param->shape[0]) {
        net_reject(d, "tensor '%s' cannot lie by columns that are %lld apart", param->name, (long long)param->line);
        return;
    }
    int64_t columns = param->size / param->shape[0];
    param->room = columns <= NET_SIZE_LIMIT / param->line ? columns * param->line : NET_SIZE_LIMIT + 1;
}

static void decode_tensor(NetDecoder *d, const json_t *tensor, NetParam *param) {
    const NetModel *model = d->model;
    static const char *const buffers[] = {"param", "state"};
    param->name = net_get_string(d, tensor, "name");
    net_get_word(d, tensor, "role", role_names, sizeof role_names / sizeof *role_names);
    param->in_state = net_get_word(d, tensor, "buffer", buffers, 2) == 1;
    param->trained = net_get_bool(d, tensor, "trained");
    param->decays = net_get_bool(d, tensor, "decays");
    param->kept = json_object_get(tensor, "kept") != NULL ? net_get_string(d, tensor, "kept") : NULL;
    param->metadata = net_get_bool(d, tensor, "metadata");
    if (param->metadata && param->kept == NULL) {
        net_reject(d, "tensor '%s' has no name in weights files", param->name);
    }
    int64_t room = param->in_state ? model->state_size : model->param_size;
    param->offset = net_get_integer(d, tensor, "offset", 0, NET_SIZE_LIMIT);
    param->size = net_get_integer(d, tensor, "size", 1, NET_SIZE_LIMIT);
    int64_t product = 0;
    param->dims = net_get_shape(d, tensor, param->shape, &product);
    if (product != param->size) {
        net_reject(d, "tensor '%s' has a shape of %lld values and a size of %lld", param->name, (long long)product,
                   (long long)param->size);
    }
    decode_line(d, tensor, param);
    if (param->offset + param->room > room) {
        net_reject(d, "tensor '%s' reaches beyond its buffer of %lld", param->name, (long long)room);
    }
    if (json_object_get(tensor, "matrices") != NULL) {
        param->matrices = net_get_integer(d, tensor, "matrices", 1, NET_SIZE_LIMIT);
        if (!d->failed && param->shape[0] % param->matrices != 0) {
            net_reject(d, "the rows of tensor '%s' cannot be shared out to %lld matrices", param->name,
                       (long long)param->matrices);
        }
    }
    decode_init(d, tensor, param);
}

/* Where checkpoints have the tensors: a buffer in which all lie in their order is there as it is, one in which some do
 * not is as it would be then, each from the next vector on. */
static void place_plain(NetModel *model) {
    int64_t end[2] = {0, 0}, kept = 0;
    for (int i = 0; i < model->tensors; i++) {
        NetParam *param = &model->tensor[i];
        param->place = model->by_columns[param->in_state] ? end[param->in_state] : param->offset;
        end[param->in_state] += net_padded(param->size);
        kept = param->in_state && param->kept != NULL ? end[true] : kept;
    }
    model->plain.param = model->by_columns[false] ? end[false] : model->param_size;
    model->plain.state = model->by_columns[true] ? end[true] : model->state_size;
    model->plain.kept = model->by_columns[true] ? kept : model->kept_size;
}

static void decode_tensors(NetDecoder *d) {
    NetModel *model = d->model;
    const json_t *list = net_get_array(d, model->root, "tensors", 1 << 20, &model->tensors);
    model->tensor = net_alloc((size_t)model->tensors, sizeof *model->tensor, d->error);
    if (model->tensor == NULL) {
        d->failed = true;
        model->tensors = 0;
        return;
    }
    int64_t end[2] = {0, 0};
    for (int i = 0; i < model->tensors; i++) {
        NetParam *param = &model->tensor[i];
        decode_tensor(d, json_array_get(list, (size_t)i), param);
        if (param->offset < end[param->in_state]) {
            net_reject(d, "tensor '%s' overlaps the one before it", param->name);
        }
        end[param->in_state] = param->offset + param->room;
        model->by_columns[param->in_state] |= param->line > 0;
        if (param->in_state && param->kept != NULL) { /* with its padding, which vectors read */
            int64_t padded = param->offset + net_padded(param->room);
            model->kept_size = padded < model->state_size ? padded : model->state_size;
        }
        for (int k = 0; k < i; k++) {
            const NetParam *other = &model->tensor[k];
            bool kept = other->kept != NULL && param->kept != NULL && strcmp(other->kept, param->kept) == 0;
            if (kept || strcmp(other->name, param->name) == 0) {
                net_reject(d, "two tensors are named '%s'", kept ? param->kept : param->name);
            }
        }
    }
    place_plain(model);
    for (int i = 0; i < model->tensors && !d->failed; i++) {
        if (model->tensor[i].init.kind == NET_INIT_COPY) {
            decode_copy(d, json_array_get(list, (size_t)i), &model->tensor[i]);
        }
    }
}

static void decode_sizes(NetDecoder *d) {
    NetModel *model = d->model;
    const json_t *sizes = net_get_object(d, model->root, "sizes");
    model->param_size = net_get_integer(d, sizes, "param", 0, NET_SIZE_LIMIT);
    model->state_size = net_get_integer(d, sizes, "state", 0, NET_SIZE_LIMIT);
    model->grad_slot_size = net_get_integer(d, sizes, "grad_slot", 0, NET_SIZE_LIMIT / NET_SLOTS);
    model->grad_size = net_get_integer(d, sizes, "grad", 0, NET_SIZE_LIMIT);
    model->scratch_size = net_get_integer(d, sizes, "scratch", 0, NET_SIZE_LIMIT);
    model->log_once = net_get_integer(d, sizes, "log_once", 0, NET_SIZE_LIMIT);
    model->log_chunk = net_get_integer(d, sizes, "log_chunk", 0, NET_SIZE_LIMIT);
    if (model->grad_size < NET_SLOTS * model->grad_slot_size) {
        net_reject(d, "'grad' is smaller than %d slots", NET_SLOTS);
    }
}

static void decode_phase(NetDecoder *d, const json_t *item, NetPhase *phase) {
    int64_t kernel = net_get_integer(d, item, "kernel", 0, d->kernels - 1);
    int tasks = net_get_word(d, item, "tasks", task_names, (int)(sizeof task_names / sizeof *task_names));
    if (d->failed) {
        return;
    }
    phase->kernel = d->code->kernel[kernel];
    phase->self = d->code->self == NULL ? NULL : d->code->self[kernel];
    phase->tasks = (NetTasks)tasks;
    phase->spread = json_is_true(json_object_get(item, "spread"));
    phase->workers = json_object_get(item, "workers") == NULL ? 1 : net_get_integer(d, item, "workers", 1, 1 << 20);
    if (phase->kernel == NULL) {
        net_reject(d, "kernel %lld is missing", (long long)kernel);
    }
}

static void decode_program(NetDecoder *d, const char *name, bool required, NetProgram *program) {
    const json_t *item = json_object_get(json_object_get(d->model->root, "programs"), name);
    if (item == NULL) {
        if (required) {
            net_reject(d, "there is no program '%s'", name);
        }
        return;
    }
    const json_t *phases = net_get_array(d, item, "phases", NET_MAX_PHASES, &program->phases);
    program->commit = program->phases;
    if (json_object_get(item, "commit") != NULL) {
        program->commit = (int)net_get_integer(d, item, "commit", 0, program->phases);
    }
    if (json_object_get(item, "batch_chunk") != NULL) {
        program->batch_chunk = net_get_integer(d, item, "batch_chunk", 0, NET_SIZE_LIMIT);
    }
    const json_t *entries = json_object_get(item, "log");
    if (entries != NULL) {
        net_get_array(d, item, "log", 1 << 20, &program->entries);
    }
    program->phase = net_alloc((size_t)program->phases, sizeof *program->phase, d->error);
    program->entry = net_alloc((size_t)program->entries, sizeof *program->entry, d->error);
    if (program->phase == NULL || program->entry == NULL) {
        d->failed = true;
    }
    for (int i = 0; i < program->phases && !d->failed; i++) {
        decode_phase(d, json_array_get(phases, (size_t)i), &program->phase[i]);
    }
    for (int i = 0; i < program->entries && !d->failed; i++) {
        net_decode_entry(d, json_array_get(entries, (size_t)i), program, i);
    }
    program->present = true;
}

static void decode_programs(NetDecoder *d) {
    NetModel *model = d->model;
    bool centre = false;
    for (int i = 0; i < model->tensors; i++) {
        centre = centre || model->tensor[i].init.kind == NET_INIT_CENTRE;
    }
    net_get_object(d, model->root, "programs");
    decode_program(d, "init", centre, &model->init);
    decode_program(d, "train", true, &model->train);
    decode_program(d, "train_log", false, &model->train_log);
    decode_program(d, "probe", false, &model->probe);
    decode_program(d, "jacobian", false, &model->jacobian);
    decode_program(d, "diagnose", false, &model->diagnose);
    decode_program(d, "eval", true, &model->eval);
    decode_program(d, "predict", false, &model->predict);
    const NetProgram *scored[] = {&model->train, &model->eval};
    for (int i = 0; i < 2 && !d->failed; i++) {
        if (net_program_entry(scored[i], NET_LOG_COST, -1) == NULL) {
            net_reject(d, "the program '%s' does not log its cost", i == 0 ? "train" : "eval");
        }
        for (int kind = 0; kind < NET_LOG_SCORES; kind++) {
            const NetLogEntry *entry = net_program_entry(scored[i], (NetLogKind)kind, -1);
            if ((entry != NULL) != (net_program_entry(scored[0], (NetLogKind)kind, -1) != NULL) ||
                (entry != NULL && entry->count != (kind == NET_LOG_SQUARED_ERRORS ? model->targets : 1))) {
                net_reject(d, "the programs do not log their '%s' alike", net_log_name((NetLogKind)kind));
            }
        }
    }
}

/* A number of the train block: its value lies in its range, or is 0 where a word stands for that or it is not set. */
static void decode_number(NetDecoder *d, const json_t *row, NetSetting *setting) {
    bool real = setting->kind == NET_SETTING_REAL;
    setting->value = net_get_number(d, row, "value");
    setting->low = net_get_number(d, row, "low");
    setting->high = real ? (double)FLT_MAX : 0x1p53;
    if (json_object_get(row, "high") != NULL) {
        setting->high = net_get_number(d, row, "high");
    }
    setting->above = net_get_bool(d, row, "above");
    setting->below = net_get_bool(d, row, "below");
    setting->zero = json_string_value(json_object_get(row, "zero"));
    if (setting->value != 0 && (setting->value < setting->low || setting->value > setting->high)) {
        net_reject(d, "the value of '%s' is out of its range", setting->name);
    }
    if (!real && (setting->value != floor(setting->value) || fabs(setting->value) > 0x1p53)) {
        net_reject(d, "the value of '%s' is no whole number", setting->name);
    }
}

static void decode_setting(NetDecoder *d, const json_t *row, NetSetting *setting) {
    static const char *const kinds[] = {"integer", "real", "word"};
    setting->name = net_get_string(d, row, "name");
    setting->line = net_get_string(d, row, "line");
    setting->key = net_get_string(d, row, "key");
    setting->same = json_string_value(json_object_get(row, "same"));
    static const char *const changes[] = {"freely", "adds", "begins"};
    if (json_object_get(row, "changes") != NULL) {
        setting->changes = (NetChanges)(1 + net_get_word(d, row, "changes", changes, 3));
    }
    int kind = net_get_word(d, row, "type", kinds, 3);
    setting->kind = kind < 0 ? NET_SETTING_WORD : (NetSettingKind)kind;
    if (strlen(setting->name) >= NET_SETTING_NAME) {
        net_reject(d, "the name of the setting '%s' is too long", setting->name);
    }
    if (setting->kind == NET_SETTING_WORD) {
        setting->word = net_get_string(d, row, "value");
        return;
    }
    decode_number(d, row, setting);
    if (json_object_get(row, "flag") != NULL) {
        setting->flag = net_get_string(d, row, "flag");
        setting->argument = net_get_string(d, row, "argument");
        setting->doc = net_get_string(d, row, "doc");
    }
}

static void decode_settings(NetDecoder *d) {
    NetModel *model = d->model;
    const json_t *list = net_get_array(d, model->root, "settings", NET_SETTINGS_MAX, &model->settings);
    for (int i = 0; i < model->settings; i++) {
        decode_setting(d, json_array_get(list, (size_t)i), &model->setting[i]);
        for (int k = 0; k < i; k++) {
            if (strcmp(model->setting[k].name, model->setting[i].name) == 0) {
                net_reject(d, "two settings are named '%s'", model->setting[i].name);
            }
        }
    }
    for (int known = 0; known < NET_KNOWN; known++) {
        int place = 0;
        while (place < model->settings && strcmp(model->setting[place].name, known_names[known]) != 0) {
            place++;
        }
        bool word = place < model->settings && model->setting[place].kind == NET_SETTING_WORD;
        if (place == model->settings || word != (known >= NET_KNOWN_LOG)) { /* the words come last */
            net_reject(d, "there is no setting '%s'", known_names[known]);
            return;
        }
        if (known < NET_KNOWN_ENSEMBLE && model->setting[place].flag == NULL) {
            net_reject(d, "the setting '%s' has no option", known_names[known]);
        }
        model->known[known] = place;
        model->setting[place].used = true;
    }
}

static const char *known_word(const NetModel *model, NetKnown known) {
    return model->setting[model->known[known]].word;
}

static void decode_compiled(NetDecoder *d) {
    NetModel *model = d->model;
    NetCompiled *compiled = &model->compiled;
    model->data = json_object_get(model->root, "data");
    if (!json_is_object(model->data)) {
        net_reject(d, "'data' is not an object");
    }
    const json_t *split = net_get_object(d, model->root, "split");
    compiled->split.train = net_get_number(d, split, "train");
    compiled->split.validation = net_get_number(d, split, "validation");
    compiled->split.test = net_get_number(d, split, "test");
    compiled->split.order = json_string_value(json_object_get(split, "order"));
    compiled->split.seed = json_integer_value(json_object_get(split, "seed"));
    if (d->failed) {
        return;
    }
    compiled->cost = known_word(model, NET_KNOWN_COST);
    compiled->optimizer = known_word(model, NET_KNOWN_OPTIMIZER);
    compiled->monitor = known_word(model, NET_KNOWN_MONITOR);
    const char *weights = known_word(model, NET_KNOWN_CLASS_WEIGHTS);
    compiled->class_weights = strcmp(weights, "none") != 0 ? weights : NULL;
    bool each = model->answers || model->outputs == 1,
         votes = strcmp(known_word(model, NET_KNOWN_COMBINE), "vote") == 0;
    int64_t members = (int64_t)model->setting[model->known[NET_KNOWN_ENSEMBLE]].value;
    compiled->members = members > 1 ? members : 1; /* 0: no line says how many */
    compiled->combine = !votes ? NET_COMBINE_MEAN : each ? NET_COMBINE_VOTE_EACH : NET_COMBINE_VOTE;
    int64_t rows = NET_LANES * model->outputs;
    if (compiled->members > 1 && (!model->predict.present || model->predict.batch_chunk != rows)) {
        net_reject(d, "it is an ensemble, and has no program 'predict' that gives %lld outputs",
                   (long long)model->outputs);
    }
    net_decode_logs(d);
}

/* A formula over the settings, which count as used then; one that may be left out is 0. */
static void decode_formula(NetDecoder *d, const json_t *text, bool required, NetFormula *formula) {
    NetModel *model = d->model;
    const char *names[NET_SETTINGS_MAX];
    NetError why = {0};
    if (text == NULL && !required) {
        return;
    }
    for (int i = 0; i < model->settings; i++) {
        names[i] = model->setting[i].name;
    }
    if (!json_is_string(text)) {
        net_reject(d, "a formula is not a string");
    } else if (!net_formula_parse(json_string_value(text), names, model->settings, formula, &why)) {
        net_reject(d, "%s", why.text);
    }
    for (int i = 0; i < model->settings; i++) {
        if (net_formula_reads(formula, NET_COUNTS + i)) {
            model->setting[i].used = true;
            if (model->setting[i].kind == NET_SETTING_WORD) {
                net_reject(d, "a formula reads the word '%s'", names[i]);
            }
        }
    }
}

static void decode_scalars(NetDecoder *d) {
    NetModel *model = d->model;
    const json_t *list = net_get_array(d, model->root, "scalars", NET_SCALARS_MAX, &model->scalars);
    for (int i = 0; i < model->scalars; i++) {
        decode_formula(d, json_array_get(list, (size_t)i), true, &model->scalar[i]);
    }
    const json_t *penalty = net_get_object(d, model->root, "penalty");
    decode_formula(d, json_object_get(penalty, "squares"), false, &model->squares);
    decode_formula(d, json_object_get(penalty, "sizes"), false, &model->sizes);
    const json_t *schedule = json_object_get(model->root, "schedule");
    if (schedule != NULL) {
        model->schedule.name = net_get_string(d, schedule, "name");
        decode_formula(d, json_object_get(schedule, "rate"), true, &model->schedule.rate);
        decode_formula(d, json_object_get(schedule, "patience"), false, &model->schedule.patience);
    }
    model->random = net_get_bool(d, model->root, "random");
    net_get_augment(d, model->root, &model->augment);
    if (model->input_bytes && net_augment_draws(&model->augment)) {
        net_reject(d, "what is drawn of pictures are floats, and the kernels read bytes");
    }
}

static void decode_input(NetDecoder *d) {
    NetModel *model = d->model;
    static const char *const types[] = {"f32", "u8"};
    const json_t *input = net_get_object(d, model->root, "input");
    model->input_dims = net_get_shape(d, input, model->input_shape, &model->input_size);
    model->input_bytes = net_get_word(d, input, "type", types, 2) == 1;
    model->outputs = net_get_integer(d, model->root, "outputs", 1, NET_SIZE_LIMIT);
    model->classes = net_get_integer(d, model->root, "classes", 0, NET_COUNT_LIMIT);
    static const char *const targets[] = {"class", "values", "labels", "input"};
    model->answers = net_get_word(d, model->root, "target", targets, 4) == 2;
    model->targets = net_get_integer(d, model->root, "targets", 0, NET_COUNT_LIMIT);
    model->explodes = net_get_bool(d, model->root, "explodes");
    model->least_batch = 1;
    if (json_object_get(model->root, "least_batch") != NULL) {
        const json_t *least = net_get_object(d, model->root, "least_batch");
        model->least_batch = net_get_integer(d, least, "examples", 1, NET_COUNT_LIMIT);
        model->least_layer = net_get_string(d, least, "layer");
    }
}

static void decode_all(NetDecoder *d) {
    NetModel *model = d->model;
    model->name = net_get_string(d, model->root, "name");
    model->netc = net_get_string(d, model->root, "netc");
    model->text = net_get_string(d, model->root, "text");
    model->path = net_get_string(d, model->root, "path");
    model->folder = json_string_value(json_object_get(model->root, "folder"));
    model->order_hash = net_get_string(d, model->root, "order_hash");
    model->backend = net_get_string(d, model->root, "backend");
    model->cpu = net_get_string(d, model->root, "cpu");
    model->needs = json_string_value(json_object_get(model->root, "needs"));
    model->network = json_object_get(model->root, "network");
    if (json_object_get(model->root, "lets") != NULL) {
        net_get_object(d, model->root, "lets");
        model->lets = json_object_get(model->root, "lets");
    }
    if (json_object_get(model->root, "sets") != NULL) {
        int count;
        net_get_array(d, model->root, "sets", 1 << 20, &count);
        model->sets = json_object_get(model->root, "sets");
    }
    d->kernels = json_object_get(model->root, "kernels") == NULL
                     ? NET_COUNT_LIMIT
                     : net_get_integer(d, model->root, "kernels", 1, NET_COUNT_LIMIT);
    decode_input(d);
    decode_sizes(d);
    decode_layers(d);
    decode_tensors(d);
    decode_settings(d);
    decode_scalars(d);
    decode_programs(d);
    decode_compiled(d);
}

bool net_model_decode(const NetCode *code, NetModel *model, NetError *error) {
    *model = (NetModel){0};
    NetDecoder d = {.code = code, .model = model, .error = error};
    json_error_t where;
    model->root = json_loadb(code->descriptor, code->descriptor_size, JSON_REJECT_DUPLICATES, &where);
    if (model->root == NULL) {
        net_reject(&d, "line %d: %s", where.line, where.text);
        return false;
    }
    int64_t abi = net_get_integer(&d, model->root, "abi", 0, INT32_MAX);
    if (!d.failed && (abi != NET_ABI || code->abi != NET_ABI)) {
        net_model_free(model);
        return net_fail(error, NET_ENVIRONMENT,
                        "the model was compiled for version %lld of the runtime, this is version %d; build it again "
                        "with netc",
                        (long long)(abi != NET_ABI ? abi : code->abi), NET_ABI);
    }
    if (!d.failed) {
        decode_all(&d);
    }
    if (d.failed) {
        net_model_free(model);
    }
    return !d.failed;
}

static void program_free(NetProgram *program) {
    free(program->phase);
    free(program->entry);
}

void net_model_free(NetModel *model) {
    program_free(&model->init);
    program_free(&model->train);
    program_free(&model->train_log);
    program_free(&model->probe);
    program_free(&model->jacobian);
    program_free(&model->diagnose);
    program_free(&model->eval);
    program_free(&model->predict);
    free(model->layer);
    for (int i = 0; model->tensor != NULL && i < model->tensors; i++) {
        free(model->tensor[i].values);
    }
    free(model->tensor);
    json_decref(model->root);
    *model = (NetModel){0};
}

int64_t net_model_parameters(const NetModel *model) {
    int64_t sum = 0;
    for (int i = 0; i < model->tensors; i++) {
        sum += model->tensor[i].in_state ? 0 : model->tensor[i].size;
    }
    return sum;
}
