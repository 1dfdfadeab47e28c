#include "runtime/data/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/examples.h"
#include "runtime/data/number.h"
#include "runtime/data/request.h"
#include "runtime/data/table_rows.h"

/* ---- what the data line says ---- */

static NetHeader header_of(const NetDataRequest *request) {
    const json_t *header = json_object_get(request->options, "header"); /* "auto", or a truth value */
    return json_is_true(header) ? NET_HEADER_TRUE : json_is_false(header) ? NET_HEADER_FALSE : NET_HEADER_AUTO;
}

/* A list of names and numbers, which free() releases; NULL without an error: there are none. */
static NetColumnRef *list_columns(const NetDataRequest *request, const char *option, size_t *count, NetError *error) {
    const json_t *list = json_object_get(request->options, option);
    *count = json_array_size(list);
    NetColumnRef *refs = *count > 0 ? net_alloc(*count, sizeof *refs, error) : NULL;
    for (size_t i = 0; refs != NULL && i < *count; i++) {
        const json_t *item = json_array_get(list, i);
        refs[i] = (NetColumnRef){json_string_value(item), json_integer_value(item)};
    }
    return refs;
}

/* ---- what the files have ---- */

typedef struct {
    const NetDataRequest *request;
    NetData *data;
    NetColumns columns;
    NetClassNames names;
    NetTableWish wish;
} Reading;

static bool read_file(Reading *reading, const char *path, NetDataFileName which, NetError *error) {
    NetDataFile *file = &reading->data->file[which];
    if (which != NET_FILE_TRAIN) reading->wish.form.choice = NULL; /* the columns are known by now */
    return net_examples_settle(reading->request, NET_ROWS_F32, path, which, reading->data, error) &&
           net_table_read(file, path, &reading->wish, &reading->columns, &reading->names, error) &&
           (file->labels != NULL || file->targets != NULL || net_examples_unlabelled(file, error));
}

static bool read_option(Reading *reading, const char *option, NetDataFileName which, NetError *error) {
    if (net_request_text(reading->request, option) == NULL)
        return which == NET_FILE_TEST ||
               net_fail(error, NET_ENVIRONMENT, "data csv needs %s= [missing-option]", option);
    char *path = net_request_path(reading->request, option, error);
    if (path != NULL && which == NET_FILE_TRAIN)
        snprintf(reading->data->source, sizeof reading->data->source, "%s", path);
    bool ok = path != NULL && read_file(reading, path, which, error);
    free(path);
    return ok;
}

static bool keep_columns(Reading *reading, NetError *error) {
    NetData *data = reading->data;
    size_t count = reading->columns.count;
    data->column = net_alloc(count, sizeof *data->column, error);
    for (size_t i = 0; data->column != NULL && i < count; i++) {
        data->column[i] = net_columns_text(&reading->columns, i, error);
        if (data->column[i] == NULL) return false;
        data->columns++;
    }
    return data->column != NULL;
}

static bool keep_names(Reading *reading, NetError *error) {
    NetData *data = reading->data;
    int64_t count = reading->names.count; /* one a class: settled where they were met */
    if (count == 0) return true;
    if (json_array_size(json_object_get(reading->request->options, "classes")) > 0)
        return net_fail(error, NET_ENVIRONMENT, "%s has names for its classes; leave classes= out [label-range]",
                        data->source);
    data->own_names = net_alloc((size_t)count + 1, sizeof *data->own_names, error); /* ended by NULL */
    data->class_names = (const char *const *)data->own_names;
    for (int64_t i = 0; data->own_names != NULL && i < count; i++) {
        data->own_names[i] = reading->names.at[i].name;
        reading->names.at[i].name = NULL;
    }
    return data->own_names != NULL;
}

static bool read_files(Reading *reading, NetError *error) {
    return read_option(reading, "train", NET_FILE_TRAIN, error) && read_option(reading, "test", NET_FILE_TEST, error) &&
           keep_columns(reading, error) && keep_names(reading, error);
}

