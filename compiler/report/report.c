#include "compiler/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/run_columns.h"
#include "runtime/base/moments.h"
#include "runtime/base/paths.h"
#include "runtime/log/subjects.h"
#include "runtime/train/runs.h"
#include "runtime/train/weight_file.h"

static const char *const files[LOGS] = {
    [LOG_EPOCHS] = "epochs.csv", [LOG_GRADIENTS] = "gradients.csv", [LOG_NEURONS] = "neurons.csv",
    [LOG_STEPS] = "steps.csv",   [LOG_SPECTRUM] = "spectrum.csv",
};

/* ---- runs ---- */

const char *report_run_name(const Report *report, const Run *run) {
    bool alone = true;
    const char *name = name_without_date(report->arena, run->name);
    for (size_t i = 0; i < report->runs->count; i++) {
        const Run *other = &report->runs->at[i];
        alone = alone && (other == run || !string_is(name_without_date(report->arena, other->name), name));
    }
    name = alone ? name : run->folder;
    return utf8_clean(report->arena, name, strlen(name));
}

bool report_all_have_set(const Report *report, const char *line) {
    bool all = true;
    for (size_t i = 0; i < report->runs->count && all; i++) {
        all = run_has_set(&report->runs->at[i], line);
    }
    return all;
}

static bool group_has_set(const Group *group, const char *line) {
    bool all = true;
    for (size_t i = 0; i < group->members.count && all; i++) {
        all = run_has_set(group->members.at[i]->run, line);
    }
    return all;
}

/* "augment shift=2": the --set lines that the group has and others have not. */
static const char *own_sets(const Report *report, const Group *group) {
    Arena *arena = report->arena;
    const char *text = "";
    size_t index;
    json_t *value;
    json_array_foreach(run_sets(group->members.at[0]->run), index, value) {
        const char *line = json_string_value(value);
        if (line != NULL && group_has_set(group, line) && !report_all_have_set(report, line)) {
            text =
                arena_format(arena, "%s%s%s", text, *text == '\0' ? "" : ", ", utf8_clean(arena, line, strlen(line)));
        }
    }
    return text;
}

/* "rate 0.1, batch 10": the settings in which groups differ. */
static const char *group_label(const Report *report, const Words *differing, const Group *group) {
    const Run *run = group->members.at[0]->run;
    const char *text = "";
    for (size_t i = 0; i < differing->count; i++) {
        const Field *field = field_find(&run->settings, differing->at[i]);
        if (field == NULL || string_is(differing->at[i], "threads") ||
            (group->runs > 1 && string_is(differing->at[i], "seed"))) {
            continue;
        }
        bool model = string_is(differing->at[i], "model");
        text = arena_format(report->arena, "%s%s%s%s", text, *text == '\0' ? "" : ", ",
                            model ? "" : arena_format(report->arena, "%s ", differing->at[i]), field->text);
    }
    if (*text == '\0') {
        text = own_sets(report, group);
    }
    const Field *model = field_find(&run->settings, "model");
    if (*text == '\0' && group->runs > 1) {
        return arena_format(report->arena, "%s, %zu seeds", model == NULL ? "runs" : model->text, group->runs);
    }
    bool long_label = strlen(text) > 48;
    return *text == '\0' || long_label ? report_run_name(report, run) : text;
}

static void read_logs(Arena *arena, const Run *run, const char *folder, RunData *data) {
    Run here = *run;
    here.folder = folder;
    data->run = run;
    for (int log = 0; log < LOGS; log++) {
        run_log_read(arena, &here, files[log], &data->log[log]);
    }
}

/* The networks of an ensemble but the first. */
static void add_networks(Report *report, const Run *run, Group *group) {
    int64_t networks = net_run_members(run->folder);
    for (int64_t k = 2; k <= networks; k++) {
        RunData *data = NEW(report->arena, RunData);
        read_logs(report->arena, run, arena_format(report->arena, "%s/member-%lld", run->folder, (long long)k), data);
        vec_push(report->arena, &group->members, (const RunData *)data);
    }
}

static void make_groups(Report *report) {
    Words differing = runs_differing(report->arena, report->runs);
    for (size_t i = 0; i < report->runs->count; i++) {
        size_t k = 0;
        while (k < report->groups.count && !runs_alike(report->groups.at[k].members.at[0]->run, &report->runs->at[i])) {
            k++;
        }
        if (k == report->groups.count || report->runs->at[i].config == NULL) {
            Group group = {.label = ""};
            k = report->groups.count;
            vec_push(report->arena, &report->groups, group);
        }
        Group *group = &report->groups.at[k];
        group->runs++;
        vec_push(report->arena, &group->members, (const RunData *)&report->data[i]);
        add_networks(report, &report->runs->at[i], group);
    }
    for (size_t k = 0; k < report->groups.count; k++) {
        report->groups.at[k].label = group_label(report, &differing, &report->groups.at[k]);
    }
}

