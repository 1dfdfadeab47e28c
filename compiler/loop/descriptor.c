/* The model descriptor, with jansson. */
#include "compiler/loop/descriptor.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/model/data_line.h"
#include "compiler/model/augment.h"
#include "compiler/model/activation.h"
#include "compiler/model/network.h"
#include "compiler/model/normalised.h"
#include "compiler/model/option_text.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/settings.h"
#include "compiler/model/targets.h"
#include "runtime/abi.h"

static json_t *packed(json_t *made) {
    if (!made) out_of_memory();
    return made;
}

static void add(json_t *list, json_t *item) {
    if (json_array_append_new(list, packed(item)) != 0) out_of_memory();
}

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, packed(value)) != 0) out_of_memory();
}

static json_t *number(double value) {
    /* whole numbers read better without ".0" */
    if (value < 1e15 && value > -1e15 && value == (double)(int64_t)value) return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *dims(const int64_t *dim, int rank) {
    json_t *list = packed(json_array());
    for (int d = 0; d < rank; d++) add(list, json_integer(dim[d]));
    return list;
}

static json_t *layers(const Model *model) {
    json_t *list = packed(json_array());
    for (size_t i = 1; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        add(list, json_pack("{s:s, s:s, s:o, s:s}", "name", layer->name, "kind", layer->kind->name, "shape",
                            dims(layer->out.dim, layer->out.rank), "activation", layer->activation.kind->name));
    }
    return list;
}

static json_t *tensors(const Programs *programs) {
    const Model *model = programs->model;
    static const char *const recipes[] = {
        [RECIPE_NORMAL] = "normal",         [RECIPE_UNIFORM] = "uniform", [RECIPE_CONSTANT] = "constant",
        [RECIPE_CENTRE] = "centre",         [RECIPE_DATA] = "data",       [RECIPE_VALUES] = "values",
        [RECIPE_ORTHOGONAL] = "orthogonal", [RECIPE_COPY] = "copy"};
    static const char *const statistics[] = {[STATISTIC_MEAN] = "mean",
                                             [STATISTIC_DEVIATION] = "deviation",
                                             [STATISTIC_BALANCE] = "balance",
                                             [STATISTIC_TARGET_MEAN] = "target_mean",
                                             [STATISTIC_TARGET_DEVIATION] = "target_deviation"};
    json_t *list = packed(json_array());
    for (size_t i = 0; i < model->stored.count; i++) {
        const Stored *t = model->stored.at[i];
        int64_t size = stored_count(t);
        json_t *init = packed(json_pack("{s:s, s:o, s:o}", "kind", recipes[t->recipe.kind], "a",
                                        packed(number(t->recipe.a)), "b", packed(number(t->recipe.b))));
        if (t->recipe.kind == RECIPE_COPY) put(init, "of", json_string(t->recipe.of->name));
        if (t->recipe.kind == RECIPE_DATA) put(init, "statistic", json_string(statistics[t->recipe.statistic]));
        if (t->recipe.kind == RECIPE_VALUES) {
            json_t *values = packed(json_array());
            for (int64_t v = 0; v < size; v++) add(values, number(t->recipe.values[v]));
            put(init, "values", values);
        }
        json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:b, s:b, s:s*, s:b, s:o}", "name", t->name, "role",
                                stored_roles[t->role], "buffer", stored_is_parameter(t) ? "param" : "state", "offset",
                                (json_int_t)programs->place[i].offset, "size", (json_int_t)size, "shape",
                                dims(t->dim, t->rank), "trained", t->trained, "decays", t->decays, "kept", t->kept,
                                "metadata", t->metadata, "init", init);
        if (programs->place[i].line > 0) put(packed(row), "line", json_integer((json_int_t)programs->place[i].line));
        if (t->matrices > 0) put(packed(row), "matrices", json_integer((json_int_t)t->matrices));
        add(list, row);
    }
    return list;
}