static bool check_targets(const NetDataRequest *request, size_t targets, NetError *error) {
    if (request->targets > 0)
        return targets == (size_t)request->targets ||
               net_fail(error, NET_ENVIRONMENT,
                        "data csv: target= names %zu column%s, and the last layer has %lld output%s, one a column "
                        "[missing-option]",
                        targets, net_plural(targets), (long long)request->targets,
                        net_plural((uint64_t)request->targets));
    return request->classes == 0 || targets == 1 ||
           net_fail(error, NET_ENVIRONMENT,
                    "data csv: target= names %zu columns, and a class is in one; 'target values' "
                    "learns several [missing-option]",
                    targets);
}

/* What a data line says of its files. close_lists is right after a failure too. */
typedef struct {
    NetColumnRef *target, *ignore;
    NetColumnChoice choice;
} Lists;

static bool open_lists(Lists *lists, const NetDataRequest *request, NetTableWish *wish, NetError *error) {
    const char *separator = net_request_text(request, "separator");
    *lists = (Lists){0};
    lists->target = list_columns(request, "target", &lists->choice.targets, error);
    lists->ignore = list_columns(request, "ignore", &lists->choice.ignored, error);
    lists->choice.target = lists->target;
    lists->choice.ignore = lists->ignore;
    *wish = (NetTableWish){.form = {separator != NULL ? separator[0] : ',', header_of(request), &lists->choice},
                           .inputs = net_request_input(request).count,
                           .target = request->targets > 0   ? NET_TARGET_VALUES
                                     : request->classes > 0 ? NET_TARGET_CLASS
                                                            : NET_TARGET_NONE,
                           .classes = {request->classes, request->outputs}};
    return (lists->choice.targets == 0 || lists->target != NULL) &&
           (lists->choice.ignored == 0 || lists->ignore != NULL);
}

static void close_lists(Lists *lists) {
    free(lists->target);
    free(lists->ignore);
}

bool net_read_csv(const NetDataRequest *request, NetData *data, NetError *error) {
    Lists lists;
    Reading reading = {.request = request, .data = data};
    bool ok = open_lists(&lists, request, &reading.wish, error) &&
              check_targets(request, lists.choice.targets, error) && read_files(&reading, error);
    net_columns_free(&reading.columns);
    net_class_names_free(&reading.names);
    close_lists(&lists);
    return ok;
}

bool net_check_csv(const NetDataRequest *request, NetError *error) {
    Lists lists;
    NetTableWish wish;
    NetColumns columns = {0};
    char *path = net_request_path(request, "train", NULL);
    bool ok = open_lists(&lists, request, &wish, error);
    if (ok && path != NULL && net_request_there(path))
        ok = check_targets(request, lists.choice.targets, error) && net_table_check(path, &wish, &columns, error);
    net_columns_free(&columns);
    close_lists(&lists);
    free(path);
    return ok;
}

/* ---- what could be learned ---- */

/* The input columns, or those of texts alone, as many as there is room for; how many there are. */
static size_t list_inputs(const NetTable *table, bool texts, char *out, size_t size) {
    const NetColumns *columns = table->columns;
    char text[NET_COLUMN_SHOWN];
    size_t count = 0, used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->role[i] != NET_COLUMN_INPUT || (texts && !net_table_is_text(table, i))) continue;
        bool fits = used + 2 * NET_COLUMN_SHOWN < size;
        const char *written = used < size && !fits ? "…" : net_columns_written(columns, i, text);
        if (used < size) used += (size_t)snprintf(out + used, size - used, "%s%s", count > 0 ? ", " : "", written);
        if (!fits) used = size;
        count++;
    }
    return count;
}