/* The best by what is shown of the validation part, of those that have weights; else the first. */
static const RunData *choose(const Report *report) {
    const Column *column = NULL;
    const RunData *best = &report->data[0];
    double best_value = (double)NAN;
    for (size_t i = 0; i < STANDARD_COLUMNS; i++) {
        column = run_columns_standard[i].show == SHOW_VALIDATION ? &run_columns_standard[i] : column;
    }
    for (size_t i = 0; i < report->runs->count; i++) {
        const Field *field = run_column_field(column, &report->runs->at[i]);
        char *weights = net_weights_path(NET_RUN_DIR, report->runs->at[i].folder, NULL);
        if (field != NULL && weights != NULL) {
            bool high = strstr(field->name, "accuracy") != NULL;
            if (isnan(best_value) || (high ? field->number > best_value : field->number < best_value)) {
                best_value = field->number;
                best = &report->data[i];
            }
        }
        free(weights);
    }
    return best;
}

static void read_weights(Report *report) {
    NetError error = {.status = NET_OK};
    char epoch[NET_WEIGHTS_EPOCH];
    char *path = net_weights_path(NET_RUN_DIR, report->chosen->run->folder, &error);
    bool good = path != NULL && net_safetensors_read(path, &report->weights, &error);
    if (good) {
        const char *slash = strrchr(path, '/');
        report->weights_about = arena_format(report->arena, "%s%s", slash == NULL ? path : slash + 1,
                                             net_weights_epoch(&report->weights, epoch));
        net_weights_hash(path, report->weights.tensors, report->weights.count, report->hash, NULL);
    } else {
        report->weights = (NetSafetensors){.path = NULL};
        report->weights_missing = arena_format(report->arena, "%s", error.text);
    }
    free(path);
}

void report_open(Arena *arena, const Runs *runs, Report *report) {
    *report = (Report){.arena = arena, .runs = runs, .data = NEW_ARRAY(arena, RunData, runs->count)};
    for (size_t i = 0; i < runs->count; i++) {
        const char *folder = runs->at[i].folder;
        bool ensemble = net_run_members(folder) > 1;
        read_logs(arena, &runs->at[i], ensemble ? arena_format(arena, "%s/member-1", folder) : folder,
                  &report->data[i]);
    }
    make_groups(report);
    report->chosen = choose(report);
    network_open(arena, report->chosen->run, NULL, &report->network);
    read_weights(report);
    predictions_make(arena, report->chosen->run, &report->network, report->weights.path, &report->predictions);
}

void report_close(Report *report) {
    if (report->weights.path != NULL) {
        net_safetensors_free(&report->weights);
    }
    predictions_free(&report->predictions);
}

/* What stands behind the word that a line begins with, and blanks. */
static const char *next_word(const char *line) {
    line += strcspn(line, " \t");
    return line + strspn(line, " \t");
}

static bool begins_with(const char *line, const char *word, size_t length) {
    return strncmp(line, word, length) == 0 && !in_name(line[length]);
}

/* Whether a --set line is a log of what `line` is one of: a subject stands in one line alone. */
static bool logs_the_same(const char *set, const char *line) {
    const char *subject = next_word(line), *word = set + strspn(set, " \t");
    bool found = false, log = begins_with(word, "log", 3);
    for (word = next_word(word); log && *word != '\0' && !found; word = next_word(word)) {
        found = begins_with(word, subject, strcspn(subject, " "));
    }
    return found;
}

/* The line, with the probe that the run has: there is one for all logs. What log spectrum has by itself is none. */
static const char *with_probe(const Report *report, const char *line) {
    static const char option[] = " probe=";
    const char *found = strstr(line, option);
    const Fields *settings = &report->chosen->run->settings;
    for (size_t i = 0; found != NULL && i < settings->count; i++) {
        const Field *field = &settings->at[i];
        bool own = string_is(field->name, "spectrum_probe") && field->number == (double)NET_JACOBIAN_EXAMPLES;
        if (net_path_ends(field->name, "_probe") && field->number >= 1 && !own) {
            return arena_format(report->arena, "%.*s%s%s", (int)(found - line), line, option, field->text);
        }
    }
    return line;
}

const char *report_command(const Report *report, const char *line) {
    Arena *arena = report->arena;
    const json_t *model = json_object_get(report->chosen->run->config, "model");
    const char *path = json_string_value(json_object_get(model, "path")), *key;
    const char *text = arena_format(arena, "netc train %s", shell_word(arena, path == NULL ? "FILE" : path));
    size_t index;
    json_t *value;
    json_object_foreach(json_object_get(model, "lets"), key, value) {
        if (json_is_string(value)) {
            const char *define = arena_format(arena, "%s=%s", key, json_string_value(value));
            text = arena_format(arena, "%s -D %s", text, shell_word(arena, define));
        }
    }
    json_array_foreach(run_sets(report->chosen->run), index, value) {
        const char *set = json_string_value(value);
        if (set != NULL && !logs_the_same(set, line)) {
            text = arena_format(arena, "%s --set %s", text, shell_word(arena, set));
        }
    }
    return arena_format(arena, "%s --set %s", text, shell_word(arena, with_probe(report, line)));
}

