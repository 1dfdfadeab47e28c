#include "runtime/data/table_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/words.h"
#include "runtime/data/number.h"

enum { SHOWN = 60, PLACE = 512 };

/* ---- classes ---- */

static const char *target_shown(const NetTable *table, char out[NET_COLUMN_SHOWN]) {
    return net_columns_shown(table->columns, table->columns->target[0], out);
}

/* "data.csv:17" */
static const char *place_of(const NetTable *table, int64_t line, char out[PLACE]) {
    snprintf(out, PLACE, "%s:%lld", table->csv.stream->path, (long long)line);
    return out;
}

/* Whether a text is an integer, or a number that equals one as tables of floats have them. */
static bool is_integer(const char *text, double *value) {
    return net_number_read(text, strlen(text), value) && *value == floor(*value) && fabs(*value) <= (double)UINT32_MAX;
}

static bool check_label(const NetTable *table, int64_t line, double value, const NetClasses *classes, uint32_t *label,
                        NetError *error) {
    char place[PLACE], text[32];
    snprintf(text, sizeof text, "%.0f", value);
    if (value < 0 || value >= (double)classes->count)
        return net_label_wrong_at(place_of(table, line, place), text, classes, error);
    *label = (uint32_t)value;
    return true;
}

/* "'cat', 'dog'", as many as there is room for. */
static const char *list_names(const NetClassNames *names, char out[PLACE]) {
    size_t used = 0;
    int64_t i = 0;
    out[0] = '\0';
    for (; i < names->count && used < PLACE - 2 * SHOWN; i++)
        used += (size_t)snprintf(out + used, PLACE - used, "%s'%.*s'", i > 0 ? ", " : "", SHOWN, names->at[i].name);
    if (i < names->count) snprintf(out + used, PLACE - used, ", …");
    return out;
}

static bool no_class(const NetTable *table, const char *text, const NetClassNames *names, NetError *error) {
    char place[PLACE], list[PLACE], shown[NET_COLUMN_SHOWN];
    return net_fail(error, NET_ENVIRONMENT, "%s, column %s: '%.*s' is no class; there are %s [unknown-class]",
                    place_of(table, table->row.line, place), target_shown(table, shown), SHOWN, text,
                    list_names(names, list));
}

static bool no_label(const NetTable *table, const char *text, const NetClasses *classes, NetError *error) {
    char place[PLACE], shown[NET_COLUMN_SHOWN];
    return net_fail(error, NET_ENVIRONMENT,
                    "%s, column %s: '%.*s' is no class; they are numbers from 0 to %lld [unknown-class]",
                    place_of(table, table->row.line, place), target_shown(table, shown), SHOWN, text,
                    (long long)classes->count - 1);
}

/* The target of the row just read, ended where its blanks begin. */
static char *target_text(const NetTable *table, NetError *error) {
    NetCsvCell cell = net_table_target(table, 0);
    return net_text(error, "%.*s", (int)cell.length, cell.text);
}

bool net_table_class(const NetTable *table, const NetClasses *classes, const NetClassNames *names, uint32_t *label,
                     NetError *error) {
    double value;
    char *text = target_text(table, error);
    if (text == NULL) return false;
    const NetClassName *found = net_class_names_find(names, text, strlen(text));
    if (found != NULL) *label = found->number;
    bool ok = found != NULL;
    if (!ok && names->count > 0)
        ok = no_class(table, text, names, error);
    else if (!ok)
        ok = is_integer(text, &value) ? check_label(table, table->row.line, value, classes, label, error)
                                      : no_label(table, text, classes, error);
    free(text);
    return ok;
}

/* ---- a file to train on: which classes there are ---- */