bool net_csv_targets(const NetDataRequest *request, char *out, size_t size, bool *one) {
    Lists lists;
    NetTableWish wish;
    NetStream stream;
    NetTable table;
    NetColumns columns = {0};
    char *path = net_request_path(request, "train", NULL);
    bool ok = open_lists(&lists, request, &wish, NULL) && path != NULL && net_request_there(path) &&
              net_stream_open(&stream, path, NULL);
    if (ok) {
        ok = net_table_begin(&table, &stream, &wish.form, &columns, NULL) && net_table_peek(&table);
        *one = ok && list_inputs(&table, true, out, size) == 1;
        if (ok && !*one) list_inputs(&table, false, out, size);
        net_table_end(&table);
        net_stream_close(&stream);
    }
    net_columns_free(&columns);
    close_lists(&lists);
    free(path);
    return ok;
}

/* ---- what a table holds ---- */

enum { LOOK_CLASSES = 256 }; /* where nobody says what integers are, those from here on are values */

typedef struct {
    int64_t most;  /* that integers are classes below */
    bool integers; /* all cells are */
    bool values;   /* one is a number that is no class */
    int64_t count; /* classes that integers so far need */
    NetClassNames names;
} Seen;

/* One cell of the target column. */
static bool see(Seen *seen, const NetTable *table, NetError *error) {
    NetCsvCell cell = net_table_target(table, 0);
    double value;
    uint32_t label;
    bool number = net_number_read(cell.text, cell.length, &value);
    bool class = number && value >= 0 && value < (double)seen->most && value == floor(value);
    seen->values = number && !class;
    seen->integers = seen->integers && class;
    if (class && (int64_t)value >= seen->count) seen->count = (int64_t)value + 1;
    return seen->values || net_table_meet(table, &seen->names, &label, error);
}

/* Texts are classes, and a few integers, unless values are asked for. One other number decides it. */
static bool look_at_target(NetDataRequest *request, NetTable *table, NetError *error) {
    Seen seen = {.most = request->targets > 0   ? 0
                         : request->classes > 0 ? NET_CLASS_NAMES_MOST
                                                : LOOK_CLASSES,
                 .integers = true};
    bool ok = true;
    for (bool more = true; ok && more && !seen.values;) {
        ok = table->begun || net_csv_next(&table->csv, &table->row, error);
        table->begun = false;
        more = ok && table->row.count > 0;
        ok = ok && (!more || see(&seen, table, error));
    }
    request->classes = seen.values ? 0 : seen.integers ? seen.count : seen.names.count;
    request->targets = seen.values ? 1 : 0;
    net_class_names_free(&seen.names);
    return ok;
}

static bool look(NetDataRequest *request, const char *path, const NetTableForm *form, NetColumns *columns,
                 NetError *error) {
    NetStream stream;
    NetTable table;
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = net_table_begin(&table, &stream, form, columns, error);
    request->rank = 1;
    request->shape[0] = (int64_t)columns->inputs;
    request->shape[1] = request->shape[2] = 1;
    if (ok && columns->targets == 1) {
        ok = look_at_target(request, &table, error);
    } else {
        request->classes = 0;
        request->targets = (int64_t)columns->targets;
    }
    request->outputs = request->classes + request->targets;
    net_table_end(&table);
    net_stream_close(&stream);
    return ok;
}

bool net_look_csv(NetDataRequest *request, NetError *error) {
    Lists lists;
    NetTableWish wish;
    NetColumns columns = {0};
    bool ok = open_lists(&lists, request, &wish, error) &&
              (net_request_text(request, "train") != NULL ||
               net_fail(error, NET_ENVIRONMENT, "data csv needs train= [missing-option]"));
    char *path = ok ? net_request_path(request, "train", error) : NULL;
    ok = path != NULL && look(request, path, &wish.form, &columns, error);
    close_lists(&lists);
    net_columns_free(&columns);
    free(path);
    return ok;
}

NetRowType net_type_csv(const NetDataRequest *request) {
    (void)request;
    return NET_ROWS_F32;
}
