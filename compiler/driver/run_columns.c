#include "compiler/driver/run_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/report.h"
#include "runtime/base/words.h"

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

const Field *run_column_field(const Column *column, const Run *run) {
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

const Field *run_shown_field(const Run *run, Show show) { return run_column_field(&(Column){.show = show}, run); }

/* ---- which settings differ ---- */

/* Of little interest beside `data`, and long. */
static bool is_shown(const char *name) { return !string_is(name, "data_source") && !string_is(name, "data_sha256"); }

bool runs_differ_in(const Runs *runs, const char *name) {
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

/* The text of a setting, "" without one. */
static const char *setting_text(const Run *run, const char *name) {
    const Field *field = field_find(&run->settings, name);
    return field == NULL ? "" : field->text;
}

bool runs_differ_by_model(Arena *arena, const Runs *runs, const char *name) {
    VEC(const Run *) first = {0}; /* of each model */
    for (size_t i = 0; i < runs->count; i++) {
        const Run *run = &runs->at[i];
        size_t k = 0;
        while (k < first.count && !string_is(setting_text(first.at[k], "model"), setting_text(run, "model"))) {
            k++;
        }
        if (k == first.count) {
            vec_push(arena, &first, run);
        } else if (!string_is(setting_text(first.at[k], name), setting_text(run, name))) {
            return false;
        }
    }
    return true;
}

Words runs_setting_names(Arena *arena, const Runs *runs) {
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

Words runs_differing(Arena *arena, const Runs *runs) {
    Words all = runs_setting_names(arena, runs), names = {0};
    for (size_t i = 0; i < all.count; i++) {
        if (runs_differ_in(runs, all.at[i])) {
            vec_push(arena, &names, all.at[i]);
        }
    }
    return names;
}

/* ---- sorting ---- */

const Column run_columns_standard[STANDARD_COLUMNS] = {
    {.show = SHOW_RUN, .title = "run"},
    {.show = SHOW_EPOCHS, .title = "epochs", .right = true},
    {.show = SHOW_VALIDATION, .title = "validation", .right = true},
    {.show = SHOW_TEST, .title = "test", .right = true},
    {.show = SHOW_TIME, .title = "seconds", .right = true},
    {.show = SHOW_STATUS, .title = "status"},
};

Words runs_columns(Arena *arena) {
    Words names = {0};
    for (size_t i = 0; i < STANDARD_COLUMNS; i++) {
        vec_push(arena, &names, run_columns_standard[i].title);
    }
    return names;
}

bool run_column_find(Arena *arena, const Runs *runs, const char *name, Column *column) {
    for (size_t i = 0; i < STANDARD_COLUMNS; i++) {
        if (string_is(run_columns_standard[i].title, name)) {
            *column = run_columns_standard[i];
            return true;
        }
    }
    Words names = runs_setting_names(arena, runs);
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
    static const NetAlias aliases[] = {
        {"acc", "test"},       {"accuracy", "test"},      {"test-acc", "test"},    {"test-accuracy", "test"},
        {"val", "validation"}, {"val-acc", "validation"}, {"valid", "validation"}, {"val-accuracy", "validation"},
        {"loss", "test_cost"}, {"cost", "test_cost"},     {"error", "test_cost"},  {"val-loss", "best_validation_cost"},
        {"time", "seconds"},   {"duration", "seconds"},   {"date", "run"},         {"name", "run"},
        {"lr", "rate"},        {"learning-rate", "rate"}, {"bs", "batch"},         {"batch-size", "batch"},
    };
    const char *alias = net_find_alias(name, aliases, COUNT_OF(aliases));
    const char *nearest = alias != NULL ? alias : net_nearest_word(name, names.at, names.count);
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

void runs_sort(Arena *arena, Runs *runs, const Column *column, bool backwards) {
    Key *keys = NEW_ARRAY(arena, Key, runs->count);
    for (size_t i = 0; i < runs->count; i++) {
        Run *copy = NEW(arena, Run);
        *copy = runs->at[i];
        const Field *field = run_column_field(column, copy);
        bool high = field != NULL && column->show != SHOW_SETTING && run_more_is_better(field->name);
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