static bool meet_class(const NetTable *table, NetClassNames *names, uint32_t *label, NetError *error) {
    char place[PLACE], shown[NET_COLUMN_SHOWN], most[NET_COUNT_TEXT];
    NetCsvCell cell = net_table_target(table, 0);
    if (cell.length == 0)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s, column %s: an empty cell is no class; drop the row "
                        "[unknown-class]",
                        place_of(table, table->row.line, place), target_shown(table, shown));
    const NetClassName *found = net_class_names_find(names, cell.text, cell.length);
    *label = found != NULL ? found->number : (uint32_t)names->count;
    if (found != NULL) return true;
    if (names->count == NET_CLASS_NAMES_MOST)
        return net_fail(error, NET_ENVIRONMENT,
                        "%s, column %s: more than %s different classes; is it one of values? [unknown-class]",
                        place_of(table, table->row.line, place), target_shown(table, shown),
                        net_count(most, NET_CLASS_NAMES_MOST));
    return net_class_names_add(names, cell.text, cell.length, table->row.line, error);
}

static bool all_integers(const NetClassNames *names) {
    double value;
    for (int64_t i = 0; i < names->count; i++)
        if (!is_integer(names->at[i].name, &value)) return false;
    return true;
}

/* The names are labels: changed[] of each becomes that. Of those that are none the first one is told. */
static bool settle_labels(const NetTable *table, const NetClassNames *names, const NetClasses *classes,
                          uint32_t *changed, NetError *error) {
    const NetClassName *wrong = NULL;
    double value;
    uint32_t label;
    for (int64_t i = 0; i < names->count; i++) {
        const NetClassName *name = &names->at[i];
        is_integer(name->name, &value);
        if (check_label(table, name->line, value, classes, &changed[name->number], NULL)) continue;
        if (wrong == NULL || name->line < wrong->line) wrong = name;
    }
    if (wrong == NULL) return true;
    is_integer(wrong->name, &value);
    return check_label(table, wrong->line, value, classes, &label, error);
}

static bool settle_names(const NetTable *table, NetClassNames *names, const NetClasses *classes, uint32_t *changed,
                         NetError *error) {
    char list[PLACE], shown[NET_COLUMN_SHOWN], count[NET_COUNT_TEXT];
    net_class_names_sort(names, changed);
    int64_t outputs = classes->outputs > 0 ? classes->outputs : classes->count;
    return names->count == classes->count ||
           net_fail(error, NET_ENVIRONMENT,
                    "%s, column %s: %s class%s (%s), but the last layer has %lld output%s "
                    "[label-range]",
                    table->csv.stream->path, target_shown(table, shown), net_count(count, (uint64_t)names->count),
                    names->count == 1 ? "" : "es", list_names(names, list), (long long)outputs,
                    net_plural((uint64_t)outputs));
}

static bool settle_classes(NetTableRows *rows, const NetTable *table, const NetClasses *classes, NetClassNames *names,
                           NetError *error) {
    uint32_t *changed = net_alloc((size_t)names->count, sizeof *changed, error);
    bool integers = all_integers(names);
    bool ok = changed != NULL && (integers ? settle_labels(table, names, classes, changed, error)
                                           : settle_names(table, names, classes, changed, error));
    for (int64_t i = 0; ok && i < rows->count; i++) rows->label[i] = changed[rows->label[i]];
    if (ok && integers) net_class_names_free(names);
    free(changed);
    return ok;
}

/* ---- rows ---- */

static bool enlarge(void **memory, size_t rows, size_t row_bytes, NetError *error) {
    size_t bytes;
    void *larger = net_multiply(rows, row_bytes, &bytes) ? realloc(*memory, bytes) : NULL;
    if (larger == NULL) return net_fail(error, NET_ENVIRONMENT, "out of memory: %zu rows of a table", rows);
    *memory = larger;
    return true;
}