static json_t *program(const Code *code, const Descriptor *d, int kind) {
    static const char *const pers[] = {[LOG_ONCE] = "once", [LOG_CHUNK] = "chunk", [LOG_ROW] = "row"};
    json_t *phases = packed(json_array()), *log = packed(json_array());
    for (size_t i = 0; i < d->kernel_count[kind]; i++) {
        int kernel = d->kernels[kind][i];
        json_t *phase =
            packed(json_pack("{s:i, s:s}", "kernel", kernel, "tasks", tasks_names[code->kernels.at[kernel]->tasks]));
        if (code->kernels.at[kernel]->workers > 1)
            put(phase, "workers", json_integer(code->kernels.at[kernel]->workers));
        if (code->kernels.at[kernel]->spread) put(phase, "spread", json_true());
        add(phases, phase);
    }
    for (size_t i = 0; i < d->programs->log[kind].count; i++) {
        const LogEntry *row = &d->programs->log[kind].at[i];
        add(log, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "name", row->name, "layer", row->layer, "per",
                           pers[row->per], "at", (json_int_t)row->at, "count", (json_int_t)row->count, "elements",
                           (json_int_t)row->elements));
    }
    json_t *row = json_pack("{s:o, s:I, s:o}", "phases", phases, "commit", (json_int_t)d->commit[kind], "log", log);
    if (d->batch_chunk[kind] > 0) put(packed(row), "batch_chunk", json_integer((json_int_t)d->batch_chunk[kind]));
    return row;
}

static json_t *lets(const Model *model) {
    json_t *object = packed(json_object());
    for (size_t i = 0; i < model->lets.count; i++)
        put(object, model->lets.at[i].name, json_string(model->lets.at[i].value));
    return object;
}

static json_t *sets(const Model *model) {
    json_t *list = packed(json_array());
    for (size_t i = 0; i < model->set_count; i++) add(list, json_string(model->sets[i]));
    return list;
}

static json_t *split(const Settings *s) {
    json_t *object = packed(json_pack("{s:o, s:o, s:o, s:I}", "train", packed(number(s->split_train)), "validation",
                                      packed(number(s->split_validation)), "test", packed(number(s->split_test)),
                                      "seed", (json_int_t)s->split_seed));
    if (s->split_order) put(object, "order", json_string(s->split_order));
    return object;
}

/* A number: the range that its option of the command line has, and the word for 0. */
static void put_number(json_t *row, const OptionSpec *spec, const OptionValue *value) {
    put(row, "type", json_string(spec->type == OPTION_REAL ? "real" : "integer"));
    put(row, "value", number(value->real));
    put(row, "low", number(spec->low));
    if (isfinite(spec->high)) put(row, "high", number(spec->high));
    if (spec->low_open) put(row, "above", json_true());
    if (spec->high_open) put(row, "below", json_true());
    if (spec->words) put(row, "zero", json_string(spec->words[0]));
}

static json_t *setting(Arena *arena, const TrainerSetting *at) {
    const OptionSpec *spec = at->spec;
    json_t *row = packed(json_object());
    put(row, "name", json_string(spec->trainer.name));
    put(row, "line", json_string(at->setting->owner.name));
    put(row, "key", json_string(spec->positional ? "" : spec->name));
    if (spec->type == OPTION_REAL || spec->type == OPTION_INTEGER) {
        put_number(row, spec, at->value);
    } else {
        put(row, "type", json_string("word"));
        put(row, "value", json_string(option_text(arena, exact_text, spec, at->value)));
    }
    if (spec->trainer.flag) {
        put(row, "flag", json_string(spec->trainer.flag));
        put(row, "argument", json_string(spec->trainer.argument));
        put(row, "doc", json_string(spec->doc));
    }
    if (spec->same) put(row, "same", json_string(spec->same));
    if (spec->trainer.changes) put(row, "changes", json_string(spec->trainer.changes));
    return row;
}

static json_t *settings(Arena *arena, const Settings *s) {
    json_t *list = packed(json_array());
    for (TrainerSetting at = {0}; settings_next(s, &at);) add(list, setting(arena, &at));
    return list;
}

