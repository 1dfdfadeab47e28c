#include "runtime/data/table_classes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/data/number.h"

enum { SHOWN = 60, PLACE = 512 };

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

bool net_table_meet(const NetTable *table, NetClassNames *names, uint32_t *label, NetError *error) {
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
    char place[PLACE], list[PLACE], shown[NET_COLUMN_SHOWN];
    net_class_names_sort(names, changed);
    snprintf(place, sizeof place, "%s, column %s:", table->csv.stream->path, target_shown(table, shown));
    return net_classes_match(place, names->count, names->count == 1 ? "class" : "classes", list_names(names, list),
                             classes, error);
}

bool net_table_settle(const NetTable *table, const NetClasses *classes, NetClassNames *names, uint32_t *label,
                      int64_t count, NetError *error) {
    uint32_t *changed = net_alloc((size_t)names->count, sizeof *changed, error);
    bool integers = all_integers(names);
    bool ok = changed != NULL && (integers ? settle_labels(table, names, classes, changed, error)
                                           : settle_names(table, names, classes, changed, error));
    for (int64_t i = 0; ok && i < count; i++) label[i] = changed[label[i]];
    if (ok && integers) net_class_names_free(names);
    free(changed);
    return ok;
}
