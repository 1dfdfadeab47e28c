#include "compiler/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/utf8.h"
#include "compiler/driver/option_slips.h"
#include "compiler/driver/run_columns.h"
#include "compiler/model/settings.h"
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

const char *report_reason(const Report *report, const char *text) {
    size_t length = strlen(text);
    const char *tag = strrchr(text, '[');
    bool tagged = tag != NULL && tag > text && tag[-1] == ' ' && text[length - 1] == ']' &&
                  strspn(tag + 1, "abcdefghijklmnopqrstuvwxyz-") == (size_t)(text + length - 1 - (tag + 1));
    return tagged ? arena_copy(report->arena, text, (size_t)(tag - 1 - text)) : text;
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

/* The runs of the model that a run is of. */
static Runs kin_of(const Report *report, const Run *run) {
    const Field *model = field_find(&run->settings, "model");
    Runs kin = {0};
    for (size_t i = 0; i < report->runs->count; i++) {
        const Field *other = field_find(&report->runs->at[i].settings, "model");
        if (model != NULL && other != NULL && string_is(model->text, other->text)) {
            vec_push(report->arena, &kin, report->runs->at[i]);
        }
    }
    return kin;
}

/* "rate 0.1, batch 10": the settings of its training in which the group differs from others of its model. */
static const char *own_settings(const Report *report, const Group *group) {
    const Run *run = group->members.at[0]->run;
    Runs kin = kin_of(report, run);
    Words differing = runs_differing(report->arena, &kin);
    const char *text = "";
    for (size_t i = 0; i < differing.count; i++) {
        const char *name = differing.at[i];
        const Field *field = field_find(&run->settings, name);
        bool told =
            string_is(name, "threads") || settings_of_logs(name) || (group->runs > 1 && string_is(name, "seed"));
        if (field != NULL && !told) {
            text = arena_format(report->arena, "%s%s%s %s", text, *text == '\0' ? "" : ", ", name, field->text);
        }
    }
    return *text == '\0' ? own_sets(report, group) : text;
}

/* What tells a group from the others, the model's name first where they are of several. */
static const char *group_label(const Report *report, const Group *group) {
    enum { LONG = 48 };
    const Run *run = group->members.at[0]->run;
    const Field *model = field_find(&run->settings, "model");
    const char *text = own_settings(report, group);
    if (*text == '\0' && group->runs > 1) {
        return arena_format(report->arena, "%s, %zu seeds", model == NULL ? "runs" : model->text, group->runs);
    }
    if (model != NULL && runs_differ_in(report->runs, "model")) {
        text = *text == '\0' ? model->text : arena_format(report->arena, "%s, %s", model->text, text);
    }
    return *text == '\0' || strlen(text) > LONG ? report_run_name(report, run) : text;
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

/* Gives each group its label; those that would have one in common go by the names of their runs. */
static void label_groups(Report *report) {
    bool *common = NEW_ARRAY(report->arena, bool, report->groups.count + 1);
    for (size_t k = 0; k < report->groups.count; k++) {
        report->groups.at[k].label = group_label(report, &report->groups.at[k]);
        for (size_t i = 0; i < k; i++) {
            if (string_is(report->groups.at[i].label, report->groups.at[k].label)) {
                common[i] = common[k] = true;
            }
        }
    }
    for (size_t k = 0; k < report->groups.count; k++) {
        Group *group = &report->groups.at[k];
        group->label = common[k] ? report_run_name(report, group->members.at[0]->run) : group->label;
    }
}

static void make_groups(Report *report) {
    RunGroups groups = runs_gather(report->arena, report->runs);
    for (size_t k = 0; k < groups.count; k++) {
        Group group = {.runs = groups.at[k].members.count};
        for (size_t i = 0; i < group.runs; i++) {
            const Run *run = groups.at[k].members.at[i];
            vec_push(report->arena, &group.members, (const RunData *)&report->data[run - report->runs->at]);
            add_networks(report, run, &group);
        }
        for (size_t i = 0; i < groups.at[k].repeats.count; i++) {
            vec_push(report->arena, &group.repeats, groups.at[k].repeats.at[i]);
        }
        vec_push(report->arena, &report->groups, group);
    }
    label_groups(report);
}

static bool has_weights(const Run *run) {
    char *weights = net_weights_path(NET_RUN_DIR, run->folder, NULL);
    free(weights);
    return weights != NULL;
}

/* The best by what is shown of the validation part, of those that have weights where any has; else the first. */
static void choose(Report *report) {
    size_t weighted = 0;
    for (size_t i = 0; i < report->runs->count; i++) {
        weighted += has_weights(&report->runs->at[i]);
    }
    bool all = weighted == 0 || weighted == report->runs->count;
    double best = (double)NAN;
    for (size_t i = 0; i < report->runs->count; i++) {
        const Run *run = &report->runs->at[i];
        if (!all && !has_weights(run)) {
            continue;
        }
        const Field *field = run_shown_field(run, SHOW_VALIDATION);
        bool high = field != NULL && run_more_is_better(field->name);
        bool better = field != NULL && (isnan(best) || (high ? field->number > best : field->number < best));
        best = better ? field->number : best;
        report->chosen = better || report->chosen == NULL ? &report->data[i] : report->chosen;
    }
    report->chosen_as = !all && weighted == 1 ? "the only one with weights"
                        : isnan(best)         ? (all ? "the first" : "the first of those with weights")
                        : all                 ? "the best on the validation part"
                                              : "the best on the validation part of those with weights";
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
        bool running = string_is(report->chosen->run->status, "running");
        report->weights_missing =
            running ? "The run goes on, and has no weights yet: netc report, called again, shows them when it has."
                    : arena_format(report->arena, "%s", error.text);
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
    choose(report);
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

static bool has_number(const RunData *data, LogName log, const char *column, const RowFilter *filter) {
    Cells cells = cells_of(data, log, column, filter);
    bool found = false;
    for (size_t row = 0; cells.column >= 0 && row < cells.log->rows && !found; row++) {
        found = meant(&cells, row) && *run_log_text(cells.log, row, cells.column) != '\0';
    }
    return found;
}

size_t report_count(const Report *report, LogName log, const char *column, const RowFilter *filter) {
    size_t count = 0;
    for (size_t i = 0; i < report->runs->count; i++) {
        count += has_number(&report->data[i], log, column, filter);
    }
    return count;
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

Words report_sources(const Report *report, const char *column) {
    bool *had = NEW_ARRAY(report->arena, bool, report->runs->count);
    Words sources = {0};
    for (;;) {
        const char *source = NULL;
        size_t most = 0;
        for (size_t s = 0; run_log_sources[s] != NULL; s++) {
            const RowFilter filter = {.source = run_log_sources[s]};
            size_t count = 0;
            for (size_t i = 0; i < report->runs->count; i++) {
                count += !had[i] && has_number(&report->data[i], LOG_GRADIENTS, column, &filter);
            }
            source = count > most ? filter.source : source;
            most = count > most ? count : most;
        }
        if (source == NULL) {
            return sources;
        }
        vec_push(report->arena, &sources, source);
        for (size_t i = 0; i < report->runs->count; i++) {
            const RowFilter filter = {.source = source};
            had[i] = had[i] || has_number(&report->data[i], LOG_GRADIENTS, column, &filter);
        }
    }
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
