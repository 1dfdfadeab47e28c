/* netc runs: run folders as a table of what tells them apart and what came of them, or as JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/report.h"
#include "compiler/driver/runs.h"
#include "runtime/base/utf8.h"
#include "runtime/base/words.h"
#include "runtime/train/runs.h"

/* ---- columns ---- */

/* Columns of a terminal: between two of the table, and how narrow they may become. */
enum { GAP = 3, NARROW_GAP = 2, NARROW_RUN = 18, NARROW_SETTING = 8 };

/* What a column shows of a run. RESULT and SETTING are fields of it, by name. */
typedef enum {
    SHOW_RUN,
    SHOW_SETTING,
    SHOW_EPOCHS,
    SHOW_VALIDATION,
    SHOW_TEST,
    SHOW_TIME,
    SHOW_STATUS,
    SHOW_RESULT
} Show;

typedef struct {
    Show show;
    const char *title; /* and name, for --sort and fields */
    bool right;        /* numbers stand at the right */
    int width, least;  /* columns of the terminal; how narrow it may become */
} Column;

typedef VEC(Column) Columns;

/* The figures the standard columns show, best choice first. */
static const char *const validation_figures[] = {"best_validation_accuracy", "validation_accuracy",
                                                 "best_validation_rmse",     "validation_rmse",
                                                 "best_validation_cost",     "validation_cost"};
static const char *const test_figures[] = {"test_accuracy", "test_rmse", "test_cost"};

static const Field *first_figure(const Run *run, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const Field *field = field_find(&run->figures, names[i]);
        if (field != NULL && !isnan(field->number)) {
            return field;
        }
    }
    return NULL;
}

/* The field a column shows, NULL for none; run and status are no fields. */
static const Field *column_field(const Column *column, const Run *run) {
    switch (column->show) {
    case SHOW_RUN:
    case SHOW_STATUS: return NULL;
    case SHOW_SETTING: return field_find(&run->settings, column->title);
    case SHOW_EPOCHS: return field_find(&run->figures, "epochs");
    case SHOW_VALIDATION: return first_figure(run, validation_figures, COUNT_OF(validation_figures));
    case SHOW_TEST: return first_figure(run, test_figures, COUNT_OF(test_figures));
    case SHOW_TIME: return field_find(&run->figures, "seconds");
    case SHOW_RESULT: return field_find(&run->figures, column->title);
    }
    BUG("column %d", (int)column->show);
}

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
    const Field *field = column_field(column, run);
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

/* ---- which settings differ ---- */

/* Of little interest beside `data`, and long. */
static bool is_shown(const char *name) { return !string_is(name, "data_source") && !string_is(name, "data_sha256"); }

/* Whether the runs that have settings at all agree on one. */
static bool differs(const Runs *runs, const char *name) {
    const Field *first = NULL;
    bool seen = false;
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->at[i].config == NULL) {
            continue;
        }
        const Field *field = field_find(&runs->at[i].settings, name);
        if (seen && (first == NULL) != (field == NULL)) {
            return true;
        }
        if (seen && field != NULL && !string_is(field->text, first->text)) {
            return true;
        }
        first = field;
        seen = true;
    }
    return false;
}

/* The names of all settings, in the order they first appear in. */
static Words setting_names(Arena *arena, const Runs *runs) {
    Words names = {0};
    for (size_t i = 0; i < runs->count; i++) {
        const Fields *fields = &runs->at[i].settings;
        for (size_t k = 0; k < fields->count; k++) {
            bool known = false;
            for (size_t n = 0; n < names.count && !known; n++) {
                known = string_is(names.at[n], fields->at[k].name);
            }
            if (!known && is_shown(fields->at[k].name)) {
                vec_push(arena, &names, fields->at[k].name);
            }
        }
    }
    return names;
}

static Words differing(Arena *arena, const Runs *runs) {
    Words all = setting_names(arena, runs), names = {0};
    for (size_t i = 0; i < all.count; i++) {
        if (differs(runs, all.at[i])) {
            vec_push(arena, &names, all.at[i]);
        }
    }
    return names;
}

