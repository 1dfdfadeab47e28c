#include "compiler/model/data_line.h"

#include "compiler/model/settings.h"
#include "runtime/data/kinds.h"

static json_t *texts(const OptionValue *value) {
    json_t *list = json_array();
    for (size_t i = 0; i < value->labels.count; i++) {
        if (!list || json_array_append_new(list, json_string(value->labels.at[i].name)) != 0) out_of_memory();
    }
    return list;
}

/* Names, and numbers of those without one. */
static json_t *columns(const OptionValue *value) {
    json_t *list = json_array();
    for (size_t i = 0; i < value->columns.count; i++) {
        const ColumnWritten *column = &value->columns.at[i];
        json_t *item = column->name ? json_string(column->name) : json_integer((json_int_t)column->number);
        if (!list || json_array_append_new(list, item) != 0) out_of_memory();
    }
    return list;
}

static json_t *pair(const int64_t size[2]) { return json_sprintf("%lldx%lld", (long long)size[0], (long long)size[1]); }

static json_t *option_json(const OptionSpec *spec, const OptionValue *value) {
    if (spec->type == OPTION_STRINGS) return texts(value);
    if (spec->type == OPTION_COLUMNS) return columns(value);
    if (value->word) return json_string(value->word);
    if (spec->type == OPTION_BOOL) return json_boolean(value->flag);
    if (spec->type == OPTION_WINDOW) return pair(value->size);
    if (spec->type == OPTION_INTEGER) return json_integer(value->integer);
    BUG("%s= of a data line has no form in JSON", spec->name);
}

json_t *data_line_json(const Settings *settings) {
    const SettingKind *kind = setting_kind_find("data");
    const Setting *data = &settings->at[kind - setting_kinds];
    json_t *object = json_object();
    json_put(object, "kind", json_string(settings->data_kind));
    for (size_t i = kind->option_count; i < option_count(&data->owner); i++) {
        const OptionSpec *spec = option_at(&data->owner, i);
        if (data->values[i].given) json_put(object, spec->name, option_json(spec, &data->values[i]));
    }
    return object;
}

bool data_line_bytes(Arena *arena, const Model *model) {
    const Settings *settings = &model->settings;
    const NetDataKind *kind = net_data_kind(settings->data_kind);
    if (!kind) BUG("the runtime has no data '%s'", settings->data_kind);
    json_t *options = data_line_json(settings);
    const NetDataRequest request = {
        .kind = settings->data_kind, .options = options, .model_folder = source_folder(arena, model->source)};
    bool bytes = kind->type(&request) == NET_ROWS_U8;
    json_decref(options);
    return bytes;
}
