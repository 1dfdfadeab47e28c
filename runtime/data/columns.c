#include "runtime/data/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/utf8.h"
#include "runtime/base/words.h"
#include "runtime/data/number.h"

enum { SHOWN = 60 }; /* bytes of a name in a message */

/* ---- the first row ---- */

static char *name_of(const NetCsvRow *first, size_t place, NetError *error) {
    const char *text = first->cell[place].text;
    size_t length = net_trim(&text, first->cell[place].length);
    return net_text(error, "%.*s", (int)length, text);
}

/* The names of a file's columns, and the same sorted: there may be very many. */
typedef struct {
    const char *name;
    size_t place;
} Entry;

typedef struct {
    char **name;
    Entry *sorted;
    size_t count;
    const NetCsvRow *first;
} Names;

static int compare(const void *a, const void *b) {
    const Entry *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static void free_texts(char **texts, size_t count) {
    for (size_t i = 0; texts != NULL && i < count; i++) free(texts[i]);
    free(texts);
}

static void free_names(Names *names) {
    free_texts(names->name, names->count);
    free(names->sorted);
}

/* What a failure leaves is freed by free_names(). */
static bool read_names(Names *names, const NetCsvRow *first, NetError *error) {
    *names = (Names){.count = first->count, .first = first};
    names->name = net_alloc(first->count, sizeof *names->name, error);
    names->sorted = names->name != NULL ? net_alloc(first->count, sizeof *names->sorted, error) : NULL;
    if (names->sorted == NULL) return false;
    for (size_t i = 0; i < first->count; i++) {
        names->name[i] = name_of(first, i, error);
        if (names->name[i] == NULL) return false;
        names->sorted[i] = (Entry){names->name[i], i};
    }
    qsort(names->sorted, names->count, sizeof *names->sorted, compare);
    return true;
}

/* The one column of that name; NET_NO_COLUMN where there is none. False: there are several. */
static bool find_one(const char *path, const Names *names, const char *name, size_t *place, NetError *error) {
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names->sorted[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const Entry *found = names->sorted + low, *end = names->sorted + names->count;
    *place = found < end && strcmp(found->name, name) == 0 ? found->place : NET_NO_COLUMN;
    return *place == NET_NO_COLUMN || found + 1 == end || strcmp(found[1].name, name) != 0 ||
           net_fail(error, NET_ENVIRONMENT, "%s: columns %zu and %zu are both called '%.*s' [unknown-column]", path,
                    *place + 1, found[1].place + 1, SHOWN, name);
}

static bool no_column(const char *path, const Names *names, const char *name, NetError *error) {
    const char *near = net_nearest_word(name, (const char *const *)names->name, names->count);
    if (near != NULL)
        return net_fail(error, NET_ENVIRONMENT, "%s has no column '%.*s'; did you mean '%.*s'? [unknown-column]", path,
                        SHOWN, name, SHOWN, near);
    char list[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < names->count && used < sizeof list - 2 * SHOWN; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s'%.*s'", i > 0 ? ", " : "", SHOWN, names->name[i]);
    return net_fail(error, NET_ENVIRONMENT, "%s has no column '%.*s'; it has %s%s [unknown-column]", path, SHOWN, name,
                    list, used < sizeof list - 2 * SHOWN ? "" : ", …");
}

/* ---- a file to train on ---- */

/* A file of one column has another separator. */
static bool check_separator(const char *path, const NetCsvRow *first, NetError *error) {
    static const struct {
        char separator;
        const char *written;
    } others[] = {{';', ";"}, {'\t', "\\t"}, {',', ","}, {'|', "|"}};
    const char *written = NULL;
    for (size_t i = 0; written == NULL && i < sizeof others / sizeof *others; i++)
        if (strchr(first->cell[0].text, others[i].separator) != NULL) written = others[i].written;
    if (first->count > 1 || written == NULL) return true;
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: the first row is one cell, '%.*s'; write separator=\"%s\" [unknown-column]", path, SHOWN,
                    first->cell[0].text, written);
}

/* A name in the first row that is taken for values is there by header=false; else the number of a column is meant: that
 * of the texts, where there is one. */
static bool no_names(const char *path, const NetCsvRow *first, const char *name, NetError *error) {
    size_t texts = 0, number = 1;
    for (size_t i = 0; i < first->count; i++) {
        double value;
        const char *text = first->cell[i].text;
        size_t length = net_trim(&text, first->cell[i].length);
        if (length == strlen(name) && memcmp(text, name, length) == 0)
            return net_fail(error, NET_ENVIRONMENT,
                            "%s: its first row has the name '%.*s', which header=false makes a value; leave "
                            "header=false out [unknown-column]",
                            path, SHOWN, name);
        if (!net_number_read(text, length, &value) && texts++ == 0) number = i + 1;
    }
    return net_fail(error, NET_ENVIRONMENT,
                    "%s: its first row holds %s, so no column is called '%.*s'; write the column's number, as %zu, or "
                    "header=true if these are names [unknown-column]",
                    path, texts == first->count ? "no names" : "numbers", SHOWN, name, texts == 1 ? number : 1);
}

static bool find_ref(const NetColumns *columns, const char *path, const Names *names, const NetColumnRef *ref,
                     size_t *place, NetError *error) {
    if (ref->name != NULL && !columns->named) return no_names(path, names->first, ref->name, error);
    if (ref->name != NULL)
        return find_one(path, names, ref->name, place, error) &&
               (*place != NET_NO_COLUMN || no_column(path, names, ref->name, error));
    *place = (size_t)ref->number - 1;
    return (ref->number >= 1 && *place < columns->count) ||
           net_fail(error, NET_ENVIRONMENT, "%s has %zu column%s, there is no column %lld [unknown-column]", path,
                    columns->count, net_plural(columns->count), (long long)ref->number);
}

static bool choose_role(NetColumns *columns, const char *path, const Names *names, const NetColumnRef *ref,
                        NetColumnRole role, size_t *place, NetError *error) {
    if (!find_ref(columns, path, names, ref, place, error)) return false;
    char shown[NET_COLUMN_SHOWN];
    if (columns->role[*place] != NET_COLUMN_INPUT)
        return net_fail(error, NET_ENVIRONMENT, "%s: column %s is named twice in target= and ignore= [unknown-column]",
                        path, net_columns_shown(columns, *place, shown));
    columns->role[*place] = role;
    return true;
}

/* A column without a name is one that nobody meant to learn from; names must tell inputs apart. */
static bool check_inputs(NetColumns *columns, const char *path, const Names *names, NetError *error) {
    columns->inputs = 0;
    for (size_t i = 0; i < columns->count; i++) {
        size_t only;
        if (columns->role[i] != NET_COLUMN_INPUT) continue;
        columns->inputs++;
        if (!columns->named) continue;
        if (columns->name[i][0] == '\0')
            return net_fail(error, NET_ENVIRONMENT,
                            "%s: column %zu has no name; pandas writes numbers of rows so: write ignore=[%zu], or save "
                            "with index=False [unknown-column]",
                            path, i + 1, i + 1);
        if (!find_one(path, names, columns->name[i], &only, error)) return false;
    }
    return columns->inputs > 0 ||
           net_fail(error, NET_ENVIRONMENT, "%s has no column besides target= and ignore= [unknown-column]", path);
}

static bool choose(NetColumns *columns, const char *path, const Names *names, const NetColumnChoice *choice,
                   NetError *error) {
    for (size_t i = 0; i < choice->targets; i++)
        if (!choose_role(columns, path, names, &choice->target[i], NET_COLUMN_TARGET, &columns->target[i], error))
            return false;
    for (size_t i = 0, place; i < choice->ignored; i++)
        if (!choose_role(columns, path, names, &choice->ignore[i], NET_COLUMN_IGNORED, &place, error)) return false;
    return check_inputs(columns, path, names, error);
}

bool net_columns_choose(NetColumns *columns, const char *path, const NetCsvRow *first, bool named,
                        const NetColumnChoice *choice, NetError *error) {
    Names names = {.first = first};
    *columns = (NetColumns){.count = first->count, .targets = choice->targets, .named = named};
    bool ok = (!named || read_names(&names, first, error)) && check_separator(path, first, error);
    columns->name = names.name;
    columns->role = ok ? net_alloc(first->count, sizeof *columns->role, error) : NULL;
    columns->target = columns->role != NULL ? net_alloc(choice->targets, sizeof *columns->target, error) : NULL;
    ok = columns->target != NULL && choose(columns, path, &names, choice, error);
    free(names.sorted);
    return ok;
}

void net_columns_free(NetColumns *columns) {
    free_texts(columns->name, columns->count);
    free(columns->role);
    free(columns->target);
    *columns = (NetColumns){0};
}

bool net_columns_plain(NetColumns *columns, size_t inputs, NetError *error) {
    *columns = (NetColumns){.count = inputs, .inputs = inputs};
    columns->role = net_alloc(inputs, sizeof *columns->role, error); /* 0: inputs */
    columns->target = columns->role != NULL ? net_alloc(0, sizeof *columns->target, error) : NULL;
    return columns->target != NULL;
}

const char *net_columns_shown(const NetColumns *columns, size_t column, char out[NET_COLUMN_SHOWN]) {
    if (columns->named)
        snprintf(out, NET_COLUMN_SHOWN, "'%.*s'", SHOWN, columns->name[column]);
    else
        snprintf(out, NET_COLUMN_SHOWN, "%zu", column + 1);
    return out;
}

/* A name that is no word stands in quotes; one that cannot be written so, or is too long, is told by its number. */
const char *net_columns_written(const NetColumns *columns, size_t column, char out[NET_COLUMN_SHOWN]) {
    const char *name = columns->named ? columns->name[column] : "";
    size_t word = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    bool number = name[0] == '\0' || strpbrk(name, "\"\\") != NULL || strlen(name) + 3 > NET_COLUMN_SHOWN;
    if (!number) number = strcmp(net_utf8_plain(memcpy(out, name, strlen(name) + 1)), name) != 0;
    if (number)
        snprintf(out, NET_COLUMN_SHOWN, "%zu", column + 1);
    else
        snprintf(out, NET_COLUMN_SHOWN, name[word] == '\0' && (name[0] < '0' || name[0] > '9') ? "%s" : "\"%s\"", name);
    return out;
}

/* ---- as a text ---- */

static const char *const roles[NET_COLUMN_ROLES] = {"input", "target", "ignored"};

static size_t output_of(const NetColumns *columns, size_t column) {
    size_t output = 0;
    while (output < columns->targets && columns->target[output] != column) output++;
    return output;
}

char *net_columns_text(const NetColumns *columns, size_t column, NetError *error) {
    const char *blank = columns->named ? " " : "", *name = columns->named ? columns->name[column] : "";
    const char *role = roles[columns->role[column]];
    if (columns->role[column] != NET_COLUMN_TARGET) return net_text(error, "%s%s%s", role, blank, name);
    return net_text(error, "%s %zu%s%s", role, output_of(columns, column) + 1, blank, name);
}

static bool parse_role(const char **at, NetColumnRole *role) {
    for (int i = 0; i < NET_COLUMN_ROLES; i++) {
        size_t length = strlen(roles[i]);
        if (strncmp(*at, roles[i], length) != 0) continue;
        *at += length;
        *role = (NetColumnRole)i;
        return true;
    }
    return false;
}

/* One text into place `column` of arrays that have room for all; of targets the output. */
static bool parse_text(NetColumns *columns, const char *text, size_t column, size_t *output, NetError *error) {
    const char *at = text;
    NetColumnRole *role = &columns->role[column];
    bool ok = parse_role(&at, role);
    if (ok && *role == NET_COLUMN_TARGET) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        ok = end != at && number >= 1 && number <= columns->count;
        *output = number - 1;
        at = end;
    }
    bool named = *at == ' ';
    if (ok && column == 0) columns->named = named;
    if (!ok || named != columns->named || (!named && *at != '\0'))
        return net_fail(error, NET_ENVIRONMENT, "'%.*s' describes no column of a table", SHOWN, text);
    columns->inputs += *role == NET_COLUMN_INPUT;
    columns->targets += *role == NET_COLUMN_TARGET;
    if (named) columns->name[column] = net_text(error, "%s", at + 1);
    return !named || columns->name[column] != NULL;
}

/* Each output is one target's. */
static bool order_targets(NetColumns *columns, const size_t *outputs, NetError *error) {
    columns->target = net_alloc(columns->targets, sizeof *columns->target, error);
    if (columns->target == NULL) return false;
    for (size_t i = 0; i < columns->targets; i++) columns->target[i] = NET_NO_COLUMN;
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->role[i] != NET_COLUMN_TARGET) continue;
        if (outputs[i] >= columns->targets || columns->target[outputs[i]] != NET_NO_COLUMN)
            return net_fail(error, NET_ENVIRONMENT, "the targets of a table are not numbered from 1");
        columns->target[outputs[i]] = i;
    }
    return true;
}

