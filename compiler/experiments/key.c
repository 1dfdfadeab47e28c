#include "compiler/experiments/key.h"

#include <sha256.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/json.h"
#include "compiler/model/layer.h"
#include "compiler/model/option_text.h"
#include "compiler/model/rate_schedule.h"
#include "compiler/model/settings.h"
#include "runtime/base/formula.h"

/* ---- options ---- */

static bool is_number(const OptionSpec *spec) {
    return spec->type == OPTION_INTEGER || spec->type == OPTION_REAL || spec->type == OPTION_COUNT;
}

/* An option as text; NULL where a netc that does not have it would train the same: a number that is 0, a word that
 * holds when none is said. A number that holds when none is said is kept: the step has its name, not its value. */
static const char *said(Arena *arena, const OptionSpec *spec, const OptionValue *value) {
    const char *text = option_text(arena, exact_text, spec, value);
    if (is_number(spec) && value->choice <= 0 && !(value->real < 0 || value->real > 0)) {
        return NULL;
    }
    bool off = *text == '\0' || (spec->standard != NULL ? !is_number(spec) && string_is(text, spec->standard)
                                                        : string_is(text, "false") || string_is(text, "none"));
    return off ? NULL : text;
}

static void put_said(Arena *arena, json_t *object, const char *name, const OptionSpec *spec, const OptionValue *value) {
    const char *text = said(arena, spec, value);
    if (text != NULL) {
        json_put(object, name, json_string(text));
    }
}

/* How tensors begin and what layers read is said elsewhere. */
static json_t *layers_of(Arena *arena, const Model *model) {
    json_t *list = json_array();
    for (size_t i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        json_t *row = json_object();
        json_put(row, "kind", json_string(layer->kind->name));
        for (size_t k = 0; k < layer->kind->option_count; k++) {
            const OptionSpec *spec = &layer->kind->options[k];
            if (layer->options[k].given && spec->type != OPTION_INIT && spec->type != OPTION_LABELS) {
                put_said(arena, row, spec->name, spec, &layer->options[k]);
            }
        }
        json_array_append_new(list, row);
    }
    return list;
}

static bool is_log(const TrainerSetting *at) { return strncmp(at->setting->owner.name, "log", 3) == 0; }

static json_t *settings_of(Arena *arena, const Settings *settings) {
    json_t *object = json_object();
    for (TrainerSetting at = {0}; settings_next(settings, &at);) {
        if (!is_log(&at)) {
            put_said(arena, object, at.spec->trainer.name, at.spec, at.value);
        }
    }
    return object;
}

const char *key_logs(Arena *arena, const Settings *settings) {
    const char *text = "";
    for (TrainerSetting at = {0}; settings_next(settings, &at);) {
        const char *value = is_log(&at) ? said(arena, at.spec, at.value) : NULL;
        text = value == NULL ? text : arena_format(arena, "%s %s=%s", text, at.spec->trainer.name, value);
    }
    return text;
}

bool key_looks_ahead(Arena *arena, const Settings *settings) {
    VEC(const char *) names = {0};
    int epochs = -1;
    NetFormula formula;
    NetError error;
    for (TrainerSetting at = {0}; settings_next(settings, &at);) {
        epochs = string_is(at.spec->trainer.name, "epochs") ? NET_COUNTS + (int)names.count : epochs;
        vec_push(arena, &names, at.spec->trainer.name);
    }
    const char *rate = settings->schedule == NULL ? NULL : settings->schedule->rate;
    return rate != NULL && net_formula_parse(rate, names.at, (int)names.count, &formula, &error) &&
           net_formula_reads(&formula, epochs);
}

/* ---- the rest, from the descriptor ---- */

/* The members of an object that are there. */
static json_t *taken(const json_t *object, const char *const *names, size_t count) {
    json_t *some = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(object, names[i]);
        if (value != NULL) {
            json_put(some, names[i], json_incref(value));
        }
    }
    return some;
}
#define TAKEN(OBJECT, ...) \
    taken(OBJECT, (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* Their names decide the order in which weights are hashed. */
static json_t *tensors_of(const json_t *tensors) {
    json_t *list = json_array();
    size_t index;
    const json_t *tensor;
    json_array_foreach(tensors, index, tensor) {
        const json_t *init = json_object_get(tensor, "init");
        json_t *row = TAKEN(tensor, "name", "shape");
        json_put(row, "init", TAKEN(init, "kind", "a", "b", "of", "statistic", "values"));
        if (string_is(json_string_value(json_object_get(init, "kind")), "orthogonal")) {
            json_put(row, "matrices", json_incref(json_object_get(tensor, "matrices")));
        }
        json_array_append_new(list, row);
    }
    return list;
}

json_t *key_identity(Arena *arena, const Model *model, const json_t *descriptor, const char *data_hash) {
    json_t *identity = TAKEN(descriptor, "order_hash", "augment");
    json_put(identity, "layers", layers_of(arena, model));
    json_put(identity, "tensors", tensors_of(json_object_get(descriptor, "tensors")));
    json_put(identity, "settings", settings_of(arena, &model->settings));
    json_put(identity, "schedule", TAKEN(json_object_get(descriptor, "schedule"), "rate", "patience"));
    json_put(identity, "split",
             TAKEN(json_object_get(descriptor, "split"), "train", "validation", "test", "seed", "order"));
    json_put(identity, "data_sha256", json_string(data_hash));
    return identity;
}

const char *key_digits(Arena *arena, const char *text) {
    char digits[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)text, strlen(text), digits);
    return arena_copy(arena, digits, KEY_DIGITS);
}

const char *key_of(Arena *arena, json_t *identity, int64_t seed, int64_t epochs, double rate) {
    json_t *settings = json_object_get(identity, "settings");
    json_put(settings, "seed", json_integer((json_int_t)seed));
    json_put(settings, "epochs", json_integer((json_int_t)epochs));
    json_put(settings, "rate", json_string(exact_text(arena, rate)));
    char *text = json_dumps(identity, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    if (text == NULL) {
        out_of_memory();
    }
    const char *key = key_digits(arena, text);
    free(text);
    return key;
}