/* ---- sorting ---- */

static const Column standard[] = {
    {.show = SHOW_RUN, .title = "run", .least = NARROW_RUN},
    {.show = SHOW_EPOCHS, .title = "epochs", .right = true},
    {.show = SHOW_VALIDATION, .title = "validation", .right = true},
    {.show = SHOW_TEST, .title = "test", .right = true},
    {.show = SHOW_TIME, .title = "seconds", .right = true},
    {.show = SHOW_STATUS, .title = "status"},
};

Words runs_columns(Arena *arena) {
    Words names = {0};
    for (size_t i = 0; i < COUNT_OF(standard); i++) {
        vec_push(arena, &names, standard[i].title);
    }
    return names;
}

/* The column that --sort names: one of the standard ones, a setting, or a figure of result.json. */
static bool find_column(Arena *arena, const Runs *runs, const char *name, Column *column) {
    for (size_t i = 0; i < COUNT_OF(standard); i++) {
        if (string_is(standard[i].title, name)) {
            *column = standard[i];
            return true;
        }
    }
    Words names = setting_names(arena, runs);
    for (size_t i = 0; i < runs->count; i++) {
        bool setting = field_find(&runs->at[i].settings, name) != NULL;
        if (setting || field_find(&runs->at[i].figures, name) != NULL) {
            *column = (Column){.show = setting ? SHOW_SETTING : SHOW_RESULT, .title = name, .right = !setting};
            return true;
        }
        for (size_t k = 0; k < runs->at[i].figures.count; k++) {
            vec_push(arena, &names, runs->at[i].figures.at[k].name);
        }
    }
    Words usual = runs_columns(arena);
    for (size_t i = 0; i < usual.count; i++) {
        vec_push(arena, &names, usual.at[i]);
    }
    const char *nearest = net_nearest_word(name, names.at, names.count);
    if (nearest != NULL) {
        report_usage("runs", "--sort %s: there is no such column; did you mean '%s'?", name, nearest);
    } else {
        report_usage("runs",
                     "--sort %s: there is no such column; it takes run, epochs, validation, test, seconds, status, a "
                     "setting such as rate, or a figure of result.json such as test_cost",
                     name);
    }
    return false;
}

typedef struct {
    const Run *run;
    const Field *field;
    const char *text;
    size_t place; /* before sorting: equal ones stay in order */
    int sign;     /* -1: larger values first */
} Key;