bool net_columns_parse(NetColumns *columns, const char *const *texts, size_t count, NetError *error) {
    *columns = (NetColumns){.count = count};
    columns->name = net_alloc(count, sizeof *columns->name, error);
    columns->role = columns->name != NULL ? net_alloc(count, sizeof *columns->role, error) : NULL;
    size_t *outputs = columns->role != NULL ? net_alloc(count, sizeof *outputs, error) : NULL;
    bool ok = outputs != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = parse_text(columns, texts[i], i, &outputs[i], error);
    ok = ok && order_targets(columns, outputs, error);
    free(outputs);
    if (ok && !columns->named) {
        free(columns->name);
        columns->name = NULL;
    }
    return ok;
}

/* ---- other files ---- */

/* By order: as many columns as the file to train on had, as many without the ignored ones, or the inputs alone. */
static bool match_order(const NetColumns *columns, const char *path, size_t count, NetColumnPlaces *places,
                        NetError *error) {
    bool all = count == columns->count, used = count == columns->inputs + columns->targets;
    size_t next = 0, input = 0;
    if (!all && !used && count != columns->inputs)
        return net_fail(error, NET_ENVIRONMENT, "%s has %zu column%s, expected %zu input%s%s [unknown-column]", path,
                        count, net_plural(count), columns->inputs, net_plural(columns->inputs),
                        columns->targets > 0 ? ", with or without the target" : "");
    places->targets = columns->targets > 0 && (all || used);
    for (size_t i = 0; i < columns->count; i++) {
        bool here = all || columns->role[i] == NET_COLUMN_INPUT || (used && columns->role[i] == NET_COLUMN_TARGET);
        if (!here) continue;
        if (columns->role[i] == NET_COLUMN_INPUT) places->at[input++] = next;
        for (size_t k = 0; k < columns->targets; k++)
            if (columns->target[k] == i) places->at[columns->inputs + k] = next;
        next++;
    }
    return true;
}

