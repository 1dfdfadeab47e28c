#include "compiler/model/data_line.h"

#include <string.h>

#include "compiler/model/settings.h"
#include "runtime/data/kinds.h"
#include "runtime/data/tables.h"

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
    const NetDataRequest request = {.kind = settings->data_kind,
                                    .options = options,
                                    .model_folder = source_folder(arena, model->source),
                                    .data_dir = model->data_dir};
    bool bytes = kind->type(&request) == NET_ROWS_U8;
    json_decref(options);
    return bytes;
}

const char *data_line_targets(Arena *arena, const Settings *settings, const char *folder, bool *one) {
    char list[512];
    json_t *options = data_line_json(settings);
    const NetDataRequest request = {.kind = settings->data_kind, .options = options, .model_folder = folder};
    bool known = string_is(settings->data_kind, "csv") && net_csv_targets(&request, list, sizeof list, one);
    json_decref(options);
    return known ? arena_format(arena, "%s", list) : NULL;
}

const Settings *data_line_read(Arena *arena, const char *text, Diags *diags) {
    bool whole = strncmp(text, "data", 4) == 0 && strchr(" \t", text[4]) != NULL && text[4] != '\0';
    const char *written = whole ? text : arena_format(arena, "data %s", text);
    Source *source = source_from_text(arena, "data", written, strlen(written));
    *diags = (Diags){.arena = arena, .source = source};
    if (!source) {
        diag_report(diags, SPAN_NONE, "too-large", "the line is too long");
        return NULL;
    }
    const AstStmt *line = ast_parse_statement(arena, source, diags);
    Settings *settings = NEW(arena, Settings);
    Scope scope;
    scope_init(&scope, arena, diags);
    return line && settings_read_data(&scope, settings, line) ? settings : NULL;
}

/* The last of a list of columns as they are written, which is where most tables have what is to be learned; NULL: not
 * all of them are there. */
static const char *last_column(Arena *arena, const char *list) {
    size_t length = strlen(list), begin = length;
    if (length == 0 || strstr(list, "…")) return NULL;
    if (list[length - 1] == '"')
        for (begin = length - 1; begin > 0 && list[begin - 1] != '"'; begin--) continue;
    while (begin > 0 && list[begin - 1] != ' ') begin--;
    return arena_copy(arena, list + begin, length - begin);
}

const char *data_line_target(Arena *arena, const Settings *settings, const char *folder) {
    bool one = false;
    const char *columns = data_line_targets(arena, settings, folder, &one);
    return one || !columns ? columns : last_column(arena, columns);
}

const char *data_line_with_target(Arena *arena, const char *text, const char *folder) {
    static const char option[] = " target=";
    const char *given = strncmp(text, "data csv ", 9) == 0 ? strstr(text, option) : NULL;
    char column[512];
    Diags diags;
    bool one = false;
    const Settings *settings = given ? data_line_read(arena, text, &diags) : NULL;
    if (!settings) return text;
    json_t *options = data_line_json(settings);
    NetDataRequest request = {.kind = settings->data_kind, .options = options, .model_folder = folder};
    bool has = net_csv_targets(&request, column, sizeof column, &one);
    bool other =
        !has && json_object_del(options, "target") == 0 && net_csv_targets(&request, column, sizeof column, &one);
    json_decref(options);
    const char *there = other ? one ? column : last_column(arena, column) : NULL;
    const char *value = given + strlen(option), *rest = value + strcspn(value, " ");
    if (!there || *value == '"' || *value == '[') return text;
    return arena_format(arena, "%.*s%s%s", (int)(value - text), text, there, rest);
}