static int compare_keys(const void *a, const void *b) {
    const Key *left = a, *right = b;
    bool no_left = left->text == NULL, no_right = right->text == NULL;
    int order = (int)no_left - (int)no_right; /* what lacks the value comes last, either way */
    if (order == 0 && !no_left) {
        double x = left->field == NULL ? (double)NAN : left->field->number;
        double y = right->field == NULL ? (double)NAN : right->field->number;
        order = left->sign * (isnan(x) || isnan(y) ? name_compare(left->text, right->text) : (x > y) - (x < y));
    }
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static void sort_runs(Arena *arena, Runs *runs, const Column *column, bool backwards) {
    Key *keys = NEW_ARRAY(arena, Key, runs->count);
    for (size_t i = 0; i < runs->count; i++) {
        Run *copy = NEW(arena, Run);
        *copy = runs->at[i];
        const Field *field = column_field(column, copy);
        bool high = field != NULL && column->show != SHOW_SETTING && strstr(field->name, "accuracy") != NULL;
        bool text = column->show == SHOW_RUN || column->show == SHOW_STATUS;
        keys[i] = (Key){.run = copy, .field = field, .place = i, .sign = high != backwards ? -1 : 1};
        keys[i].text = text            ? (column->show == SHOW_RUN ? copy->name : copy->status)
                       : field == NULL ? NULL
                                       : field->text;
    }
    qsort(keys, runs->count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < runs->count; i++) {
        runs->at[i] = *keys[i].run;
    }
}

/* ---- the table ---- */

/* The text, or as much of it as fits with "…" in its middle: names differ at both ends. */
static const char *shorten(Arena *arena, const char *text, int width) {
    if (utf8_text_width(text) <= width) {
        return text;
    }
    const char *tail = text;
    while (utf8_text_width(tail) > (width - 1) / 2) {
        do {
            tail++;
        } while (((unsigned char)*tail & 0xC0) == 0x80);
    }
    int room = width - 1 - utf8_text_width(tail);
    size_t head = 0, size = strlen(text);
    for (uint32_t code; head < size;) {
        size_t bytes = net_utf8_decode(text + head, size - head, &code);
        room -= utf8_width(code);
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
        column->width = utf8_text_width(column->title);
        for (size_t i = 0; i < table->runs->count + table->groups->count; i++) {
            const Run *run = i < table->runs->count ? &table->runs->at[i] : &table->groups->at[i - table->runs->count];
            int width = utf8_text_width(cell_text(table, column, run));
            column->width = width > column->width ? width : column->width;
        }
    }
}

/* The column to leave out next, 0 for none: what tells runs apart and their results stay longest. */
static size_t dispensable(const Columns *columns) {
    static const Show order[] = {SHOW_TIME, SHOW_EPOCHS, SHOW_STATUS, SHOW_SETTING};
    for (size_t k = 0; k < COUNT_OF(order); k++) {
        for (size_t i = columns->count; i-- > 1;) {
            if (columns->at[i].show == order[k]) {
                return i;
            }
        }
    }
    return 0;
}

/* Makes gaps narrower, leaves out the dates, makes the widest texts narrower, then leaves out columns; what is left out
 * is returned. */
static Words fit(Table *table) {
    Words left_out = {0};
    Columns *columns = &table->columns;
    while (table->terminal > 0 && total_width(table) > table->terminal) {
        Column *widest = NULL;
        size_t next = dispensable(columns);
        for (size_t i = 0; i < columns->count; i++) {
            Column *column = &columns->at[i];
            if (column->least > 0 && column->width > column->least &&
                (widest == NULL || column->width > widest->width)) {
                widest = column;
            }
        }
        if (table->gap > NARROW_GAP) {
            table->gap--;
        } else if (table->dated) {
            table->dated = false;
            vec_push(table->arena, &left_out, "dates");
            measure(table);
        } else if (widest != NULL) {
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
    const Field *mine = column_field(column, run);
    if (mine == NULL || (column->show != SHOW_VALIDATION && column->show != SHOW_TEST)) {
        return false;
    }
    bool high = strstr(mine->name, "accuracy") != NULL;
    int others = 0;
    for (size_t i = 0; i < table->runs->count; i++) {
        const Field *other = column_field(column, &table->runs->at[i]);
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
        int room = column->width - utf8_text_width(text);
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

/* "NAME: a, b" in lines that fit. */
static void print_list(const Table *table, const char *name, const Words *words) {
    int column = fprintf(table->out, "%s%s:", table->color ? "\033[2m" : "", name) - (table->color ? 4 : 0);
    for (size_t i = 0; i < words->count; i++) {
        int width = 2 + utf8_text_width(words->at[i]);
        if (table->terminal > 0 && column + width > table->terminal) {
            fputs("\n ", table->out);
            column = 1;
        }
        column += width;
        fprintf(table->out, " %s%s", words->at[i], i + 1 < words->count ? "," : "");
    }
    fprintf(table->out, "%s\n", table->color ? "\033[0m" : "");
}

/* What all runs have in common, below the table. */
static void print_common(const Table *table) {
    Arena *arena = table->arena;
    Words names = setting_names(arena, table->runs), texts = {0};
    for (size_t i = 0; i < names.count; i++) {
        const Field *field = NULL;
        for (size_t k = 0; k < table->runs->count && field == NULL; k++) {
            field = field_find(&table->runs->at[k].settings, names.at[i]);
        }
        if (field != NULL && !differs(table->runs, names.at[i]) && !string_is(field->text, "0")) {
            vec_push(arena, &texts, arena_format(arena, "%s %s", names.at[i], field->text));
        }
    }
    if (texts.count > 0) {
        fputc('\n', table->out);
        print_list(table, table->runs->count > 1 ? "the same in all" : "settings", &texts);
    }
}

static int terminal_width(FILE *out) {
    struct winsize size;
    return isatty(fileno(out)) == 1 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void print_table(Arena *arena, const Options *options, const Runs *runs, const Runs *groups,
                        const Column *sorted) {
    Table table = {.arena = arena,
                   .runs = runs,
                   .groups = groups,
                   .dated = true,
                   .several = options->files.count > 1,
                   .color = report_color(options, stdout),
                   .terminal = terminal_width(stdout),
                   .gap = GAP,
                   .out = stdout};
    Words settings = differing(arena, runs);
    bool shown = sorted == NULL || sorted->show != SHOW_SETTING;
    vec_push(arena, &table.columns, standard[0]);
    for (size_t i = 0; i < settings.count; i++) {
        Column column = {.show = SHOW_SETTING, .title = settings.at[i], .least = NARROW_SETTING};
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
    for (size_t i = 1; i < COUNT_OF(standard); i++) {
        vec_push(arena, &table.columns, standard[i]);
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

/* ---- the command ---- */

static bool read_all(Arena *arena, const Options *options, Runs *runs) {
    bool good = true;
    for (size_t i = 0; i < options->files.count; i++) {
        good = runs_read(arena, options->files.at[i], runs) && good;
    }
    if (options->files.count > 0) {
        return good;
    }
    if (access(NET_RUN_DIR, F_OK) != 0) {
        report_environment("there is no folder '" NET_RUN_DIR
                           "' here; 'netc train FILE' makes one, 'netc runs DIR' lists another");
        return false;
    }
    return runs_read(arena, NET_RUN_DIR, runs);
}

/* False after saying that no run is of that model. */
static bool select_model(Arena *arena, Runs *runs, const char *model) {
    Words names = {0};
    for (size_t i = 0; i < runs->count; i++) {
        const Field *field = field_find(&runs->at[i].settings, "model");
        if (field != NULL) {
            vec_push(arena, &names, field->text);
        }
    }
    runs_select(arena, runs, model);
    if (runs->count > 0) {
        return true;
    }
    const char *nearest = net_nearest_word(model, names.at, names.count);
    if (nearest != NULL) {
        report_usage("runs", "--model %s: there is no run of it; did you mean '%s'?", model, nearest);
    } else {
        report_usage("runs", "--model %s: there is no run of it; 'netc runs' lists those of all models", model);
    }
    return false;
}

int cmd_runs(Arena *arena, Options *options) {
    Runs runs = {0};
    Column column;
    const char *sort = options->sort;
    bool backwards = sort != NULL && sort[0] == '-';
    int status = read_all(arena, options, &runs) ? STATUS_OK : STATUS_ENVIRONMENT;
    if (options->model != NULL && runs.count > 0 && !select_model(arena, &runs, options->model)) {
        runs_free(&runs);
        return STATUS_USAGE;
    }
    runs_order(arena, &runs);
    Runs groups = runs_groups(arena, &runs);
    if (sort != NULL && runs.count > 0) {
        if (!find_column(arena, &runs, sort + backwards, &column)) {
            runs_free(&runs);
            return STATUS_USAGE;
        }
        sort_runs(arena, &runs, &column, backwards);
        sort_runs(arena, &groups, &column, backwards);
    }
    if (options->json) {
        runs_json(arena, &runs, &groups, differing(arena, &runs), stdout);
    } else if (runs.count > 0) {
        print_table(arena, options, &runs, &groups, sort == NULL ? NULL : &column);
    } else if (status == STATUS_OK) {
        report_note("there are no runs in %s", options->files.count > 0 ? options->files.at[0] : NET_RUN_DIR);
    }
    runs_free(&runs);
    return status;
}