static bool match_names(const NetColumns *columns, const char *path, const Names *names, NetColumnPlaces *places,
                        NetError *error) {
    size_t input = 0, found = 0;
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->role[i] != NET_COLUMN_INPUT) continue;
        size_t *place = &places->at[input++];
        if (!find_one(path, names, columns->name[i], place, error)) return false;
        if (*place == NET_NO_COLUMN) return no_column(path, names, columns->name[i], error);
    }
    for (size_t k = 0; k < columns->targets; k++) {
        size_t *place = &places->at[columns->inputs + k];
        if (!find_one(path, names, columns->name[columns->target[k]], place, error)) return false;
        found += *place != NET_NO_COLUMN;
    }
    places->targets = found > 0;
    for (size_t k = 0; found > 0 && k < columns->targets; k++)
        if (places->at[columns->inputs + k] == NET_NO_COLUMN)
            return no_column(path, names, columns->name[columns->target[k]], error);
    return true;
}

bool net_columns_match(const NetColumns *columns, const char *path, const NetCsvRow *first, bool named,
                       NetColumnPlaces *places, NetError *error) {
    size_t count = columns->inputs + columns->targets;
    *places = (NetColumnPlaces){.at = net_alloc(count, sizeof *places->at, error)};
    if (places->at == NULL) return false;
    for (size_t i = 0; i < count; i++) places->at[i] = NET_NO_COLUMN;
    if (!named || !columns->named) return match_order(columns, path, first->count, places, error);
    Names names;
    bool ok = read_names(&names, first, error) && match_names(columns, path, &names, places, error);
    free_names(&names);
    return ok;
}