static bool reserve(NetTableRows *rows, size_t *capacity, const NetColumns *columns, NetTargetKind target,
                    NetError *error) {
    enum { FIRST = 256 };
    if ((size_t)rows->count < *capacity) return true;
    size_t wanted = *capacity == 0 ? FIRST : 2 * *capacity;
    void *x = rows->x, *label = rows->label, *value = rows->value;
    bool ok = enlarge(&x, wanted, columns->inputs * sizeof *rows->x, error);
    rows->x = x;
    if (ok && target == NET_TARGET_CLASS) ok = enlarge(&label, wanted, sizeof *rows->label, error);
    rows->label = label;
    if (ok && target == NET_TARGET_VALUES) ok = enlarge(&value, wanted, columns->targets * sizeof *rows->value, error);
    rows->value = value;
    if (ok) *capacity = wanted;
    return ok;
}

static bool read_target(NetTableRows *rows, const NetTable *table, const NetTableWish *wish, NetClassNames *names,
                        NetError *error) {
    size_t row = (size_t)rows->count, targets = table->columns->targets;
    if (wish->target == NET_TARGET_CLASS)
        return table->chosen ? meet_class(table, names, &rows->label[row], error)
                             : net_table_class(table, &wish->classes, names, &rows->label[row], error);
    for (size_t i = 0; wish->target == NET_TARGET_VALUES && i < targets; i++)
        if (!net_table_value(table, i, &rows->value[row * targets + i], error)) return false;
    return true;
}

static bool read_rows(NetTableRows *rows, NetTable *table, const NetTableWish *wish, NetClassNames *names,
                      NetError *error) {
    size_t capacity = 0;
    for (bool more = true;;) {
        if (!reserve(rows, &capacity, table->columns, wish->target, error)) return false;
        float *x = rows->x + (size_t)rows->count * table->columns->inputs;
        if (!net_table_next(table, x, &more, error)) return false;
        if (!more) break;
        if (rows->count == INT32_MAX)
            return net_fail(error, NET_ENVIRONMENT, "%s: more than %d rows", table->csv.stream->path, INT32_MAX);
        if (!read_target(rows, table, wish, names, error)) return false;
        rows->count++;
    }
    return rows->count > 0 ||
           net_fail(error, NET_ENVIRONMENT, "%s has no rows below its names [short-file]", table->csv.stream->path);
}

static bool check_targets(const NetTable *table, const NetTableWish *wish, NetError *error) {
    char shown[NET_COLUMN_SHOWN];
    return wish->target == NET_TARGET_NONE || table->places.targets ||
           net_fail(error, NET_ENVIRONMENT, "%s has no column %s [unknown-column]", table->csv.stream->path,
                    target_shown(table, shown));
}

static bool check_inputs(const NetTable *table, const NetTableWish *wish, NetError *error) {
    char have[NET_COUNT_TEXT], want[NET_COUNT_TEXT];
    size_t inputs = table->columns->inputs;
    return (int64_t)inputs == wish->inputs ||
           net_fail(error, NET_ENVIRONMENT,
                    "%s has %s column%s for inputs, input is %s; write 'input %zu', or name columns in ignore=[…] "
                    "[image-size]",
                    table->csv.stream->path, net_count(have, inputs), net_plural(inputs),
                    net_count(want, (uint64_t)wish->inputs), inputs);
}

bool net_table_read(NetTableRows *rows, const char *path, const NetTableWish *wish, NetColumns *columns,
                    NetClassNames *names, NetError *error) {
    NetStream stream;
    NetTable table;
    *rows = (NetTableRows){0};
    if (!net_stream_open(&stream, path, error)) return false;
    bool ok = net_table_begin(&table, &stream, &wish->form, columns, error) && check_inputs(&table, wish, error) &&
              check_targets(&table, wish, error) && read_rows(rows, &table, wish, names, error);
    if (ok && table.chosen && wish->target == NET_TARGET_CLASS)
        ok = settle_classes(rows, &table, &wish->classes, names, error);
    net_table_end(&table);
    net_stream_close(&stream);
    return ok;
}

void net_table_rows_free(NetTableRows *rows) {
    free(rows->x);
    free(rows->label);
    free(rows->value);
    *rows = (NetTableRows){0};
}
