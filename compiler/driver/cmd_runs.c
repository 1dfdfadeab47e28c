/* netc runs: run folders as a table of what tells them apart and what came of them, or as JSON. */
#include <unistd.h>

#include "compiler/driver/report.h"
#include "compiler/driver/run_table.h"
#include "runtime/base/words.h"
#include "runtime/train/runs.h"

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
        if (!run_column_find(arena, &runs, sort + backwards, &column)) {
            runs_free(&runs);
            return STATUS_USAGE;
        }
        runs_sort(arena, &runs, &column, backwards);
        runs_sort(arena, &groups, &column, backwards);
    }
    if (options->json) {
        runs_json(arena, &runs, &groups, runs_differing(arena, &runs), stdout);
    } else if (runs.count > 0) {
        run_table_print(arena, options, &runs, &groups, sort == NULL ? NULL : &column);
    } else if (status == STATUS_OK) {
        report_note("there are no runs in %s", options->files.count > 0 ? options->files.at[0] : NET_RUN_DIR);
    }
    runs_free(&runs);
    return status;
}
