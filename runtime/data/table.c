#include "runtime/data/table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/data/format.h"
#include "runtime/data/number.h"

enum { SHOWN = 60 }; /* bytes of a cell in a message */

/* ---- the first row ---- */

static bool has_names(const NetTableForm *form, const NetCsvRow *row) {
    if (form->header != NET_HEADER_AUTO) return form->header == NET_HEADER_TRUE;
    double value;
    for (size_t i = 0; i < row->count; i++)
        if (net_number_read(row->cell[i].text, row->cell[i].length, &value)) return false;
    return true;
}

static bool list_inputs(NetTable *table, NetError *error) {
    size_t next = 0;
    table->input = net_alloc(table->columns->inputs, sizeof *table->input, error);
    for (size_t i = 0; table->input != NULL && i < table->columns->count; i++)
        if (table->columns->role[i] == NET_COLUMN_INPUT) table->input[next++] = i;
    return table->input != NULL;
}

bool net_table_begin(NetTable *table, NetStream *stream, const NetTableForm *form, NetColumns *columns,
                     NetError *error) {
    *table = (NetTable){.columns = columns, .chosen = form->choice != NULL};
    NetCsvRow *first = &table->row;
    if (!net_format_check_table(stream, error) || !net_csv_begin(&table->csv, stream, form->separator, error) ||
        !net_csv_next(&table->csv, first, error))
        return false;
    if (first->count == 0)
        return net_fail(error, NET_ENVIRONMENT, "%s has no rows, expected a CSV file [short-file]", stream->path);
    bool named = has_names(form, first);
    table->begun = !named;
    return (!table->chosen || net_columns_choose(columns, stream->path, first, named, form->choice, error)) &&
           net_columns_match(columns, stream->path, first, named, &table->places, error) && list_inputs(table, error);
}

void net_table_end(NetTable *table) {
    net_csv_end(&table->csv);
    free(table->places.at);
    free(table->input);
    *table = (NetTable){0};
}

bool net_table_peek(NetTable *table) {
    table->begun = table->begun || net_csv_next(&table->csv, &table->row, NULL);
    return table->begun && table->row.count > 0;
}

bool net_table_is_text(const NetTable *table, size_t column) {
    double value;
    for (size_t i = 0; i < table->columns->inputs; i++) {
        const NetCsvCell *cell = &table->row.cell[table->places.at[i]];
        if (table->input[i] == column) return cell->length > 0 && !net_number_read(cell->text, cell->length, &value);
    }
    return false;
}

/* ---- values ---- */

/* Whether it would be a number with a point in place of its comma. */
static bool has_comma(const char *text, size_t length) {
    char copy[SHOWN + 1];
    double value;
    if (length > SHOWN || memchr(text, ',', length) == NULL) return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *strchr(copy, ',') = '.';
    return net_number_read(copy, length, &value);
}

/* Whether a cell is a word, and none for a value that is missing. */
static bool is_word(const char *text, size_t length) {
    static const char *const missing[] = {"na", "n/a", "nan", "null", "none", "nil", "missing", "unknown"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strlen(missing[i]) == length && strncasecmp(text, missing[i], length) == 0) return false;
    return length > 0 && (isalpha((unsigned char)text[0]) || (unsigned char)text[0] >= 0x80);
}

/* A column that begins with a word is one of texts: what it can be besides an input. */
static const char *advise_texts(const NetTable *table, size_t column, bool target, char *out, size_t size) {
    const NetColumns *columns = table->columns;
    char written[NET_COLUMN_SHOWN];
    size_t used = 0;
    if (target) return "; texts are classes: write 'target class'";
    for (size_t i = 0; i < columns->count && used < size; i++)
        if (i == column || columns->role[i] == NET_COLUMN_IGNORED)
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     used > 0 ? ", " : "; texts are no inputs: write ignore=[",
                                     net_columns_written(columns, i, written));
    if (used < size) used += (size_t)snprintf(out + used, size - used, "]");
    return used < size ? out : NULL;
}

static bool no_number(const NetTable *table, const NetCsvCell *cell, size_t column, bool target, NetError *error) {
    const char *text = cell->text, *cut = "";
    size_t length = net_trim(&text, cell->length);
    char name[NET_COLUMN_SHOWN], found[SHOWN + 8] = "an empty cell", texts[256];
    bool begins = table->chosen && !table->later && is_word(text, length);
    const char *advice = has_comma(text, length) ? "; a number has a point"
                         : begins                ? advise_texts(table, column, target, texts, sizeof texts)
                                                 : NULL;
    if (advice == NULL)
        advice = !table->chosen || target ? "; drop the row" : "; drop the row or name the column in ignore=[…]";
    if (length > SHOWN) length = SHOWN, cut = "…";
    if (length > 0) snprintf(found, sizeof found, "'%.*s%s'", (int)length, text, cut);
    return net_fail(error, NET_ENVIRONMENT, "%s:%lld, column %s: %s is not a number%s [not-a-number]",
                    table->csv.stream->path, (long long)table->row.line,
                    net_columns_shown(table->columns, column, name), found, advice);
}

static bool read_value(const NetTable *table, size_t place, size_t column, bool target, float *value, NetError *error) {
    const NetCsvCell *cell = &table->row.cell[place];
    double number;
    char name[NET_COLUMN_SHOWN];
    if (!net_number_read(cell->text, cell->length, &number)) return no_number(table, cell, column, target, error);
    *value = (float)number;
    return isfinite(*value) || net_fail(error, NET_ENVIRONMENT,
                                        "%s:%lld, column %s: %.*s is beyond what a 32-bit float holds [not-a-number]",
                                        table->csv.stream->path, (long long)table->row.line,
                                        net_columns_shown(table->columns, column, name), SHOWN, cell->text);
}

bool net_table_next(NetTable *table, float *x, bool *more, NetError *error) {
    if (!table->begun && !net_csv_next(&table->csv, &table->row, error)) return false;
    table->begun = false;
    table->later = table->handed;
    table->handed = true;
    *more = table->row.count > 0;
    for (size_t i = 0; *more && i < table->columns->inputs; i++)
        if (!read_value(table, table->places.at[i], table->input[i], false, &x[i], error)) return false;
    return true;
}

NetCsvCell net_table_target(const NetTable *table, size_t target) {
    NetCsvCell cell = table->row.cell[table->places.at[table->columns->inputs + target]];
    cell.length = net_trim(&cell.text, cell.length);
    return cell;
}

bool net_table_value(const NetTable *table, size_t target, float *value, NetError *error) {
    size_t place = table->places.at[table->columns->inputs + target];
    return read_value(table, place, table->columns->target[target], true, value, error);
}
