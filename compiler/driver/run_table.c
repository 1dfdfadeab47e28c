#include "compiler/driver/run_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/report.h"
#include "runtime/base/utf8.h"
#include "runtime/base/wrap.h"

/* Columns of the terminal: between two of the table, and how narrow those of settings may become. */
enum { GAP = 3, NARROW_GAP = 2, NARROW_SETTING = 8 };

/* ---- cells ---- */

static const char *time_text(Arena *arena, double seconds) {
    if (!(seconds >= 0 && seconds < 1e9)) {
        return "";
    }
    if (seconds < 60) {
        return arena_format(arena, "%.2f s", seconds);
    }
    long whole = lround(seconds);
    return whole < 3600 ? arena_format(arena, "%ld:%02ld", whole / 60, whole % 60)
                        : arena_format(arena, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

/* A figure as people read it, by what its name ends in. */
static const char *figure_text(Arena *arena, const Field *field) {
    const char *form = strstr(field->name, "accuracy") != NULL ? "accuracy"
                       : strstr(field->name, "rmse") != NULL   ? "RMSE"
                       : strstr(field->name, "cost") != NULL   ? "cost"
                                                               : NULL;
    if (form == NULL) {
        return field->text;
    }
    if (string_is(form, "accuracy")) {
        return field->mean ? arena_format(arena, "%.2f ± %.2f %%", 100 * field->number, 100 * field->sd)
                           : arena_format(arena, "%.2f %%", 100 * field->number);
    }
    return field->mean ? arena_format(arena, "%s %.4g ± %.2g", form, field->number, field->sd)
                       : arena_format(arena, "%s %.4g", form, field->number);
}

/* "3/10" while there are more to come. */
static const char *epochs_text(Arena *arena, const Run *run, const Field *done) {
    const Field *asked = field_find(&run->settings, "epochs");
    return asked != NULL && asked->number > done->number ? arena_format(arena, "%s/%s", done->text, asked->text)
                                                         : done->text;
}

static const char *status_text(const Run *run) {
    return string_is(run->status, "time_limit") ? "time limit" : run->status;
}

typedef struct {
    Arena *arena;
    const Runs *runs, *groups;
    Columns columns;
    bool several, color, dated; /* dated: names hold their dates */
    int terminal;               /* columns; 0: any number */
    int gap;                    /* between two columns of the table */
    FILE *out;
} Table;

static const char *cell_text(const Table *table, const Column *column, const Run *run) {
    Arena *arena = table->arena;
    const Field *field = run_column_field(column, run);
    if (column->show == SHOW_RUN) {
        const char *name = table->several ? run->folder : run->name;
        name = table->dated ? name : name_without_date(arena, name);
        return utf8_clean(arena, name, strlen(name));
    }
    if (column->show == SHOW_STATUS) {
        return status_text(run);
    }
    if (field == NULL) {
        return "";
    }
    switch (column->show) {
    case SHOW_EPOCHS: return epochs_text(arena, run, field);
    case SHOW_VALIDATION:
    case SHOW_TEST: return figure_text(arena, field);
    case SHOW_TIME: return time_text(arena, field->number);
    case SHOW_RESULT: return arena_format(arena, "%.6g", field->number);
    case SHOW_RUN:
    case SHOW_SETTING:
    case SHOW_STATUS: break;
    }
    return field->text;
}

/* ---- the table ---- */

/* The text, or as much of it as fits with "…" in its middle: names differ at both ends. */
static const char *shorten(Arena *arena, const char *text, int width) {
    if (net_text_width(text) <= width) {
        return text;
    }
    const char *tail = text;
    while (net_text_width(tail) > (width - 1) / 2) {
        do {
            tail++;
        } while (((unsigned char)*tail & 0xC0) == 0x80);
    }
    int room = width - 1 - net_text_width(tail);
    size_t head = 0, size = strlen(text);
    for (uint32_t code; head < size;) {
        size_t bytes = net_utf8_decode(text + head, size - head, &code);
        room -= net_utf8_width(code);
        if (room < 0) {
            break;
        }
        head += bytes == 0 ? 1 : bytes;
    }
    return arena_format(arena, "%.*s…%s", (int)head, text, tail);
}

static int total_width(const Table *table) {
    int total = 0;
    for (size_t i = 0; i < table->columns.count; i++) {
        total += table->columns.at[i].width + (i > 0 ? table->gap : 0);
    }
    return total;
}

static void measure(Table *table) {
    for (size_t c = 0; c < table->columns.count; c++) {
        Column *column = &table->columns.at[c];
        column->width = net_text_width(column->title);
        for (size_t i = 0; i < table->runs->count + table->groups->count; i++) {
            const Run *run = i < table->runs->count ? &table->runs->at[i] : &table->groups->at[i - table->runs->count];
            int width = net_text_width(cell_text(table, column, run));
            column->width = width > column->width ? width : column->width;
        }
    }
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the dates in names tell runs apart: without them two would be called alike. */
static bool needs_dates(Arena *arena, const Runs *runs) {
    const char **names = NEW_ARRAY(arena, const char *, runs->count);
    for (size_t i = 0; i < runs->count; i++) {
        names[i] = name_without_date(arena, runs->at[i].folder);
    }
    qsort(names, runs->count, sizeof *names, compare_names);
    bool alike = false;
    for (size_t i = 1; i < runs->count; i++) {
        alike = alike || string_is(names[i - 1], names[i]);
    }
    return alike;
}

static bool is_same_in_all(const Runs *runs) {
    bool same = true;
    for (size_t i = 1; i < runs->count; i++) {
        same = same && string_is(runs->at[i].status, runs->at[0].status);
    }
    return same;
}

enum { DIFFERS = 2 }; /* of a setting that runs of one model differ in */

/* How soon a column is left out, 0: never. What tells runs apart and their results stay longest. */
static int dispensability(const Table *table, const Column *column) {
    switch (column->show) {
    case SHOW_RUN:
    case SHOW_VALIDATION:
    case SHOW_TEST:
    case SHOW_RESULT: return 0;
    case SHOW_TIME: return DIFFERS + 5;
    case SHOW_EPOCHS: return DIFFERS + 4;
    case SHOW_STATUS: return is_same_in_all(table->runs) ? DIFFERS + 3 : DIFFERS - 1;
    case SHOW_SETTING: return !column->told ? DIFFERS : string_is(column->title, "model") ? DIFFERS + 1 : DIFFERS + 2;
    }
    BUG("column %d", (int)column->show);
}

/* The column to leave out next, 0 for none: of equals the widest, so that few go. */
static size_t dispensable(const Table *table) {
    size_t found = 0;
    int most = 0;
    for (size_t i = table->columns.count; i-- > 1;) {
        int mine = dispensability(table, &table->columns.at[i]);
        if (mine > most || (mine > 0 && mine == most && table->columns.at[i].width > table->columns.at[found].width)) {
            most = mine;
            found = i;
        }
    }
    return found;
}

/* Makes gaps narrower and leaves out the dates, if names without them can be typed; then leaves out columns that say
 * little, makes texts narrower, and leaves out more. What is left out is returned. */
static Words fit(Table *table) {
    Words left_out = {0};
    Columns *columns = &table->columns;
    while (table->terminal > 0 && total_width(table) > table->terminal) {
        Column *widest = NULL;
        size_t next = dispensable(table);
        bool little = next > 0 && dispensability(table, &columns->at[next]) > DIFFERS;
        for (size_t i = 0; i < columns->count; i++) {
            Column *column = &columns->at[i];
            if (column->show == SHOW_SETTING && column->width > column->least &&
                (widest == NULL || column->width > widest->width)) {
                widest = column;
            }
        }
        if (table->gap > NARROW_GAP) {
            table->gap--;
        } else if (table->dated && !needs_dates(table->arena, table->runs)) {
            table->dated = false;
            vec_push(table->arena, &left_out, "dates");
            measure(table);
        } else if (widest != NULL && !little) {
            widest->width--;
        } else if (next > 0) {
            vec_push(table->arena, &left_out, columns->at[next].title);
            columns->count--;
            for (size_t i = next; i < columns->count; i++) {
                columns->at[i] = columns->at[i + 1];
            }
        } else {
            break;
        }
    }
    return left_out;
}

/* Whether a run's figure in a column is the best of all. */
static bool is_best(const Table *table, const Column *column, const Run *run) {
    const Field *mine = run_column_field(column, run);
    if (mine == NULL || (column->show != SHOW_VALIDATION && column->show != SHOW_TEST)) {
        return false;
    }
    bool high = run_more_is_better(mine->name);
    int others = 0;
    for (size_t i = 0; i < table->runs->count; i++) {
        const Field *other = run_column_field(column, &table->runs->at[i]);
        others += other != NULL && &table->runs->at[i] != run;
        if (other != NULL && (high ? other->number > mine->number : other->number < mine->number)) {
            return false;
        }
    }
    return others > 0;
}

static const char *style(const Table *table, const Column *column, const Run *run) {
    if (!table->color) {
        return "";
    }
    if (run == NULL) {
        return "\033[2m";
    }
    if (column->show == SHOW_STATUS) {
        bool bad = string_is(run->status, "diverged") || string_is(run->status, "broken");
        return bad ? "\033[31m" : string_is(run->status, "done") ? "" : "\033[33m";
    }
    return is_best(table, column, run) ? "\033[1;32m" : "";
}

/* One line; the titles without a run. No blanks at its end. */
static void print_row(const Table *table, const Run *run) {
    int blanks = 0;
    for (size_t i = 0; i < table->columns.count; i++) {
        const Column *column = &table->columns.at[i];
        const char *text = run == NULL ? column->title : cell_text(table, column, run);
        text = shorten(table->arena, text, column->width);
        int room = column->width - net_text_width(text);
        blanks += column->right ? room : 0;
        if (*text != '\0') {
            const char *begin = style(table, column, run);
            fprintf(table->out, "%*s%s%s%s", blanks, "", begin, text, *begin != '\0' ? "\033[0m" : "");
            blanks = 0;
        }
        blanks += (column->right ? 0 : room) + table->gap;
    }
    fputc('\n', table->out);
}

/* "NAME: a, b" in lines that fit; in a pipe too, where only rows of the table are as long as they are. */
static void print_list(const Table *table, const char *name, const Words *words) {
    int page = table->terminal > 0 ? table->terminal : net_page_width(table->out);
    int column = fprintf(table->out, "%s%s:", table->color ? "\033[2m" : "", name) - (table->color ? 4 : 0);
    for (size_t i = 0; i < words->count; i++) {
        int width = 2 + net_text_width(words->at[i]);
        if (column + width > page) {
            fputs("\n ", table->out);
            column = 1;
        }
        column += width;
        fprintf(table->out, " %s%s", words->at[i], i + 1 < words->count ? "," : "");
    }
    fprintf(table->out, "%s\n", table->color ? "\033[0m" : "");
}

static bool has_column(const Table *table, Show show) {
    bool found = false;
    for (size_t i = 0; i < table->columns.count; i++) {
        found = found || table->columns.at[i].show == show;
    }
    return found;
}

/* What all runs have in common, below the table. */
static void print_common(const Table *table) {
    Arena *arena = table->arena;
    Words names = runs_setting_names(arena, table->runs), texts = {0};
    for (size_t i = 0; i < names.count; i++) {
        const Field *field = NULL;
        for (size_t k = 0; k < table->runs->count && field == NULL; k++) {
            field = field_find(&table->runs->at[k].settings, names.at[i]);
        }
        if (field != NULL && !runs_differ_in(table->runs, names.at[i]) && !string_is(field->text, "0")) {
            vec_push(arena, &texts, arena_format(arena, "%s %s", names.at[i], field->text));
        }
    }
    if (is_same_in_all(table->runs) && !has_column(table, SHOW_STATUS)) {
        vec_push(arena, &texts, arena_format(arena, "status %s", status_text(&table->runs->at[0])));
    }
    if (texts.count > 0) {
        fputc('\n', table->out);
        print_list(table, table->runs->count > 1 ? "the same in all" : "settings", &texts);
    }
}

void run_table_print(Arena *arena, const Options *options, const Runs *runs, const Runs *groups, const Column *sorted) {
    Table table = {.arena = arena,
                   .runs = runs,
                   .groups = groups,
                   .dated = true,
                   .several = options->files.count > 1,
                   .color = report_color(options, stdout),
                   .terminal = net_terminal_width(stdout),
                   .gap = GAP,
                   .out = stdout};
    Words settings = runs_differing(arena, runs);
    bool shown = sorted == NULL || sorted->show != SHOW_SETTING;
    vec_push(arena, &table.columns, run_columns_standard[0]);
    for (size_t i = 0; i < settings.count; i++) {
        Column column = {.show = SHOW_SETTING, .title = settings.at[i], .least = NARROW_SETTING};
        column.told = runs_differ_by_model(arena, runs, column.title);
        bool numbers = true;
        for (size_t k = 0; k < runs->count; k++) {
            const Field *field = field_find(&runs->at[k].settings, column.title);
            numbers = numbers && (field == NULL || !isnan(field->number));
        }
        column.right = numbers;
        if (!string_is(column.title, "epochs")) { /* the results tell them */
            vec_push(arena, &table.columns, column);
        }
        shown = shown || string_is(column.title, sorted->title);
    }
    if (sorted != NULL && (!shown || sorted->show == SHOW_RESULT)) {
        vec_push(arena, &table.columns, *sorted);
    }
    for (size_t i = 1; i < STANDARD_COLUMNS; i++) {
        vec_push(arena, &table.columns, run_columns_standard[i]);
    }
    measure(&table);
    Words left_out = fit(&table);
    print_row(&table, NULL);
    for (size_t i = 0; i < runs->count; i++) {
        print_row(&table, &runs->at[i]);
    }
    for (size_t i = 0; i < groups->count; i++) {
        fputs(i == 0 ? "\n" : "", table.out);
        print_row(&table, &groups->at[i]);
    }
    print_common(&table);
    if (left_out.count > 0) {
        print_list(&table, "not shown, the terminal is too narrow", &left_out);
    }
}