static json_t *penalty(const Descriptor *d) {
    static const char *const sums[] = {"squares", "sizes"};
    json_t *object = packed(json_object());
    for (size_t i = 0; i < COUNT_OF(sums); i++)
        if (d->penalty[i]) put(object, sums[i], json_string(d->penalty[i]));
    return object;
}

static json_t *schedule(const ScheduleKind *kind) {
    return json_pack("{s:s, s:s, s:s*}", "name", kind->variant.name, "rate", kind->rate, "patience", kind->patience);
}

static json_t *sizes(const Descriptor *d) {
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "param", (json_int_t)d->programs->param_size, "state",
                     (json_int_t)d->programs->state_size, "grad_slot", (json_int_t)d->grad_slot, "grad",
                     (json_int_t)(NET_SLOTS * d->grad_slot + d->grad_owned), "scratch", (json_int_t)d->scratch,
                     "log_once", (json_int_t)d->programs->log_once, "log_chunk", (json_int_t)d->programs->log_chunk);
}

const char *descriptor_write(Arena *arena, const Code *code, const Descriptor *d) {
    const Model *model = d->programs->model;
    const Layer *input = model->layers.at[0], *last = model->layers.at[model->layers.count - 1];
    int64_t outputs = shape_count(last->out);
    const TargetKind *target = &target_kinds[model->settings.target];
    json_t *programs = packed(json_object()), *scalars = packed(json_array()), *root = packed(json_object());
    for (int k = 0; k < PROGRAM_COUNT; k++)
        if (d->programs->program[k]) put(programs, program_names[k], program(code, d, k));
    for (size_t i = 0; i < d->scalar_count; i++) add(scalars, json_string(d->scalars[i]));
    put(root, "abi", json_integer(NET_ABI));
    put(root, "netc", json_string(NETC_VERSION));
    put(root, "name", json_string(model->name));
    put(root, "input",
        json_pack("{s:o, s:s}", "shape", dims(input->out.dim, input->out.rank), "type",
                  model->bytes_input ? "u8" : "f32"));
    put(root, "outputs", json_integer(outputs));
    put(root, "classes", json_integer(model_classes(model)));
    put(root, "target", json_string(target->variant.name));
    put(root, "targets", json_integer(model_targets(model)));
    put(root, "layers", layers(model));
    if (model->explodes) put(root, "explodes", json_true());
    const Layer *needs;
    int64_t least = model_least_batch(model, &needs);
    if (needs) put(root, "least_batch", json_pack("{s:I, s:s}", "examples", (json_int_t)least, "layer", needs->name));
    put(root, "network", network_json(model));
    put(root, "tensors", tensors(d->programs));
    put(root, "sizes", sizes(d));
    put(root, "scalars", scalars);
    put(root, "random", json_boolean(d->random));
    put(root, "penalty", penalty(d));
    if (d->schedule) put(root, "schedule", schedule(d->schedule));
    put(root, "programs", programs);
    put(root, "data", data_line_json(&model->settings));
    put(root, "split", split(&model->settings));
    json_t *augment = augment_json(&model->settings);
    if (augment) put(root, "augment", augment);
    put(root, "settings", settings(arena, &model->settings));
    put(root, "lets", lets(model));
    if (model->set_count > 0) put(root, "sets", sets(model));
    put(root, "text", json_stringn(model->source->text, model->source->size));
    put(root, "path", json_string(utf8_clean(arena, model->source->path, strlen(model->source->path))));
    const char *folder = source_folder(arena, model->source);
    if (net_utf8_is_valid(folder)) put(root, "folder", json_string(folder));
    put(root, "order_hash", json_string(arena_format(arena, "%016llx", (unsigned long long)d->order_hash)));
    put(root, "backend", json_string(d->options->backend));
    put(root, "cpu", json_string(d->options->target.cpu));
    if (d->options->target.level) put(root, "needs", json_string(d->options->target.level));
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!text) out_of_memory();
    const char *copy = arena_format(arena, "%s", text);
    free(text);
    json_decref(root);
    return copy;
}