/* ---- numbers of logs ---- */

typedef struct {
    const RunLog *log;
    int source, layer, of, column;
    const RowFilter *filter;
} Cells;

static Cells cells_of(const RunData *data, LogName name, const char *column, const RowFilter *filter) {
    const RunLog *log = &data->log[name];
    return (Cells){log,
                   run_log_column(log, "source"),
                   run_log_column(log, "layer"),
                   run_log_column(log, "of"),
                   run_log_column(log, column),
                   filter};
}

static bool meant(const Cells *cells, size_t row) {
    const RowFilter *filter = cells->filter;
    return filter == NULL ||
           ((filter->source == NULL || string_is(run_log_text(cells->log, row, cells->source), filter->source)) &&
            (filter->layer == NULL || string_is(run_log_text(cells->log, row, cells->layer), filter->layer)) &&
            (filter->of == NULL || string_is(run_log_text(cells->log, row, cells->of), filter->of)));
}

bool report_logged(const Report *report, LogName log) {
    for (size_t i = 0; i < report->runs->count; i++) {
        if (report->data[i].log[log].columns.count > 0) {
            return true;
        }
    }
    return false;
}

bool report_has(const Report *report, LogName log, const char *column, const RowFilter *filter) {
    for (size_t i = 0; i < report->runs->count; i++) {
        Cells cells = cells_of(&report->data[i], log, column, filter);
        for (size_t row = 0; cells.column >= 0 && row < cells.log->rows; row++) {
            if (meant(&cells, row) && *run_log_text(cells.log, row, cells.column) != '\0') {
                return true;
            }
        }
    }
    return false;
}

static int compare_x(const void *a, const void *b) {
    double left = ((const Point *)a)->x, right = ((const Point *)b)->x;
    return (left > right) - (left < right);
}

/* Of a size that leaves room for an axis around it: what is larger is of a training that diverged. */
static bool is_usual(double value) {
    const double most = 1e300;
    return fabs(value) <= most;
}

Points report_points(const Report *report, const Group *group, LogName log, const char *x_column, const char *column,
                     const RowFilter *filter) {
    Points all = {0}, points = {0};
    for (size_t i = 0; i < group->members.count; i++) {
        Cells cells = cells_of(group->members.at[i], log, column, filter);
        int x = run_log_column(cells.log, x_column);
        for (size_t row = 0; cells.column >= 0 && x >= 0 && row < cells.log->rows; row++) {
            if (!meant(&cells, row)) {
                continue;
            }
            Point point = {run_log_number(cells.log, row, x), run_log_number(cells.log, row, cells.column),
                           (double)NAN};
            if (is_usual(point.x) && is_usual(point.y)) {
                vec_push(report->arena, &all, point);
            }
        }
    }
    if (group->members.count < 2 || all.count == 0) {
        return all;
    }
    qsort(all.at, all.count, sizeof *all.at, compare_x);
    for (size_t i = 0, end; i < all.count; i = end) {
        NetMoments moments = {.count = 0};
        for (end = i; end < all.count && all.at[end].x == all.at[i].x; end++) {
            net_moments_add(&moments, all.at[end].y);
        }
        double sd = end - i > 1 ? net_moments_sd(&moments) : (double)NAN;
        Point mean = {all.at[i].x, moments.mean, is_usual(sd) ? sd : (double)NAN};
        vec_push(report->arena, &points, mean);
    }
    return points;
}

Words report_layers(const Report *report, LogName name) {
    Words layers = {0};
    Numbers known = {0};
    for (size_t i = 0; i < report->runs->count; i++) {
        const RunLog *log = &report->data[i].log[name];
        int column = run_log_column(log, "layer");
        for (size_t row = 0; column >= 0 && row < log->rows; row++) {
            const char *layer = run_log_text(log, row, column);
            int *number = numbers_at(report->arena, &known, layer);
            if (*number == 0) {
                *number = 1;
                vec_push(report->arena, &layers, layer);
            }
        }
    }
    return layers;
}

const char *report_source(const Report *report, const char *column) {
    for (size_t i = 0; run_log_sources[i] != NULL; i++) {
        if (report_has(report, LOG_GRADIENTS, column, &(RowFilter){.source = run_log_sources[i]})) {
            return run_log_sources[i];
        }
    }
    return NULL;
}

const char *report_x(const Report *report, LogName log, const char *source) {
    for (size_t i = 0; i < report->runs->count; i++) {
        Cells cells = cells_of(&report->data[i], log, "epoch", &(RowFilter){.source = source});
        const char *layer = NULL, *epoch = NULL;
        for (size_t row = 0; row < cells.log->rows; row++) {
            const char *own = run_log_text(cells.log, row, cells.layer);
            layer = layer == NULL && meant(&cells, row) ? own : layer;
            if (!meant(&cells, row) || !string_is(own, layer)) {
                continue;
            }
            const char *here = run_log_text(cells.log, row, cells.column);
            if (string_is(epoch, here)) {
                return "step";
            }
            epoch = here;
        }
    }
    return "epoch";
}
